/** Mail on its way out: once, in batches, again after a failure, and given up in the open. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RoomId } from '#core/ids.ts';
import { enqueue, type PostedMail } from '../../worker/mail/postbox.ts';
import { ResendTransport } from '../../worker/mail/resend.ts';
import type { MailTransport, OutgoingMail, SendResult } from '../../worker/mail/transport.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { env, newSeller, openRoom, viewOf } from '../support/front-door.ts';

const mailFor = (to: string, more: Partial<PostedMail> = {}): PostedMail => ({
  key: `test/${fresh()}`,
  from: '"Li Dan" <room@atelier.example>',
  to,
  replyTo: null,
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: {},
  attachments: [],
  messageId: `<${fresh()}@in.atelier.example>`,
  room: null,
  ...more,
});

const postbox = () => env.POSTBOX.get(env.POSTBOX.idFromName('main'));

/** Runs the postbox's alarm until nothing is due now, pretending that all pauses are over. */
async function run(times = 1): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    await runInDurableObject(postbox(), (_one, state) =>
      state.storage.sql.exec("UPDATE mail SET due = 0 WHERE state IN ('waiting', 'failing')"),
    );
    await runDurableObjectAlarm(postbox());
  }
}

/** Gives the postbox a sender of the test's own: a port, not a part of ours. */
async function through(
  send: (batch: string, mails: OutgoingMail[]) => SendResult[],
  limit = 100,
): Promise<{ batch: string; mails: OutgoingMail[] }[]> {
  const calls: { batch: string; mails: OutgoingMail[] }[] = [];
  const transport: MailTransport = {
    limit,
    send: (batch, mails) => {
      calls.push({ batch, mails });
      return Promise.resolve(send(batch, mails));
    },
  };
  await runInDurableObject(postbox(), (one) => Object.assign(one, { transport: () => transport }));
  return calls;
}

const sent = (mails: OutgoingMail[]): SendResult[] => mails.map((mail) => ({ state: 'sent', providerId: mail.key }));
const state = (key: string) =>
  runInDurableObject(postbox(), (_one, { storage }) =>
    storage.sql.exec<{ state: string; mail: string; tries: number }>('SELECT state, mail, tries FROM mail WHERE key = ?', key).one(),
  );

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the postbox', () => {
  test('sends a mail once, however often it is handed in, and keeps nothing of it afterwards', async () => {
    const calls = await through((_batch, mails) => sent(mails));
    const mail = mailFor('one@corp.example');
    await enqueue(env, [mail, mail], true);
    await run();
    await enqueue(env, [mail], true);
    await run();
    expect(calls.flatMap((call) => call.mails.map((one) => one.key))).toEqual([mail.key]);
    expect(await state(mail.key)).toMatchObject({ state: 'sent', mail: '' });
  });

  test('sends what waits together, up to the sender’s limit', async () => {
    const calls = await through((_batch, mails) => sent(mails), 3);
    await enqueue(
      env,
      ['a', 'b', 'c', 'd', 'e'].map((name) => mailFor(`${name}@corp.example`)),
      false,
    );
    await run(2);
    expect(calls.map((call) => call.mails.length)).toEqual([3, 2]);
  });

  test('tries again under the same key with the same mails, though others came meanwhile', async () => {
    let up = false;
    const calls = await through((_batch, mails) => (up ? sent(mails) : mails.map(() => ({ state: 'later', reason: '503', after: null }))));
    const first = mailFor('first@corp.example');
    await enqueue(env, [first], true);
    await run();
    expect(await state(first.key)).toMatchObject({ state: 'waiting', tries: 1 });
    await enqueue(env, [mailFor('second@corp.example')], true);
    up = true;
    await run(3);
    const tries = calls.filter((call) => call.mails.some((one) => one.key === first.key));
    expect(tries.length).toBe(2);
    expect(tries[1]).toEqual(tries[0]);
  });

  test('tells the room when a mail can never arrive', async () => {
    await through((_batch, mails) => mails.map(() => ({ state: 'failed', reason: 'validation_error: invalid address' })));
    const seller = await newSellerByOwnMailbox();
    const opened = await openRoom(seller);
    await enqueue(env, [mailFor(opened.customerEmail, { room: opened.room })], true);
    await run();
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.trouble).toBe('failed');
  });

  test('marks a participant whose address bounced or who complained, when the sender says so later', async () => {
    await through((_batch, mails) => sent(mails));
    const seller = await newSellerByOwnMailbox();
    const opened = await openRoom(seller);
    const mail = mailFor(opened.customerEmail, { room: opened.room });
    await enqueue(env, [mail], true);
    await run();
    await postbox().heard(mail.key, 'delivered', '');
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.trouble).toBeNull();
    await postbox().heard(mail.key, 'bounced', '550 no such user');
    expect((await viewOf(seller, opened.room)).state.people[opened.customer]?.trouble).toBe('bounced');
  });
});

