/** What goes wrong outside a room: D1, R2, clocks, the runtime, browsers. Nothing acknowledged is lost, nothing is done twice. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Recorded } from '#core/events.ts';
import type { CommentId, ParticipantId, RoomId, TaskId } from '#core/ids.ts';
import { CLOSE } from '#core/protocol.ts';
import { apply, emptyRoom } from '#core/room.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { accountOfD1 } from '../../worker/operator/accounts.ts';
import { roomStub } from '../../worker/room/stub.ts';
import {
  act,
  bring,
  browserIn,
  comments,
  deliverMail,
  env,
  invite,
  joinedCustomer,
  mailsTo,
  newColleague,
  newSeller,
  openRoom,
  replyToken,
  request,
  type SignedIn,
  viewOf,
} from '../support/front-door.ts';

const stubOf = (room: RoomId) => env.ROOM.get(env.ROOM.idFromName(room));
const post = (body: string, thread = 'room') => ({ type: 'comment.post' as const, comment: fresh<CommentId>(), thread, body });
const addTask = (title: string) => ({ type: 'task.add' as const, task: fresh<TaskId>(), title });

async function quietRoom(): Promise<{ seller: SignedIn; room: RoomId; customer: ParticipantId; customerEmail: string }> {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await deliverMail(opened.room);
  return { seller, ...opened };
}

/** Everything that is due, as if its time had come. */
async function ring(room: RoomId): Promise<void> {
  await runInDurableObject(stubOf(room), (_one, state) => {
    state.storage.sql.exec('UPDATE agenda SET at = ?', Date.now() - 1);
    return state.storage.setAlarm(Date.now() - 1);
  });
  await runDurableObjectAlarm(stubOf(room));
}

const logOf = (room: RoomId): Promise<Recorded[]> =>
  runInDurableObject(stubOf(room), (_one, { storage }) =>
    storage.sql
      .exec<{ seq: number; at: number; by: string; via: string; seller: number; event: string }>('SELECT * FROM event ORDER BY seq')
      .toArray()
      .map(
        (row) =>
          ({
            seq: row.seq,
            at: new Date(row.at).toISOString(),
            by: row.by,
            via: row.via,
            audience: row.seller ? 'seller' : 'all',
            event: JSON.parse(row.event) as unknown,
          }) as Recorded,
      ),
  );

