/** Where a room's page comes to life. The server has drawn it already; what a side does not need is not fetched. */
import { hydrate } from 'svelte';
import type { RoomData } from './live-room.svelte.ts';
import Room from './Room.svelte';
import { views } from './views/index.ts';

const target = document.getElementById('room');
const facts = document.getElementById('room-data');

async function start(room: HTMLElement, text: string): Promise<void> {
  const data = JSON.parse(text) as RoomData;
  const [seller, view, panel, talk] = await Promise.all([
    data.as === 'seller' ? import('./seller-parts.ts') : null,
    views.find((one) => one.name === data.tab)?.load(),
    data.task ? import('./TaskPanel.svelte') : null,
    data.thread ? import('./ThreadPanel.svelte') : null,
  ]);
  hydrate(Room, {
    target: room,
    props: {
      data,
      parts: {
        seller,
        View: view?.default ?? null,
        later: null,
        Panel: panel?.default ?? null,
        Talk: talk?.default ?? null,
        Carried: null,
        forms: null,
      },
    },
  });
}

// Not awaited here: the parts import from the file that this one is part of.
if (target && facts?.textContent) void start(target, facts.textContent);
