/**
 * Mail that comes in, by either door: kept raw first, read by `intake`, then exactly one outcome. An outage throws,
 * so that the sending server tries again; the row by Message-ID makes the second try harmless.
 */
import { eq } from 'drizzle-orm';
import * as v from 'valibot';
import * as m from '#messages';
import { drizzle } from 'drizzle-orm/d1';
import { ROOM_THREAD } from '#core/audience.ts';
import type { FileFact } from '#core/discussion.ts';
import { rejectReasons, type HeldReason, type RejectReason } from '#core/held-mail.ts';
import type { HeldMailId, ParticipantId, RoomId, ThreadId } from '#core/ids.ts';
import { email as emailSchema, LONGEST_COMMENT } from '#core/commands.ts';
import type { Locale } from '#core/people.ts';
import { rejection } from '#emails/rejection.tsx';
import type { RejectionFacts } from '#emails/facts.ts';
import { tried } from '../access/limits.ts';
import { hashOf, idFor, readToken, withoutKeys } from '../access/tokens.ts';
import { inboundMail } from '../directory/schema.ts';
import type { Env } from '../env.ts';
import { fileKey, type Opened, pieces, pour, split, storeFile } from '../files/store.ts';
import { spanIn } from './calendar.ts';
import { envelop } from './compose.ts';
import { enqueue } from './postbox.ts';
import { mailKey } from './keys.ts';
import { intake, tokenOf, type Doorway, type MailFacts, type Outcome, type ReplyTarget } from './reading/intake.ts';
import { keyOf } from './reading/key.ts';
import { decoded, type LongPart, Skeleton } from './reading/skeleton.ts';
import type { ReceivedMail } from '../room/mail-in.ts';
import { log, withoutPeople } from '../log.ts';
import { roomStub } from '../room/stub.ts';
import { Turns } from './turns.ts';

/** Cloudflare takes mails of up to 25 MiB (developers.cloudflare.com/email-routing/limits). */
export const MAX_MAIL = 25 * 1024 * 1024;

export interface Envelope {
  from: string;
  to: string;
}

/** A mail's bytes on their way, and how many there are. */
export interface RawMail {
  stream: ReadableStream<Uint8Array>;
  size: number;
}

/** A mail up to this size (bytes) is read whole; of a bigger one this much is at hand to know it by. */
const AT_HAND = 256 * 1024;

/** What the sending server is told: taken, or refused with a sentence that its own user will read. */
export type Receipt = { accepted: true; outcome: string } | { accepted: false; say: string; after?: number };

type Target = ReplyTarget & {
  side: 'seller' | 'customer';
  locale: Locale;
  zone: string;
  replyHash: string;
  here: boolean;
  deleted: boolean;
};

/** Takes one mail in. `authservId` names the hop whose verdict is believed; both doors have their own. */
export async function receiveMail(env: Env, mail: RawMail, envelope: Envelope, authservId: string): Promise<Receipt> {
  const db = drizzle(env.DB);
  const opened = await split(pieces(mail.stream), AT_HAND);
  const { head } = opened;
  const id = await idFor<HeldMailId>(new TextEncoder().encode(await keyOf(head, envelope.to)));
  const [fresh] = await db
    .insert(inboundMail)
    .values({
      id,
      at: new Date().toISOString(),
      envelopeFrom: envelope.from,
      envelopeTo: envelope.to,
      roomId: null,
      outcome: 'pending',
      reason: '',
    })
    .onConflictDoNothing()
    .returning({ id: inboundMail.id });
  if (!fresh) {
    const [before] = await db.select().from(inboundMail).where(eq(inboundMail.id, id));
    // `pending` means that a first try died half-way: go on where it stopped.
    if (before && before.outcome !== 'pending') return { accepted: true, outcome: before.outcome };
  }
  if (opened.rest) {
    await keepPassing(env, id, opened, mail.size);
    return turns.take(async (alive) => settle(env, id, await skeletonOf(env, id, mail.size, alive), envelope, authservId));
  }
  await env.FILES.put(mailKey(id), head, RAW);
  return settle(env, id, { bytes: head, size: head.byteLength, long: new Map(), isCut: false, alive: () => {} }, envelope, authservId);
}

const RAW = { httpMetadata: { contentType: 'message/rfc822' } };

/** The line in which big mails wait until they are read. They lie in storage by then. */
const turns = new Turns();

