/** A room under attack: a seller, a customer who goes on working, and everything in which the room's words are shown. */
import { runInDurableObject } from 'cloudflare:test';
import PostalMime from 'postal-mime';
import { strFromU8, unzipSync } from 'fflate';
import { expect } from 'vitest';
import { viewFor } from '#core/audience.ts';
import type { Recorded } from '#core/events.ts';
import type { PlaceholderId, RoomId, TaskId, ValueLineId } from '#core/ids.ts';
import { apply, emptyRoom } from '#core/room.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { mailboxOf } from '../../worker/local/mailbox.ts';
import { activeIn } from './hostile.ts';
import {
  act,
  deliverMail,
  env,
  joinedCustomer,
  newSeller,
  openRoom,
  ORIGIN,
  request,
  VIEWS,
  viewOf,
  type OpenRoom,
  type SignedIn,
} from './front-door.ts';

/** How many inputs were sent. */
export const tried = { inputs: 0 };
/** What should not have been, in words. A test ends by taking these out. */
export const wrong: string[] = [];

export interface Scene {
  seller: SignedIn;
  customer: { cookie: string };
  opened: OpenRoom;
  room: RoomId;
  task: TaskId;
  line: ValueLineId;
  place: PlaceholderId;
  /** What the good user said. */
  said: string[];
  /** Addresses that mails went to. */
  mailed: string[];
}

export async function scene(by?: SignedIn): Promise<Scene> {
  const seller = by ?? (await newSeller());
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const [task, line, place] = [fresh<TaskId>(), fresh<ValueLineId>(), fresh<PlaceholderId>()];
  await act(seller, opened.room, {
    type: 'task.add',
    task,
    title: 'A demo',
    kind: 'demo',
    due: { date: inAWeek(), time: '15:00', zone: 'UTC' },
  });
  await act(seller, opened.room, { type: 'value.add', line, side: 'gain', title: 'Hours' });
  await act(seller, opened.room, { type: 'placeholder.add', placeholder: place, side: 'customer', what: 'Finance' });
  return { seller, customer, opened, room: opened.room, task, line, place, said: [], mailed: [seller.seller.email, opened.customerEmail] };
}
const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);

/** Says something harmless as the customer, beside what is hostile. */
export async function goodUser(on: Scene): Promise<void> {
  const body = `Good word ${on.said.length}`;
  const response = await act(on.customer, on.room, { type: 'comment.post', comment: fresh(), thread: 'room', body });
  if (response.status === 202) on.said.push(body);
  else wrong.push(`the good user was answered ${response.status}`);
}

/** Sends what is hostile a batch at a time, the good user among it. */
export async function batches<One>(on: Scene, all: readonly One[], send: (one: One, nth: number) => Promise<void>): Promise<void> {
  const SIZE = 20;
  for (let from = 0; from < all.length; from += SIZE) {
    const batch = all.slice(from, from + SIZE);
    await Promise.all([...batch.map((one, nth) => send(one, from + nth)), goodUser(on)]);
    tried.inputs += batch.length;
  }
}

/** A request that must be answered, and not by a failure. */
export async function answered(what: string, path: string, init: RequestInit & { cookie?: string }): Promise<Response | null> {
  let asked: Request;
  try {
    asked = new Request(ORIGIN + path, init);
  } catch {
    // No client could send this.
    return null;
  }
  const response = await request(asked.url.slice(ORIGIN.length), init);
  if (response.status >= 500) wrong.push(`${what}: ${response.status}`);
  if (response.headers.get('set-cookie')?.includes('Set-Cookie')) wrong.push(`${what}: a header came through`);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/html') && !path.includes('/mails/')) inspect(what, await response.clone().text(), response);
  return response;
}

export function inspect(what: string, html: string, response: Response): void {
  const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? null;
  for (const found of activeIn(html, { nonce, own: [ORIGIN] })) wrong.push(`${what}: ${found}`);
}

/** The room is as its history says, and holds every word of the good user. */
export async function stands(on: Scene): Promise<void> {
  const events = await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(on.room)), (_, state) =>
    state.storage.sql
      .exec<{ seq: number; at: number; by: string; via: string; audience: string; event: string }>('SELECT * FROM event ORDER BY seq')
      .toArray(),
  );
  const response = await request(`/api/rooms/${on.room}/events?as=seller&since=0`, { cookie: on.seller.cookie });
  const { events: told, head } = (await response.json()) as { events: Recorded[]; head: number };
  expect(told.length).toBe(Math.min(events.length, 1_000));
  if (events.length <= 1_000) {
    const folded = JSON.parse(JSON.stringify(viewFor('seller', told.reduce(apply, emptyRoom)))) as object;
    expect({ ...folded, threads: null }).toEqual({ ...(await viewOf(on.seller, on.room)).state, threads: null });
    expect(head).toBe(told.at(-1)?.seq);
  }
  const words = told.flatMap(({ event }) => (event.type === 'comment.posted' ? [event.body] : []));
  expect(on.said.filter((one) => !words.includes(one))).toEqual([]);
}

