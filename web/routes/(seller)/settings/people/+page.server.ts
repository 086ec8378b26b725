import { fail } from '@sveltejs/kit';
import type { Refusal } from '#core/refusal.ts';
import { formOf, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import type { KnownPerson } from '../../../../../worker/services.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => ({ isOwner: sellerOf(event).role === 'owner' });

const said = (email: string) => ({
  email,
  refusal: null as Refusal | null,
  found: null as KnownPerson | null,
  erased: null as number | null,
});

export const actions: Actions = {
  // By POST: an address does not belong into the one of a page.
  find: async (event) => {
    const { email = '' } = typedIn(await formOf(event));
    const found = await servicesOf(event).people.at(sellerOf(event), { email });
    return found.ok ? { ...said(email), found: found.value } : fail(422, { ...said(email), refusal: found.refusal });
  },
  erase: async (event) => {
    const { email = '' } = typedIn(await formOf(event));
    const erased = await servicesOf(event).people.erase(sellerOf(event), { email });
    return erased.ok ? { ...said(''), erased: erased.value.rooms } : fail(422, { ...said(email), refusal: erased.refusal });
  },
};
