/**
 * `readMail`: one mail's bytes as the plain facts the rest of the pipeline judges. Structure comes
 * from mime-tree.ts, text from charsets.ts; addresses are read by postal-mime's address parser.
 */
import { addressParser } from 'postal-mime';
import { decodeText, metaCharset } from './charsets.ts';
import { readCms, readTnef } from './containers.ts';
import { bytesOfBinary } from './charsets.ts';
import { decodeWords, parseMime, partBytes, rawField, type MimePart } from './mime-tree.ts';
import { LONG_PART } from './skeleton.ts';

export type Mailbox = { name: string; address: string };

export type MailFile = {
  name: string;
  type: string;
  bytes: Uint8Array;
  disposition: 'attachment' | 'inline';
  contentId: string | null;
  /** Which part of its skeleton has the rest of the bytes (`skeleton.ts`), if any has. */
  long?: number;
};

/** The body in reading order. An image between two text parts keeps its place. */
export type Segment =
  | { kind: 'html'; html: string; alternative: string | null }
  | { kind: 'text'; text: string }
  | { kind: 'image'; file: MailFile };

/** Parts that machines wrote for machines: reports, receipts, calendars, signatures. */
export type MachinePart = { type: string; params: Record<string, string>; text: string };

export type Refusal = 'two_senders' | 'two_message_ids' | 'unreadable';

export type ReadMail = {
  headers: { name: string; value: string }[];
  from: Mailbox | null;
  to: Mailbox[];
  cc: Mailbox[];
  subject: string;
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  date: Date | null;
  /** Minutes by which the clock of its writer is ahead of UTC, as its date says. */
  offset: number | null;
  body: Segment[];
  files: MailFile[];
  machinery: MachinePart[];
  /** The content type of the whole mail, for reports. */
  type: string;
  params: Record<string, string>;
  encrypted: boolean;
  /** Set when the mail must not be believed whatever else it says. */
  refusal: Refusal | null;
};

const MAX_CONTAINERS = 4;
/** Longer lists of addresses are cut: nobody writes to that many, and parsing them would take its time. */
const MAX_ADDRESSES = 30_000;

/** First decoded value of a header, or `null`. Names are lower case. */
export function header(mail: { headers: { name: string; value: string }[] }, name: string): string | null {
  for (const field of mail.headers) if (field.name === name) return field.value;
  return null;
}

export function headersNamed(mail: { headers: { name: string; value: string }[] }, name: string): string[] {
  return mail.headers.filter((field) => field.name === name).map((field) => field.value);
}

/**
 * Reads a mail (RFC 5322, RFC 2045–2047, RFC 2231, RFC 3676). Never throws: a mail that cannot be
 * read comes back with a `refusal`.
 */
export async function readMail(bytes: Uint8Array): Promise<ReadMail> {
  try {
    return assemble(bytes);
  } catch {
    return { ...blank(), refusal: 'unreadable' };
  }
}

function blank(): ReadMail {
  return {
    headers: [],
    from: null,
    to: [],
    cc: [],
    subject: '',
    messageId: null,
    inReplyTo: [],
    references: [],
    date: null,
    offset: null,
    body: [],
    files: [],
    machinery: [],
    type: 'text/plain',
    params: {},
    encrypted: false,
    refusal: null,
  };
}

