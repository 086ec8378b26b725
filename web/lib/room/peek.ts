/** The room as its first customer would see it, for a seller who wants to look through their eyes. Nothing can be done there. */
import { viewFor } from '#core/audience.ts';
import { present } from '#core/people.ts';
import type { RoomData } from './live-room.svelte.ts';

export function throughCustomersEyes(data: RoomData): RoomData | null {
  const [customer] = present(data.view.state).filter((one) => one.side === 'customer');
  if (!customer) return null;
  return {
    ...data,
    as: 'customer',
    peek: true,
    colleagues: [],
    internal: false,
    invite: null,
    view: { ...data.view, state: viewFor('customer', data.view.state), me: customer.id, seen: {}, here: [] },
  };
}
