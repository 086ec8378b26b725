/** Two people in one room at the same moment: they see each other, write one description together, and lose nothing without a network. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { freshId, ownRoom, PHONE, post, visit } from './people.ts';

const browser = useBrowser();

let seller: Page;
let customer: Page;
let room = '';
let task = '';
const complaints: string[] = [];

const field = (page: Page) => page.locator('[data-panel] textarea[name=description]');
const says = (page: Page, words: string) =>
  page.waitForFunction(
    (text) => document.querySelector<HTMLTextAreaElement>('[data-panel] textarea[name=description]')?.value === text,
    words,
  );
const caretAt = (page: Page, place: number) =>
  field(page).evaluate((area, at) => (area as HTMLTextAreaElement).setSelectionRange(at, at), place);
const open = (page: Page, path: string) => page.goto(`${inject('url')}${path}/${room}?task=${task}`);

beforeAll(async () => {
  const guest = await visit(browser(), 'mike', 'en', PHONE);
  customer = guest.page;
  room = /[a-z2-7]{26}/.exec(inject('demo').mike.path)?.[0] ?? '';
  const desk = await visit(browser(), 'seller', 'en');
  seller = desk.page;
  await seller.goto(`${inject('url')}/rooms/${room}`);
  task = (await seller.locator('[data-task]').first().getAttribute('data-task')) ?? '';
  if (!/^[a-z2-7]{26}$/.test(task)) {
    task = await seller.evaluate(async (id) => {
      const answer = (await (await fetch(`/api/rooms/${id}?as=seller`)).json()) as { view: { state: { plan: { order: string[] } } } };
      return answer.view.state.plan.order[0] ?? '';
    }, room);
  }
  await open(seller, '/rooms');
  await open(customer, '/r');
  for (const one of [guest, desk]) complaints.push(...one.complaints);
});

describe('two people at one description', () => {
  test('write together: each sees the other’s words, and the caret stays where its owner left it', async () => {
    await field(seller).click();
    await field(seller).fill('Agree on the terms');
    await seller.waitForTimeout(600);
    await field(customer).click();
    await says(customer, 'Agree on the terms');
    await caretAt(customer, 'Agree on the terms'.length);
    await customer.keyboard.type(' by Thursday');
    await caretAt(seller, 0);
    await seller.keyboard.type('First: ');
    await says(seller, 'First: Agree on the terms by Thursday');
    await says(customer, 'First: Agree on the terms by Thursday');
    expect(await field(seller).evaluate((area) => (area as HTMLTextAreaElement).selectionStart)).toBe('First: '.length);
    expect(await field(customer).evaluate((area) => (area as HTMLTextAreaElement).selectionStart)).toBe(
      'First: Agree on the terms by Thursday'.length,
    );
  });

  test('when both have left it, it is the task’s description for everybody', async () => {
    await field(seller).blur();
    await field(customer).blur();
    await seller.waitForTimeout(1_500);
    await open(seller, '/rooms');
    await says(seller, 'First: Agree on the terms by Thursday');
  });
});

describe('without a network', () => {
  test('a quiet banner says so; what is typed survives a reload of the other’s changes and goes when the network is back', async () => {
    await field(customer).click();
    await says(customer, 'First: Agree on the terms by Thursday');
    await customer.waitForTimeout(500);
    await customer.context().setOffline(true);
    await customer.locator('[role=status] .bg-ink').waitFor({ timeout: 5_000 });
    await caretAt(customer, 'First: Agree on the terms by Thursday'.length);
    await customer.keyboard.type(', noon');
    await field(seller).click();
    await caretAt(seller, 0);
    await seller.keyboard.type('>> ');
    await says(seller, '>> First: Agree on the terms by Thursday');
    // A page that dies without a network: what it had is on the device.
    await customer.close({ runBeforeUnload: false });
    const context = customer.context();
    await context.setOffline(false);
    customer = await context.newPage();
    await open(customer, '/r');
    const both = '>> First: Agree on the terms by Thursday, noon';
    await says(seller, both);
    await says(customer, both);
  });
});

test.each(['agenda', 'minutes'] as const)('a meeting’s %s is written by both at once, and by a plain form', async (name) => {
  const { page: other } = await visit(browser(), 'mike', 'en', PHONE);
  const meeting = freshId();
  const due = { date: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10), time: '10:00', zone: 'Europe/Berlin' };
  const command = { type: 'task.add', task: meeting, title: 'Write-up', kind: 'meeting', due, invite: [] };
  await post(seller, `/api/rooms/${room}/commands?as=seller`, { id: freshId(), command });
  const written = (page: Page) => page.locator(`[data-meeting] textarea[name=${name}]`);
  await seller.goto(`${inject('url')}/rooms/${room}?task=${meeting}`);
  await other.goto(`${inject('url')}/r/${room}?task=${meeting}`);
  await written(seller).fill('- Prices.');
  await written(other).click();
  await expect.poll(() => written(other).inputValue()).toBe('- Prices.');
  await written(other).press('Control+End');
  await other.keyboard.type(' - Dates.');
  await expect.poll(() => written(seller).inputValue()).toBe('- Prices. - Dates.');
  await written(seller).blur();
  await written(other).blur();

  // Without script: what it says stands in a form of its own.
  const plain = await browser().newContext({ javaScriptEnabled: false, storageState: inject('demo').mike.kept });
  const page = await plain.newPage();
  const theirs = page.locator(`[data-meeting] form:has(textarea[name=${name}])`);
  await expect
    .poll(async () => {
      await page.goto(`${inject('url')}/r/${room}?task=${meeting}`);
      return theirs.locator('textarea').inputValue();
    })
    .toBe('- Prices. - Dates.');
  await theirs.locator('textarea').fill('- Prices. - Dates. - Signed.');
  await theirs.getByRole('button').click();
  await expect.poll(() => written(seller).inputValue()).toBe('- Prices. - Dates. - Signed.');
  await plain.close();
  await other.context().close();
});

test('what was sent as a plain form while the script was on its way does not stand in the composer again', async () => {
  const { page } = await visit(browser(), 'mike', 'en', PHONE);
  const words = `Said once ${freshId()}`;
  await page.goto(`${inject('url')}/r/${room}`);
  await post(page, `/api/rooms/${room}/commands?as=customer`, {
    id: freshId(),
    command: { type: 'comment.post', comment: freshId(), thread: 'room', body: words, mail: null },
  });
  const keep = async (draft: string) => {
    await page.evaluate(
      async ([id, text]) => {
        const { view } = (await (await fetch(`/api/rooms/${id}?as=customer`)).json()) as { view: { me: string } };
        localStorage.setItem(`atelier:${id}:${view.me}:draft:room`, JSON.stringify(text));
      },
      [room, draft] as const,
    );
    await page.reload();
    await page.locator('.comment').filter({ hasText: words }).first().waitFor();
  };
  const composer = page.locator('form[data-talk] textarea').first();
  await keep('Not said yet');
  await expect.poll(() => composer.inputValue()).toBe('Not said yet');
  await keep(words);
  await page.waitForTimeout(4_000);
  expect(await composer.inputValue()).toBe('');
  await page.context().close();
});

test('a room that was read opens without a network, as it stood, and says so', async () => {
  const { page } = await visit(browser(), 'mike', 'en', PHONE);
  await page.goto(inject('url') + inject('demo').mike.path);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect
    .poll(
      () =>
        page.evaluate(async () => (await (await caches.open('rooms')).keys()).length + (await (await caches.open('code')).keys()).length),
      {
        timeout: 30_000,
      },
    )
    .toBeGreaterThan(3);
  // What acting in it needs is here too.
  const isKept = (name: string) =>
    page.evaluate(async (part) => (await (await caches.open('code')).keys()).some((one) => one.url.includes(part)), name);
  for (const name of ['/acting.', '/RoomTalk.']) await expect.poll(() => isKept(name), { timeout: 30_000 }).toBe(true);
  await page.context().setOffline(true);
  const composer = page.locator('form[data-talk] textarea').first();
  await composer.fill('Said in a tunnel');
  await composer.press('Control+Enter');
  await composer.fill('Half a thought');
  await page.reload();
  await page.locator('[data-task]').first().waitFor();
  await page.getByText(m.offline({}, { locale: 'en' })).waitFor();
  await page.getByText('Said in a tunnel').waitFor();
  await expect.poll(() => composer.inputValue()).toBe('Half a thought');
  await page.context().setOffline(false);
  await page.getByText(m.offline({}, { locale: 'en' })).waitFor({ state: 'detached' });
  await page.context().close();
});

test('somebody who is removed while they write sees no more of the room, but what they wrote', async () => {
  const own = await ownRoom(browser(), 'en', PHONE);
  const { page } = own.customer;
  await own.go(own.customer);
  const composer = page.locator('form[data-talk] textarea').first();
  await composer.fill('Our board meets on Monday');
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('Our board meets on Monday');
  const me = await page.evaluate(
    async (path) => ((await (await fetch(path)).json()) as { view: { me: string } }).view.me,
    `/api/rooms/${own.room}?as=customer`,
  );
  await own.ask(own.seller, { type: 'participant.remove', participant: me });
  await page.getByText(m.ended_left({}, { locale: 'en' })).waitFor();
  await page.getByText(m.unsent({}, { locale: 'en' })).waitFor();
  await page.getByText('Our board meets on Monday').waitFor();
  expect(await page.locator('[data-task]').count()).toBe(0);
  await own.close();
});
