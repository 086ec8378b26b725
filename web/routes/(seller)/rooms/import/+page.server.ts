import { fail, redirect } from '@sveltejs/kit';
import { refuse } from '#core/refusal.ts';
import { formOf, sellerOf, servicesOf } from '$lib/server/asking.ts';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async (event) => {
    const seller = sellerOf(event);
    const file = (await formOf(event)).get('file');
    const brought =
      file instanceof File
        ? await servicesOf(event).directory.importCopy(seller, new Uint8Array(await file.arrayBuffer()))
        : refuse('invalid', 'not_a_copy', 'file');
    if (!brought.ok) return fail(422, { refusal: brought.refusal });
    // The room's record says where it came from.
    redirect(303, `/rooms/${brought.value.room}?view=record`);
  },
};
