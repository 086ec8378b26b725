/** The door behind a customer's link. Looking is free of effects: scanners and previews look too. */
import { redirect, type RequestEvent } from '@sveltejs/kit';
import { refuse, type Result } from '#core/refusal.ts';
import type { Entry } from '../../../../worker/services.ts';
import { formOf, from, refused, servicesOf, typedIn } from '$lib/server/asking.ts';
import { pressed, pressOf } from '$lib/server/press.ts';
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
  return { look, press: await pressOf(event), notMe: event.url.searchParams.has('not'), query: placeIn(event.url) };
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

/** What a press gives: what was typed, and the device that this browser is, or will be. Null for what was sent by something else. */
async function press(event: Event): Promise<{ typed: Record<string, string>; device: string } | null> {
  const form = await formOf(event);
  const opened = await pressed(event, form);
  return opened === null ? null : { typed: typedIn(form), device: event.locals.device ?? opened.slice(0, 26) };
}

/** An action that only a press on this page does. */
const onPress =
  (way: 'enter' | 'introduce', act: (event: Event, device: string, typed: Record<string, string>) => Promise<Result<Entry>>) =>
  async (event: Event) => {
    const by = await press(event);
    return by ? step(event, await act(event, by.device, by.typed), way, by.typed) : step(event, refuse('invalid', 'press_again'), way, {});
  };

export const actions: Actions = {
  enter: onPress('enter', (event, device) => servicesOf(event).access.enter(event.params.token, device, from(event))),
  code: onPress('enter', (event, device, { code }) =>
    servicesOf(event).access.enterWithCode(event.params.token, device, digits(code), from(event)),
  ),
  introduce: onPress('introduce', (event, device, { name, email }) =>
    servicesOf(event).access.introduce(event.params.token, device, { name, email }, from(event)),
  ),
  introduceCode: onPress('introduce', (event, device, { code }) =>
    servicesOf(event).access.introduceWithCode(event.params.token, device, digits(code), from(event)),
  ),
};

/** A code as people write it: with spaces, with full-width digits. */
const digits = (code = ''): string => code.normalize('NFKC').replace(/\D/g, '');
