/** Where a room's page comes to life. The server has drawn it already; what a side does not need is not fetched. */
import { hydrate } from 'svelte';
import type { RoomData } from './live-room.svelte.ts';
import Room from './Room.svelte';

const target = document.getElementById('room');
const facts = document.getElementById('room-data');
if (target && facts?.textContent) {
  const data = JSON.parse(facts.textContent) as RoomData;
  const HeldMails = data.as === 'seller' ? (await import('./HeldMails.svelte')).default : null;
  hydrate(Room, { target, props: { data, HeldMails } });
}
