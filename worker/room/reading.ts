/** Who has read how far, and which news each person has still to be mailed. */
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import type { Notice, NoticeKind } from '#core/notices.ts';

export interface SeenRow extends Record<string, SqlStorageValue> {
  participant: string;
  thread: string;
  seq: number;
}

export class Reading {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS seen (participant TEXT NOT NULL, thread TEXT NOT NULL, seq INTEGER NOT NULL, dirty INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (participant, thread)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS seen_thread ON seen (thread);
      CREATE TABLE IF NOT EXISTS notice (participant TEXT NOT NULL, thread TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (participant, thread, seq)) WITHOUT ROWID;
    `);
  }

  /** Marks a thread read up to `seq`; a lower number marks it unread again. */
  seen(participant: ParticipantId, thread: ThreadId, seq: number): void {
    this.#sql.exec(
      'INSERT INTO seen (participant, thread, seq) VALUES (?1, ?2, ?3) ON CONFLICT (participant, thread) DO UPDATE SET seq = ?3, dirty = 1',
      participant,
      thread,
      seq,
    );
  }

  of(participant: ParticipantId): Record<ThreadId, number> {
    const rows = this.#sql
      .exec<{ thread: string; seq: number }>('SELECT thread, seq FROM seen WHERE participant = ?', participant)
      .toArray();
    return Object.fromEntries(rows.map((row) => [row.thread, row.seq]));
  }

  /** How far everyone has read a thread. */
  readers(thread: ThreadId): Record<ParticipantId, number> {
    const rows = this.#sql
      .exec<{ participant: string; seq: number }>('SELECT participant, seq FROM seen WHERE thread = ?', thread)
      .toArray();
    return Object.fromEntries(rows.map((row) => [row.participant, row.seq]));
  }

  /** Marks that D1 has not heard of. */
  changed(limit = 200): SeenRow[] {
    return this.#sql.exec<SeenRow>('SELECT participant, thread, seq FROM seen WHERE dirty = 1 LIMIT ?', limit).toArray();
  }

  projected(rows: SeenRow[]): void {
    for (const row of rows)
      this.#sql.exec('UPDATE seen SET dirty = 0 WHERE participant = ? AND thread = ? AND seq = ?', row.participant, row.thread, row.seq);
  }

  notice(notice: Notice): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO notice (participant, thread, seq, kind) VALUES (?, ?, ?, ?)',
      notice.to,
      notice.thread,
      notice.seq,
      notice.kind,
    );
  }

  /** What is to be told of one thread: the invitation by itself, or all other news. */
  noticesFor(participant: ParticipantId, thread: ThreadId, invitation: boolean): { seq: number; kind: NoticeKind }[] {
    return this.#sql
      .exec<{ seq: number; kind: string }>(
        `SELECT seq, kind FROM notice WHERE participant = ? AND thread = ? AND (kind = 'invitation') = ? ORDER BY seq`,
        participant,
        thread,
        invitation ? 1 : 0,
      )
      .toArray()
      .map((row) => ({ seq: row.seq, kind: row.kind as NoticeKind }));
  }

  /** These news have been mailed, or need no mail any more. */
  told(participant: ParticipantId, thread: ThreadId, upTo: number, invitation: boolean): void {
    this.#sql.exec(
      `DELETE FROM notice WHERE participant = ? AND thread = ? AND seq <= ? AND (kind = 'invitation') = ?`,
      participant,
      thread,
      upTo,
      invitation ? 1 : 0,
    );
  }

  /** Nobody is to be told of what has happened so far. */
  forgetNews(): void {
    this.#sql.exec('DELETE FROM notice');
  }
}
