/** The room's history in the object's own SQLite: events in order, a snapshot to open from, and what was read. */
import { audienceOf, maySee, maySeeThread } from '#core/audience.ts';
import { applyComments, shown, type Comment, type Wording } from '#core/discussion.ts';
import type { Recorded, RoomEvent, Via } from '#core/events.ts';
import type { CommentId, FileId, ParticipantId, TaskId, ThreadId } from '#core/ids.ts';
import type { Where } from '#core/protocol.ts';
import type { Side } from '#core/people.ts';
import { apply, emptyRoom, restored, type RoomState } from '#core/room.ts';
import { stamped, upcast, UPCASTERS } from '#core/versions.ts';

/** Events between two snapshots, taken when the room has a quiet moment … */
const SNAPSHOT_EVERY = 200;
/** … or, where that does not come, while it is busy: then a big state is written more rarely, by its size in characters. */
const SNAPSHOT_AT_LAST = 1_000;
const SNAPSHOT_PRICE = 1_000;
/** A stored value stays well below the 2 MB limit of a Durable Object's SQLite row. */
const SNAPSHOT_PART = 500_000;
const PAGE = 30;

interface EventRow extends Record<string, SqlStorageValue> {
  seq: number;
  at: number;
  by: string;
  via: string;
  seller: number;
  event: string;
}

const recorded = (row: EventRow): Recorded => ({
  seq: row.seq,
  at: new Date(row.at).toISOString(),
  by: row.by as ParticipantId | 'system',
  via: row.via as Via,
  audience: row.seller ? 'seller' : 'all',
  event: upcast(JSON.parse(row.event)),
});

/** True of rows that hold a new comment, as the index of threads wants to hear it: `{"type":"comment.posted",…`. */
const POSTED = `thread IS NOT NULL AND substr(event, 10, 14) = 'comment.posted'`;
/** Rows of one comment, as their index wants to hear it. */
const OF_COMMENT = `thread IS NOT NULL AND json_extract(event, '$.comment')`;

export interface CutPage {
  comments: Comment[];
  /** Sequence numbers from which there is more to page to; null at either end. */
  before: number | null;
  after: number | null;
}

const threadOf = (event: RoomEvent): ThreadId | null => ('thread' in event && event.type.startsWith('comment.') ? event.thread : null);

/** A short fingerprint that tells a resent command from another one under the same id. Not a security measure. */
export function fingerprint(value: unknown): number {
  const text = JSON.stringify(value);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}

/** Under what a command is remembered: who asked, shortened since it is written for every command, and the id they gave it. */
export const commandKey = (by: ParticipantId, id: string): string => `${by.slice(0, 8)}:${id}`;

/** Types of which stored events may be of an earlier version. */
const GROWN = Object.keys(UPCASTERS).map((type) => `{"type":"${type}"`);

/** An event as it goes over the wire: its stored text is taken as it is, not read and written again, unless it may be old. */
const wired = (row: EventRow): string => (GROWN.some((type) => row.event.startsWith(type)) ? JSON.stringify(recorded(row)) : wire(row));

const wire = (row: EventRow): string =>
  `{"seq":${row.seq},"at":"${new Date(row.at).toISOString()}","by":"${row.by}","via":"${row.via}","audience":"${row.seller ? 'seller' : 'all'}","event":${row.event}}`;

/** What happened, and the same as text: encoded once for disk and for every socket. */
export interface Written {
  recorded: Recorded;
  text: string;
}

