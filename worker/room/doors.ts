/**
 * The ways into a room, kept by the room itself so that they work with D1 down and close at once when revoked:
 * keys that were mailed (to enter, to reply, to set mail wishes), devices that are in, codes that were asked for.
 */
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import { LIMITS, secondsUntil } from '../access/limits.ts';

/** A device stays in for this long after it was last seen. */
const DEVICE_LIFE = 90 * 86_400_000;
export const CODE_MINUTES = 10;
const CODE_TRIES = 5;
/** Asked again within so many seconds, a code is the same: a press that came twice, a page that was loaded again. */
const CODE_REPEATS = 20;

export type MailedKind = 'enter' | 'reply' | 'wishes';

export interface Key {
  participant: ParticipantId;
  thread: ThreadId;
}

export interface Device {
  id: number;
  participant: ParticipantId;
  userAgent: string;
  createdAt: number;
}

/** Somebody who came through another's link and gave an address of their own. */
export interface Newcomer {
  name: string;
  email: string;
}

export class Doors {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS key (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, participant TEXT NOT NULL, thread TEXT NOT NULL, at INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS device (id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, participant TEXT NOT NULL, user_agent TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, reply TEXT);
      CREATE UNIQUE INDEX IF NOT EXISTS device_hash ON device (hash, participant);
      CREATE TABLE IF NOT EXISTS code (device TEXT NOT NULL, participant TEXT NOT NULL, hash TEXT NOT NULL, newcomer TEXT, at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (device, participant)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS code_sent (participant TEXT NOT NULL, at INTEGER NOT NULL);
    `);
  }

  mint(kind: MailedKind | 'feed', hash: string, key: Key, at: number): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO key (hash, kind, participant, thread, at) VALUES (?, ?, ?, ?, ?)',
      hash,
      kind,
      key.participant,
      key.thread,
      at,
    );
  }

  key(kind: MailedKind | 'feed', hash: string): Key | undefined {
    const [row] = this.#sql
      .exec<{ participant: string; thread: string }>(
        'SELECT participant, thread FROM key WHERE hash = ? AND kind = ? AND revoked = 0',
        hash,
        kind,
      )
      .toArray();
    return row && { participant: row.participant as ParticipantId, thread: row.thread as ThreadId };
  }

  /** Whether a person's calendar may be fetched by an address that was given to them. */
  hasFeed(participant: ParticipantId): boolean {
    return (
      this.#sql.exec("SELECT 1 FROM key WHERE participant = ? AND kind = 'feed' AND revoked = 0 LIMIT 1", participant).toArray().length > 0
    );
  }

  /** Ends a person's calendar address. */
  dropFeed(participant: ParticipantId): void {
    this.#sql.exec("UPDATE key SET revoked = 1 WHERE participant = ? AND kind = 'feed'", participant);
  }

  /** Shuts every key and device of a person; the sockets are the caller's to close. */
  shut(participant: ParticipantId): void {
    this.#sql.exec('UPDATE key SET revoked = 1 WHERE participant = ?', participant);
    this.#sql.exec('UPDATE device SET revoked = 1 WHERE participant = ?', participant);
    this.#sql.exec('DELETE FROM code WHERE participant = ?', participant);
  }

  /** Whose device this is, newest entry first if one device entered as several people. */
  device(hash: string, now: number): Device | undefined {
    const [row] = this.#sql
      .exec<{ id: number; participant: string; user_agent: string; created: number }>(
        'SELECT id, participant, user_agent, created FROM device WHERE hash = ? AND revoked = 0 AND seen > ? ORDER BY created DESC, id DESC LIMIT 1',
        hash,
        now - DEVICE_LIFE,
      )
      .toArray();
    return row && { id: row.id, participant: row.participant as ParticipantId, userAgent: row.user_agent, createdAt: row.created };
  }

  isIn(hash: string, participant: ParticipantId, now: number): boolean {
    return (
      this.#sql
        .exec('SELECT 1 FROM device WHERE hash = ? AND participant = ? AND revoked = 0 AND seen > ?', hash, participant, now - DEVICE_LIFE)
        .toArray().length > 0
    );
  }

  hasBeenIn(participant: ParticipantId): boolean {
    return this.#sql.exec('SELECT 1 FROM device WHERE participant = ? LIMIT 1', participant).toArray().length > 0;
  }

  /** Lets a device in. */
  admit(hash: string, participant: ParticipantId, userAgent: string, now: number): number {
    return this.#sql
      .exec<{ id: number }>(
        `INSERT INTO device (hash, participant, user_agent, created, seen) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (hash, participant) DO UPDATE SET seen = ?4, created = ?4, revoked = 0, user_agent = ?3 RETURNING id`,
        hash,
        participant,
        userAgent,
        now,
      )
      .one().id;
  }

  /** A visit keeps the device in; written at most once an hour, since nothing finer is needed. */
  visited(hash: string, now: number): void {
    this.#sql.exec('UPDATE device SET seen = ? WHERE hash = ? AND seen < ?', now, hash, now - 3_600_000);
  }

  /** Ties a reply key to a device: "not you? reply NO" to that mail ends that device's session. */
  reportedBy(device: number, replyHash: string): void {
    this.#sql.exec('UPDATE device SET reply = ? WHERE id = ?', replyHash, device);
  }

  /** Ends the device that a reply key was about. Gives its hash, so that its sockets can be closed. */
  disown(replyHash: string): { id: number; hash: string } | undefined {
    return this.#sql
      .exec<{ id: number; hash: string }>('UPDATE device SET revoked = 1 WHERE reply = ? AND revoked = 0 RETURNING id, hash', replyHash)
      .toArray()[0];
  }

  /** A device, whether or not it is still in. */
  deviceWith(id: number): Pick<Device, 'participant' | 'userAgent'> | undefined {
    const [row] = this.#sql
      .exec<{ participant: string; user_agent: string }>('SELECT participant, user_agent FROM device WHERE id = ?', id)
      .toArray();
    return row && { participant: row.participant as ParticipantId, userAgent: row.user_agent };
  }

  /** When a person's devices were last here. Epoch ms. */
  lastSeen(participant: ParticipantId): number | undefined {
    const [row] = this.#sql.exec<{ at: number | null }>('SELECT max(seen) AS at FROM device WHERE participant = ?', participant).toArray();
    return row?.at ?? undefined;
  }

  /** Every device that a person came in on. Epoch ms. */
  devicesOf(participant: ParticipantId): { userAgent: string; created: number; seen: number; ended: boolean }[] {
    return this.#sql
      .exec<{ user_agent: string; created: number; seen: number; revoked: number }>(
        'SELECT user_agent, created, seen, revoked FROM device WHERE participant = ? ORDER BY created',
        participant,
      )
      .toArray()
      .map((row) => ({ userAgent: row.user_agent, created: row.created, seen: row.seen, ended: row.revoked === 1 }));
  }

  leave(hash: string): void {
    this.#sql.exec('UPDATE device SET revoked = 1 WHERE hash = ?', hash);
  }

  /** 0 when another code may be mailed on this person's account now; else the seconds until it may. */
  waitForCode(participant: ParticipantId, now: number): number {
    const { most, seconds } = LIMITS.codes;
    this.#sql.exec('DELETE FROM code_sent WHERE at < ?', now - seconds * 1000);
    const [first] = this.#sql
      .exec<{ at: number }>('SELECT at FROM code_sent WHERE participant = ? ORDER BY at DESC LIMIT 1 OFFSET ?', participant, most - 1)
      .toArray();
    return first ? secondsUntil(first.at + seconds * 1000, now) : 0;
  }

  /** Whether a code was asked for on this device, for the same mailbox, moments ago. */
  hasJustAsked(device: string, participant: ParticipantId, newcomer: Newcomer | null, now: number): boolean {
    const asked = this.#sql
      .exec(
        'SELECT 1 FROM code WHERE device = ? AND participant = ? AND newcomer IS ? AND at > ? AND tries < ?',
        device,
        participant,
        newcomer && JSON.stringify(newcomer),
        now - CODE_REPEATS * 1000,
        CODE_TRIES,
      )
      .toArray();
    return asked.length > 0;
  }

  askCode(device: string, participant: ParticipantId, hash: string, newcomer: Newcomer | null, now: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO code (device, participant, hash, newcomer, at, tries) VALUES (?, ?, ?, ?, ?, 0)',
      device,
      participant,
      hash,
      newcomer && JSON.stringify(newcomer),
      now,
    );
    this.#sql.exec('INSERT INTO code_sent (participant, at) VALUES (?, ?)', participant, now);
  }

  /** Tries a code. It dies with its use, after ten minutes and after five wrong tries. */
  useCode(
    device: string,
    participant: ParticipantId,
    hash: string,
    now: number,
  ): { ok: true; newcomer: Newcomer | null } | { ok: false; reason: 'code_wrong' | 'code_expired' } {
    const [row] = this.#sql
      .exec<{ hash: string; newcomer: string | null; at: number; tries: number }>(
        'SELECT hash, newcomer, at, tries FROM code WHERE device = ? AND participant = ?',
        device,
        participant,
      )
      .toArray();
    if (!row || row.at < now - CODE_MINUTES * 60_000 || row.tries >= CODE_TRIES) return { ok: false, reason: 'code_expired' };
    if (row.hash !== hash) {
      this.#sql.exec('UPDATE code SET tries = tries + 1 WHERE device = ? AND participant = ?', device, participant);
      return { ok: false, reason: 'code_wrong' };
    }
    this.#sql.exec('DELETE FROM code WHERE device = ? AND participant = ?', device, participant);
    return { ok: true, newcomer: row.newcomer === null ? null : (JSON.parse(row.newcomer) as Newcomer) };
  }
}
