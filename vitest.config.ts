import { defineConfig } from 'vitest/config';

/** Every kind of test has a project of its own; the browser journeys run after them, from test/journeys. */
export default defineConfig({
  test: { projects: ['test/*/vitest.config.ts', '!test/journeys/vitest.config.ts'] },
});
