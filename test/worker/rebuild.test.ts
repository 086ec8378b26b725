/** One side is wrecked and brought back from the other, or both from a backup: equal by hash, nothing newer lost, nobody mailed. */
import { createExecutionContext, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import { ROOM_THREAD } from '#core/audience.ts';
import type { Recorded } from '#core/events.ts';
import type { CommentId, PersonId, RoomId, TaskId, ThreadId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { createApp } from '../../worker/app.ts';
import type { Account } from '../../worker/operator/accounts.ts';
import type { Line } from '../../worker/room/books.ts';
import { roomStub } from '../../worker/room/stub.ts';
import {
  act,
  comments,
  deliverMail,
  env,
  joinedCustomer,
  mailsTo,
  newSeller,
  type OpenRoom,
  openRoom,
  request,
  type SignedIn,
  viewOf,
} from '../support/front-door.ts';

const KEY = 'a key of the operator, of 32 or more';
const app = createApp();
const stubOf = (room: RoomId) => env.ROOM.get(env.ROOM.idFromName(room));

async function ask(path: string, body?: unknown, key: string | null = KEY, theirs = KEY): Promise<{ status: number; value: unknown }> {
  const answer = await app.fetch(
    new Request(`http://localhost:8787/operator${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
    { ...env, OPERATOR_KEY: theirs },
    createExecutionContext(),
  );
  const text = await answer.text();
  return { status: answer.status, value: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
}

const accounts = async (room: RoomId) => (await ask(`/rooms/${room}`)).value as { room: Account; d1: Account };

async function linesOf(room: RoomId, of: 'room' | 'd1'): Promise<Line[]> {
  const lines: Line[] = [];
  for (let at: string | null = 'log'; at !== null;) {
    const { value } = await ask(`/rooms/${room}/lines?of=${of}&at=${encodeURIComponent(at)}`);
    const page = value as { lines: Line[]; next: string | null };
    lines.push(...page.lines);
    at = page.next;
  }
  return lines;
}

async function send(room: RoomId, lines: Line[]): Promise<void> {
  for (let start = 0; start === 0 || start < lines.length; start += 50)
    expect((await ask(`/rooms/${room}/lines`, { lines: lines.slice(start, start + 50), anew: start === 0 })).status).toBe(200);
}

const why = (value: unknown): string => (value as { error: { why: string } }).error.why;

/** As after the loss of an object: nothing is left of it, and whoever asks next meets a new one. */
async function loseRoom(room: RoomId): Promise<void> {
  await runInDurableObject(stubOf(room), (_one, { storage }) => storage.deleteAll());
  await evictDurableObject(stubOf(room));
}

const DERIVED = ['participant', 'task', 'objection', 'answer', 'answer_word', 'value_case', 'seen', 'room_event'];
async function loseD1(room: RoomId): Promise<void> {
  await env.DB.batch([
    ...DERIVED.map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE room_id = ?`).bind(room)),
    env.DB.prepare('DELETE FROM room WHERE id = ?').bind(room),
  ]);
}

const post = (body: string, thread = 'room') => ({ type: 'comment.post' as const, comment: fresh<CommentId>(), thread, body });

interface Scene extends OpenRoom {
  seller: SignedIn;
  cookie: string;
}

