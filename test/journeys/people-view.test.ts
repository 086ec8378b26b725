/** The people of a purchase: who is missing is said, invited for, or put in copy; what each did is counted; on a phone and at a desk. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { answer, demoRoom, DESK, expectAccessible, expectNoSidewaysScroll, mailTo, PHONE, visit } from './people.ts';

const browser = useBrowser();
const en = { locale: 'en' } as const;
const zh = { locale: 'zh-CN' } as const;
const run = Date.now().toString(36);
let sellerPath = '';

beforeAll(async () => {
  const { page } = await visit(browser(), 'seller', 'zh-CN');
  sellerPath = await demoRoom(page, '华东');
  await page.context().close();
});

describe.each([
  ['a phone', PHONE],
  ['a desk', DESK],
] as const)('on %s', (where, options) => {
  const what = `法务 ${run}${where.length}`;

  test('a customer says who is missing; the seller sees it, notes a part that the customer never sees, and invites', async () => {
    const customer = await visit(browser(), 'chen', 'zh-CN', options);
    await customer.page.goto(`${inject('url')}${inject('demo').chen.path}?view=people`);
    await customer.page
      .locator('summary', { hasText: m.stake_add({}, zh) })
      .first()
      .click();
    await customer.page.getByLabel(m.stake_function({}, zh)).first().fill(what);
    await customer.page
      .getByRole('button', { name: m.stake_add_button({}, zh) })
      .first()
      .click();
    await customer.page.locator('[data-placeholder]', { hasText: what }).waitFor();
    await expectAccessible(customer.page);
    await expectNoSidewaysScroll(customer.page);

    const seller = await visit(browser(), 'seller', 'en', options);
    await seller.page.goto(`${inject('url')}${sellerPath}?view=people`);
    const row = seller.page.locator('[data-placeholder]', { hasText: what });
    await row.locator('summary', { hasText: m.stake_role_none({}, en) }).click();
    await row.getByRole('button', { name: m.stake_pays({}, en) }).click();
    await row.locator('summary', { hasText: m.stake_pays({}, en) }).waitFor();
    await expectAccessible(seller.page);
    await expectNoSidewaysScroll(seller.page);

    await row.locator('summary', { hasText: m.stake_invite_as({}, en) }).click();
    await row.getByLabel(m.field_name({}, en)).fill('王芳');
    await row.getByLabel(m.field_mail({}, en)).fill(`wang.${run}${where.length}@huadong-mfg.example`);
    await row.getByRole('button', { name: m.invitation_review({}, en) }).click();
    await seller.page.getByRole('button', { name: m.invitation_send({}, en) }).click();
    await mailTo(`wang.${run}${where.length}@huadong-mfg.example`);
    await seller.page.locator('li', { hasText: '王芳' }).getByText(what).waitFor();

    await customer.page.locator('li', { hasText: '王芳' }).getByText(what).waitFor();
    await customer.page.reload();
    const person = customer.page.locator('main li', { hasText: `wang.${run}${where.length}@` });
    await person.getByText(what).waitFor();
    expect(await person.textContent()).not.toContain(m.stake_pays({}, zh));
    expect(await customer.page.content()).not.toMatch(/"pays"/);
    expect([...customer.complaints, ...seller.complaints]).toEqual([]);
    await customer.page.context().close();
    await seller.page.context().close();
  });

  test('every number of who did what opens what it counts', async () => {
    for (const [who, path, locale] of [
      ['seller', sellerPath, 'en'],
      ['chen', inject('demo').chen.path, 'zh-CN'],
    ] as const) {
      const { page, complaints } = await visit(browser(), who, locale, options);
      await page.goto(`${inject('url')}${path}?view=record`);
      const number = page.locator('[data-ledger] details[data-measure=made]').first();
      await number.locator('summary').click();
      const shown = Number(/\d+/.exec((await number.locator('summary').textContent()) ?? '')?.[0]);
      expect(await number.locator('li').count()).toBe(shown);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
      await number.locator('a').first().click();
      await page.waitForURL(/task=/);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });
});

test('without script somebody missing is said, and taken back, by plain forms', async () => {
  const { page } = await visit(browser(), 'chen', 'en', { ...DESK, javaScriptEnabled: false });
  await page.goto(`${inject('url')}${inject('demo').chen.path}?view=people`);
  await page
    .locator('summary', { hasText: m.stake_add({}, en) })
    .first()
    .click();
  await page.getByLabel(m.stake_function({}, en)).first().fill(`Works council ${run}`);
  await page
    .getByRole('button', { name: m.stake_add_button({}, en) })
    .first()
    .click();
  const row = page.locator('[data-placeholder]', { hasText: `Works council ${run}` });
  await row.waitFor();
  await row.getByRole('button', { name: m.stake_remove({ what: `Works council ${run}` }, en) }).click();
  await page.waitForLoadState();
  expect(await row.count()).toBe(0);
});

test('MYDATA by mail is answered by mail', async () => {
  const chen = 'chenwei@huadong-mfg.example';
  const mail = await mailTo(chen, (one) => one.replyTo !== null);
  await answer(mail, 'MYDATA');
  await mailTo(chen, (one) => one.subject.includes('我的数据'));
});
