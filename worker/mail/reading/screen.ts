/**
 * Mail that no person wrote to the room: bounces, automatic answers, receipts, calendar answers,
 * list mail, our own mail coming back. Recognised by the standards that define them, and by the few
 * forms of large providers that keep to none.
 */
import { AUTO_REPLY_SUBJECTS, MONTHS, UNTIL_WORDS } from './languages.ts';
import { header, headersNamed, type ReadMail } from './read-mail.ts';

export type CalendarReply = {
  method: string;
  uid: string | null;
  partstat: string | null;
  attendee: string | null;
  comment: string | null;
  start: string | null;
  end: string | null;
  sequence: number | null;
  /** When the calendar says that it was answered: an ISO instant. */
  stamp: string | null;
  /** The calendar object whole: times can't be read without its zones. */
  ics: string;
};

export type Screening =
  | { kind: 'bounce'; address: string | null; status: string | null; hard: boolean; diagnostic: string; originalMessageId: string | null }
  | { kind: 'delivery_notice' }
  | { kind: 'complaint' }
  | { kind: 'read_receipt'; originalMessageId: string | null }
  | { kind: 'calendar'; calendar: CalendarReply }
  | { kind: 'automatic'; outOfOffice: boolean; awayUntil: string | null }
  | { kind: 'list' };

/** Plain text of a body, for looking for phrases: first few thousand characters, tags dropped. */
export function glance(mail: ReadMail): string {
  let out = '';
  for (const segment of mail.body) {
    if (segment.kind === 'text') out += `${segment.text.slice(0, 6000)}\n`;
    else if (segment.kind === 'html') {
      out += `${segment.html
        .slice(0, 30000)
        .replace(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
        .replace(/<br\s*\/?>|<\/(?:p|div|tr|li|h\d)>/gi, '\n')
        .replace(/<[^<>]*>/g, ' ')
        .replace(/&nbsp;/gi, ' ')
        .replace(/&lt;/gi, '<')
        .replace(/&gt;/gi, '>')
        .replace(/&amp;/gi, '&')}\n`;
    }
    if (out.length > 8000) break;
  }
  return out.slice(0, 8000);
}

/** Our own mail come back: from our domain, or with an id that only we give. */
export function isOwnLoop(mail: ReadMail, replyDomain: string): boolean {
  const domain = replyDomain.toLowerCase();
  if (domain === '') return false;
  const from = mail.from?.address.toLowerCase() ?? '';
  return (
    from.endsWith(`@${domain}`) ||
    (mail.messageId?.toLowerCase().endsWith(`@${domain}>`) ?? false) ||
    header(mail, 'x-atelier-mail') !== null
  );
}

/** Looks at a mail before anybody's token or sender is asked for; `null` means a person wrote it. */
export function screen(mail: ReadMail, envelopeFrom: string): Screening | null {
  return bounceOf(mail, envelopeFrom) ?? receiptOf(mail) ?? calendarOf(mail) ?? automaticOf(mail) ?? listOf(mail);
}

// RFC 3464 -----------------------------------------------------------------------------------

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      const name = line.slice(0, colon).trim().toLowerCase();
      if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
    }
  }
  return fields;
}

function afterType(value: string | undefined): string | null {
  if (value === undefined) return null;
  const bare = value
    .slice(value.indexOf(';') + 1)
    .trim()
    .replace(/^<|>$/g, '');
  return bare === '' ? null : bare;
}

const DAEMON = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|system|bounce|bounces|mailerdaemon|systems?bounce)(?:[+-][^@]*)?@/i;
const BOUNCE_SUBJECT =
  /undeliver|delivery (?:status notification|failure|has failed|failed|problem|incomplete|subsystem)|mail delivery (?:failed|system|failure|subsystem)|returned (?:mail|to sender)|failure notice|could not be delivered|mail system error|delivery error|message not delivered|非递送|退信|未送达|无法送达|无法投递|投递失败|发送失败|無法傳遞|無法遞送|未傳遞|退件|unzustellbar|nicht zugestellt|non remis|non distribu|no se puede entregar|no entregado|devuelto|não entregue|não foi possível entregar|mancata consegna|non recapitabile|onbestelbaar|не удается доставить|недоставлен|配信不能|配達不能|배달되지|전송 실패|systems bounce/i;

