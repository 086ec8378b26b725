/** Whether the plan is still true: both sides confirm it, a date that slips says so, and what is another's moves by proposal. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { EVERYWHERE, expectAccessible, expectNoSidewaysScroll, type OwnRoom, ownRoom } from './people.ts';

const browser = useBrowser();

const title = 'Sign the contract';
const task = 'signaaaaaaaaaaaaaaaaaaaaaa';
const head = (page: Page, kind: string) => page.locator(`[data-truth=${kind}]`);
const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe.each(EVERYWHERE)('in %s on %s', (locale, _where, options) => {
  const say = { locale };
  let own: OwnRoom;
  let seller: Page;
  let customer: Page;
  const due = (days: number) => ({ date: dayIn(days), time: null, zone: 'Asia/Shanghai' });
  const said = (page: Page, kind: string) => head(page, kind).locator('p').first().textContent();

  beforeAll(async () => {
    own = await ownRoom(browser(), locale, options);
    ({ page: seller } = own.seller);
    ({ page: customer } = own.customer);
    const chen = await customer.evaluate(async (path) => {
      const { view } = (await (await fetch(path)).json()) as { view: { me: string } };
      return view.me;
    }, `/api/rooms/${own.room}?as=customer`);
    await own.ask(own.seller, { type: 'task.add', task, title, owners: [chen], due: due(20) });
    await own.go(own.seller);
    await own.go(own.customer);
  });
  afterAll(() => own?.close());

  test('a plan that the seller alone confirmed waits for the customer; confirmed by both it says so', async () => {
    await head(seller, 'new').waitFor();
    await seller.getByRole('button', { name: m.truth_confirm({}, say), exact: true }).click();
    await expect.poll(() => said(customer, 'new')).toBe(m.truth_never({ side: m.truth_customer({}, say) }, say));
    expect(await head(seller, 'confirmed').count()).toBe(0);
    await expectNoSidewaysScroll(customer);
    await expectAccessible(customer);
    await customer.getByRole('button', { name: m.truth_confirm({}, say), exact: true }).click();
    await head(customer, 'confirmed').waitFor();
    await head(seller, 'confirmed').waitFor();
    await expectAccessible(seller);
  });

  test('a date that slipped twice says so to both, with every old date and who moved it', async () => {
    await own.ask(own.customer, { type: 'task.change', task, due: due(24) });
    await head(seller, 'confirmed').waitFor();
    await own.ask(own.customer, { type: 'task.change', task, due: due(31) });
    for (const page of [seller, customer]) {
      await head(page, 'unconfirmed').waitFor();
      await head(page, 'unconfirmed')
        .getByText(m.truth_slipped({ task: title, count: 2 }, say))
        .waitFor();
      await head(page, 'unconfirmed').locator('summary').click();
      await expect.poll(() => head(page, 'unconfirmed').locator('ol li').count()).toBe(2);
      expect(await head(page, 'unconfirmed').locator('ol').textContent()).toContain('Chen Wei');
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
  });

  test('it is true again once both have said that it is still right', async () => {
    await customer.getByRole('button', { name: m.truth_still({}, say), exact: true }).click();
    await expect.poll(() => said(seller, 'unconfirmed')).toContain(m.truth_seller({}, say));
    expect(await head(customer, 'confirmed').count()).toBe(0);
    await seller.getByRole('button', { name: m.truth_still({}, say), exact: true }).click();
    await head(customer, 'confirmed').waitFor();
    await head(seller, 'confirmed').waitFor();
  });

  test('what is another’s is moved by proposal: refused, it stays; taken, it moves', async () => {
    await own.go(own.seller, `?task=${task}`);
    await own.go(own.customer, `?task=${task}`);
    const field = (page: Page) => page.locator('[data-panel] [data-due]');
    const proposal = (page: Page) => page.locator('[data-panel] [data-proposal]');
    const propose = async (words: string) => {
      // Alive: pickers come with the script.
      await seller.locator('[data-panel] input[type=date]').waitFor({ state: 'attached' });
      await field(seller).fill(words);
      await field(seller).press('Enter');
      await proposal(seller).waitFor();
      await proposal(customer).waitFor();
    };
    const before = await field(customer).inputValue();
    await propose('+40d');
    expect(await field(customer).inputValue()).toBe(before);
    expect(await field(seller).inputValue()).toBe(before);
    await expectNoSidewaysScroll(customer);
    await expectAccessible(customer);
    await proposal(customer)
      .getByRole('button', { name: m.proposal_decline({}, say), exact: true })
      .click();
    await proposal(seller).waitFor({ state: 'detached' });
    expect(await field(seller).inputValue()).toBe(before);

    await propose('+26d');
    await proposal(customer)
      .getByRole('button', { name: m.proposal_accept({}, say), exact: true })
      .click();
    await proposal(seller).waitFor({ state: 'detached' });
    await expect.poll(() => field(seller).inputValue()).not.toBe(before);
    expect(await field(customer).inputValue()).toBe(await field(seller).inputValue());
  });
});
