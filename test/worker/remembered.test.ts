/** D1, which knows sellers' sessions, is away: whoever was in a room lately goes on in it, and nobody comes in who could not otherwise. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CommentId, PersonId, RoomId, SessionId } from '#core/ids.ts';
import type { FileFact } from '#core/discussion.ts';
import { doorOf } from '../../worker/access/actor.ts';
import { fresh, hashOf } from '../../worker/access/tokens.ts';
import { Remembered } from '../../worker/room/remembered.ts';
import { roomStub } from '../../worker/room/stub.ts';
import {
  act,
  bare,
  browserIn,
  comments,
  env,
  joinedCustomer,
  newColleague,
  newSeller,
  openRoom,
  ORIGIN,
  request,
  services,
  type SignedIn,
  signInByMail,
  VIEWS,
  viewOf,
} from '../support/front-door.ts';

const HOUR = 3_600_000;
const post = (body: string) => ({ type: 'comment.post' as const, comment: fresh<CommentId>(), thread: 'room', body });
const pageOf = (who: { cookie: string }, room: RoomId, more = '') => request(`/rooms/${room}${more}`, { cookie: who.cookie });

/** A seller in a room of theirs, whose page they have seen. */
async function atWork(seller?: SignedIn): Promise<{ seller: SignedIn; room: RoomId; customer: Awaited<ReturnType<typeof openRoom>> }> {
  const who = seller ?? (await newSeller());
  const customer = await openRoom(who);
  expect((await pageOf(who, customer.room)).status).toBe(200);
  return { seller: who, room: customer.room, customer };
}

const WAYS = ['throws', 'hangs', 'answers late'] as const;

/** D1 goes away in one of its ways, until the end of the test. Nobody waits here as long as people would. */
function d1(how: (typeof WAYS)[number]): void {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const wait = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) =>
    wait(work, ms === 3_000 ? 60 : ms === 1_000 ? 30 : ms)) as typeof wait);
  const answer = <T>(real: () => Promise<T>): Promise<T> =>
    how === 'hangs' ? new Promise(() => {}) : new Promise<void>((resolve) => wait(resolve, 400)).then(real);
  const away = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        if (name === 'bind') return (...values: unknown[]) => away(target.bind(...values));
        const own: unknown = Reflect.get(target, name);
        return typeof own === 'function' ? (...args: unknown[]) => answer(async () => Reflect.apply(own, target, args) as unknown) : own;
      },
    });
  const prepare = env.DB.prepare.bind(env.DB);
  vi.spyOn(env.DB, 'prepare').mockImplementation((query) => {
    if (how === 'throws') throw new Error('D1_ERROR: Network connection lost');
    return away(prepare(query));
  });
  const batch = env.DB.batch.bind(env.DB);
  vi.spyOn(env.DB, 'batch').mockImplementation((statements) => {
    if (how === 'throws') return Promise.reject(new Error('D1_ERROR: Network connection lost'));
    return answer(() => batch(statements));
  });
}

