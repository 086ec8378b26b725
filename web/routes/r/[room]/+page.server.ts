import type { RoomId } from '#core/ids.ts';
import { doInRoom, drawRoom, guest } from '$lib/server/room-page.ts';
import type { Actions, PageServerLoad } from './$types';

/** The room has a script of its own: see web/build/room-client.ts. */
export const csr = false;

export const load: PageServerLoad = (event) => drawRoom(event, guest(event), event.params.room as RoomId);

export const actions: Actions = {
  command: async (event) => doInRoom(event, guest(event), event.params.room as RoomId),
};