/** D1 has of a room exactly what the room's history folds to. */
async function expectD1IsTheFold(room: RoomId): Promise<void> {
  const log = await logOf(room);
  const state = log.reduce(apply, emptyRoom);
  const rows = async (select: string) => (await env.DB.prepare(select).bind(room).all<Record<string, unknown>>()).results;
  const events = await rows('SELECT seq, at, "by", via, audience, event FROM room_event WHERE room_id = ? ORDER BY seq');
  expect(events.map((row) => ({ ...row, event: JSON.parse(String(row['event'])) as unknown }))).toEqual(log);
  const tasks = await rows('SELECT id, title, completed_at AS done, removed FROM task WHERE room_id = ? ORDER BY id');
  expect(tasks).toEqual(
    Object.values(state.plan.tasks)
      .map(({ id, title, completedAt, removed }) => ({ id, title, done: completedAt, removed: removed ? 1 : 0 }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const people = await rows('SELECT id, name, status FROM participant WHERE room_id = ? ORDER BY id');
  expect(people).toEqual(
    Object.values(state.people)
      .map(({ id, name, status }) => ({ id, name, status }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  expect(await rows('SELECT name, seq FROM room WHERE id = ?')).toEqual([{ name: state.room?.name, seq: state.seq }]);
  // And everything else that lists and summaries are drawn from.
  const { log: hash, shown } = await roomStub(env, room).account();
  expect(await accountOfD1(env.DB, room)).toMatchObject({ log: hash, shown });
}

/** The command that brings a colleague in; the room must ask D1 whether they are one. */
const whoIs = (colleague: SignedIn, participant: ParticipantId) => ({
  type: 'participant.add' as const,
  participant,
  side: 'seller' as const,
  name: 'Zhou Hang',
  email: colleague.seller.email,
  locale: 'en' as const,
  zone: 'Asia/Shanghai',
  invite: false,
  note: '',
});

/** A promise that is settled from outside. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('D1', () => {
  test('that fails half-way, or does all and loses its answer, is brought up to date without a double', async () => {
    const { seller, room } = await quietRoom();
    const batch = env.DB.batch.bind(env.DB);
    const spy = vi.spyOn(env.DB, 'batch');
    for (const part of [0.5, 1]) {
      await act(seller, room, addTask(`While D1 does ${part}`));
      spy.mockImplementationOnce(async (statements) => {
        for (const one of statements.slice(0, statements.length * part)) await one.run();
        throw new Error('D1_ERROR: Network connection lost');
      });
      await ring(room);
      await ring(room);
      await expectD1IsTheFold(room);
    }
    spy.mockImplementation(batch);
  });

  test('that is asked twice at once ends with what is true, whichever came last', async () => {
    const { seller, room } = await quietRoom();
    const task = fresh<TaskId>();
    await act(seller, room, { type: 'task.add', task, title: 'First' });
    const batch = env.DB.batch.bind(env.DB);
    const slow = gate();
    const asked = gate();
    vi.spyOn(env.DB, 'batch').mockImplementationOnce(async (statements) => {
      asked.open();
      await slow.opened;
      return batch(statements);
    });
    const alarm = ring(room);
    await asked.opened;
    await act(seller, room, { type: 'task.change', task, title: 'Second' });
    // What an administrator does is brought to D1 at once, not by the alarm.
    const renamed = roomStub(env, room).nameAccount('Another name', { person: seller.seller.person, name: 'Li Dan' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    slow.open();
    await Promise.all([alarm, renamed]);
    await expectD1IsTheFold(room);
  });

  test('that does late what it seemed to have lost changes nothing that is newer', async () => {
    const { seller, room } = await quietRoom();
    const task = fresh<TaskId>();
    await act(seller, room, { type: 'task.add', task, title: 'Old' });
    const batch = env.DB.batch.bind(env.DB);
    let late: D1PreparedStatement[] = [];
    vi.spyOn(env.DB, 'batch').mockImplementationOnce((statements) => {
      late = statements;
      return Promise.reject(new Error('D1_ERROR: Network connection lost'));
    });
    await ring(room);
    await act(seller, room, { type: 'task.change', task, title: 'New' });
    await ring(room);
    await batch(late).catch(() => {});
    await expectD1IsTheFold(room);
  });

  test('that does not answer at all holds up neither the room nor its mails', async () => {
    const { seller, room, customer, customerEmail } = await quietRoom();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const batch = vi.spyOn(env.DB, 'batch').mockImplementation(() => new Promise(() => {}));
    await act(seller, room, { type: 'participant.invite', participant: customer, note: '' });
    // Its patience is shortened; nobody waits that long here.
    const wait = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) =>
      wait(work, ms === 40_000 ? 500 : ms)) as typeof wait);
    const ringing = ring(room);
    expect((await act(seller, room, post('Goes on'))).status).toBe(202);
    await vi.waitFor(() => expect(batch).toHaveBeenCalled());
    // Sooner than D1's patience ends; the postbox may be at it this moment.
    await vi.waitFor(async () => expect(await mailsTo(customerEmail)).not.toHaveLength(0), { timeout: 400 });
    await ringing;
    batch.mockRestore();
    await deliverMail(room);
    await expectD1IsTheFold(room);
  });
});

describe('an alarm', () => {
  test('of a room that woke is kept for what was due before it slept', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    await joinedCustomer(seller, opened);
    const { room } = opened;
    await deliverMail(room);
    await act(seller, room, addTask('Soon to be in D1'));
    await evictDurableObject(stubOf(room));
    // The customer's mail is due in two minutes: later than the projection.
    await act(seller, room, post('After the sleep'));
    const { alarm, due } = await runInDurableObject(stubOf(room), async (_one, { storage }) => ({
      alarm: await storage.getAlarm(),
      due: storage.sql.exec<{ kind: string; at: number }>('SELECT kind, at FROM agenda ORDER BY at').toArray(),
    }));
    expect(due.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['project', 'notify']));
    expect(alarm).toBe(due[0]?.at);
    expect(alarm).toBeLessThan(Date.now() + 10_000);
  });

  test('that comes twice, late, or dies after its mail was posted sends the mail once, and its answer finds its way', async () => {
    const { seller, room, customerEmail, customer } = await quietRoom();
    const opened = { room, customer, customerEmail, me: (await viewOf(seller, room)).me };
    await invite(seller, opened);
    const before = (await mailsTo(customerEmail)).length;
    await act(seller, room, post('Have you seen it?'));
    const stub = stubOf(room);
    const accept = vi.spyOn(env.POSTBOX, 'get').mockImplementationOnce((id) => {
      const real = env.POSTBOX.get(id);
      return {
        accept: async (...args: Parameters<typeof real.accept>) => {
          await real.accept(...args);
          throw new Error('the answer was lost');
        },
      } as unknown as typeof real;
    });
    await ring(room);
    accept.mockRestore();
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub);
    await ring(room);
    await ring(room);
    const mails = await mailsTo(customerEmail);
    expect(mails).toHaveLength(before + 1);
    const [mail] = mails;
    await bring({ from: customerEmail, to: `reply+${replyToken(mail ?? { replyTo: null })}@in.atelier.example`, text: 'Yes, thank you.' });
    expect((await comments(seller, room)).at(-1)).toMatchObject({ body: 'Yes, thank you.', via: 'mail' });
  });
});

describe('a command that needs D1', () => {
  test('does nothing while D1 is away, says so, and is done once when it is sent again', async () => {
    const { seller, room } = await quietRoom();
    const add = whoIs(await newColleague(seller), fresh());
    const prepare = env.DB.prepare.bind(env.DB);
    const spy = vi.spyOn(env.DB, 'prepare').mockImplementation((query) => {
      if (/person/i.test(query) && /membership/i.test(query) && !/session/i.test(query)) throw new Error('D1_ERROR: overloaded');
      return prepare(query);
    });
    const before = await logOf(room);
    expect((await act(seller, room, add, 'added-once')).status).toBe(503);
    expect(await logOf(room)).toEqual(before);
    spy.mockRestore();
    for (const _ of [1, 2]) expect((await act(seller, room, add, 'added-once')).status).toBe(202);
    expect(
      (await logOf(room)).filter(({ event }) => event.type === 'participant.added' && event.participant === add.participant),
    ).toHaveLength(1);
  });
});

/** As many as the run asks for: `HISTORIES=1000`, as `npm run bench:faults` does. */
const histories = Number((env as unknown as { HISTORIES: string }).HISTORIES);

test(
  'random histories, with D1 failing in every way, sleep and alarms at any moment and every command sent twice, end as they should',
  async () => {
    const seller = await newSeller();
    const titles = ['one', 'two', 'three'];
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('act' as const), what: fc.nat(3), on: fc.nat(5), title: fc.constantFrom(...titles) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), nth: fc.nat(30) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('ring' as const) }) },
      { weight: 1, arbitrary: fc.constantFrom({ do: 'sleep' as const }, { do: 'late' as const }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('d1' as const), how: fc.constantFrom('well', 'not', 'half', 'mute', 'late') }) },
    );
    const batch = env.DB.batch.bind(env.DB);
    let how = 'well';
    let late: D1PreparedStatement[][] = [];
    const lost = () => new Error('D1_ERROR: Network connection lost');
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(env.DB, 'batch').mockImplementation(async (statements) => {
      if (how === 'not') throw lost();
      if (how === 'half') for (const one of statements.slice(0, statements.length / 2)) await one.run();
      if (how === 'mute') await batch(statements);
      if (how === 'late') late.push(statements);
      if (how !== 'well') throw lost();
      return batch(statements);
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        how = 'well';
        late = [];
        const { room } = await openRoom(seller);
        const tasks = Array.from({ length: 6 }, () => fresh<TaskId>());
        const sent: { id: string; command: Parameters<typeof act>[2]; answer: string }[] = [];
        for (const one of steps) {
          if (one.do === 'act') {
            const task = tasks[one.on] ?? fresh<TaskId>();
            const command = [
              { type: 'task.add' as const, task, title: one.title },
              { type: 'task.change' as const, task, title: one.title },
              { type: 'task.complete' as const, task },
              post(one.title),
            ][one.what];
            if (!command) continue;
            const id = fresh();
            const answer = await act(seller, room, command, id);
            if (answer.status === 202) sent.push({ id, command, answer: await answer.text() });
          } else if (one.do === 'again') {
            const before = sent[one.nth % Math.max(1, sent.length)];
            if (before) {
              const head = (await logOf(room)).length;
              const answer = await act(seller, room, before.command, before.id);
              expect(answer.status).toBe(202);
              expect((await logOf(room)).length).toBe(head);
            }
          } else if (one.do === 'ring') await ring(room);
          else if (one.do === 'sleep') {
            // Only what is awake can fall asleep.
            await stubOf(room).ping();
            await evictDurableObject(stubOf(room));
          } else if (one.do === 'late') await batch(late.shift() ?? [env.DB.prepare('SELECT 1')]).catch(() => {});
          else if (one.do === 'd1') how = one.how;
        }
        how = 'well';
        await ring(room);
        for (const one of late) await batch(one).catch(() => {});
        const log = await logOf(room);
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
        await expectD1IsTheFold(room);
      }),
      { numRuns: histories },
    );
  },
  60_000 + histories * 2_000,
);

