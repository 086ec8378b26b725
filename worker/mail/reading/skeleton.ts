/**
 * A mail without the bodies of its big files, made while its bytes pass by: heads, texts and small files stay, of each big file
 * its beginning. Reading it gives what reading the whole mail gives, but for the bytes of those files, which are taken later
 * from where the mail lies. So a mail of 25 MiB is read in a few hundred kilobytes of memory.
 */
import { Base64Decoder, joinBytes, MAX_DEPTH, type MimePart, readPartHead, startsPlainText } from './mime-tree.ts';

/** A file's body in the whole mail: base64 from `offset` on, `length` long. `size`: bytes of the file itself. */
export interface LongPart {
  offset: number;
  length: number;
  size: number;
}

/** The head field that tells which long part a file is. What a sender writes under this name is taken out. */
export const LONG_PART = 'x-atelier-long-part';

/** Characters of a file's body that stay. */
const KEPT = 64 * 1024;
/**
 * Bytes of a mail's texts that are read. Nobody writes so much; a program's log goes on in the mail itself. Of HTML less, since
 * reading it takes many times its size.
 */
const MOST = { plain: 4 * 1024 * 1024, html: 1024 * 1024 };
/** A line that is longer is looked at in pieces, none of which begins a part. */
const LINE = 16 * 1024;
/** A head that is longer is kept, and says nothing. */
const HEAD = 256 * 1024;
const LF = 10;
const DASH = 45;
const CR = 13;

/** Types that reading looks into, whatever they are called. */
const LOOKED_INTO = /^(?:multipart|message)\/|^application\/(?:(?:x-)?pkcs7|pgp|ms-tnef|vnd\.ms-tnef|ics)|^text\/calendar/;

const nameOf = ({ dispositionParams, params }: MimePart): string =>
  dispositionParams['filename'] ?? params['name'] ?? params['filename'] ?? '';

const isFile = (part: MimePart): boolean =>
  part.encoding === 'base64' &&
  !LOOKED_INTO.test(part.type) &&
  // Some gateways give Outlook's container no type of its own.
  !/(?:^|[\\/])\s*winmail\.dat\s*$/i.test(nameOf(part)) &&
  (!part.type.startsWith('text/') || part.disposition === 'attachment');

/** What somebody wrote, rather than a file. */
const wordsIn = (part: MimePart): keyof typeof MOST | null => {
  if (part.disposition === 'attachment' || nameOf(part) !== '') return null;
  if (part.type === 'text/html') return 'html';
  return part.type === 'text/plain' || part.type === 'text/enriched' ? 'plain' : null;
};

export class Skeleton {
  readonly long = new Map<number, LongPart>();
  #out = new Uint8Array(2 * KEPT);
  #kept = 0;
  readonly #boundaries: string[] = [];
  #at = 0;
  #rest: Uint8Array = new Uint8Array();
  /** The rest is the middle of a line. */
  #isMidLine = false;
  #head: Uint8Array[] | null = [];
  #headSize = 0;
  #marks = 0;
  /** In which kind of text, and how much of all of that kind may still come. */
  #text: keyof typeof MOST | null = null;
  readonly #left = { ...MOST };
  #body: { mark: number; part: LongPart; decoder: Base64Decoder } | null = null;

  /** Whether words were left out that stand nowhere else: HTML most often says what the plain text beside it says. */
  get isCut(): boolean {
    return this.#left.plain < 0 || (this.#left.html < 0 && this.#left.plain === MOST.plain);
  }

  /** The next bytes of the mail. They are copied where they stay, so their memory may be used again. */
  push(chunk: Uint8Array): void {
    if (this.#rest.length === 0) return this.#passLines(chunk);
    const feed = chunk.indexOf(LF);
    const end = feed < 0 ? chunk.length : feed + 1;
    this.#passLines(joinBytes([this.#rest, chunk.subarray(0, end)]));
    if (end < chunk.length) this.#passLines(chunk.subarray(end));
  }

  #passLines(bytes: Uint8Array): void {
    let from = 0;
    for (let feed = bytes.indexOf(LF); feed >= 0; feed = bytes.indexOf(LF, from)) {
      this.#take(bytes, from, feed + 1, true);
      from = feed + 1;
    }
    for (; bytes.length - from > LINE; from += LINE) this.#take(bytes, from, from + LINE, false);
    this.#rest = bytes.slice(from);
  }

