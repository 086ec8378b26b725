import { fail } from '@sveltejs/kit';
import type { Refusal } from '#core/refusal.ts';
import { formOf, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const seller = sellerOf(event);
  return {
    ...(await servicesOf(event).directory.shelf(seller)),
    isOwner: seller.role === 'owner',
    reader: { locale: event.locals.locale, zone: seller.zone },
    now: Date.now(),
  };
};

const said = (what: string, name = '') => ({ what, name, refusal: null as Refusal | null });

export const actions: Actions = {
  move: async (event) => {
    const { room = '', how = '' } = typedIn(await formOf(event));
    const moved = await servicesOf(event).directory.shelve(sellerOf(event), room, { how });
    return moved.ok ? said(how, moved.value.name) : fail(422, { ...said(how), refusal: moved.refusal });
  },
  retain: async (event) => {
    const { years = '' } = typedIn(await formOf(event));
    const set = await servicesOf(event).directory.retain(sellerOf(event), { years });
    return set.ok ? said('retain') : fail(422, { ...said('retain'), refusal: set.refusal });
  },
};
