/** Materials, as their people use them: a seller at a desk, a customer on a phone, and a machine that only follows links. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { demoRoom, DESK, device, expectAccessible, expectNoSidewaysScroll, PHONE, visit } from './people.ts';

const browser = useBrowser();
const en = { locale: 'en' } as const;
const zh = { locale: 'zh-CN' } as const;
const run = Date.now().toString(36);
const pdf = (name: string, text: string) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.4 ${text}`) });
const item = (page: Page, title: string) => page.locator('[data-material]').filter({ hasText: title });

let seller: Awaited<ReturnType<typeof device>>;
let customer: Awaited<ReturnType<typeof device>>;
let sellerView = '';
let customerView = '';

/** How many looks the sellers are told of. */
const looks = (page: Page): Promise<{ how: string }[]> =>
  page.evaluate(async () => {
    const room = /[a-z2-7]{26}/.exec(location.pathname)?.[0];
    const answered = (await (await fetch(`/api/rooms/${room}/opens?as=seller`)).json()) as { openings: { how: string }[] };
    return answered.openings;
  });

beforeAll(async () => {
  seller = await visit(browser(), 'seller', 'en');
  sellerView = `${inject('url')}${await demoRoom(seller.page, '华东')}?view=materials`;
  customer = await visit(browser(), 'chen', 'zh-CN', PHONE);
  customerView = `${inject('url')}${inject('demo').chen.path}?view=materials`;
});

describe('a seller', () => {
  test('adds a file with a Chinese name, which stands there as soon as it is up', async () => {
    const { page } = seller;
    await page.goto(sellerView);
    await page.locator('summary', { hasText: m.materials_add({}, en) }).click();
    await page
      .locator('main input[type=file]')
      .first()
      .setInputFiles(pdf(`报价单-${run}.pdf`, 'one'));
    await item(page, `报价单-${run}`).waitFor();
    await page
      .locator('main input[type=file]')
      .first()
      .setInputFiles({ name: `notes-${run}.txt`, mimeType: 'text/plain', buffer: Buffer.from('What we agreed') });
    await item(page, `notes-${run}`).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  test('gives it a new version, and the earlier one stays to be had', async () => {
    const { page } = seller;
    const one = item(page, `报价单-${run}`);
    await one.locator('summary').first().click();
    await one.locator('input[type=file]').setInputFiles(pdf(`报价单-${run}-2.pdf`, 'two'));
    await one.getByText(m.materials_version_of({ number: 2, count: 2 }, en)).waitFor();
    await one.getByText(m.materials_versions({}, en)).click();
    await one.getByRole('link', { name: m.materials_version({ number: 1 }, en), exact: true }).waitFor();
  });

  test('keeps one internal: the customer’s page never hears of it', async () => {
    const { page } = seller;
    // It shuts once something was added.
    const audience = page.locator('select[name=audience]');
    if (!(await audience.isVisible())) await page.locator('summary', { hasText: m.materials_add({}, en) }).click();
    await audience.selectOption('seller');
    await page
      .locator('main input[type=file]')
      .first()
      .setInputFiles(pdf(`margin-${run}.pdf`, 'secret'));
    await item(page, `margin-${run}`).getByText(m.materials_seller({}, en)).waitFor();
    await expectAccessible(page);
    await customer.page.goto(customerView);
    await item(customer.page, `报价单-${run}`).waitFor();
    expect(await customer.page.content()).not.toContain(`margin-${run}`);
  });
});

describe('an open', () => {
  test('is none that a machine makes which fetches and follows every link and presses nothing', async () => {
    const before = await looks(seller.page);
    const robot = await device(browser(), DESK);
    await robot.page.context().addCookies(await customer.page.context().cookies());
    await robot.page.goto(customerView, { waitUntil: 'networkidle' });
    await robot.page.evaluate(async () => {
      const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].filter((one) => one.href.startsWith(location.origin));
      for (let turn = 0; turn < 20; turn += 1) {
        const link = links[turn % links.length];
        if (link) await fetch(link.href, { method: turn % 2 ? 'HEAD' : 'GET' });
      }
      for (const file of document.querySelectorAll<HTMLAnchorElement>('[data-material] a[href*="/files/"]')) {
        await fetch(file.href);
        // A script's click is nobody's.
        file.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, button: 1 }));
      }
    });
    await robot.page.waitForTimeout(500);
    await robot.page.context().close();
    expect(await looks(seller.page)).toEqual(before);
  });

  test('is a customer’s press: they were told so, and the seller sees it without doing anything', async () => {
    const { page } = customer;
    const before = (await looks(seller.page)).length;
    await page.getByText(m.materials_told({}, zh)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    // A PDF opens in a tab of its own, a text over the page.
    const tab = page.context().waitForEvent('page');
    await item(page, `报价单-${run}`)
      .getByRole('link', { name: `报价单-${run}`, exact: true })
      .click();
    await (await tab).close();
    await item(seller.page, `报价单-${run}`).getByText(m.materials_opens({}, en)).waitFor();
    expect(await looks(seller.page)).toHaveLength(before + 1);
    await item(page, `notes-${run}`)
      .getByRole('link', { name: `notes-${run}`, exact: true })
      .click();
    await page.locator('dialog[open] iframe').waitFor();
    await item(seller.page, `notes-${run}`).getByText(m.materials_opens({}, en)).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  });

  test('has reading time only where the customer switches it on', async () => {
    const { page } = customer;
    const wish = page.getByRole('button', { name: m.materials_reading({}, zh) });
    expect(await wish.getAttribute('aria-pressed')).toBe('false');
    await wish.click();
    await expect.poll(() => wish.getAttribute('aria-pressed')).toBe('true');
    await wish.click();
    await expect.poll(() => wish.getAttribute('aria-pressed')).toBe('false');
    expect(await seller.page.getByRole('button', { name: m.materials_reading({}, en) }).count()).toBe(0);
  });
});

describe('a request', () => {
  test('is a task of the plan, which the customer’s file completes', async () => {
    const { page } = seller;
    await page.locator('summary', { hasText: m.materials_request({}, en) }).click();
    await page.getByLabel(m.materials_request_what({}, en)).fill(`Security report ${run}`);
    await page.getByRole('button', { name: m.materials_request_send({}, en) }).click();
    await page.locator('section[aria-labelledby=requests]').getByText(`Security report ${run}`).waitFor();

    await customer.page.locator('section[aria-labelledby=requests] a', { hasText: `Security report ${run}` }).click();
    const panel = customer.page.locator('[data-panel]');
    await panel.getByText(m.materials_for_you({}, zh)).waitFor();
    await expectAccessible(customer.page);
    await panel.getByLabel(m.materials_provide({}, zh)).setInputFiles(pdf(`report-${run}.pdf`, 'report'));
    await panel.getByText(m.materials_answered({}, zh)).waitFor();
    await item(page, `report-${run}`).waitFor();
    await page.locator('section[aria-labelledby=requests]').getByText(`Security report ${run}`).waitFor({ state: 'detached' });
  });

  test('and all of it without a complaint from any page', () => {
    expect([...seller.complaints, ...customer.complaints]).toEqual([]);
  });
});