/** A signed-in seller, whose mail goes to the local mailbox whatever sender a test put in. */
async function newSellerByOwnMailbox() {
  const own = await runInDurableObject(postbox(), (one) => {
    const before = Object.getOwnPropertyDescriptor(one, 'transport');
    delete (one as unknown as { transport?: unknown }).transport;
    return before;
  });
  const seller = await newSeller();
  await runInDurableObject(postbox(), (one) => {
    if (own) Object.defineProperty(one, 'transport', own);
  });
  return seller;
}

describe('Resend', () => {
  const answers = (...list: (Response | Error)[]) => {
    const requests: { url: string; headers: Headers; body: unknown }[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const request = new Request(input as RequestInfo, init as RequestInit);
      requests.push({ url: request.url, headers: request.headers, body: await request.json() });
      const answer = list.shift() ?? new Error('no more answers');
      if (answer instanceof Error) throw answer;
      return answer;
    });
    return requests;
  };
  const json = (body: unknown, status = 200, headers = {}) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

  test('gets one mail with its key, its reply address and its headers', async () => {
    const requests = answers(json({ id: 'provider-1' }));
    const mail = mailFor('one@corp.com', { replyTo: 'reply+x@in.atelier.example', headers: { 'List-Id': '<x>' } });
    expect(await new ResendTransport('re_test').send('batch-key', [mail])).toEqual([{ state: 'sent', providerId: 'provider-1' }]);
    expect(requests[0]?.headers.get('idempotency-key')).toBe('batch-key');
    expect(requests[0]?.body).toMatchObject({
      to: [mail.to],
      reply_to: 'reply+x@in.atelier.example',
      headers: { 'List-Id': '<x>', 'Message-ID': mail.messageId },
      text: 'Hello',
    });
  });

  test('gets nothing for the demo’s people, whose addresses belong to nobody', async () => {
    const requests = answers(json({ id: 'p1' }));
    expect(await new ResendTransport('re_test').send('k', [mailFor('chen@huadong.example'), mailFor('real@x.com')])).toEqual([
      { state: 'sent', providerId: '' },
      { state: 'sent', providerId: 'p1' },
    ]);
    expect(requests).toHaveLength(1);
  });

  test('gets many in one call', async () => {
    const requests = answers(json({ data: [{ id: 'p1' }, { id: 'p2' }] }));
    expect(await new ResendTransport('re_test').send('batch-key', [mailFor('a@x.com'), mailFor('b@x.com')])).toEqual([
      { state: 'sent', providerId: 'p1' },
      { state: 'sent', providerId: 'p2' },
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url).toMatch(/\/emails\/batch$/);
  });

  test('one faulty mail does not hold up the others', async () => {
    answers(
      json({ name: 'validation_error', message: 'bad to', statusCode: 422 }, 422),
      json({ id: 'p1' }),
      json({ name: 'validation_error', message: 'bad to', statusCode: 422 }, 422),
    );
    expect(await new ResendTransport('re_test').send('k', [mailFor('a@x.com'), mailFor('bad@x.com')])).toMatchObject([
      { state: 'sent' },
      { state: 'failed' },
    ]);
  });

  test('a limit, an outage and a broken line mean later, and how much later where it is said', async () => {
    answers(json({ name: 'rate_limit_exceeded', message: 'slow down', statusCode: 429 }, 429, { 'retry-after': '7' }));
    expect(await new ResendTransport('re_test').send('k', [mailFor('a@x.com')])).toMatchObject([{ state: 'later', after: 7 }]);
    answers(json({ name: 'internal_server_error', message: 'oops', statusCode: 500 }, 500));
    expect(await new ResendTransport('re_test').send('k', [mailFor('a@x.com')])).toMatchObject([{ state: 'later' }]);
    answers(new Error('connection reset'));
    expect(await new ResendTransport('re_test').send('k', [mailFor('a@x.com')])).toMatchObject([{ state: 'later' }]);
  });
});

