import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'node', include: ['test/mail-reading/*.test.ts'], testTimeout: 120_000 },
});