function bounceOf(mail: ReadMail, envelopeFrom: string): Screening | null {
  const status = mail.machinery.find((part) => part.type === 'message/delivery-status' || part.type === 'message/global-delivery-status');
  const reportType = (mail.params['report-type'] ?? '').toLowerCase();
  if (mail.machinery.some((part) => part.type === 'message/feedback-report') || reportType === 'feedback-report')
    return { kind: 'complaint' };
  const copy = mail.machinery.find(
    (part) =>
      part.type === 'text/rfc822-headers' ||
      part.type === 'message/rfc822-headers' ||
      (part.type === 'message/rfc822' && mail.type === 'multipart/report'),
  );
  const originalMessageId = copy === undefined ? null : (/^message-id:\s*(<[^<>\s]+>)/im.exec(copy.text)?.[1] ?? null);
  if (status !== undefined || (reportType === 'delivery-status' && mail.type === 'multipart/report')) {
    let noticed = false;
    let soft: Screening | null = null;
    for (const group of (status?.text ?? '').split(/\r?\n[ \t]*\r?\n/)) {
      const fields = fieldsOf(group);
      const address = afterType(fields.get('final-recipient')) ?? afterType(fields.get('original-recipient'));
      if (address === null) continue;
      const action = (fields.get('action') ?? 'failed').toLowerCase();
      const diagnostic = afterType(fields.get('diagnostic-code')) ?? '';
      const code =
        /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0] ?? /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(diagnostic)?.[0] ?? null;
      if (!action.startsWith('failed')) {
        noticed = true;
        continue;
      }
      const found: Screening = {
        kind: 'bounce',
        address: address.toLowerCase(),
        status: code,
        hard: isHard(code, diagnostic),
        diagnostic,
        originalMessageId,
      };
      if (found.hard) return found;
      soft ??= found;
    }
    if (soft !== null) return soft;
    if (noticed) return { kind: 'delivery_notice' };
    return guessBounce(mail, originalMessageId);
  }
  const from = mail.from?.address ?? '';
  const failed = header(mail, 'x-failed-recipients');
  const daemon = DAEMON.test(from) || (envelopeFrom === '' && from === '');
  if (failed !== null && (daemon || envelopeFrom === ''))
    return {
      kind: 'bounce',
      address: failed.split(',')[0]?.trim().toLowerCase() ?? null,
      status: codeIn(glance(mail)),
      hard: isHard(codeIn(glance(mail)), glance(mail)),
      diagnostic: diagnosticIn(glance(mail)),
      originalMessageId,
    };
  if (daemon && BOUNCE_SUBJECT.test(mail.subject)) return guessBounce(mail, originalMessageId);
  if (
    envelopeFrom === '' &&
    /^(?:undeliverable|unzustellbar|non remis|未送达|无法送达|系统退信)\s*[:：/]/i.test(mail.subject) &&
    header(mail, 'auto-submitted') !== null
  )
    return guessBounce(mail, originalMessageId);
  return null;
}

function codeIn(text: string): string | null {
  return /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(text)?.[0] ?? null;
}

function diagnosticIn(text: string): string {
  return /[^\n]*\b[45]\d\d[ -][^\n]{3,200}/.exec(text)?.[0]?.trim() ?? '';
}

/** RFC 3463: class 5 is final, but a full box or a policy of the day is not. */
function isHard(status: string | null, diagnostic: string): boolean {
  if (status === null)
    return /\b55[0134]\b|user unknown|no such user|does not exist|不存在|invalid recipient|unknown user|mailbox unavailable|recipient rejected/i.test(
      diagnostic,
    );
  if (!status.startsWith('5')) return false;
  return !/^5\.(?:2\.[23]|7\.\d+|3\.\d+|4\.\d+)$/.test(status);
}

