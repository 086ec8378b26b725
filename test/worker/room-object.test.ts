/** The room's object: what it promises about order, sleep, loss and doubles. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import type { RoomEvent } from '#core/events.ts';
import type { CommentId, ParticipantId, RoomId, TaskId, ThreadId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { act, browserIn, comments, deliverMail, env, joinedCustomer, newSeller, openRoom, request, viewOf } from '../support/front-door.ts';

const stubOf = (room: string) => env.ROOM.get(env.ROOM.idFromName(room));

async function live() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const [a, b] = [await browserIn(seller, opened.room), await browserIn(customer, opened.room)];
  await a.next('snapshot');
  await b.next('snapshot');
  return { seller, opened, customer, a, b };
}

describe('two browsers', () => {
  test('see each other’s doings and presence without a reload', async () => {
    const { opened, a, b } = await live();
    const task = fresh<TaskId>();
    const id = a.do({ type: 'task.add', task, title: 'Legal review', owners: [opened.customer] });
    const [accepted, heard] = [await a.next('accepted', (message) => message.id === id), await b.next('events')];
    expect(heard.events.at(-1)).toMatchObject({ seq: accepted.seq, event: { type: 'task.added', title: 'Legal review' } });
    b.do({ type: 'task.complete', task });
    const done = await a.next('events', (message) => message.events.some((one) => one.event.type === 'task.completed'));
    expect(done.events[0]).toMatchObject({ by: opened.customer });
    await a.next('presence', (message) => message.here.length === 2);
    b.close();
    await a.next('presence', (message) => a.heard.indexOf(message) > 2 && message.here.length === 1);
  });

  test('of which one is a customer’s: internal notes, held mail and trouble never reach it', async () => {
    const { seller, opened, a, b } = await live();
    const secret = 'internal-floor-price';
    a.do({ type: 'comment.post', comment: fresh<CommentId>(), thread: 'room:internal', body: secret });
    await stubOf(opened.room).trouble(opened.customerEmail, 'failed', secret);
    const last = a.do({ type: 'room.rename', name: 'After it' });
    await a.next('accepted', (message) => message.id === last);
    await b.next('events', (message) => message.events.some((one) => one.event.type === 'room.renamed'));
    expect(JSON.stringify(b.heard)).not.toContain(secret);
    expect(JSON.stringify(a.heard)).toContain(secret);
    a.send({ type: 'here', at: 'room:internal' as ThreadId, typing: true });
    await a.next('presence', (message) => message.here.some((one) => one.typing));
    expect(JSON.stringify(b.heard.filter((message) => message.type === 'presence'))).not.toContain('internal');
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.trouble).toBe('failed');
  });

  test('a refused command says why and leaves no event', async () => {
    const { a, b } = await live();
    const events = () => b.heard.filter((message) => message.type === 'events').length;
    const before = events();
    const id = a.do({ type: 'task.complete', task: fresh<TaskId>() });
    expect(await a.next('refused', (message) => message.id === id)).toMatchObject({
      refusal: { code: 'not_found', reason: 'no_such_task' },
    });
    expect(events()).toBe(before);
  });
});

describe('a command', () => {
  test('sent twice under one id is done once; the same id for something else is refused', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    const add = { type: 'task.add' as const, task: fresh<TaskId>(), title: 'Once' };
    const [first, second] = [await act(seller, room, add, 'same-command'), await act(seller, room, add, 'same-command')];
    expect(await second.json()).toEqual(await first.json());
    expect((await act(seller, room, { ...add, title: 'Other' }, 'same-command')).status).toBe(409);
    expect(Object.keys((await viewOf(seller, room)).state.plan.tasks)).toHaveLength(1);
  });

  test('can’t pretend to have come by mail', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    await act(seller, room, { type: 'comment.post', comment: fresh(), thread: 'room', body: 'hi', mail: 'k'.repeat(26) });
    expect((await comments(seller, room))[0]).toMatchObject({ mail: null, via: 'app' });
  });

  test('that is malformed is refused with a reason and the field, never a 500', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    const bodies = [
      '',
      'null',
      '[]',
      '{"id":1}',
      '{"id":"abcdefgh","command":{"type":"nope"}}',
      `{"id":"abcdefgh","command":{"type":"task.add","task":"${fresh()}","title":"${'x'.repeat(300)}"}}`,
      '{"id":"abcdefgh","command":{"type":"comment.post","comment":"x","thread":"../x","body":"y"}}',
    ];
    for (const body of bodies) {
      const response = await request(`/api/rooms/${room}/commands`, {
        method: 'POST',
        cookie: seller.cookie,
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ error: { code: 'invalid' } });
    }
  });
});

describe('an object that was put to sleep', () => {
  test('remembers everything, keeps its sockets, and does a resent command once', async () => {
    const { opened, a } = await live();
    const task = fresh<TaskId>();
    const add = { type: 'task.add' as const, task, title: 'Before sleep' };
    a.do(add, 'slept-on-it');
    const first = await a.next('accepted', (message) => message.id === 'slept-on-it');
    await evictDurableObject(stubOf(opened.room));
    a.do(add, 'slept-on-it');
    const id = a.do({ type: 'task.complete', task });
    await a.next('accepted', (message) => message.id === id);
    const again = a.heard.filter((message) => message.type === 'accepted' && message.id === 'slept-on-it');
    expect(again).toEqual([first, first]);
  });

  test('opens from a snapshot and a short tail: the state is the same as before', async () => {
    const seller = await newSeller();
    const { room } = await openRoom(seller);
    for (let n = 0; n < 230; n += 1) await act(seller, room, { type: 'task.add', task: fresh<TaskId>(), title: `Task ${n}` });
    await deliverMail(room);
    await act(seller, room, { type: 'task.add', task: fresh<TaskId>(), title: 'After the snapshot' });
    const before = await viewOf(seller, room);
    await evictDurableObject(stubOf(room));
    expect(await viewOf(seller, room)).toEqual(before);
    const [part] = await runInDurableObject(stubOf(room), (_one, state) =>
      state.storage.sql.exec<{ json: string }>('SELECT json FROM snapshot ORDER BY part').toArray(),
    );
    expect(JSON.parse(part?.json ?? '{}')).toMatchObject({ seq: before.state.seq - 1 });
  });
});

describe('a browser that was away', () => {
  test('gets exactly what it missed', async () => {
    const { seller, opened, a } = await live();
    const { view } = await a.next('snapshot');
    const tasks = [fresh<TaskId>(), fresh<TaskId>()];
    for (const task of tasks) await act(seller, opened.room, { type: 'task.add', task, title: 'While away' });
    const back = await browserIn(seller, opened.room, view.state.seq);
    const missed = await back.next('events');
    expect(missed.events.map((one) => 'task' in one.event && one.event.task)).toEqual(tasks);
    expect(missed.events.map((one) => one.seq)).toEqual([view.state.seq + 1, view.state.seq + 2]);
  });

  test('gets everything anew when it claims to be ahead', async () => {
    const { seller, opened } = await live();
    const back = await browserIn(seller, opened.room, 9_999_999);
    await back.next('snapshot');
  });
});

describe('a browser that misbehaves', () => {
  test('is shown out, and the room goes on', async () => {
    const { seller, opened, a, b } = await live();
    b.send('{not json');
    expect(await b.whenClosed()).toBe(4400);
    const flood = await browserIn(seller, opened.room);
    await flood.next('snapshot');
    for (let n = 0; n < 300; n += 1) flood.send({ type: 'here', at: null, typing: false });
    expect(await flood.whenClosed()).toBe(4429);
    const id = a.do({ type: 'room.rename', name: 'Still here' });
    await a.next('accepted', (message) => message.id === id);
  });

  test('is not let in without being a participant, and is told so in a way that it can read', async () => {
    const { opened } = await live();
    const stranger = await newSeller();
    const browser = await browserIn(stranger, opened.room);
    expect(await browser.whenClosed()).toBe(4403);
  });

  test('from another site gets no socket', async () => {
    const { seller, opened } = await live();
    const response = await request(`/api/rooms/${opened.room}/live?as=seller`, {
      cookie: seller.cookie,
      headers: { upgrade: 'websocket', origin: 'https://evil.example' },
    });
    expect(response.status).toBe(403);
  });
});

describe('while D1 is down', () => {
  test('the room goes on, and D1 is brought up to date when it is back', async () => {
    const { seller, opened, a } = await live();
    await deliverMail(opened.room);
    const stub = stubOf(opened.room);
    const batch = vi.spyOn(env.DB, 'batch').mockRejectedValue(new Error('D1 is down'));
    const task = fresh<TaskId>();
    const id = a.do({ type: 'task.add', task, title: 'Said while D1 was down' });
    await a.next('accepted', (message) => message.id === id);
    await runInDurableObject(stub, (_one, state) => state.storage.sql.exec('UPDATE agenda SET at = 1'));
    await runDurableObjectAlarm(stub);
    const alarm = await runInDurableObject(stub, (_one, state) => state.storage.getAlarm());
    expect(alarm).not.toBeNull();
    batch.mockRestore();
    await deliverMail(opened.room);
    const row = await env.DB.prepare('SELECT title FROM task WHERE room_id = ? AND id = ?')
      .bind(opened.room, task)
      .first<{ title: string }>();
    expect(row?.title).toBe('Said while D1 was down');
    const events = await env.DB.prepare('SELECT count(*) AS n, max(seq) AS head FROM room_event WHERE room_id = ?')
      .bind(opened.room)
      .first<{ n: number; head: number }>();
    const { state } = await viewOf(seller, opened.room);
    expect(events).toEqual({ n: state.seq, head: state.seq });
  });

  test('a customer opens the room, reads, writes and listens as ever', async () => {
    const { opened, customer } = await live();
    const down = () => {
      throw new Error('D1 is down');
    };
    const spies = [vi.spyOn(env.DB, 'batch').mockImplementation(down), vi.spyOn(env.DB, 'prepare').mockImplementation(down)];
    const page = await request(`/r/${opened.room}`, { cookie: customer.cookie });
    expect(page.status).toBe(200);
    const browser = await browserIn(customer, opened.room);
    await browser.next('snapshot');
    const posted = await act(customer, opened.room, {
      type: 'comment.post',
      comment: fresh<CommentId>(),
      thread: 'room',
      body: 'Still here',
    });
    expect(posted.status).toBe(202);
    await browser.next('events', (message) => message.events.some((one) => one.event.type === 'comment.posted'));
    const id = browser.do({ type: 'task.add', task: fresh<TaskId>(), title: 'Added meanwhile' });
    await browser.next('accepted', (message) => message.id === id);
    expect((await comments(customer, opened.room)).at(-1)).toMatchObject({ body: 'Still here' });
    expect(Object.values((await viewOf(customer, opened.room)).state.plan.tasks).map((one) => one.title)).toContain('Added meanwhile');
    for (const spy of spies) spy.mockRestore();
  });
});

describe('a very big room', () => {
  test('of 2,000 tasks and 20,000 comments opens, acts, sleeps and wakes; no stored row comes near the limit', async () => {
    const seller = await newSeller();
    const room = fresh<RoomId>();
    const me = fresh<ParticipantId>();
    const tasks = Array.from({ length: 2_000 }, () => fresh<TaskId>());
    const past: RoomEvent[] = [
      {
        type: 'room.opened',
        room,
        workspace: seller.seller.workspace,
        account: fresh(),
        opportunity: fresh(),
        accountName: 'Corp',
        workspaceName: 'Yuncang',
        name: 'Everything',
        demo: false,
      },
      {
        type: 'participant.added',
        participant: me,
        side: 'seller',
        name: 'Li Dan',
        email: seller.seller.email,
        locale: 'en',
        zone: 'Asia/Shanghai',
        person: seller.seller.person,
        through: 'app',
        broughtBy: null,
      },
      { type: 'participant.joined', participant: me },
    ];
    const planned = tasks.map((task, n) => ({
      type: 'task.added',
      task,
      title: `Task ${n}`,
      kind: 'task',
      owners: [me],
      due: { date: '2027-02-01', time: null, zone: 'Asia/Shanghai' },
      milestone: null,
      description: 'What is to be done, and what it takes. '.repeat(5),
    })) as RoomEvent[];
    const said = Array.from({ length: 20_000 }, (_, n): RoomEvent => ({
      type: 'comment.posted',
      comment: fresh<CommentId>(),
      thread: (n % 2 ? 'room' : tasks[n % 50]) as ThreadId,
      body: `Number ${n}: Thursday suits us.`,
      mentions: [],
      files: [],
      mail: null,
    }));
    const stub = stubOf(room);
    await stub.found([{ by: me, via: 'app', events: [...past, ...said, ...planned] } as never], true);
    await evictDurableObject(stub);

    expect((await request(`/rooms/${room}`, { cookie: seller.cookie })).status).toBe(200);
    const browser = await browserIn(seller, room);
    const { view } = await browser.next('snapshot');
    expect(Object.keys(view.state.plan.tasks)).toHaveLength(2_000);
    const id = browser.do({ type: 'task.complete', task: tasks[1_999] ?? fresh() });
    const { seq } = await browser.next('accepted', (message) => message.id === id);
    expect(seq).toBe(22_004);
    expect(await comments(seller, room)).toHaveLength(30);
    const longest = await runInDurableObject(
      stub,
      (_one, state) => state.storage.sql.exec<{ n: number }>('SELECT max(length(json)) AS n FROM snapshot').one().n,
    );
    expect(longest).toBeLessThan(1_000_000);
  }, 60_000);
});
