import { join } from 'node:path';
import { defineProject } from 'vitest/config';

/** The room's core: pure, so it runs in plain Node. `$lib`: what a browser lays over it is met here, too. */
export default defineProject({
  resolve: { alias: { $lib: join(import.meta.dirname, '../../web/lib') } },
  test: { name: 'core', root: import.meta.dirname, include: ['**/*.test.ts'], environment: 'node' },
});
