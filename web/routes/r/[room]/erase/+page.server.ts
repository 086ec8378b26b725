import { error, fail, type RequestEvent } from '@sveltejs/kit';
import type { RoomId } from '#core/ids.ts';
import { statusOf } from '#core/refusal.ts';
import { servicesOf } from '$lib/server/asking.ts';
import { guest } from '$lib/server/room-page.ts';
import '$lib/words/refusals.ts';
import { say } from '$lib/words/say.ts';
import type { Actions, PageServerLoad } from './$types';

/** No script: what can't be undone is pressed by a person. */
export const csr = false;

const roomOf = (event: RequestEvent) => event.params['room'] as RoomId;

export const load: PageServerLoad = async (event) => {
  event.setHeaders({ 'cache-control': 'private, no-store' });
  // After the press there is nobody left to ask for.
  if (event.request.method === 'POST') return { who: null };
  const opened = await servicesOf(event).rooms.open(guest(event), roomOf(event), []);
  if (!opened.ok) error(statusOf(opened.refusal), say(opened.refusal));
  const { state, me } = opened.value.view;
  const one = state.people[me];
  return {
    who: {
      name: one?.name ?? '',
      email: one?.email ?? '',
      roomName: state.room?.name ?? '',
      workspace: state.room?.workspaceName ?? '',
      room: roomOf(event),
    },
  };
};

export const actions: Actions = {
  default: async (event) => {
    const erased = await servicesOf(event).rooms.eraseMe(guest(event), roomOf(event));
    return erased.ok ? { erased: true, refusal: null } : fail(statusOf(erased.refusal), { erased: false, refusal: erased.refusal });
  },
};
