import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';

/** A Chromium for one file of tests. Every person in a journey gets a context, so a device, of their own. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    // Chromium's own sandbox needs rights that root in a container does not have.
    browser = await chromium.launch({ executablePath: inject('chromium'), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser is started before the first test.');
    return browser;
  };
}
