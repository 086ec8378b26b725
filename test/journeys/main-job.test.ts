/**
 * The main job, as its people do it: a seller at a desk, a customer on a phone and in a mail program, a colleague.
 * One story; each test goes on where the one before ended.
 */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { answer, device, expectAccessible, expectNoSidewaysScroll, followSignIn, mailTo, PHONE, type Mail } from './people.ts';

const browser = useBrowser();
const en = { locale: 'en' } as const;
const run = Date.now().toString(36);
const lidan = `lidan.${run}@yuncang-sales.example`;
const zhou = `zhou.${run}@yuncang-sales.example`;
const chen = `chen.wei@contoso-${run}.example`;
const min = `zhao.min@contoso-${run}.example`;

let seller: Awaited<ReturnType<typeof device>>;
let customer: Awaited<ReturnType<typeof device>>;
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const [who, one] of Object.entries({ seller, customer }))
    await one?.page.screenshot({ path: `test/output/${task.name.slice(0, 40).replace(/\W+/g, '-')}-${who}.png` });
});

let roomUrl = '';
let invitation: Mail;
const taskTitle = 'Invite the customer to a product demo';

/** The button of a mail; its other links open at a task. */
const joinLink = (mail: Mail): string => mail.links.find((link) => link.includes('/join/') && !link.includes('task=')) ?? '';
const row = (page: Page, title: string) => page.locator('[data-task]').filter({ hasText: title });

/** What the room would remember of a visit. */
async function sequence(page: Page): Promise<unknown> {
  const room = roomUrl.split('/').at(-1);
  return page.evaluate(async (id) => {
    const answered = (await (await fetch(`/api/rooms/${id}?as=seller`)).json()) as { view: { state: { seq: number }; here: unknown[] } };
    return { seq: answered.view.state.seq, here: answered.view.here.length };
  }, room);
}

describe('a new seller', () => {
  test('enters three things, follows the mailed link and is in, with a demo to look at', async () => {
    seller = await device(browser());
    const { page } = seller;
    await page.goto(`${inject('url')}/start`);
    await expectAccessible(page);
    await page.getByLabel(m.field_your_name({}, en)).fill('Li Dan');
    await page.getByLabel(m.field_work_mail({}, en)).fill(lidan);
    await page.getByLabel(m.field_workspace({}, en)).fill('Yuncang');
    await page.getByRole('button', { name: m.start_button({}, en) }).click();
    await page.getByText(lidan).waitFor();
    await followSignIn(page, lidan);
    await page.getByText('Contoso Retail · Stock counting trial').first().waitFor();
    await expectAccessible(page);
  });

  test('opens a room in three fields and sees the invitation before anything is mailed', async () => {
    const { page } = seller;
    await page.goto(`${inject('url')}/rooms/new`);
    await page.getByLabel(m.field_customer_mail({}, en)).fill(chen);
    await page.getByLabel(m.field_account({}, en), { exact: true }).fill('Contoso Parts');
    await expectAccessible(page);
    await page.getByRole('button', { name: m.room_open({}, en) }).click();
    await page.waitForURL(/\/rooms\/[a-z2-7]{26}/);
    roomUrl = page.url().split('?')[0] ?? '';
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain(chen);
    await page.frameLocator('dialog iframe').getByText('Li Dan').first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  test('adds a task in one line: who and when are recognised and shown before Enter', async () => {
    const { page } = seller;
    const line = page.locator('input[name=line]');
    await line.click();
    await line.pressSequentially(`${taskTitle} @Chen `, { delay: 15 });
    await page.keyboard.press('Escape');
    await line.focus();
    await line.pressSequentially('tomorrow 15:00', { delay: 15 });
    const read = page.locator('[data-line] .chip');
    await read.filter({ hasText: 'Chen' }).waitFor();
    await read.filter({ hasText: '15:00' }).waitFor();
    await line.press('Enter');
    await row(page, taskTitle).first().waitFor();
    expect(await row(page, taskTitle).first().textContent()).toMatch(/15:00/);
  });

  test('sends the invitation by one press', async () => {
    const { page } = seller;
    await page.goto(`${roomUrl}`);
    await page
      .getByRole('button', { name: m.invitation_review({}, en) })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: m.invitation_send({}, en) }).click();
    invitation = await mailTo(chen);
    expect(invitation.text).toContain(taskTitle);
    expect(invitation.from.name).toContain('Li Dan');
    expect(joinLink(invitation)).toContain('/join/');
  });
});