/** Everything in which the room's words are shown to a person: pages, answers, tables, calendars, copies, mails. */
export async function shown(on: Scene): Promise<void> {
  const look = async (as: 'seller' | 'customer', path: string) => {
    const cookie = (as === 'seller' ? on.seller : on.customer).cookie;
    const response = await request(path, { cookie });
    if (response.status !== 200) wrong.push(`${path}: ${response.status}`);
    return response;
  };
  for (const as of ['seller', 'customer'] as const) {
    const page = as === 'seller' ? `/rooms/${on.room}` : `/r/${on.room}`;
    for (const query of [...VIEWS, `?task=${on.task}`]) {
      const response = await look(as, page + query);
      inspect(page + query, await response.text(), response);
    }
    const thread = (await (await look(as, `/api/rooms/${on.room}/threads/room?as=${as}`)).json()) as { html: Record<string, string> };
    for (const html of Object.values(thread.html))
      for (const found of activeIn(html, { nonce: null, own: [] })) wrong.push(`a comment: ${found}`);
    const table = await (await look(as, `/api/rooms/${on.room}/plan.csv?as=${as}`)).text();
    if (/(^|[,\n]"?)[=+@\uff1d\uff0b\uff20]/.test(table)) wrong.push('plan.csv: a formula');
    const copy = unzipSync(new Uint8Array(await (await look(as, `/api/rooms/${on.room}/copy.zip?as=${as}`)).arrayBuffer()));
    for (const [name, bytes] of Object.entries(copy)) {
      if (/(^|[\\/])\.\.([\\/]|$)|^[\\/]|[\\:]/.test(name)) wrong.push(`copy.zip: ${name}`);
      // A file that somebody sent stands in the copy as it was sent.
      if (name === 'index.html')
        for (const found of activeIn(strFromU8(bytes), { nonce: null, own: [] })) wrong.push(`copy.zip ${name}: ${found}`);
      if (name.endsWith('.ics')) calendar(`copy.zip ${name}`, strFromU8(bytes));
    }
    const { url } = (await (await newFeed(on, as)).json()) as { url: string };
    calendar('feed', await (await request(new URL(url).pathname)).text());
  }
  await deliverMail(on.room);
  for (const address of on.mailed) for (const { id } of await mailboxOf(env).list({ to: address })) await mail(id, address);
}

const newFeed = (on: Scene, as: 'seller' | 'customer') =>
  request(`/api/rooms/${on.room}/feed?as=${as}`, { method: 'POST', cookie: (as === 'seller' ? on.seller : on.customer).cookie });

/** A calendar's lines are properties that we write, and nothing else (RFC 5545 section 3.1). */
function calendar(what: string, ics: string): void {
  const ours =
    /^(BEGIN|END|VERSION|PRODID|METHOD|NAME|X-WR-CALNAME|X-PUBLISHED-TTL|REFRESH-INTERVAL|UID|DTSTAMP|DTSTART|DTEND|SUMMARY|DESCRIPTION|URL|TRANSP|SEQUENCE|STATUS|ORGANIZER|ATTENDEE|LOCATION|CREATED|LAST-MODIFIED|CALSCALE|TZ[A-Z]+|RRULE|X-[A-Z-]+)[;:]/;
  const lines = ics
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter(Boolean);
  for (const line of lines) if (!ours.test(line)) wrong.push(`${what}: ${line.slice(0, 80)}`);
  const [begun, ended] = ['BEGIN:VEVENT', 'END:VEVENT'].map((mark) => lines.filter((line) => line === mark).length);
  if (begun !== ended || lines.some((line) => /^UID:x$/.test(line))) wrong.push(`${what}: an event was put in`);
}

const HEADERS = new Set(
  'from to reply-to subject date message-id in-reply-to references mime-version content-type content-transfer-encoding list-unsubscribe list-unsubscribe-post auto-submitted x-auto-response-suppress list-id precedence content-language x-atelier-mail'.split(
    ' ',
  ),
);
/** A mail has the headers that we write, each once, one addressee, and nothing in it that runs. */
async function mail(id: string, address: string): Promise<void> {
  const [stored, source] = await Promise.all([mailboxOf(env).get(id), mailboxOf(env).source(id)]);
  if (!stored || !source) return;
  const read = await PostalMime.parse(source);
  const names = read.headers.map(({ key }) => key);
  for (const name of names) if (!HEADERS.has(name)) wrong.push(`mail: header ${name}`);
  if (new Set(names).size !== names.length) wrong.push(`mail: a header twice: ${names.join(' ')}`);
  if (read.to?.length !== 1 || read.to[0]?.address?.toLowerCase() !== address.toLowerCase())
    wrong.push(`mail: to ${JSON.stringify(read.to)}`);
  if (read.cc?.length || read.bcc?.length || read.from?.address?.includes('evil')) wrong.push('mail: other people');
  // What the sender in production is handed: names and subjects without a control character.
  // eslint-disable-next-line no-control-regex
  const broken = [stored.subject, stored.from.name, stored.to.name, ...Object.values(stored.headers)].filter((one) =>
    /[\u0000-\u001f\u007f]/.test(one),
  );
  if (broken.length > 0) wrong.push(`mail: a break in ${JSON.stringify(broken)}`);
  for (const found of activeIn(stored.html, { nonce: null, own: [env.APP_URL] })) wrong.push(`mail: ${found}`);
}
