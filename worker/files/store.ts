/** Files in R2: taken in with their true type, given out so that nothing in them can run. */
import { filetypeinfo } from 'magic-bytes.js';
import type { FileFact } from '#core/discussion.ts';
import type { FileId, RoomId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { fresh } from '../access/tokens.ts';
import { dictionary } from '../outside.ts';

/** Bytes. Cloudflare's request body limit is 100 MB on the smallest plan. */
export const MAX_FILE = 50 * 1024 * 1024;
/** Bytes of all files of a room together. */
export const MAX_FILES = 20 * 1024 ** 3;

export const fileKey = (room: RoomId, file: FileId): string => `rooms/${room}/${file}`;

/** What a browser may show by itself, in place. Everything else is downloaded. SVG and HTML are never among them. */
const SHOWN: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'application/pdf',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'text/plain',
]);

/** Office files are ZIPs inside: the sniffer's answer is made finer by the name, never more dangerous. */
const BY_EXTENSION = dictionary<string>({
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  csv: 'text/csv',
  txt: 'text/plain',
  md: 'text/plain',
  ics: 'text/calendar',
});

/** The media type by the first bytes; the claimed one counts for nothing. */
export function sniff(head: Uint8Array, name: string): string {
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  const found = filetypeinfo(head).flatMap((one) => one.mime ?? [])[0];
  if (found === undefined) return BY_EXTENSION[extension] ?? 'application/octet-stream';
  if (found === 'application/zip' || found === 'application/x-zip-compressed') return BY_EXTENSION[extension] ?? 'application/zip';
  return found;
}

/** A file's name as it may stand in a header, a path or a page. */
export function safeName(name: string): string {
  // eslint-disable-next-line no-control-regex
  const clean = name
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/[\\/:*?"<>|]/g, '_')
    .replace(/^\.+/, '')
    .trim();
  if (clean.length <= 120) return clean || 'file';
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? '';
  return clean.slice(0, 120 - extension.length) + extension;
}

/** Bytes that are looked at to tell a file's type. */
const HEAD = 512;
/** A file whose size is not said beforehand is held in memory, so it may be only this large. */
const MAX_UNSIZED = 10 * 1024 * 1024;

/** A stream, or pieces, which may share their memory as those of `pieces` do. */
type Body = AsyncIterable<Uint8Array> | Uint8Array;

/** Puts a file into R2 and gives its facts. What says its size is streamed; a size that was a lie ends in a refusal. */
export async function storeFile(
  bucket: R2Bucket,
  room: RoomId,
  upload: { name: string; body: Body; size?: number | null },
): Promise<Result<FileFact>> {
  const id = fresh<FileId>();
  const name = safeName(upload.name);
  const key = fileKey(room, id);
  const tooLarge = refuse('invalid', 'too_large', 'file');
  const size = upload.body instanceof Uint8Array ? upload.body.byteLength : (upload.size ?? null);
  if (size !== null && size > MAX_FILE) return tooLarge;

  if (!(upload.body instanceof Uint8Array) && size !== null) {
    const opened = await split(upload.body instanceof ReadableStream ? pieces(upload.body) : upload.body, HEAD);
    const type = sniff(opened.head, name);
    const sized = new FixedLengthStream(size);
    try {
      await Promise.all([pour(opened, sized.writable), bucket.put(key, sized.readable, { httpMetadata: { contentType: type } })]);
    } catch (error) {
      await bucket.delete(key);
      if (error instanceof TypeError) return refuse('invalid', 'malformed', 'file');
      throw error;
    }
    return done({ id, name, size, type });
  }

  const bytes = upload.body instanceof Uint8Array ? upload.body : await readAll(upload.body, MAX_UNSIZED);
  if (bytes === null) return tooLarge;
  const type = sniff(bytes.subarray(0, HEAD), name);
  await bucket.put(key, bytes, { httpMetadata: { contentType: type } });
  return done({ id, name, size: bytes.byteLength, type });
}

/** Bytes that are read at once. */
const PIECE = 256 * 1024;

/**
 * A stream in pieces, all in the same memory where the stream is the runtime's own (a request, R2): each is good until the next is
 * asked for. Megabytes then leave no garbage behind.
 */
export async function* pieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = stream.getReader({ mode: 'byob' });
  } catch {
    return yield* stream;
  }
  let memory = new ArrayBuffer(PIECE);
  let isOver = false;
  try {
    for (;;) {
      const { done: ended, value } = await reader.readAtLeast(PIECE, new Uint8Array(memory));
      isOver = ended;
      if (ended) return;
      yield value;
      memory = value.buffer;
    }
  } finally {
    // Nobody reads on: the rest need not come.
    if (!isOver) await reader.cancel().catch(() => {});
  }
}

/** Pieces of which the beginning was read: exactly so many bytes unless they end before, and what was read beyond them. */
export interface Opened {
  head: Uint8Array;
  beyond: Uint8Array;
  /** What is to come; null when nothing follows the head. */
  rest: AsyncIterable<Uint8Array> | null;
}

/** Reads the first `size` bytes. */
export async function split(source: AsyncIterable<Uint8Array>, size: number): Promise<Opened> {
  const iterator = source[Symbol.asyncIterator]();
  const head = new Uint8Array(size);
  let place = 0;
  for (;;) {
    const { done: ended, value } = await iterator.next();
    if (ended) return { head: head.slice(0, place), beyond: new Uint8Array(), rest: null };
    const part = value.subarray(0, size - place);
    head.set(part, place);
    place += part.byteLength;
    if (part.byteLength < value.byteLength || place === size)
      return { head, beyond: value.subarray(part.byteLength), rest: { [Symbol.asyncIterator]: () => iterator } };
  }
}

/** Writes all of it. One that can't be read to its end breaks off what is written, so that nothing half is kept. */
export async function pour({ head, beyond, rest }: Opened, into: WritableStream<Uint8Array>): Promise<void> {
  const writer = into.getWriter();
  try {
    for (const piece of [head, beyond]) if (piece.byteLength > 0) await writer.write(piece);
    if (rest) for await (const piece of rest) await writer.write(piece);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

/** Reads a stream up to a limit; null when there is more. */
export async function readAll(stream: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.byteLength;
    if (size > limit) return null;
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.byteLength;
  }
  return whole;
}

/** A file as a response: shown in place only if its type can't run, sandboxed in any case, with ranges for video. */
export async function serveFile(bucket: R2Bucket, room: RoomId, file: FileFact, request: Request, download: boolean): Promise<Response> {
  const range = request.headers.get('range');
  const object = await bucket.get(fileKey(room, file.id), range ? { range: request.headers } : {});
  if (!object) return new Response('gone', { status: 404 });
  const inline = !download && SHOWN.has(file.type);
  const headers = new Headers({
    'Content-Type': file.type === 'text/plain' ? 'text/plain; charset=utf-8' : file.type,
    'Content-Disposition': `${inline ? 'inline' : 'attachment'}; filename="${file.name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'private, max-age=3600',
    'Accept-Ranges': 'bytes',
    ETag: object.httpEtag,
  });
  if (object.range && 'offset' in object.range && range) {
    const start = object.range.offset ?? 0;
    const length = object.range.length ?? object.size - start;
    headers.set('Content-Range', `bytes ${start}-${start + length - 1}/${object.size}`);
    return new Response(object.body, { status: 206, headers });
  }
  headers.set('Content-Length', String(object.size));
  return new Response(object.body, { headers });
}
