/** People of a journey: each on a device of their own, with a mailbox that can be read and answered from. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { expect, inject } from 'vitest';
import { watched } from './browser.ts';

export interface Mail {
  id: string;
  from: { name: string; address: string };
  to: { name: string; address: string };
  replyTo: string | null;
  subject: string;
  messageId: string;
  text: string;
  links: string[];
}

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

/** Both languages, on a phone and at a desk: for `describe.each`. */
export const EVERYWHERE = [
  ['en', 'a phone', PHONE],
  ['zh-CN', 'a phone', PHONE],
  ['en', 'a desk', DESK],
  ['zh-CN', 'a desk', DESK],
] as const;

export interface Device {
  page: Page;
  complaints: string[];
}

/** A new device. Anything that its pages complain of fails the test that asked for it. */
export async function device(browser: Browser, options: BrowserContextOptions = DESK): Promise<Device> {
  // Without motion, so that what is looked at stands still.
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== inject('url')) complaints.push(`a request elsewhere: ${request.url()}`);
  });
  const waiting = new Set<string>();
  const named = (request: Request) => `${request.method()} ${request.url()}`;
  page.on('request', (request) => waiting.add(named(request)));
  for (const end of ['requestfinished', 'requestfailed'] as const) page.on(end, (request) => waiting.delete(named(request)));
  watched.set(page, { complaints, waiting });
  return { page, complaints };
}

/** Somebody of the demo on a device that knows them, in a language of their choice. */
export async function visit(
  browser: Browser,
  who: 'seller' | 'chen' | 'mike',
  locale: 'en' | 'zh-CN',
  options: BrowserContextOptions = DESK,
): Promise<Device> {
  const one = await device(browser, { ...options, storageState: inject('demo')[who].kept });
  await one.page.context().addCookies([{ name: 'locale', value: locale, url: inject('url') }]);
  return one;
}

/** The path of a demo room in the seller's list, by a word of its name. */
export async function demoRoom(page: Page, word: string): Promise<string> {
  await page.goto(`${inject('url')}/rooms`);
  const href = await page.locator('a[href*="/rooms/"]').filter({ hasText: word }).first().getAttribute('href');
  return new URL(href ?? '', inject('url')).pathname;
}

/** Sends what a page's person asks for, as the app would; gives what is answered. */
export async function post(page: Page, path: string, body: object): Promise<Record<string, unknown>> {
  const answered = await page.evaluate(
    async ([to, what]) => {
      const answer = await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body: what });
      return { ok: answer.ok, text: await answer.text() };
    },
    [path, JSON.stringify(body)] as const,
  );
  if (!answered.ok) throw new Error(`${path}: ${answered.text}`);
  return JSON.parse(answered.text) as Record<string, unknown>;
}

export interface OwnRoom {
  room: string;
  seller: Device;
  customer: Device;
  /** Somebody of the room asks something of it, as their page does. */
  ask(who: Device, command: object): Promise<void>;
  /** A colleague of the customer's comes in. */
  join(name: string): Promise<Device>;
  /** A person's page of the room, at a view or task of it. */
  go(who: Device, query?: string): Promise<void>;
  /** Everybody leaves; nobody's page may have complained. */
  close(): Promise<void>;
}