/** Reports that keep to no standard, QQ's HTML page before all: the address and code are in the prose. */
function guessBounce(mail: ReadMail, originalMessageId: string | null): Screening {
  const text = glance(mail);
  const own = mail.from?.address.toLowerCase() ?? '';
  const near =
    /(?:收件人|无法发送到|无法送达|收信人|recipient|address(?:es)? failed|could not be delivered to|delivery to|to:)[^@\n]{0,80}?([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/i.exec(
      text,
    )?.[1];
  const any = [...text.matchAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g)]
    .map((match) => match[0].toLowerCase())
    .find((address) => address !== own && !DAEMON.test(address));
  const address = near?.toLowerCase() ?? any ?? null;
  const status = codeIn(text);
  return { kind: 'bounce', address, status, hard: isHard(status, text), diagnostic: diagnosticIn(text), originalMessageId };
}

// RFC 8098 -----------------------------------------------------------------------------------

function receiptOf(mail: ReadMail): Screening | null {
  const part = mail.machinery.find(
    (one) => one.type === 'message/disposition-notification' || one.type === 'message/global-disposition-notification',
  );
  if (part !== undefined || (mail.params['report-type'] ?? '').toLowerCase() === 'disposition-notification') {
    return { kind: 'read_receipt', originalMessageId: /^original-message-id:\s*(<[^<>\s]+>)/im.exec(part?.text ?? '')?.[1] ?? null };
  }
  // Foxmail, QQ and NetEase answer a request for a receipt with an ordinary mail.
  if (
    /^(?:已读|已讀|已读回执|已讀回執|收条|阅读回执|read|gelesen|lu|leído|letto|gelezen|開封済み|읽음|прочитано)\s*[:：]/i.test(mail.subject)
  ) {
    const text = glance(mail).trim().slice(0, 600);
    if (
      /收条|回执|回執|已读取|被阅读|已被.{0,6}(?:阅读|閱讀|打开|開啟)|was read on|has been read|your message|gelesen am|wurde am .* gelesen|a été lu|fue leído|è stato letto/i.test(
        text,
      ) ||
      text === ''
    )
      return { kind: 'read_receipt', originalMessageId: null };
  }
  return null;
}

// RFC 5546 -----------------------------------------------------------------------------------

/** Reads the first event of an iTIP message (RFC 5545 §3.1 unfolding), as far as a room needs it. */
export function readCalendar(text: string, method: string | undefined, from: string | null = null): CalendarReply {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const out: CalendarReply = {
    method: (method ?? '').toUpperCase(),
    uid: null,
    partstat: null,
    attendee: null,
    comment: null,
    start: null,
    end: null,
    sequence: null,
    stamp: null,
    ics: text,
  };
  let inEvent = false;
  for (const line of lines.slice(0, 2000)) {
    // One semicolon is asked for and the others are among what follows: a group for each could be split in any number of ways.
    const match = /^([\w-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)$/.exec(line);
    if (match === null) continue;
    const name = (match[1] ?? '').toUpperCase();
    const parameters = match[2] ?? '';
    const value = match[3] ?? '';
    if (name === 'METHOD' && out.method === '') out.method = value.trim().toUpperCase();
    else if (name === 'BEGIN' && value.trim().toUpperCase() === 'VEVENT') inEvent = true;
    else if (name === 'END' && value.trim().toUpperCase() === 'VEVENT') break;
    else if (!inEvent) continue;
    else if (name === 'UID') out.uid = value.trim();
    else if (name === 'DTSTART') out.start = value.trim();
    else if (name === 'DTEND') out.end = value.trim();
    else if (name === 'SEQUENCE' && /^\d{1,9}$/.test(value.trim())) out.sequence = Number(value.trim());
    else if (name === 'DTSTAMP') out.stamp = instantOf(value.trim());
    else if (name === 'ATTENDEE') {
      const attendee = value
        .trim()
        .replace(/^mailto:/i, '')
        .toLowerCase();
      // A calendar that keeps the whole list names its owner among the others.
      if (out.attendee !== null && attendee !== from?.toLowerCase()) continue;
      out.attendee = attendee;
      out.partstat = /;PARTSTAT="?([A-Z-]+)/i.exec(parameters)?.[1]?.toUpperCase() ?? null;
      // Google's way to say a note.
      out.comment = /;X-RESPONSE-COMMENT="([^"]*)"/i.exec(parameters)?.[1]?.trim() || out.comment;
    } else if (name === 'COMMENT')
      out.comment =
        value
          .replace(/\\n/gi, '\n')
          .replace(/\\([,;\\])/g, '$1')
          .trim() || null;
  }
  return out;
}

/** `20261124T020000Z` as an ISO instant; a stamp is always UTC (RFC 5545 section 3.8.7.2). */
function instantOf(stamp: string): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(stamp);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const instant = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  return Number.isNaN(Date.parse(instant)) ? null : instant;
}

const ANSWERS = new Set(['REPLY', 'COUNTER', 'REFRESH', 'DECLINECOUNTER', 'CANCEL']);

function calendarOf(mail: ReadMail): Screening | null {
  for (const part of mail.machinery) {
    if (part.type !== 'text/calendar') continue;
    const calendar = readCalendar(part.text, part.params.method, mail.from?.address ?? null);
    if (ANSWERS.has(calendar.method)) return { kind: 'calendar', calendar };
    if (calendar.method === 'REQUEST' && glance(mail).trim() === '') return { kind: 'calendar', calendar };
  }
  return null;
}

