/**
 * All mail leaves through one object: it keeps each mail until the sender has taken it, sends in batches within the
 * account's rate, tries again with growing pauses, and tells the room when a mail can never arrive.
 */
import { DurableObject } from 'cloudflare:workers';
import type { RoomId } from '#core/ids.ts';
import { backoff } from '../room/agenda.ts';
import type { Env } from '../env.ts';
import { log, logError, requestId } from '../log.ts';
import { ResendTransport } from './resend.ts';
import type { MailTransport, OutgoingMail } from './transport.ts';
import { masked } from '../access/tokens.ts';
import { roomStub } from '../room/stub.ts';

export type PostedMail = OutgoingMail & { room: RoomId | null };

/** After this many tries, with pauses that grow to ten minutes, a mail is given up: about six hours. */
const TRIES = 40;
/** Resend: five requests a second for a team by default (resend.com/docs/api-reference/rate-limit). */
const PAUSE = 250;
/** The sender remembers an idempotency key for 24 hours; an older doubtful batch gets no blind second try. */
const KEY_LIFE = 23 * 3_600_000;
const KEPT = 30 * 86_400_000;
/** For so long (ms) a mail that was given up can be sent again. */
const AGAIN = 7 * 86_400_000;

interface Row extends Record<string, SqlStorageValue> {
  key: string;
  mail: string;
  batch: string | null;
  tries: number;
  first: number | null;
  room: string | null;
  /** On whose behalf it was written (log.ts). */
  request: string | null;
}

/** Hands mails to the postbox. Idempotent by key. `urgent` sends without waiting for company. */
export async function enqueue(env: Env, mails: PostedMail[], urgent: boolean): Promise<void> {
  if (mails.length > 0) await env.POSTBOX.get(env.POSTBOX.idFromName('main')).accept(mails, urgent, requestId());
}

/** Says since when (epoch ms) D1 is behind a room; null: no longer. */
export const lags = (env: Env, room: RoomId, since: number | null): Promise<void> =>
  env.POSTBOX.get(env.POSTBOX.idFromName('main')).lags(room, since);

/** Takes back everything of a room that has not left yet. */
export const withdraw = (env: Env, room: RoomId): Promise<void> => env.POSTBOX.get(env.POSTBOX.idFromName('main')).withdraw(room, false);

/** What kind of mail a key is of: its first word. Others of its words may name somebody. */
const kindOf = (key: string): string => key.split('/')[0] ?? '';

