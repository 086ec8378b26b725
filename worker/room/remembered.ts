/**
 * Sessions of sellers that D1 has proven here lately, so that they go on in this room while D1 is away: the hash of a cookie and whose it
 * is, nothing else. Whether that person is still in the room is asked each time, of the room.
 */
import type { PersonId } from '#core/ids.ts';
import type { Proof } from '../services.ts';

/** For so long (ms) after a visit that D1 has proven. */
const LIFE = 24 * 3_600_000;
/** Written at most once in so long (ms) for each session. */
const GRAIN = 3_600_000;

export class Remembered {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    // A row without a hash says when everything of its person was forgotten.
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS remembered (session TEXT PRIMARY KEY, person TEXT NOT NULL, hash TEXT, at INTEGER NOT NULL, ends INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  /** Remembers a session. One that was proven before its person was forgotten comes too late: the request was on its way. */
  note(person: PersonId, { session, hash, at, ends }: Proof): void {
    const until = Math.min(ends, at + LIFE);
    // Read first: a statement that may write holds up every frame until it is on disk, even where it writes nothing.
    const rows = this.#sql
      .exec<{ hash: string | null; at: number; ends: number }>(
        'SELECT hash, at, ends FROM remembered WHERE session IN (?, ?)',
        session,
        forgotten(person),
      )
      .toArray();
    const isVain = rows.some((one) => (one.hash === null ? one.at >= at : one.at > at || (one.hash === hash && one.ends >= until - GRAIN)));
    if (isVain) return;
    this.#sql.exec(
      'INSERT OR REPLACE INTO remembered (session, person, hash, at, ends) VALUES (?, ?, ?, ?, ?)',
      session,
      person,
      hash,
      at,
      until,
    );
    this.#sql.exec('DELETE FROM remembered WHERE at < ?', at - 2 * LIFE);
  }

  /** Whose session has this hash; undefined for what was never proven here, or too long ago. */
  person(hash: string, now: number): PersonId | undefined {
    const [row] = this.#sql.exec<{ person: string }>('SELECT person FROM remembered WHERE hash = ? AND ends > ?', hash, now).toArray();
    return row?.person as PersonId | undefined;
  }

  /** The session's cookie was replaced: the one before opens nothing here any more. */
  replaced(person: PersonId, { session, hash, at }: Omit<Proof, 'ends'>): void {
    this.#sql.exec('UPDATE remembered SET hash = ?, at = ? WHERE session = ? AND person = ?', hash, at, session, person);
  }

  /** Forgets every session of a person. */
  forget(person: PersonId, now: number): void {
    this.#sql.exec('DELETE FROM remembered WHERE person = ?', person);
    this.#sql.exec('INSERT INTO remembered (session, person, hash, at, ends) VALUES (?, ?, NULL, ?, 0)', forgotten(person), person, now);
  }
}

/** No session is called so: their ids have no colon. */
const forgotten = (person: PersonId): string => `of:${person}`;
