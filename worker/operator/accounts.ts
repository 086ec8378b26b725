/** What is to be equal: a room's log and what D1 shows of it, as two hashes, whichever side they are taken from. */
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, RoomId } from '#core/ids.ts';
import type { Via } from '#core/events.ts';
import { upcast } from '#core/versions.ts';
import { lineOf, LogHash } from '../copy/log.ts';
import { shownIn } from '../room/projection.ts';

export interface Account {
  room: RoomId | null;
  demo: boolean;
  events: number;
  /** The last event's number. */
  head: number;
  /** SHA-256 of the log, line by line as a copy has it. */
  log: string;
  /** SHA-256 of the rows that lists and summaries are drawn from: what is there, or what the log folds to. */
  shown: string;
}

/** A hash of lines in the order they come. */
export async function hashOfLines(lines: string[]): Promise<string> {
  const hash = new LogHash();
  for (const line of lines) await hash.add(line);
  return hash.end();
}

/** A log's hash and length, page by page; `pageAfter` gives the events that come after a number, none at the end. */
export async function hashOfLog(
  pageAfter: (seq: number) => Recorded[] | Promise<Recorded[]>,
): Promise<Pick<Account, 'events' | 'head' | 'log'>> {
  const hash = new LogHash();
  let [events, head] = [0, 0];
  for (;;) {
    const page = await pageAfter(head);
    for (const one of page) await hash.add(lineOf(one));
    const last = page.at(-1);
    if (!last) return { events, head, log: await hash.end() };
    events += page.length;
    head = last.seq;
  }
}

/** Events that D1 has of a room after a number, oldest first. */
export async function eventsIn(db: D1Database, room: RoomId, after: number, limit = 200): Promise<Recorded[]> {
  const { results } = await db
    .prepare('SELECT seq, at, "by", via, audience, event FROM room_event WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?')
    .bind(room, after, limit)
    .all<{ seq: number; at: string; by: string; via: string; audience: string; event: string }>();
  return results.map((row) => ({
    seq: row.seq,
    at: row.at,
    by: row.by as ParticipantId | 'system',
    via: row.via as Via,
    audience: row.audience as Recorded['audience'],
    event: upcast(JSON.parse(row.event)),
  }));
}

/** What D1 has of a room. */
export async function accountOfD1(db: D1Database, room: RoomId): Promise<Account> {
  const log = await hashOfLog((after) => eventsIn(db, room, after));
  return { room, demo: false, ...log, shown: await hashOfLines(await shownIn(db, room)) };
}
