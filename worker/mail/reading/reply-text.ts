/**
 * What a person typed into a reply, apart from what their client put around it. The body is a list
 * of lines (body-lines.ts); each pass below walks it once and says of each line what it is. Nothing
 * is cut without a reason that is kept beside the cut text, and in doubt a line stays.
 *
 * Passes: 1 what we sent · 2 client marks · 3 attribution and header-block grammar · 4 forwards ·
 * 5 tail (signature, phone line, contact block, notice) · 6 what is answered stays · 7 guard.
 */
import {
  ATTRIBUTION,
  bodyLines,
  cleanText,
  COLOURED,
  FORWARD,
  IMAGE,
  QUOTE,
  SEPARATOR,
  SIGNATURE,
  SIGNATURE_REST,
  type Line,
} from './body-lines.ts';
import { DEVICES, FOOTER_LINES, NOTICE_GROUPS } from './clients.ts';
import {
  DEVICE_VERBS,
  EXTRA_LABELS,
  FORWARD_PREFIXES,
  FORWARD_TITLES,
  LABELS,
  MONTHS,
  NORWEGIAN_FORWARD,
  ORIGINAL_TITLES,
  REGARDS,
  WROTE,
  type LabelRole,
} from './languages.ts';
import { header, type MailFile, type Mailbox, type ReadMail } from './read-mail.ts';

/** The mail that is being answered, as it was sent. */
export type SentOriginal = { text: string; html: string | null };

export type CutReason = 'sent_by_us' | 'quotation' | 'attribution' | 'header_block' | 'signature' | 'device' | 'contact' | 'notice';
export type Cut = { reason: CutReason; text: string };

export type Reply = {
  text: string;
  cut: Cut[];
  /** True when the sender passes on somebody else's mail: then nothing of that is cut. */
  forward: boolean;
  /** Images that stood in the kept text, with the place in `text` where each stood. */
  standing: { contentId: string | null; file: MailFile | null; at: number }[];
  /** Content ids of images that stood in a signature, and of those that stood in a quotation. */
  signatureImages: string[];
  quotedImages: string[];
};

const TYPED = 0;
const QUOTED = 1;
const ATTR = 2;
const HEADER = 3;
const SIGN = 4;
const DEVICE = 5;
const CONTACT = 6;
const NOTICE = 7;
const KEPT = 8;
const OURS = 9;
const REASONS: (CutReason | null)[] = [
  null,
  'quotation',
  'attribution',
  'header_block',
  'signature',
  'device',
  'contact',
  'notice',
  null,
  'sent_by_us',
];

/** Longer lines are prose, not something a client wrote; testing them would cost time for nothing. */
const MAX_GRAMMAR = 600;

/**
 * The visible reply of a mail.
 *
 * @param sent what we sent and this mail answers, if known: its lines are recognised wherever they stand.
 */
export function replyText(mail: ReadMail, sent: SentOriginal | null): Reply {
  const fromQq = /qqmail|foxmail/i.test(header(mail, 'x-mailer') ?? '') || header(mail, 'x-qq-mid') !== null;
  const read = bodyLines(mail.body, fromQq);
  const images = read.images;
  const lines = apart(read.lines);
  const kinds = new Uint8Array(lines.length);
  markFromClients(lines, kinds);
  const ours = sent === null ? null : markOurs(lines, kinds, sent);
  const forward = findQuotations(lines, kinds, isForwardSubject(mail.subject), subjectPrefix(mail.subject) === NORWEGIAN_FORWARD, ours);
  if (!forward) giveBackColoured(lines, kinds);
  cutTails(lines, kinds, mail.from);
  guard(lines, kinds);
  return compose(lines, kinds, images, forward);
}

// ---------------------------------------------------------------------------------------------
// passes 1 and 2

const SHARED = /^(.{1,300}?\S)[\s-]+((?:On|Le|El|Il|Am|Op|Em|Den)\s(?:\p{L}{2,12}[.,]{0,2}\s){0,2}[\p{L}]{0,9}[.\s]?\d.*)$/u;

/** Some clients run the attribution on behind the last typed word: such a line becomes two. */
function apart(lines: Line[]): Line[] {
  let out: Line[] | null = null;
  for (const [i, line] of lines.entries()) {
    const match =
      line.depth === 0 && line.marks === 0 && line.text.length < MAX_GRAMMAR && /[:：]$/.test(line.text) && !OPENER.test(line.text)
        ? SHARED.exec(line.text)
        : null;
    if (match !== null && !(match[1] ?? '').includes('@') && isAttribution(match[2] ?? '') === 'strong') {
      out ??= lines.slice(0, i);
      out.push({ ...line, text: match[1] ?? '' }, { ...line, text: match[2] ?? '' });
    } else out?.push(line);
  }
  return out ?? lines;
}

function markFromClients(lines: Line[], kinds: Uint8Array): void {
  let restStart = -1;
  for (const [i, line] of lines.entries()) {
    if ((line.marks & FORWARD) !== 0) continue;
    if (line.depth > 0 || (line.marks & QUOTE) !== 0) kinds[i] = QUOTED;
    else if ((line.marks & ATTRIBUTION) !== 0) kinds[i] = ATTR;
    else if ((line.marks & SIGNATURE) !== 0) kinds[i] = SIGN;
    else if ((line.marks & SIGNATURE_REST) !== 0 && restStart < 0) restStart = i;
  }
  if (restStart >= 0) markSignatureRest(lines, kinds, restStart);
  // The dashes over a marked signature belong to it.
  for (let i = 0; i + 1 < lines.length; i++) {
    if (kinds[i] === TYPED && isDelimiter(lines[i]?.text ?? '')) {
      let next = i + 1;
      while (next < lines.length && lines[next]?.text === '' && next < i + 4) next++;
      if (kinds[next] === SIGN) kinds[i] = SIGN;
    }
  }
}

/** "From here on a signature" holds up to a quotation, and only if it looks like one in length. */
function markSignatureRest(lines: Line[], kinds: Uint8Array, from: number): void {
  let end = from;
  let filled = 0;
  let length = 0;
  for (; end < lines.length; end++) {
    const line = lines[end];
    if (line === undefined || (line.marks & SIGNATURE_REST) === 0 || kinds[end] === QUOTED || kinds[end] === ATTR) break;
    if (line.text !== '' && (isTitle(line.text) !== null || headerBlockAt(lines, end) !== null || isAttribution(line.text) !== 'no')) break;
    if (line.text !== '') filled++;
    length += line.text.length;
  }
  if (filled <= 14 && length <= 1500) for (let i = from; i < end; i++) if (kinds[i] === TYPED) kinds[i] = SIGN;
}

