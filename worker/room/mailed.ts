/** How many mails each has had this week: in the room's own table, since it is nobody's act upon the room. */
import type { ParticipantId } from '#core/ids.ts';

export class Mailed {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS mailed (participant TEXT PRIMARY KEY, week TEXT NOT NULL, sent INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  /** `week`: its Monday where the reader is. */
  count(participant: ParticipantId, week: string): number {
    const [row] = this.#sql
      .exec<{ sent: number }>('SELECT sent FROM mailed WHERE participant = ? AND week = ?', participant, week)
      .toArray();
    return row?.sent ?? 0;
  }

  add(participant: ParticipantId, week: string): void {
    this.#sql.exec(
      'INSERT INTO mailed (participant, week, sent) VALUES (?1, ?2, 1) ON CONFLICT (participant) DO UPDATE SET sent = iif(week = ?2, sent + 1, 1), week = ?2',
      participant,
      week,
    );
  }
}
