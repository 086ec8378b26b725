/**
 * A copy brought back, here or anywhere else: the same log, word for word, in a new room of the seller who brings it.
 * What is brought is a stranger's file: every line is checked and folded before anything is kept, and nobody in it is mailed
 * or let in before they are invited anew.
 */
import { unzipSync } from 'fflate';
import { audienceOf } from '#core/audience.ts';
import type { Recorded } from '#core/events.ts';
import { ID_PATTERN, type OpportunityId, type ParticipantId, type RoomId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { upcast } from '#core/versions.ts';
import { fresh } from '../access/tokens.ts';
import { Accounts } from '../directory/accounts.ts';
import type { Rooms } from '../directory/rooms.ts';
import type { Env } from '../env.ts';
import { fileKey, MAX_FILE, sniff } from '../files/store.ts';
import { broughtMailKey } from '../mail/keys.ts';
import { roomStub } from '../room/stub.ts';
import type { Imported, Seller } from '../services.ts';
import { LogHash, lineOf } from './log.ts';

/** Bytes. The archive is held in memory while it is read: half of what an isolate has. */
export const MAX_ARCHIVE = 48 * 1024 * 1024;
const MAX_LOG = 64 * 1024 * 1024;
const MAX_LINE = 512 * 1024;
const CHUNK = 500;
/** The list is gone through for each of them. */
const MOST_ENTRIES = 5_000;

export async function importCopy(env: Env, rooms: Rooms, seller: Seller, bytes: Uint8Array): Promise<Result<Imported>> {
  if (bytes.byteLength > MAX_ARCHIVE) return refuse('invalid', 'too_large', 'file');
  const unreadable = refuse('invalid', 'not_a_copy', 'file');
  const names = listOf(bytes);
  const logSize = names?.get('events.jsonl');
  if (!names || logSize === undefined) return unreadable;
  if (logSize > MAX_LOG) return refuse('invalid', 'too_large', 'file');
  const log = entryOf(bytes, 'events.jsonl');
  const read = log && (await readLog(log));
  if (!read) return unreadable;
  const { events, state, hash } = read;
  const facts = state.room;
  if (!facts) return unreadable;

  const room = fresh<RoomId>();
  const stub = roomStub(env, room);
  for (let start = 0; start < events.length; start += CHUNK) await stub.adopt(events.slice(start, start + CHUNK));
  for (const [name, size] of names) {
    const [, file] = /^files\/([a-z2-7]{26})\//.exec(name) ?? [];
    const [, mail] = /^mails\/([a-z2-7]{26})\.eml$/.exec(name) ?? [];
    if ((!file && !mail) || size > MAX_FILE) continue;
    const content = entryOf(bytes, name);
    if (!content) continue;
    if (file) {
      const contentType = sniff(content.subarray(0, 512), name);
      await env.FILES.put(fileKey(room, file as Parameters<typeof fileKey>[1]), content, { httpMetadata: { contentType } });
    } else if (mail) {
      await env.FILES.put(broughtMailKey(room, mail), content, { httpMetadata: { contentType: 'message/rfc822' } });
    }
  }
  const customer = Object.values(state.people).find((one) => one.side === 'customer');
  const account = await new Accounts(env).forRoom(seller, facts.accountName, customer?.email ?? '', undefined);
  if (!account.ok) return account;
  const opportunity = fresh<OpportunityId>();
  await rooms.keepOpportunity(seller, { id: opportunity, accountId: account.value.id, name: facts.name });
  const own = Object.values(state.people).find((one) => one.side === 'seller' && one.email === seller.email);
  await stub.settleIn({
    newcomer: own
      ? null
      : {
          type: 'participant.added',
          participant: fresh<ParticipantId>(),
          side: 'seller',
          name: seller.name,
          email: seller.email,
          locale: seller.locale,
          zone: seller.zone,
          person: null,
          through: 'app',
          broughtBy: null,
        },
    participant: own?.id ?? null,
    home: {
      room,
      workspace: seller.workspace,
      workspaceName: seller.workspaceName,
      account: account.value.id,
      accountName: account.value.name,
      opportunity,
      person: seller.person,
      hash,
      events: events.length,
    },
  });
  const manifest = entryOf(bytes, 'room.json');
  return done({ room, events: events.length, hash, matches: manifest !== null && hashIn(manifest) === hash });
}

/**
 * Names and true sizes, as the archive's directory has them; null when it is no archive, has more than can be read, or one name twice: then
 * the size of the one would be asked for, and the other be unpacked.
 */
function listOf(bytes: Uint8Array): Map<string, number> | null {
  const names = new Map<string, number>();
  let count = 0;
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        count += 1;
        if (count > MOST_ENTRIES) throw new Error('too many');
        names.set(name, originalSize);
        return false;
      },
    });
    return names.size === count ? names : null;
  } catch {
    return null;
  }
}

/** One entry's bytes; null when it can't be read. */
function entryOf(bytes: Uint8Array, wanted: string): Uint8Array | null {
  try {
    return unzipSync(bytes, { filter: ({ name, originalSize }) => name === wanted && originalSize <= MAX_LOG })[wanted] ?? null;
  } catch {
    return null;
  }
}

function hashIn(manifest: Uint8Array): unknown {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(manifest));
    return typeof read === 'object' && read !== null && 'hash' in read ? read.hash : null;
  } catch {
    return null;
  }
}

/** The log, checked line by line and folded once; null when a line is no event of a room, or the order is broken. */
async function readLog(bytes: Uint8Array): Promise<{ events: Recorded[]; state: RoomState; hash: string } | null> {
  const events: Recorded[] = [];
  const hash = new LogHash();
  let state: RoomState = emptyRoom;
  let isSound = true;
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (line === '') continue;
    const one = line.length <= MAX_LINE ? eventIn(line) : null;
    if (!one || one.seq <= state.seq || lineOf(one) !== line) isSound = false;
    if (!one || !isSound) break;
    await hash.add(line);
    try {
      const today = { ...one, event: upcast(one.event) };
      state = apply(state, today);
      events.push(today);
    } catch {
      isSound = false;
      break;
    }
  }
  const sum = await hash.end();
  return isSound && events.length > 0 ? { events, state, hash: sum } : null;
}

function eventIn(line: string): Recorded | null {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  const { seq, at, by, via, audience, event } = read as Partial<Recorded>;
  const isEvent =
    Number.isSafeInteger(seq) &&
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at)) &&
    (by === 'system' || (typeof by === 'string' && ID_PATTERN.test(by))) &&
    (via === 'app' || via === 'mail' || via === 'api' || via === 'system') &&
    typeof event === 'object' &&
    event !== null &&
    // An event of no known type is for nobody; one that was moved to the other side would show what it must not.
    audienceOf(event) !== undefined &&
    audienceOf(event) === audience;
  return isEvent ? (read as Recorded) : null;
}
