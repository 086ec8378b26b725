import { fail, redirect } from '@sveltejs/kit';
import { refuse } from '#core/refusal.ts';
import { formOf, from, servicesOf } from '$lib/server/asking.ts';
import { pressed, pressOf } from '$lib/server/press.ts';
import { keepPreference, keepSeller, LOCALE, takeWay } from '$lib/server/cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const csr = false;

// A mail scanner follows this link too: looking at it changes nothing.
export const load: PageServerLoad = async (event) => {
  event.setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
  const look = await servicesOf(event).access.lookAtSignIn(event.params.token);
  return { look, press: await pressOf(event) };
};

export const actions: Actions = {
  default: async (event) => {
    const opened = await pressed(event, await formOf(event));
    if (!opened) return fail(422, { refusal: refuse('invalid', 'press_again').refusal });
    const entered = await servicesOf(event).access.signIn(event.params.token, from(event).userAgent, opened);
    if (!entered.ok) return fail(422, { refusal: entered.refusal });
    keepSeller(event.cookies, entered.value.cookie);
    keepPreference(event.cookies, LOCALE, entered.value.locale);
    redirect(303, takeWay(event.cookies));
  },
};
