import { basename, dirname, join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { build } from 'vite';
import { defineConfig } from 'vitest/config';

const at = (path: string) => join(import.meta.dirname, '../..', path);

const PAGES = at('.svelte-kit/cloudflare/_worker.js');
const IN_ONE_PIECE = at('.svelte-kit/in-one-piece/pages.js');
/** Writes the built pages as one module, as the deployed Worker has them; a real file, as what is read is cached by its content. */
const joinPages = () =>
  build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'webworker' },
    build: {
      ssr: PAGES,
      outDir: dirname(IN_ONE_PIECE),
      minify: false,
      rolldownOptions: { external: /^(?:node|cloudflare):/, output: { codeSplitting: false, entryFileNames: basename(IN_ONE_PIECE) } },
    },
  });

/** Once, when a test first asks for the pages: other projects of a run need none. */
let joined: ReturnType<typeof joinPages> | undefined;

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
    {
      // Modules are fetched from this process when they are first asked for. Where two requests waited for the same part of the pages,
      // workerd cancelled one of them ("your Worker's code had hung"): what a request waits for can't come by another request.
      name: 'pages-in-one-piece',
      enforce: 'pre',
      resolveId: (id) => (id.endsWith('.svelte-kit/cloudflare/_worker.js') ? (joined ??= joinPages()).then(() => IN_ONE_PIECE) : undefined),
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
