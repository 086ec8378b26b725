/** Threads, as two people use them: on a phone and at a desk, in both languages. */
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { useBrowser } from './browser.ts';
import { demoRoom, DESK, expectAccessible, expectNoSidewaysScroll, PHONE, visit } from './people.ts';

const browser = useBrowser();

/** A picture of one colour, made by the page itself. */
async function picture(page: Page, name: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const data = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [40, 30];
    const brush = canvas.getContext('2d');
    if (brush) {
      brush.fillStyle = '#2456c7';
      brush.fillRect(0, 0, 40, 30);
    }
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
  return { name, mimeType: 'image/png', buffer: Buffer.from(data, 'base64') };
}

async function enter(who: 'seller' | 'chen', locale: 'en' | 'zh-CN', options: object) {
  const one = await visit(browser(), who, locale, options);
  const path = who === 'chen' ? inject('demo').chen.path : await demoRoom(one.page, '华东');
  await one.page.goto(inject('url') + path);
  return { ...one, path };
}
const seller = (locale: 'en' | 'zh-CN', options: object) => enter('seller', locale, options);
const customer = (locale: 'en' | 'zh-CN', options: object) => enter('chen', locale, options);

const composer = (page: Page) => page.locator('[data-thread="room"] textarea[name=body]');
const comment = (page: Page, words: string) => page.locator('.comment').filter({ hasText: words }).last();
async function say(page: Page, words: string): Promise<void> {
  await composer(page).fill(words);
  await page.locator('[data-thread="room"] form[data-talk] button:not([type=button])').last().click();
  // What is Markdown in it, or a link, stands there otherwise than it was typed.
  await comment(page, words.split(/ https|\n/)[0] ?? words).waitFor();
}
async function menu(page: Page, words: string, entry: RegExp): Promise<void> {
  await comment(page, words).locator('summary').click();
  await comment(page, words).getByRole('button', { name: entry }).click();
}

const words = {
  en: {
    edit: /^Edit$/,
    save: /^Save$/,
    remove: /^Delete$/,
    restore: /^Restore$/,
    quote: /quote/,
    link: /Copy link/,
    agreed: /Agreed/,
    trace: /deleted a comment/,
    seen: /Seen by .*陈伟/,
    internal: /only .* sees this/,
    load: /Load from/,
    fresh: /New since/,
  },
  'zh-CN': {
    edit: /^编辑$/,
    save: /^保存$/,
    remove: /^删除$/,
    restore: /^恢复$/,
    quote: /引用回复/,
    link: /复制链接/,
    agreed: /同意/,
    trace: /删除了一条留言/,
    seen: /陈伟.*已看过/,
    internal: /只有.*能看到/,
    load: /加载/,
    fresh: /新内容/,
  },
} as const;