/** What is read of a mail, and what of it lies in storage alone. */
interface Kept {
  bytes: Uint8Array;
  /** Bytes of all of it. */
  size: number;
  long: ReadonlyMap<number, LongPart>;
  /** Whether there are more words than were read. */
  isCut: boolean;
  /** Says that the work gets on (`turns.ts`). */
  alive: () => void;
}

/** Reads a mail that is kept, and does what comes of it. */
async function settle(env: Env, id: HeldMailId, kept: Kept, envelope: Envelope, authservId: string): Promise<Receipt> {
  const targets = new Map<string, Target>();
  const outcome = await intake(kept.bytes, envelope, doorway(env, authservId, targets));
  const token = tokenOf(envelope.to, env.REPLY_DOMAIN);
  const target = token ? targets.get(token) : undefined;
  const room = (target?.room ?? (token ? readToken(token)?.room : undefined)) as RoomId | undefined;
  const wait = room && COUNTED.has(outcome.action) ? await countedMail(env, room, isOwnWord(outcome) ? target : undefined, kept.size) : 0;
  const hasFiles = outcome.action === 'comment' && outcome.files.length > 0;
  const isFull = wait === 0 && hasFiles && room !== undefined && !(await roomStub(env, room).takesFiles());
  if (wait > 0 || isFull) {
    // As if it had never come: sent again later, it is taken.
    await env.FILES.delete(mailKey(id));
    await drizzle(env.DB).delete(inboundMail).where(eq(inboundMail.id, id));
    log('mail in', { mail: id, outcome: isFull ? 'full' : 'too many', room });
    return isFull ? { accepted: false, say: FULL } : { accepted: false, say: TOO_MANY, after: wait };
  }
  const acted = await act(env, id, outcome, { target, room, envelope, kept });
  if (acted.unread) await env.FILES.delete(mailKey(id));
  await drizzle(env.DB)
    .update(inboundMail)
    .set({ outcome: acted.outcome, reason: acted.reason, roomId: room ?? null })
    .where(eq(inboundMail.id, id));
  log('mail in', { mail: id, outcome: acted.outcome, reason: withoutPeople(acted.reason), room });
  return acted.say === null ? { accepted: true, outcome: acted.outcome } : { accepted: false, say: acted.say };
}

/** What makes a mail in a room: words posted, or held for its sellers. */
const COUNTED: ReadonlySet<Outcome['action']> = new Set(['comment', 'calendar', 'reject']);

/** Whether it is the word of the one whose reply address it came to. */
const isOwnWord = (outcome: Outcome): boolean =>
  outcome.action === 'comment' || (outcome.action === 'calendar' && outcome.verified && outcome.authenticated);

/** 0, or the seconds until another mail of so many bytes is taken: from one participant, or of those that a room's sellers must look at. */
async function countedMail(env: Env, room: RoomId, from: Target | undefined, size: number): Promise<number> {
  if (!from) return Math.max(...(await Promise.all([tried(env.DB, 'heldInRoom', room), tried(env.DB, 'heldBytesInRoom', room, size)])));
  const own = `${room}:${from.participant}`;
  return Math.max(
    ...(await Promise.all([tried(env.DB, 'mailsInRoom', room), tried(env.DB, 'mails', own), tried(env.DB, 'mailBytes', own, size)])),
  );
}

const TOO_MANY = 'So much came to this room lately that this message was not taken. Please send it again later.';
const FULL = 'This room is full, so this message was not taken with its files. Please send it again without them, or with a link to them.';

/** Stores a big mail while it comes. If the sending server breaks off, nothing half is kept, and it tries again. */
async function keepPassing(env: Env, id: HeldMailId, mail: Opened, size: number): Promise<void> {
  const sized = new FixedLengthStream(size);
  await Promise.all([pour(mail, sized.writable), env.FILES.put(mailKey(id), sized.readable, RAW)]);
}

/** What is needed to read a big mail, from where it lies. */
async function skeletonOf(env: Env, id: HeldMailId, size: number, alive: () => void): Promise<Kept> {
  const skeleton = new Skeleton();
  for await (const piece of lying(env, id, alive)) skeleton.push(piece);
  return { bytes: skeleton.end(), size, long: skeleton.long, isCut: skeleton.isCut, alive };
}

/** A mail that is kept, or a stretch of it, piece by piece. */
async function* lying(env: Env, id: HeldMailId, alive: () => void, range?: R2Range): AsyncGenerator<Uint8Array> {
  const object = await env.FILES.get(mailKey(id), range && { range });
  if (!object) throw new Error(`mail ${id} is not there`);
  for await (const piece of pieces(object.body)) {
    alive();
    yield piece;
  }
}

