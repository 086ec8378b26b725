/** Mail on its way out: once, in batches, again after a failure, and given up in the open. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, test, vi } from 'vitest';
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
    await runInDurableObject(postbox(), (_one, state) => state.storage.sql.exec("UPDATE mail SET due = 0 WHERE state = 'waiting'"));
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
