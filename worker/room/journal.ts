/** The room's history in the object's own SQLite: events in order, a snapshot to open from, and what was read. */
import { audienceOf, maySeeThread } from '#core/audience.ts';
import { applyComments, type Comment } from '#core/discussion.ts';
import type { Recorded, RoomEvent, Via } from '#core/events.ts';
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import type { Side } from '#core/people.ts';
import { apply, emptyRoom, restored, type RoomState } from '#core/room.ts';

/** Events between two snapshots: what waking may have to replay at most. */
const SNAPSHOT_EVERY = 200;
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
  event: JSON.parse(row.event) as RoomEvent,
});

const threadOf = (event: RoomEvent): ThreadId | null => ('thread' in event && event.type.startsWith('comment.') ? event.thread : null);

/** A short fingerprint that tells a resent command from another one under the same id. Not a security measure. */
export function fingerprint(value: unknown): number {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(value)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash | 0;
}

export class Journal {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, by TEXT NOT NULL, via TEXT NOT NULL, seller INTEGER NOT NULL, thread TEXT, event TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS event_thread ON event (thread, seq) WHERE thread IS NOT NULL;
      CREATE TABLE IF NOT EXISTS command (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS snapshot (part INTEGER PRIMARY KEY, json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    `);
  }

  mark(name: 'snapshot' | 'projected'): number {
    const [row] = this.#sql.exec<{ value: number }>('SELECT value FROM mark WHERE name = ?', name).toArray();
    return row?.value ?? 0;
  }

  /** Moves a mark forward, never back: two runs may overlap. */
  advance(name: 'snapshot' | 'projected', value: number): void {
    this.#sql.exec('INSERT INTO mark (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = max(value, ?2)', name, value);
  }

  /** The state as of the last event: the snapshot and the short tail after it. */
  restore(): RoomState {
    const parts = this.#sql.exec<{ json: string }>('SELECT json FROM snapshot ORDER BY part').toArray();
    const start = parts.length ? restored(JSON.parse(parts.map((part) => part.json).join('')) as Partial<RoomState>) : emptyRoom;
    return this.since(start.seq).reduce(apply, start);
  }

  /** What a command with this id did before, if it was seen. */
  earlier(id: string): { seq: number; body: number } | undefined {
    return this.#sql.exec<{ seq: number; body: number }>('SELECT seq, body FROM command WHERE id = ?', id).toArray()[0];
  }

  /** Appends what a command made happen. Synchronous, so that it is one commit with whatever else is written in the same turn. */
  append(
    command: { id: string; body: number } | null,
    by: ParticipantId | 'system',
    via: Via,
    at: number,
    events: RoomEvent[],
  ): Recorded[] {
    const written = events.map((event): Recorded => {
      const audience = audienceOf(event);
      const { seq } = this.#sql
        .exec<{ seq: number }>(
          'INSERT INTO event (at, by, via, seller, thread, event) VALUES (?, ?, ?, ?, ?, ?) RETURNING seq',
          at,
          by,
          via,
          audience === 'seller' ? 1 : 0,
          threadOf(event),
          JSON.stringify(event),
        )
        .one();
      return { seq, at: new Date(at).toISOString(), by, via, audience, event };
    });
    if (command) this.#sql.exec('INSERT INTO command (id, seq, body) VALUES (?, ?, ?)', command.id, written.at(-1)?.seq ?? 0, command.body);
    return written;
  }

  /** Keeps a snapshot now and then, so that waking never replays more than a short tail. */
  settle(state: RoomState): void {
    if (state.seq - this.mark('snapshot') < SNAPSHOT_EVERY) return;
    const json = JSON.stringify(state);
    this.#sql.exec('DELETE FROM snapshot');
    for (let start = 0; start < json.length; start += SNAPSHOT_PART) {
      this.#sql.exec('INSERT INTO snapshot (part, json) VALUES (?, ?)', start, json.slice(start, start + SNAPSHOT_PART));
    }
    this.advance('snapshot', state.seq);
  }

  since(seq: number, limit = 100_000): Recorded[] {
    return this.#sql
      .exec<EventRow>('SELECT seq, at, by, via, seller, event FROM event WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
      .toArray()
      .map(recorded);
  }

  /** One page of a thread, oldest first, as a side may see it. */
  thread(side: Side, thread: ThreadId, before: number | null): { comments: Comment[]; before: number | null } {
    if (!maySeeThread(side, thread)) return { comments: [], before: null };
    const rows = this.#sql
      .exec<EventRow>(
        'SELECT seq, at, by, via, seller, event FROM event WHERE thread = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
        thread,
        before ?? Number.MAX_SAFE_INTEGER,
        PAGE + 1,
      )
      .toArray();
    const more = rows.length > PAGE;
    const page = rows.slice(0, PAGE).reverse();
    const oldest = page[0]?.seq ?? null;
    // An edit or deletion may lie after this page: it belongs to the comment, wherever that stands.
    const later =
      oldest === null || before === null
        ? []
        : this.#sql
            .exec<EventRow>(
              `SELECT seq, at, by, via, seller, event FROM event WHERE thread = ? AND seq >= ? AND event NOT LIKE '{"type":"comment.posted"%' ORDER BY seq`,
              thread,
              before,
            )
            .toArray();
    const comments = [...page, ...later].map(recorded).reduce(applyComments, []);
    return { comments, before: more ? oldest : null };
  }

  /** The author and thread of a comment; undefined if there is none. */
  comment(id: string): Recorded | undefined {
    const [row] = this.#sql
      .exec<EventRow>(
        `SELECT seq, at, by, via, seller, event FROM event WHERE thread IS NOT NULL AND event LIKE '{"type":"comment.posted"%' AND json_extract(event, '$.comment') = ? LIMIT 1`,
        id,
      )
      .toArray();
    return row && recorded(row);
  }

  /** A comment as it reads now, with its edits; undefined if there is none or it was deleted. */
  saidNow(id: string): Comment | undefined {
    const posted = this.comment(id);
    if (posted?.event.type !== 'comment.posted') return undefined;
    const later = this.#sql
      .exec<EventRow>(
        `SELECT seq, at, by, via, seller, event FROM event WHERE thread = ? AND seq > ? AND json_extract(event, '$.comment') = ? ORDER BY seq`,
        posted.event.thread,
        posted.seq,
        id,
      )
      .toArray()
      .map(recorded);
    const [comment] = [posted, ...later].reduce(applyComments, []);
    return comment?.deleted ? undefined : comment;
  }

  /** Comments of a thread after a sequence number, for the mail about them. */
  said(thread: ThreadId, after: number): Recorded[] {
    return this.#sql
      .exec<EventRow>('SELECT seq, at, by, via, seller, event FROM event WHERE thread = ? AND seq > ? ORDER BY seq LIMIT 50', thread, after)
      .toArray()
      .map(recorded);
  }
}
