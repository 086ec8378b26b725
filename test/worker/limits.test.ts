/** How often anything may be asked for: by participant, room, address and IP, and that a refusal says for how long. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { CommentId, FileId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { MAX_FILES } from '../../worker/files/store.ts';
import { Allowances, LIMITS } from '../../worker/access/limits.ts';
import {
  act,
  bring,
  browserIn,
  comments,
  env,
  joinedCustomer,
  lastMailTo,
  newSeller,
  openRoom,
  request,
  viewOf,
  type OpenRoom,
} from '../support/front-door.ts';

async function room() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  return { seller, opened, customer: await joinedCustomer(seller, opened) };
}

const say = (by: { cookie: string }, { room }: OpenRoom, body = 'word') =>
  act(by, room, { type: 'comment.post', comment: fresh(), thread: 'room', body });
const upload = (by: { cookie: string }, { room }: OpenRoom, as: 'seller' | 'customer' = 'customer') =>
  request(`/api/rooms/${room}/files?as=${as}`, { method: 'POST', cookie: by.cookie, headers: { 'x-file-name': 'a.txt' }, body: 'a' });
const inside = <T>({ room }: OpenRoom, work: (sql: SqlStorage, state: DurableObjectState) => T) =>
  runInDurableObject(env.ROOM.get(env.ROOM.idFromName(room)), (_, state) => work(state.storage.sql, state));
const retryAfter = (response: Response) => Number(response.headers.get('retry-after'));
const everySecond = (limit: { most: number; seconds: number }) => limit.seconds / limit.most;

describe('an allowance', () => {
  test('is there at once, fills again steadily, and says when there will be enough', () => {
    const one = new Allowances<string>({ most: 10, seconds: 5 }, new Map());
    expect(Array.from({ length: 10 }, () => one.take('a', 1_000))).toEqual(Array.from({ length: 10 }, () => 0));
    expect(one.take('a', 1_000)).toBe(1);
    expect(one.take('a', 1_000, 8)).toBe(4);
    expect(one.take('b', 1_000)).toBe(0);
    expect(one.take('a', 1_500)).toBe(0);
    expect(one.take('a', 1_400)).toBe(1);
    expect(one.take('a', 60_000, 11)).toBe(0);
  });
});

describe('commands', () => {
  test('of one participant are bounded by whatever way they come; others go on', { timeout: 60_000 }, async () => {
    const { seller, opened, customer } = await room();
    let refused: Response | null = null;
    for (let batch = 0; batch < 40 && !refused; batch += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => say(customer, opened)));
      refused = answers.find((one) => one.status === 429) ?? null;
    }
    if (!refused) throw new Error('never refused');
    expect(retryAfter(refused)).toBeGreaterThan(0);
    expect(retryAfter(refused)).toBeLessThanOrEqual(Math.ceil(everySecond(LIMITS.commands)) + 1);
    expect((await refused.json()) as object).toMatchObject({ error: { code: 'too_many', reason: 'too_many' } });
    expect((await say(seller, opened)).status).toBe(202);
    // Used up to the last, the other ways are shut as well: a form says so, and a socket stays open.
    const burst = await Promise.all(Array.from({ length: 30 }, () => say(customer, opened)));
    expect(burst.some((one) => one.status === 429)).toBe(true);
    const form = () =>
      request(`/r/${opened.room}?/command`, {
        method: 'POST',
        cookie: customer.cookie,
        headers: { accept: 'text/html' },
        body: new URLSearchParams({ command: JSON.stringify({ type: 'comment.post', comment: fresh(), thread: 'room', body: 'x' }) }),
      });
    const forms = await Promise.all(Array.from({ length: 20 }, form));
    const shut = forms.find((one) => one.status === 429);
    expect(retryAfter(shut ?? new Response())).toBeGreaterThan(0);
    const browser = await browserIn(customer, opened.room);
    const ids = Array.from({ length: 30 }, () => browser.do({ type: 'comment.post', comment: fresh(), thread: 'room', body: 'x' }));
    const said = await browser.next('refused', ({ id }) => ids.includes(id));
    expect(said.refusal).toMatchObject({ code: 'too_many' });
    expect(browser.closed).toBeNull();
  });

  test('that bring people in are bounded by how many', async () => {
    const { customer, opened } = await room();
    const bringIn = (nth: number) =>
      act(customer, opened.room, {
        type: 'comment.post',
        comment: fresh(),
        thread: 'room',
        body: 'Come in',
        invite: Array.from({ length: 5 }, (_, at) => ({
          participant: fresh(),
          side: 'customer' as const,
          name: 'X',
          email: `x${nth}.${at}@corp.example`,
          locale: 'en' as const,
          zone: 'UTC',
          invite: true,
          note: '',
        })),
      });
    const answers: Response[] = [];
    for (let nth = 0; nth < LIMITS.newcomers.most / 5 + 2; nth += 1) answers.push(await bringIn(nth));
    expect(answers.filter((one) => one.status === 429).length).toBeGreaterThan(0);
    expect(retryAfter(answers.at(-1) ?? new Response())).toBeGreaterThan(30);
  });
});

describe('uploads', () => {
  test('are bounded for a participant and for a room, exactly, however many come at once; nothing refused is kept', async () => {
    const { seller, opened, customer } = await room();
    const answers: Response[] = [];
    for (let batch = 0; batch < 6; batch += 1)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => upload(customer, opened)))));
    expect(answers.filter((one) => one.status === 201)).toHaveLength(LIMITS.uploads.most);
    const refused = answers.find((one) => one.status === 429);
    expect(retryAfter(refused ?? new Response())).toBeGreaterThan(3_500);
    expect((await env.FILES.list({ prefix: `rooms/${opened.room}/` })).objects).toHaveLength(LIMITS.uploads.most);
    expect((await upload(seller, opened, 'seller')).status).toBe(201);
    // As if others of the room had been as busy.
    await inside(opened, (sql) => {
      for (let nth = 0; nth < LIMITS.uploadsInRoom.most; nth += 1)
        sql.exec("INSERT INTO file (id, name, type, size, by, at) VALUES (?, 'x', 'x', 1, 'others', ?)", `x${nth}`, Date.now());
    });
    expect((await upload(seller, opened, 'seller')).status).toBe(429);
    await inside(opened, (sql) => sql.exec('UPDATE file SET at = at - ?', LIMITS.uploads.seconds * 1000));
    expect((await upload(customer, opened)).status).toBe(201);
  });
});

describe('mails', () => {
  const used = (limit: keyof typeof LIMITS, of: string, count: number = LIMITS[limit].most) =>
    env.DB.prepare('INSERT INTO attempt (key, reset_at, count) VALUES (?, ?, ?)')
      .bind(`${limit}:${of}`, Date.now() + 1_800_000, count)
      .run();

  test(
    'to one participant’s addresses are bounded; what is refused is said, not kept, and taken when it is sent again later',
    { timeout: 60_000 },
    async () => {
      const { seller, opened } = await room();
      const to = (await lastMailTo(opened.customerEmail)).replyTo ?? '';
      const from = opened.customerEmail;
      // All but the last few have come within the hour.
      const { participant } = (await env.ROOM.get(env.ROOM.idFromName(opened.room)).replyTarget(await replyHash(to))) ?? {
        participant: '',
      };
      await used('mails', `${opened.room}:${participant}`, LIMITS.mails.most - 1);
      expect(await bring({ from, to, text: 'The last one' })).toEqual({ rejected: null });
      const late = { from, to, text: 'One too many', messageId: '<late@corp.example>' };
      expect((await bring(late)).rejected).toMatch(/send it again later/);
      expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['The last one']);
      await env.DB.exec("UPDATE attempt SET reset_at = 1 WHERE key LIKE 'mails:%'");
      expect(await bring(late)).toEqual({ rejected: null });
      expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['The last one', 'One too many']);
    },
  );

  test('to a room are bounded, from whomever', async () => {
    const { seller, opened } = await room();
    const to = (await lastMailTo(opened.customerEmail)).replyTo ?? '';
    await used('mailsInRoom', opened.room);
    expect((await bring({ from: opened.customerEmail, to, text: 'One of many' })).rejected).toMatch(/again later/);
    expect(await comments(seller, opened.room)).toEqual([]);
  });

  test('that are held are bounded apart: a stranger’s flood leaves the room’s people their turn', async () => {
    const { seller, opened } = await room();
    const to = (await lastMailTo(opened.customerEmail)).replyTo ?? '';
    const flood = { from: 'x@evil.example', to, text: 'A flood', verdict: null };
    await used('heldInRoom', opened.room, LIMITS.heldInRoom.most - 1);
    expect((await bring(flood)).rejected).toMatch(/could not be verified/);
    expect((await bring(flood)).rejected).toMatch(/again later/);
    expect(await bring({ from: opened.customerEmail, to, text: 'And I?' })).toEqual({ rejected: null });
    expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['And I?']);
    const { held } = (await viewOf(seller, opened.room)).state;
    expect(Object.values(held).map((one) => one.from)).toEqual(['x@evil.example']);
  });

  test('are bounded by their bytes, and what is refused is not kept', async () => {
    const { opened } = await room();
    const to = (await lastMailTo(opened.customerEmail)).replyTo ?? '';
    const kept = async () => (await env.FILES.list({ prefix: 'mail/' })).objects.length;
    await used('heldBytesInRoom', opened.room, LIMITS.heldBytesInRoom.most - 100_000);
    const before = await kept();
    const letter = { from: 'x@evil.example', to, text: 'word '.repeat(30_000), verdict: null };
    expect((await bring(letter)).rejected).toMatch(/again later/);
    expect(await kept()).toBe(before);
  });
});

describe('files', () => {
  const stored = async ({ room }: OpenRoom) => (await env.FILES.list({ prefix: `rooms/${room}/` })).objects.length;

  test('of a room that is full are refused with the reason, by whatever way; words go on', async () => {
    const { seller, opened, customer } = await room();
    const to = (await lastMailTo(opened.customerEmail)).replyTo ?? '';
    const from = opened.customerEmail;
    await inside(opened, (sql) =>
      sql.exec("INSERT INTO file (id, name, type, size, by, at) VALUES ('x', 'x', 'x', ?, 'others', 1)", MAX_FILES),
    );
    const refused = await upload(customer, opened);
    expect(refused.status).toBe(422);
    expect((await refused.json()) as object).toMatchObject({ error: { reason: 'room_full' } });
    const files = [{ name: 'a.txt', type: 'text/plain', content: 'a' }];
    expect((await bring({ from, to, text: 'With a file', files })).rejected).toMatch(/room is full.*without them/);
    expect(await bring({ from, to, text: 'Without' })).toEqual({ rejected: null });
    expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['Without']);
    expect(await stored(opened)).toBe(0);
  });

  test('that nothing ever used go after a day; those of a deleted comment stay, as it may come back', async () => {
    const { opened, customer } = await room();
    const { id: unused } = (await (await upload(customer, opened)).json()) as { id: FileId };
    const { id: used } = (await (await upload(customer, opened)).json()) as { id: FileId };
    const comment = fresh<CommentId>();
    await act(customer, opened.room, { type: 'comment.post', comment, thread: 'room', body: 'See', files: [used] });
    await act(customer, opened.room, { type: 'comment.delete', comment, thread: 'room' });
    await inside(opened, (sql, state) => {
      expect(sql.exec('SELECT count(*) AS n FROM file WHERE thread IS NULL').one()).toEqual({ n: 2 });
      sql.exec('UPDATE file SET at = at - ?', 2 * 86_400_000);
      sql.exec("UPDATE agenda SET at = 1 WHERE kind = 'unused'");
      return state.storage.setAlarm(Date.now() - 1);
    });
    expect(await stored(opened)).toBe(2);
    await runDurableObjectAlarm(env.ROOM.get(env.ROOM.idFromName(opened.room)));
    expect((await env.FILES.list({ prefix: `rooms/${opened.room}/` })).objects.map((one) => one.key)).toEqual([
      `rooms/${opened.room}/${used}`,
    ]);
    expect((await request(`/files/${opened.room}/${unused}`, { cookie: customer.cookie })).status).toBe(404);
    await act(customer, opened.room, { type: 'comment.restore', comment, thread: 'room' });
    expect((await request(`/files/${opened.room}/${used}`, { cookie: customer.cookie })).status).toBe(200);
  });
});

describe('links to sign in', () => {
  test('are bounded for an address and for an IP, with the seconds to wait', async () => {
    const ask = (email: string, ip: string) =>
      request('/sign-in?/mail', {
        method: 'POST',
        headers: { 'cf-connecting-ip': ip, accept: 'text/html' },
        body: new URLSearchParams({ email }),
      });
    const [mine, others] = [`busy.${fresh()}@corp.example`, () => `x${fresh()}@corp.example`];
    const answers: Response[] = [];
    for (let nth = 0; nth <= LIMITS.signInMail.most; nth += 1) answers.push(await ask(mine, `198.51.100.${nth}`));
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(retryAfter(answers.at(-1) ?? new Response())).toBeGreaterThan(3_000);
    for (let nth = 0; nth < LIMITS.signInFrom.most; nth += 1) expect((await ask(others(), '198.51.100.99')).status).toBe(200);
    expect((await ask(others(), '198.51.100.99')).status).toBe(429);
    expect((await ask(others(), '198.51.100.98')).status).toBe(200);
    // One line has 2^64 addresses.
    for (let nth = 0; nth < LIMITS.signInFrom.most; nth += 1) expect((await ask(others(), `2001:db8::7:${nth}`)).status).toBe(200);
    expect((await ask(others(), '2001:db8:0:0:ab::1')).status).toBe(429);
    expect((await ask(others(), '2001:db8:0:1::7')).status).toBe(200);
  });
});

describe('the form of preferences', () => {
  test('leads back to a path of this site only', async () => {
    for (const back of ['/.//evil.example', '//evil.example', '/\\evil.example', '/x/..//evil.example', 'https://evil.example/']) {
      const answer = await request('/preferences', { method: 'POST', body: new URLSearchParams({ theme: 'dark', back }) });
      expect(answer.headers.get('location')).toBe('/');
    }
  });
});

async function replyHash(address: string): Promise<string> {
  const { hashOf, readToken } = await import('../../worker/access/tokens.ts');
  return hashOf('reply', readToken(/\+([a-z2-7]{52})@/.exec(address)?.[1] ?? '')?.secret ?? '');
}