// RFC 3834 -----------------------------------------------------------------------------------

/** Phrases that say "automatic" of themselves; short words only with a colon behind them. */
function isAutomaticSubject(subject: string): boolean {
  const lower = subject.toLowerCase().replace(/^[\s[【(（<]+/, '');
  for (const phrase of AUTO_REPLY_SUBJECTS) {
    if (!lower.startsWith(phrase)) continue;
    const rest = lower.slice(phrase.length);
    if (/^\s*$/.test(rest) || /^\s*[:：\])】）>/|–—-]/.test(rest) || phrase.endsWith(':')) return true;
    if (/自动|自動|automat|auto-?(?:reply|response)|자동|автомат|tự động|otomatis/.test(phrase) && phrase.length >= 4) return true;
  }
  return false;
}

const AUTOMATIC_BODY =
  /^\s*(?:(?:这是|這是|此为|本邮件为|本邮件是|此邮件为|此邮件是)[^。\n]{0,24}(?:自动回复|自动答复|自動回覆|自動回复|自动回信)|this is an? auto(?:mated|matic|matically generated)?[ -]?(?:generated )?(?:reply|response|message|e-?mail|out)|\[?auto(?:matic)?[ -]?reply\]?|dies ist eine automatische|diese (?:e-mail|nachricht) wurde automatisch|ceci est une réponse automatique|esta es una respuesta automática|esta é uma resposta automática|questa è una risposta automatica|dit is een automatisch|det här är ett automatiskt|dette er (?:et )?(?:en )?auto|to jest automatyczna|это автоматическ|(?:※\s*)?このメールは(?:システムより)?自動|自動返信|本メールは自動)/i;

function automaticOf(mail: ReadMail): Screening | null {
  const submitted = header(mail, 'auto-submitted')
    ?.toLowerCase()
    .replace(/[;(].*$/, '')
    .trim();
  const precedence = header(mail, 'precedence')?.toLowerCase().trim() ?? '';
  const automatic =
    (submitted !== undefined && submitted !== '' && submitted !== 'no') ||
    /^(?:auto[_-]?reply|bulk|junk)$/.test(precedence) ||
    // X-Auto-Response-Suppress is in ordinary Outlook mail too: it is no sign at all.
    header(mail, 'x-ms-exchange-inbox-rules-loop') !== null ||
    /^(?!no\b|false\b|0\b).+/i.test(header(mail, 'x-autoreply') ?? '') ||
    header(mail, 'x-autorespond') !== null ||
    header(mail, 'x-autoresponder') !== null ||
    /^(?!no\b|false\b|0\b).+/i.test(header(mail, 'x-auto-reply') ?? '') ||
    header(mail, 'x-autoreply-from') !== null ||
    header(mail, 'x-mail-autoreply') !== null ||
    /reply|generated/i.test(header(mail, 'x-autogenerated') ?? '') ||
    /^(?:9;\s*)?autoresponder$/i.test(header(mail, 'x-post-messageclass') ?? '') ||
    headersNamed(mail, 'delivered-to').some((value) => /^autoresponder/i.test(value)) ||
    /true/i.test(header(mail, 'x-fc-machinegenerated') ?? '') ||
    /vacation|autoreply/i.test(header(mail, 'x-qq-mid') ?? '') ||
    /vacation|autorespond/i.test(header(mail, 'x-zoho-virus-status') === null ? (header(mail, 'x-mailer') ?? '') : '');
  const subject = isAutomaticSubject(mail.subject);
  const text = glance(mail);
  if (!automatic && !subject && !AUTOMATIC_BODY.test(text)) return null;
  const until = awayUntil(text, mail.date ?? new Date(0));
  const outOfOffice =
    until !== null ||
    header(mail, 'x-ms-exchange-inbox-rules-loop') !== null ||
    subject ||
    /out of (?:the )?office|on vacation|on leave|annual leave|不在办公室|休假|出差|外出|abwesend|absent|fuera de|vacaciones|ferie|afwezig|不在|휴가|отпуск/i.test(
      text,
    );
  return { kind: 'automatic', outOfOffice, awayUntil: until };
}

// RFC 2919, RFC 2369 --------------------------------------------------------------------------

function listOf(mail: ReadMail): Screening | null {
  const precedence = header(mail, 'precedence')?.toLowerCase().trim();
  return header(mail, 'list-id') !== null ||
    (precedence === 'list' && header(mail, 'list-unsubscribe') !== null) ||
    header(mail, 'list-post') !== null ||
    (header(mail, 'list-unsubscribe') !== null && precedence !== undefined)
    ? { kind: 'list' }
    : null;
}

// Away until ----------------------------------------------------------------------------------

type FoundDate = { index: number; end: number; date: Date };

function validDate(year: number, month: number, day: number): Date | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date : null;
}

