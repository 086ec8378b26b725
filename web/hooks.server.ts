/** Every request: which language and theme, who asks. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Handle, HandleServerError } from '@sveltejs/kit';
import * as m from '#messages';
import { overwriteServerAsyncLocalStorage } from '#messages/runtime.js';
import { GUEST, LOCALE, SELLER, THEME, keepPreference, keepSeller, toLocale } from '$lib/server/cookies.ts';
import { logError, withoutPeople } from '../worker/log.ts';

/** Messages are worded in the language of the request in which they are asked for. */
const request = new AsyncLocalStorage<{ locale?: App.Locals['locale']; origin?: string; messageCalls?: Set<string> }>();
overwriteServerAsyncLocalStorage(request);

const isTheme = (value: string | undefined): value is App.Theme => value === 'light' || value === 'dark' || value === 'auto';

function preferred(header: string | null): App.Locals['locale'] {
  const [first = ''] = (header ?? '').split(',');
  return first.trim().toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** An action that an address names and no page has, but every object: it would be called. */
const isNoAction = (url: URL): boolean => [...url.searchParams.keys()].some((name) => name.startsWith('/') && name.slice(1) in {});

export const handle: Handle = async ({ event, resolve }) => {
  const { cookies, locals, url } = event;
  if (event.request.method === 'POST' && isNoAction(url)) return new Response('404', { status: 404 });
  const asked = toLocale(url.searchParams.get('lang'));
  const locale = asked ?? toLocale(cookies.get(LOCALE)) ?? preferred(event.request.headers.get('accept-language'));
  const theme = cookies.get(THEME);
  locals.locale = locale;
  locals.theme = isTheme(theme) ? theme : 'auto';
  locals.device = cookies.get(GUEST);

  const services = event.platform?.env.services;
  const session = cookies.get(SELLER);
  locals.seller = null;
  try {
    if (session && services) locals.seller = await services.access.seller(session, true);
  } catch (error) {
    locals.unproven = session;
    logError('seller not asked', error, { id: event.platform?.env.requestId });
  }
  if (locals.seller?.renewed) keepSeller(cookies, locals.seller.renewed);
  // A link in a mail names its reader's language; later pages follow it.
  if (asked && asked !== cookies.get(LOCALE) && event.request.method === 'GET') keepPreference(cookies, LOCALE, asked);

  const response = await request.run({ locale, origin: url.origin, messageCalls: new Set() }, () =>
    resolve(event, { transformPageChunk: ({ html }) => html.replace('%lang%', locale).replace('%theme%', locals.theme) }),
  );
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-cache');
    response.headers.append('vary', 'Cookie, Accept-Language');
  }
  return response;
};

export const handleError: HandleServerError = ({ error, event, status }) => {
  if (status === 404) return { message: m.error_not_found_title() };
  // What a request got wrong itself, such as a body that is no form.
  if (status < 500) return { message: m.error_failed_title() };
  // The one that the answer's own header names, and every line of the logs about this request.
  const id = event.platform?.env.requestId ?? '';
  logError('page failed', error, { id, path: withoutPeople(event.url.pathname) });
  return { message: m.error_failed_title(), id };
};