/** Letters and digits only: clients change spaces, quotes and case around what they quote. */
function bones(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

const SHINGLE = 8;

/** Lines of the mail we sent are known, whatever surrounds them. */
function markOurs(lines: Line[], kinds: Uint8Array, sent: SentOriginal): Uint8Array {
  const source = bodyLines(
    sent.html === null
      ? [{ kind: 'text', text: sent.text }]
      : [
          { kind: 'html', html: sent.html, alternative: null },
          { kind: 'text', text: sent.text },
        ],
    false,
  );
  const whole = new Set<string>();
  let joined = '';
  for (const line of source.lines.slice(0, 5000)) {
    const bone = bones(line.text);
    if (bone === '') continue;
    whole.add(bone);
    joined += bone;
  }
  joined = joined.slice(0, 200_000);
  const places = new Map<string, number[]>();
  for (let i = 0; i + SHINGLE <= joined.length; i++) {
    const key = joined.slice(i, i + SHINGLE);
    const list = places.get(key);
    if (list === undefined) places.set(key, [i]);
    else if (list.length < 8) list.push(i);
  }
  const found = (bone: string): boolean => {
    if (whole.has(bone)) return true;
    if (bone.length < SHINGLE) return false;
    for (const at of places.get(bone.slice(0, SHINGLE)) ?? []) if (joined.startsWith(bone, at)) return true;
    return false;
  };
  const hits = new Uint8Array(lines.length);
  const filled: number[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.text === '') continue;
    filled.push(i);
    const bone = bones(line.text);
    hits[i] =
      bone !== '' && bone.length < 4000 && found(bone) ? (bone.length >= 12 || /[\u3040-\u9fff\uac00-\ud7a3]{6}/.test(bone) ? 2 : 1) : 0;
  }
  // A single line that both sides would write ("Hi,", "Thanks") proves nothing; a run of two does.
  for (const [n, i] of filled.entries()) {
    if (hits[i] === 0 || kinds[i] !== TYPED) continue;
    const before = hits[filled[n - 1] ?? -1] ?? 0;
    const after = hits[filled[n + 1] ?? -1] ?? 0;
    if ((hits[i] === 2 && (before > 0 || after > 0)) || before === 2 || after === 2) kinds[i] = OURS;
  }
  return hits;
}

// ---------------------------------------------------------------------------------------------
// pass 3: grammar

/** Scripts that put no space between words. */
const UNSPACED = /[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7a3]/;

const RULE = /^[\s\-_=*~–—─━]{3,}$/;

function isDelimiter(text: string): boolean {
  return text === '--' || text === '- -' || text === '—' || text === '––';
}

/** The title of a separator: `-----Original Message-----`, `原始邮件`, `Begin forwarded message:`. */
export function isTitle(text: string): 'original' | 'forward' | null {
  if (text.length > 120 || text.length < 2) return null;
  const stripped = trimBothOf(text, ' -_=*~–—─━|>【】[]「」:：.').toLowerCase();
  if (stripped === '') return null;
  const dashes = dashedRound(text);
  // Titles without dashes count only where a header block or a quotation follows: see `findQuotations`.
  const known = FORWARD_TITLES.has(stripped) ? 'forward' : ORIGINAL_TITLES.has(stripped) ? 'original' : null;
  if (known !== null) return known;
  if (!dashes) return null;
  for (const title of FORWARD_TITLES) if (title.length > 5 && stripped.startsWith(title)) return 'forward';
  for (const title of ORIGINAL_TITLES) if (title.length > 7 && stripped.startsWith(title)) return 'original';
  return null;
}

/** A separator has its dashes on both sides; a line that merely begins with some is a list or a comment. */
function dashedRound(text: string): boolean {
  return /^\s*[-_=*~–—─━]{3}/.test(text) && /[-_=*~–—─━]{3}[\s:：]*$/.test(text);
}

/** `*From*: x` as label and value. What stands round a label is taken off letter by letter: a pattern would share it out in every way. */
function labelOf(text: string): { roles: LabelRole[]; value: string } | null {
  if (text.length > MAX_GRAMMAR * 4 || !/[:：|]/.test(text.slice(0, 60))) return null;
  let from = 0;
  while (from < text.length && /[\s*_|>•·]/.test(text.charAt(from))) from++;
  let colon = from;
  while (colon < text.length && !/[:：|]/.test(text.charAt(colon))) colon++;
  let end = colon;
  while (end > from && /[\s*_]/.test(text.charAt(end - 1))) end--;
  if (colon === text.length || end === from || end - from > 32) return null;
  const value = text.slice(colon + 1).replace(/^[\s*_]+/, '');
  if (value.includes('\n')) return null;
  const label = text.slice(from, end).trim().toLowerCase().replace(/\s+/g, ' ');
  const roles = LABELS.get(label) ?? LABELS.get(label.replace(/\s/g, ''));
  if (roles !== undefined) return { roles, value };
  return EXTRA_LABELS.has(label) ? { roles: [], value } : null;
}

const DOMAIN = /[\w-]+(?:\.[\w-]+)+/y;

/** Whether an address stands in the text. By its at-signs, because a pattern would try every letter before one. */
function hasAddress(text: string): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    DOMAIN.lastIndex = at + 1;
    if (at > 0 && /[\w.+%&'*/=?^{|}~-]/.test(text.charAt(at - 1)) && DOMAIN.test(text)) return true;
  }
  return false;
}

function withoutAddresses(text: string): string {
  return text.includes('@') ? text.replace(/\S{1,64}@\S+/g, ' ') : text;
}

/** Drops these characters from the end; a pattern anchored there would start anew at every one of them. */
function trimEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function trimBothOf(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start++;
  return trimEndOf(text.slice(start), characters);
}
const TIME = /\b\d{1,2}\s?[:.h時时点]\s?\d{2}\b|[0-9０-９]{1,2}[:：][0-9０-９]{2}|\d{1,2}\s?(?:am|pm|a\.m|p\.m|uhr)\b|[٠-٩]{1,2}:[٠-٩]{2}/i;
const YEAR = /(?:^|\D)(?:19|20)\d{2}(?:\D|$)|[٢۲][٠۰][٠-٩۰-۹]{2}|25[6-9]\d/;
const DAY = /\d{1,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,4}|\d{1,2}\s?月\s?\d{1,2}\s?日|\d{1,2}월 ?\d{1,2}일/;

function hasDate(text: string): boolean {
  return TIME.test(text) || YEAR.test(text) || DAY.test(text);
}

