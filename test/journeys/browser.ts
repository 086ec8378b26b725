import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';

/** What the pages of a journey have complained of, and what they wait for. */
export const watched = new Map<Page, { complaints: string[]; waiting: Set<string> }>();

/** A Chromium for one file of tests. Every person in a journey gets a context, so a device, of their own. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    // Chromium's own sandbox needs rights that root in a container does not have.
    browser = await chromium.launch({ executablePath: inject('chromium'), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  });
  // Whoever reads that something did not come wants to know what stood there instead.
  afterEach(async ({ task }) => {
    for (const [page, { complaints, waiting }] of watched) {
      if (page.isClosed()) watched.delete(page);
      else if (task.result?.state === 'fail') {
        const said = await page.locator('main').innerText({ timeout: 5_000 }).catch(String);
        const typed = await page
          .locator('textarea, input:not([type=hidden])')
          .evaluateAll((all: HTMLInputElement[]) => all.map((one) => one.value).filter(Boolean))
          .catch(String);
        console.error(JSON.stringify({ at: page.url(), complaints, waiting: [...waiting], typed, said: said.slice(-2_000) }, null, 1));
        watched.delete(page);
      }
    }
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser is started before the first test.');
    return browser;
  };
}
