import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  }
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
  return async () => {
    await product.stop();
    await rm(state, { recursive: true, force: true });
  };
}
