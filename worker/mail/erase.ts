/** Takes an address out of everything that mail has left behind. Doing it again changes nothing. */
import type { Recorded } from '#core/events.ts';
import type { FileId, ParticipantId, RoomId, WorkspaceId } from '#core/ids.ts';
import type { Env } from '../env.ts';
import { fileKey } from '../files/store.ts';
import { wordsOf } from '../room/answers.ts';
import { redactedText, redactorOf, type Redact } from '../room/redaction.ts';
import { broughtMailKey, mailKey } from './keys.ts';
import { readKept, retold, toldBy } from './original.ts';
import { readMail } from './reading/read-mail.ts';

export interface Traces {
  email: string;
  /** The mail of somebody else in which the address stood in copy: it stays, without it. */
  copied: string;
  /** Mails and files of the address's own: they go. */
  own: string[];
  files: string[];
}

export async function erase(env: Env, room: RoomId, { email, copied, own, files }: Traces): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE inbound_mail SET envelope_from = '' WHERE (room_id = ?1 AND lower(envelope_from) = ?2) OR id IN (SELECT value FROM json_each(?3))",
    ).bind(room, email, JSON.stringify(own)),
  ]);
  await Promise.all([
    ...own.map((mail) => env.FILES.delete(mailKey(mail))),
    ...files.map((file) => env.FILES.delete(fileKey(room, file as Parameters<typeof fileKey>[1]))),
    env.POSTBOX.get(env.POSTBOX.idFromName('main')).forget(room, email),
  ]);
  const kept = await env.FILES.get(mailKey(copied));
  if (!kept) return;
  const bytes = new Uint8Array(await kept.arrayBuffer());
  const cleaned = withoutAddress(bytes, email);
  if (cleaned) await env.FILES.put(mailKey(copied), cleaned, { httpMetadata: { contentType: 'message/rfc822' } });
}

/** The mail with every letter of the address replaced; null where it does not stand. Byte for byte, so that nothing else moves. */
function withoutAddress(bytes: Uint8Array, email: string): Uint8Array | null {
  const wanted = new TextEncoder().encode(email.toLowerCase());
  const lower = (byte: number | undefined) => (byte !== undefined && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  const [first] = wanted;
  let out: Uint8Array | null = null;
  for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    if (lower(bytes[at]) !== first || !wanted.every((byte, index) => lower(bytes[at + index]) === byte)) continue;
    out ??= bytes.slice();
    out.fill(42, at, at + wanted.length);
    at += wanted.length - 1;
  }
  return out;
}

/** Somebody who is to be known no more: by which names, and where they stand outside of the room's object. */
export interface PersonTraces {
  participant: ParticipantId;
  names: string[];
  emails: string[];
  /** What stands for them. */
  instead: string;
  /** Mails that came from them, those of theirs that a copy brought, and files of their own: they go. */
  mails: string[];
  brought?: string[];
  files: string[];
  /** Events that named them. */
  seqs: number[];
}

/** Mails up to this size (bytes) are held whole. */
const AT_HAND = 1024 * 1024;
/** Events that are written to D1 at once. */
const EVENTS = 200;

/** Texts in D1 that may name people of a room, by the column that says whose rows they are. */
const TEXTS: { table: string; columns: string[]; of: 'room_id' | 'id' | 'workspace_id' }[] = [
  { table: 'task', columns: ['title'], of: 'room_id' },
  { table: 'objection', columns: ['title'], of: 'room_id' },
  { table: 'value_case', columns: ['history', 'titles'], of: 'room_id' },
  { table: 'inbound_mail', columns: ['envelope_from', 'envelope_to', 'reason'], of: 'room_id' },
  { table: 'room', columns: ['name', 'account_name', 'source'], of: 'id' },
  { table: 'audit', columns: ['name', 'deed'], of: 'workspace_id' },
];