describe('R2', () => {
  const send = (who: { cookie: string }, room: RoomId, body = '%PDF-1.4 whole') =>
    request(`/api/rooms/${room}/files?as=${who.cookie.includes('guest') ? 'customer' : 'seller'}`, {
      method: 'POST',
      cookie: who.cookie,
      headers: { 'x-file-name': 'offer.pdf', 'content-length': String(body.length) },
      body,
    });
  const kept = async (room: RoomId) => (await env.FILES.list({ prefix: `rooms/${room}/` })).objects.length;

  test('that fails in the middle of an upload says so, keeps nothing half, and takes the file the next time', async () => {
    const { seller, room } = await quietRoom();
    const put = env.FILES.put.bind(env.FILES);
    vi.spyOn(env.FILES, 'put').mockImplementationOnce(async (key) => {
      await put(key, '%PDF');
      throw new Error('put: We encountered an internal error. Please try again. (10001)');
    });
    const failed = await send(seller, room);
    expect(failed.status).toBe(503);
    expect(await failed.json()).toMatchObject({ error: { code: 'unavailable' } });
    expect(await kept(room)).toBe(0);
    expect((await send(seller, room)).status).toBe(201);
    expect(await kept(room)).toBe(1);
  });

  test('keeps no file that the room never heard of', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    const customer = await joinedCustomer(seller, opened);
    const put = env.FILES.put.bind(env.FILES);
    vi.spyOn(env.FILES, 'put').mockImplementationOnce(async (...args) => {
      const stored = await put(...(args as Parameters<typeof put>));
      // While the bytes came they were removed from the room.
      expect((await act(seller, opened.room, { type: 'participant.remove', participant: opened.customer })).status).toBe(202);
      return stored;
    });
    expect((await send(customer, opened.room)).status).toBe(403);
    expect(await kept(opened.room)).toBe(0);
  });

  test('that is down when a mail comes makes the sending server try again, and the mail is posted once', async () => {
    const { seller, room, customer, customerEmail } = await quietRoom();
    const mail = await invite(seller, { room, customer, customerEmail, me: (await viewOf(seller, room)).me });
    const letter = {
      from: customerEmail,
      to: `reply+${replyToken(mail)}@in.atelier.example`,
      text: 'With a file',
      messageId: `<${fresh()}@corp.example>`,
      files: [{ name: 'list.txt', type: 'text/plain', content: 'one\ntwo' }],
    };
    const put = vi.spyOn(env.FILES, 'put').mockRejectedValue(new Error('R2 is down'));
    await expect(bring(letter)).rejects.toThrow();
    put.mockRestore();
    await bring(letter);
    await bring(letter);
    const said = (await comments(seller, room)).filter((one) => one.body === 'With a file');
    expect(said).toHaveLength(1);
    expect(said[0]?.files).toHaveLength(1);
  });
});

