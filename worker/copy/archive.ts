/**
 * A room as a file: its events, files, original mails, tables and a page that reads offline. Each side gets what it may
 * see, no more. Written as it is read: a large room does not pass through memory whole.
 */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { applyComments, type Comment, type FileFact } from '#core/discussion.ts';
import type { Recorded } from '#core/events.ts';
import { ID_PATTERN, type FileId, type RoomId, type ThreadId } from '#core/ids.ts';
import { LedgerKeeper } from '#core/ledger.ts';
import type { Participant } from '#core/people.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { roomActor } from '../access/actor.ts';
import { note } from '../directory/audit.ts';
import type { Env } from '../env.ts';
import { fileKey, safeName } from '../files/store.ts';
import { originalWithoutKeys } from '../mail/original.ts';
import { roomStub, type RoomStub } from '../room/stub.ts';
import type { RoomActor } from '../room/sequencer.ts';
import type { Actor, Copy } from '../services.ts';
import { LogHash, lineOf } from './log.ts';
import { offlinePage } from './page.tsx';
import { tablesOf } from './tables.ts';

/** Raised when an older reader could not make sense of a copy any more. */
export const FORMAT = 1;

/** What a copy says of itself. */
export interface Manifest {
  format: number;
  name: string;
  accountName: string;
  workspaceName: string;
  /** Whose copy it is: a customer's holds nothing internal. */
  side: 'seller' | 'customer';
  takenAt: string;
  events: number;
  /** SHA-256 of events.jsonl. */
  hash: string;
}

/** A copy of the room as this actor may see it; refused for whoever is not in it. Reading changes nothing. */
export async function takeCopy(env: Env, actor: Actor, room: RoomId): Promise<Result<Copy>> {
  const who = await roomActor(actor);
  const stub = roomStub(env, room);
  const me = await stub.me(who);
  if (!me) return refuse('forbidden', 'not_a_participant');
  // Read only, but a whole deal leaves the house: its owners can see who took it.
  if (actor.kind === 'seller') await note(env, { ...actor, name: me.name }, { type: 'copy.taken', room });
  const title = (await stub.title()) ?? 'room';
  const day = new Date().toISOString().slice(0, 10);
  const source = archive(env, stub, who, room, me);
  return done({
    name: safeName(`${title} ${day}.zip`),
    body: new ReadableStream({
      async pull(controller) {
        const { done: ended, value } = await source.next();
        if (ended) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await source.return(undefined);
      },
    }),
  });
}

async function* archive(
  env: Env,
  stub: RoomStub,
  who: RoomActor,
  room: RoomId,
  reader: Participant,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  function* flush(): Generator<Uint8Array, void, undefined> {
    for (let chunk = ready.shift(); chunk; chunk = ready.shift()) if (chunk.byteLength > 0) yield chunk;
  }
  const words = new TextEncoder();
  const text = (name: string, content: string) => {
    const entry = new ZipDeflate(name, { level: 6 });
    zip.add(entry);
    entry.push(words.encode(content), true);
  };

  // The log, a thousand events at a time, folded on the way: what follows is drawn from what the reader may see.
  const hash = new LogHash();
  const log = new ZipDeflate('events.jsonl', { level: 6 });
  zip.add(log);
  let state: RoomState = emptyRoom;
  const keeper = new LedgerKeeper();
  let count = 0;
  const threads = new Map<ThreadId, Comment[]>();
  const files = new Map<FileId, FileFact>();
  const mails = new Set<string>();
  for (let since = 0; ;) {
    const page = await stub.events(who, since);
    if (!page.ok) break;
    for (const one of page.value.events) {
      const line = lineOf(one);
      await hash.add(line);
      log.push(words.encode(`${line}\n`));
      state = apply(state, one);
      keeper.add(one);
      count += 1;
      collect(one, threads, files, mails);
    }
    yield* flush();
    if (page.value.head <= since) break;
    since = page.value.head;
  }
  log.push(new Uint8Array(), true);

  const manifest: Manifest = {
    format: FORMAT,
    name: state.room?.name ?? '',
    accountName: state.room?.accountName ?? '',
    workspaceName: state.room?.workspaceName ?? '',
    side: reader.side,
    takenAt: new Date().toISOString(),
    events: count,
    hash: await hash.end(),
  };
  text('room.json', `${JSON.stringify(manifest, null, 2)}\n`);
  const home = `${env.APP_URL}/${reader.side === 'seller' ? 'rooms' : 'r'}/${room}`;
  const ledger = keeper.rows(Date.parse(manifest.takenAt));
  for (const [name, content] of tablesOf(state, reader, room, home, Date.now(), ledger)) text(name, content);
  text('index.html', offlinePage({ state, threads, files, mails, reader, manifest }));
  yield* flush();

  for (const file of files.values()) {
    const object = await env.FILES.get(fileKey(room, file.id));
    if (!object) continue;
    // Stored as they are: pictures and office files do not get smaller.
    const entry = new ZipPassThrough(pathOf(file));
    zip.add(entry);
    for await (const chunk of object.body) {
      entry.push(chunk);
      yield* flush();
    }
    entry.push(new Uint8Array(), true);
    yield* flush();
  }
  for (const mail of mails) {
    const may = await stub.mayReadMail(who, mail);
    const object = may && (await env.FILES.get(may.key));
    if (!object) continue;
    const entry = new ZipDeflate(`mails/${mail}.eml`, { level: 6 });
    zip.add(entry);
    const bytes = new Uint8Array(await object.arrayBuffer());
    // A reply quotes the keys of whoever it was sent to: its bytes are for its author, anybody else gets it without them.
    entry.push(may.what === 'raw' ? bytes : words.encode(await originalWithoutKeys(bytes)), true);
    yield* flush();
  }
  zip.end();
  yield* flush();
}

/** Where a file stands in a copy: its id keeps two of one name apart. */
export const pathOf = (file: FileFact): string => `files/${file.id}/${safeName(file.name)}`;

/** Takes from an event what the rest of the copy needs: comments by thread, files wherever they stand, mails. */
function collect({ ...one }: Recorded, threads: Map<ThreadId, Comment[]>, files: Map<FileId, FileFact>, mails: Set<string>): void {
  const { event } = one;
  if ('thread' in event && event.type.startsWith('comment.'))
    threads.set(event.thread, applyComments(threads.get(event.thread) ?? [], one));
  if (event.type === 'comment.posted' && event.mail) mails.add(event.mail);
  if (event.type === 'mail.held') mails.add(event.held);
  filesIn(event, files);
}

function filesIn(value: unknown, files: Map<FileId, FileFact>): void {
  if (Array.isArray(value)) return value.forEach((one) => filesIn(one, files));
  if (typeof value !== 'object' || value === null) return;
  if (isFile(value)) files.set(value.id, value);
  else Object.values(value).forEach((one) => filesIn(one, files));
}

const isFile = (value: object): value is FileFact =>
  'id' in value &&
  typeof value.id === 'string' &&
  ID_PATTERN.test(value.id) &&
  'name' in value &&
  typeof value.name === 'string' &&
  'size' in value &&
  typeof value.size === 'number' &&
  'type' in value &&
  typeof value.type === 'string';
