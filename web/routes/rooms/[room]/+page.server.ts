import { redirect } from '@sveltejs/kit';
import type { RoomId } from '#core/ids.ts';
import { formOf, sellerIn, sellerOf, servicesOf, typedIn } from '$lib/server/asking.ts';
import { backTo, doInRoom, drawRoom } from '$lib/server/room-page.ts';
import type { Actions, PageServerLoad } from './$types';

/** The room has a script of its own: see web/build/room-client.ts. */
export const csr = false;

const roomOf = (event: { params: { room: string } }) => event.params.room as RoomId;

export const load: PageServerLoad = async (event) => drawRoom(event, await sellerIn(event, roomOf(event)), roomOf(event));

export const actions: Actions = {
  /** A form pressed while looking through a customer's eyes. */
  nothing: (event) => redirect(303, backTo(event.url)),
  template: async (event) => {
    const typed = typedIn(await formOf(event));
    const saved = await servicesOf(event).directory.saveTemplate(sellerOf(event), roomOf(event), { name: typed['name'] });
    if (saved.ok) redirect(303, backTo(event.url));
    event.locals.refused = { refusal: saved.refusal, typed };
  },
  command: async (event) => doInRoom(event, await sellerIn(event, roomOf(event)), roomOf(event)),
};
