import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The mails and the local mailbox, in plain Node. */
export default defineConfig({
  cacheDir: join(import.meta.dirname, '../../node_modules/.vite/emails'),
  resolve: { alias: { 'cloudflare:workers': join(import.meta.dirname, 'durable-object.ts') } },
  test: { name: 'emails', root: import.meta.dirname, include: ['**/*.test.ts'], environment: 'node', globalSetup: ['./setup.ts'] },
});
