/** What it is worth, told by those it is worth something to: their numbers, a seller who may only propose, a colleague who doubts. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { type Device, EVERYWHERE, expectAccessible, expectNoSidewaysScroll, type OwnRoom, ownRoom } from './people.ts';

const browser = useBrowser();

const title = 'Fewer counts by hand';
const need = 'Two people count for a week';
const motive = 'The auditors asked for it';
const secret = 'between-ourselves';

/** The one line of what is gained. */
const line = (page: Page) => page.locator('section[aria-labelledby=value-gain] [data-line-card]');
const number = (page: Page) => line(page).locator('[data-number]');

/** Sheets of paper that a page prints on. */
async function sheets(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

describe.each(EVERYWHERE)('in %s on %s', (locale, _where, options) => {
  const say = { locale };
  let own: OwnRoom;
  let seller: Page;
  let customer: Page;
  let colleague: Device;
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();

  beforeAll(async () => {
    own = await ownRoom(browser(), locale, options);
    ({ page: seller } = own.seller);
    ({ page: customer } = own.customer);
    colleague = await own.join('Zhao Min');
  });
  afterAll(() => own?.close());

  test('a customer says what they gain, as a range, and why; until they tell a cost there is no value', async () => {
    await own.go(own.customer, '?view=value');
    await customer.getByText(m.value_empty_title({}, say)).waitFor();
    await expectNoSidewaysScroll(customer);
    await expectAccessible(customer);
    const gain = customer.locator('[data-add=gain]');
    await gain.getByLabel(m.value_ask_gain({}, say)).fill(title);
    await gain.locator('input[name=text]').fill(locale === 'en' ? '120k–150k' : '12–15万');
    await expect.poll(() => gain.locator('[aria-live]').textContent()).toContain('=');
    await gain.getByRole('button', { name: m.value_add({}, say), exact: true }).click();
    await expect.poll(() => number(customer).textContent()).toMatch(locale === 'en' ? /120k.+150k/ : /12.+15/);
    expect(await customer.locator('[data-vc]').textContent()).toBe(m.value_not_told({}, say));

    await line(customer).getByText(m.value_why({}, say), { exact: true }).click();
    await line(customer).getByLabel(m.value_need({}, say)).fill(need);
    await line(customer).getByLabel(m.value_motive({}, say)).fill(motive);
    await expectNoSidewaysScroll(customer);
    await line(customer)
      .getByRole('button', { name: m.save({}, say), exact: true })
      .click();
    await line(customer).locator('dd', { hasText: need }).waitFor();

    await press(customer, `+ ${m.value_add_cost({}, say)}`);
    const cost = customer.locator('[data-add=cost]');
    await cost.getByLabel(m.value_ask_cost({}, say)).fill('Licences');
    await cost.locator('input[name=text]').fill('30000');
    await cost.getByRole('button', { name: m.value_add({}, say), exact: true }).click();
    await expect.poll(() => customer.locator('[data-vc]').textContent()).not.toBe(m.value_not_told({}, say));
    await expectNoSidewaysScroll(customer);
    await expectAccessible(customer);
  });

  test('a seller may only propose another number; the customer takes one and refuses the next', async () => {
    await own.go(own.seller, '?view=value');
    const before = await number(customer).textContent();
    const propose = async (text: string, why: string) => {
      await line(seller)
        .getByRole('button', { name: m.value_propose({}, say), exact: true })
        .click();
      await line(seller).locator('input[name=text]').fill(text);
      await line(seller).locator('input[name=note]').fill(why);
      await expectNoSidewaysScroll(seller);
      await line(seller)
        .getByRole('button', { name: m.value_propose_send({}, say), exact: true })
        .click();
      await line(seller).locator('[data-proposal]').waitFor();
      await line(customer).locator('[data-proposal]').getByText(why).waitFor();
    };
    await propose('180000', 'As at two others');
    expect(
      await line(seller)
        .getByRole('button', { name: m.value_other_number({}, say), exact: true })
        .count(),
    ).toBe(0);
    expect(await number(seller).textContent()).toBe(before);
    await expectAccessible(customer);
    await press(customer, m.value_accept({}, say));
    await expect.poll(() => number(seller).textContent()).toMatch(locale === 'en' ? /180k/ : /18/);
    await line(seller).locator('[data-proposal]').waitFor({ state: 'detached' });
    expect(await line(seller).textContent()).toContain(m.value_by({ name: 'Chen Wei' }, say));

    const taken = await number(seller).textContent();
    await propose('250000', 'With the new sites');
    await press(customer, m.value_decline({}, say));
    await line(seller).locator('[data-proposal]').waitFor({ state: 'detached' });
    expect(await number(customer).textContent()).toBe(taken);
  });

  test('a colleague doubts, with a number of their own, and everybody sees it', async () => {
    await own.go(colleague, '?view=value');
    await line(colleague.page)
      .getByRole('button', { name: m.value_doubts({}, say) })
      .click();
    const range = line(colleague.page).getByLabel(m.value_own_range({}, say));
    await range.fill('90000');
    await range.press('Enter');
    await line(customer).locator('[data-stance=doubts]').waitFor();
    await expect
      .poll(() => line(seller).locator('[data-stance=doubts]').textContent())
      .toMatch(locale === 'en' ? /Zhao Min.*90k/ : /Zhao Min.*9/);
    await expectNoSidewaysScroll(colleague.page);
    await expectAccessible(colleague.page);
  });

  test('the chart says in words and in a table what it draws', async () => {
    await own.go(own.customer, '?view=value');
    const chart = customer.getByRole('img', { name: /.{8}/ }).and(customer.locator('[data-chart]'));
    await chart.waitFor();
    expect(await customer.locator(`#${await chart.getAttribute('aria-labelledby')}`).textContent()).toMatch(/\d/);
    await expect.poll(() => customer.locator('main').textContent()).toContain(m.value_chart_people({}, say));
    await customer.getByText(m.value_table({}, say), { exact: true }).click();
    const table = customer.getByRole('region', { name: m.value_table({}, say) });
    expect(await table.locator('tbody tr').count()).toBeGreaterThanOrEqual(2);
    expect(await table.textContent()).toContain(title);
    await expectNoSidewaysScroll(customer);
    await expectAccessible(customer);
  });

  test('their word speaks for the deal, where the seller puts it', async () => {
    await own.go(own.seller, '?view=deal');
    const word = seller
      .locator('section[aria-labelledby=customer-words] li')
      .filter({ hasText: title })
      .filter({ hasText: m.view_value({}, say) });
    await word.first().waitFor();
    await word
      .filter({ hasText: /18/ })
      .getByRole('button', { name: m.deal_use({}, say), exact: true })
      .click();
    const counted = seller.locator('section[aria-labelledby=scorecard] li').filter({ hasText: m.deal_counts({}, say) });
    await counted.getByText(title).waitFor();
    await expectNoSidewaysScroll(seller);
    await expectAccessible(seller);
    await counted.getByText(title).click();
    await seller.waitForURL(/view=value/);
  });

  test('the business case is one sheet of paper, with nothing on it that is one side’s alone', async () => {
    const id = await line(customer).getAttribute('id');
    const talk = id?.replace('line-', '') ?? '';
    await own.ask(own.seller, { type: 'deal.change', notes: secret, amount: '4711', currency: 'CNY' });
    await own.ask(own.seller, { type: 'comment.post', comment: talk.replace(/^./, 'z'), thread: `${talk}:internal`, body: secret });
    for (const who of [own.customer, own.seller]) {
      const { page } = who;
      await own.go(who, '?view=value');
      await page.getByRole('link', { name: m.page_open_print({}, say) }).click();
      const paper = page.locator('[data-one-page]');
      await paper.waitFor();
      const words = (await paper.textContent()) ?? '';
      for (const one of [title, need, motive, 'Chen Wei', 'Zhao Min']) expect(words).toContain(one);
      for (const one of [secret, '4711', '4,711', m.deal_internal({}, say)]) expect(words).not.toContain(one);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      expect(await sheets(page)).toBe(1);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('body').innerText()).not.toContain(secret);
      await page.emulateMedia({ media: null });
      // Whoever prints the page as they see it gets the same sheet.
      await own.go(who, '?view=value');
      await page.locator('[data-line-card]').first().waitFor();
      expect(await sheets(page)).toBe(1);
    }
  });
});
