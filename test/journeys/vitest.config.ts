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
    // Generous: a step that waits for a mail waits as long as the mail may take, on a busy machine too.
    testTimeout: 150_000,
    hookTimeout: 150_000,
    expect: { poll: { timeout: 20_000, interval: 250 } },
  },
});
