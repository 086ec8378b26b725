/**
 * Who opened which file or link, and when: of customers only, and only because they pressed (a GET counts nothing).
 * In the room's own table, since it is nobody's act upon the room: no event, no notice, no mail.
 */
import type { ParticipantId } from '#core/ids.ts';
import type { Opening } from '#core/protocol.ts';

/** A press again within this time is the same look at the same thing. Milliseconds. */
const SAME_LOOK = 10 * 60_000;
/** A minute of reading is told at most this often. Milliseconds. */
const MINUTE = 50_000;
/** What a list gives at most, newest first. */
const MOST = 2_000;

interface Row extends Record<string, SqlStorageValue> {
  participant: string;
  subject: string;
  how: string;
  at: number;
  minutes: number;
}

export class Opens {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS opening (id INTEGER PRIMARY KEY, participant TEXT NOT NULL, subject TEXT NOT NULL, how TEXT NOT NULL, at INTEGER NOT NULL, minutes INTEGER NOT NULL DEFAULT 0, ticked INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX IF NOT EXISTS opening_by ON opening (participant, subject, at);
    `);
  }

  /** Counts a look. Null when it is the same look as a moment ago. */
  count(participant: ParticipantId, subject: string, how: Opening['how'], now: number): Opening | null {
    const [same] = this.#sql
      .exec(
        'SELECT 1 FROM opening WHERE participant = ? AND subject = ? AND how = ? AND at > ?',
        participant,
        subject,
        how,
        now - SAME_LOOK,
      )
      .toArray();
    if (same) return null;
    this.#sql.exec('INSERT INTO opening (participant, subject, how, at) VALUES (?, ?, ?, ?)', participant, subject, how, now);
    return { participant, subject, how, at: new Date(now).toISOString(), minutes: 0 };
  }

  /** One more minute before this file. Only of somebody who opened it, and no faster than the clock. */
  read(participant: ParticipantId, subject: string, now: number): boolean {
    const [last] = this.#sql
      .exec<{ id: number; ticked: number }>(
        'SELECT id, ticked FROM opening WHERE participant = ? AND subject = ? ORDER BY at DESC, id DESC LIMIT 1',
        participant,
        subject,
      )
      .toArray();
    if (!last || now - last.ticked < MINUTE) return false;
    this.#sql.exec('UPDATE opening SET minutes = minutes + 1, ticked = ? WHERE id = ?', now, last.id);
    return true;
  }

  /** Who switches it off takes back what was recorded. */
  forgetReading(participant: ParticipantId): void {
    this.#sql.exec('UPDATE opening SET minutes = 0 WHERE participant = ?', participant);
  }

  /** The newest looks; of one person if one is given. */
  list(of: ParticipantId | null): Opening[] {
    return this.#sql
      .exec<Row>(
        'SELECT participant, subject, how, at, minutes FROM opening WHERE ?1 IS NULL OR participant = ?1 ORDER BY at DESC, id DESC LIMIT ?2',
        of,
        MOST,
      )
      .toArray()
      .map((row) => ({
        participant: row.participant as ParticipantId,
        subject: row.subject,
        how: row.how === 'downloaded' ? 'downloaded' : 'opened',
        at: new Date(row.at).toISOString(),
        minutes: row.minutes,
      }));
  }
}