describe('before the customer has looked', () => {
  test('link scanners, some of which run scripts, change nothing at all', async () => {
    const before = await sequence(seller.page);
    for (let turn = 0; turn < 20; turn += 1) {
      await fetch(joinLink(invitation), { method: turn % 2 ? 'HEAD' : 'GET', redirect: 'follow' });
    }
    const robot = await device(browser());
    await robot.page.goto(joinLink(invitation), { waitUntil: 'networkidle' });
    await robot.page.evaluate(() => document.querySelectorAll('a').forEach((link) => void fetch(link.href)));
    await robot.page.waitForTimeout(500);
    const cookies = await robot.page.context().cookies();
    expect(cookies.filter((cookie) => cookie.name.includes('guest'))).toEqual([]);
    await robot.page.context().close();
    expect(await sequence(seller.page)).toEqual(before);
    expect(await seller.page.getByText(m.status_invited({}, en)).first().isVisible()).toBe(true);
  });
});

describe('the customer on a phone', () => {
  test('is told who enters which room, presses once and is in, with nothing typed', async () => {
    customer = await device(browser(), PHONE);
    const { page } = customer;
    await page.goto(joinLink(invitation));
    expect(await page.locator('main').textContent()).toContain('Contoso Parts');
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: m.continue_as({ name: 'Chen Wei' }, en) }).click();
    await page.waitForURL(/\/r\/[a-z2-7]{26}/);
    await page.getByText(taskTitle).first().waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    expect(await page.locator('main').textContent()).toContain(m.turn_you({}, en));
  });

  test('and the seller see each other there', async () => {
    await seller.page.goto(roomUrl);
    await seller.page
      .locator('header')
      .getByText('Chen', { exact: false })
      .or(seller.page.locator('header [title*="Chen"]'))
      .first()
      .waitFor({ state: 'attached' });
  });

  test('writes, and it appears on the seller’s screen without a reload, not moving what is being typed there', async () => {
    const draft = seller.page.locator('textarea[name=body]').first();
    await draft.fill('I am writing this');
    await customer.page.locator('textarea[name=body]').first().fill('Friday is fine for us');
    await customer.page
      .getByRole('button', { name: m.send({}, en), exact: true })
      .first()
      .click();
    await seller.page.getByText('Friday is fine for us').waitFor();
    expect(await draft.inputValue()).toBe('I am writing this');
    await draft.fill('');
    await seller.page.reload();
    expect(await seller.page.locator('textarea[name=body]').first().inputValue()).toBe('');
  });

  test('ticks a task, and takes it back', async () => {
    const tick = row(customer.page, taskTitle)
      .first()
      .getByRole('button')
      .or(row(customer.page, taskTitle).first().getByRole('checkbox'))
      .first();
    await tick.click();
    await row(seller.page, taskTitle).locator('.line-through').waitFor();
    await tick.click();
    await row(seller.page, taskTitle).locator('.line-through').waitFor({ state: 'detached' });
  });

  test('comes back on the same device with one click, on another only with a code from the own mailbox', async () => {
    await customer.page.goto(joinLink(invitation));
    await customer.page.waitForURL(/\/r\/[a-z2-7]{26}/);
    const second = await device(browser(), PHONE);
    await second.page.goto(joinLink(invitation));
    await second.page.getByRole('button', { name: m.continue_as({ name: 'Chen Wei' }, en) }).click();
    const mail = await mailTo(chen, (one) => /\d{6}/.test(one.subject));
    await second.page.locator('input[name=code]').fill(/\d{6}/.exec(mail.subject)?.[0] ?? '');
    await second.page.locator('input[name=code]').press('Enter');
    await second.page.waitForURL(/\/r\/[a-z2-7]{26}/);
    await second.page.context().close();
  });

  test('passes the link on: the colleague is a person of her own', async () => {
    const other = await device(browser(), PHONE);
    const { page } = other;
    await page.goto(joinLink(invitation));
    await page.locator('summary').filter({ hasText: 'Chen' }).click();
    await page.getByLabel(m.field_your_name({}, en)).fill('Zhao Min');
    await page.getByLabel(m.field_work_mail({}, en)).fill(min);
    await page.getByRole('button', { name: m.join_mail_code({}, en) }).click();
    const mail = await mailTo(min, (one) => /\d{6}/.test(one.subject));
    await page.locator('input[name=code]').fill(/\d{6}/.exec(mail.subject)?.[0] ?? '');
    await page.locator('input[name=code]').press('Enter');
    await page.waitForURL(/\/r\/[a-z2-7]{26}/);
    await seller.page.getByText('Zhao Min').first().waitFor();
    await page.context().close();
  });
});

