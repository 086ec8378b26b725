import { redirect } from '@sveltejs/kit';
import type { RoomId } from '#core/ids.ts';
import { formOf, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import { asSeller } from '../../../../worker/services.ts';
import { backTo, doInRoom, drawRoom } from '$lib/server/room-page.ts';
import type { Actions, PageServerLoad } from './$types';

/** The room has a script of its own: see web/build/room-client.ts. */
export const csr = false;

export const load: PageServerLoad = (event) => drawRoom(event, asSeller(sellerOf(event)), event.params.room as RoomId);

export const actions: Actions = {
  /** A form pressed while looking through a customer's eyes. */
  nothing: (event) => redirect(303, backTo(event.url)),
  template: async (event) => {
    const typed = typedIn(await formOf(event));
    const saved = await servicesOf(event).directory.saveTemplate(sellerOf(event), event.params.room as RoomId, { name: typed['name'] });
    if (saved.ok) redirect(303, backTo(event.url));
    event.locals.refused = { refusal: saved.refusal, typed };
  },
  command: async (event) => doInRoom(event, asSeller(sellerOf(event)), event.params.room as RoomId),
};
