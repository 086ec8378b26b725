import { expect, inject, test } from 'vitest';
import { useBrowser } from './browser.ts';

const browser = useBrowser();

test('the product is up, with its demo and its mailbox', async () => {
  const page = await browser().newPage();
  expect((await page.goto(`${inject('url')}/healthz`))?.status()).toBe(200);
  expect((await page.goto(`${inject('url')}/dev/mail`))?.status()).toBe(200);
  expect(inject('links').length).toBeGreaterThan(0);
  await page.close();
});
