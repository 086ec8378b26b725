/** What the room must do later. An object has one alarm, so it is a scheduler over these rows, and it never dies. */

export type Chore =
  /** Bring D1 up to date. */
  | 'project'
  /** Mail one person; the key is `<participant>|<thread>|news`, or `…|invitation`. */
  | 'notify'
  /** Tell the author of a mail what it did; the key is the mail's id. */
  | 'receipt';

export interface Due extends Record<string, SqlStorageValue> {
  kind: Chore;
  key: string;
  at: number;
  tries: number;
}

/** Seconds until another try after `tries` failures: doubling from 2 s to 10 min, with jitter given from outside. */
export const backoff = (tries: number, jitter: number): number => Math.min(600, 2 ** Math.min(tries, 10)) * (1 + jitter / 2);

export class Agenda {
  readonly #storage: DurableObjectStorage;
  /** When the alarm stands, as far as this instance knows; null when it must look. */
  #armed: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS agenda (kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, key)) WITHOUT ROWID',
    );
  }

  /** Something to do by `at` (epoch ms). If it is already to be done, the earlier time holds. */
  add(kind: Chore, key: string, at: number, now: number): void {
    const [row] = this.#storage.sql.exec<{ at: number }>('SELECT at FROM agenda WHERE kind = ? AND key = ?', kind, key).toArray();
    // The window opened first counts: a burst does not push its own mail away. A row that is due may be running
    // at this moment and not know of what is new, so it is put on again.
    if (row && row.at <= at && row.at > now) return;
    this.#storage.sql.exec(
      'INSERT INTO agenda (kind, key, at) VALUES (?1, ?2, ?3) ON CONFLICT (kind, key) DO UPDATE SET at = ?3',
      kind,
      key,
      at,
    );
    this.#arm(at);
  }

  due(now: number, limit = 50): Due[] {
    return this.#storage.sql.exec<Due>('SELECT kind, key, at, tries FROM agenda WHERE at <= ? ORDER BY at LIMIT ?', now, limit).toArray();
  }

  /** Done, unless it was put on again meanwhile. */
  done(chore: Due): void {
    this.#storage.sql.exec('DELETE FROM agenda WHERE kind = ? AND key = ? AND at = ?', chore.kind, chore.key, chore.at);
  }

  again(chore: Due, at: number): void {
    this.#storage.sql.exec('UPDATE agenda SET at = ?, tries = tries + 1 WHERE kind = ? AND key = ?', at, chore.kind, chore.key);
  }

  /** Takes everything of a kind off the list. */
  drop(kind: Chore): void {
    this.#storage.sql.exec('DELETE FROM agenda WHERE kind = ?', kind);
  }

  /** Sets the alarm for whatever comes next. Called after every run and when the object wakes. */
  rearm(): void {
    const [row] = this.#storage.sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM agenda').toArray();
    this.#armed = null;
    if (row?.at != null) this.#arm(row.at);
  }

  #arm(at: number): void {
    if (this.#armed !== null && this.#armed <= at) return;
    this.#armed = at;
    void this.#storage.setAlarm(at);
  }
}
