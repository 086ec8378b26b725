import { error, type RequestEvent } from '@sveltejs/kit';
import type { RoomId } from '#core/ids.ts';
import * as m from '#messages';
import { doInRoom, drawRoom } from '$lib/server/room-page.ts';
import type { Actor } from '../../../../worker/services.ts';
import type { Actions, PageServerLoad } from './$types';

/** The room has a script of its own: see web/build/room-client.ts. */
export const csr = false;

function guest(event: RequestEvent): Actor {
  if (!event.locals.device) error(401, m.error_shut_title());
  return { kind: 'guest', device: event.locals.device };
}

export const load: PageServerLoad = (event) => drawRoom(event, guest(event), event.params.room as RoomId);

export const actions: Actions = {
  command: async (event) => doInRoom(event, guest(event), event.params.room as RoomId),
};
