/**
 * The one way from a mail's bytes to what the room does with it. `email()`, the provider's hook and
 * the bench all come through here; everything that touches storage is behind the `Doorway`. Exactly
 * one outcome comes of every mail, and nothing here throws for what a sender wrote.
 */
import { keyOf } from './key.ts';
import { organisationalDomain, verdict, type Verdict } from './verdict.ts';
import { headersNamed, readMail, type MailFile, type Mailbox, type ReadMail } from './read-mail.ts';
import { replyText, type Cut, type Reply, type SentOriginal } from './reply-text.ts';
import { isOwnLoop, screen, type CalendarReply, type Screening } from './screen.ts';

export type { Cut, SentOriginal } from './reply-text.ts';
export type { Mailbox } from './read-mail.ts';
export type { CalendarReply } from './screen.ts';

export type ReplyTarget = { room: string; participant: string; address: string; name: string; thread: string };

export type Doorway = {
  /** The authserv-id the receiving edge writes. `null` trusts every sender and takes it for the token's owner: for benches only. */
  authservId: string | null;
  replyDomain: string;
  bounceAddress: string;
  target(token: string): Promise<ReplyTarget | null>;
  /** What we sent and these ids (In-Reply-To first, then References) answer. */
  sentOriginal(messageIds: string[], target: ReplyTarget): Promise<SentOriginal | null>;
  /** Whether this mail came before. Where it is missing, the room command's idempotency key does the work. */
  seen?(key: string): Promise<boolean>;
};

export type Envelope = { from: string; to: string };

export type ReplyFile = {
  name: string;
  type: string;
  bytes: Uint8Array;
  disposition: 'attachment' | 'inline';
  contentId: string | null;
  /** Where in the text an inline image stood, `null` for a file. */
  standsAt: number | null;
  /** Which part of its skeleton has the rest of the bytes, if any has. */
  long?: number;
};

/** What every outcome tells about the mail it comes of. */
export type MailFacts = {
  /** The same for every delivery of one mail (`keyOf`). */
  key: string;
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  subject: string;
  from: Mailbox | null;
  to: Mailbox[];
  cc: Mailbox[];
  date: Date | null;
  /** Minutes by which its writer's clock is ahead of UTC. */
  offset: number | null;
};

export type RejectReason =
  | 'unknown_token'
  | 'other_sender'
  | 'not_authenticated'
  | 'empty'
  | 'too_large'
  | 'unreadable'
  | 'encrypted'
  | 'two_senders'
  | 'two_message_ids'
  | 'no_sender';

export type IgnoreReason = 'own_loop' | 'duplicate' | 'auto_reply' | 'read_receipt' | 'delivery_notice' | 'complaint' | 'list';

export type Outcome = { mail: MailFacts } & (
  | { action: 'comment'; target: ReplyTarget; text: string; files: ReplyFile[]; cut: Cut[]; forward: boolean; verdict: Verdict }
  | {
      action: 'ignore';
      reason: IgnoreReason;
      target: ReplyTarget | null;
      awayUntil: string | null;
      outOfOffice: boolean;
      authenticated: boolean;
    }
  | {
      action: 'reject';
      reason: RejectReason;
      target: ReplyTarget | null;
      /** What would have been posted, so that a held mail can be released. */
      text: string;
      files: ReplyFile[];
      cut: Cut[];
      /** Who it came from, for "add as participant"; only worth proposing when `authenticated`. */
      sender: { mailbox: Mailbox; authenticated: boolean; sameCompany: boolean } | null;
      verdict: Verdict | null;
    }
  | {
      action: 'bounce';
      address: string | null;
      target: ReplyTarget | null;
      hard: boolean;
      status: string | null;
      diagnostic: string;
      originalMessageId: string | null;
    }
  | {
      action: 'calendar';
      target: ReplyTarget | null;
      calendar: CalendarReply;
      comment: string | null;
      /** Who it is from is proven; `authenticated`: and it is the token's owner. */
      verified: boolean;
      authenticated: boolean;
      sender: Mailbox | null;
    }
);

/** Above this nothing is parsed; the platform refuses larger mail anyway. */
export const MAX_MAIL_BYTES = 26 * 1024 * 1024;
/** Images of a signature smaller than this are logos. */
const LOGO_BYTES = 10 * 1024;