function doorway(env: Env, authservId: string, targets: Map<string, Target>): Doorway {
  return {
    authservId,
    replyDomain: env.REPLY_DOMAIN,
    bounceAddress: `bounce@${env.REPLY_DOMAIN}`,
    async target(token) {
      const parsed = readToken(token);
      if (!parsed) return null;
      const replyHash = await hashOf('reply', parsed.secret);
      const found = await roomStub(env, parsed.room).replyTarget(replyHash);
      if (!found) return null;
      const target: Target = { room: parsed.room, replyHash, ...found };
      targets.set(token.toLowerCase(), target);
      return target;
    },
    async sentOriginal(messageIds, target) {
      return roomStub(env, target.room as RoomId).sentMail(messageIds, target.participant as ParticipantId);
    },
  };
}

interface Acted {
  outcome: 'comment' | 'act' | 'session' | 'ignore' | 'reject' | 'bounce' | 'calendar' | 'forgotten' | 'waiting';
  reason: string;
  /** What the sending server is told when the mail is not taken. */
  say: string | null;
  /** No room names it: whoever writes to any address here would fill the storage. */
  unread?: true;
}

interface Where {
  target: Target | undefined;
  room: RoomId | undefined;
  envelope: Envelope;
  kept: Kept;
}

async function act(env: Env, id: HeldMailId, outcome: Outcome, where: Where): Promise<Acted> {
  const { target, room, kept } = where;
  const stub = (one: RoomId) => roomStub(env, one);
  // A room that is shut takes nothing: what people wrote is held until it is brought back, or goes with it.
  if (target?.deleted && outcome.action !== 'ignore' && outcome.action !== 'bounce') {
    const { mail } = outcome;
    const text = outcome.action === 'calendar' ? (outcome.comment ?? mail.subject) : outcome.text;
    const authenticated =
      outcome.action === 'calendar' ? outcome.verified : outcome.action === 'reject' ? (outcome.verdict?.authenticated ?? false) : true;
    return reject(env, id, { mail, text, reason: 'deleted', authenticated }, where);
  }

  switch (outcome.action) {
    case 'ignore':
      return { outcome: 'ignore', reason: outcome.reason, say: null, unread: true };
    case 'calendar':
      return answerCalendar(env, id, outcome, where);
    case 'bounce': {
      // A report proves nothing of who sent it: it counts only if it names a mail that we did send to that person.
      const ours =
        target && room && outcome.originalMessageId
          ? await stub(room).sentMail([outcome.originalMessageId], target.participant as ParticipantId, true)
          : null;
      if (outcome.hard && ours && target && room) await stub(room).trouble(target.address, 'bounced', outcome.diagnostic);
      return { outcome: 'bounce', reason: outcome.diagnostic.slice(0, 200), say: null, unread: true };
    }
    case 'comment': {
      if (!target || !room) return reject(env, id, { mail: outcome.mail, text: outcome.text, reason: 'unknown_token' }, where);
      if (!target.here) return reject(env, id, { mail: outcome.mail, text: outcome.text, reason: 'left' }, where);
      const mail = await received(env, id, outcome, target, room, kept);
      const posted = await stub(room).receive(mail);
      if (posted.ok) {
        if (posted.value.outcome !== 'session' && posted.value.outcome !== 'forgotten')
          await bringCopied(env, id, outcome.mail, target.participant as ParticipantId, target.thread as ThreadId, room);
        return { outcome: posted.value.outcome, reason: '', say: null };
      }
      await unkept(env, room, mail.files);
      return reject(env, id, { mail: outcome.mail, text: outcome.text, reason: 'refused' }, where);
    }
    case 'reject': {
      const stranger = room && outcome.mail.from ? await fromNewcomer(env, id, outcome, where, room) : null;
      if (stranger) return stranger;
      return reject(env, id, { ...outcome, authenticated: outcome.verdict?.authenticated ?? false }, where);
    }
  }
}