describe('a clock that jumps', () => {
  test('leaves the order as it is, shows nobody out, and D1 follows', async () => {
    const { seller, room } = await quietRoom();
    const browser = await browserIn(seller, room);
    await browser.next('snapshot');
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    const ids: string[] = [];
    // Forward, a day back, over the end of summer time, and twice in the same millisecond.
    for (const at of [now, now + 86_400_000, now - 86_400_000, now - 86_400_000, Date.parse('2026-10-25T01:30:00Z'), now]) {
      vi.setSystemTime(at);
      ids.push(browser.do(addTask(`At ${at}`)));
      await browser.next('accepted', (message) => message.id === ids.at(-1));
    }
    vi.setSystemTime(now);
    const log = await logOf(room);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(browser.closed).toBeNull();
    const due = await runInDurableObject(stubOf(room), (_one, state) => state.storage.getAlarm());
    expect(due).toBeLessThanOrEqual(now + 10_000);
    vi.useRealTimers();
    await ring(room);
    await expectD1IsTheFold(room);
  });
});

describe('garbage on a socket', () => {
  test('is refused or shows its sender out; the others hear nothing of it, and the room is as it was', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    const customer = await joinedCustomer(seller, opened);
    const good = await browserIn(seller, opened.room);
    await good.next('snapshot');
    const before = await logOf(opened.room);
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const odd: unknown[] = [null, 0, -1, 1e308, '', 'x', [], {}, { toString: 1 }, true, '\u0000', '\ud800', '../..', 'x'.repeat(50_000)];
    const types = ['command', 'seen', 'here', 'text.open', 'text.edit', 'text.close', 'snapshot', '__proto__', ''];
    const plain = ['', ' ', '{', 'null', '7', '"x"', '[]', '{}', 'ping ', '\u0000', deep, 'x'.repeat(70_000)];
    const frames = [
      ...plain,
      ...types.flatMap((type) =>
        odd.map((one) =>
          JSON.stringify({ type, id: one, command: one, thread: one, seq: one, at: one, typing: one, text: one, vector: one, update: one }),
        ),
      ),
      ...odd.map((one) => JSON.stringify({ type: 'text.edit', text: `task:${opened.me}`, update: one })),
      ...odd.map((one) => JSON.stringify({ type: 'text.open', text: `minutes:${opened.me}`, vector: one })),
      ...odd.map((one) => JSON.stringify({ type: 'seen', thread: 'room', seq: one })),
      ...odd.map((one) => JSON.stringify({ type: 'seen', thread: one, seq: 1 })),
      ...odd.map((one) => JSON.stringify({ type: 'command', id: fresh(), command: { type: 'task.add', task: one, title: one } })),
    ];
    for (let start = 0; start < frames.length; start += 1) {
      const vandal = await browserIn(customer, opened.room);
      for (const frame of frames.slice(start, start + 1)) vandal.send(frame);
      const last = vandal.do({ type: 'task.complete', task: fresh<TaskId>() });
      const answered = vandal
        .next('refused', (message) => message.id === last)
        .then(
          () => 'refused',
          () => `closed ${vandal.closed}`,
        );
      expect(await answered, frames[start]?.slice(0, 100)).toMatch(/refused|closed 4400/);
      if (vandal.closed === null) vandal.close();
    }
    const id = good.do(addTask('Still here'));
    await good.next('accepted', (message) => message.id === id);
    const after = await logOf(opened.room);
    expect(after.slice(0, -1)).toEqual(before);
    const seen = await runInDurableObject(stubOf(opened.room), (_one, { storage }) =>
      storage.sql.exec<{ thread: string; seq: number }>('SELECT thread, seq FROM seen').toArray(),
    );
    for (const one of seen) {
      expect(one.thread.length).toBeLessThan(64);
      expect(Number.isSafeInteger(one.seq) && one.seq >= 0).toBe(true);
    }
  }, 60_000);
});

