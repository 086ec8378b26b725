/** When each person was last in the room by its page: one moment each, written at most once in a while. */
import type { ParticipantId } from '#core/ids.ts';

/** Nothing finer is told. Milliseconds. */
const GRAIN = 10 * 60_000;

export class Visits {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec('CREATE TABLE IF NOT EXISTS visit (participant TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID');
  }

  note(participant: ParticipantId, now: number): void {
    this.#sql.exec(
      'INSERT INTO visit (participant, at) VALUES (?1, ?2) ON CONFLICT (participant) DO UPDATE SET at = ?2 WHERE at < ?3',
      participant,
      now,
      now - GRAIN,
    );
  }

  /** When somebody was last here, in epoch ms; undefined if never. */
  last(participant: ParticipantId): number | undefined {
    return this.#sql.exec<{ at: number }>('SELECT at FROM visit WHERE participant = ?', participant).toArray()[0]?.at;
  }

  /** Epoch ms by person. */
  all(): Map<ParticipantId, number> {
    return new Map(
      this.#sql
        .exec<{ participant: string; at: number }>('SELECT participant, at FROM visit')
        .toArray()
        .map((row) => [row.participant as ParticipantId, row.at]),
    );
  }
}
