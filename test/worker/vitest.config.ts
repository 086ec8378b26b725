import { join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const at = (path: string) => join(import.meta.dirname, '../..', path);

/** The whole Worker on real workerd, with its D1, R2 and Durable Objects. The pages must have been built before. */
export default defineConfig({
  root: at(''),
  plugins: [
    {
      // A test file's modules go to workerd in one message of at most 32 MiB (the WebSocket limit), each twice, source maps included.
      // Nobody debugs packages or built pages here.
      name: 'no-maps-of-what-others-wrote',
      enforce: 'post',
      transform: (code, id) => (/[\\/](?:node_modules|\.svelte-kit|compiled)[\\/]/.test(id) ? { code, map: { mappings: '' } } : null),
    },
    cloudflareTest(async () => ({
      wrangler: { configPath: at('wrangler.toml'), environment: 'local' },
      miniflare: {
        bindings: {
          MIGRATIONS: await readD1Migrations(at('migrations')),
          HISTORIES: process.env.HISTORIES ?? '60',
          FUZZ_SEED: process.env.FUZZ_SEED ?? String(Date.now() % 1_000_000_000),
        },
      },
    })),
  ],
  test: {
    name: 'worker',
    include: ['test/worker/**/*.test.ts'],
    setupFiles: ['test/worker/setup.ts'],
    testTimeout: 20_000,
  },
});
