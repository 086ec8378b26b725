/** Accounts: one company is one entry, whoever enters it and however it is written. */
import { describe, expect, test } from 'vitest';
import { fresh } from '../../worker/access/tokens.ts';
import type { AccountMatch, AccountPage, AccountRow } from '../../worker/services.ts';
import {
  act,
  deliverMail,
  joinedCustomer,
  newAddress,
  newColleague,
  newSeller,
  request,
  services,
  viewOf,
  type SignedIn,
} from '../support/front-door.ts';

async function open(by: SignedIn, email: string, account: string, choice?: string) {
  const opened = await services.directory.open(by.seller, { email, account, template: 'blank', ...(choice ? { choice } : {}) });
  if (!opened.ok) throw new Error(opened.refusal.reason);
  const { room } = opened.value;
  await deliverMail(room);
  const view = await viewOf(by, room);
  return { room, account: view.state.room?.account ?? ('' as never), called: view.state.room?.accountName };
}

async function call<T>(by: SignedIn, path: string, method = 'GET', body?: unknown): Promise<T> {
  const response = await request(`/api${path}`, {
    method,
    cookie: by.cookie,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}
const pageOf = (by: SignedIn, account: string) => call<AccountPage & { error?: unknown }>(by, `/accounts/${account}`);
const match = async (by: SignedIn, email: string, name: string) =>
  (await call<{ matches: AccountMatch[] }>(by, `/accounts/match?email=${encodeURIComponent(email)}&name=${encodeURIComponent(name)}`))
    .matches;

describe('a second seller who enters the same customer', () => {
  test('is shown the account that is there, with its rooms and who sells to it', async () => {
    const zhou = await newSeller('Zhou Hang');
    const lidan = await newColleague(zhou, 'Li Dan');
    const first = await open(zhou, 'anna@contoso-a.example', 'Contoso GmbH');
    await open(zhou, 'mike@contoso-a.example', 'Contoso GmbH');

    const expected = { account: first.account, name: 'Contoso GmbH', rooms: 2, sellers: ['Zhou Hang'] };
    expect(await match(lidan, 'new@contoso-a.example', '')).toEqual([{ ...expected, why: 'domain' }]);
    expect(await match(lidan, 'x@gmail.com', 'CONTOSO Co., Ltd.')).toEqual([{ ...expected, why: 'same' }]);
    expect(await match(lidan, 'x@gmail.com', 'Contoso Logistics')).toEqual([{ ...expected, why: 'similar' }]);
    expect(await match(lidan, 'x@fabrikam.example', 'Fabrikam')).toEqual([]);

    const second = await open(lidan, 'new@contoso-a.example', 'Contoso Ltd', first.account);
    expect(second).toMatchObject({ account: first.account, called: 'Contoso GmbH' });
    const other = await open(lidan, 'boss@contoso-a.example', 'Contoso Ltd', 'new');
    expect(other.account).not.toBe(first.account);
  });

  test('is shown it by a Chinese name written another way', async () => {
    const zhou = await newSeller('周航');
    const first = await open(zhou, 'chen@yunfan-x.example', '深圳市云帆信息技术有限公司');
    expect(await match(zhou, 'li@qq.com', '云帆信息技术（中国）有限公司')).toMatchObject([{ account: first.account, why: 'same' }]);
    expect(await match(zhou, 'li@qq.com', '雲帆科技')).toMatchObject([{ account: first.account, why: 'similar' }]);
  });

  test('is not shown one for a free mail domain, nor anything of another workspace', async () => {
    const one = await newSeller();
    const elsewhere = await newSeller('Other', 'Other');
    const first = await open(one, 'chen@qq.com', 'Northwind');
    expect(await match(one, 'other@qq.com', '')).toEqual([]);
    expect(await match(elsewhere, 'chen@qq.com', 'Northwind')).toEqual([]);
    const stolen = await services.directory.open(elsewhere.seller, {
      email: newAddress('x'),
      account: 'Northwind',
      template: 'blank',
      choice: first.account,
    });
    expect(stolen).toMatchObject({ ok: false, refusal: { reason: 'no_such_account' } });
  });
});

describe('an account’s page', () => {
  test('shows its opportunities, its people once each, its domains and what is objected', async () => {
    const zhou = await newSeller('Zhou Hang');
    const lidan = await newColleague(zhou, 'Li Dan');
    const chen = newAddress('chen', 'corp-page.example');
    const first = await open(zhou, chen, 'Corp Page');
    const second = await open(lidan, chen, 'Corp Page', first.account);
    await act(zhou, first.room, { type: 'task.add', task: fresh(), title: 'Too dear', kind: 'objection' });
    await act(zhou, first.room, { type: 'deal.change', amount: '120,000', currency: 'EUR', close: '2027-01-31' });
    await deliverMail(first.room);

    const page = await pageOf(zhou, first.account);
    expect(page).toMatchObject({ name: 'Corp Page', domains: ['corp-page.example'], openObjections: 1, merged: [], mergedInto: null });
    expect(page.people).toMatchObject([{ email: chen, rooms: [{ mine: expect.any(Boolean) }, { mine: expect.any(Boolean) }] }]);
    expect(page.opportunities.find((one) => one.room === first.room)).toMatchObject({
      mine: true,
      stage: 'lead',
      qualified: false,
      amount: { minor: 12_000_000, currency: 'EUR' },
      close: '2027-01-31',
      sellers: ['Zhou Hang'],
    });
    expect(page.opportunities.find((one) => one.room === second.room)).toMatchObject({ mine: false, sellers: ['Li Dan'] });
  });

  test('is no one’s of another workspace, to see or to change', async () => {
    const one = await newSeller();
    const elsewhere = await newSeller('Other', 'Other');
    const { account } = await open(one, newAddress('chen'), 'Corp Walls');
    const theirs = await open(elsewhere, newAddress('chen'), 'Theirs');
    const refused = { error: { code: 'not_found', reason: 'no_such_account' } };
    expect(await pageOf(elsewhere, account)).toEqual(refused);
    expect(await call(elsewhere, `/accounts/${account}`, 'PATCH', { name: 'Mine' })).toEqual(refused);
    expect(await call(elsewhere, `/accounts/${account}/merge`, 'POST', { into: theirs.account })).toEqual(refused);
    expect(await call(one, `/accounts/${account}/merge`, 'POST', { into: theirs.account })).toMatchObject({ error: { code: 'not_found' } });
    expect(await call(elsewhere, `/accounts/${account}/domains`, 'POST', { domain: 'x.example' })).toEqual(refused);
    expect((await pageOf(one, account)).name).toBe('Corp Walls');
  });
});

describe('putting accounts in order', () => {
  test('a new name reaches its rooms, and the old one given back undoes it', async () => {
    const zhou = await newSeller();
    const { room, account } = await open(zhou, newAddress('chen'), 'Corp Old');
    expect(await call(zhou, `/accounts/${account}`, 'PATCH', { name: 'Corp New' })).toEqual({ was: 'Corp Old' });
    expect((await viewOf(zhou, room)).state.room?.accountName).toBe('Corp New');
    await call(zhou, `/accounts/${account}`, 'PATCH', { name: 'Corp Old' });
    expect((await viewOf(zhou, room)).state.room?.accountName).toBe('Corp Old');
    expect(await call(zhou, `/accounts/${account}`, 'PATCH', { name: ' ' })).toMatchObject({
      error: { reason: 'name_missing', field: 'name' },
    });
  });

  test('two entries are merged into one, and taken apart again with all they had', async () => {
    const zhou = await newSeller();
    const one = await open(zhou, 'a@merge-one.example', 'Merge One');
    const two = await open(zhou, 'b@merge-two.example', 'Merge Two');
    expect(await call(zhou, `/accounts/${one.account}/merge`, 'POST', { into: two.account })).toEqual({ into: two.account });

    const list = (await call<{ accounts: AccountRow[] }>(zhou, '/accounts?q=merge')).accounts;
    expect(list).toMatchObject([{ account: two.account, name: 'Merge Two', rooms: 2 }]);
    const page = await pageOf(zhou, two.account);
    expect(page.opportunities).toHaveLength(2);
    expect(page.domains.toSorted()).toEqual(['merge-one.example', 'merge-two.example']);
    expect(page.merged).toEqual([{ account: one.account, name: 'Merge One' }]);
    expect(await pageOf(zhou, one.account)).toMatchObject({ mergedInto: { account: two.account } });
    expect((await viewOf(zhou, one.room)).state.room?.accountName).toBe('Merge Two');
    expect(await match(zhou, 'c@merge-one.example', '')).toMatchObject([{ account: two.account }]);

    // Never in a ring.
    expect(await call(zhou, `/accounts/${two.account}/merge`, 'POST', { into: one.account })).toMatchObject({
      error: { code: 'conflict' },
    });

    await call(zhou, `/accounts/${one.account}/merge`, 'DELETE');
    expect(await pageOf(zhou, one.account)).toMatchObject({
      mergedInto: null,
      domains: ['merge-one.example'],
      opportunities: [{ room: one.room }],
    });
    expect((await viewOf(zhou, one.room)).state.room?.accountName).toBe('Merge One');
  });

  test('an account has as many domains as its company', async () => {
    const zhou = await newSeller();
    const { account } = await open(zhou, 'a@domains-one.example', 'Domains');
    expect(await call(zhou, `/accounts/${account}/domains`, 'POST', { domain: 'mail@Domains-Two.co.uk' })).toEqual({
      domain: 'domains-two.co.uk',
    });
    expect(await match(zhou, 'x@sub.domains-two.co.uk', '')).toMatchObject([{ account }]);
    expect(await call(zhou, `/accounts/${account}/domains`, 'POST', { domain: 'gmail.com' })).toMatchObject({
      error: { reason: 'free_mail' },
    });
    await call(zhou, `/accounts/${account}/domains/domains-two.co.uk`, 'DELETE');
    expect((await pageOf(zhou, account)).domains).toEqual(['domains-one.example']);
  });
});

test('a customer hears of a new name and of nothing else', async () => {
  const zhou = await newSeller();
  const email = newAddress('chen');
  const { room, account } = await open(zhou, email, 'Corp Heard');
  const view = await viewOf(zhou, room);
  const customer = Object.values(view.state.people).find((one) => one.side === 'customer');
  if (!customer) throw new Error('no customer');
  const chen = await joinedCustomer(zhou, { room, customer: customer.id, customerEmail: email, me: view.me });
  await call(zhou, `/accounts/${account}`, 'PATCH', { name: 'Corp Renamed' });
  expect((await viewOf(chen, room)).state.room?.accountName).toBe('Corp Renamed');
});
