/**
 * A mail's bytes as a tree of parts (RFC 5322, RFC 2045–2047, RFC 2231). One pass over the lines,
 * bodies are views into the given bytes, nothing is decoded before somebody asks. It is its own
 * small parser because charsets must be judged on the undecoded bytes of each part and because
 * where a part stood (alternative, related, mixed) decides what it is.
 */
import { binaryString, bytesOfBinary, decodeText, isAscii } from './charsets.ts';

export type Field = { name: string; raw: string };
export type Parameters = { value: string; params: Record<string, string> };

export type MimePart = {
  fields: Field[];
  type: string;
  params: Record<string, string>;
  disposition: string;
  dispositionParams: Record<string, string>;
  encoding: string;
  contentId: string | null;
  /** Where the body lies in the mail's bytes. */
  start: number;
  end: number;
  children: MimePart[];
};

/** Multiparts within each other that are looked into. */
export const MAX_DEPTH = 60;
const MAX_PARTS = 2000;
const MAX_HEADER_BYTES = 2 * 1024 * 1024;
const LF = 10;
const CR = 13;
const DASH = 45;
const COLON = 58;

/** First field of this name, unfolded, still encoded (RFC 5322 §2.2). */
export function rawField(part: { fields: Field[] }, name: string): string | null {
  for (const field of part.fields) if (field.name === name) return field.raw;
  return null;
}

/**
 * RFC 2047: encoded words become text. Neighbouring words of one charset are joined as bytes first,
 * because many senders cut inside a character.
 */
export function decodeWords(raw: string, hint: string | null = null): string {
  if (!raw.includes('=?')) return isPlain(raw) ? raw : decodeText(bytesOfBinary(raw), null, hint);
  let out = '';
  let at = 0;
  let pending: { charset: string; bytes: Uint8Array[] } | null = null;
  const flush = (): void => {
    if (pending !== null) out += decodeText(joinBytes(pending.bytes), pending.charset, hint);
    pending = null;
  };
  for (const { index, end, charset, isBase64, text } of encodedWords(raw)) {
    const between = raw.slice(at, index);
    const bytes = isBase64 ? decodeBase64(bytesOfBinary(text)).bytes : decodeQ(text);
    const neighbours: boolean = pending !== null && between.trim() === '';
    if (!neighbours) {
      flush();
      out += isPlain(between) ? between : decodeText(bytesOfBinary(between), null, hint);
    }
    const open: { charset: string; bytes: Uint8Array[] } | null = pending;
    if (neighbours && open !== null && (open as { charset: string }).charset === charset)
      (open as { bytes: Uint8Array[] }).bytes.push(bytes);
    else {
      flush();
      pending = { charset, bytes: [bytes] };
    }
    at = end;
  }
  flush();
  const rest = raw.slice(at);
  return out + (isPlain(rest) ? rest : decodeText(bytesOfBinary(rest), null, hint));
}

