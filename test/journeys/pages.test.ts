/** Every page in both languages, on a phone and at a desk: accessible, in its language, nothing to scroll sideways; and light. */
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { useBrowser } from './browser.ts';
import { demoRoom, DESK, device, EVERYWHERE, expectAccessible, expectNoSidewaysScroll, PHONE, visit } from './people.ts';

const browser = useBrowser();
let roomPath = '';
let guestPath = '';
let taskQuery = '';
let accountPath = '';
let wishesPath = '';

beforeAll(async () => {
  const { page } = await visit(browser(), 'seller', 'zh-CN');
  roomPath = await demoRoom(page, '华东');
  guestPath = inject('demo').chen.path;
  await page.goto(inject('url') + roomPath);
  const href = (await page.locator('a[data-row]').nth(2).getAttribute('href')) ?? '';
  taskQuery = /\?task=[a-z2-7]+/.exec(href)?.[0] ?? '';
  await page.goto(`${inject('url')}/accounts`);
  accountPath = (await page.locator('main a[href^="/accounts/"]').first().getAttribute('href')) ?? '';
  await page.context().close();
  const mails = (await (await fetch(`${inject('url')}/dev/mail/messages.json`)).json()) as { links: string[] }[];
  const wishes = mails.flatMap((mail) => mail.links).find((link) => link.includes('/unsubscribe/'));
  wishesPath = wishes ? new URL(wishes).pathname : '/unsubscribe/none';
  expect([roomPath, guestPath, taskQuery, accountPath].filter((one) => one === '')).toEqual([]);
});

type Who = 'nobody' | 'seller' | 'chen';
const join = (): string => new URL(inject('links').find((one) => one.label.includes('Mike'))?.url ?? '').pathname;
const views = (path: string, who: Who, names: string[]): [string, Who][] => names.map((name) => [`${path}?view=${name}`, who]);

const paths = (): [string, Who][] => [
  ['/', 'nobody'],
  ['/start', 'nobody'],
  ['/sign-in', 'nobody'],
  [join(), 'nobody'],
  [wishesPath, 'nobody'],
  ['/join/nothing', 'nobody'],
  ['/nothing-here', 'nobody'],
  ['/rooms', 'seller'],
  ['/rooms/new', 'seller'],
  ['/rooms/import', 'seller'],
  ['/accounts', 'seller'],
  [accountPath, 'seller'],
  ['/answers', 'seller'],
  ['/settings', 'seller'],
  ...['rooms', 'people', 'record', 'status'].map((name): [string, Who] => [`/settings/${name}`, 'seller']),
  [roomPath, 'seller'],
  [roomPath + taskQuery, 'seller'],
  ...views(roomPath, 'seller', [
    'plan',
    'plan&show=timeline',
    'plan&show=board',
    'value',
    'materials',
    'people',
    'deal',
    'record',
    'paper',
  ]),
  [guestPath, 'chen'],
  [guestPath + taskQuery, 'chen'],
  [`${guestPath}/erase`, 'chen'],
  ...views(guestPath, 'chen', ['plan', 'value', 'materials', 'people', 'record', 'paper']),
];

async function as(who: Who, options: object, locale: 'en' | 'zh-CN'): Promise<Page> {
  if (who !== 'nobody') return (await visit(browser(), who, locale, options)).page;
  const { page } = await device(browser(), options);
  await page.context().addCookies([{ name: 'locale', value: locale, url: inject('url') }]);
  return page;
}

describe.each(EVERYWHERE)('in %s on %s', (locale, _where, options) => {
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
  }, 900_000);
});

describe('a customer’s page', () => {
  test('loads at most 45 kB of script, gzipped, and is readable before any of it', async () => {
    const page = await as('chen', PHONE, 'zh-CN');
    // A line that never opens: what the page fetches once it has one is no part of what it waits for.
    await page.routeWebSocket(/.*/, () => {});
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
    const page = await as('chen', DESK, 'en');
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