/** A room in which something of every kind has happened: a plan, an answered question, a value, a deleted file, notes, read marks. */
async function lived(): Promise<Scene> {
  const seller = await newSeller();
  const opened = await openRoom(seller, 'software');
  const { room } = opened;
  const { cookie } = await joinedCustomer(seller, opened);
  const customer = { cookie };
  const did = async (by: { cookie: string }, command: Parameters<typeof act>[2]) => expect((await act(by, room, command)).status).toBe(202);
  const task = fresh<TaskId>();
  const question = fresh<TaskId>();
  const answer = fresh<CommentId>();
  await did(seller, { type: 'task.add', task, title: 'Trial with ten people', owners: [opened.me, opened.customer] });
  await did(seller, post('Internal: they have until March', 'room:internal'));
  await did(customer, post('Where do our data lie?', task));
  await did(customer, { type: 'objection.raise', task: question, title: 'Where do our data lie?', comment: null });
  await did(seller, { type: 'objection.answer', task: question, comment: answer, body: 'In Frankfurt, with you as the owner.' });
  await did(customer, { type: 'task.complete', task: question });
  await did(seller, {
    type: 'comment.edit',
    comment: answer,
    thread: question,
    body: 'In Frankfurt and in Shanghai, with you as the owner.',
  });
  const uploaded = await request(`/api/rooms/${room}/files?as=seller`, {
    method: 'POST',
    cookie: seller.cookie,
    headers: { 'x-file-name': 'offer.pdf' },
    body: '%PDF-1.4 whole',
  });
  const { id: file } = (await uploaded.json()) as { id: string };
  const withFile = { ...post('The offer'), files: [file] };
  await did(seller, withFile as Parameters<typeof act>[2]);
  await did(seller, { type: 'comment.delete', comment: withFile.comment, thread: 'room' });
  await did(seller, { type: 'value.add', line: fresh(), side: 'gain', title: 'Fewer visits', text: '80k' });
  await deliverMail(room);
  return { ...opened, seller, cookie };
}

async function expectEqual(room: RoomId, as?: Account): Promise<Account> {
  const { room: here, d1 } = await accounts(room);
  expect(d1).toMatchObject({ head: here.head, events: here.events, log: here.log, shown: here.shown });
  expect(here.events).toBeGreaterThan(10);
  if (as) expect(here).toEqual(as);
  return here;
}

describe('without the operator’s key', () => {
  test('there is no such place, whatever was set', async () => {
    const paths = ['/tables', '/tables/person', '/rooms', `/rooms/${fresh()}`, `/rooms/${fresh()}/lines`];
    for (const path of paths) {
      expect((await ask(path, undefined, null)).status).toBe(404);
      expect((await ask(path, undefined, `${KEY}.`)).status).toBe(404);
      // A key that can be guessed is none.
      expect((await ask(path, undefined, 'short', 'short')).status).toBe(404);
      expect((await ask(path, undefined, '', '')).status).toBe(404);
    }
    expect((await request('/operator/tables', { headers: { authorization: 'Bearer ' } })).status).toBe(404);
  });
});

