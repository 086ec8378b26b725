import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What is deployed, looked at from outside: it needs the build, not a running product. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: { name: 'build', include: ['test/build/**/*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000 },
});
