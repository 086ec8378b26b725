import { fail } from '@sveltejs/kit';
import type { MailWish } from '#core/people.ts';
import { refuse } from '#core/refusal.ts';
import { formOf, servicesOf } from '$lib/server/asking.ts';
import { pressed, pressOf } from '$lib/server/press.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  event.setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
  return { look: await servicesOf(event).access.lookAtUnsubscribe(event.params.token), press: await pressOf(event) };
};

export const actions: Actions = {
  default: async (event) => {
    const form = await formOf(event);
    if (!(await pressed(event, form))) return fail(422, { refusal: refuse('invalid', 'press_again').refusal });
    const wish = String(form.get('mail') ?? '');
    const set = await servicesOf(event).access.unsubscribe(event.params.token, wish as MailWish);
    return set.ok ? { saved: true } : fail(422, { refusal: set.refusal });
  },
};