/** The end of a word is looked for by itself: a pattern with both would look through the rest of the text from every beginning. */
function* encodedWords(raw: string): Generator<{ index: number; end: number; charset: string; isBase64: boolean; text: string }> {
  const beginning = /=\?([\w.:-]+)(?:\*[\w-]*)?\?([bBqQ])\?/g;
  for (let match = beginning.exec(raw); match !== null; match = beginning.exec(raw)) {
    const from = beginning.lastIndex;
    const to = raw.indexOf('?=', from);
    if (to < 0) return;
    const [, charset = '', encoding = ''] = match;
    beginning.lastIndex = to + 2;
    yield {
      index: match.index,
      end: to + 2,
      charset: charset.toLowerCase(),
      isBase64: encoding.toLowerCase() === 'b',
      text: raw.slice(from, to),
    };
  }
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function decodeQ(text: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5f) out.push(0x20);
    else if (c === 0x3d && /^[0-9a-fA-F]{2}$/.test(text.slice(i + 1, i + 3))) {
      out.push(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else out.push(c & 0xff);
  }
  return new Uint8Array(out);
}

export function joinBytes(pieces: Uint8Array[]): Uint8Array {
  const only = pieces[0];
  if (pieces.length === 1 && only !== undefined) return only;
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Removes RFC 5322 comments outside quoted strings. An unclosed one is no comment. */
export function withoutComments(raw: string): string {
  if (!raw.includes('(')) return raw;
  let out = '';
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charAt(i);
    if (c === '\\') {
      if (depth === 0) out += c + raw.charAt(i + 1);
      i++;
    } else if (depth === 0 && c === '"') {
      quoted = !quoted;
      out += c;
    } else if (!quoted && c === '(') {
      depth++;
      if (depth === 1) out += ' ';
    } else if (depth > 0 && c === ')') depth--;
    else if (depth === 0) out += c;
  }
  return depth === 0 ? out : raw;
}

/** `value; name=token; name="quoted"; name*0*=charset'lang'pct…` (RFC 2045 §5.1, RFC 2231). */
export function parameters(raw: string, hint: string | null = null): Parameters {
  const pieces: string[] = [];
  let piece = '';
  let quoted = false;
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charAt(i);
    // A backslash escapes only a quote or itself: `C:\path` is met more often than an escaped letter.
    if (quoted && c === '\\' && (raw.charAt(i + 1) === '"' || raw.charAt(i + 1) === '\\')) {
      piece += c + raw.charAt(i + 1);
      i++;
    } else if (c === '"') {
      quoted = !quoted;
      piece += c;
    } else if (c === ';' && !quoted) {
      pieces.push(piece);
      piece = '';
    } else piece += c;
  }
  pieces.push(piece);
  const value = withoutComments(pieces[0] ?? '')
    .trim()
    .toLowerCase();
  const plain: Record<string, string> = Object.create(null) as Record<string, string>;
  const continued = new Map<string, { index: number; encoded: boolean; value: string }[]>();
  for (const part of pieces.slice(1)) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = withoutComments(part.slice(0, equals)).trim().toLowerCase();
    const text = unquote(part.slice(equals + 1).trim());
    const star = /^([^*]+)\*(?:(\d+)(\*)?)?$/.exec(name);
    if (star === null) {
      if (!(name in plain)) plain[name] = decodeWords(text, hint);
    } else {
      const base = star[1] ?? name;
      const list = continued.get(base) ?? [];
      list.push({ index: Number(star[2] ?? 0), encoded: star[2] === undefined || star[3] === '*', value: text });
      continued.set(base, list);
    }
  }
  for (const [name, list] of continued) {
    list.sort((a, b) => a.index - b.index);
    let charset: string | null = null;
    const bytes: Uint8Array[] = [];
    for (const [index, section] of list.entries()) {
      let text = section.value;
      if (section.encoded && index === 0) {
        const first = text.indexOf("'");
        const second = text.indexOf("'", first + 1);
        if (first >= 0 && second >= 0) {
          charset = text.slice(0, first);
          text = text.slice(second + 1);
        }
      }
      bytes.push(section.encoded ? percentBytes(text) : bytesOfBinary(text));
    }
    const joined = joinBytes(bytes);
    const decoded = charset === null && isAscii(joined) ? decodeWords(binaryString(joined), hint) : decodeText(joined, charset, hint);
    if (decoded !== '') plain[name] = decoded;
  }
  return { value, params: plain };
}

function unquote(text: string): string {
  if (!text.startsWith('"')) {
    const end = text.search(/\s\(/);
    return (end < 0 ? text : text.slice(0, end)).trim();
  }
  let out = '';
  for (let i = 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\' && (text.charAt(i + 1) === '"' || text.charAt(i + 1) === '\\')) {
      out += text.charAt(i + 1);
      i++;
    } else if (c === '"') break;
    else out += c;
  }
  return out;
}

function percentBytes(text: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x25 && /^[0-9a-fA-F]{2}$/.test(text.slice(i + 1, i + 3))) {
      out.push(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else out.push(c & 0xff);
  }
  return new Uint8Array(out);
}