export class Postbox extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS mail (key TEXT PRIMARY KEY, mail TEXT NOT NULL, recipient TEXT NOT NULL, room TEXT, state TEXT NOT NULL DEFAULT 'waiting', batch TEXT, tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, first INTEGER, provider TEXT, reason TEXT, at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS lag (room TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS mail_due ON mail (due) WHERE state = 'waiting';
      CREATE INDEX IF NOT EXISTS mail_failing ON mail (due) WHERE state = 'failing';
      CREATE INDEX IF NOT EXISTS mail_provider ON mail (provider) WHERE provider IS NOT NULL;
    `);
    // A postbox of before.
    if (ctx.storage.sql.exec("SELECT 1 FROM pragma_table_info('mail') WHERE name = 'request'").toArray().length === 0)
      ctx.storage.sql.exec('ALTER TABLE mail ADD COLUMN request TEXT');
    void ctx.blockConcurrencyWhile(async () => {
      if ((await ctx.storage.getAlarm()) === null) await this.#arm();
    });
  }

  /** The way out. The local product overrides it with its mailbox. */
  protected transport(): MailTransport | null {
    return this.env.RESEND_API_KEY ? new ResendTransport(this.env.RESEND_API_KEY) : null;
  }

  async accept(mails: PostedMail[], urgent: boolean, request: string | null = null): Promise<void> {
    const now = Date.now();
    for (const { room, ...mail } of mails) {
      this.ctx.storage.sql.exec(
        'INSERT OR IGNORE INTO mail (key, mail, recipient, room, due, at, request) VALUES (?, ?, ?, ?, ?, ?, ?)',
        mail.key,
        JSON.stringify(mail),
        mail.to.replace(/^.*<|>$/g, '').toLowerCase(),
        room,
        now,
        now,
        request,
      );
    }
    const at = now + (urgent ? 0 : 300);
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#sendSome();
      await this.#tellFailed();
    } catch (error) {
      logError('postbox failed', error);
      await this.ctx.storage.setAlarm(Date.now() + 30_000);
      return;
    }
    await this.#arm();
  }

  async #arm(): Promise<void> {
    const first = (state: string) =>
      this.ctx.storage.sql.exec<{ due: number | null }>(`SELECT min(due) AS due FROM mail WHERE state = '${state}'`).one().due;
    const [waiting, failing] = [first('waiting'), first('failing')];
    const next = waiting === null || failing === null ? (waiting ?? failing) : Math.min(waiting, failing);
    if (next !== null) await this.ctx.storage.setAlarm(Math.max(next, Date.now() + PAUSE));
  }

  async #sendSome(): Promise<void> {
    const transport = this.transport();
    const now = Date.now();
    this.ctx.storage.sql.exec("DELETE FROM mail WHERE state NOT IN ('waiting', 'failing') AND at < ?", now - KEPT);
    this.ctx.storage.sql.exec("UPDATE mail SET mail = '' WHERE state = 'failed' AND mail != '' AND at < ?", now - AGAIN);
    if (!transport) {
      // No key yet: nothing is lost, everything waits for the owner to set one.
      this.ctx.storage.sql.exec("UPDATE mail SET due = ? WHERE state = 'waiting'", now + 300_000);
      return;
    }
    const [head] = this.ctx.storage.sql
      .exec<Row>(
        "SELECT key, mail, batch, tries, first, room, request FROM mail WHERE state = 'waiting' AND due <= ? ORDER BY due LIMIT 1",
        now,
      )
      .toArray();
    if (!head) return;
    // A batch that was tried stays the same batch: its key must always stand for the same mails.
    const rows = head.batch
      ? this.ctx.storage.sql
          .exec<Row>(
            "SELECT key, mail, batch, tries, first, room, request FROM mail WHERE batch = ? AND state = 'waiting' ORDER BY key",
            head.batch,
          )
          .toArray()
      : this.#newBatch(head, transport.limit, now);
    const batch = rows[0]?.batch ?? head.key;
    if (head.first !== null && head.first < now - KEY_LIFE) {
      for (const row of rows) this.#finish(row, 'failing', null, 'gave up: the sender did not answer for a day');
      return;
    }
    const mails = rows.map((row) => JSON.parse(row.mail) as OutgoingMail);
    const results = await transport.send(batch, mails);
    // Without an await: what is known of a batch is kept at once, or a mail that has left would leave again.
    for (const [index, row] of rows.entries()) {
      const result = results[index] ?? { state: 'later' as const, reason: 'no answer', after: null };
      log('mail out', { id: row.request, kind: kindOf(row.key), room: row.room, state: result.state, tries: row.tries });
      if (result.state === 'sent') this.#finish(row, 'sent', result.providerId, null);
      else if (result.state === 'failed' || row.tries + 1 >= TRIES) this.#finish(row, 'failing', null, result.reason);
      else {
        const wait = (result.after ?? backoff(row.tries, Math.random())) * 1000;
        this.ctx.storage.sql.exec(
          'UPDATE mail SET tries = tries + 1, due = ?, reason = ?, batch = ? WHERE key = ?',
          Date.now() + wait,
          result.reason,
          result.alone ? row.key : row.batch,
          row.key,
        );
      }
    }
  }

  #newBatch(head: Row, limit: number, now: number): Row[] {
    const alone = (JSON.parse(head.mail) as OutgoingMail).attachments.length > 0;
    const rows = alone
      ? [head]
      : this.ctx.storage.sql
          .exec<Row>(
            "SELECT key, mail, batch, tries, first, room, request FROM mail WHERE state = 'waiting' AND batch IS NULL AND due <= ? AND mail LIKE '%\"attachments\":[]%' ORDER BY due LIMIT ?",
            now,
            limit,
          )
          .toArray();
    // No mail's own key: whoever is sent by itself after all must not meet what the batch was refused for.
    const batch = rows.length > 1 ? `batch/${head.key}` : head.key;
    for (const row of rows) this.ctx.storage.sql.exec('UPDATE mail SET batch = ?, first = ? WHERE key = ?', batch, now, row.key);
    return rows.map((row) => ({ ...row, batch, first: now })).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #finish(row: Row, state: 'sent' | 'failing', providerId: string | null, reason: string | null): void {
    // What was in the mail (links that open rooms, codes) is not kept once it is out; of one that was given up for a few days, to be sent again.
    this.ctx.storage.sql.exec(
      "UPDATE mail SET state = ?1, provider = ?2, reason = ?3, mail = iif(?1 = 'sent', '', mail), tries = 0, due = ?4 WHERE key = ?5",
      state,
      providerId,
      reason,
      Date.now(),
      row.key,
    );
  }

  /** Tells rooms of mails that can never arrive, until each has heard. */
  async #tellFailed(): Promise<void> {
    const failing = this.ctx.storage.sql
      .exec<{ key: string; tries: number; reason: string | null }>(
        "SELECT key, tries, reason FROM mail WHERE state = 'failing' AND due <= ? ORDER BY due LIMIT 50",
        Date.now(),
      )
      .toArray();
    for (const { key, tries, reason } of failing) {
      try {
        await this.#report(key, 'failed', reason ?? '');
        this.ctx.storage.sql.exec("UPDATE mail SET state = 'failed' WHERE key = ?", key);
      } catch (error) {
        logError('failure not told', error, { kind: kindOf(key) });
        const due = Date.now() + backoff(tries, Math.random()) * 1000;
        this.ctx.storage.sql.exec('UPDATE mail SET tries = tries + 1, due = ? WHERE key = ?', due, key);
      }
    }
  }

  async #report(key: string, trouble: 'bounced' | 'complained' | 'failed', detail: string): Promise<void> {
    const [row] = this.ctx.storage.sql
      .exec<{ recipient: string; room: string | null }>('SELECT recipient, room FROM mail WHERE key = ?', key)
      .toArray();
    if (!row?.room) return;
    await roomStub(this.env, row.room as RoomId).trouble(row.recipient, trouble, detail);
  }

  /** Whoever asked to be forgotten is: what was posted to them from a room is known no more, nor does it go out. */
  forget(room: RoomId, recipient: string): void {
    this.ctx.storage.sql.exec(
      "DELETE FROM mail WHERE recipient = ?2 AND (room = ?1 OR (room IS NULL AND state NOT IN ('waiting', 'failing')))",
      room,
      recipient.toLowerCase(),
    );
    // Others' mails may name them: what was given up is not sent again.
    this.ctx.storage.sql.exec("UPDATE mail SET mail = '' WHERE room = ? AND state = 'failed'", room);
  }

  /** Nothing more goes out for this room; `whole`: nor is anything known of what went. */
  withdraw(room: RoomId, whole: boolean): void {
    this.ctx.storage.sql.exec(`DELETE FROM mail WHERE room = ?${whole ? '' : " AND state = 'waiting'"}`, room);
  }

  /** What the sender reports later: delivered, bounced for good, complained. */
  async heard(providerId: string, what: 'delivered' | 'bounced' | 'complained', detail: string): Promise<void> {
    const [row] = this.ctx.storage.sql
      .exec<{ key: string; recipient: string; room: string | null }>('SELECT key, recipient, room FROM mail WHERE provider = ?', providerId)
      .toArray();
    if (!row) return;
    if (what === 'delivered') this.ctx.storage.sql.exec("UPDATE mail SET state = 'delivered' WHERE key = ?", row.key);
    else await this.#report(row.key, what, detail);
  }

  /** D1 is behind a room. Rooms that can't write there say so here: an owner is told by another way. */
  lags(room: RoomId, since: number | null): void {
    if (since === null) this.ctx.storage.sql.exec('DELETE FROM lag WHERE room = ?', room);
    else this.ctx.storage.sql.exec('INSERT OR REPLACE INTO lag (room, since) VALUES (?, ?)', room, since);
  }

  /** A mail that was given up goes out again, as another try of the sender's: its old one is known to have failed. */
  async again(key: string): Promise<void> {
    const now = Date.now();
    this.ctx.storage.sql.exec(
      "UPDATE mail SET state = 'waiting', tries = 0, due = ?1, first = ?1, at = ?1, batch = ?2, reason = NULL WHERE key = ?3 AND state = 'failed' AND mail != ''",
      now,
      `again/${now}/${key}`,
      key,
    );
    await this.#arm();
  }

  /** What waits, by room; what was given up, with masked addresses; where D1 is behind. For the owners' status page. Epoch ms. */
  status(): {
    waiting: { room: RoomId | null; count: number; oldest: number }[];
    failed: { key: string; room: RoomId | null; to: string; reason: string; at: number; canGoAgain: boolean }[];
    lagging: { room: RoomId; since: number }[];
    hasTransport: boolean;
  } {
    const { sql } = this.ctx.storage;
    const waiting = sql
      .exec<{ room: RoomId | null; count: number; oldest: number }>(
        "SELECT room, count(*) AS count, min(at) AS oldest FROM mail WHERE state = 'waiting' GROUP BY room LIMIT 5000",
      )
      .toArray();
    const failed = sql
      .exec<{ key: string; room: RoomId | null; recipient: string; reason: string | null; at: number; kept: number }>(
        "SELECT key, room, recipient, reason, at, mail != '' AS kept FROM mail WHERE state IN ('failed', 'failing') ORDER BY at DESC LIMIT 500",
      )
      .toArray()
      .map(({ key, room, recipient, reason, at, kept }) => {
        // What the sender says may name the address.
        const why = (reason ?? '').replaceAll(recipient, masked(recipient));
        return { key, room, to: masked(recipient), reason: why.slice(0, 300), at, canGoAgain: kept === 1 };
      });
    const lagging = sql.exec<{ room: RoomId; since: number }>('SELECT room, since FROM lag LIMIT 5000').toArray();
    return { waiting, failed, lagging, hasTransport: this.transport() !== null };
  }

  ping(): 'pong' {
    return 'pong';
  }
}
