/**
 * A mail without the bodies of its big files, made while its bytes pass by: heads, texts and small files stay, of each big file
 * its beginning. Reading it gives what reading the whole mail gives, but for the bytes of those files, which are taken later
 * from where the mail lies. So a mail of 25 MiB is read in a few hundred kilobytes of memory.
 */
import { Base64Decoder, joinBytes, type MimePart, readPartHead, startsPlainText } from './mime-tree.ts';

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
/** A line that is longer is looked at in pieces, none of which begins a part. */
const LINE = 16 * 1024;
/** A head that is longer is kept, and says nothing. */
const HEAD = 256 * 1024;
const LF = 10;
const CR = 13;

/** Types that reading looks into, whatever they are called. */
const LOOKED_INTO = /^(?:multipart|message)\/|^application\/(?:(?:x-)?pkcs7|pgp|ms-tnef|vnd\.ms-tnef|ics)|^text\/calendar/;

const isFile = (part: MimePart): boolean =>
  part.encoding === 'base64' && !LOOKED_INTO.test(part.type) && (!part.type.startsWith('text/') || part.disposition === 'attachment');

export class Skeleton {
  readonly long = new Map<number, LongPart>();
  readonly #out: Uint8Array[] = [];
  readonly #boundaries: string[] = [];
  #at = 0;
  #rest: Uint8Array = new Uint8Array();
  /** The rest is the middle of a line. */
  #isMidLine = false;
  #head: Uint8Array[] | null = [];
  #headSize = 0;
  #marks = 0;
  #body: { mark: number; part: LongPart; decoder: Base64Decoder } | null = null;

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let from = 0;
    for (let feed = bytes.indexOf(LF); feed >= 0; feed = bytes.indexOf(LF, from)) {
      this.#take(bytes.subarray(from, feed + 1), true);
      from = feed + 1;
    }
    for (; bytes.length - from > LINE; from += LINE) this.#take(bytes.subarray(from, from + LINE), false);
    // Copied: a view would hold the whole chunk.
    this.#rest = bytes.slice(from);
  }

  /** The mail to read. */
  end(): Uint8Array {
    if (this.#rest.length > 0) this.#take(this.#rest, true);
    this.#endBody();
    return joinBytes(this.#out.splice(0));
  }

  #take(piece: Uint8Array, endsLine: boolean): void {
    const isStart = !this.#isMidLine;
    this.#isMidLine = !endsLine;
    if (isStart && this.#isBoundary(piece)) this.#keep(piece);
    else if (this.#head) this.#takeHead(this.#head, piece, isStart);
    else if (this.#body) this.#takeBody(this.#body, piece, isStart);
    else this.#keep(piece);
    this.#at += piece.length;
  }

  #keep(piece: Uint8Array): void {
    this.#out.push(piece.slice());
  }

  #isBoundary(line: Uint8Array): boolean {
    if (line[0] !== 0x2d || line[1] !== 0x2d || line.length > 1_000) return false;
    const text = new TextDecoder('latin1').decode(line).slice(2).trimEnd();
    const level = this.#boundaries.lastIndexOf(text);
    const closing = level < 0 && text.endsWith('--') ? this.#boundaries.lastIndexOf(text.slice(0, -2)) : -1;
    if (level < 0 && closing < 0) return false;
    this.#endBody();
    this.#boundaries.length = level < 0 ? closing : level + 1;
    this.#head = level < 0 ? null : [];
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
    if (part.type.startsWith('multipart/') && part.params['boundary']) this.#boundaries.push(part.params['boundary']);
    else if (isFile(part)) {
      const mark = (this.#marks += 1);
      this.#body = { mark, part: { offset: this.#at + piece.length, length: 0, size: 0 }, decoder: new Base64Decoder() };
      this.#keep(new TextEncoder().encode(`${LONG_PART}: ${mark}\r\n`));
    }
    this.#keep(piece);
  }

  #takeBody({ part, decoder }: { part: LongPart; decoder: Base64Decoder }, piece: Uint8Array, isStart: boolean): void {
    // What somebody appended below the file is text.
    if (isStart && part.length > 0 && startsPlainText(piece, 0)) {
      this.#endBody();
      return this.#keep(piece);
    }
    if (part.length + piece.length <= KEPT) this.#keep(piece);
    part.length += piece.length;
    part.size += decoder.count(piece);
  }

  #endBody(): void {
    const body = this.#body;
    this.#body = null;
    if (!body || body.part.length <= KEPT) return;
    // What follows begins a line, though the end of the file's last line has not stayed.
    if (this.#out.at(-1)?.at(-1) !== LF) this.#keep(new Uint8Array([CR, LF]));
    body.part.size += body.decoder.end().length;
    this.long.set(body.mark, body.part);
  }
}

/** Base64 as it passes by to the bytes that it stands for. */
export function decoding(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new Base64Decoder();
  const send = (controller: TransformStreamDefaultController<Uint8Array>, bytes: Uint8Array) => {
    if (bytes.length > 0) controller.enqueue(bytes);
  };
  return new TransformStream({
    transform: (chunk, controller) => send(controller, decoder.push(chunk)),
    flush: (controller) => send(controller, decoder.end()),
  });
}
