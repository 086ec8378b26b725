/** Language and theme, kept in cookies; the language also where the person's mails take it from. */
import { redirect } from '@sveltejs/kit';
import type { RoomId } from '#core/ids.ts';
import { LOCALE, THEME, keepPreference, toLocale } from '$lib/server/cookies.ts';
import { formOf, servicesOf } from '$lib/server/asking.ts';
import { asSeller } from '../../../worker/services.ts';
import { freshId } from '$lib/room/ids.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
  const { cookies, locals } = event;
  const form = await formOf(event);
  const locale = toLocale(String(form.get('locale') ?? ''));
  const theme = form.get('theme');
  if (theme === 'light' || theme === 'dark' || theme === 'auto') keepPreference(cookies, THEME, theme);
  // Only a path of our own: an address after it would send people elsewhere.
  const wanted = String(form.get('back') ?? '/');
  const back = new URL(wanted.startsWith('/') && !wanted.startsWith('//') ? wanted : '/', event.url.origin);
  // `/.//elsewhere.example` is a path of ours that is read as another host once it is sent alone.
  if (back.origin !== event.url.origin || back.pathname.startsWith('//')) redirect(303, '/');
  back.searchParams.delete('lang');

  if (locale) {
    keepPreference(cookies, LOCALE, locale);
    const services = servicesOf(event);
    if (locals.seller) await services.access.describe(locals.seller, { locale });
    const [, door, room] = back.pathname.split('/');
    const actor =
      door === 'rooms' && locals.seller
        ? asSeller(locals.seller)
        : door === 'r' && locals.device
          ? ({ kind: 'guest', device: locals.device } as const)
          : null;
    if (actor && room) {
      const opened = await services.rooms.open(actor, room as RoomId, []);
      if (opened.ok)
        await services.rooms.submit(actor, room as RoomId, {
          id: freshId(),
          command: { type: 'participant.describe', participant: opened.value.view.me, locale },
        });
    }
  }
  redirect(303, back.pathname + back.search);
};
