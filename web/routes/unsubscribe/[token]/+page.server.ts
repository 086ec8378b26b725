import { fail } from '@sveltejs/kit';
import type { MailWish } from '#core/people.ts';
import { formOf, servicesOf } from '$lib/server/asking.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  event.setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
  return { look: await servicesOf(event).access.lookAtUnsubscribe(event.params.token) };
};

export const actions: Actions = {
  default: async (event) => {
    const wish = String((await formOf(event)).get('mail') ?? '');
    const set = await servicesOf(event).access.unsubscribe(event.params.token, wish as MailWish);
    return set.ok ? { saved: true } : fail(422, { refusal: set.refusal });
  },
};