/** Resend as it behaves on its worst days: what it has taken under a key it knows again, whatever else it says. */
class Sender {
  /** Message-IDs that went out, each time that they did. */
  readonly delivered: string[] = [];
  readonly #taken = new Map<string, { body: string; answer: string }>();
  /** What goes wrong with the next requests, in order. */
  faults: ('none' | 'limit' | 'down' | 'lost' | 'late')[] = [];

  async take(request: Request): Promise<Response> {
    const json = (body: unknown, status = 200, headers = {}) =>
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
    const key = request.headers.get('idempotency-key') ?? '';
    const body = await request.text();
    const fault = this.faults.shift() ?? 'none';
    if (fault === 'limit') return json({ name: 'rate_limit_exceeded', message: 'slow', statusCode: 429 }, 429, { 'retry-after': '1' });
    if (fault === 'down') return new Response('<html>502', { status: 502 });
    const before = this.#taken.get(key);
    if (before && before.body !== body)
      return json({ name: 'invalid_idempotent_request', message: 'another payload', statusCode: 409 }, 409);
    if (!before) {
      const asked = JSON.parse(body) as
        | { to: string[]; headers: Record<string, string> }
        | { to: string[]; headers: Record<string, string> }[];
      const mails = [asked].flat();
      if (mails.some((one) => one.to.some((to) => to.includes('bad'))))
        return json({ name: 'validation_error', message: 'Invalid `to` field', statusCode: 422 }, 422);
      this.delivered.push(...mails.map((one) => one.headers['Message-ID'] ?? ''));
      const ids = mails.map((one) => ({ id: `provider-${one.headers['Message-ID']}` }));
      this.#taken.set(key, { body, answer: JSON.stringify(Array.isArray(asked) ? { data: ids } : ids[0]) });
    }
    if (fault === 'late') return json({ name: 'concurrent_idempotent_requests', message: 'in flight', statusCode: 409 }, 409);
    if (fault === 'lost') throw new Error('The operation was aborted due to timeout');
    return new Response(this.#taken.get(key)?.answer, { headers: { 'content-type': 'application/json' } });
  }

  /** Puts it behind Resend's own client, as in production. */
  async open(): Promise<void> {
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => this.take(new Request(input as RequestInfo, init as RequestInit)));
    await runInDurableObject(postbox(), (one) => Object.assign(one, { transport: () => new ResendTransport('re_test') }));
  }
}