export class Journal {
  readonly #sql: SqlStorage;
  /** The last event that a snapshot has, and its size in characters. */
  #snapshot: { seq: number; size: number } | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, by TEXT NOT NULL, via TEXT NOT NULL, seller INTEGER NOT NULL, thread TEXT, event TEXT NOT NULL);
      DROP INDEX IF EXISTS event_thread;
      CREATE INDEX IF NOT EXISTS event_said ON event (thread, seq) WHERE ${POSTED};
      CREATE INDEX IF NOT EXISTS event_comment ON event (json_extract(event, '$.comment'), seq) WHERE thread IS NOT NULL;
      CREATE TABLE IF NOT EXISTS command (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS snapshot (part INTEGER PRIMARY KEY, json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    `);
  }

  mark(name: 'projected'): number {
    const [row] = this.#sql.exec<{ value: number }>('SELECT value FROM mark WHERE name = ?', name).toArray();
    return row?.value ?? 0;
  }

  /** Moves a mark forward, never back: two runs may overlap. */
  advance(name: 'projected', value: number): void {
    this.#sql.exec('INSERT INTO mark (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = max(value, ?2)', name, value);
  }

  /** The state as of the last event: the snapshot and the short tail after it. */
  restore(): RoomState {
    const parts = this.#sql.exec<{ json: string }>('SELECT json FROM snapshot ORDER BY part').toArray();
    const json = parts.map((part) => part.json).join('');
    const start = json ? restored(JSON.parse(json) as Partial<RoomState>) : emptyRoom;
    this.#snapshot = { seq: start.seq, size: json.length };
    return this.since(start.seq).reduce(apply, start);
  }

  /** What was remembered of a snapshot may not be stored: after a transaction that was rolled back. It is taken again. */
  forget(): void {
    this.#snapshot = null;
  }

  /** What a command with this id did before, if it was seen. */
  earlier(id: string): { seq: number; body: number } | undefined {
    return this.#sql.exec<{ seq: number; body: number }>('SELECT seq, body FROM command WHERE id = ?', id).toArray()[0];
  }

  /** Appends what a command made happen. Synchronous, so that it is one commit with whatever else is written in the same turn. */
  append(command: { id: string; body: number } | null, by: ParticipantId | 'system', via: Via, at: number, events: RoomEvent[]): Written[] {
    const written = events.map((one): Written => {
      const event = stamped(one);
      const audience = audienceOf(event);
      const row = { at, by, via, seller: audience === 'seller' ? 1 : 0, event: JSON.stringify(event) };
      const { seq } = this.#sql
        .exec<{ seq: number }>(
          'INSERT INTO event (at, by, via, seller, thread, event) VALUES (?, ?, ?, ?, ?, ?) RETURNING seq',
          at,
          by,
          via,
          row.seller,
          threadOf(event),
          row.event,
        )
        .one();
      return { recorded: { seq, at: new Date(at).toISOString(), by, via, audience, event }, text: wired({ seq, ...row }) };
    });
    if (command) {
      const seq = written.at(-1)?.recorded.seq ?? 0;
      this.#sql.exec('INSERT INTO command (id, seq, body) VALUES (?, ?, ?)', command.id, seq, command.body);
    }
    return written;
  }

  /** Events of a room that lived elsewhere, under the numbers they had. */
  adopt(events: Recorded[]): void {
    for (const { seq, at, by, via, audience, event } of events) {
      this.#sql.exec(
        'INSERT INTO event (seq, at, by, via, seller, thread, event) VALUES (?, ?, ?, ?, ?, ?, ?)',
        seq,
        Date.parse(at),
        by,
        via,
        audience === 'seller' ? 1 : 0,
        threadOf(event),
        JSON.stringify(event),
      );
    }
  }

  /** Keeps a snapshot now and then, so that waking never replays more than a short tail. `quiet`: nobody waits for this turn. */
  settle(state: RoomState, quiet: boolean): void {
    const last = this.#snapshot ?? { seq: 0, size: 0 };
    const pause = quiet ? SNAPSHOT_EVERY : SNAPSHOT_AT_LAST + last.size / SNAPSHOT_PRICE;
    if (state.seq - last.seq >= pause) this.#keepSnapshot(state);
  }

  /** The history was put in place anew, up to this state, and D1 has so much of it. */
  restart(state: RoomState, projected: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO mark (name, value) VALUES ('projected', ?)", projected);
    this.#keepSnapshot(state);
  }

  #keepSnapshot(state: RoomState): void {
    const json = JSON.stringify(state);
    this.#sql.exec('DELETE FROM snapshot');
    for (let start = 0; start < json.length; start += SNAPSHOT_PART) {
      this.#sql.exec('INSERT INTO snapshot (part, json) VALUES (?, ?)', start, json.slice(start, start + SNAPSHOT_PART));
    }
    this.#snapshot = { seq: state.seq, size: json.length };
  }

  /** Events after a sequence number as the text that a side is sent, and the comments among them, which may need more than their text. */
  wiredSince(side: Side, seq: number): { text: string; comments: Recorded[] } {
    const rows = this.#sql
      .exec<EventRow>(`SELECT seq, at, by, via, seller, event FROM event WHERE seq > ? ORDER BY seq`, seq)
      .toArray()
      .filter((row) => maySee(side, row.seller ? 'seller' : 'all'));
    // Whatever was deleted of them was deleted after it was said, so that stands among them, too.
    if (rows.some((row) => row.event.startsWith('{"type":"comment.deleted"'))) {
      const events = this.withoutDeleted(rows.map(recorded));
      return { text: events.map((one) => JSON.stringify(one)).join(','), comments: events };
    }
    return {
      text: rows.map(wired).join(','),
      comments: rows.filter((row) => row.event.startsWith('{"type":"comment.')).map(recorded),
    };
  }

  since(seq: number, limit = 100_000): Recorded[] {
    return this.#sql
      .exec<EventRow>('SELECT seq, at, by, via, seller, event FROM event WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
      .toArray()
      .map(recorded);
  }

  /** The next events after a sequence number, as many as make a page: so many characters, and one event at least. */
  page(seq: number, limit: number, most: number): Recorded[] {
    const events: Recorded[] = [];
    let size = 0;
    const rows = this.#sql.exec<EventRow>(
      'SELECT seq, at, by, via, seller, event FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
      seq,
      limit,
    );
    for (const row of rows) {
      size += row.event.length;
      if (size > most && events.length > 0) break;
      events.push(recorded(row));
    }
    return events;
  }

  /** Takes the name of whoever wants to be forgotten out of the one event that has it, and out of the snapshot. */
  forgetNewcomer(newcomer: ParticipantId, state: RoomState): void {
    this.#sql.exec(
      `UPDATE event SET event = json_set(event, '$.name', '') WHERE thread IS NULL AND substr(event, 10, 16) = 'newcomer.brought' AND json_extract(event, '$.newcomer') = ?`,
      newcomer,
    );
    this.#keepSnapshot(state);
  }

  /** Rewrites what events say, without moving any: gives those that changed. The snapshot is the caller's to take anew. */
  rewrite(change: (text: string) => string): number[] {
    const changed: number[] = [];
    for (let since = 0; ;) {
      const rows = this.#sql
        .exec<{ seq: number; event: string }>('SELECT seq, event FROM event WHERE seq > ? ORDER BY seq LIMIT 1000', since)
        .toArray();
      for (const { seq, event } of rows) {
        const after = change(event);
        if (after === event) continue;
        this.#sql.exec('UPDATE event SET event = ? WHERE seq = ?', after, seq);
        changed.push(seq);
      }
      const last = rows.at(-1);
      if (!last) return changed;
      since = last.seq;
    }
  }

  /** The state as the history alone gives it, and a snapshot of that. */
  replay(): RoomState {
    const state = this.since(0, Number.MAX_SAFE_INTEGER).reduce(apply, emptyRoom);
    this.#keepSnapshot(state);
    return state;
  }

  /** Events by their numbers. */
  numbered(seqs: number[]): Recorded[] {
    return this.#sql
      .exec<EventRow>(
        'SELECT seq, at, by, via, seller, event FROM event WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq',
        JSON.stringify(seqs),
      )
      .toArray()
      .map(recorded);
  }

  /** The first event that names a mail: as that of a comment, or held. `brought`: it came with a copy, and so did the mail. */
  mail(id: string): { by: ParticipantId | 'system'; thread: ThreadId | null; brought: boolean } | undefined {
    const [row] = this.#sql
      .exec<{ by: string; thread: string | null; brought: number }>(
        `SELECT by, thread, seq <= coalesce((SELECT max(seq) FROM event WHERE thread IS NULL AND json_extract(event, '$.type') = 'room.imported'), 0) AS brought
         FROM event WHERE (thread IS NOT NULL AND json_extract(event, '$.mail') = ?1) OR (thread IS NULL AND seller = 1 AND json_extract(event, '$.held') = ?1)
         ORDER BY seq LIMIT 1`,
        id,
      )
      .toArray();
    return row && { by: row.by as ParticipantId | 'system', thread: row.thread as ThreadId | null, brought: row.brought === 1 };
  }

  /** Whether anything that happened names this file. */
  names(file: FileId): boolean {
    return this.#sql.exec('SELECT 1 FROM event WHERE instr(event, ?) > 0 LIMIT 1', JSON.stringify(file)).toArray().length > 0;
  }

  /** What somebody did, and what others did that names them. */
  concerning(who: ParticipantId): Recorded[] {
    return this.#sql
      .exec<EventRow>(
        'SELECT seq, at, by, via, seller, event FROM event WHERE by = ?1 OR instr(event, ?2) > 0 ORDER BY seq',
        who,
        JSON.stringify(who),
      )
      .toArray()
      .map(recorded);
  }

  /** When each person last did something that a side may know of, by mail or otherwise. Epoch ms. */
  lastDeeds(side: Side, byMail: boolean): Map<ParticipantId, number> {
    return new Map(
      this.#sql
        .exec<{ by: string; at: number }>(
          `SELECT by, max(at) AS at FROM event WHERE via ${byMail ? '=' : '!='} 'mail' AND by != 'system' AND seller <= ? GROUP BY by`,
          maySee(side, 'seller') ? 1 : 0,
        )
        .toArray()
        .map((row) => [row.by as ParticipantId, row.at]),
    );
  }

  /** Whether somebody did anything after an instant (epoch ms). Looks at the newest events only. */
  hasActed(who: ParticipantId, since: number): boolean {
    const newest = 'SELECT by, at FROM event ORDER BY seq DESC LIMIT 200';
    return this.#sql.exec(`SELECT 1 FROM (${newest}) WHERE by = ? AND at > ? LIMIT 1`, who, since).toArray().length > 0;
  }

  /** What was done, without what was said. */
  deeds(): Recorded[] {
    return this.#sql
      .exec<EventRow>('SELECT seq, at, by, via, seller, event FROM event WHERE thread IS NULL ORDER BY seq')
      .toArray()
      .map(recorded);
  }

  /** The events, comments aside, that name a task, oldest first. Read whole: it is asked rarely, by somebody who waits for it. */
  naming(task: TaskId): Recorded[] {
    return this.#sql
      .exec<EventRow>(
        'SELECT seq, at, by, via, seller, event FROM event WHERE thread IS NULL AND instr(event, ?) > 0 ORDER BY seq',
        JSON.stringify(task),
      )
      .toArray()
      .map(recorded);
  }

  /** One page of a thread, oldest first, as a side may see it. */
  thread(side: Side, thread: ThreadId, where: Where): CutPage {
    if (!maySeeThread(side, thread)) return { comments: [], before: null, after: null };
    if (where && 'at' in where) return this.#around(side, thread, where.at);
    if (where && 'after' in where) {
      const rows = this.#posted(thread, `seq > ? ORDER BY seq`, where.after, PAGE + 1);
      const page = rows.slice(0, PAGE);
      return { comments: this.#told(page), before: where.after + 1, after: rows.length > PAGE ? (page.at(-1)?.seq ?? null) : null };
    }
    const before = where?.before ?? Number.MAX_SAFE_INTEGER;
    const rows = this.#posted(thread, `seq < ? ORDER BY seq DESC`, before, PAGE + 1);
    const page = rows.slice(0, PAGE).reverse();
    return {
      comments: this.#told(page),
      before: rows.length > PAGE ? (page[0]?.seq ?? null) : null,
      after: where ? before - 1 : null,
    };
  }

  /** The page in whose middle a comment stands; the newest page when there is no such comment here. */
  #around(side: Side, thread: ThreadId, id: CommentId): CutPage {
    const one = this.comment(id);
    if (one?.thread !== thread) return this.thread(side, thread, null);
    const half = PAGE / 2;
    const earlier = this.#posted(thread, `seq < ? ORDER BY seq DESC`, one.seq, half + 1);
    const later = this.#posted(thread, `seq >= ? ORDER BY seq`, one.seq, half + 1);
    const page = [...earlier.slice(0, half).reverse(), ...later.slice(0, half)];
    return {
      comments: this.#told(page),
      before: earlier.length > half ? (page[0]?.seq ?? null) : null,
      after: later.length > half ? (page.at(-1)?.seq ?? null) : null,
    };
  }

  #posted(thread: ThreadId, order: string, seq: number, limit: number): EventRow[] {
    return this.#sql
      .exec<EventRow>(
        `SELECT seq, at, by, via, seller, event FROM event WHERE thread = ? AND ${POSTED} AND ${order} LIMIT ?`,
        thread,
        seq,
        limit,
      )
      .toArray();
  }

  /** Comments with all that happened to them since, wherever that stands in the history. */
  #told(posted: EventRow[]): Comment[] {
    return this.#folded(posted).map(shown);
  }

  #folded(posted: EventRow[]): Comment[] {
    if (posted.length === 0) return [];
    const events = posted.map(recorded);
    const ids = events.map(({ event }) => 'comment' in event && event.comment);
    const since = this.#sql
      .exec<EventRow>(
        `SELECT seq, at, by, via, seller, event FROM event WHERE ${OF_COMMENT} IN (SELECT value FROM json_each(?)) AND NOT (${POSTED}) ORDER BY seq`,
        JSON.stringify(ids),
      )
      .toArray();
    return [...events, ...since.map(recorded)].reduce(applyComments, []);
  }

  #rowsOf(id: string): EventRow[] {
    return this.#sql.exec<EventRow>(`SELECT seq, at, by, via, seller, event FROM event WHERE ${OF_COMMENT} = ? ORDER BY seq`, id).toArray();
  }

  /** A comment as it is now, with its words even if it was deleted; undefined if there is none. Not for anybody's eyes. */
  comment(id: string): Comment | undefined {
    return this.#rowsOf(id).map(recorded).reduce(applyComments, [])[0];
  }

  /** Events as anybody may be told them later: the words of comments that were deleted since are left out. */
  withoutDeleted(events: Recorded[]): Recorded[] {
    const said = events.flatMap(({ event }) =>
      event.type === 'deal.cited' ? [event.evidence.of] : threadOf(event) !== null && 'comment' in event ? [event.comment] : [],
    );
    if (said.length === 0) return events;
    const gone = new Set(
      this.#sql
        .exec<{ id: string }>(
          // With max(seq), SQLite takes the other columns from that row: the last deletion or restoring of each comment.
          `SELECT json_extract(event, '$.comment') AS id, json_extract(event, '$.type') AS type, max(seq) FROM event
           WHERE ${OF_COMMENT} IN (SELECT value FROM json_each(?)) AND json_extract(event, '$.type') IN ('comment.deleted', 'comment.restored')
           GROUP BY 1 HAVING type = 'comment.deleted'`,
          JSON.stringify([...new Set(said)]),
        )
        .toArray()
        .map((row) => row.id),
    );
    if (gone.size === 0) return events;
    return events.map((one): Recorded => {
      const { event } = one;
      if (event.type === 'deal.cited' && gone.has(event.evidence.of))
        return { ...one, event: { ...event, evidence: { ...event.evidence, excerpt: '' } } };
      if (threadOf(event) === null || !('comment' in event) || event.comment === null || !gone.has(event.comment)) return one;
      if (event.type === 'comment.posted' || event.type === 'comment.restored') return { ...one, event: { ...event, body: '', files: [] } };
      return event.type === 'comment.edited' ? { ...one, event: { ...event, body: '' } } : one;
    });
  }

  /** Every wording that a comment had, the first one first. */
  wordings(id: string): Wording[] {
    return this.#rowsOf(id)
      .map(recorded)
      .flatMap(({ event, at }) => (event.type === 'comment.posted' || event.type === 'comment.edited' ? [{ at, body: event.body }] : []));
  }

  /** What was said in a thread after a sequence number, for the mail about it: as it reads now, without what was deleted. */
  said(thread: ThreadId, after: number): Recorded[] {
    const rows = this.#posted(thread, 'seq > ? ORDER BY seq', after, 50);
    const now = new Map(this.#folded(rows).map((one) => [one.id, one]));
    return rows.map(recorded).flatMap((one) => {
      if (one.event.type !== 'comment.posted') return [];
      const comment = now.get(one.event.comment);
      return comment?.deletedAt === null ? [{ ...one, event: { ...one.event, body: comment.body } }] : [];
    });
  }
}
