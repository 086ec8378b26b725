/** The deal and its gate, from outside: by the API, in the lists, and never on the customer's side. */
import { describe, expect, test } from 'vitest';
import type { CommandInput } from '#core/commands.ts';
import { fresh } from '../../worker/access/tokens.ts';
import type { RoomRow } from '../../worker/services.ts';
import {
  act,
  bring,
  browserIn,
  comments,
  deliverMail,
  env,
  invite,
  joinedCustomer,
  newSeller,
  openRoom,
  request,
  services,
  viewOf,
  type SignedIn,
} from '../support/front-door.ts';

const SECRET = 'internal-secret';

async function rowOf(by: SignedIn, room: string): Promise<RoomRow> {
  await deliverMail(room as never);
  const row = (await services.directory.rooms(by.seller)).find((one) => one.room === room);
  if (!row) throw new Error('not listed');
  return row;
}
const reasonOf = async (response: Response) => ((await response.json()) as { error?: { reason: string } }).error?.reason;

async function scene() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const mail = await invite(seller, opened);
  const chen = await joinedCustomer(seller, opened);
  const say = async (body: string) => {
    const comment = fresh();
    await act(chen, opened.room, { type: 'comment.post', comment, thread: 'room', body });
    return comment;
  };
  const does = (command: CommandInput) => act(seller, opened.room, command);
  return { seller, opened, mail, chen, say, does };
}

describe('evidence', () => {
  test('is what the customer wrote, by mail too: with it the room is qualified, without it a lead whose amount does not count', async () => {
    const { seller, opened, mail, chen, say, does } = await scene();
    const { room } = opened;
    await does({ type: 'deal.change', amount: '400,000', currency: 'EUR', close: '2027-03-01', source: 'Fair' });
    for (const criterion of ['metrics', 'pain', 'champion']) await does({ type: 'deal.claim', criterion, claimed: true });
    expect(await rowOf(seller, room)).toMatchObject({
      stage: 'lead',
      qualified: false,
      confirmed: 0,
      needed: 3,
      amount: { minor: 40_000_000 },
    });

    await bring({ from: opened.customerEmail, to: mail.replyTo ?? '', text: 'The budget of 400k is approved.' });
    const byMail = (await comments(seller, room)).find((one) => one.via === 'mail');
    await does({ type: 'deal.cite', criterion: 'metrics', kind: 'comment', of: byMail?.id ?? '' });
    const second = await say('We lose two days a week to this.');
    await does({ type: 'deal.cite', criterion: 'pain', kind: 'comment', of: second });
    const third = await say('I will carry it through the board.');
    await does({ type: 'deal.cite', criterion: 'champion', kind: 'comment', of: third });

    const { deal } = (await viewOf(seller, room)).state;
    expect(deal.evidence['metrics']).toMatchObject([
      { kind: 'comment', by: opened.customer, via: 'mail', excerpt: 'The budget of 400k is approved.' },
    ]);
    expect(await rowOf(seller, room)).toMatchObject({ stage: 'qualified', qualified: true, confirmed: 3 });

    // The customer takes it back: it falls at once.
    await act(chen, room, { type: 'comment.delete', comment: third, thread: 'room' });
    expect(await rowOf(seller, room)).toMatchObject({ stage: 'lead', qualified: false, confirmed: 2 });
  });

  test('is looked up by the room: what a client says about it is not believed', async () => {
    const { opened, seller, chen, does } = await scene();
    const mine = fresh();
    await does({ type: 'comment.post', comment: mine, thread: 'room', body: 'They have the budget.' });
    const said = { by: opened.customer, at: new Date().toISOString(), via: 'app' as const, thread: 'room', body: 'We have the budget.' };
    expect(await reasonOf(await does({ type: 'deal.cite', criterion: 'metrics', kind: 'comment', of: mine, said }))).toBe(
      'not_by_customer',
    );
    expect(await reasonOf(await does({ type: 'deal.cite', criterion: 'metrics', kind: 'comment', of: fresh(), said }))).toBe(
      'no_such_comment',
    );
    const gone = fresh();
    await act(chen, opened.room, { type: 'comment.post', comment: gone, thread: 'room', body: 'Yes' });
    await act(chen, opened.room, { type: 'comment.delete', comment: gone, thread: 'room' });
    expect(await reasonOf(await does({ type: 'deal.cite', criterion: 'metrics', kind: 'comment', of: gone, said }))).toBe(
      'no_such_comment',
    );
    expect((await viewOf(seller, opened.room)).state.deal.evidence).toEqual({});
  });
});