describe('a room', () => {
  test('that is lost comes back from D1 alone, and goes on', async () => {
    const { room, seller, customer, me } = await lived();
    const before = await expectEqual(room);
    const said = await comments(seller, room);
    await loseRoom(room);
    expect((await accounts(room)).room).toMatchObject({ room: null, events: 0 });
    await send(room, await linesOf(room, 'd1'));
    expect((await ask(`/rooms/${room}/rebuild`, { d1: true })).status).toBe(200);
    await expectEqual(room, before);
    expect(await comments(seller, room)).toEqual(said);
    expect((await viewOf(seller, room)).seen[ROOM_THREAD]).toBeDefined();
    // Nothing of it is lost by being woken anew.
    await evictDurableObject(stubOf(room));
    await expectEqual(room, before);
    expect((await act(seller, room, post('We are back'))).status).toBe(202);
    await deliverMail(room);
    expect((await expectEqual(room)).head).toBe(before.head + 1);
    // The deleted comment's file is still its writer's alone.
    const [file] = await runInDurableObject(stubOf(room), (_one, { storage }) =>
      storage.sql.exec<{ thread: string | null; by: string }>('SELECT thread, by FROM file').toArray(),
    );
    expect(file).toMatchObject({ thread: null, by: me });
    // Its ways in were in the object alone: the customer is invited again.
    const again = await act(seller, room, { type: 'participant.invite', participant: customer, note: '' });
    expect(again.status).toBe(202);
  });

  test('that lacks some of its events is replaced only if told to, and keeps its doors', async () => {
    const { room, seller, cookie } = await lived();
    const before = await expectEqual(room);
    await runInDurableObject(stubOf(room), (_one, { storage }) => {
      storage.sql.exec('DELETE FROM event WHERE seq > 9');
      storage.sql.exec("UPDATE event SET event = replace(event, 'Trial', 'Trail')");
      storage.sql.exec('DELETE FROM snapshot');
    });
    await evictDurableObject(stubOf(room));
    const { room: wrecked, d1 } = await accounts(room);
    expect(wrecked.log).not.toBe(d1.log);
    await send(room, await linesOf(room, 'd1'));
    const refused = await ask(`/rooms/${room}/rebuild`, { d1: true });
    expect(refused.status).toBe(409);
    expect(why(refused.value)).toBe('the room has 9 events');
    await send(room, await linesOf(room, 'd1'));
    expect((await ask(`/rooms/${room}/rebuild`, { d1: true, replace: true })).status).toBe(200);
    await expectEqual(room, before);
    expect((await act({ cookie }, room, post('I am still in'))).status).toBe(202);
    expect((await act(seller, room, post('So am I'))).status).toBe(202);
    expect((await viewOf(seller, room)).state.seq).toBe(before.head + 2);
  });

  test('that has what the other lacks is never replaced, nor is its copy', async () => {
    const { room, seller } = await lived();
    const lines = await linesOf(room, 'd1');
    const before = (await accounts(room)).room;
    expect((await act(seller, room, post('Said since'))).status).toBe(202);
    await send(room, lines);
    const refused = await ask(`/rooms/${room}/rebuild`, { d1: true, replace: true });
    expect(why(refused.value)).toBe(`the room has events up to ${before.head + 1}, what was sent only up to ${before.head}`);
    expect((await comments(seller, room)).at(-1)).toMatchObject({ body: 'Said since' });
    await deliverMail(room);
    await runInDurableObject(stubOf(room), (_one, { storage }) => {
      storage.sql.exec('DELETE FROM event WHERE seq > ?', before.head);
      storage.sql.exec('DELETE FROM snapshot');
    });
    await evictDurableObject(stubOf(room));
    const project = await ask(`/rooms/${room}/project`, { replace: true });
    expect(why(project.value)).toBe(`D1 has events up to ${before.head + 1}, the room only up to ${before.head}`);
    expect((await accounts(room)).d1.head).toBe(before.head + 1);
  });

  test('is not made of a log that has a hole, of another room, or of nothing', async () => {
    const { room } = await lived();
    const other = await lived();
    const before = await expectEqual(room);
    const lines = await linesOf(room, 'd1');
    const holed = lines.filter((one) => !('log' in one) || one.log.seq !== 5);
    for (const [sent, reason] of [
      [holed, 'event 5 is missing'],
      [[...lines].reverse(), /comes after/],
      [await linesOf(other.room, 'd1'), /this is another room|only up to/],
      [[], 'there is no room in this log'],
    ] as const) {
      await send(room, [...sent]);
      const refused = await ask(`/rooms/${room}/rebuild`, { d1: true, replace: true });
      expect(refused.status).toBe(409);
      expect(why(refused.value)).toMatch(reason);
      await expectEqual(room, before);
    }
    const odd = await ask(`/rooms/${room}/lines`, { lines: [{ what: 'none' }], anew: true });
    expect(odd.status).toBe(422);
  });
});

