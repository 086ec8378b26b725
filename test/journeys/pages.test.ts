/** Every page in both languages, on a phone and at a desk: accessible, in its language, nothing to scroll sideways; and light. */
import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { useBrowser } from './browser.ts';
import { DESK, device, expectAccessible, expectNoSidewaysScroll, PHONE } from './people.ts';

const browser = useBrowser();
const linkOf = (label: RegExp): string => inject('links').find((one) => label.test(one.label))?.url ?? '';
let sellerCookies: Awaited<ReturnType<BrowserContext['cookies']>> = [];
let guestCookies: Awaited<ReturnType<BrowserContext['cookies']>> = [];
let roomPath = '';
let guestPath = '';
let taskQuery = '';
let wishesPath = '';

beforeAll(async () => {
  const seller = await device(browser());
  await seller.page.goto(linkOf(/Seller/));
  await seller.page.locator('main form button').first().click();
  await seller.page.waitForURL('**/rooms');
  roomPath = (await seller.page.locator('a[href*="/rooms/"]').filter({ hasText: '华东' }).first().getAttribute('href')) ?? '';
  await seller.page.goto(inject('url') + roomPath);
  const href = (await seller.page.locator('a[data-row]').nth(2).getAttribute('href')) ?? '';
  taskQuery = /\?task=[a-z2-7]+/.exec(href)?.[0] ?? '';
  sellerCookies = await seller.page.context().cookies();
  await seller.page.context().close();

  const guest = await device(browser());
  await guest.page.goto(linkOf(/陈伟/));
  await guest.page.locator('main form button').first().click();
  await guest.page.waitForURL(/\/r\//);
  guestPath = new URL(guest.page.url()).pathname;
  guestCookies = await guest.page.context().cookies();
  await guest.page.context().close();
  const mails = (await (await fetch(`${inject('url')}/dev/mail/messages.json`)).json()) as { links: string[] }[];
  const wishes = mails.flatMap((mail) => mail.links).find((link) => link.includes('/unsubscribe/'));
  wishesPath = wishes ? new URL(wishes).pathname : '/unsubscribe/none';
});

const paths = (): [string, 'nobody' | 'seller' | 'guest'][] => [
  ['/', 'nobody'],
  ['/start', 'nobody'],
  ['/sign-in', 'nobody'],
  [new URL(linkOf(/Mike/)).pathname, 'nobody'],
  [wishesPath, 'nobody'],
  ['/join/nothing', 'nobody'],
  ['/nothing-here', 'nobody'],
  ['/rooms', 'seller'],
  ['/rooms/new', 'seller'],
  ['/rooms/import', 'seller'],
  [`${roomPath}?view=people`, 'seller'],
  [`${roomPath}?view=record`, 'seller'],
  [`${guestPath}?view=people`, 'guest'],
  [`${guestPath}?view=record`, 'guest'],
  ['/settings', 'seller'],
  [roomPath, 'seller'],
  [roomPath + taskQuery, 'seller'],
  [guestPath, 'guest'],
  [guestPath + taskQuery, 'guest'],
];

async function as(who: 'nobody' | 'seller' | 'guest', options: object, locale: string): Promise<Page> {
  const { page } = await device(browser(), options);
  const own = who === 'seller' ? sellerCookies : who === 'guest' ? guestCookies : [];
  await page
    .context()
    .addCookies([...own.filter((cookie) => cookie.name !== 'locale'), { name: 'locale', value: locale, url: inject('url') }]);
  return page;
}

describe.each([
  ['en', 'a phone', PHONE],
  ['zh-CN', 'a phone', PHONE],
  ['en', 'a desk', DESK],
  ['zh-CN', 'a desk', DESK],
] as const)('in %s on %s', (locale, _where, options) => {
  test('every page is accessible, speaks its language and fits', async () => {
    for (const [path, who] of paths()) {
      const page = await as(who, options, locale);
      await page.goto(inject('url') + path);
      await page.waitForTimeout(150);
      expect(await page.locator('html').getAttribute('lang'), path).toBe(locale);
      expect((await page.title()).length, path).toBeGreaterThan(0);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await page.context().close();
    }
  }, 240_000);
});

describe('a customer’s page', () => {
  test('loads at most 45 kB of script, gzipped, and is readable before any of it', async () => {
    const page = await as('guest', PHONE, 'zh-CN');
    let bytes = 0;
    const waiting: Promise<void>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      waiting.push(response.body().then((body) => void (bytes += gzipSync(body, { level: 9 }).byteLength)));
    });
    await page.goto(inject('url') + guestPath, { waitUntil: 'networkidle' });
    await Promise.all(waiting);
    console.log(`script on a customer's first page: ${bytes} bytes gzipped`);
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThanOrEqual(45 * 1024);
    await page.context().close();
  });

  test('can be used by keyboard alone, with the focus always to be seen', async () => {
    const page = await as('guest', DESK, 'en');
    await page.goto(inject('url') + guestPath);
    await page.waitForTimeout(500);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#main');
    let isRow = false;
    for (let turn = 0; turn < 60 && !isRow; turn += 1) {
      const before = await page.screenshot();
      await page.keyboard.press('Tab');
      // Whatever way a focus is drawn, something on the screen must have changed.
      expect((await page.screenshot()).equals(before)).toBe(false);
      isRow = await page.evaluate(() => document.activeElement?.hasAttribute('data-row') ?? false);
    }
    expect(isRow).toBe(true);
    await page.keyboard.press('Enter');
    await page.locator('[data-panel]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-panel]').waitFor({ state: 'detached' });
    await page.context().close();
  });
});
