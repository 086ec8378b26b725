/**
 * People who were put in copy and have not answered: their addresses and what they wrote, kept apart from the room's history
 * so that a no leaves nothing of them. All that stays then is a hash with a salt of this room alone, by which it knows never
 * to write to them again.
 */
import type { FileFact } from '#core/discussion.ts';
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import type { Locale } from '#core/people.ts';
import type { ToAsk } from '#core/deciding/carbon-copy.ts';
import { digest, fresh } from '../access/tokens.ts';

export interface Asked extends ToAsk {
  /** The mail that they were in copy of, and what it was about. */
  mail: string;
  thread: ThreadId;
}

/** A mail that waits until its writer takes part. */
export interface Waiting {
  mail: string;
  thread: ThreadId;
  text: string;
  files: FileFact[];
}

interface Row extends Record<string, SqlStorageValue> {
  participant: string;
  email: string;
  name: string;
  locale: string;
  zone: string;
  mail: string;
  thread: string;
  hash: string;
}

export class Newcomers {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS newcomer (participant TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, locale TEXT NOT NULL, zone TEXT NOT NULL, mail TEXT NOT NULL, thread TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS waiting (mail TEXT PRIMARY KEY, participant TEXT NOT NULL, thread TEXT NOT NULL, text TEXT NOT NULL, files TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS forgotten (hash TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS salt (salt TEXT PRIMARY KEY) WITHOUT ROWID;
    `);
  }

  /** What stands for an address once it must not be known any more. */
  hashOf(email: string): Promise<string> {
    let salt = this.#sql.exec<{ salt: string }>('SELECT salt FROM salt').toArray()[0]?.salt;
    if (salt === undefined) {
      salt = fresh<string>();
      this.#sql.exec('INSERT INTO salt (salt) VALUES (?)', salt);
    }
    return digest(new TextEncoder().encode(`${salt}:${email.toLowerCase()}`));
  }

  keep(one: Asked, hash: string): void {
    this.#sql.exec(
      'INSERT INTO newcomer (participant, email, name, locale, zone, mail, thread, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      one.newcomer,
      one.email,
      one.name,
      one.locale,
      one.zone,
      one.mail,
      one.thread,
      hash,
    );
  }

  #one(where: 'participant' | 'email', value: string): Asked | undefined {
    const [row] = this.#sql.exec<Row>(`SELECT * FROM newcomer WHERE ${where} = ?`, value).toArray();
    return (
      row && {
        newcomer: row.participant as ParticipantId,
        email: row.email,
        name: row.name,
        locale: row.locale as Locale,
        zone: row.zone,
        mail: row.mail,
        thread: row.thread as ThreadId,
      }
    );
  }

  of(participant: ParticipantId): Asked | undefined {
    return this.#one('participant', participant);
  }

  withAddress(email: string): Asked | undefined {
    return this.#one('email', email.toLowerCase());
  }

  addresses(): Set<string> {
    return new Set(
      this.#sql
        .exec<{ email: string }>('SELECT email FROM newcomer')
        .toArray()
        .map((row) => row.email),
    );
  }

  hasForgotten(): boolean {
    return this.#sql.exec('SELECT 1 FROM forgotten LIMIT 1').toArray().length > 0;
  }

  isForgotten(hash: string): boolean {
    return this.#sql.exec('SELECT 1 FROM forgotten WHERE hash = ?', hash).toArray().length > 0;
  }

  /** Keeps a mail until its writer takes part. False when it is kept already. */
  wait(participant: ParticipantId, { mail, thread, text, files }: Waiting, now: number): boolean {
    const { rowsWritten } = this.#sql.exec(
      'INSERT OR IGNORE INTO waiting (mail, participant, thread, text, files, at) VALUES (?, ?, ?, ?, ?, ?)',
      mail,
      participant,
      thread,
      text,
      JSON.stringify(files),
      now,
    );
    return rowsWritten > 0;
  }

  /** What somebody wrote before they took part, oldest first. */
  waiting(participant: ParticipantId): Waiting[] {
    return this.#sql
      .exec<{ mail: string; thread: string; text: string; files: string }>(
        'SELECT mail, thread, text, files FROM waiting WHERE participant = ? ORDER BY at, mail',
        participant,
      )
      .toArray()
      .map((row) => ({ mail: row.mail, thread: row.thread as ThreadId, text: row.text, files: JSON.parse(row.files) as FileFact[] }));
  }

  /** They are in the room now, or never will be; `silence`: and are not to be written to again. Gives the mails that name them. */
  drop(participant: ParticipantId, silence: boolean): { email: string; copied: string; own: string[]; files: string[] } | undefined {
    const [row] = this.#sql.exec<Row>('SELECT * FROM newcomer WHERE participant = ?', participant).toArray();
    if (!row) return undefined;
    const waiting = this.waiting(participant);
    if (silence) this.#sql.exec('INSERT OR IGNORE INTO forgotten (hash) VALUES (?)', row.hash);
    this.#sql.exec('DELETE FROM newcomer WHERE participant = ?', participant);
    this.#sql.exec('DELETE FROM waiting WHERE participant = ?', participant);
    return {
      email: row.email,
      copied: row.mail,
      own: waiting.map((one) => one.mail),
      files: waiting.flatMap((one) => one.files.map((file) => file.id)),
    };
  }
}
