/** What the room must do later. An object has one alarm, so it is a scheduler over these rows, and it never dies. */

import { requestId } from '../log.ts';

export type Chore =
  /** Bring D1 up to date. */
  | 'project'
  /** Write to whoever should hear of a change of a meeting; the key is its task. */
  | 'calendar'
  /** Mail one person; the key is `<participant>|<thread>|news`, or `…|invitation`. */
  | 'notify'
  /** Make an event of a text that was written together; the key is the text. */
  | 'text'
  /** Tell the author of a mail what it did; the key is the mail's id. */
  | 'receipt'
  /** Tell somebody that the device they did not know is out; the key is `<device>|<when it was ended, epoch ms>`. */
  | 'deviceOut'
  /** Look whether the plan is still true. */
  | 'check'
  /** Ask one person whether it is; the key is `<participant>|<seq of its turning>`. */
  | 'ask'
  /** Let a proposal pass; the key is `<task>|<proposer>`. */
  | 'lapse'
  /** Remind one person of what is due. */
  | 'remind'
  /** Ask one person to look back; the key is `<participant>|<seq of the asking>`. */
  | 'reflect'
  /** Ask somebody who was put in copy; the key is as whom they would be in the room. */
  | 'brought'
  /** Let go of files that were uploaded and never used. */
  | 'unused'
  /** Take an address out of what mail has left behind; the key says which and where. */
  | 'erase'
  /** Take somebody out of what the room has elsewhere; the key says who, and where they stand. */
  | 'eraseElsewhere'
  /** Take back what the postbox has not sent yet. */
  | 'withdraw'
  /** Mail somebody what they asked for; the key is `<data|copy>|<participant>|<mail>`. */
  | 'hand';

/** What goes on in a room that is shut, and what rests in one that is put away. */
export const RESTS: { deleted: ReadonlySet<Chore>; archived: ReadonlySet<Chore> } = {
  deleted: new Set(['project', 'text', 'erase', 'eraseElsewhere', 'withdraw']),
  archived: new Set(['check', 'ask', 'lapse', 'remind', 'reflect']),
};

export interface Due extends Record<string, SqlStorageValue> {
  kind: Chore;
  key: string;
  at: number;
  tries: number;
  /** On whose behalf it was put on the list (log.ts). */
  request: string | null;
}

/** Seconds until another try after `tries` failures: doubling from 2 s to 10 min, with jitter given from outside. */
export const backoff = (tries: number, jitter: number): number => Math.min(600, 2 ** Math.min(tries, 10)) * (1 + jitter / 2);

export class Agenda {
  readonly #storage: DurableObjectStorage;
  /** When the alarm stands, as far as this instance knows; null when it must look. */
  #armed: number | null = null;
  /** While the alarm runs: no other can come, and the next is set at its end. */
  #isRunning = false;
  /** What is on the list, once it was read: each event asks, and nobody else writes. */
  #known: Map<string, number> | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS agenda (kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, request TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID',
    );
    // A room of before.
    if (storage.sql.exec("SELECT 1 FROM pragma_table_info('agenda') WHERE name = 'request'").toArray().length === 0)
      storage.sql.exec('ALTER TABLE agenda ADD COLUMN request TEXT');
  }

  /** Something to do by `at` (epoch ms). If it is already to be done, the earlier time holds. */
  add(kind: Chore, key: string, at: number, now: number): void {
    const known = (this.#known ??= new Map(
      this.#storage.sql
        .exec<Due>('SELECT kind, key, at, tries, request FROM agenda')
        .toArray()
        .map((row) => [`${row.kind} ${row.key}`, row.at]),
    ));
    const before = known.get(`${kind} ${key}`);
    // The window opened first counts: a burst does not push its own mail away. A row that is due may be running
    // at this moment and not know of what is new, so it is put on again.
    if (before !== undefined && before <= at && before > now) return;
    known.set(`${kind} ${key}`, at);
    this.#storage.sql.exec(
      'INSERT INTO agenda (kind, key, at, request) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (kind, key) DO UPDATE SET at = ?3, request = coalesce(?4, request)',
      kind,
      key,
      at,
      requestId(),
    );
    this.#arm(at);
  }

  /** What is to be done now, by the alarm, which must end with `rearm`. D1 comes last: nobody's mail waits while it does not answer. */
  due(now: number, limit = 50): Due[] {
    this.forget();
    this.#isRunning = true;
    return this.#storage.sql
      .exec<Due>("SELECT kind, key, at, tries, request FROM agenda WHERE at <= ? ORDER BY kind = 'project', at LIMIT ?", now, limit)
      .toArray();
  }

  /** Reads the list anew when it is next needed: after a transaction that was rolled back, too. */
  forget(): void {
    this.#known = null;
    this.#armed = null;
  }

  /** Whether anything of this kind with a key like this (SQL LIKE) is still to be done. */
  has(kind: Chore, like: string): boolean {
    return this.#storage.sql.exec('SELECT 1 FROM agenda WHERE kind = ? AND key LIKE ? LIMIT 1', kind, like).toArray().length > 0;
  }

  /** The keys of what is still to be done of this kind with a key like this (SQL LIKE), the earliest first. */
  keys(kind: Chore, like: string): string[] {
    return this.#storage.sql
      .exec<{ key: string }>('SELECT key FROM agenda WHERE kind = ? AND key LIKE ? ORDER BY at', kind, like)
      .toArray()
      .map((row) => row.key);
  }

  /** Done, unless it was put on again meanwhile. */
  done(chore: Due): void {
    this.#known = null;
    this.#storage.sql.exec('DELETE FROM agenda WHERE kind = ? AND key = ? AND at = ?', chore.kind, chore.key, chore.at);
  }

  again(chore: Due, at: number): void {
    this.#known = null;
    this.#storage.sql.exec('UPDATE agenda SET at = ?, tries = tries + 1 WHERE kind = ? AND key = ?', at, chore.kind, chore.key);
  }

  /** What was put off is looked at now: each chore knows by the state whether it still is one. */
  bringForward(now: number): void {
    this.forget();
    this.#storage.sql.exec('UPDATE agenda SET at = ?1 WHERE at > ?1', now);
    if (!this.#isRunning) this.rearm();
  }

  /** Takes everything of a kind off the list. */
  drop(kind: Chore): void {
    this.#known = null;
    this.#storage.sql.exec('DELETE FROM agenda WHERE kind = ?', kind);
  }

  /** Sets the alarm for whatever comes next. Called after every run and when the object wakes. */
  rearm(): void {
    this.#isRunning = false;
    const [row] = this.#storage.sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM agenda').toArray();
    this.#armed = row?.at ?? null;
    if (this.#armed !== null) void this.#storage.setAlarm(this.#armed);
  }

  #arm(at: number): void {
    if (this.#isRunning) return;
    // An instance that has just woken does not know what it is to be woken for next: that may come before this.
    if (this.#armed === null) return this.rearm();
    if (this.#armed <= at) return;
    this.#armed = at;
    void this.#storage.setAlarm(at);
  }
}
