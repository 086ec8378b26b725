/**
 * A deal and its gate, as two sellers and a customer live it: the same company entered twice, a claim that counts for
 * nothing, the customer's words that count, and their taking them back.
 */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { device, expectAccessible, expectNoSidewaysScroll, followSignIn, mailTo, PHONE } from './people.ts';

const browser = useBrowser();
const run = Date.now().toString(36);
const company = `Fabrikam ${run}`;
const domain = `fabrikam-${run}.example`;

type Device = Awaited<ReturnType<typeof device>>;
let lidan: Device;
let zhou: Device;
let chen: Device;
let roomUrl = '';
const en = { locale: 'en' } as const;
const zh = { locale: 'zh-CN' } as const;

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const [who, one] of Object.entries({ lidan, zhou, chen }))
    await one?.page.screenshot({ path: `test/output/deal-${task.name.slice(0, 40).replace(/\W+/g, '-')}-${who}.png`, fullPage: true });
});

async function start(name: string, options?: Parameters<typeof device>[1]): Promise<{ device: Device; email: string }> {
  const own = await device(browser(), options);
  const { page } = own;
  const say = options?.locale === 'zh-CN' ? zh : en;
  const email = `${name.replace(/\W/g, '').toLowerCase() || 'seller'}.${run}@yuncang-sales.example`;
  await page.goto(`${inject('url')}/start`);
  await page.getByLabel(m.field_your_name({}, say)).fill(name);
  await page.getByLabel(m.field_work_mail({}, say)).fill(email);
  await page.getByLabel(m.field_workspace({}, say)).fill('Yuncang');
  await page.getByRole('button', { name: m.start_button({}, say) }).click();
  await page.getByText(email).waitFor();
  await followSignIn(page, email);
  return { device: own, email };
}

const deal = async (page: Page) => {
  await page.goto(`${roomUrl}?view=deal`);
  await page.getByText(m.deal_internal({}, en)).first().waitFor();
};
const criterion = (page: Page, name: string) =>
  page.locator('section[aria-labelledby=scorecard] li').filter({ has: page.getByRole('heading', { name }) });