export const freshId = () => Array.from({ length: 26 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('');

/** A room that nobody else's journey knows: the demo's seller opens it, a customer comes in by the mailed link. */
export async function ownRoom(browser: Browser, locale: 'en' | 'zh-CN', options: BrowserContextOptions): Promise<OwnRoom> {
  const run = freshId().slice(0, 8);
  const url = inject('url');
  const seller = await visit(browser, 'seller', locale, options);
  await seller.page.goto(`${url}/rooms`);
  const email = (name: string) => `${name.split(' ')[0]?.toLowerCase()}.${run}@example.com`;
  const opened = await post(seller.page, '/api/rooms', {
    email: email('Chen Wei'),
    account: `Northwind ${run}`,
    template: 'blank',
    locale,
    name: 'Chen Wei',
  });
  const room = String(opened['room']);
  const ask: OwnRoom['ask'] = async (who, command) => {
    const as = who === seller ? 'seller' : 'customer';
    await post(who.page, `/api/rooms/${room}/commands?as=${as}`, { id: freshId(), command });
  };
  /** Comes in by the mailed link, with one press. */
  const come = async (name: string): Promise<Device> => {
    const mail = await mailTo(email(name));
    const one = await device(browser, options);
    await one.page.context().addCookies([{ name: 'locale', value: locale, url }]);
    await one.page.goto(mail.links.find((link) => link.includes('/join/')) ?? '');
    await one.page.locator('main form button').first().click();
    await one.page.waitForURL(/\/r\/[a-z2-7]{26}/);
    return one;
  };
  const participant = await seller.page.evaluate(async (path) => {
    const { view } = (await (await fetch(path)).json()) as { view: { state: { people: Record<string, { id: string; side: string }> } } };
    return Object.values(view.state.people).find((one) => one.side === 'customer')?.id;
  }, `/api/rooms/${room}?as=seller`);
  await ask(seller, { type: 'participant.invite', participant, note: '' });
  const customer = await come('Chen Wei');
  const all = [seller, customer];
  return {
    room,
    seller,
    customer,
    ask,
    join: async (name) => {
      const person = { participant: freshId(), side: 'customer', name, email: email(name), locale, zone: 'Asia/Shanghai' };
      await ask(seller, { type: 'participant.add', ...person, invite: true, note: '' });
      const one = await come(name);
      all.push(one);
      return one;
    },
    go: async (who, query = '') => void (await who.page.goto(`${url}${who === seller ? '/rooms' : '/r'}/${room}${query}`)),
    close: async () => {
      for (const one of all) await one.page.context().close();
      expect(all.flatMap((one) => one.complaints)).toEqual([]);
    },
  };
}

/** Waits for a mail to an address that fits; the newest first. */
export async function mailTo(address: string, fits: (mail: Mail) => boolean = () => true): Promise<Mail> {
  for (let turn = 0; turn < 120; turn += 1) {
    const response = await fetch(`${inject('url')}/dev/mail/messages.json?to=${encodeURIComponent(address)}`);
    const found = ((await response.json()) as Mail[]).find(fits);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`no such mail to ${address}`);
}

/** Answers a mail from a mail program, as the mailbox composes it: a real message through the real `email()`. */
export async function answer(
  mail: Mail,
  text: string,
  options: { client?: string; file?: { name: string; type: string; content: string } } = {},
): Promise<{ accepted: boolean; messageId: string }> {
  const form = new FormData();
  form.set('client', options.client ?? 'outlook');
  form.set('text', text);
  if (options.file) form.set('files', new File([options.file.content], options.file.name, { type: options.file.type }));
  const response = await fetch(`${inject('url')}/dev/mail/${mail.id}/reply`, {
    method: 'POST',
    body: form,
    headers: { accept: 'application/json' },
  });
  return (await response.json()) as { accepted: boolean; messageId: string };
}

/** No fault by axe's rules of WCAG 2.2 AA, light and dark. */
export async function expectAccessible(page: Page): Promise<void> {
  // What is half way under the header while one scrolls is not what is asked about.
  await page.evaluate(() => scrollTo(0, 0));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // What was asked for is on the screen, and has been for a moment.
    await page.waitForFunction((scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches, colorScheme);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.waitForTimeout(250);
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
    expect(
      violations.map(
        (one) =>
          `${one.id} (${colorScheme}) ${page.url()}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join('; ')}`,
      ),
    ).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: 'reduce' });
}

/** Nothing to scroll sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
}

/** Signs in by a mailed link: open it, press the one button. A link opens once: `used` are mails to leave aside; gives the one it took. */
export async function followSignIn(page: Page, address: string, used: readonly string[] = []): Promise<string> {
  const mail = await mailTo(address, (one) => !used.includes(one.id) && one.links.some((link) => link.includes('/sign-in/')));
  await page.goto(mail.links.find((link) => link.includes('/sign-in/')) ?? '');
  await page.locator('main form button').first().click();
  await page.waitForURL('**/rooms');
  return mail.id;
}