const TOKEN = /^(?:reply|bounce)\+([a-z0-9]{20,58})$/;

/** Token of an address of ours, lower case, or `null`. Mail clients change the case of addresses. */
export function tokenOf(address: string, replyDomain: string): string | null {
  const lower = address.trim().toLowerCase().replace(/^<|>$/g, '');
  const at = lower.lastIndexOf('@');
  if (at < 0 || lower.slice(at + 1) !== replyDomain.toLowerCase()) return null;
  return TOKEN.exec(lower.slice(0, at))?.[1] ?? null;
}

/** Two spellings of one mailbox: case, and Gmail's dots. */
export function sameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(address: string): string {
  const lower = address.trim().toLowerCase();
  const at = lower.lastIndexOf('@');
  const domain = lower.slice(at + 1);
  if (domain !== 'gmail.com' && domain !== 'googlemail.com') return lower;
  return `${lower.slice(0, at).replaceAll('.', '')}@gmail.com`;
}

/**
 * Reads and judges one mail. Order: size, own loop, seen before, screened out (bounce, receipt,
 * calendar, automatic, list), token, verdict, sender, not empty.
 */
export async function intake(bytes: Uint8Array, envelope: Envelope, doorway: Doorway): Promise<Outcome> {
  const token = tokenOf(envelope.to, doorway.replyDomain);
  if (bytes.length > MAX_MAIL_BYTES) {
    const facts: MailFacts = {
      key: `size:${bytes.length}:${envelope.from}`,
      messageId: null,
      inReplyTo: [],
      references: [],
      subject: '',
      from: null,
      to: [],
      cc: [],
      date: null,
      offset: null,
    };
    return { mail: facts, action: 'reject', reason: 'too_large', target: null, text: '', files: [], cut: [], sender: null, verdict: null };
  }
  const mail = await readMail(bytes);
  const facts: MailFacts = {
    key: await keyOf(bytes, envelope.to),
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    subject: mail.subject,
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    date: mail.date,
    offset: mail.offset,
  };
  const ignore = (reason: IgnoreReason, target: ReplyTarget | null = null): Outcome => ({
    mail: facts,
    action: 'ignore',
    reason,
    target,
    awayUntil: null,
    outOfOffice: false,
    authenticated: false,
  });

  if (isOwnLoop(mail, doorway.replyDomain)) return ignore('own_loop');
  if ((await doorway.seen?.(facts.key)) === true) return ignore('duplicate');

  const target = token === null ? null : await doorway.target(token);
  const judged: Verdict =
    doorway.authservId === null
      ? { authenticated: true, by: 'trusted' }
      : mail.from === null
        ? { authenticated: false, reason: 'no_verdict' }
        : verdict(headersNamed(mail, 'authentication-results'), doorway.authservId, mail.from.address);
  const screened = mail.refusal === null ? screen(mail, envelope.from) : null;
  if (screened !== null) return await screenedOutcome(screened, mail, facts, target, judged, doorway);

  const sent =
    target === null ? null : await doorway.sentOriginal([...mail.inReplyTo, ...mail.references.toReversed()].slice(0, 6), target);
  const reply = replyText(mail, sent);
  const files = filesOf(mail, reply);
  const reject = (reason: RejectReason): Outcome => ({
    mail: facts,
    action: 'reject',
    reason,
    target,
    text: reply.text,
    files,
    cut: reply.cut,
    verdict: judged,
    sender:
      mail.from === null
        ? null
        : {
            mailbox: mail.from,
            authenticated: judged.authenticated,
            sameCompany: target !== null && sameCompany(mail.from.address, target.address),
          },
  });

  if (mail.refusal !== null) return reject(mail.refusal);
  if (target === null) return reject('unknown_token');
  if (mail.from === null) return reject('no_sender');
  if (!judged.authenticated) return reject('not_authenticated');
  if (doorway.authservId !== null && !sameAddress(mail.from.address, target.address)) return reject('other_sender');
  if (mail.encrypted && reply.text === '') return reject('encrypted');
  if (reply.text === '' && files.length === 0) return reject('empty');
  return { mail: facts, action: 'comment', target, text: reply.text, files, cut: reply.cut, forward: reply.forward, verdict: judged };
}

