/** Files in R2: taken in with their true type, given out so that nothing in them can run. */
import { filetypeinfo } from 'magic-bytes.js';
import type { FileFact } from '#core/discussion.ts';
import type { FileId, RoomId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { fresh } from '../access/tokens.ts';

/** Bytes. Cloudflare's request body limit is 100 MB on the smallest plan. */
export const MAX_FILE = 50 * 1024 * 1024;

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
const BY_EXTENSION: Record<string, string> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  csv: 'text/csv',
  txt: 'text/plain',
  md: 'text/plain',
  ics: 'text/calendar',
};

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

/** Puts a file into R2 and gives its facts. What says its size is streamed; a size that was a lie ends in a refusal. */
export async function storeFile(
  bucket: R2Bucket,
  room: RoomId,
  upload: { name: string; body: ReadableStream<Uint8Array> | Uint8Array; size?: number | null },
): Promise<Result<FileFact>> {
  const id = fresh<FileId>();
  const name = safeName(upload.name);
  const key = fileKey(room, id);
  const tooLarge = refuse('invalid', 'too_large', 'file');
  const size = upload.body instanceof Uint8Array ? upload.body.byteLength : (upload.size ?? null);
  if (size !== null && size > MAX_FILE) return tooLarge;

  if (upload.body instanceof ReadableStream && size !== null) {
    const { head, rest } = await split(upload.body, HEAD);
    const whole = following(head, rest?.getReader() ?? null);
    const type = sniff(head, name);
    const sized = new FixedLengthStream(size);
    try {
      await Promise.all([whole.pipeTo(sized.writable), bucket.put(key, sized.readable, { httpMetadata: { contentType: type } })]);
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

/** The first bytes of a stream, exactly so many unless it ends before, and what comes after them; null when nothing does. */
export async function split(
  stream: ReadableStream<Uint8Array>,
  size: number,
): Promise<{ head: Uint8Array; rest: ReadableStream<Uint8Array> | null }> {
  const reader = stream.getReader();
  const head = new Uint8Array(size);
  let place = 0;
  for (;;) {
    const { done: ended, value } = await reader.read();
    if (ended) return { head: head.slice(0, place), rest: null };
    const part = value.subarray(0, size - place);
    head.set(part, place);
    place += part.byteLength;
    if (part.byteLength < value.byteLength || place === size) return { head, rest: following(value.subarray(part.byteLength), reader) };
  }
}

/** Bytes, and then what a reader still has. */
const following = (first: Uint8Array, reader: ReadableStreamDefaultReader<Uint8Array> | null): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (first.byteLength > 0) controller.enqueue(first);
    },
    pull: async (controller) => {
      const next = await reader?.read();
      if (!next || next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: (reason) => reader?.cancel(reason),
  });

/** Reads a stream up to a limit; null when there is more. */
export async function readAll(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | null> {
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