describe('the customer in a mail program', () => {
  test('replies with a file: it stands under that task, by email, live, without quotation or signature, the original one press away', async () => {
    const { page } = seller;
    await row(page, taskTitle).first().locator('a[data-row]').click();
    const panel = page.locator('textarea[data-composer=panel]');
    await panel.fill('@Chen Wei could you confirm the budget?');
    await page
      .locator('form[data-talk]')
      .filter({ has: panel })
      .getByRole('button', { name: m.send({}, en), exact: true })
      .click();
    await page.locator('[id^="c-"]').filter({ hasText: 'could you confirm the budget?' }).waitFor();
    const question = await mailTo(chen, (one) => one.text.includes('could you confirm the budget?'));

    await answer(question, '预算已批，见附件', {
      client: 'qq',
      file: { name: 'budget.pdf', type: 'application/pdf', content: '%PDF-1.4\n%%EOF' },
    });
    const comment = page.locator('[id^="c-"]').filter({ hasText: '预算已批，见附件' });
    await comment.waitFor();
    const words = (await comment.textContent()) ?? '';
    expect(words).toContain(m.by_mail({}, en));
    expect(words).toContain('budget.pdf');
    expect(words).not.toMatch(/could you confirm|原始邮件|Original/);
    const href = await comment.getByRole('link', { name: m.show_original({}, en) }).getAttribute('href');
    const original = await page.request.get(new URL(href ?? '', inject('url')).href);
    expect(await original.text()).toContain('could you confirm the budget?');
  });

  test('the same message delivered again adds nothing', async () => {
    const { page } = seller;
    const raw = `From: Chen Wei <${chen}>\r\nTo: ${invitation.replyTo}\r\nSubject: Re: hello\r\nMessage-ID: <twice.${run}@contoso-parts.example>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0800\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDelivered twice, said once\r\n`;
    for (let turn = 0; turn < 2; turn += 1) {
      const taken = await fetch(`${inject('url')}/dev/mail/inbound?from=${chen}&to=${encodeURIComponent(invitation.replyTo ?? '')}`, {
        method: 'POST',
        body: raw,
      });
      expect(taken.ok).toBe(true);
    }
    await page.goto(roomUrl);
    await page.getByText('Delivered twice, said once').first().waitFor();
    expect(await page.getByText('Delivered twice, said once').count()).toBe(1);
  });

  test('somebody else’s answer to that mail is held where the seller sees it', async () => {
    const raw = `From: Mallory <mallory.${run}@elsewhere.example>\r\nTo: ${invitation.replyTo}\r\nSubject: Re: hello\r\nMessage-ID: <mallory.${run}@elsewhere.example>\r\nContent-Type: text/plain\r\n\r\nPay to this account instead\r\n`;
    await fetch(
      `${inject('url')}/dev/mail/inbound?from=mallory.${run}@elsewhere.example&to=${encodeURIComponent(invitation.replyTo ?? '')}`,
      { method: 'POST', body: raw },
    );
    const held = seller.page.locator('li').filter({ hasText: `mallory.${run}` });
    await held.waitFor();
    await held.locator('summary').click();
    await seller.page.getByText('Pay to this account instead').waitFor();
    await customer.page.reload();
    expect(await customer.page.getByText('Pay to this account instead').count()).toBe(0);
    const told = await mailTo(`mallory.${run}@elsewhere.example`);
    expect(told.subject.length).toBeGreaterThan(0);
  });
});

