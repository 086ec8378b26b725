/** What is written where, compared: a room's history with what was promised, with what each browser sees, and with D1. */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Recorded } from '../../../worker/room/core/events.ts';
import { apply, emptyRoom, type RoomState } from '../../../worker/room/core/room.ts';
import type { FrontDoor, Visitor } from '../room/people.ts';
import type { Browser } from './browser.ts';

/** A value's hash, whatever order its keys came in. */
function hashOf(value: unknown): string {
  const sorted = (_: string, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one;
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex');
}

/** A room's whole history, as a seller may read it. */
export async function historyOf(door: FrontDoor, seller: Visitor, room: string): Promise<Recorded[]> {
  const log: Recorded[] = [];
  for (;;) {
    const since = log.at(-1)?.seq ?? 0;
    const answer = await door.request(`/api/rooms/${room}/events?as=seller&since=${since}`, { cookie: seller.cookie });
    const { events } = (await answer.json()) as { events: Recorded[] };
    if (events.length === 0) return log;
    log.push(...events);
  }
}

export interface Findings {
  acknowledged: number;
  /** Acknowledged, and not in the history, or not where it was said to be. */
  lost: number;
  /** In the history more than once. */
  doubled: number;
  /** Places where numbers are not 1, 2, 3 …, and browsers that see another room than the server. */
  diverged: number;
  /** Events, tasks and people that D1 lacks or has otherwise than the room's history folds to. */
  outboxLost: number;
  events: number;
}

/** Everything about one room. Its browsers must have heard all there is. */
export async function audit(door: FrontDoor, seller: Visitor, room: string, browsers: Browser[], d1: string): Promise<Findings> {
  const log = await historyOf(door, seller, room);
  const found: Findings = { acknowledged: 0, lost: 0, doubled: 0, diverged: 0, outboxLost: 0, events: log.length };
  const at = new Map<string, number>();
  for (const [index, one] of log.entries()) {
    if (one.seq !== index + 1) found.diverged += 1;
    const [mark] = /mark\d+\./.exec(JSON.stringify(one.event)) ?? [];
    if (mark === undefined) continue;
    if (at.has(mark)) found.doubled += 1;
    else at.set(mark, one.seq);
  }
  const state = log.reduce(apply, emptyRoom);
  for (const browser of browsers) {
    for (const { mark, seq } of browser.promised) {
      found.acknowledged += 1;
      if (at.get(mark) !== seq) found.lost += 1;
    }
    const asked = await door.request(`/api/rooms/${room}?as=${browser.who.as}`, { cookie: browser.who.cookie });
    const { view } = (await asked.json()) as { view: { state: RoomState } };
    const [here, there] = [browser.state, view.state].map((one) => hashOf({ ...one, seq: 0 }));
    if (here !== there) found.diverged += 1;
  }
  if (hashOf(state) !== hashOf(await seen(door, seller, room))) found.diverged += 1;
  found.outboxLost = differences(d1, room, log, state);
  return found;
}

async function seen(door: FrontDoor, seller: Visitor, room: string): Promise<RoomState> {
  const asked = await door.request(`/api/rooms/${room}?as=seller`, { cookie: seller.cookie });
  return ((await asked.json()) as { view: { state: RoomState } }).view.state;
}

/** How far D1 has a room. Looked at in its file: asking the Worker might wake what should wake by itself. */
export function projectedTo(d1: string, room: string): number {
  const file = new DatabaseSync(d1, { readOnly: true });
  try {
    return (file.prepare('SELECT seq FROM room WHERE id = ?').get(room) as { seq: number } | undefined)?.seq ?? 0;
  } finally {
    file.close();
  }
}

function differences(d1: string, room: string, log: Recorded[], state: RoomState): number {
  const file = new DatabaseSync(d1, { readOnly: true });
  try {
    const rows = (table: string, columns: string) =>
      file.prepare(`SELECT ${columns} FROM ${table} WHERE ${table === 'room' ? 'id' : 'room_id'} = ?`).all(room) as Record<
        string,
        unknown
      >[];
    const events = new Map(rows('room_event', '*').map((row) => [row['seq'], row]));
    const wrong = log.filter((one) => {
      const row = events.get(one.seq);
      const isSame = row?.['at'] === one.at && row['by'] === one.by && row['via'] === one.via && row['audience'] === one.audience;
      return !isSame || hashOf(JSON.parse(String(row['event']))) !== hashOf(one.event);
    });
    const differ = (table: string, columns: string, folded: Record<string, unknown>[]) => {
      const there = new Map(rows(table, columns).map((row) => [row['id'], hashOf({ ...row })]));
      return folded.filter((one) => there.get(one['id']) !== hashOf(one)).length + Math.max(0, there.size - folded.length);
    };
    const tasks = Object.values(state.plan.tasks).map((one) => ({
      id: one.id,
      title: one.title,
      owners: JSON.stringify(one.owners),
      completed_at: one.completedAt,
      removed: one.removed ? 1 : 0,
    }));
    const people = Object.values(state.people).map((one) => ({
      id: one.id,
      name: one.name,
      email: one.email,
      status: one.status,
      mail: one.mail,
      trouble: one.trouble,
    }));
    return (
      wrong.length +
      Math.max(0, events.size - log.length) +
      differ('task', 'id, title, owners, completed_at, removed', tasks) +
      differ('participant', 'id, name, email, status, mail, trouble', people) +
      differ('room', 'id, name, seq', [{ id: room, name: state.room?.name, seq: state.seq }])
    );
  } finally {
    file.close();
  }
}
