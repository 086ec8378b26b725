/** People named by address in a line or comment, as the room wants to hear of them. */
import type { AddParticipant } from '#core/commands.ts';
import { likelyZone } from '#core/zones.ts';
import type { LiveRoom } from './live-room.svelte.ts';
import { freshId } from './ids.ts';

const NAMED = /@([^\s@<>"(),;:，。；：、]{1,64}@[^\s@<>"(),;:，。；：、]+\.[^\s@<>"(),;:.，。；：、]{2,})/gu;

/** Addresses after an @ of people who are not here yet. */
export const addressesIn = (text: string, room: LiveRoom): string[] => [
  ...new Set(
    [...text.replace(/^>.*$/gm, '').matchAll(NAMED)].flatMap((found) =>
      found[1] && !room.isKnown(found[1]) ? [found[1].toLowerCase()] : [],
    ),
  ),
];

export function newcomer(one: { email: string; name: string }, room: LiveRoom): AddParticipant {
  const colleague = room.colleagues.find((other) => other.email === one.email);
  // A newcomer most likely reads what the ones of their side read; they can change it.
  const locale = likeOwnSide(room, colleague ? 'seller' : 'customer');
  return {
    participant: freshId(),
    side: colleague ? 'seller' : 'customer',
    name: colleague?.name ?? one.name,
    email: one.email,
    locale,
    zone: colleague ? room.me.zone : likelyZone(one.email, locale, room.me.zone),
    invite: true,
    note: '',
  };
}

function likeOwnSide(room: LiveRoom, side: 'seller' | 'customer'): AddParticipant['locale'] {
  return Object.values(room.state.people).find((one) => one.side === side && one.status !== 'left')?.locale ?? room.me.locale;
}
