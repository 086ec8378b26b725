/** What was done by mail, so that its author can be told once, and can take it back for a day. */
import type { Command } from '#core/commands.ts';
import type { ParticipantId, ThreadId } from '#core/ids.ts';

/** Milliseconds in which UNDO is understood. */
const UNDO_LIFE = 86_400_000;

export interface Deed {
  participant: ParticipantId;
  thread: ThreadId;
  command: Command;
  /** Whether it is somebody else's to accept first. */
  proposed?: boolean;
  /** What takes it back; null when nothing does. */
  undo: Command | null;
}

export class Receipts {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS receipt (mail TEXT PRIMARY KEY, deed TEXT NOT NULL, at INTEGER NOT NULL, reply TEXT, undone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID',
    );
  }

  keep(mail: string, deed: Deed, now: number): void {
    this.#sql.exec('INSERT OR IGNORE INTO receipt (mail, deed, at) VALUES (?, ?, ?)', mail, JSON.stringify(deed), now);
  }

  of(mail: string): Deed | undefined {
    const [row] = this.#sql.exec<{ deed: string }>('SELECT deed FROM receipt WHERE mail = ?', mail).toArray();
    return row && (JSON.parse(row.deed) as Deed);
  }

  /** The reply key of the receipt that went out: UNDO to it takes the deed back. */
  sent(mail: string, replyHash: string): void {
    this.#sql.exec('UPDATE receipt SET reply = ? WHERE mail = ?', replyHash, mail);
  }

  /** The deed that a reply may still take back: the receipt's own, else its author's last one in that thread. It is given out once. */
  takeBack(
    { replyHash, participant, thread }: { replyHash: string; participant: ParticipantId; thread: ThreadId },
    now: number,
  ): Deed | undefined {
    const [row] = this.#sql
      .exec<{ deed: string }>(
        `UPDATE receipt SET undone = 1 WHERE mail = (
           SELECT mail FROM receipt
           WHERE undone = 0 AND at > ?1 AND json_extract(deed, '$.undo') IS NOT NULL
             AND (reply = ?2 OR (json_extract(deed, '$.participant') = ?3 AND json_extract(deed, '$.thread') = ?4
               AND NOT EXISTS (SELECT 1 FROM receipt WHERE reply = ?2)))
           ORDER BY at DESC LIMIT 1)
         RETURNING deed`,
        now - UNDO_LIFE,
        replyHash,
        participant,
        thread,
      )
      .toArray();
    return row && (JSON.parse(row.deed) as Deed);
  }
}
