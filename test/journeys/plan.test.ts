/** The plan under people's hands: dragged, moved by keys and by a sheet, seen by weeks and by whose turn it is. */
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { DESK, EVERYWHERE, expectAccessible, expectNoSidewaysScroll, PHONE, visit } from './people.ts';

const browser = useBrowser();

async function open(query: string, options: object, locale: 'en' | 'zh-CN'): Promise<{ page: Page; complaints: string[] }> {
  const one = await visit(browser(), 'mike', locale, options);
  await one.page.goto(inject('url') + inject('demo').mike.path + query);
  return one;
}

const list = '[data-plan-list]';
/** Rows with grips: the list is alive. */
async function alive(page: Page): Promise<void> {
  await page.locator(`${list} [data-grip]`).first().waitFor();
}
const titles = (page: Page) => page.locator(`${list} a[data-row]`).allTextContents();

async function add(page: Page, line: string): Promise<void> {
  await page.locator('[data-line] input[name=line]').fill(line);
  await page.keyboard.press('Enter');
  await page.locator(`${list} [data-task]`).filter({ hasText: line }).waitFor();
}

describe.each(EVERYWHERE)('in %s on %s', (locale, _where, options) => {
  test('every shape of the plan fits, and is accessible', async () => {
    for (const query of ['?show=list', '?show=timeline', '?show=board', '?show=list&of=mine&sort=due']) {
      const { page, complaints } = await open(query, options, locale);
      await page.waitForTimeout(500);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  }, 180_000);
});

describe('moving a task', () => {
  test('by keys is said, and is the same after a reload', async () => {
    const { page } = await open('?show=list', DESK, 'en');
    await alive(page);
    await add(page, 'Alpha');
    await add(page, 'Beta');
    const before = await titles(page);
    await page.locator(`${list} [data-task]`).filter({ hasText: 'Beta' }).locator('a[data-row]').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(() => titles(page)).not.toEqual(before);
    const after = await titles(page);
    expect(after.indexOf('Beta')).toBe(after.indexOf('Alpha') - 1);
    await expect.poll(() => page.locator('[aria-live=polite]').allTextContents()).toContainEqual(expect.stringContaining('Beta'));
    await page.waitForTimeout(500);
    await page.reload();
    await alive(page);
    expect(await titles(page)).toEqual(after);
    await page.context().close();
  });

  test('by dragging its grip at a desk', async () => {
    const { page, complaints } = await open('?show=list', DESK, 'en');
    await alive(page);
    const grip = (title: string) => page.locator(`${list} [data-task]`).filter({ hasText: title }).locator('[data-grip]');
    await grip('Beta').hover();
    await page.waitForTimeout(1_000);
    const [from, to] = [await grip('Beta').boundingBox(), await grip('Alpha').boundingBox()];
    if (!from || !to) throw new Error('no grips');
    await page.mouse.move(from.x + 10, from.y + 20);
    await page.mouse.down();
    await page.mouse.move(from.x + 10, from.y + 34, { steps: 6 });
    await page.mouse.move(to.x + 10, to.y + 36, { steps: 20 });
    await page.waitForTimeout(400);
    await page.mouse.up();
    await expect.poll(async () => (await titles(page)).indexOf('Beta') - (await titles(page)).indexOf('Alpha')).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('by the sheet of its moves on a phone', async () => {
    const { page } = await open('?show=list', PHONE, 'en');
    await alive(page);
    await page.locator(`${list} [data-task]`).filter({ hasText: 'Beta' }).locator('[data-grip]').tap();
    await page.getByRole('button', { name: m.task_move_up({}, { locale: 'en' }), exact: true }).tap();
    await expect.poll(async () => (await titles(page)).indexOf('Beta') - (await titles(page)).indexOf('Alpha')).toBe(-1);
    await page.context().close();
  });
});

describe('a task’s panel', () => {
  test('takes a date in words, offers to move what follows, and takes that back', async () => {
    const { page } = await open('?show=list', DESK, 'en');
    await alive(page);
    await add(page, 'Gamma');
    const panel = page.locator('[data-panel]');
    await page.locator(`${list} [data-task]`).filter({ hasText: 'Gamma' }).locator('a[data-row]').click();
    await panel.locator('[data-due]').fill('+10d');
    await page.keyboard.press('Enter');
    await panel.getByText(m.task_after_add({}, { locale: 'en' })).click();
    await panel.getByRole('button', { name: 'Alpha', exact: true }).click();
    await page.keyboard.press('Escape');

    await page.locator(`${list} [data-task]`).filter({ hasText: 'Alpha' }).first().locator('a[data-row]').click();
    await panel.locator('[data-due]').fill('+3d');
    await page.keyboard.press('Enter');
    await panel.locator('input[type=time]').waitFor();
    await panel.locator('[data-due]').fill('+8d');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: m.shift_do({}, { locale: 'en' }), exact: true }).click();
    await page
      .getByRole('button', { name: m.undo({}, { locale: 'en' }) })
      .first()
      .waitFor();
    await panel.locator('[data-history-link]').click();
    await panel.locator('[data-history] li').nth(1).waitFor();
    await page.context().close();
  });

  test('has a checklist, ticked and taken back', async () => {
    const { page } = await open('?show=list', PHONE, 'en');
    await alive(page);
    await page.locator(`${list} [data-task]`).filter({ hasText: 'Gamma' }).locator('a[data-row]').tap();
    const panel = page.locator('[data-panel]');
    await panel.getByLabel(m.check_add({}, { locale: 'en' })).fill('Ask for the badge');
    await page.keyboard.press('Enter');
    await panel.getByRole('button', { name: m.task_done_named({ task: 'Ask for the badge' }, { locale: 'en' }) }).tap();
    await panel.getByRole('button', { name: m.task_reopen_named({ task: 'Ask for the badge' }, { locale: 'en' }) }).waitFor();
    await expectAccessible(page);
    await page.context().close();
  });
});