/** A mail as the room takes it, its files kept. */
async function received(
  env: Env,
  id: HeldMailId,
  { text: words, files: parts, mail: { offset } }: Pick<Extract<Outcome, { action: 'comment' }>, 'text' | 'files' | 'mail'>,
  target: Target,
  room: RoomId,
  { long, isCut, alive }: Kept,
): Promise<ReceivedMail> {
  const files: FileFact[] = [];
  for (const file of parts) {
    const where = file.long === undefined ? undefined : long.get(file.long);
    const body = where ? decoded(lying(env, id, alive, where)) : file.bytes;
    const stored = await storeFile(env.FILES, room, { name: file.name, body, size: where?.size ?? null });
    // It was counted before: what comes out otherwise was not read whole, and the sending server tries again.
    if (!stored.ok) throw new Error(`mail ${id}: ${stored.refusal.reason} ${file.name}`);
    files.push(stored.value);
  }
  const { participant, thread, replyHash, locale } = target;
  const text = isCut ? `${words}\n\n${m.mail_goes_on({}, { locale })}` : words;
  const mail = { id, participant: participant as ParticipantId, thread: thread as ThreadId, replyHash, files, offset };
  if (text.length <= LONGEST_COMMENT) return { ...mail, text };
  // A log or a page of a book: its beginning is the comment, and all of it is a file beside.
  const whole = await storeFile(env.FILES, room, { name: 'message.txt', body: new TextEncoder().encode(withoutKeys(text)) });
  if (!whole.ok) throw new Error(`mail ${id}: ${whole.refusal.reason} message.txt`);
  const beginning = text.slice(0, LONGEST_COMMENT - 2).replace(/[\ud800-\udbff]$/, '');
  return { ...mail, text: `${beginning.trimEnd()}\n…`, files: [whole.value, ...files] };
}

/** Files of a mail that was not taken after all: the mail itself, which has them, is kept. */
const unkept = (env: Env, room: RoomId, files: FileFact[]) => Promise.all(files.map((file) => env.FILES.delete(fileKey(room, file.id))));

/** Whoever stands beside the room in To or Cc may be brought in by it; gives how many are. */
async function bringCopied(
  env: Env,
  id: HeldMailId,
  { to, cc, from }: MailFacts,
  participant: ParticipantId,
  thread: ThreadId,
  room: RoomId,
): Promise<number> {
  const copied = [...to, ...cc]
    .map(({ name, address }) => ({ name, email: address.toLowerCase() }))
    .filter(({ email }) => v.is(emailSchema, email) && email !== from?.address.toLowerCase());
  return copied.length > 0 ? roomStub(env, room).copied({ id, participant, thread, copied }) : 0;
}

/**
 * Mail to a key that is not its sender's, from somebody whom the room knows all the same: a colleague of the key's owner, or
 * somebody who was put in copy. Of whoever asked to be forgotten nothing is kept. Null for everybody else.
 */
async function fromNewcomer(
  env: Env,
  id: HeldMailId,
  outcome: Extract<Outcome, { action: 'reject' }>,
  { target, kept }: Where,
  room: RoomId,
): Promise<Acted | null> {
  const from = outcome.mail.from?.address.toLowerCase() ?? '';
  const stub = roomStub(env, room);
  const isProven = outcome.verdict?.authenticated ?? false;
  // Its owner's reply without a word, but with somebody in copy.
  if (outcome.reason === 'empty' && target?.here) {
    const { participant, thread } = target;
    const brought = await bringCopied(env, id, outcome.mail, participant as ParticipantId, thread as ThreadId, room);
    if (brought > 0) return { outcome: 'act', reason: 'copied', say: null };
  }
  const who = await stub.senderAt(from);
  if (who === null) return null;
  const says = outcome.text !== '' || outcome.files.length > 0;
  if (who !== 'forgotten' && isProven && outcome.reason === 'other_sender' && target?.here && says) {
    const mail = await received(env, id, outcome, target, room, kept);
    const taken = await stub.receiveFrom(from, mail);
    if (!taken?.ok) await unkept(env, room, mail.files);
    else return { outcome: taken.value.outcome, reason: '', say: null };
  }
  if (who === 'here') return null;
  // Their address may not be written down, which holding the mail would do.
  await env.FILES.delete(mailKey(id));
  await env.DB.prepare("UPDATE inbound_mail SET envelope_from = '' WHERE id = ?").bind(id).run();
  return { outcome: 'ignore', reason: who, say: who === 'forgotten' ? FORGOTTEN : isProven ? UNREAD : UNPROVEN };
}

const FORGOTTEN =
  'You asked this room to forget you, so this message was not kept. To take part after all, write to whoever brought you in.';