  /** The mail to read. */
  end(): Uint8Array {
    if (this.#rest.length > 0) this.#take(this.#rest, 0, this.#rest.length, true);
    this.#endBody();
    return this.#out.subarray(0, this.#kept);
  }

  /** A line, or a piece of one: by its place, since views of a million lines would be a million objects. */
  #take(bytes: Uint8Array, from: number, to: number, endsLine: boolean): void {
    const isStart = !this.#isMidLine;
    this.#isMidLine = !endsLine;
    const isBoundary = isStart && bytes[from] === DASH && bytes[from + 1] === DASH && this.#isBoundary(bytes.subarray(from, to));
    if (!isBoundary && this.#body) this.#takeBody(this.#body, bytes, from, to, isStart);
    else if (!isBoundary && this.#head) this.#takeHead(this.#head, bytes.subarray(from, to), isStart);
    // Once something was left out, all that follows is.
    else if (!this.#text || (this.#left[this.#text] -= to - from) >= 0) this.#keep(bytes.subarray(from, to));
    this.#at += to - from;
  }

  #keep(piece: Uint8Array): void {
    if (this.#kept + piece.length > this.#out.length) {
      const wider = new Uint8Array(2 * (this.#kept + piece.length));
      wider.set(this.#out.subarray(0, this.#kept));
      this.#out = wider;
    }
    this.#out.set(piece, this.#kept);
    this.#kept += piece.length;
  }

  /** What follows begins a line, though the end of the last one has not stayed. */
  #startLine(): void {
    if (this.#out[this.#kept - 1] !== LF) this.#keep(new Uint8Array([CR, LF]));
  }

  #isBoundary(line: Uint8Array): boolean {
    if (line.length > 1_000) return false;
    const text = new TextDecoder('latin1').decode(line).slice(2).trimEnd();
    const level = this.#boundaries.lastIndexOf(text);
    const closing = level < 0 && text.endsWith('--') ? this.#boundaries.lastIndexOf(text.slice(0, -2)) : -1;
    if (level < 0 && closing < 0) return false;
    this.#endBody();
    if (this.#text && this.#left[this.#text] < 0) this.#startLine();
    this.#boundaries.length = level < 0 ? closing : level + 1;
    this.#head = level < 0 ? null : [];
    this.#text = null;
    this.#headSize = 0;
    return true;
  }

  #takeHead(head: Uint8Array[], piece: Uint8Array, isStart: boolean): void {
    if (isStart && new TextDecoder('latin1').decode(piece.subarray(0, LONG_PART.length)).toLowerCase() === LONG_PART) return;
    const isBlank = isStart && (piece[0] === LF || (piece[0] === CR && piece[1] === LF));
    if (!isBlank || this.#headSize === 0) {
      this.#keep(piece);
      if (isBlank) return;
      this.#headSize += piece.length;
      if (this.#headSize <= HEAD) head.push(piece.slice());
      return;
    }
    const part = readPartHead(joinBytes(head));
    this.#head = null;
    this.#text = wordsIn(part);
    if (part.type.startsWith('multipart/') && part.params['boundary']) {
      if (this.#boundaries.length < MAX_DEPTH) this.#boundaries.push(part.params['boundary']);
    } else if (isFile(part)) {
      const mark = (this.#marks += 1);
      this.#body = { mark, part: { offset: this.#at + piece.length, length: 0, size: 0 }, decoder: new Base64Decoder() };
      this.#keep(new TextEncoder().encode(`${LONG_PART}: ${mark}\r\n`));
    }
    this.#keep(piece);
  }

  #takeBody(
    { part, decoder }: { part: LongPart; decoder: Base64Decoder },
    bytes: Uint8Array,
    from: number,
    to: number,
    isStart: boolean,
  ): void {
    // What somebody appended below the file is text.
    if (isStart && part.length > 0 && startsPlainText(bytes, from)) {
      this.#endBody();
      return this.#keep(bytes.subarray(from, to));
    }
    if (part.length + to - from <= KEPT) this.#keep(bytes.subarray(from, to));
    part.length += to - from;
    part.size += decoder.count(bytes, from, to);
  }

  #endBody(): void {
    const body = this.#body;
    this.#body = null;
    if (!body || body.part.length <= KEPT) return;
    this.#startLine();
    body.part.size += body.decoder.end().length;
    this.long.set(body.mark, body.part);
  }
}

/** Base64 as it passes by, as the bytes that it stands for. Each piece is good until the next is asked for. */
export async function* decoded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new Base64Decoder();
  let memory = new Uint8Array(0);
  for await (const piece of pieces) {
    if (memory.length < Base64Decoder.room(piece.length)) memory = new Uint8Array(Base64Decoder.room(piece.length));
    const bytes = decoder.push(piece, memory);
    if (bytes.length > 0) yield bytes;
  }
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}