describe('a flood in one room', () => {
  test('is bounded by socket, and while it lasts another room answers every command, reaches D1 and mails', async () => {
    const [seller, quiet] = [await newSeller(), await quietRoom()];
    const flooded = await openRoom(seller);
    const customer = await joinedCustomer(seller, flooded);
    const flood = { isOver: false, shut: 0, otherwise: 0, most: 0, answered: new Set<number>() };
    // All of this runs in one process, on a machine that may be slow: what floods leaves the others three parts of four of the time,
    // and says nothing in the log.
    const breath = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const leaveTurn = (since: number) => breath(5 + 3 * (Date.now() - since));
    vi.spyOn(console, 'log').mockImplementation(() => {});
    // Windows that say as much as they can, and open anew as soon as they are shut.
    const window = async (who: { cookie: string }): Promise<void> => {
      while (!flood.isOver) {
        const since = Date.now();
        const vandal = await browserIn(who, flooded.room);
        while (vandal.closed === null && !flood.isOver) {
          for (let n = 0; n < 120; n += 1) vandal.do(post(`Flood ${n}`));
          await Promise.race([vandal.whenClosed(), breath(1_000)]);
        }
        if (vandal.closed === CLOSE.tooMuch) flood.shut += 1;
        else if (vandal.closed !== null) flood.otherwise += 1;
        flood.most = Math.max(flood.most, vandal.heard.filter((one) => one.type === 'accepted').length);
        await leaveTurn(since);
      }
    };
    const requests = async (): Promise<void> => {
      while (!flood.isOver) {
        const since = Date.now();
        flood.answered.add((await act(customer, flooded.room, post('By the other way'))).status);
        await leaveTurn(since);
      }
    };
    const running = Promise.all([...[customer, customer, seller].map(window), requests()]);
    try {
      await vi.waitFor(() => expect(flood.shut).toBeGreaterThan(0), { timeout: 10_000 });
      const browser = await browserIn(quiet.seller, quiet.room);
      await browser.next('snapshot');
      const before = flood.shut;
      for (let n = 0; n < 30; n += 1) {
        const id = browser.do(addTask(`Quiet ${n}`));
        await browser.next('accepted', (message) => message.id === id);
      }
      expect((await act(quiet.seller, quiet.room, post('Quiet, too'))).status).toBe(202);
      await invite(quiet.seller, { ...quiet, me: (await viewOf(quiet.seller, quiet.room)).me });
      await expectD1IsTheFold(quiet.room);
      expect(browser.closed).toBeNull();
      // It was a flood all the time.
      await vi.waitFor(() => expect(flood.shut).toBeGreaterThan(before), { timeout: 10_000 });
    } finally {
      flood.isOver = true;
      await running;
    }
    expect(flood.otherwise).toBe(0);
    // A socket may say 40 things at once and 4 a second.
    expect(flood.most).toBeLessThan(60);
    for (const status of flood.answered) expect([202, 429]).toContain(status);
    await ring(flooded.room);
    await expectD1IsTheFold(flooded.room);
  }, 60_000);
});