const UNREAD = 'Nothing could be read in this message. To take part, reply with a few words.';
const UNPROVEN = 'This message could not be verified as coming from the address it names (SPF, DKIM, DMARC), so it was not posted.';

/** A calendar's answer counts as its owner's word, and is checked as a reply is: what is not proven to be theirs is held. */
async function answerCalendar(env: Env, id: HeldMailId, outcome: Extract<Outcome, { action: 'calendar' }>, where: Where): Promise<Acted> {
  const { target, room } = where;
  const { calendar, mail, comment } = outcome;
  // What else calendars send (a REQUEST of their own, a CANCEL, a REFRESH) asks for nothing that a room can do.
  if (calendar.method !== 'REPLY' && calendar.method !== 'COUNTER')
    return { outcome: 'calendar', reason: calendar.method.toLowerCase(), say: null };
  const text = comment ?? mail.subject;
  const refused = (reason: HeldReason) => reject(env, id, { mail, text, reason, authenticated: outcome.verified }, where);
  if (!target || !room) return refused('unknown_token');
  if (!outcome.verified) return refused('not_authenticated');
  if (!outcome.authenticated) return refused('other_sender');
  if (!target.here) return refused('left');
  const reason = await roomStub(env, room).answerCalendar({
    id,
    participant: target.participant as ParticipantId,
    thread: target.thread as ThreadId,
    method: calendar.method,
    uid: calendar.uid ?? '',
    answer: calendar.partstat?.toLowerCase() ?? '',
    note: comment ?? '',
    sequence: calendar.sequence,
    stamp: calendar.stamp,
    time: spanIn(calendar.ics, target.zone),
  });
  return { outcome: 'calendar', reason, say: null };
}

interface Rejected {
  mail: MailFacts;
  reason: string;
  text: string;
  /** Whether the sender is who the mail says; taken for granted where the mail would have been posted. */
  authenticated?: boolean;
}

/** Reasons about which the sender may be written to: they were authenticated, so nobody else is bothered. */
const ANSWERED: ReadonlySet<HeldReason> = new Set([
  'unknown_token',
  'other_sender',
  'empty',
  'too_large',
  'unreadable',
  'encrypted',
  'left',
  'deleted',
  'refused',
]);

/** Not posted: held where the room's sellers see it, and said to the sender once a day and reason. */
async function reject(
  env: Env,
  id: HeldMailId,
  { mail, text, authenticated = true, ...why }: Rejected,
  { target, room, envelope }: Where,
): Promise<Acted> {
  const reason: RejectReason = (rejectReasons as readonly string[]).includes(why.reason)
    ? (why.reason as RejectReason)
    : why.reason === 'two_message_ids'
      ? 'two_senders'
      : 'unreadable';
  const from = (mail.from?.address ?? envelope.from).toLowerCase();
  const subject = mail.subject.slice(0, 300);
  const roomName = room ? await roomStub(env, room).title() : null;
  // An empty mail has nothing to keep; its sender is told.
  const held = roomName !== null && room !== undefined && reason !== 'empty';
  if (held) {
    const thread = (target?.thread ?? ROOM_THREAD) as ThreadId;
    await roomStub(env, room).hold({ id, key: id, reason, from, subject, text, thread });
  }
  if (!authenticated || !ANSWERED.has(reason)) {
    // Whoever is named as the sender may be a stranger to this mail: only the server that brought it is told.
    return {
      outcome: 'reject',
      reason,
      say: UNPROVEN,
      ...(!held && { unread: true }),
    };
  }
  const facts: RejectionFacts = {
    reader: {
      name: mail.from?.name || from,
      locale: target?.locale ?? (/\p{Script=Han}/u.test(subject + text) ? 'zh-CN' : 'en'),
      zone: target?.zone ?? 'UTC',
    },
    subject,
    reason,
    held,
    // A stranger to the room is not told its name.
    roomName: reason === 'unknown_token' || reason === 'other_sender' ? null : roomName,
    limit: MAX_MAIL,
  };
  const day = new Date().toISOString().slice(0, 10);
  const answer = envelop(env, rejection(facts), {
    key: `rejection/${from}/${reason}/${day}`.slice(0, 200),
    from: 'Atelier',
    to: { name: '', email: from },
    replyTo: null,
  });
  await enqueue(env, [{ ...answer, headers: { ...answer.headers, 'Auto-Submitted': 'auto-replied' }, room: null }], true);
  return { outcome: 'reject', reason, say: null, ...(!held && { unread: true }) };
}
