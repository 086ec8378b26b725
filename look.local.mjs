import { chromium } from 'playwright-core';
import AxeBuilder from '@axe-core/playwright';
import { readFileSync, existsSync, writeFileSync } from 'node:fs';
const [,, base, keep='/tmp/shots/keep.json'] = process.argv;
export const BASE = base;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const links = JSON.parse(process.env.LINKS ?? '[]');
let state = existsSync(keep) ? JSON.parse(readFileSync(keep,'utf8')) : null;
if (!state) {
  state = {};
  for (const [who, link] of links) {
    const page = await browser.newPage();
    await page.goto(link); await page.locator('main form button').first().click(); await page.waitForURL(/\/(rooms$|r\/)/);
    state[who] = { kept: await page.context().storageState(), path: new URL(page.url()).pathname };
    if (who==='seller') state.rooms = await page.locator('a[href*="/rooms/"]').evaluateAll(a=>a.map(x=>[x.getAttribute('href'),x.textContent]));
    await page.context().close();
  }
  writeFileSync(keep, JSON.stringify(state));
}
const room = state.rooms.find(r=>r[1].includes('华东'))[0].split('?')[0];
const jobs = (process.env.JOBS ?? 'seller:plan,seller:value,seller:materials,seller:people,seller:deal,seller:record,chen:plan,chen:value,chen:materials,chen:people,chen:record').split(',');
const widths = (process.env.W ?? '390,1440').split(',').map(Number);
const schemes = (process.env.S ?? 'light').split(',');
const langs = (process.env.L ?? 'zh-CN').split(',');
for (const locale of langs) for (const colorScheme of schemes) for (const width of widths) {
  for (const job of jobs) {
    const [who, ...rest] = job.split(':'); const view = rest.join(':');
    const ctx = await browser.newContext({ storageState: state[who].kept, viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme, locale, reducedMotion: 'reduce', isMobile: width<500, hasTouch: width<500, timezoneId:'Asia/Shanghai' });
    await ctx.addCookies([{ name: 'locale', value: locale, url: base }]);
    const page = await ctx.newPage();
    page.on('pageerror', e => console.log(job, 'pageerror', String(e)));
    const path = view.startsWith('/') ? view : `${who==='seller'?room:state[who].path}?view=${view}`;
    await page.goto(base + path); await page.waitForTimeout(900);
    const name = `${job.replace(/\W+/g,'-')}-${locale}-${colorScheme}-${width}.png`;
    await page.screenshot({ path: `/tmp/shots/${name}`, fullPage: true });
    console.log(name);
    if (process.env.AXE) { const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a','wcag2aa','wcag21aa','wcag22aa']).analyze(); for (const v of violations) console.log('  AXE', v.id, v.nodes.map(n=>n.target.join(' ')+' | '+(n.any[0]?.message??'')).slice(0,3).join('\n      ')); }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth); if (over > 0) console.log('  SIDEWAYS', over);
    await ctx.close();
  }
}
await browser.close();