const PUBLIC_MAIL = new Set(
  'gmail.com googlemail.com qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net vip.163.com sina.com sina.cn sohu.com 139.com 189.cn aliyun.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.jp icloud.com me.com mac.com proton.me protonmail.com gmx.de gmx.net gmx.com web.de t-online.de mail.ru yandex.ru naver.com daum.net hanmail.net orange.fr free.fr wanadoo.fr libero.it aol.com zoho.com fastmail.com tutanota.com hey.com'.split(
    ' ',
  ),
);

function sameCompany(a: string, b: string): boolean {
  const [first, second] = [a.slice(a.lastIndexOf('@') + 1).toLowerCase(), b.slice(b.lastIndexOf('@') + 1).toLowerCase()];
  return !PUBLIC_MAIL.has(first) && organisationalDomain(first) === organisationalDomain(second);
}

async function screenedOutcome(
  screened: Screening,
  mail: ReadMail,
  facts: MailFacts,
  target: ReplyTarget | null,
  judged: Verdict,
  doorway: Doorway,
): Promise<Outcome> {
  const authenticated =
    judged.authenticated &&
    (doorway.authservId === null || (target !== null && mail.from !== null && sameAddress(mail.from.address, target.address)));
  switch (screened.kind) {
    case 'bounce':
      return {
        mail: facts,
        action: 'bounce',
        address: screened.address,
        target,
        hard: screened.hard,
        status: screened.status,
        diagnostic: screened.diagnostic,
        originalMessageId: screened.originalMessageId,
      };
    case 'calendar': {
      const sent = target === null ? null : await doorway.sentOriginal(mail.inReplyTo, target);
      // Outlook puts what was typed into the body; others write a sentence of their own there.
      const typed = mail.machinery.some((part) => part.type === 'text/calendar' && /PRODID:[^\r\n]*Microsoft/i.test(part.text))
        ? replyText(mail, sent).text
        : '';
      return {
        mail: facts,
        action: 'calendar',
        target,
        calendar: screened.calendar,
        comment: screened.calendar.comment ?? (typed === '' ? null : typed),
        verified: judged.authenticated,
        authenticated,
        sender: mail.from,
      };
    }
    case 'automatic':
      return {
        mail: facts,
        action: 'ignore',
        reason: 'auto_reply',
        target,
        awayUntil: screened.awayUntil,
        outOfOffice: screened.outOfOffice,
        authenticated,
      };
    case 'read_receipt':
    case 'delivery_notice':
    case 'complaint':
    case 'list':
      return { mail: facts, action: 'ignore', reason: screened.kind, target, awayUntil: null, outOfOffice: false, authenticated };
  }
}

/** Sorts what came with the mail: images that stand in the reply, files, and decoration that is neither. */
function filesOf(mail: ReadMail, reply: Reply): ReplyFile[] {
  // Sets, since a mail may name a hundred thousand images beside two thousand files.
  const taken = new Set(reply.standing.map((image) => image.file));
  const standing = new Map<string, number>();
  for (const { contentId, at } of reply.standing)
    if (contentId !== null && !standing.has(contentId.toLowerCase())) standing.set(contentId.toLowerCase(), at);
  const quoted = new Set(reply.quotedImages.map((name) => name.toLowerCase()));
  const signed = new Set(reply.signatureImages.map((name) => name.toLowerCase()));
  const out: ReplyFile[] = [];
  const take = (file: MailFile, standsAt: number | null): void => {
    out.push({
      name: file.name,
      type: file.type,
      bytes: file.bytes,
      disposition: standsAt === null ? 'attachment' : 'inline',
      contentId: file.contentId,
      standsAt,
      ...(file.long !== undefined && { long: file.long }),
    });
  };
  for (const image of reply.standing) if (image.file !== null) take(image.file, image.at);
  // An image between text parts, in what was cut: a logo if it is small.
  for (const segment of mail.body) {
    if (segment.kind === 'image' && !taken.has(segment.file) && segment.file.bytes.length >= LOGO_BYTES) take(segment.file, null);
  }
  for (const file of mail.files) {
    const called = (file.contentId ?? file.name).toLowerCase();
    const isImage = file.type.startsWith('image/');
    const at = standing.get(called);
    if (at !== undefined) take(file, at);
    else if (isImage && quoted.has(called)) continue;
    else if (isImage && signed.has(called) && file.bytes.length < LOGO_BYTES) continue;
    else take(file, null);
  }
  return out;
}