function assemble(bytes: Uint8Array): ReadMail {
  const root = parseMime(bytes);
  const mail = blank();
  mail.type = root.type;
  mail.params = root.params;
  const hint = bodyCharset(root);
  for (const field of root.fields) mail.headers.push({ name: field.name, value: decodeWords(field.raw, hint).replaceAll('\0', '') });
  const senders = root.fields.filter((field) => field.name === 'from');
  const ids = root.fields.filter((field) => field.name === 'message-id' && field.raw !== '');
  if (senders.length > 1) mail.refusal = 'two_senders';
  else if (ids.length > 1) mail.refusal = 'two_message_ids';
  const from = mailboxes(senders[0]?.raw ?? '', hint);
  // Several authors in one From (RFC 5322 §3.6.2) leave open whose word it is.
  if (from.length > 1) mail.refusal ??= 'two_senders';
  mail.from = from[0] ?? null;
  mail.to = mailboxes(joined(root, 'to'), hint);
  mail.cc = mailboxes(joined(root, 'cc'), hint);
  mail.subject = (header(mail, 'subject') ?? '').replace(/\s+/g, ' ').trim();
  mail.messageId = messageIds(rawField(root, 'message-id') ?? '')[0] ?? null;
  mail.inReplyTo = messageIds(rawField(root, 'in-reply-to') ?? '').slice(0, 5);
  mail.references = messageIds(rawField(root, 'references') ?? '').slice(-20);
  const date = Date.parse(rawField(root, 'date') ?? '');
  mail.date = Number.isNaN(date) ? null : new Date(date);
  mail.offset = offsetOf(rawField(root, 'date') ?? '');
  collect({ mail, bytes, hint, containers: 0, alternative: false }, root);
  return mail;
}

/** "Fri, 27 Nov 2026 10:00:00 +0100 (CET)" is 60. */
function offsetOf(date: string): number | null {
  const [, sign, hours, minutes] = /\d\s+([+-])(\d\d)(\d\d)(?:\s|$)/.exec(date.slice(0, 200)) ?? [];
  return sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : null;
}

function joined(root: MimePart, name: string): string {
  return root.fields
    .filter((field) => field.name === name)
    .map((field) => field.raw)
    .join(', ');
}

/** The charset the body declares: the best guess for headers in raw eight-bit letters. */
function bodyCharset(part: MimePart): string | null {
  if (part.params.charset !== undefined) return part.params.charset;
  for (const child of part.children) {
    const found = bodyCharset(child);
    if (found !== null) return found;
  }
  return null;
}

