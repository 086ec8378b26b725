/** What was mailed to whom: a reply's quotation is told apart by it. */
import type { ParticipantId } from '#core/ids.ts';
import type { OutgoingMail } from '../mail/transport.ts';

export type SentMail = Pick<OutgoingMail, 'text' | 'html' | 'subject'>;

/** Characters of HTML that are kept of one mail: its text is kept in any case. */
const MOST_HTML = 200_000;

export class Sent {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS sent (message_id TEXT PRIMARY KEY, participant TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  keep(to: ParticipantId, mail: OutgoingMail): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO sent (message_id, participant, subject, text, html, at) VALUES (?, ?, ?, ?, ?, ?)',
      mail.messageId,
      to,
      mail.subject,
      mail.text,
      mail.html.length < MOST_HTML ? mail.html : '',
      Date.now(),
    );
  }

  /** A mail to a person by its Message-ID. */
  find(to: ParticipantId, messageId: string): SentMail | undefined {
    return this.#one('AND message_id = ?2', to, messageId);
  }

  latest(to: ParticipantId): SentMail | undefined {
    return this.#one('ORDER BY at DESC LIMIT 1', to);
  }

  #one(which: string, ...bound: string[]): SentMail | undefined {
    return this.#sql
      .exec<{ text: string; html: string; subject: string }>(
        `SELECT text, html, subject FROM sent WHERE participant = ?1 ${which}`,
        ...bound,
      )
      .toArray()[0];
  }

  /** All mails to a person, oldest first; `at` in epoch ms. */
  list(to: ParticipantId): { at: number; subject: string }[] {
    return this.#sql.exec<{ at: number; subject: string }>('SELECT at, subject FROM sent WHERE participant = ? ORDER BY at', to).toArray();
  }

  forget(to: ParticipantId): void {
    this.#sql.exec('DELETE FROM sent WHERE participant = ?', to);
  }
}