describe('the same customer', () => {
  test('is entered by a first seller', async () => {
    lidan = (await start('Li Dan')).device;
    const { page } = lidan;
    await page.goto(`${inject('url')}/rooms/new`);
    await page.getByLabel(m.field_customer_mail({}, en)).fill(`chen@${domain}`);
    await page.getByLabel(m.field_account({}, en), { exact: true }).fill(`${company} GmbH`);
    await page.getByRole('button', { name: m.room_open({}, en) }).click();
    await page.waitForURL(/\/rooms\/[a-z2-7]{26}/);
    roomUrl = page.url().split('?')[0] ?? '';
    await page
      .getByRole('dialog')
      .getByRole('button', { name: m.invitation_send({}, en) })
      .click();
  });

  test('is offered to a colleague on a phone, before anything is opened', async () => {
    const { page } = lidan;
    await page.goto(`${inject('url')}/settings`);
    const email = `zhou.${run}@yuncang-sales.example`;
    await page.getByLabel(m.field_colleague_name({}, en)).fill('Zhou Hang');
    await page.locator('form[action="?/invite"] input[name=email]').fill(email);
    await page.getByRole('button', { name: m.invite_by_mail({}, en) }).click();
    zhou = await device(browser(), PHONE);
    await followSignIn(zhou.page, email);
    await zhou.page.goto(`${inject('url')}/rooms/new`);
    await zhou.page.getByLabel(m.field_customer_mail({}, en)).fill(`anna@${domain}`);
    const offer = zhou.page.getByRole('radio', { name: m.match_use({ name: `${company} GmbH` }, en) });
    await offer.waitFor();
    await zhou.page.getByText('1 room · Li Dan').waitFor();
    await zhou.page.getByLabel(m.field_account({}, en), { exact: true }).fill(`${company.toUpperCase()} Co., Ltd.`);
    await expect.poll(() => offer.isChecked()).toBe(true);
    await expectAccessible(zhou.page);
    await expectNoSidewaysScroll(zhou.page);
    await zhou.page.getByRole('button', { name: m.room_open({}, en) }).click();
    await zhou.page.waitForURL(/\/rooms\/[a-z2-7]{26}/);
  });

  test('has a page of its own with both rooms, and its people', async () => {
    const { page } = zhou;
    await expect
      .poll(
        async () => {
          await page.goto(`${inject('url')}/accounts?q=${encodeURIComponent(domain)}`);
          return page.getByText('2 rooms').count();
        },
        { timeout: 60_000, interval: 2_000 },
      )
      .toBe(1);
    await expectNoSidewaysScroll(page);
    await page.getByRole('link', { name: `${company} GmbH` }).click();
    await page.getByRole('heading', { level: 1, name: `${company} GmbH` }).waitFor();
    await page.getByText(`anna@${domain}`).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});

describe('the gate', () => {
  test('facts are kept in place, and a claim does not count', async () => {
    const { page } = lidan;
    await deal(page);
    await page.getByLabel(m.deal_amount({}, en)).fill('400k');
    await page.getByLabel(m.deal_currency({}, en)).selectOption('EUR');
    await page.getByLabel(m.deal_close({}, en)).fill('2027-03-01');
    await page.getByLabel(m.deal_source({}, en)).fill('Fair');
    await page.getByLabel(m.deal_notes({}, en)).click();
    await page.getByText(m.deal_not_in_sum({ amount: '€400,000', count: 3 }, en)).waitFor();
    await criterion(page, m.criterion_metrics({}, en))
      .getByRole('button', { name: m.deal_do_claim({}, en) })
      .click();
    await criterion(page, m.criterion_metrics({}, en)).getByText(m.deal_claim({}, en), { exact: true }).waitFor();
    await page.getByText(m.deal_confirmed_count({ count: 0, needed: 3 }, en)).waitFor();
    await expectAccessible(page);
  });

  test('a question goes into the composer by one press', async () => {
    const { page } = lidan;
    await criterion(page, m.criterion_pain({}, en))
      .getByRole('link', { name: m.deal_ask({}, en) })
      .click();
    await expect.poll(() => page.locator('[data-talk] textarea').first().inputValue()).toContain('leave things as they are');
    await page.locator('[data-talk] textarea').first().press('Control+Enter');
  });

  test('three things that the customer says make it a deal', async () => {
    const mail = await mailTo(`chen@${domain}`, (one) => one.links.some((link) => link.includes('/join/')));
    chen = await device(browser(), PHONE);
    await chen.page.goto(mail.links.find((link) => link.includes('/join/') && !link.includes('task=')) ?? '');
    await chen.page.locator('main form button').first().click();
    await chen.page.waitForURL(/\/r\/[a-z2-7]{26}/);
    for (const words of ['We save 400 hours a year.', 'Today it costs us two days a week.', 'I will carry it through the board.']) {
      const talk = chen.page.locator('form[data-talk]').first();
      await talk.locator('textarea').fill(words);
      await talk.getByRole('button', { name: m.send({}, en), exact: true }).click();
      await chen.page.locator('.comment').filter({ hasText: words }).waitFor();
    }
    const { page } = lidan;
    await deal(page);
    for (const [words, name] of [
      ['We save 400 hours', m.criterion_metrics({}, en)],
      ['two days a week', m.criterion_pain({}, en)],
      ['through the board', m.criterion_champion({}, en)],
    ] as const) {
      const said = page.locator('section[aria-labelledby=customer-words] li').filter({ hasText: words });
      await said.getByRole('combobox').selectOption({ label: name });
      await said.getByRole('button', { name: m.deal_use({}, en) }).click();
      await criterion(page, name).getByText(words).waitFor();
    }
    await page.getByText(m.deal_in_sum({ amount: '€400,000' }, en)).waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await criterion(page, m.criterion_metrics({}, en)).textContent()).toMatch(/confirmed by Chen.*, \w+ \d+/);
  });

  test('and nothing of it is on the customer’s page', async () => {
    const html = await (await chen.page.request.get(`${chen.page.url().split('?')[0]}?view=deal`)).text();
    for (const secret of ['400,000', '40000000', 'scorecard', '"deal.', m.deal_internal({}, en)]) expect(html).not.toContain(secret);
  });

  test('it falls when the customer takes their words back', async () => {
    const said = chen.page.locator('.comment').filter({ hasText: 'through the board' });
    await said.locator('summary').first().click();
    await said.getByRole('button', { name: m.comment_delete({}, en) }).click();
    await lidan.page.getByText(m.deal_not_in_sum({ amount: '€400,000', count: 1 }, en)).waitFor();
  });
});

describe('the pipeline', () => {
  test('says it is a lead, leads from numbers to rows, and is the same as CSV', async () => {
    const { page } = lidan;
    await expect
      .poll(
        async () => {
          await page.goto(`${inject('url')}/rooms?stage=lead&q=${encodeURIComponent(company)}&sort=amount`);
          return page.getByText('2/3').count();
        },
        { timeout: 60_000, interval: 2_000 },
      )
      .toBe(1);
    await page.getByText('€400,000').waitFor();
    const csv = await page.request.get(
      await page.getByRole('link', { name: m.rooms_csv({}, en) }).evaluate((link: HTMLAnchorElement) => link.href),
    );
    expect((await csv.text()).trim().split('\r\n')).toHaveLength(2);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await page.getByRole('link', { name: new RegExp(`^${m.rooms_all({}, en)}`) }).click();
    await page.waitForURL((url) => !url.searchParams.has('stage'));
    expect(lidan.complaints).toEqual([]);
    expect(chen.complaints).toEqual([]);
  });

  test('reads in Chinese as well, on a phone', async () => {
    const { device: own } = await start('周航', { ...PHONE, locale: 'zh-CN' });
    const { page } = own;
    await page.getByText(m.stage_lead({}, zh)).first().waitFor();
    await page.locator('a[href^="/rooms/"]').filter({ hasText: '华东制造' }).first().click();
    await page.waitForURL(/\/rooms\/[a-z2-7]{26}/);
    await page.goto(`${page.url().split('?')[0]}?view=deal`);
    await page.getByText(m.deal_internal({}, zh)).first().waitFor();
    await page.getByText(m.deal_not_in_sum({ amount: '¥1,480,000', count: 2 }, zh)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    expect(own.complaints).toEqual([]);
  });
});
