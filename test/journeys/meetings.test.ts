/** A demo is set in one line, accepted from a mail program, asked for at another time, moved by one press; and times are picked on a phone. */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { DESK, device, expectAccessible, expectNoSidewaysScroll, followSignIn, mailTo, PHONE, type Mail } from './people.ts';

const browser = useBrowser();
// Calendars are told 20 s after a change, and every step here waits for a mail of theirs.
vi.setConfig({ testTimeout: 240_000 });

type Device = Awaited<ReturnType<typeof device>>;
interface CalendarMail extends Mail {
  calendar: { method: string; ics: string } | null;
}

const isEntry = (mail: Mail): boolean => (mail as CalendarMail).calendar?.method === 'REQUEST';

/** Presses a button of the calendar in the local mailbox. */
async function press(mail: Mail, fields: Record<string, string>): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const response = await fetch(`${inject('url')}/dev/mail/${mail.id}/calendar`, {
    method: 'POST',
    body: form,
    headers: { accept: 'application/json' },
  });
  expect(await response.json()).toMatchObject({ accepted: true });
}

async function addLine(page: Page, words: string): Promise<void> {
  const line = page.locator('input[name=line]');
  await line.click();
  await line.pressSequentially(words, { delay: 10 });
  await page.locator('[data-line] .chip').first().waitFor();
  await page.keyboard.press('Escape');
  await line.focus();
  await line.press('Enter');
}

