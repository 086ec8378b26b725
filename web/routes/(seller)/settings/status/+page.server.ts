import { error, fail } from '@sveltejs/kit';
import { statusOf } from '#core/refusal.ts';
import { formOf, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import '$lib/words/refusals.ts';
import { say } from '$lib/words/say.ts';
import { sayAlert } from '../../../../../worker/directory/alerts.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  const asked = await servicesOf(event).operations.status(seller);
  if (!asked.ok) error(statusOf(asked.refusal), say(asked.refusal));
  const { wrong, ...status } = asked.value;
  return {
    status,
    wrong: wrong.map((kind) => sayAlert(kind, event.locals.locale)),
    now: Date.now(),
    reader: { locale: event.locals.locale, zone: seller.zone },
  };
};

export const actions: Actions = {
  again: async (event) => {
    const { key = '' } = typedIn(await formOf(event));
    const sent = await servicesOf(event).operations.again(sellerOf(event), { key });
    return sent.ok ? { again: true, refusal: null } : fail(statusOf(sent.refusal), { again: false, refusal: sent.refusal });
  },
};