describe('D1', () => {
  test('that has lost a room’s rows, or has wrong ones, gets them from the room', async () => {
    const { room, seller } = await lived();
    const before = await expectEqual(room);
    await loseD1(room);
    expect((await accounts(room)).d1.events).toBe(0);
    expect((await ask(`/rooms/${room}/project`, {})).status).toBe(200);
    await expectEqual(room, before);
    const seen = await env.DB.prepare('SELECT count(*) AS n FROM seen WHERE room_id = ?').bind(room).first<{ n: number }>();
    expect(seen?.n).toBeGreaterThan(0);

    await env.DB.batch([
      env.DB.prepare(`UPDATE task SET title = 'Wrong' WHERE room_id = ?`).bind(room),
      env.DB.prepare('DELETE FROM room_event WHERE room_id = ? AND seq = 7').bind(room),
    ]);
    const { room: here, d1 } = await accounts(room);
    expect([d1.log === here.log, d1.shown === here.shown]).toEqual([false, false]);
    const refused = await ask(`/rooms/${room}/project`, {});
    expect(why(refused.value)).toBe(`D1 has events of this room up to ${before.head}`);
    expect((await ask(`/rooms/${room}/project`, { replace: true })).status).toBe(200);
    await expectEqual(room, before);
    expect((await act(seller, room, post('And on'))).status).toBe(202);
    await deliverMail(room);
    await expectEqual(room);
  });

  test('that lacks a whole room is told of it by the object’s own id', async () => {
    const { room } = await lived();
    const before = await expectEqual(room);
    await loseD1(room);
    const listed = (await ask('/rooms')).value as { rooms: string[] };
    expect(listed.rooms).not.toContain(room);
    const found = (await ask(`/rooms/${env.ROOM.idFromName(room).toString()}`)).value as { room: Account };
    expect(found.room.room).toBe(room);
    expect((await ask(`/rooms/${room}/project`, {})).status).toBe(200);
    await expectEqual(room, before);
    expect((await ask(`/rooms/${'f'.repeat(64)}`)).status).toBe(404);
  });
});

describe('a backup', () => {
  test('brings back both sides, with doors and read marks, and mails nobody', async () => {
    const { room, seller, cookie, customerEmail } = await lived();
    const before = await expectEqual(room);
    const lines = await linesOf(room, 'room');
    const tables = Object.keys(((await ask('/tables')).value as { tables: Record<string, number> }).tables);
    expect(tables).toEqual(expect.arrayContaining(['person', 'workspace', 'membership', 'account', 'opportunity', 'audit']));
    for (const table of ['room', 'room_event', 'session', 'sign_in', 'attempt', 'd1_migrations']) expect(tables).not.toContain(table);
    const { rows } = (await ask('/tables/workspace')).value as { rows: Record<string, unknown>[] };
    const kept = rows.find((row) => row['id'] === seller.seller.workspace) ?? {};
    expect(kept).toMatchObject({ name: 'Yuncang' });
    const mails = (await mailsTo(customerEmail)).length;

    await loseRoom(room);
    await loseD1(room);
    await env.DB.prepare('DELETE FROM workspace WHERE id = ?').bind(seller.seller.workspace).run();
    await env.DB.prepare(`UPDATE person SET name = 'Newer' WHERE id = ?`).bind(seller.seller.person).run();
    expect((await ask('/tables/workspace', { rows: [kept] })).status).toBe(200);
    const people = ((await ask('/tables/person')).value as { rows: Record<string, unknown>[] }).rows;
    expect((await ask('/tables/person', { rows: people.map((row) => ({ ...row, name: 'Older' })) })).status).toBe(200);
    const person = await env.DB.prepare('SELECT name FROM person WHERE id = ?').bind(seller.seller.person).first();
    expect(person).toEqual({ name: 'Newer' });

    await send(room, lines);
    expect((await ask(`/rooms/${room}/rebuild`, {})).status).toBe(200);
    expect((await ask(`/rooms/${room}/project`, {})).status).toBe(200);
    await expectEqual(room, before);
    expect((await act({ cookie }, room, post('The old link still works'))).status).toBe(202);
    expect(await env.DB.prepare('SELECT name FROM workspace WHERE id = ?').bind(seller.seller.workspace).first()).toEqual({
      name: 'Yuncang',
    });
    await runInDurableObject(stubOf(room), async (_one, { storage }) => storage.sql.exec("DELETE FROM agenda WHERE kind = 'notify'"));
    await deliverMail(room);
    expect(await mailsTo(customerEmail)).toHaveLength(mails);
    await expectEqual(room);
    // Internal notes came back as what they are.
    const seen = JSON.stringify(await comments({ cookie }, room, 'room:internal'));
    expect(seen).not.toContain('they have until March');
    expect(JSON.stringify(await comments(seller, room, 'room:internal'))).toContain('they have until March');
  });

  test('that is older than what was shut since opens nothing again', async () => {
    const { room, seller, cookie, customer } = await lived();
    const lines = await linesOf(room, 'room');
    expect((await act(seller, room, { type: 'participant.remove', participant: customer })).status).toBe(202);
    await runInDurableObject(stubOf(room), (_one, { storage }) => {
      storage.sql.exec('DELETE FROM event WHERE seq > 9');
      storage.sql.exec('DELETE FROM snapshot');
    });
    await evictDurableObject(stubOf(room));
    await send(room, lines);
    expect((await ask(`/rooms/${room}/rebuild`, { replace: true })).status).toBe(200);
    expect((await act({ cookie }, room, post('Am I in?'))).status).not.toBe(202);
  });

  test('refuses rows of no table, and tables that are none of the directory’s', async () => {
    expect((await ask('/tables/room_event', { rows: [{ seq: 1 }] })).status).toBe(404);
    expect((await ask('/tables/session', { rows: [{ hash: 'x' }] })).status).toBe(404);
    expect((await ask('/tables/person', { rows: [{ nothing: 1 }] })).status).toBe(422);
    expect((await ask('/tables/person', {})).status).toBe(422);
  });
});