describe.each([
  {
    locale: 'en' as const,
    seller: 'Li Dan',
    account: 'Contoso',
    name: 'Chen',
    demo: 'Product demo',
    when: 'Fri 15:00',
    times: 'Mon 10:00, Tue 16:30',
  },
  {
    locale: 'zh-CN' as const,
    seller: '李丹',
    account: '华东制造',
    name: '陈伟',
    demo: '产品演示',
    when: '周五 15:00',
    times: '下周一 10:00，下周二 16:30',
  },
])('meetings, $locale', ({ locale, seller: sellerName, account, name, demo, when, times }) => {
  const say = { locale };
  const run = `${Date.now().toString(36)}${locale.slice(0, 2)}`;
  const sellerMail = `seller.${run}@yuncang-sales.example`;
  const chen = `chen.wei@contoso-${run}.example`;
  let seller: Device;
  let customer: Device;
  let roomUrl = '';
  let entry: Mail;
  const meeting = (page: Page) => page.locator('[data-meeting]');
  const open = (page: Page, title: string) => page.locator('[data-task] [data-row]').filter({ hasText: title }).first().click();

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [who, one] of Object.entries({ seller, customer }))
      await one?.page.screenshot({ path: `test/output/meetings-${locale}-${who}.png` });
  });

  test('a demo written in one line stands in the calendar of whoever is invited', async () => {
    seller = await device(browser(), { ...DESK, locale: locale === 'en' ? 'en-GB' : 'zh-CN' });
    const { page } = seller;
    await page.goto(`${inject('url')}/start`);
    await page.getByLabel(m.field_your_name({}, say)).fill(sellerName);
    await page.getByLabel(m.field_work_mail({}, say)).fill(sellerMail);
    await page.getByLabel(m.field_workspace({}, say)).fill('Yuncang');
    await page.getByRole('button', { name: m.start_button({}, say) }).click();
    await page.getByText(sellerMail).waitFor();
    await followSignIn(page, sellerMail);
    await page.goto(`${inject('url')}/rooms/new`);
    await page.getByLabel(m.field_customer_mail({}, say)).fill(chen);
    await page.getByLabel(m.field_account({}, say), { exact: true }).fill(account);
    await page.getByRole('button', { name: m.room_open({}, say) }).click();
    await page.waitForURL(/\/rooms\/[a-z2-7]{26}/);
    roomUrl = page.url().split('?')[0] ?? '';
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: m.invitation_send({}, say) }).click();
    await mailTo(chen, (mail) => mail.links.some((link) => link.includes('/join/')));
    await addLine(page, `${demo} @Chen ${when}`);
    entry = await mailTo(chen, isEntry);
    expect(entry.subject).toContain(demo);
  });

  test('accepted in the mail program, it is accepted on the seller’s open page, without a reload', async () => {
    const { page } = seller;
    await open(page, demo);
    await meeting(page).locator('[data-slot]').waitFor();
    const attendee = meeting(page)
      .locator('[data-attendee]')
      .filter({ hasText: name === '陈伟' ? 'Chen' : name });
    await attendee.getByText(m.meeting_answer_none({}, say)).waitFor();
    await press(entry, { answer: 'accepted' });
    await attendee.getByText(m.meeting_answer_accepted({}, say)).waitFor();
    await attendee.getByText(m.meeting_by_mail({}, say)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  test('declined with a note, the note stands in the thread', async () => {
    await press(entry, { answer: 'declined', text: 'Friday is a holiday here' });
    await seller.page.locator('[data-panel]').getByText('Friday is a holiday here').last().waitFor();
    await meeting(seller.page).getByText(m.meeting_answer_declined({}, say)).first().waitFor();
  });

  test('another time that was asked for is taken by one press, and the calendar hears of it', async () => {
    const { page } = seller;
    const day = new Date(Date.now() + 12 * 86_400_000).toISOString().slice(0, 10);
    await press(entry, { answer: 'counter', date: day, time: '09:30', zone: 'Asia/Shanghai' });
    const asked = meeting(page).locator('[data-counter]');
    await asked.waitFor();
    await asked.getByRole('button', { name: m.meeting_take({}, say) }).click();
    await asked.waitFor({ state: 'detached' });
    await meeting(page).locator('[data-slot]').filter({ hasText: '09:30' }).waitFor();
    const moved = (await mailTo(chen, (mail) => isEntry(mail) && mail.id !== entry.id)) as CalendarMail;
    const before = (entry as CalendarMail).calendar?.ics ?? '';
    const uid = /^UID:(.*)$/m;
    expect(uid.exec(moved.calendar?.ics ?? '')?.[1]).toBe(uid.exec(before)?.[1]);
    expect(moved.calendar?.ics).toMatch(/^SEQUENCE:[1-9]/m);
  });

  test('times are proposed in words and picked by one press on a phone', async () => {
    const { page } = seller;
    await page.goto(roomUrl);
    await addLine(page, `${demo} 2 @Chen`);
    await open(page, `${demo} 2`);
    await meeting(page).getByLabel(m.meeting_words({}, say)).fill(times);
    await meeting(page)
      .getByRole('button', { name: m.meeting_send({}, say), exact: true })
      .click();
    await meeting(page)
      .getByRole('button', { name: m.meeting_take({}, say) })
      .nth(1)
      .waitFor();
    await expectAccessible(page);
    const offer = await mailTo(chen, (mail) => mail.links.some((link) => link.includes('time=2')));

    customer = await device(browser(), { ...PHONE, locale: locale === 'en' ? 'en-GB' : 'zh-CN' });
    const phone = customer.page;
    await phone.goto(offer.links.find((link) => link.includes('time=2')) ?? '');
    await phone.locator('main form button').first().click();
    await meeting(phone)
      .getByRole('button', { name: m.meeting_take({}, say) })
      .first()
      .waitFor();
    await expectAccessible(phone);
    await expectNoSidewaysScroll(phone);
    await meeting(phone)
      .getByRole('button', { name: m.meeting_take({}, say) })
      .nth(1)
      .click();
    await meeting(phone).locator('[data-slot]').filter({ hasText: '16:30' }).waitFor();
    await meeting(page).locator('[data-slot]').filter({ hasText: '16:30' }).waitFor();
    expect([...seller.complaints, ...customer.complaints]).toEqual([]);
  });
});
