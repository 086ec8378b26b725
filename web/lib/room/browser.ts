/** Where a room's page comes to life. The server has drawn it already; what a side does not need is not fetched. */
import { flushSync, hydrate } from 'svelte';
import type { RoomData } from './live-room.svelte.ts';
import Room from './Room.svelte';
import { typedIn } from './typed.ts';
import { views } from './views/index.ts';

const target = document.getElementById('room');
const facts = document.getElementById('room-data');

/** A page comes to life under its reader's hands: what they filled in before stays. */
function keepingTyped(room: HTMLElement, live: () => void): void {
  // On a reload some browsers fill in what stood there the last time: nobody has typed that now.
  const [arrival] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const putBack = arrival?.type === 'navigate' ? typedIn(room) : () => {};
  const unfolded = room.querySelectorAll<HTMLDetailsElement>('details[open]');
  live();
  for (const one of unfolded) one.open = true;
  putBack();
}

async function start(room: HTMLElement, text: string): Promise<void> {
  const data = JSON.parse(text) as RoomData;
  const [seller, view, panel, talk] = await Promise.all([
    data.as === 'seller' ? import('./seller-parts.ts') : null,
    views.find((one) => one.name === data.tab)?.load(),
    data.task ? import('./TaskPanel.svelte') : null,
    data.thread ? import('./ThreadPanel.svelte') : null,
  ]);
  // Looked at last: a form that is open by now is being filled in.
  const forms = room.querySelector('[data-fold][open]') ? await import('./forms.ts') : null;
  const live = () =>
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
          forms,
        },
      },
    });
  // Effects first: they are what listens.
  keepingTyped(room, () => flushSync(live));
  // Long after the page stands, and after what it fetches late.
  if (!data.peek) setTimeout(() => void import('./installed.ts').then(({ keepForLater }) => keepForLater()), 5_000);
}

// Not awaited here: the parts import from the file that this one is part of.
if (target && facts?.textContent) void start(target, facts.textContent);