type HeaderBlock = { end: number; roles: Set<LabelRole> };

/**
 * A header block beginning at this line: three labels, one of them the sender's, with a subject and
 * a date or with an address. Four lines "From / To / Date" about a shipment are none,
 * nor are five about a meeting: without an address the date must be a time stamp.
 */
function headerBlockAt(lines: Line[], start: number, titled = false): HeaderBlock | null {
  const first = lines[start];
  if (first === undefined) return null;
  const firstLabel = labelOf(first.text);
  if (firstLabel === null || firstLabel.roles.length === 0) return null;
  const roles = new Set<LabelRole>();
  let address = false;
  let dated = false;
  /** Day and time in one value: how clients date a mail, and people hardly anything. */
  let stamped = false;
  let end = start;
  let foreign = 0;
  let filled = 0;
  for (let i = start; i < lines.length && filled < 14 && i < start + 24; i++) {
    const line = lines[i];
    if (line === undefined || line.depth < first.depth) break;
    if (line.text === '') {
      // A blank line ends the block unless the next line is a label again (double-spaced blocks).
      const next = lines[i + 1];
      if (next === undefined || roles.size === 0) break;
      const nextLabel = labelOf(next.text);
      if (nextLabel === null || nextLabel.roles.every((role) => roles.has(role))) break;
      continue;
    }
    filled++;
    const label = labelOf(line.text);
    if (label === null) {
      foreign++;
      if (foreign === 1 && /[<,;([]$|mailto:$/.test(lines[i - 1]?.text ?? '') && hasAddress(line.text)) {
        address = true;
        continue;
      }
      // A long list of recipients is folded over a few lines; anything else ends the block.
      if (foreign > 4 || roles.size < 2 || !(hasAddress(line.text) || /[;,]$/.test(line.text))) break;
      continue;
    }
    foreign = 0;
    const fresh = label.roles.filter((role) => !roles.has(role));
    if (fresh.length === 0 && label.roles.length > 0 && (roles.size >= 3 || label.roles.includes('from'))) break;
    // An ambiguous label ("a", "de", "od") takes the first role that is still free.
    const role = fresh[0];
    if (role !== undefined) roles.add(role);
    if (hasAddress(line.text)) address = true;
    if (hasDate(label.value)) dated = true;
    if ((YEAR.test(label.value) || DAY.test(label.value)) && TIME.test(label.value)) stamped = true;
    end = i + 1;
  }
  const enough =
    roles.size >= 3 &&
    (roles.has('from') || (roles.has('sent') && roles.has('to'))) &&
    ((roles.has('subject') && (stamped || address)) || (address && roles.has('from')));
  const titledEnough = titled && roles.size >= 1 && (roles.has('from') || roles.has('sent'));
  // Two labels are enough when they are who and when, with an address and a date (Lark).
  const pair = roles.size === 2 && roles.has('from') && roles.has('sent') && address && dated && end - start <= 3;
  return enough || titledEnough || pair ? { end, roles } : null;
}

type Attribution = 'no' | 'weak' | 'strong';

const OPENER =
  /^(?:on|le|el|am|em|il|op|den|pada|на|в|w dniu|dne|dňa|dana|vào|в|in data|a|à|os|at|在|於|于|στις|la|pe|tirsdag|ons\.|ti|ma|ke|to|pe|la|su|em|no dia|il giorno)\b/i;

/** An attribution line: who wrote when, ending in a colon or in the verb. `weak` needs a quotation below it. */
export function isAttribution(text: string, dashed = false): Attribution {
  const length = text.length;
  if (length < 8 || length > MAX_GRAMMAR) return 'no';
  // Zoho puts dashes round it, more than people do.
  if (text.startsWith('--') || text.endsWith('--'))
    return isAttribution(trimBothOf(text, ' -'), text.startsWith('---') && text.endsWith('---'));
  const last = trimEndOf(text, ' *_>"”»');
  const colon = dashed || /[:：﹕]$/.test(last);
  const body = trimEndOf(last, ' \u00a0:：﹕.…').toLowerCase();
  const address = hasAddress(text);
  const bracketed = /<[^<>]{0,200}@[^<>]{1,200}>|\[mailto:/.test(text) || /[("“‪<]\s?[\w.+-]+@[\w.-]+\s?[)"”‬>]/.test(text);
  const dated = hasDate(text);
  if (!colon && !(address && dated)) return 'no';
  const { verb, verbLast } = verbIn(body);
  if (colon && verb && dated && address) return 'strong';
  if (colon && bracketed && dated && sentenceFree(text)) return 'strong';
  if (!colon)
    return verbLast && dated && bracketed
      ? 'strong'
      : bracketed && /^\D{0,4}\d/.test(text) && /[>)]$/.test(text.trim()) && DAY.test(text)
        ? 'weak'
        : 'no';
  if (verb && address) return verbLast ? 'strong' : 'weak';
  if (verb && dated) return dashed ? 'strong' : 'weak';
  if (verbLast && length < 90) return 'weak';
  return 'no';
}

const WROTE_WORDS = new Set(WROTE.filter((word) => !UNSPACED.test(word)));
const WROTE_UNSPACED = WROTE.filter((word) => UNSPACED.test(word));

/** Whether a verb of writing stands in the text, and whether it ends it. */
function verbIn(body: string): { verb: boolean; verbLast: boolean } {
  let verb = false;
  const tokens = body.split(/[\s,，<>"“”„«»:]+/).filter((token) => token !== '');
  for (let i = 0; i < tokens.length; i++) {
    let phrase = '';
    for (let k = i; k < Math.min(tokens.length, i + 5); k++) {
      phrase = phrase === '' ? (tokens[k] ?? '') : `${phrase} ${tokens[k] ?? ''}`;
      if (!WROTE_WORDS.has(phrase) && !WROTE_WORDS.has(trimBothOf(phrase, "()[].'’"))) continue;
      verb = true;
      if (k === tokens.length - 1) return { verb, verbLast: true };
    }
  }
  if (UNSPACED.test(body)) {
    for (const word of WROTE_UNSPACED) {
      const at = body.lastIndexOf(word);
      if (at < 0) continue;
      const last = at + word.length >= body.length - 1;
      // One-letter Chinese words are verbs only at the very end.
      if (word.length === 1 && !last) continue;
      verb = true;
      if (last) return { verb, verbLast: true };
    }
  }
  return { verb, verbLast: false };
}

/** No sentence end before the last character, so that prose with an address in it is no attribution. */
function sentenceFree(text: string): boolean {
  return !/[。！？!?]|\p{Ll}{3,}\. \p{Lu}/u.test(text.slice(0, -1));
}

function looksBroken(text: string): boolean {
  // A display name may hold "<" only as the start of an address: an odd one says the line was folded.
  const open = text.split('<').length;
  const close = text.split('>').length;
  return close > open;
}

/** Attributions are folded over up to four lines; the verb is on the last. Returns the first line of it. */
function attributionEndingAt(lines: Line[], end: number, floor: number): { start: number; strength: Attribution } | null {
  const last = lines[end];
  if (last === undefined || last.text === '' || isDelimiter(last.text)) return null;
  if (last.text.length > MAX_GRAMMAR) return null;
  const tail = trimEndOf(last.text, ' *_>"”»-');
  // No attribution ends otherwise than in a colon, unless an address or a verb behind dashes says so.
  if (!/[:：﹕]$/.test(tail) && !tail.includes('@') && !last.text.endsWith('--')) return null;
  let joined = '';
  let best: { start: number; strength: Attribution } | null = null;
  for (let start = end; start >= Math.max(floor, end - 3); start--) {
    const line = lines[start];
    if (line === undefined || line.text === '' || line.depth !== last.depth || line.text.length > MAX_GRAMMAR) break;
    if (start < end && /[。！？!?]$/.test(line.text)) break;
    joined = joined === '' ? line.text : `${line.text}${/[<(]$/.test(line.text) ? '' : ' '}${joined}`;
    // A line above the last belongs to it only if it brings a date or an address.
    if (start < end && !/[\d@٠-٩<(]/.test(line.text)) continue;
    const strength = isAttribution(joined);
    if (strength === 'no') continue;
    const complete = hasDate(joined) && !looksBroken(joined);
    if (
      best === null ||
      (strength === 'strong' && best.strength === 'weak') ||
      !hasDate(joinedFrom(lines, best.start, end)) ||
      looksBroken(joinedFrom(lines, best.start, end))
    )
      best = { start, strength };
    if (strength === 'strong' && complete) {
      // "On Tue, 3 Nov 2026 at 10:12, Li Dan" may stand alone above "<address> wrote:".
      break;
    }
  }
  // An address at the very beginning has lost its name to the line above.
  if (best !== null && best.start > floor && /^[<(]/.test(lines[best.start]?.text ?? '')) {
    const above = lines[best.start - 1];
    if (
      above !== undefined &&
      above.text !== '' &&
      above.depth === last.depth &&
      above.text.length <= 80 &&
      !/[.。！!？?：:]$/.test(above.text)
    )
      best.start--;
  }
  if (best !== null && best.start > floor && best.start === end) {
    const above = lines[best.start - 1];
    if (
      above !== undefined &&
      above.text !== '' &&
      above.depth === last.depth &&
      !hasDate(lines[best.start]?.text ?? '') &&
      hasDate(above.text) &&
      OPENER.test(above.text)
    )
      best.start--;
  }
  return best;
}

function joinedFrom(lines: Line[], start: number, end: number): string {
  let out = '';
  for (let i = start; i <= end; i++) out += ` ${lines[i]?.text ?? ''}`;
  return out;
}

function subjectPrefix(subject: string): string {
  return /^\s*([\p{L}\p{M}]{1,12}(?: [\p{L}]{1,6})?)\s*(?:\[\d+\])?\s*[:：]/u.exec(subject)?.[1]?.toLowerCase() ?? '';
}

/** Whether the subject says that this mail passes on another. */
export function isForwardSubject(subject: string): boolean {
  return FORWARD_PREFIXES.includes(subjectPrefix(subject));
}

function nextFilled(lines: Line[], from: number): number {
  let i = from;
  while (i < lines.length && lines[i]?.text === '') i++;
  return i;
}

/**
 * Finds where quotations begin that no client mark told. Returns whether the mail forwards another:
 * then everything from its separator on is kept as it is.
 */
function findQuotations(lines: Line[], kinds: Uint8Array, forwardSubject: boolean, norwegian: boolean, ours: Uint8Array | null): boolean {
  let floor = 0;
  let i = 0;
  const keepFrom = (from: number): void => {
    for (let k = from; k < lines.length; k++) kinds[k] = KEPT;
  };
  const quoteRest = (from: number, block: number, depth: number): number => {
    let k = from;
    const blocksInside = block > 0;
    for (; k < lines.length; k++) {
      const line = lines[k];
      if (line === undefined || (blocksInside && line.block === 0 && line.depth <= depth && !withinQuote(line))) break;
      if (kinds[k] === TYPED || kinds[k] === SIGN) kinds[k] = QUOTED;
    }
    if (ours !== null) giveBackTyped(lines, kinds, ours, from, k);
    return k;
  };
  while (i < lines.length) {
    const line = lines[i];
    if (line === undefined) break;
    if (line.text === '' || line.text.length > MAX_GRAMMAR * 4) {
      i++;
      continue;
    }
    if ((line.marks & FORWARD) !== 0) {
      keepFrom(i);
      return true;
    }
    const kind = kinds[i];
    const inQuote = kind === QUOTED || kind === OURS;
    const title = isTitle(line.text);
    if (title !== null && (!inQuote || (forwardSubject && line.depth === 0))) {
      const dashes = dashedRound(line.text);
      const next = nextFilled(lines, i + 1);
      const block = headerBlockAt(lines, next, true);
      const quotedNext = kinds[next] === QUOTED;
      if (title === 'forward' && (block !== null || quotedNext || dashes)) {
        keepFrom(i);
        return true;
      }
      if (title === 'original' && (dashes || block !== null || (quotedNext && /[:：]$/.test(line.text)))) {
        // A forward made with "original message" as its title is told by the subject alone.
        if (forwardSubject) {
          keepFrom(i);
          return true;
        }
        kinds[i] = HEADER;
        if (block !== null) for (let k = next; k < block.end; k++) kinds[k] = HEADER;
        if (quotedNext && block === null) {
          i = next;
          continue;
        }
        i = quoteRest(i + 1, line.block, line.depth);
        floor = i;
        continue;
      }
    }
    if (kind === TYPED || kind === SIGN || kind === OURS || (inQuote && line.depth === 0)) {
      const block = headerBlockAt(lines, i);
      if (block !== null) {
        const start = ruleAbove(lines, i, floor);
        if (forwardSubject || (norwegian && /^fra\s*:/i.test(line.text))) {
          keepFrom(start);
          return true;
        }
        for (let k = start; k < block.end; k++) kinds[k] = HEADER;
        i = quoteRest(block.end, line.block, line.depth);
        floor = i;
        continue;
      }
    }
    if (kind === TYPED || kind === ATTR || kind === SIGN) {
      const found = attributionEndingAt(lines, i, floor);
      if (found !== null && kind !== ATTR) {
        const next = nextFilled(lines, i + 1);
        const below = lines[next];
        const quotedBelow = below !== undefined && (kinds[next] === QUOTED || kinds[next] === OURS);
        const bareBelow = below !== undefined && below.block > 0 && line.block !== below.block;
        if (quotedBelow || bareBelow || found.strength === 'strong') {
          for (let k = found.start; k <= i; k++) kinds[k] = ATTR;
          if (quotedBelow && kinds[next] === QUOTED) i = next;
          else if (bareBelow && below !== undefined) i = quoteRest(next, below.block, below.depth);
          else i = quoteRest(i + 1, line.block, line.depth);
          floor = i;
          continue;
        }
      } else if (kind === ATTR) {
        const forwardInside = isTitle(line.text) === 'forward';
        if (forwardInside) {
          keepFrom(i);
          return true;
        }
        const next = nextFilled(lines, i + 1);
        const below = lines[next];
        // A marked attribution over a bare blockquote vouches for it.
        if (below !== undefined && kinds[next] === TYPED && below.block > 0) {
          i = quoteRest(next, below.block, below.depth);
          floor = i;
          continue;
        }
      }
    }
    i++;
  }
  // A forward subject over quoted lines alone: the quotation is the message.
  if (forwardSubject) {
    for (let k = 0; k < lines.length; k++) {
      if (kinds[k] === QUOTED || kinds[k] === ATTR || kinds[k] === OURS) {
        keepFrom(k);
        return true;
      }
    }
  }
  return false;
}

function withinQuote(line: Line): boolean {
  return (line.marks & QUOTE) !== 0;
}

/** A row of dashes and the blank lines over a header block belong to it. */
function ruleAbove(lines: Line[], at: number, floor: number): number {
  let start = at;
  for (let k = at - 1; k >= floor && k >= at - 4; k--) {
    const text = lines[k]?.text ?? '';
    if (text === '') continue;
    if (RULE.test(text)) start = k;
    break;
  }
  return start;
}

/**
 * With our own lines known, an unmarked quotation shows its seams: what stands between lines of ours
 * and is not ours was typed there.
 */
function giveBackTyped(lines: Line[], kinds: Uint8Array, ours: Uint8Array, from: number, to: number): void {
  let first = -1;
  let last = -1;
  for (let k = from; k < to; k++) {
    // Below a header block a single line of ours is proof enough.
    if (kinds[k] === QUOTED && ours[k] === 2) kinds[k] = OURS;
    if (kinds[k] !== OURS) continue;
    if (first < 0) first = k;
    last = k;
  }
  for (let k = first; k >= 0 && k < last; k++) {
    const line = lines[k];
    if (
      kinds[k] === QUOTED &&
      // A short line that we sent, too, proves nothing alone; between lines of ours it is one of them.
      ours[k] === 0 &&
      line !== undefined &&
      line.depth === 0 &&
      line.text !== '' &&
      headerBlockAt(lines, k) === null &&
      bones(line.text).length > 1
    )
      kinds[k] = TYPED;
  }
}

const SAYS_BELOW =
  /\b(?:see|my|our|answers?|comments?|repl(?:y|ies)|notes?)\b.{0,60}\b(?:below|inline|in-line|in (?:red|blue|green|colou?r)|marked)|\b(?:inline|in-line) (?:below|in)|\bbelow in (?:red|blue|green)|(?:见|請見|请见|请看|在|用|如).{0,12}(?:红|紅|蓝|藍|绿|彩)色?|红字|紅字|蓝字|藍字|红色部分|蓝色部分|标红|标蓝|见下文|(?:antworten?|anmerkungen|kommentare).{0,40}(?:unten|rot|blau|im text|inline)|siehe unten|en (?:rouge|bleu|rojo|azul)|ci-dessous|más abajo|abajo en|in (?:rosso|blu)/i;

/** "My answers are below in blue": then the coloured lines of an unmarked quotation are the answers. */
function giveBackColoured(lines: Line[], kinds: Uint8Array): void {
  let says = false;
  for (const [i, line] of lines.entries()) if (kinds[i] === TYPED && line.text.length < 400 && SAYS_BELOW.test(line.text)) says = true;
  if (!says) return;
  for (const [i, line] of lines.entries()) if (kinds[i] === QUOTED && (line.marks & COLOURED) !== 0 && line.text !== '') kinds[i] = TYPED;
}

// ---------------------------------------------------------------------------------------------
// pass 5: tails

/** Each stretch of typed lines may end in a signature, a phone's line, a notice. */
function cutTails(lines: Line[], kinds: Uint8Array, from: Mailbox | null): void {
  let start = 0;
  let afterQuote = false;
  const typed = (kind: number | undefined): boolean => kind === TYPED || kind === SIGN;
  for (let i = 0; i <= lines.length; i++) {
    if (i < lines.length && typed(kinds[i])) continue;
    if (i > start) cutTail(lines, kinds, start, i, from, afterQuote);
    if (i < lines.length && kinds[i] !== ATTR) afterQuote = true;
    start = i + 1;
  }
}

function cutTail(lines: Line[], kinds: Uint8Array, start: number, stop: number, from: Mailbox | null, afterQuote: boolean): void {
  let end = stop;
  for (let round = 0; round < 12; round++) {
    while (end > start && ((lines[end - 1]?.text ?? '') === '' || kinds[end - 1] === SIGN)) end--;
    if (end <= start) return;
    const before = end;
    end = cutNotice(lines, kinds, start, end, afterQuote);
    if (end === before) end = cutDevice(lines, kinds, start, end);
    if (end === before) end = cutDelimited(lines, kinds, start, end);
    if (end === before) end = cutContact(lines, kinds, start, end, from);
    if (end === before) end = cutRule(lines, kinds, start, end, stop);
    if (end === before) return;
  }
}

function mark(kinds: Uint8Array, from: number, to: number, kind: number): number {
  for (let k = from; k < to; k++) kinds[k] = kind;
  return from;
}

function paragraphStart(lines: Line[], start: number, end: number): number {
  let k = end - 1;
  while (k > start && (lines[k - 1]?.text ?? '') !== '') k--;
  return k;
}

const NOTICE_TITLE =
  /^[\s*_-]*(?:disclaimer|confidentiality(?: notice| note)?|legal notice|notice|privacy notice|important notice|important|haftungsausschluss|avis de confidentialité|aviso legal|aviso de confidencialidad|aviso|avviso|avvertenza|免责声明|保密声明|保密提示|郵件聲明|邮件声明|声明|免責聲明|免責事項|重要提示|注意|提示|конфиденциальность)\W*$/i;

/** A legal notice speaks of itself ("this e-mail"), of secrecy, of the right reader, of mistakes. */
export function isNotice(text: string, afterQuote: boolean): boolean {
  if (text.length < 20 || text.length > 6000) return false;
  let count = 0;
  const hit: boolean[] = [];
  for (const group of NOTICE_GROUPS) {
    const met = group.test(text);
    hit.push(met);
    if (met) count++;
  }
  const speaksOfItself = hit[5] === true;
  if (count >= 4) return true;
  if (count === 3 && (speaksOfItself || (hit[0] === true && hit[2] === true) || (hit[1] === true && hit[2] === true))) return true;
  return count === 2 && afterQuote && (speaksOfItself || (hit[0] === true && hit[1] === true));
}

function cutNotice(lines: Line[], kinds: Uint8Array, start: number, end: number, afterQuote: boolean): number {
  const last = lines[end - 1]?.text ?? '';
  if (last.length < 300 && FOOTER_LINES.some((footer) => footer.test(last))) return mark(kinds, end - 1, end, NOTICE);
  let from = paragraphStart(lines, start, end);
  // Notices come in several paragraphs and in many short lines: one hundred are looked at.
  if (end - from > 100) from = end - 100;
  let text = '';
  for (let k = from; k < end; k++) text += `${lines[k]?.text ?? ''} `;
  if (isNotice(text, afterQuote)) {
    // Lines typed right above a notice, without a blank line between, are not part of it.
    while (
      from + 1 < end &&
      !isNotice(lines[from]?.text ?? '', true) &&
      !NOTICE_TITLE.test(lines[from]?.text ?? '') &&
      (lines[from]?.text.length ?? 0) < 60 &&
      isNotice(joinedFrom(lines, from + 1, end - 1), afterQuote)
    )
      from++;
    const above = lines[from - 1]?.text === '' ? from - 2 : from - 1;
    if (above >= start && NOTICE_TITLE.test(lines[above]?.text ?? '')) from = above;
    return mark(kinds, from, end, NOTICE);
  }
  return end;
}

const OUTLOOK_APP = /^.{0,30}outlook.{0,10}(?:ios|android)|^.{0,4}(?:ios|android).{0,12}outlook|aka\.ms\/(?:o0ukef|aab9ysg|ghei36|qtex0l)/i;

/** "Sent from my iPhone", in the languages and for the devices known. */
export function isDeviceLine(text: string): boolean {
  if (text.length < 4 || text.length > 160) return false;
  if (OUTLOOK_APP.test(text) && text.replace(/<?https?:\S*/g, '').trim().length <= 48) return true;
  const lower = text
    .toLowerCase()
    .replace(/^[\s\-–—*_[(（【]+/, '')
    .replace(/<https?:[^>]*>/g, '')
    .replace(/[\s.。!！\])）】*_]+$/, '');
  if (!DEVICES.test(lower)) return false;
  if (/[。！？?]|\. \p{Lu}/u.test(lower) && !/brevity|brevedad|brièveté|kürze|excuse|请原谅/i.test(lower)) return false;
  // A comma makes it a sentence about the line rather than the line.
  if (/, \p{Ll}/u.test(lower) && !/brevity|brevedad|excuse|disculpa/i.test(lower)) return false;
  return DEVICE_VERBS.some((verb) => lower.startsWith(verb) || lower.endsWith(verb));
}

function cutDevice(lines: Line[], kinds: Uint8Array, start: number, end: number): number {
  const last = lines[end - 1]?.text ?? '';
  if (isDeviceLine(last)) return mark(kinds, end - 1, end, DEVICE);
  // "Get Outlook for iOS" is sometimes folded, Yahoo's line has a slogan below it.
  if (
    end - 2 >= start &&
    isDeviceLine(`${lines[end - 2]?.text ?? ''} ${last}`) &&
    last.length < 40 &&
    /^(?:https?:|<http|outlook|yahoo|mail|for )/i.test(last)
  )
    return mark(kinds, end - 2, end, DEVICE);
  if (/^yahoo mail: search, organi[sz]e, conquer$/i.test(last)) return mark(kinds, end - 1, end, DEVICE);
  return end;
}

/** RFC 3676 §4.3: what follows `-- ` is a signature, if it is as short as one. */
function cutDelimited(lines: Line[], kinds: Uint8Array, start: number, end: number): number {
  let filled = 0;
  let length = 0;
  let prose = false;
  for (let k = end - 1; k >= start; k--) {
    const text = lines[k]?.text ?? '';
    if (isDelimiter(text)) {
      // Without its trailing blank it may be a rule somebody typed: prose below it says so.
      const sure = ((lines[k]?.marks ?? 0) & SEPARATOR) !== 0;
      return sure || !prose ? mark(kinds, k, end, SIGN) : end;
    }
    if (text === '') continue;
    if (isSentence(text) && facts(text) === 0) prose = true;
    filled++;
    length += text.length;
    if (filled > 12 || length > 1500) return end;
  }
  return end;
}

const PHONE = /(?:^|[^\d])(?:\+?\d{1,3}[\s.-]?)?(?:\(?\d{2,5}\)?[\s./-]?){1,4}\d{3,5}(?:\D|$)/;
const CONTACT_LABEL =
  /^(?:[\s|·•,;]*)(?:t|m|f|p|e|w|a|d|o|c|tel|telefon|téléphone|teléfono|telefono|telefone|phone|mobile|mob|mobil|cell|handy|fax|direct|office|e-?mail|mail|web|website|site|skype|wechat|whatsapp|linkedin|address|adresse|dirección|indirizzo|电话|電話|手机|手機|传真|傳真|邮箱|郵箱|电子邮件|電子郵件|网址|網址|地址|微信|座机|移动电话|分机|邮编|郵編|qq|тел|телефон|моб|факс|адрес|전화|휴대폰|팩스|이메일|주소|携帯|住所|メール|ホームページ|tél|ph|gsm|puh|tlf|тел\.)(?:\.|\s?\/\s?\w+)?\s*[:：.+\s(|]/i;
const URL =
  /(?:https?:\/\/|www\.)\S+|(?:^|\s)[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|cn|de|eu|io|example|co|jp|kr|tw|hk|fr|es|it|nl|se|dk|no|fi|pl|ru|uk)(?:\/\S*)?(?:\s|$)/i;

function facts(text: string): number {
  if (text.length > 300) return 0;
  let count = 0;
  if (hasAddress(text)) count++;
  const digits = text.replace(/\D/g, '').length;
  if (digits >= 7 && digits <= 30 && PHONE.test(text) && !/\d{4}-\d{2}-\d{2}/.test(text)) count++;
  if (CONTACT_LABEL.test(text)) count++;
  if (URL.test(withoutAddresses(text))) count++;
  return Math.min(count, 2);
}

/** Prose rather than a line of a visiting card. */
function isSentence(text: string): boolean {
  if (text.length > 300) return true;
  if (facts(text) > 0 && text.length < 120 && !/[。！？!?]$/.test(text)) return false;
  if (/[。！？!?，：:]$/.test(text) || (/\w[.,]$/.test(text) === true && text.split(' ').length > 4)) return true;
  if (/^(?:[-*•]|\d+[.)、]) /.test(text)) return true;
  return (
    text.length > 90 ||
    text.split(' ').length > 10 ||
    /[\u4e00-\u9fff].*[，。；].*[\u4e00-\u9fff]/.test(text) ||
    (text.match(/[\u4e00-\u9fff]/g)?.length ?? 0) > 28
  );
}

function identity(from: Mailbox | null): (text: string) => boolean {
  if (from === null) return () => false;
  const address = from.address.toLowerCase();
  const words = `${from.name} ${address.split('@')[0] ?? ''}`
    .toLowerCase()
    .split(/[\s.,_\-()（）"']+/)
    .filter((word) => word.length >= 3 || /[\u3040-\u9fff\uac00-\ud7a3]{2}/.test(word));
  return (text) => {
    const lower = text.toLowerCase();
    return lower.includes(address) || words.some((word) => lower.includes(word));
  };
}

function isRegards(text: string): boolean {
  return text.length < 50 && REGARDS.has(text.toLowerCase().replace(/[\s,.!，。！:：~～]+$/, ''));
}

/** A visiting card without a mark: two facts of contact and the sender's own name or address. */
function cutContact(lines: Line[], kinds: Uint8Array, start: number, end: number, from: Mailbox | null): number {
  const table = cutTableCard(lines, kinds, start, end);
  if (table < end) return table;
  const mine = identity(from);
  let top = end;
  let count = 0;
  let filled = 0;
  let named = false;
  for (let k = end - 1; k >= start && filled < 12; k--) {
    const text = lines[k]?.text ?? '';
    if (kinds[k] !== TYPED) break;
    if (text === '') {
      const from2 = paragraphStart(lines, start, k);
      // Across a blank line a card goes on only with another line of facts.
      let more = false;
      for (let m = from2; m < k; m++) if (facts(lines[m]?.text ?? '') > 0 || / [|｜·] /.test(lines[m]?.text ?? '')) more = true;
      if (!more || isSentence(lines[k - 1]?.text ?? '')) break;
      continue;
    }
    if (isRegards(text) || isSentence(text)) break;
    filled++;
    count += facts(text);
    if (mine(text)) named = true;
    top = k;
  }
  if (top >= end || count < 2) return end;
  const above = previousFilled(lines, top, start);
  const aboveText = lines[above]?.text ?? '';
  const closed = above >= start && isRegards(aboveText);
  if (!named && !closed) return end;
  // Data that a sentence announced ("New address:") was typed on purpose.
  if (above >= start && /[:：]$/.test(aboveText) && !closed) return end;
  let cut = top;
  if (closed) {
    // The name under "Kind regards" stays: it closes the letter. Titles and numbers go.
    const name = lines[cut]?.text ?? '';
    if (facts(name) === 0 && cut + 1 < end && name.length <= 40 && !/[|｜]/.test(name)) cut++;
  } else if (above >= start && above === top - 1) {
    // No blank line above: begin at the first line that is a fact or names the sender.
    while (cut < end && facts(lines[cut]?.text ?? '') === 0 && !mine(lines[cut]?.text ?? '')) cut++;
    if (cut < end && facts(lines[cut]?.text ?? '') === 0 && (lines[cut]?.text.length ?? 0) <= 40) cut++;
  }
  let remaining = 0;
  for (let k = cut; k < end; k++) remaining += facts(lines[k]?.text ?? '');
  if (cut >= end || remaining < 2) return end;
  return mark(kinds, cut, end, CONTACT);
}

/** Mail Master's text signature: the empty cells of a table round a name. */
function cutTableCard(lines: Line[], kinds: Uint8Array, start: number, end: number): number {
  let first = end;
  let bars = 0;
  for (let k = end - 1; k >= start && k >= end - 16; k--) {
    const text = lines[k]?.text ?? '';
    if (/^[|\s]+$/.test(text) && text !== '') {
      bars++;
      first = k;
    } else if (text === '' || text.length > 80) break;
  }
  return bars >= 2 ? mark(kinds, first, end, SIGN) : end;
}

function previousFilled(lines: Line[], from: number, floor: number): number {
  let k = from - 1;
  while (k >= floor && (lines[k]?.text ?? '') === '') k--;
  return k;
}

/** A row of dashes or underscores left hanging over what was cut goes with it; alone it stays. */
function cutRule(lines: Line[], kinds: Uint8Array, start: number, end: number, stop: number): number {
  const text = lines[end - 1]?.text ?? '';
  if (!RULE.test(text) || end - 1 < start) return end;
  for (let k = end; k < Math.min(stop + 4, lines.length); k++) {
    if ((lines[k]?.text ?? '') === '') continue;
    return kinds[k] === TYPED || kinds[k] === KEPT ? end : mark(kinds, end - 1, end, NOTICE);
  }
  return end;
}

// ---------------------------------------------------------------------------------------------
// pass 7: guard

/** If all that was typed looked like a signature but reads like prose, it was no signature. */
function guard(lines: Line[], kinds: Uint8Array): void {
  for (const [i, line] of lines.entries())
    if ((kinds[i] === TYPED || kinds[i] === KEPT) && /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(line.text)) return;
  for (const i of lines.keys()) if (kinds[i] === CONTACT) kinds[i] = TYPED;
  // A short footer that is all there is ("Unsubscribe") is what they wanted to say.
  for (const [i, line] of lines.entries()) {
    if (kinds[i] === QUOTED || kinds[i] === ATTR || kinds[i] === HEADER) break;
    if (kinds[i] === NOTICE && line.text.length < 80 && !isNotice(line.text, true)) kinds[i] = TYPED;
  }
  let prose = false;
  for (const [i, line] of lines.entries())
    if (kinds[i] === SIGN && line.text.length > 25 && isSentence(line.text) && !isDeviceLine(line.text) && !isNotice(line.text, true))
      prose = true;
  if (prose) for (const [i, line] of lines.entries()) if (kinds[i] === SIGN && !isDeviceLine(line.text)) kinds[i] = TYPED;
}

// ---------------------------------------------------------------------------------------------
// pass 6 and output

type Run = { from: number; to: number; quote: boolean; typed: boolean };

/** Decides which quotations are answered in place, and writes the reply. */
function compose(lines: Line[], kinds: Uint8Array, images: (string | MailFile)[], forward: boolean): Reply {
  const runs: Run[] = [];
  for (let i = 0; i < lines.length; i++) {
    const kind = kinds[i] ?? TYPED;
    const text = lines[i]?.text ?? '';
    if (text === '' || kind === SIGN || kind === DEVICE || kind === CONTACT || kind === NOTICE || kind === ATTR || kind === HEADER)
      continue;
    const quote = kind === QUOTED || kind === OURS;
    const last = runs.at(-1);
    if (last !== undefined && last.quote === quote) last.to = i + 1;
    else runs.push({ from: i, to: i + 1, quote, typed: !quote });
  }
  const kept = answered(lines, runs);
  const reply: Reply = { text: '', cut: [], forward, standing: [], signatureImages: [], quotedImages: [] };
  const out: string[] = [];
  let image = 0;
  let blank = false;
  let open: Cut | null = null;
  let wasQuote = false;
  for (const [i, line] of lines.entries()) {
    const kind = kinds[i] ?? TYPED;
    const quote = kind === QUOTED || kind === OURS;
    const keep = kind === TYPED || kind === KEPT || (quote && kept[i] === 1);
    const standing: (string | MailFile)[] = [];
    if (line.text.includes(IMAGE)) {
      for (const char of line.text) if (char === IMAGE) standing.push(images[image++] ?? '');
    }
    if (!keep) {
      for (const one of standing) {
        const name = typeof one === 'string' ? one : (one.contentId ?? one.name);
        if (quote || kind === HEADER || kind === ATTR) reply.quotedImages.push(name);
        else reply.signatureImages.push(name);
      }
      const reason = REASONS[kind] ?? 'quotation';
      const text = line.text.replaceAll(IMAGE, '').trim();
      if (text !== '' || open !== null) {
        if (open === null || open.reason !== reason) reply.cut.push((open = { reason, text }));
        else open.text += `\n${text}`;
      }
      if (!quote || out.length > 0) blank = true;
      continue;
    }
    open = null;
    if (line.text === '') {
      blank = true;
      continue;
    }
    if (out.length > 0 && (blank || wasQuote !== quote)) {
      // A quotation's answer follows it at once; whatever precedes a quotation stands apart from it.
      if (blank || !wasQuote) out.push('');
    }
    blank = false;
    wasQuote = quote;
    for (const one of standing)
      reply.standing.push({
        contentId: typeof one === 'string' ? one : one.contentId,
        file: typeof one === 'string' ? null : one,
        at: out.length,
      });
    out.push(quote ? `${'> '.repeat(Math.max(1, Math.min(line.depth, 5)))}${line.text}` : line.text);
  }
  return place(reply, out);
}

/** Takes the image signs out of the text and turns line numbers into places in it. */
function place(reply: Reply, out: string[]): Reply {
  const offsets: number[] = [];
  const pieces: string[] = [];
  let length = 0;
  let blank = true;
  for (const line of out) {
    offsets.push(length);
    const clean = line.includes(IMAGE) ? cleanText(line.replaceAll(IMAGE, ' ')) : line;
    if (clean === '' && blank) continue;
    blank = clean === '';
    pieces.push(clean);
    length += clean.length + 1;
  }
  const text = pieces.join('\n');
  const trimmed = text.trim();
  reply.text = trimmed;
  for (const image of reply.standing) image.at = Math.min(offsets[image.at] ?? trimmed.length, trimmed.length);
  for (const cut of reply.cut) cut.text = cut.text.trim();
  reply.cut = reply.cut.filter((cut) => cut.text !== '');
  return reply;
}

/**
 * Which quoted lines stay. A quotation that is followed by an answer stays over it, if the sender
 * answers point by point (several quotations, or one short one); a whole mail quoted above or below
 * the answer does not. Blank edges and attribution lines of a kept quotation go.
 */
function answered(lines: Line[], runs: Run[]): Uint8Array {
  const kept = new Uint8Array(lines.length);
  const followed = runs.filter(
    (run, index) => run.quote && runs[index + 1]?.typed === true && !(index > 0 && isSignOff(lines, runs[index + 1])),
  );
  if (followed.length === 0) return kept;
  if (followed.length === 1) {
    const only = followed[0];
    const index = only === undefined ? -1 : runs.indexOf(only);
    const more = runs.slice(index + 1).some((run) => run.quote);
    if (only === undefined || (!more && filledIn(lines, only) > 2)) return kept;
  }
  for (const run of followed) {
    let from = run.from;
    // The line "X wrote:" inside a quotation says nothing about what is answered.
    for (let k = from; k < Math.min(run.to, from + 5); k++) {
      const found = attributionEndingAt(lines, k, from);
      if (found !== null && found.strength === 'strong') {
        from = k + 1;
        break;
      }
    }
    for (let k = from; k < run.to; k++) kept[k] = 1;
    for (let k = from; k < run.to && (lines[k]?.text ?? '') === ''; k++) kept[k] = 0;
  }
  return kept;
}

/** "Regards, Roman" under a quotation answers nothing in it. */
function isSignOff(lines: Line[], run: Run | undefined): boolean {
  if (run === undefined || filledIn(lines, run) > 3) return false;
  const first = lines[run.from]?.text ?? '';
  for (let k = run.from; k < run.to; k++) if ((lines[k]?.text.length ?? 0) > 40) return false;
  return isRegards(first) || isRegards(first.split(/[,，]/)[0] ?? '');
}

function filledIn(lines: Line[], run: Run): number {
  let count = 0;
  for (let k = run.from; k < run.to; k++) if ((lines[k]?.text ?? '') !== '') count++;
  return count;
}

/** Month of a name in one of the languages known, or 0. */
export function monthOf(name: string): number {
  return MONTHS[name.toLowerCase().replace(/\.$/, '')] ?? MONTHS[name.toLowerCase()] ?? 0;
}
