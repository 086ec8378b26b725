/** The door behind a customer's link. Looking is free of effects: scanners and previews look too. */
import { redirect, type RequestEvent } from '@sveltejs/kit';
import type { Result } from '#core/refusal.ts';
import type { Entry } from '../../../../worker/services.ts';
import { formOf, from, refused, servicesOf, typedIn } from '$lib/server/asking.ts';
import { keepGuest, keepPreference, LOCALE } from '$lib/server/cookies.ts';
import type { Actions, PageServerLoad, RequestEvent as Event } from './$types';

/** No script on this page at all: nothing here may press a button but a person. */
export const csr = false;

/** Where in the room the link leads: a task's panel, or a thread of a view. */
const placeIn = ({ searchParams }: URL): string => {
  const found = ['task', 'view', 'thread'].flatMap((name): [string, string][] => {
    const value = searchParams.get(name);
    return value && /^[a-z2-7]{1,26}$/.test(value) ? [[name, value]] : [];
  });
  return new URLSearchParams(found).toString();
};

const roomPath = (url: URL, room: string) => {
  const place = placeIn(url);
  return `/r/${room}${place && `?${place}`}`;
};

const closed = (event: RequestEvent) => event.setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });

export const load: PageServerLoad = async (event) => {
  closed(event);
  const look = await servicesOf(event).access.look(event.params.token, event.locals.device);
  if (look.ok && look.value.door === 'known' && event.request.method === 'GET' && !event.url.searchParams.has('not'))
    redirect(303, roomPath(event.url, look.value.room));
  return { look, notMe: event.url.searchParams.has('not'), query: placeIn(event.url) };
};

/** In, or on to the code that was just mailed. */
function step(event: Event, asked: Result<Entry>, way: 'enter' | 'introduce', typed: Record<string, string>) {
  if (!asked.ok) return refused(event, { way, refusal: asked.refusal, typed, codeFor: typed['codeFor'] ?? '' });
  // The device is kept at once: the code that is mailed counts on this device only.
  keepGuest(event.cookies, asked.value.device);
  if (!asked.value.entered) return { way, refusal: null, typed, codeFor: asked.value.maskedEmail };
  keepPreference(event.cookies, LOCALE, asked.value.locale);
  redirect(303, roomPath(event.url, asked.value.room));
}

export const actions: Actions = {
  enter: async (event) =>
    step(event, await servicesOf(event).access.enter(event.params.token, event.locals.device, from(event)), 'enter', {}),
  code: async (event) => {
    const typed = typedIn(await formOf(event));
    return step(
      event,
      await servicesOf(event).access.enterWithCode(event.params.token, event.locals.device, digits(typed['code']), from(event)),
      'enter',
      typed,
    );
  },
  introduce: async (event) => {
    const typed = typedIn(await formOf(event));
    return step(
      event,
      await servicesOf(event).access.introduce(
        event.params.token,
        event.locals.device,
        { name: typed['name'], email: typed['email'] },
        from(event),
      ),
      'introduce',
      typed,
    );
  },
  introduceCode: async (event) => {
    const typed = typedIn(await formOf(event));
    return step(
      event,
      await servicesOf(event).access.introduceWithCode(event.params.token, event.locals.device, digits(typed['code']), from(event)),
      'introduce',
      typed,
    );
  },
};

/** A code as people write it: with spaces, with full-width digits. */
const digits = (code = ''): string => code.normalize('NFKC').replace(/\D/g, '');
