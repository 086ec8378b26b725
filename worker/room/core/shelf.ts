/** A room that is put away, or on its way out: the selling side's business, which its own history tells. */
import type { Recorded } from './events.ts';
import type { RoomFacts } from './room.ts';

/** A deleted room can be brought back for this many days. Then it is erased. */
export const UNDO_DAYS = 30;

export type ShelfEvent =
  | { type: 'room.archived' }
  | { type: 'room.unarchived' }
  /** Shut at once, for everybody; erased after `until` (ISO instant). */
  | { type: 'room.deleted'; until: string }
  | { type: 'room.undeleted' };

/** The facts of a room after it was put away or taken back. */
export function applyShelf(facts: RoomFacts, event: ShelfEvent, at: string): RoomFacts {
  const { archived, deleted, ...rest } = facts;
  switch (event.type) {
    case 'room.archived':
      return { ...facts, archived: at };
    case 'room.unarchived':
      return deleted ? { ...rest, deleted } : rest;
    case 'room.deleted':
      return { ...facts, deleted: { at, until: event.until } };
    case 'room.undeleted':
      return archived ? { ...rest, archived } : rest;
  }
}

/** A room's facts as a customer may know them: where the sellers keep it is their own. */
export function facing(facts: RoomFacts): RoomFacts {
  const { archived: _, deleted: __, ...rest } = facts;
  return rest;
}

/** Whether something that happens in a room takes it off the shelf: what somebody does with the matter itself, not with their own mail. */
export const wakes = ({ by, audience, event }: Pick<Recorded, 'by' | 'audience' | 'event'>): boolean =>
  by !== 'system' && audience === 'all' && !/^(participant|reading|newcomer|room)\.|\.reacted$/.test(event.type);