/** Dates in words and figures. A date without a year is the next one after the mail. */
function datesIn(text: string, sent: Date): FoundDate[] {
  const out: FoundDate[] = [];
  const add = (index: number, length: number, year: number | null, month: number, day: number): void => {
    if (month < 1 || month > 12 || day < 1 || day > 31) return;
    let date = validDate(year ?? sent.getUTCFullYear(), month, day);
    if (date === null) return;
    if (year === null && date.getTime() < sent.getTime() - 7 * 86_400_000) date = validDate(sent.getUTCFullYear() + 1, month, day);
    if (date !== null) out.push({ index, end: index + length, date });
  };
  for (const m of text.matchAll(/(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?/g))
    add(m.index, m[0].length, Number(m[1]), Number(m[2]), Number(m[3]));
  for (const m of text.matchAll(/(?<![\d年])(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]/g))
    add(m.index, m[0].length, null, Number(m[1]), Number(m[2]));
  for (const m of text.matchAll(/(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}))?(?!\d)/g))
    add(m.index, m[0].length, m[3] === undefined ? null : Number(m[3]) + (m[3].length === 2 ? 2000 : 0), Number(m[2]), Number(m[1]));
  for (const m of text.matchAll(/(?<!\d)(\d{1,2})\/(\d{1,2})\/(\d{4})/g)) {
    const [a, b] = [Number(m[1]), Number(m[2])];
    if (a > 12) add(m.index, m[0].length, Number(m[3]), b, a);
    else if (b > 12) add(m.index, m[0].length, Number(m[3]), a, b);
  }
  for (const m of text.matchAll(/(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s(?:de\s|of\s)?(\p{L}{3,12})\.?(?:,?\s(?:de\s)?(\d{4}))?/gu)) {
    const month = MONTHS[(m[2] ?? '').toLowerCase()];
    if (month !== undefined) add(m.index, m[0].length, m[3] === undefined ? null : Number(m[3]), month, Number(m[1]));
  }
  for (const m of text.matchAll(/(\p{L}{3,12})\.?\s(\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,?\s(\d{4}))?/gu)) {
    const month = MONTHS[(m[1] ?? '').toLowerCase()];
    if (month !== undefined) add(m.index, m[0].length, m[3] === undefined ? null : Number(m[3]), month, Number(m[2]));
  }
  return out.sort((a, b) => a.index - b.index);
}

/** The day somebody is back, as `YYYY-MM-DD`, from an out-of-office text. */
export function awayUntil(body: string, sent: Date): string | null {
  const text = body.slice(0, 5000);
  const dates = datesIn(text, sent);
  const lower = text.toLowerCase();
  let best = 0;
  for (const found of dates) {
    const before =
      lower
        .slice(Math.max(0, found.index - 32), found.index)
        .split(/[.!?。！？\n](?:\s|$)/)
        .at(-1) ?? '';
    const after = lower.slice(found.end, found.end + 14);
    const announced = UNTIL_WORDS.some((word) => {
      const at = before.lastIndexOf(word);
      return (
        at >= 0 &&
        (/^[^a-zа-я]/i.test(word) || !/\p{L}/u.test(before.charAt(at - 1))) &&
        !/\p{L}/u.test(/[a-zа-яéèíöå]$/i.test(word) ? before.charAt(at + word.length) : ' ')
      );
    });
    const returning =
      /^[\s（(]*(?:周.|星期.)?[)）]?\s?(?:上午|下午|起|后|後|之后|以后|才|再)?\s?(?:回|返|恢复|上班|复工|復工|结束|前不|まで|に戻|以降|까지|에 복귀|복귀)/.test(
        after,
      );
    // "from 2 to 16 November": the second of two dates joined by a dash or "to" is the end.
    const range =
      /[-–—~～至到]\s*$|\b(?:to|bis|au|al|a|do|по|t\/m)\s*(?:\p{L}+,?\s)?$/u.test(before) &&
      dates.some((other) => other.end <= found.index && found.index - other.end < 20);
    if (announced || returning || range) best = Math.max(best, found.date.getTime());
  }
  return best === 0 ? null : new Date(best).toISOString().slice(0, 10);
}