/** Whether a cookie opens a room in none of the ways in. */
async function expectShut(who: { cookie: string }, room: RoomId, status: number): Promise<void> {
  const statuses = [
    (await pageOf(who, room)).status,
    (await request(`/api/rooms/${room}?as=seller`, { cookie: who.cookie })).status,
    (await request(`/api/rooms/${room}/events?as=seller`, { cookie: who.cookie })).status,
    (await act(who, room, post('Let me in'))).status,
  ];
  expect(statuses).toEqual(statuses.map(() => status));
  const socket = await request(`/api/rooms/${room}/live?as=seller`, {
    cookie: who.cookie,
    headers: { upgrade: 'websocket', origin: ORIGIN },
  });
  expect(socket.status).toBe(status);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(WAYS)('while D1 %s', (how) => {
  test('a seller who was in a room has its page, its socket, its commands and its files', async () => {
    const { seller, room } = await atWork();
    const upload = await request(`/api/rooms/${room}/files?as=seller`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'content-type': 'text/plain', 'x-file-name': 'note.txt' },
      body: 'a note',
    });
    const file = (await upload.json()) as FileFact;
    expect((await act(seller, room, { ...post('With a file'), files: [file.id] })).status).toBe(202);
    d1(how);
    for (const view of VIEWS) expect((await pageOf(seller, room, view)).status).toBe(200);
    const browser = await browserIn(seller, room);
    await browser.next('snapshot');
    const said = browser.do(post('By the socket'));
    await browser.next('accepted', (message) => message.id === said);
    expect((await act(seller, room, post('By a request'))).status).toBe(202);
    expect((await comments(seller, room)).map(({ body }) => body)).toEqual(['With a file', 'By the socket', 'By a request']);
    expect((await request(`/api/rooms/${room}/events?as=seller`, { cookie: seller.cookie })).status).toBe(200);
    expect((await request(`/api/rooms/${room}/plan.csv`, { cookie: seller.cookie })).status).toBe(200);
    expect(await (await request(`/files/${room}/${file.id}`, { cookie: seller.cookie })).text()).toBe('a note');
    const form = new URLSearchParams({ command: JSON.stringify(post('Without script')), id: fresh() });
    const sent = await request(`/rooms/${room}?/command`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      body: form.toString(),
    });
    expect([sent.status, (await comments(seller, room)).at(-1)?.body]).toEqual([303, 'Without script']);
  });

  test('every other page says so in its reader’s language and when to come again, and a program is told the same', async () => {
    const { seller, room } = await atWork();
    const never = await openRoom(seller);
    await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(never.room)), (_one, { storage }) => {
      storage.sql.exec('DELETE FROM remembered');
    });
    d1(how);
    for (const [path, lang, words] of [
      ['/rooms', 'en', 'Nothing is lost'],
      ['/settings', 'zh-CN', '内容不会丢失'],
      [`/rooms/${never.room}`, 'en', 'Nothing is lost'],
    ] as const) {
      const page = await request(`${path}?lang=${lang}`, { cookie: seller.cookie });
      expect(page.status).toBe(503);
      expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await page.text()).toContain(words);
    }
    await expectShut(seller, never.room, 503);
    const asked = await request('/api/rooms', { cookie: seller.cookie });
    expect([asked.status, await asked.json()]).toEqual([
      503,
      expect.objectContaining({ error: { code: 'unavailable', reason: 'unavailable' } }),
    ]);
    expect(asked.headers.get('retry-after')).toBe('30');
    // What is the workspace's is not the room's to allow.
    const template = await request(`/api/rooms/${room}/template?as=seller`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ours' }),
    });
    expect(template.status).toBe(503);
  });

  test('a customer’s page opens in a browser in which a seller is signed in, too', async () => {
    const { seller, room, customer } = await atWork();
    const guest = await joinedCustomer(seller, customer);
    d1(how);
    const both = `${guest.cookie}; __Host-seller=${fresh()}${fresh()}`;
    expect((await request(`/r/${room}`, { cookie: both })).status).toBe(200);
    expect((await request(`/api/rooms/${room}`, { cookie: both })).status).toBe(200);
  });

  test('nobody comes in by a session that has ended, that was never here, or that is made up', async () => {
    const { seller, room } = await atWork();
    const laptop = await (async () => {
      await services.access.askToSignIn({ email: seller.seller.email }, { ip: '203.0.113.9', locale: 'en' });
      return signInByMail(seller.seller.email);
    })();
    const [colleague, stranger] = [await newColleague(seller), await atWork()];
    const theirs = await atWork(colleague);
    await viewOf(laptop, room);
    expect(await services.access.endSession(seller.seller, laptop.seller.session)).toMatchObject({ ok: true });
    expect(await services.access.removeMember(seller.seller, colleague.seller.person)).toMatchObject({ ok: true });
    const gone = await atWork();
    await request('/sign-out', { method: 'POST', cookie: gone.seller.cookie });
    const shut: [{ cookie: string }, RoomId][] = [
      [laptop, room],
      [colleague, theirs.room],
      [gone.seller, gone.room],
      [stranger.seller, room],
      [{ cookie: `__Host-seller=${fresh()}${fresh()}` }, room],
      [{ cookie: `__Host-seller=of:${seller.seller.person}` }, room],
    ];
    // With D1, which knows better, and without.
    for (const [who, where] of shut) expect((await pageOf(who, where)).status).not.toBe(200);
    d1(how);
    for (const [who, where] of shut.slice(0, -1)) await expectShut(who, where, 503);
    expect((await pageOf(shut.at(-1)?.[0] ?? seller, room)).status).toBe(303);
    // Ending one session made the room forget this one, too, until D1 has proven it again.
    await expectShut(seller, room, 503);
    vi.restoreAllMocks();
    expect((await pageOf(seller, room)).status).toBe(200);
    d1(how);
    expect((await pageOf(seller, room)).status).toBe(200);
  });
});