test('a customer is given no byte of the deal: not in the room, not in its events, not on the socket', async () => {
  const { opened, chen, say, does } = await scene();
  const live = await browserIn(chen, opened.room);
  await live.next('snapshot');
  const comment = await say('Yes');
  await does({ type: 'deal.change', amount: 4_711_000, currency: 'EUR', notes: SECRET, source: SECRET });
  await does({ type: 'deal.rule', framework: 'own', own: [SECRET], minimum: 1 });
  await does({ type: 'deal.claim', criterion: `own:${SECRET}`, claimed: true });
  await does({ type: 'deal.cite', criterion: `own:${SECRET}`, kind: 'comment', of: comment });
  await does({ type: 'deal.stage', stage: 'negotiation' });
  await does({ type: 'room.rename', name: 'The end' });
  await live.next('events', ({ events }) => events.some((one) => one.event.type === 'room.renamed'));
  const given = [
    JSON.stringify(live.heard),
    await (await request(`/api/rooms/${opened.room}?as=customer`, { cookie: chen.cookie })).text(),
    await (await request(`/api/rooms/${opened.room}/events?as=customer`, { cookie: chen.cookie })).text(),
    await (await request(`/r/${opened.room}`, { cookie: chen.cookie })).text(),
    await (await request(`/r/${opened.room}?view=deal`, { cookie: chen.cookie })).text(),
  ];
  for (const one of given) {
    expect(one).not.toContain(SECRET);
    expect(one).not.toContain('4711000');
    expect(one).not.toContain('"deal.');
    expect(one).not.toContain('negotiation');
  }
});

describe('what qualifies a deal', () => {
  test('is the workspace’s to say: rooms that go by it follow, a room with a rule of its own does not', async () => {
    const seller = await newSeller();
    const [follows, own] = [await openRoom(seller), await openRoom(seller)];
    await deliverMail(follows.room, own.room);
    await act(seller, own.room, { type: 'deal.rule', framework: 'bant', minimum: 2 });
    const put = (body: unknown) =>
      request('/api/qualification', {
        method: 'PUT',
        cookie: seller.cookie,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await put({ framework: 'own', own: ['Site visit', 'Budget'], minimum: 2 })).status).toBe(200);
    const ruleIn = async (room: typeof follows.room) => (await viewOf(seller, room)).state.deal.rule;
    expect(await ruleIn(follows.room)).toEqual({ framework: 'own', own: ['Site visit', 'Budget'], minimum: 2 });
    expect(await ruleIn(own.room)).toEqual({ framework: 'bant', own: [], minimum: 2 });
    // A new room begins with it; the other room may come back to it.
    expect(await ruleIn((await openRoom(seller)).room)).toMatchObject({ framework: 'own' });
    await act(seller, own.room, { type: 'deal.rule', framework: 'bant', minimum: 2, follows: true });
    expect(await ruleIn(own.room)).toMatchObject({ framework: 'own', minimum: 2 });
    expect(await reasonOf(await put({ framework: 'own', own: [], minimum: 2 }))).toBe('no_criteria');
    expect(await reasonOf(await put({ framework: 'bant', minimum: 99 }))).toBe('bad_minimum');
  });
});

describe('the list as CSV', () => {
  test('has the rows of the screen, and no cell that a spreadsheet would run', async () => {
    const { seller, opened, does } = await scene();
    await does({ type: 'room.rename', name: '=1+1, "quoted"' });
    await does({ type: 'deal.change', amount: '1200.50', currency: 'EUR', close: '2027-03-01', source: '@fair' });
    const other = await openRoom(seller);
    await act(seller, other.room, { type: 'deal.close', outcome: 'lost' });
    await deliverMail(opened.room, other.room);
    const csv = async (query: string) => (await request(`/api/rooms.csv${query}`, { cookie: seller.cookie })).text();
    const [head, row, ...rest] = (await csv('?stage=lead&q=quoted')).trim().split('\r\n');
    expect(head?.split(',').slice(0, 5)).toEqual(['Room', 'Account', 'Stage', 'Confirmed by the customer', 'Amount']);
    expect(row).toMatch(/^"'=1\+1, ""quoted""",Corp [^,]+,Lead,0\/3,1200\.50,EUR,2027-03-01,'@fair,/);
    expect(rest).toEqual([]);
    const lost = (await csv('?stage=lost')).trim().split('\r\n');
    expect(lost).toHaveLength(2);
    expect(lost[1]).toContain(',Lost,');
  });
});

test('the deal goes on without D1, and the list hears of it later', async () => {
  const { seller, opened, say } = await scene();
  await deliverMail(opened.room);
  const comment = await say('Approved');
  const stub = env.ROOM.get(env.ROOM.idFromName(opened.room));
  const actor = { kind: 'seller' as const, person: seller.seller.person, workspace: seller.seller.workspace, session: '' };
  const { runInDurableObject } = await import('cloudflare:test');
  await runInDurableObject(stub, async (instance) => {
    const object = instance as unknown as { env: { DB: unknown }; submit: (...given: unknown[]) => Promise<{ ok: boolean }> };
    const kept = object.env;
    object.env = {
      ...kept,
      DB: new Proxy(
        {},
        {
          get() {
            throw new Error('D1 is down');
          },
        },
      ),
    };
    for (const command of [
      { type: 'deal.change', amount: 5, currency: 'EUR' },
      { type: 'deal.cite', criterion: 'metrics', kind: 'comment', of: comment },
    ])
      expect(await object.submit(actor, 'app', { id: fresh(), command })).toMatchObject({ ok: true });
    object.env = kept;
  });
  expect(await rowOf(seller, opened.room)).toMatchObject({ confirmed: 1, amount: { minor: 5, currency: 'EUR' } });
});