/** Takes a person out of everything that a room has outside of its object. Doing it again changes nothing. */
export async function erasePerson(
  env: Env,
  room: { id: RoomId; workspace: WorkspaceId; opportunity: string },
  traces: PersonTraces,
  eventsOf: (seqs: number[]) => Recorded[],
): Promise<void> {
  const redact = redactorOf(traces.names, traces.emails, traces.instead);
  const db = env.DB;
  const emails = JSON.stringify(traces.emails);
  for (let start = 0; start < traces.seqs.length; start += EVENTS)
    await db
      .prepare(
        `UPDATE room_event SET event = told.value -> 'event' FROM json_each(?2) AS told WHERE room_id = ?1 AND seq = told.value ->> 'seq'`,
      )
      .bind(room.id, JSON.stringify(eventsOf(traces.seqs.slice(start, start + EVENTS))))
      .run();

  // Mails of their own, and mails of others that name them, before their rows say less.
  const { results: mails } = await db
    .prepare(`SELECT id, lower(envelope_from) IN (SELECT value FROM json_each(?2)) AS own FROM inbound_mail WHERE room_id = ?1`)
    .bind(room.id, emails)
    .all<{ id: string; own: number }>();
  const own = new Set([...traces.mails, ...mails.filter((one) => one.own).map((one) => one.id)]);
  for (const mail of own) await env.FILES.delete(mailKey(mail));
  for (const mail of traces.brought ?? []) await env.FILES.delete(broughtMailKey(room.id, mail));
  for (const file of traces.files) await env.FILES.delete(fileKey(room.id, file as FileId));
  const others = mails.flatMap(({ id }) => (own.has(id) ? [] : [mailKey(id)]));
  for (const key of [...others, ...(await broughtMails(env, room.id))]) {
    const kept = await env.FILES.get(key);
    if (!kept) continue;
    // A small mail is searched byte by byte, too: addresses stand in heads that nobody reads.
    const bytes = kept.size <= AT_HAND ? new Uint8Array(await kept.arrayBuffer()) : null;
    const mail = bytes ? await readMail(bytes) : await readKept(kept.body);
    if (redact(toldBy(mail)) !== toldBy(mail) || (bytes && traces.emails.some((email) => withoutAddress(bytes, email))))
      await env.FILES.put(key, retold(mail, redact), { httpMetadata: { contentType: 'message/rfc822' } });
  }
  for (const email of traces.emails) await env.POSTBOX.get(env.POSTBOX.idFromName('main')).forget(room.id, email);

  for (const { table, columns, of } of TEXTS) {
    const key = of === 'workspace_id' ? room.workspace : room.id;
    for (const column of columns) {
      // By value, since not every table has a row id.
      const { results } = await db
        .prepare(`SELECT DISTINCT ${column} AS text FROM ${table} WHERE ${of} = ?`)
        .bind(key)
        .all<{ text: string | null }>();
      for (const { text } of results) {
        const after = text && redactedText(text, redact);
        if (after !== text)
          await db.prepare(`UPDATE ${table} SET ${column} = ?2 WHERE ${of} = ?1 AND ${column} = ?3`).bind(key, after, text).run();
      }
    }
  }
  await db
    .prepare('UPDATE opportunity SET name = (SELECT name FROM room WHERE room.id = ?1) WHERE id = ?2')
    .bind(room.id, room.opportunity)
    .run();
  await answersWithout(db, room, redact);
  await db.batch(
    traces.emails.flatMap((email) => [
      db.prepare(`DELETE FROM attempt WHERE key = 'signInMail:' || ?`).bind(email),
      db.prepare('DELETE FROM sign_in WHERE email = ?1 AND NOT EXISTS (SELECT 1 FROM person WHERE email = ?1)').bind(email),
    ]),
  );
  // Summaries were for them alone; who is in another room of the workspace goes on getting them.
  await db
    .prepare(
      `DELETE FROM digest WHERE workspace_id = ?1 AND email IN (SELECT value FROM json_each(?2))
         AND NOT EXISTS (SELECT 1 FROM participant p JOIN room r ON r.id = p.room_id WHERE r.workspace_id = ?1 AND p.email = digest.email)`,
    )
    .bind(room.workspace, emails)
    .run();
}

/** Where the mails lie that a copy brought into a room. */
async function broughtMails(env: Env, room: RoomId): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await env.FILES.list({ prefix: broughtMailKey(room, ''), ...(cursor && { cursor }) });
    keys.push(...page.objects.map((one) => one.key));
    if (!page.truncated) return keys;
    cursor = page.cursor;
  }
}

/** Answers that are kept to be used again name nobody who was erased, nor are they found by their name. */
async function answersWithout(db: D1Database, room: { id: RoomId; workspace: WorkspaceId }, redact: Redact): Promise<void> {
  const { results } = await db
    .prepare('SELECT task_id AS task, question, answer FROM answer WHERE room_id = ?')
    .bind(room.id)
    .all<{ task: string; question: string; answer: string }>();
  for (const { task, ...before } of results) {
    const [question, answer] = [redact(before.question), redact(before.answer)];
    if (question === before.question && answer === before.answer) continue;
    await db.batch([
      db.prepare('UPDATE answer SET question = ?3, answer = ?4 WHERE room_id = ?1 AND task_id = ?2').bind(room.id, task, question, answer),
      db.prepare('DELETE FROM answer_word WHERE room_id = ?1 AND task_id = ?2').bind(room.id, task),
      db
        .prepare(`INSERT OR IGNORE INTO answer_word (workspace_id, word, room_id, task_id) SELECT ?1, value, ?2, ?3 FROM json_each(?4)`)
        .bind(room.workspace, room.id, task, JSON.stringify(wordsOf(`${question}\n${answer}`))),
    ]);
  }
}
