/** Where every mail lands on a developer's machine, whoever it is for. Production has none. */
import { DurableObject } from 'cloudflare:workers';
import { addressParser } from 'postal-mime';
import type { Env } from '../env.ts';
import type { OutgoingMail } from '../mail/transport.ts';
import type { Person } from './quote.ts';
import { calendarIn, sourceOf } from './source.ts';

export interface LocalEnv extends Env {
  MAILBOX: DurableObjectNamespace<Mailbox>;
}

/** There is one mailbox. */
export const mailboxOf = (env: LocalEnv): DurableObjectStub<Mailbox> => env.MAILBOX.get(env.MAILBOX.idFromName('local'));

/** A mail as its recipient's program would hold it. */
export interface StoredMail {
  id: string;
  /** ISO instant. */
  date: string;
  from: Person;
  to: Person;
  replyTo: string | null;
  subject: string;
  messageId: string;
  headers: Record<string, string>;
  html: string;
  text: string;
  attachments: { filename: string; contentType: string; size: number }[];
  /** The invitation or cancellation that it carries. */
  calendar: { method: string; ics: string } | null;
}

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  mail: string;
}

const PAGE = 50;

const personOf = (header: string): Person => {
  const [one] = addressParser(header, { flatten: true });
  return { name: one?.name || one?.address || header, address: one?.address ?? header };
};

export class Mailbox extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS mail (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL, mail TEXT NOT NULL, source BLOB NOT NULL)`,
    );
  }

  /** Takes a mail in, once per key. */
  async deliver(mail: OutgoingMail): Promise<{ id: string }> {
    const known = this.#idOf(mail.key);
    if (known) return { id: known };
    const date = new Date().toISOString();
    const source = await sourceOf({ ...mail, replyTo: mail.replyTo ?? undefined, date });
    const to = personOf(mail.to);
    const calendar = calendarIn(mail.attachments);
    const stored: Omit<StoredMail, 'id'> = {
      date,
      from: personOf(mail.from),
      to,
      replyTo: mail.replyTo,
      subject: mail.subject,
      messageId: mail.messageId,
      headers: mail.headers,
      html: mail.html,
      text: mail.text,
      attachments: mail.attachments.map(({ filename, contentType, base64 }) => ({
        filename,
        contentType,
        size: Math.floor((base64.length * 3) / 4),
      })),
      calendar: calendar && { method: calendar.method, ics: calendar.ics },
    };
    // The same key may have come in while the source was written.
    this.#sql.exec(
      'INSERT INTO mail (key, recipient, mail, source) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
      mail.key,
      to.address.toLowerCase(),
      JSON.stringify(stored),
      source,
    );
    return { id: this.#idOf(mail.key) ?? '' };
  }

  /** Newest first, fifty at a time; `before` is the id to go on from. */
  list({ to = '', before = '' }: { to?: string; before?: string } = {}): StoredMail[] {
    const rows = this.#sql.exec<Row>(
      "SELECT id, mail FROM mail WHERE (?1 = '' OR recipient = ?1) AND (?2 = '' OR id < CAST(?2 AS INTEGER)) ORDER BY id DESC LIMIT ?3",
      to.toLowerCase(),
      before,
      PAGE,
    );
    return [...rows].map(read);
  }

  get(id: string): StoredMail | null {
    const [row] = this.#sql.exec<Row>('SELECT id, mail FROM mail WHERE id = CAST(? AS INTEGER)', id);
    return row ? read(row) : null;
  }

  /** The whole mail as it would have gone over the wire. */
  source(id: string): Uint8Array | null {
    const [row] = this.#sql.exec<{ source: ArrayBuffer }>('SELECT source FROM mail WHERE id = CAST(? AS INTEGER)', id);
    return row ? new Uint8Array(row.source) : null;
  }

  /** Everyone who has mail, those with the latest first. */
  recipients(): { address: string; mails: number }[] {
    return [
      ...this.#sql.exec<{ address: string; mails: number }>(
        'SELECT recipient AS address, count(*) AS mails FROM mail GROUP BY recipient ORDER BY max(id) DESC',
      ),
    ];
  }

  clear(): void {
    this.#sql.exec('DELETE FROM mail');
  }

  #idOf(key: string): string | null {
    const [row] = this.#sql.exec<{ id: number }>('SELECT id FROM mail WHERE key = ?', key);
    return row ? String(row.id) : null;
  }
}

const read = (row: Row): StoredMail => ({ id: String(row.id), ...(JSON.parse(row.mail) as Omit<StoredMail, 'id'>) });