const BASE64 = new Uint8Array(256).fill(255);
for (const [value, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  BASE64[char.charCodeAt(0)] = value;
BASE64[0x2d] = 62;
BASE64[0x5f] = 63;

/** RFC 2045 §6.8 piece by piece, forgiving: foreign characters are skipped, padding in the middle ends a group. */
export class Base64Decoder {
  /** Characters so far that are neither base64 nor white space. */
  foreign = 0;
  #bits = 0;
  #count = 0;

  /** Bytes of memory that so many characters need. */
  static room(characters: number): number {
    return Math.ceil((characters + 4) * 0.75) + 3;
  }

  /** What it stands for, in memory of its own or in that which is given. */
  push(source: Uint8Array, out = new Uint8Array(Base64Decoder.room(source.length))): Uint8Array {
    return out.subarray(0, this.#take(source, 0, source.length, out));
  }

  /** How many bytes it stands for, without making them. */
  count(source: Uint8Array, from: number, to: number): number {
    return this.#take(source, from, to, null);
  }

  #take(source: Uint8Array, from: number, to: number, out: Uint8Array | null): number {
    let length = 0;
    let bits = this.#bits;
    let count = this.#count;
    for (let i = from; i < to; i++) {
      const c = source[i] ?? 0;
      const value = BASE64[c] ?? 255;
      if (value === 255) {
        if (c === 0x3d) {
          length += restOf(out, length, bits, count);
          bits = 0;
          count = 0;
        } else if (c > 0x20) this.foreign++;
        continue;
      }
      bits = ((bits << 6) | value) & 0xffffff;
      count++;
      if (count < 4) continue;
      if (out !== null) {
        out[length] = bits >> 16;
        out[length + 1] = (bits >> 8) & 0xff;
        out[length + 2] = bits & 0xff;
      }
      length += 3;
      bits = 0;
      count = 0;
    }
    this.#bits = bits;
    this.#count = count;
    return length;
  }

  /** What is left of a group that nothing padded. */
  end(): Uint8Array {
    const out = new Uint8Array(2);
    return out.subarray(0, restOf(out, 0, this.#bits, this.#count));
  }
}

function restOf(out: Uint8Array | null, at: number, bits: number, count: number): number {
  if (count < 2) return 0;
  if (out !== null && count === 2) out[at] = (bits >> 4) & 0xff;
  if (out !== null && count === 3) {
    out[at] = (bits >> 10) & 0xff;
    out[at + 1] = (bits >> 2) & 0xff;
  }
  return count - 1;
}

/** `tail` is plain text that somebody (a list server, mostly) appended after the encoded body. */
export function decodeBase64(source: Uint8Array): { bytes: Uint8Array; tail: Uint8Array; foreign: number } {
  let tail = source.length;
  for (let feed = source.indexOf(LF); feed >= 0 && feed + 1 < source.length; feed = source.indexOf(LF, feed + 1)) {
    if (!startsPlainText(source, feed + 1)) continue;
    tail = feed + 1;
    break;
  }
  const decoder = new Base64Decoder();
  const whole = decoder.push(source.subarray(0, tail));
  const rest = decoder.end();
  return { bytes: rest.length > 0 ? joinBytes([whole, rest]) : whole, tail: source.subarray(tail), foreign: decoder.foreign };
}

/** Whether a line begins here that is no base64: that has no spaces inside and no row of underscores. */
export function startsPlainText(source: Uint8Array, from: number): boolean {
  const c = source[from] ?? 0;
  if (c === 0x5f && source[from + 1] === 0x5f && source[from + 2] === 0x5f) return true;
  let words = 0;
  for (let i = from; i < source.length && i < from + 80; i++) {
    const b = source[i] ?? 0;
    if (b === LF) break;
    if (b === 0x20 && (source[i + 1] ?? 0) > 0x20 && i > from) words++;
  }
  return words >= 2;
}

/** RFC 2045 §6.7, forgiving: blanks after a soft break, lower-case digits, a lone `=` stay harmless. */
export function decodeQuotedPrintable(source: Uint8Array): Uint8Array {
  if (!source.includes(0x3d)) return source;
  const out = new Uint8Array(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const c = source[i] ?? 0;
    if (c !== 0x3d) {
      out[length++] = c;
      continue;
    }
    const high = hexDigit(source[i + 1]);
    const low = hexDigit(source[i + 2]);
    if (high >= 0 && low >= 0) {
      out[length++] = (high << 4) | low;
      i += 2;
      continue;
    }
    let j = i + 1;
    while (source[j] === 0x20 || source[j] === 0x09) j++;
    if (source[j] === CR && source[j + 1] === LF) i = j + 1;
    else if (source[j] === LF) i = j;
    else if (j >= source.length) i = j;
    else out[length++] = c;
  }
  return out.subarray(0, length);
}

function hexDigit(c: number | undefined): number {
  if (c === undefined) return -1;
  if (c >= 48 && c <= 57) return c - 48;
  if (c >= 65 && c <= 70) return c - 55;
  if (c >= 97 && c <= 102) return c - 87;
  return -1;
}

/** The body of a leaf with its transfer encoding undone. */
export function partBytes(mail: Uint8Array, part: MimePart): Uint8Array {
  const body = mail.subarray(part.start, part.end);
  if (part.encoding === 'quoted-printable') return decodeQuotedPrintable(body);
  if (part.encoding !== 'base64') return body;
  const { bytes, tail, foreign } = decodeBase64(body);
  // Text that only claims to be base64 (spaces, punctuation, eight-bit letters throughout) is kept as it is.
  if (part.type.startsWith('text/') && (foreign * 12 > body.length || startsPlainText(body, 0) || (bytes.length === 0 && tail.length > 0)))
    return body;
  if (tail.length > 0 && part.type === 'text/plain') return joinBytes([bytes, bytesOfBinary('\r\n'), tail]);
  return bytes;
}

type Open = { part: MimePart; boundary: string };

/** The mail's own head, and where its body begins (`start`). */
export function readHead(bytes: Uint8Array): MimePart {
  let at = 0;
  // Leading blank lines and an mbox separator would hide every header.
  while (at < bytes.length && (bytes[at] === LF || bytes[at] === CR)) at++;
  if (startsWith(bytes, at, 'From ') || startsWith(bytes, at, '>From ')) at = lineEnd(bytes, at);
  const head = emptyPart('text/plain');
  head.start = readFields(bytes, at, head, 'text/plain');
  return head;
}

/** The head of one part, from bytes that hold nothing else. */
export function readPartHead(bytes: Uint8Array): MimePart {
  const part = emptyPart('text/plain');
  readFields(bytes, 0, part, part.type);
  return part;
}

/** The whole tree. Never throws: what cannot be structured is one text part. */
export function parseMime(bytes: Uint8Array): MimePart {
  const root = readHead(bytes);
  let at = root.start;
  const stack: Open[] = [];
  const boundaries = new Map<string, number>();
  /** Where the boundary over each part stands. */
  const began = new Map<MimePart, number>();
  let current = root;
  let parts = 1;
  const open = (part: MimePart): void => {
    if (!part.type.startsWith('multipart/') || stack.length >= MAX_DEPTH) return;
    const boundary = part.params.boundary ?? guessBoundary(bytes, part.start);
    if (boundary === null || boundary === '') {
      part.type = 'text/plain';
      return;
    }
    stack.push({ part, boundary });
    boundaries.set(boundary, stack.length - 1);
  };
  const closeDownTo = (level: number, end: number): void => {
    while (stack.length > level) {
      const closed = stack.pop();
      if (closed === undefined) break;
      closed.part.end = end;
      if (boundaries.get(closed.boundary) === stack.length) boundaries.delete(closed.boundary);
    }
  };
  open(root);
  while (at < bytes.length) {
    if (stack.length === 0) break;
    const next = lineEnd(bytes, at);
    if (bytes[at] === DASH && bytes[at + 1] === DASH) {
      const line = trimmedLine(bytes, at + 2, next);
      let level = boundaries.get(line);
      let closing = false;
      if (level === undefined && line.endsWith('--')) {
        level = boundaries.get(line.slice(0, -2));
        closing = level !== undefined;
      }
      const opened = level === undefined ? undefined : stack[level];
      if (level !== undefined && opened !== undefined) {
        const bodyEnd = beforeLineBreak(bytes, at, current.start);
        if (current.children.length === 0 || current !== opened.part) current.end = Math.max(current.start, bodyEnd);
        closeDownTo(closing ? level : level + 1, bodyEnd);
        if (closing) {
          current = stack[stack.length - 1]?.part ?? ghost();
          at = next;
          if (stack.length === 0) break;
          // What follows a closing boundary belongs to nobody until the next boundary.
          current = ghost();
          continue;
        }
        if (parts >= MAX_PARTS) {
          current = ghost();
          at = next;
          continue;
        }
        const child = emptyPart(opened.part.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain');
        parts++;
        began.set(child, at);
        opened.part.children.push(child);
        at = readFields(bytes, next, child, child.type, boundaries);
        child.start = at;
        child.end = bytes.length;
        current = child;
        open(child);
        continue;
      }
    }
    at = next;
  }
  if (stack.length > 0 || root.children.length === 0) {
    if (current.children.length === 0) current.end = bytes.length;
  }
  closeDownTo(0, bytes.length);
  // A multipart that has no parts was cut short or lies: its text is still the sender's.
  mendEmpty(root, bytes.length, began);
  return root;
}

/** One that was closed at once has what stands below it up to its neighbour, `limit`: no text is two parts'. */
function mendEmpty(part: MimePart, limit: number, began: Map<MimePart, number>): void {
  if (part.type.startsWith('multipart/') && part.children.length === 0) {
    part.type = 'text/plain';
    if (part.end <= part.start) part.end = Math.max(part.start, limit);
  }
  for (const [index, child] of part.children.entries()) {
    const neighbour = part.children[index + 1];
    mendEmpty(child, (neighbour && began.get(neighbour)) ?? (part.end > part.start ? part.end : limit), began);
  }
}

function ghost(): MimePart {
  return emptyPart('text/plain');
}

function emptyPart(type: string): MimePart {
  return {
    fields: [],
    type,
    params: {},
    disposition: '',
    dispositionParams: {},
    encoding: '',
    contentId: null,
    start: 0,
    end: 0,
    children: [],
  };
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function lineEnd(bytes: Uint8Array, at: number): number {
  const found = bytes.indexOf(LF, at);
  return found < 0 ? bytes.length : found + 1;
}

function beforeLineBreak(bytes: Uint8Array, at: number, floor: number): number {
  let end = at;
  if (end > floor && bytes[end - 1] === LF) end--;
  if (end > floor && bytes[end - 1] === CR) end--;
  return end;
}

function trimmedLine(bytes: Uint8Array, from: number, to: number): string {
  let end = to;
  while (end > from && (bytes[end - 1] ?? 0) <= 0x20) end--;
  // No boundary is longer (RFC 2046 §5.1.1 says 70); a longer line is not worth a string.
  return end - from > 300 ? '' : binaryString(bytes.subarray(from, end));
}

function guessBoundary(bytes: Uint8Array, start: number): string | null {
  let at = start;
  for (let i = 0; i < 50 && at < bytes.length; i++) {
    const next = lineEnd(bytes, at);
    if (bytes[at] === DASH && bytes[at + 1] === DASH) {
      const line = trimmedLine(bytes, at + 2, next);
      if (line.length > 3 && /^\s*content-/i.test(binaryString(bytes.subarray(next, next + 40)))) return line;
    }
    at = next;
  }
  return null;
}

/** Reads one header section (RFC 5322 §2.2) and returns where the body begins. */
function readFields(bytes: Uint8Array, from: number, part: MimePart, defaultType: string, boundaries?: Map<string, number>): number {
  const limit = headerLimit(bytes, from);
  // One conversion for the whole section: an index in the string is an offset in the bytes.
  const section = binaryString(bytes.subarray(from, limit));
  let at = 0;
  const lines: string[] = [];
  while (at < section.length) {
    const feed = section.indexOf('\n', at);
    const next = feed < 0 ? section.length : feed + 1;
    let end = feed < 0 ? section.length : feed;
    if (end > at && section.charCodeAt(end - 1) === CR) end--;
    if (end === at) {
      at = next;
      break;
    }
    const line = section.slice(at, end);
    const first = line.charCodeAt(0);
    if ((first === 0x20 || first === 0x09) && lines.length > 0) lines[lines.length - 1] += line;
    else if (/^[!-9;-~]+[ \t]*:/.test(line)) lines.push(line);
    else if (boundaries !== undefined && line.startsWith('--') && boundaries.has(line.slice(2).trimEnd())) break;
    // Not a header and not a continuation: the blank line before the body is missing.
    else if (!line.includes(':') || (lines.length === 0 && at === 0 && /^[\x80-\xff]/.test(line))) break;
    at = next;
  }
  for (const line of lines) {
    const colon = line.indexOf(':');
    part.fields.push({
      name: line.slice(0, colon).trim().toLowerCase(),
      raw: line
        .slice(colon + 1)
        .replaceAll('\0', '')
        .trim(),
    });
  }
  const contentType = rawField(part, 'content-type');
  part.type = defaultType;
  if (contentType !== null) {
    const parsed = parameters(contentType);
    part.params = parsed.params;
    if (/^[\w.+-]+\/[\w.+-]+$/.test(parsed.value)) part.type = parsed.value;
    else if (parsed.value === 'text') part.type = 'text/plain';
    else if (parsed.value !== '') part.type = 'application/octet-stream';
  }
  const disposition = rawField(part, 'content-disposition');
  if (disposition !== null) {
    const parsed = parameters(disposition);
    part.disposition = parsed.value;
    part.dispositionParams = parsed.params;
  }
  part.encoding = /[\w-]+/.exec(withoutComments(rawField(part, 'content-transfer-encoding') ?? '').toLowerCase())?.[0] ?? '';
  const id = rawField(part, 'content-id');
  part.contentId = id === null ? null : id.trim().replace(/^<|>$/g, '');
  return from + at;
}

/**
 * Just behind the line that ends a header section: a blank one, or one that has no colon and continues nothing. Without one, as far as a
 * header may be read. Looking on for a blank line would be looking through the same megabytes for each of two thousand parts.
 */
function headerLimit(bytes: Uint8Array, from: number): number {
  const cap = Math.min(bytes.length, from + MAX_HEADER_BYTES);
  let colon = -1;
  for (let at = from; at < cap;) {
    const feed = bytes.indexOf(LF, at);
    if (feed < 0 || feed >= cap) return cap;
    if (colon < at) colon = nextOrEnd(bytes, COLON, at);
    if (feed < colon && bytes[at] !== 0x20 && bytes[at] !== 0x09) return feed + 1;
    at = feed + 1;
  }
  return cap;
}

function nextOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found < 0 ? bytes.length : found;
}