/** Addresses of a header value; a group counts with its members (RFC 5322 §3.4). Names are decoded by us. */
export function mailboxes(raw: string, hint: string | null): Mailbox[] {
  if (raw === '') return [];
  if (raw.length > MAX_ADDRESSES) return mailboxes(raw.slice(0, raw.lastIndexOf(',', MAX_ADDRESSES) + 1 || MAX_ADDRESSES), hint);
  // Encoded words may hide commas and angle brackets: they are decoded only after the addresses are apart.
  const kept: string[] = [];
  const shielded = raw
    .replace(
      /=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*/g,
      (words) => `mailname${kept.push(decodeWords(words, hint)) - 1}x`,
    )
    .replace(/[\x80-\xff]+/g, (letters) => decodeText(bytesOfBinary(letters), null, hint));
  const out: Mailbox[] = [];
  for (const entry of addressParser(shielded, { flatten: true })) {
    if (entry.address === undefined || entry.address === '') continue;
    const name = (entry.name ?? '').replace(/mailname(\d+)x/g, (_, index: string) => kept[Number(index)] ?? '');
    out.push({
      name: name
        .replaceAll('\0', '')
        .trim()
        .replace(/^["'](.*)["']$/, '$1'),
      address: entry.address.trim(),
    });
  }
  return out;
}

export function messageIds(raw: string): string[] {
  const out = raw.match(/<[^<>\s]{1,990}>/g);
  if (out !== null) return out;
  const bare = raw.trim();
  return bare === '' || /\s/.test(bare) ? [] : [`<${bare}>`];
}

type Walk = { mail: ReadMail; bytes: Uint8Array; hint: string | null; containers: number; alternative: boolean };

function collect(walk: Walk, part: MimePart): void {
  const { mail } = walk;
  if (part.type === 'multipart/encrypted') {
    mail.encrypted = true;
    return;
  }
  if (part.type === 'multipart/alternative') {
    collectAlternative(walk, part);
    return;
  }
  if (part.type === 'multipart/signed') {
    for (const [index, child] of part.children.entries()) {
      if (index === 0 || !isSignature(child)) collect(walk, child);
    }
    return;
  }
  if (part.type.startsWith('multipart/')) {
    for (const child of part.children) collect(walk, child);
    return;
  }
  collectLeaf(walk, part);
}

function isSignature(part: MimePart): boolean {
  return /^application\/(x-)?(pkcs7-signature|pgp-signature)$/.test(part.type) || /\.(p7s|asc|sig)$/i.test(fileName(part) ?? '');
}

/** RFC 2046 §5.1.4: one of several forms of the same thing. HTML first, because client marks are there. */
function collectAlternative(walk: Walk, part: MimePart): void {
  const forms: { child: MimePart; body: Segment[] }[] = [];
  for (const child of part.children) {
    const inner: ReadMail = { ...walk.mail, body: [] };
    collect({ ...walk, mail: inner, alternative: true }, child);
    walk.mail.encrypted ||= inner.encrypted;
    forms.push({ child, body: inner.body });
  }
  const html = forms.filter((form) => form.body.some((segment) => segment.kind === 'html')).at(-1);
  const text = forms.find((form) => form.body.length > 0 && form.body.every((segment) => segment.kind === 'text'));
  const plain = text === undefined ? null : text.body.map((segment) => (segment.kind === 'text' ? segment.text : '')).join('\n');
  if (html !== undefined && (html.body.some(isVisible) || plain === null || plain.trim() === '')) {
    for (const segment of html.body)
      walk.mail.body.push(segment.kind === 'html' && html.body.length === 1 ? { ...segment, alternative: plain } : segment);
  } else if (text !== undefined) walk.mail.body.push(...text.body);
  else for (const form of forms) walk.mail.body.push(...form.body);
}

/** Whether letters stand in it. */
const isVisible = (segment: Segment): boolean =>
  segment.kind === 'html' ? hasLetters(segment.html) : segment.kind === 'text' && segment.text.trim() !== '';

/** Whether letters stand in HTML outside of tags and of what is never shown. A tag that does not end is none. */
function hasLetters(html: string): boolean {
  for (const { text } of piecesOf(html)) if (text.replace(/&nbsp;|\s+/gi, '') !== '') return true;
  return false;
}

/**
 * HTML as what stands between its tags, each with the tag after it, and without what is never shown. Each end is looked for once, however
 * many tags have none.
 */
export function* piecesOf(html: string): Generator<{ text: string; tag: string }> {
  const hidden = /<(style|script|title)\b/iy;
  const ends: Record<string, { pattern: RegExp; from: number; to: number }> = {};
  const endOf = (name: string, after: number): number => {
    const end = (ends[name] ??= { pattern: new RegExp(`</${name}\\s*>`, 'gi'), from: -1, to: 0 });
    if (end.from < after) {
      end.pattern.lastIndex = after;
      end.from = end.pattern.exec(html)?.index ?? Number.POSITIVE_INFINITY;
      end.to = end.pattern.lastIndex;
    }
    return end.from === Number.POSITIVE_INFINITY ? -1 : end.to;
  };
  let at = 0;
  for (let tag = html.indexOf('<'); tag >= 0; tag = html.indexOf('<', at)) {
    hidden.lastIndex = tag;
    const name = hidden.exec(html)?.[1]?.toLowerCase();
    const end = name === undefined ? -1 : endOf(name, tag);
    const next = end < 0 ? html.indexOf('>', tag) + 1 : end;
    if (next === 0) break;
    yield { text: html.slice(at, tag), tag: html.slice(tag, next) };
    at = next;
  }
  yield { text: html.slice(at), tag: '' };
}

function fileName(part: MimePart): string | null {
  const name = part.dispositionParams.filename ?? part.params.name ?? part.params.filename ?? null;
  return name === null ? null : cleanName(name);
}

/** Some senders put a whole path there; only its last step is a name, and no control character is. Null if nothing is left. */
function cleanName(name: string): string | null {
  const clean = name
    .replace(/[\u0000-\u001f\u007f]/g, '')
    .replace(/^.*[\\/](?=[^\\/]+$)/, '')
    .trim();
  return clean === '' ? null : clean;
}

function collectLeaf(walk: Walk, part: MimePart): void {
  const { mail } = walk;
  const name = fileName(part);
  const attached = part.disposition === 'attachment';
  if (part.type === 'application/ms-tnef' || part.type === 'application/vnd.ms-tnef' || name?.toLowerCase() === 'winmail.dat') {
    const tnef = readTnef(partBytes(walk.bytes, part));
    if (tnef !== null) {
      for (const file of tnef.files)
        mail.files.push({ ...file, name: cleanName(file.name) ?? nameless(file.type), disposition: 'attachment' });
      if (mail.body.every((segment) => segment.kind === 'image' || (segment.kind === 'text' && segment.text.trim() === ''))) {
        if (tnef.html !== null && tnef.html.trim() !== '') mail.body.push({ kind: 'html', html: tnef.html, alternative: tnef.text });
        else if (tnef.text !== null && tnef.text.trim() !== '') mail.body.push({ kind: 'text', text: tnef.text });
      }
      return;
    }
  }
  if (/^application\/(x-)?pkcs7-mime$/.test(part.type) && walk.containers < MAX_CONTAINERS) {
    const cms = readCms(partBytes(walk.bytes, part));
    if (cms.kind === 'encrypted' || part.params['smime-type'] === 'enveloped-data') {
      mail.encrypted = true;
      return;
    }
    if (cms.kind === 'signed') {
      const inner = parseMime(cms.content);
      collect({ ...walk, bytes: cms.content, containers: walk.containers + 1 }, inner);
      return;
    }
  }
  if (isSignature(part) || part.type === 'application/pgp-keys' || part.type === 'application/pgp-encrypted') {
    mail.machinery.push({ type: part.type, params: part.params, text: '' });
    return;
  }
  if (part.type === 'text/calendar' || (part.type === 'application/ics' && !attached)) {
    mail.machinery.push({ type: 'text/calendar', params: part.params, text: textOf(walk, part) });
    const method = (part.params.method ?? '').toLowerCase();
    // A calendar file that somebody attached on purpose is a file; the machine's copy beside the text is not.
    if (attached && (method === '' || method === 'publish') && !walk.alternative)
      mail.files.push(fileOf(walk, part, name ?? 'calendar.ics'));
    return;
  }
  if (part.type.startsWith('message/')) {
    if (part.type === 'message/rfc822' || part.type === 'message/global') {
      const bytes = partBytes(walk.bytes, part);
      if (mail.type === 'multipart/report')
        mail.machinery.push({ type: part.type, params: part.params, text: decodeText(bytes.subarray(0, 20000), null) });
      else mail.files.push({ ...fileOf(walk, part, name ?? `${innerSubject(bytes)}.eml`) });
    } else mail.machinery.push({ type: part.type, params: part.params, text: textOf(walk, part) });
    return;
  }
  if (part.type === 'text/rfc822-headers') {
    mail.machinery.push({ type: part.type, params: part.params, text: textOf(walk, part) });
    return;
  }
  const readable =
    part.type === 'text/plain' || part.type === 'text/html' || part.type === 'text/enriched' || part.type === 'text/x-amp-html';
  if (part.type === 'text/x-amp-html') return;
  const hasBody = mail.body.some((segment) => segment.kind !== 'image');
  if (readable && !attached && (name === null || !hasBody)) {
    const text = textOf(walk, part);
    if (part.type === 'text/html') mail.body.push({ kind: 'html', html: text, alternative: null });
    else {
      const armoured = text.includes('-----BEGIN PGP') ? withoutArmour(text) : text;
      if (armoured === null) mail.encrypted = true;
      else mail.body.push({ kind: 'text', text: armoured });
    }
    return;
  }
  if (part.end <= part.start && name === null) return;
  const file = fileOf(walk, part, name ?? nameless(part.type));
  if (part.type.startsWith('image/') && !attached && file.contentId === null) mail.body.push({ kind: 'image', file });
  else mail.files.push(file);
}

function fileOf(walk: Walk, part: MimePart, name: string): MailFile {
  const mark = rawField(part, LONG_PART);
  return {
    name,
    type: part.type,
    bytes: partBytes(walk.bytes, part),
    disposition: part.disposition === 'attachment' || part.contentId === null ? 'attachment' : 'inline',
    contentId: part.contentId,
    ...(mark !== null && { long: Number(mark) }),
  };
}

function nameless(type: string): string {
  const extension = {
    'image/jpeg': 'jpg',
    'image/png': 'png',
    'image/gif': 'gif',
    'application/pdf': 'pdf',
    'text/plain': 'txt',
    'text/html': 'html',
    'text/csv': 'csv',
    'application/zip': 'zip',
  }[type];
  return `${type.startsWith('image/') ? 'image' : 'attachment'}.${extension ?? 'bin'}`;
}

function innerSubject(bytes: Uint8Array): string {
  const inner = parseMime(bytes.subarray(0, 65536));
  const subject = decodeWords(rawField(inner, 'subject') ?? '')
    .replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return subject === '' ? 'message' : subject.slice(0, 100);
}

function textOf(walk: Walk, part: MimePart): string {
  const bytes = partBytes(walk.bytes, part);
  const text = decodeText(bytes, part.params.charset ?? null, part.type === 'text/html' ? metaCharset(bytes) : walk.hint).replaceAll(
    '\0',
    '',
  );
  if (part.type === 'text/plain' && part.params.format?.toLowerCase() === 'flowed')
    return unflow(text, part.params.delsp?.toLowerCase() === 'yes');
  return text.replace(/\r\n?/g, '\n');
}

/** RFC 3676 §4: soft line ends are joined within one quote depth; `-- ` never flows. */
export function unflow(text: string, deleteSpace: boolean): string {
  const out: string[] = [];
  let open: string[] | null = null;
  let openDepth = 0;
  for (const raw of text.replace(/\r\n?/g, '\n').split('\n')) {
    let depth = 0;
    while (raw.charCodeAt(depth) === 0x3e) depth++;
    let line = raw.slice(depth);
    if (line.startsWith(' ')) line = line.slice(1);
    const soft = line.endsWith(' ') && line !== '-- ';
    const body = soft && deleteSpace ? line.slice(0, -1) : line;
    if (open !== null && openDepth === depth && line !== '-- ') open.push(body);
    else {
      if (open !== null) out.push(open.join(''));
      open = [depth > 0 ? `${'>'.repeat(depth)} ${body}` : body];
      openDepth = depth;
    }
    if (!soft) {
      out.push(open.join(''));
      open = null;
    }
  }
  if (open !== null) out.push(open.join(''));
  return out.join('\n');
}

/** RFC 9580 §7: a clear-signed text without its armour, `null` when the text is encrypted. */
export function withoutArmour(text: string): string | null {
  if (text.includes('-----BEGIN PGP MESSAGE-----')) return text.trimStart().startsWith('-----BEGIN PGP MESSAGE-----') ? null : text;
  const begin = text.indexOf('-----BEGIN PGP SIGNED MESSAGE-----');
  if (begin < 0) return text;
  const start = /\r?\n\r?\n/.exec(text.slice(begin));
  const signature = text.indexOf('-----BEGIN PGP SIGNATURE-----', begin);
  if (start === null || signature < 0) return text;
  const from = begin + start.index + start[0].length;
  const end = '-----END PGP SIGNATURE-----';
  const close = text.indexOf(end, signature);
  const inner = text.slice(from, signature).replace(/^- /gm, '');
  return text.slice(0, begin) + inner + (close < 0 ? '' : text.slice(close + end.length));
}