describe('a room', () => {
  test('is not asked about a session that D1 does not know', async () => {
    const { seller, room } = await atWork();
    // As if the room had not heard of its end.
    await env.DB.prepare('DELETE FROM session WHERE id = ?').bind(seller.seller.session).run();
    expect((await request(`/api/rooms/${room}`, { cookie: seller.cookie })).status).toBe(401);
    expect((await pageOf(seller, room)).status).toBe(303);
  });

  test('believes no proof that is older than the end of the session', async () => {
    const { seller, room } = await atWork();
    const { person, workspace, session } = seller.seller;
    const hash = await hashOf('session', bare(seller));
    const stub = roomStub(env, room);
    const at = Date.now();
    await stub.closeDoor(person);
    const actor = (when: number) => ({
      kind: 'seller' as const,
      person,
      workspace,
      session: doorOf(person),
      proof: { session, hash, at: when, ends: when + HOUR },
    });
    expect(await stub.view(actor(at), [])).toMatchObject({ ok: true });
    expect(await stub.sellerBy(hash)).toBeNull();
    expect(await stub.view(actor(Date.now() + 1_000), [])).toMatchObject({ ok: true });
    expect(await stub.sellerBy(hash)).toMatchObject({ person, workspace });
  });

  test('forgets a cookie that was replaced, and knows the new one where it was known before', async () => {
    const { seller, room } = await atWork();
    const other = await atWork(seller);
    await env.DB.prepare("UPDATE session SET issued_at = '2026-01-01T00:00:00.000Z' WHERE id = ?").bind(seller.seller.session).run();
    const page = await pageOf(seller, other.room);
    const renewed = { cookie: (page.headers.getSetCookie().find((one) => one.startsWith('__Host-seller=')) ?? '').split(';')[0] ?? '' };
    expect(bare(renewed)).toMatch(/^[a-z2-7]{52}$/);
    const hash = await hashOf('session', bare(renewed));
    await vi.waitFor(async () => expect(await roomStub(env, room).sellerBy(hash)).not.toBeNull());
    d1('throws');
    for (const where of [room, other.room]) {
      expect((await pageOf(renewed, where)).status).toBe(200);
      await expectShut(seller, where, 503);
    }
  });

  test('puts nothing of it into a backup', async () => {
    const { room } = await atWork();
    for (let at: string | null = 'log'; at !== null;) {
      const page: { lines: object[]; next: string | null } = await roomStub(env, room).linesAt(at);
      expect(JSON.stringify(page.lines)).not.toContain('"table":"remembered"');
      at = page.next;
    }
  });

  test('remembers for a day, not beyond the session’s own end, and writes once an hour', async () => {
    const { room } = await atWork();
    await runInDurableObject(env.ROOM.get(env.ROOM.idFromName(room)), (_one, { storage }) => {
      const remembered = new Remembered(storage);
      const [person, session, other] = [fresh<PersonId>(), fresh<SessionId>(), fresh<SessionId>()];
      const at = Date.now();
      const kept = () => storage.sql.exec<{ at: number }>('SELECT at FROM remembered WHERE session = ?', session).one().at;
      remembered.note(person, { session, hash: 'a', at, ends: at + 90 * 24 * HOUR });
      remembered.note(person, { session: other, hash: 'b', at, ends: at + HOUR });
      expect([remembered.person('a', at + 24 * HOUR - 1), remembered.person('a', at + 24 * HOUR)]).toEqual([person, undefined]);
      expect([remembered.person('b', at + HOUR - 1), remembered.person('b', at + HOUR)]).toEqual([person, undefined]);
      remembered.note(person, { session, hash: 'a', at: at + HOUR, ends: at + 90 * 24 * HOUR });
      expect(kept()).toBe(at);
      remembered.note(person, { session, hash: 'a', at: at + HOUR + 1, ends: at + 90 * 24 * HOUR });
      expect(kept()).toBe(at + HOUR + 1);
      // One cookie of a session, and nobody else's is touched by its replacement.
      remembered.replaced(fresh<PersonId>(), { session, hash: 'theirs', at });
      remembered.replaced(person, { session, hash: 'c', at: at + HOUR + 2 });
      // A request with the cookie before, which was on its way.
      remembered.note(person, { session, hash: 'a', at: at + HOUR + 1, ends: at + 90 * 24 * HOUR });
      expect([remembered.person('a', at), remembered.person('theirs', at), remembered.person('c', at)]).toEqual([
        undefined,
        undefined,
        person,
      ]);
      remembered.forget(person, at + 2 * HOUR);
      expect([remembered.person('b', at), remembered.person('c', at)]).toEqual([undefined, undefined]);
    });
  });
});

test('signing out while D1 is away takes the cookie out of the browser', async () => {
  const { seller } = await atWork();
  d1('throws');
  const out = await request('/sign-out', { method: 'POST', cookie: seller.cookie });
  expect(out.status).toBe(303);
  expect(out.headers.getSetCookie().join()).toMatch(/__Host-seller=;/);
});
