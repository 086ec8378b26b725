import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium as chrome } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../scripts/chromium.mjs';
import { freePort, startProduct } from '../../scripts/product.mjs';
import { build, migrate } from '../../scripts/tools.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The product's address, without a trailing slash. */
    url: string;
    /** What the seed says: a sign-in link for the demo seller, a customer's link. */
    links: { label: string; url: string }[];
    chromium: string;
    /** The demo's people, come in already: a sign-in link works once, and a customer's further device needs a code. */
    demo: Record<'seller' | 'chen' | 'mike', Visitor>;
  }
}

export interface Visitor {
  /** What their browser keeps: Playwright's `storageState`. */
  kept: Exclude<BrowserContextOptions['storageState'], string | undefined>;
  /** Where they are: the list of rooms, or the customer's room. */
  path: string;
}

/** Follows one link of the demo to the end, as its person does: open it, press the one button. */
async function comeIn(executablePath: string, link: string): Promise<Visitor> {
  const browser = await chrome.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const page = await browser.newPage();
  await page.goto(link);
  await page.locator('main form button').first().click();
  await page.waitForURL(/\/(rooms$|r\/)/);
  const visitor = { kept: await page.context().storageState(), path: new URL(page.url()).pathname };
  await browser.close();
  return visitor;
}

export default async function setup(project: TestProject) {
  const chromium = await ensureChromium();
  await build();
  const state = await mkdtemp(join(tmpdir(), 'atelier-'));
  await migrate(state);
  const product = await startProduct({ port: await freePort(), state, log: (line) => console.log(`product: ${line}`) });
  project.provide('url', product.url);
  project.provide('links', product.demo.links);
  project.provide('chromium', chromium);
  const linkOf = (label: RegExp): string => product.demo.links.find((one) => label.test(one.label))?.url ?? '';
  project.provide('demo', {
    seller: await comeIn(chromium, linkOf(/Seller/)),
    chen: await comeIn(chromium, linkOf(/陈伟/)),
    mike: await comeIn(chromium, linkOf(/Mike Turner/)),
  });
  return async () => {
    await product.stop();
    await rm(state, { recursive: true, force: true });
  };
}
