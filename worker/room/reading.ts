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
  #numbers: Map<string, number> | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS seen (participant TEXT NOT NULL, thread TEXT NOT NULL, seq INTEGER NOT NULL, dirty INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (participant, thread)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS seen_thread ON seen (thread);
      CREATE TABLE IF NOT EXISTS reader (n INTEGER PRIMARY KEY, participant TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS news (seq INTEGER NOT NULL, thread TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (thread, seq)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS told (participant TEXT NOT NULL, thread TEXT NOT NULL, invitation INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (participant, thread, invitation)) WITHOUT ROWID;
    `);
  }

  /** What was remembered may not be stored: after a transaction that was rolled back. */
  forget(): void {
    this.#numbers = null;
  }

  /** A short number for a person: an event of a full room has dozens of readers, and must not write dozens of ids. */
  #number(participant: string): number {
    this.#numbers ??= new Map(
      this.#sql
        .exec<{ n: number; participant: string }>('SELECT n, participant FROM reader')
        .toArray()
        .map((row) => [row.participant, row.n]),
    );
    const known = this.#numbers.get(participant);
    if (known !== undefined) return known;
    const { n } = this.#sql.exec<{ n: number }>('INSERT INTO reader (participant) VALUES (?) RETURNING n', participant).one();
    this.#numbers.set(participant, n);
    return n;
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

  /** D1 has lost all marks. */
  untold(): void {
    this.#sql.exec('UPDATE seen SET dirty = 1');
  }

  /** Who is to be told of one event, and why: one row, however many they are. */
  notice(notices: Notice[]): void {
    const [first] = notices;
    if (!first) return;
    const { seq } = first;
    const threads = new Map<ThreadId, string>();
    for (const [thread, all] of Map.groupBy(notices, (one) => one.thread)) {
      const kinds = Map.groupBy(all, (one) => one.kind);
      threads.set(thread, [...kinds].map(([kind, some]) => `${kind}:${some.map(({ to }) => this.#number(to)).join(',')};`).join(''));
    }
    for (const [thread, told] of threads)
      this.#sql.exec(
        'INSERT INTO news (seq, thread, told) VALUES (?1, ?2, ?3) ON CONFLICT (thread, seq) DO UPDATE SET told = told || ?3',
        seq,
        thread,
        told,
      );
  }

  /** What is to be told of one thread: the invitation by itself, or all other news. */
  noticesFor(participant: ParticipantId, thread: ThreadId, invitation: boolean): { seq: number; kind: NoticeKind }[] {
    const mine = new RegExp(`(?:^|;)(\\w+):(?:\\d+,)*${this.#number(participant)}[,;]`);
    return this.#sql
      .exec<{ seq: number; told: string }>(
        `SELECT seq, told FROM news WHERE thread = ?1 AND seq > coalesce((SELECT seq FROM told WHERE participant = ?2 AND thread = ?1 AND invitation = ?3), 0) ORDER BY seq`,
        thread,
        participant,
        invitation ? 1 : 0,
      )
      .toArray()
      .flatMap(({ seq, told }) => {
        const kind = mine.exec(told)?.[1] as NoticeKind | undefined;
        return kind && (kind === 'invitation') === invitation ? [{ seq, kind }] : [];
      });
  }

  /** These news have been mailed, or need no mail any more. */
  told(participant: ParticipantId, thread: ThreadId, upTo: number, invitation: boolean): void {
    this.#sql.exec(
      'INSERT INTO told (participant, thread, invitation, seq) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET seq = max(seq, ?4)',
      participant,
      thread,
      invitation ? 1 : 0,
      upTo,
    );
  }

  /** Everybody has been told of everything in a thread: the rows have done their work. */
  settled(thread: ThreadId): void {
    this.#sql.exec('DELETE FROM news WHERE thread = ?', thread);
    this.#sql.exec('DELETE FROM told WHERE thread = ?', thread);
  }

  /** Nobody is to be told of what has happened so far. */
  forgetNews(): void {
    this.#sql.exec('DELETE FROM news');
  }
}
