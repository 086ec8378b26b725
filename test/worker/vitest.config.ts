import { join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const at = (path: string) => join(import.meta.dirname, '../..', path);

/** The whole Worker on real workerd, with its D1, R2 and Durable Objects. The pages must have been built before. */
export default defineConfig({
  root: at(''),
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: at('wrangler.toml'), environment: 'local' },
      miniflare: { bindings: { MIGRATIONS: await readD1Migrations(at('migrations')) } },
    })),
  ],
  test: {
    name: 'worker',
    include: ['test/worker/**/*.test.ts'],
    setupFiles: ['test/worker/setup.ts'],
    testTimeout: 20_000,
  },
});