test('what waits for D1 reaches it, however much was said while D1 was away', async () => {
  const seller = await newSeller();
  const { room } = await openRoom(seller);
  await deliverMail(room);
  // 60 comments of 20,000 Chinese characters: 3.6 MB, and D1 takes 2,000,000 bytes in one parameter.
  const long = '今'.repeat(20_000);
  for (let n = 0; n < 60; n += 1) expect((await act(seller, room, post(long))).status).toBe(202);
  const prepare = env.DB.prepare.bind(env.DB);
  let most = 0;
  vi.spyOn(env.DB, 'prepare').mockImplementation((query) => {
    const statement = prepare(query);
    const bind = statement.bind.bind(statement);
    statement.bind = (...values) => {
      for (const one of values) if (typeof one === 'string') most = Math.max(most, new TextEncoder().encode(one).byteLength);
      return bind(...values);
    };
    return statement;
  });
  await deliverMail(room);
  vi.restoreAllMocks();
  expect(most).toBeGreaterThan(100_000);
  expect(most).toBeLessThan(2_000_000);
  await expectEqual(room);
}, 60_000);

test('a room whose events were stored in forms of long ago wakes, is shown, sent on and written to D1 as today’s are', async () => {
  const stored = import.meta.glob<string>('../core/versions/stored/*first-core.jsonl', { query: '?raw', import: 'default', eager: true });
  const log = Object.values(stored)
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => JSON.parse(line) as Recorded);
  const [founding] = log;
  if (founding?.event.type !== 'room.opened') throw new Error('no room');
  const { room, workspace } = founding.event;
  const added = log.find(({ event }) => event.type === 'participant.added' && event.side === 'seller')?.event;
  const person = added?.type === 'participant.added' ? added.person : null;
  await stubOf(room).ping();
  await runInDurableObject(stubOf(room), (_one, { storage }) => {
    for (const { at, by, via, audience, event } of log)
      storage.sql.exec(
        'INSERT INTO event (at, by, via, seller, thread, event) VALUES (?, ?, ?, ?, ?, ?)',
        Date.parse(at),
        by,
        via,
        audience === 'seller' ? 1 : 0,
        'thread' in event && event.type.startsWith('comment.') ? event.thread : null,
        JSON.stringify(event),
      );
  });
  await evictDurableObject(stubOf(room));
  const stub = roomStub(env, room);
  const actor = { kind: 'seller' as const, person: person ?? fresh<PersonId>(), workspace, session: '' };
  const view = await stub.view(actor, ['survey'.padEnd(26, 'a') as ThreadId]);
  if (!view.ok) throw new Error(view.refusal.reason);
  const [page] = Object.values(view.value.pages);
  expect(page?.comments.map(({ body, deletedAt }) => [body, deletedAt === null])).toEqual([
    ['', false],
    ['It is done on Friday', true],
  ]);
  const sent = await stub.events(actor, 0);
  const deletion = sent.ok && sent.value.events.find(({ event }) => event.type === 'comment.deleted')?.event;
  expect(deletion).toMatchObject({ v: 2, files: [] });
  await stub.settle();
  await expectEqual(room);
});
