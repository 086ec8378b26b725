import { defineConfig } from 'vitest/config';

/** A real browser against the built product, which setup.ts starts on data of its own. */
export default defineConfig({
  test: {
    name: 'journeys',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    environment: 'node',
    globalSetup: ['./setup.ts'],
    // One product, one mailbox: journeys follow each other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
