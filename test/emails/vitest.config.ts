import { defineConfig } from 'vitest/config';

/** The mails and the local mailbox's pure parts, in plain Node. */
export default defineConfig({
  test: { name: 'emails', root: import.meta.dirname, include: ['**/*.test.ts'], environment: 'node', globalSetup: ['./setup.ts'] },
});