describe('a colleague', () => {
  test('is mentioned, hears of it by mail, and answers from there', async () => {
    const { page } = seller;
    await page.goto(`${inject('url')}/settings`);
    await expectAccessible(page);
    await page.getByLabel(m.field_colleague_name({}, en)).fill('Zhou Hang');
    await page.locator('input[type=email]').last().fill(zhou);
    await page.locator('input[type=email]').last().press('Enter');
    const colleague = await device(browser());
    await followSignIn(colleague.page, zhou);
    await colleague.page.context().close();

    await page.goto(roomUrl);
    const box = page.locator('textarea[name=body]').first();
    await box.click();
    await box.pressSequentially('@Zhou', { delay: 25 });
    await page.getByRole('option').filter({ hasText: 'Zhou Hang' }).first().click();
    await box.pressSequentially(' please bring the slides', { delay: 5 });
    await page
      .getByRole('button', { name: m.send({}, en), exact: true })
      .first()
      .click();
    const mention = await mailTo(zhou, (one) => one.text.includes('please bring the slides'));
    await answer(mention, 'I will.', { client: 'gmail' });
    await page.getByText('I will.', { exact: true }).waitFor();
  });
});

describe('internal notes', () => {
  test('look different, say so, and are in nothing that the customer’s browser was sent', async () => {
    const { page } = seller;
    await page.goto(roomUrl);
    await page
      .getByRole('tab', { name: m.internal({}, en) })
      .first()
      .click();
    await page
      .getByText(m.internal_seen_by({ workspace: 'Yuncang' }, en))
      .first()
      .waitFor();
    await page.locator('textarea[name=body]').first().fill('Our floor price is 8 percent off');
    await page
      .getByRole('button', { name: m.send_internal({}, en), exact: true })
      .first()
      .click();
    await page.getByText('Our floor price is 8 percent off').waitFor();
    await expectAccessible(page);
    const sent: Promise<string>[] = [];
    customer.page.on('response', (response) => sent.push(response.text().catch(() => '')));
    await customer.page.reload();
    await customer.page.getByText(taskTitle).first().waitFor();
    expect((await Promise.all(sent)).join('')).not.toContain('floor price');
    expect(await customer.page.content()).not.toContain('floor price');
  });
});

describe('without script', () => {
  test('the customer reads the room, ticks a task, writes and sends a file', async () => {
    const cookies = await customer.page.context().cookies();
    const plain = await device(browser(), { ...PHONE, javaScriptEnabled: false });
    await plain.page.context().addCookies(cookies);
    const { page } = plain;
    await page.goto(customer.page.url());
    await row(page, taskTitle).first().getByRole('button').or(row(page, taskTitle).first().getByRole('checkbox')).first().click();
    await page.waitForLoadState();
    await row(seller.page, taskTitle).locator('.line-through').first().waitFor();
    await page.locator('textarea[name=body]').first().fill('Written without any script');
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: '报价.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await page
      .getByRole('button', { name: m.send({}, en), exact: true })
      .first()
      .click();
    await page.getByText('Written without any script').first().waitFor();
    await page.getByText('报价.txt').first().waitFor();
    await page.context().close();
  });
});

describe('in the end', () => {
  test('no page complained, and none asked anything of another site', () => {
    expect(seller.complaints).toEqual([]);
    expect(customer.complaints).toEqual([]);
  });
});