describe('a sender that is not well', () => {
  const waiting = () =>
    runInDurableObject(
      postbox(),
      (_one, { storage }) =>
        storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM mail WHERE state IN ('waiting', 'failing')").one().n,
    );
  const until = async (sender: Sender) => {
    for (let turn = 0; turn < 60 && (await waiting()) > 0; turn += 1) await run();
    expect(await waiting()).toBe(0);
    return sender.delivered;
  };

  test('of whose batch one mail is refused and another times out after it has left sends that one no second time', async () => {
    const sender = new Sender();
    await sender.open();
    const mails = ['bad@corp.com', 'good@corp.com', 'fine@corp.com'].map((to) => mailFor(to));
    // The batch is refused; of the three that are then sent alone, answers are lost.
    sender.faults = ['none', 'lost', 'lost', 'lost'];
    await enqueue(env, mails, true);
    expect((await until(sender)).toSorted()).toEqual(
      mails
        .slice(1)
        .map((one) => one.messageId)
        .toSorted(),
    );
  });

  test('sends nothing twice though the room can’t be told that one mail of a batch has failed, and the room is told later', async () => {
    const seller = await newSellerByOwnMailbox();
    const opened = await openRoom(seller);
    const sender = new Sender();
    await sender.open();
    const bad = mailFor('bad@corp.com', { room: opened.room, key: `a/${fresh()}` });
    const good = mailFor('good@corp.com', { room: opened.room, key: `b/${fresh()}` });
    const get = env.ROOM.get.bind(env.ROOM);
    let told = 0;
    let isDown = true;
    vi.spyOn(env.ROOM, 'get').mockImplementation((id) =>
      Object.assign(Object.create(get(id)) as ReturnType<typeof get>, {
        trouble: () => {
          if (isDown) return Promise.reject(new Error('the room is being moved'));
          told += 1;
          return Promise.resolve();
        },
      }),
    );
    await enqueue(env, [bad, good], true);
    await run(3);
    expect(told).toBe(0);
    isDown = false;
    expect(await until(sender)).toEqual([good.messageId]);
    expect(told).toBe(1);
    expect(await state(bad.key)).toMatchObject({ state: 'failed' });
  });

  test('knows a batch again of which somebody has been forgotten meanwhile', async () => {
    const sender = new Sender();
    await sender.open();
    const room = fresh<RoomId>();
    const mails = ['a@corp.com', 'b@corp.com', 'c@corp.com'].map((to) => mailFor(to, { room }));
    sender.faults = ['lost'];
    await enqueue(env, mails, true);
    await run();
    await postbox().forget(room, 'b@corp.com');
    expect((await until(sender)).length).toBe(3);
    for (const one of [mails[0], mails[2]]) expect(await state(one?.key ?? '')).toMatchObject({ state: 'sent' });
  });

  test('is not waited for without end', async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation((_input, init) => {
      signals.push(init?.signal);
      return Promise.reject(new Error('never'));
    });
    await new ResendTransport('re_test').send('k', [mailFor('a@x.com')]);
    await new ResendTransport('re_test').send('k', [mailFor('a@x.com'), mailFor('b@x.com')]);
    expect(signals).toHaveLength(2);
    for (const one of signals) expect(one).toBeInstanceOf(AbortSignal);
  });

  test('in whatever order its faults come, and whenever the postbox sleeps, sends each mail once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('good', 'good', 'good', 'bad', 'attached'), { minLength: 1, maxLength: 7 }),
        fc.array(fc.constantFrom('none', 'limit', 'down', 'lost', 'late'), { maxLength: 12 }),
        fc.array(fc.constantFrom('run', 'run', 'sleep', 'twice'), { maxLength: 8 }),
        async (kinds, faults, steps) => {
          vi.restoreAllMocks();
          const sender = new Sender();
          sender.faults = [...faults] as Sender['faults'];
          await sender.open();
          const file = { filename: 'a.txt', contentType: 'text/plain', base64: 'aGk=' };
          const mails = kinds.map((kind, n) => mailFor(`${kind}${n}@corp.com`, kind === 'attached' ? { attachments: [file] } : {}));
          for (let n = 0; n < mails.length; n += 3) {
            await enqueue(env, mails.slice(n, n + 3), true);
            const what = steps.shift() ?? 'run';
            if (what === 'sleep') {
              await evictDurableObject(postbox());
              await sender.open();
            } else await run(what === 'twice' ? 2 : 1);
            await enqueue(env, mails.slice(n, n + 3), true);
          }
          const expected = mails.filter((_, n) => kinds[n] !== 'bad').map((one) => one.messageId);
          expect((await until(sender)).toSorted()).toEqual(expected.toSorted());
          for (const [n, one] of mails.entries()) expect((await state(one.key)).state).toBe(kinds[n] === 'bad' ? 'failed' : 'sent');
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
