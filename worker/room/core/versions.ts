/**
 * Stored events of every age, read as today's. An event's shape may grow by what is optional; any other change is a new version of its
 * type, with a line here that makes the new form of the old one. The version is stored in the event (`v`); without one it is the first.
 * `test/core/versions.test.ts` knows every shape that ever was, and fails where one changes and nothing was said here.
 */
import type { RoomEvent } from './events.ts';

type Stored = Record<string, unknown>;

/** By type: what makes version 2 of version 1, 3 of 2, and so on. Pure, and never changed once events were written with it. */
export const UPCASTERS: Partial<Record<RoomEvent['type'], ((event: Stored) => Stored)[]>> = {
  // Deletions from before files went with their comment took none along.
  'comment.deleted': [(event) => ({ ...event, files: event['files'] ?? [] })],
};

/** The version in which events of a type are written today. */
export const versionOf = (type: RoomEvent['type']): number => (UPCASTERS[type]?.length ?? 0) + 1;

/** An event as it is stored: with its version behind its type, unless that is the first. */
export function stamped<Event extends RoomEvent>(event: Event): Event {
  const v = versionOf(event.type);
  if (v === 1) return event;
  const { type, ...rest } = event;
  return { type, v, ...rest } as unknown as Event;
}

/** An event of any earlier version, as one of today. One of a later version (a newer server wrote it) stays as it is. */
export function upcast(stored: unknown, upcasters: Record<string, ((event: Stored) => Stored)[] | undefined> = UPCASTERS): RoomEvent {
  let event = stored as Stored;
  const all = upcasters[String(event['type'])];
  if (!all) return stored as RoomEvent;
  const from = typeof event['v'] === 'number' ? event['v'] : 1;
  for (const [index, make] of all.entries()) {
    if (index + 1 < from) continue;
    const { type, v: _, ...rest } = make(event);
    event = { type, v: index + 2, ...rest };
  }
  return event as unknown as RoomEvent;
}