describe.each([
  ['en', 'a phone', PHONE],
  ['zh-CN', 'a desk', DESK],
  ['zh-CN', 'a phone', PHONE],
  ['en', 'a desk', DESK],
] as const)('in %s on %s', (locale, where, options) => {
  const say_ = words[locale];
  const mark = `${locale}-${where.split(' ')[1]}`;

  test('a comment is answered, edited, quoted, deleted and brought back, and both see it', async () => {
    const a = await seller(locale, options);
    const b = await customer(locale, options);
    await say(a.page, `Twelve licences ${mark}`);
    await comment(b.page, `Twelve licences ${mark}`).waitFor();

    await menu(b.page, `Twelve licences ${mark}`, say_.agreed);
    await comment(a.page, `Twelve licences ${mark}`).locator('.react').filter({ hasText: '陈伟' }).waitFor();
    // Who looks at a thread is told who has read it.
    await comment(a.page, `Twelve licences ${mark}`).scrollIntoViewIfNeeded();
    await comment(a.page, `Twelve licences ${mark}`).locator('[data-seen]').filter({ hasText: say_.seen }).waitFor();

    await menu(a.page, `Twelve licences ${mark}`, say_.edit);
    await a.page.locator('.comment form textarea').fill(`Ten licences ${mark}`);
    await a.page.locator('.comment form').getByRole('button', { name: say_.save }).click();
    await comment(b.page, `Ten licences ${mark}`).locator('button.edited').click();
    await b.page.locator('dialog').getByText(`Twelve licences ${mark}`).waitFor();
    await expectAccessible(b.page);
    await b.page.keyboard.press('Escape');

    await menu(b.page, `Ten licences ${mark}`, say_.quote);
    await expect.poll(() => composer(b.page).inputValue()).toContain(`> Ten licences ${mark}`);
    await composer(b.page).fill('');

    await menu(a.page, `Ten licences ${mark}`, say_.remove);
    await b.page.locator('.comment').filter({ hasText: say_.trace }).last().waitFor();
    expect(await b.page.content()).not.toContain(`Ten licences ${mark}`);
    await a.page.locator('.comment').filter({ hasText: say_.trace }).getByRole('button', { name: say_.restore }).last().click();
    await comment(b.page, `Ten licences ${mark}`).waitFor();
    await expectNoSidewaysScroll(b.page);
    await expectAccessible(a.page);
    expect([...a.complaints, ...b.complaints]).toEqual([]);
    await a.page.context().close();
    await b.page.context().close();
  }, 240_000);

  test('a picture opens large and by arrow keys; a video asks nobody before it is wanted; a table fits', async () => {
    const a = await seller(locale, options);
    await composer(a.page).focus();
    await a.page
      .locator('[data-thread="room"] input[name=file]')
      .setInputFiles([await picture(a.page, `one-${mark}.png`), await picture(a.page, `two-${mark}.png`)]);
    await a.page.locator('[data-thread="room"] form li svg').nth(1).waitFor();
    await say(
      a.page,
      `Look ${mark} https://www.youtube.com/watch?v=dQw4w9WgXcQ\n\n| Item | Price per year and seat | Remark |\n|---|---|---|\n| Licence | 12,000 | ${'very'.repeat(30)} |\n\n- [x] done\n- [ ] open`,
    );
    const one = comment(a.page, `Look ${mark}`);
    const card = one.locator('[data-embed=youtube]');
    await card.getByRole('button', { name: say_.load }).waitFor();
    expect(await a.page.locator('iframe').count()).toBe(0);
    await expectNoSidewaysScroll(a.page);
    await expectAccessible(a.page);

    const first = one
      .locator('a[aria-label]')
      .filter({ has: a.page.locator('img') })
      .first();
    await first.click();
    const box = a.page.locator('dialog[open]');
    await box.getByText(`one-${mark}.png`).waitFor();
    await a.page.keyboard.press('ArrowRight');
    await box.getByText(`two-${mark}.png`).waitFor();
    await expectAccessible(a.page);
    await a.page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    expect(await first.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(a.complaints).toEqual([]);

    // Only now does anything go elsewhere, and only to where the button said.
    await a.page.route('https://www.youtube-nocookie.com/**', (route) => route.fulfill({ body: '<p>film</p>', contentType: 'text/html' }));
    await card.getByRole('button', { name: say_.load }).click();
    await a.page.frameLocator('[data-embed=youtube] iframe').getByText('film').waitFor();
    expect(a.complaints.map((text) => new URL(text.replace('a request elsewhere: ', '')).hostname)).toEqual(['www.youtube-nocookie.com']);
    await a.page.context().close();
  }, 240_000);

  test('an internal note says so, and a link to one comment leads there, also in a long thread', async () => {
    const a = await seller(locale, options);
    await a.page.locator('[role=tab]').nth(1).click();
    const internal = a.page.locator('[data-thread="room:internal"]');
    await internal.getByText(say_.internal).waitFor();
    await expectAccessible(a.page);
    await a.page.locator('[role=tab]').nth(0).click();

    await say(a.page, `Early word ${mark}`);
    const href = (await comment(a.page, `Early word ${mark}`).locator('a[href*="comment="]').first().getAttribute('href')) ?? '';
    await a.page.evaluate(
      async ({ path, text }) => {
        const letters = 'abcdefghijklmnopqrstuvwxyz';
        const id = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (one) => letters[one % 26]).join('');
        for (let n = 0; n < 45; n += 1)
          await fetch(`/api${path.replace(/\?.*/, '')}/commands?as=seller`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ id: id(), command: { type: 'comment.post', comment: id(), thread: 'room', body: `${text} ${n}` } }),
          });
      },
      { path: a.path, text: `Filler ${mark}` },
    );
    await a.page.goto(inject('url') + a.path.replace(/\?.*/, '') + href);
    await a.page
      .locator('.comment.lit')
      .filter({ hasText: `Early word ${mark}` })
      .waitFor();
    await expect
      .poll(
        () =>
          a.page
            .locator('.comment.lit')
            .evaluate((one) => one.getBoundingClientRect().top < innerHeight && one.getBoundingClientRect().bottom > 0),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect(a.complaints).toEqual([]);
    await a.page.context().close();
  }, 240_000);
});
