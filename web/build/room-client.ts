/**
 * The room's own browser bundle, one per language, beside SvelteKit's. A customer's page is one room and nothing to
 * navigate to, so it takes the room's component and no router: about half the bytes. The seller's pages around it
 * are ordinary SvelteKit. What a build made stands in `.svelte-kit/room` and goes out with Kit's client files.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type Plugin } from 'vite';

const MODULE = 'virtual:room-client';
const OUT = resolve('.svelte-kit/room');
const PUBLIC = '_app/immutable/room';
const SOURCE = 'web/lib/room/browser.ts';
const LOCALES = ['en', 'zh-CN'] as const;

/** With the language known at build time, the other one's words and the whole choosing fall away. */
const speaking = (locale: string): Plugin => ({
  name: 'room-one-language',
  enforce: 'pre',
  load: (id) =>
    id.replaceAll('\\', '/').endsWith('/messages/compiled/runtime.js')
      ? `export const experimentalStaticLocale = ${JSON.stringify(locale)}; export const getLocale = () => ${JSON.stringify(locale)};`
      : undefined,
});

async function buildFor(locale: string): Promise<string> {
  const outDir = join(OUT, locale);
  const made = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [speaking(locale), svelte({ configFile: false, compilerOptions: { runes: true } })],
    // An entry of several chunks names them relative to itself: they all lie in one folder.
    base: './',
    build: {
      outDir,
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      target: 'es2022',
      cssCodeSplit: false,
      rolldownOptions: { input: { room: SOURCE }, output: { entryFileNames: '[name].[hash].js', chunkFileNames: '[name].[hash].js', assetFileNames: '[name].[hash][extname]' } },
    },
  });
  const outputs = (Array.isArray(made) ? made : [made]).flatMap((one) => ('output' in one ? one.output : []));
  const entry = outputs.find((one) => one.type === 'chunk' && one.isEntry);
  if (!entry) throw new Error('the room’s bundle has no entry');
  return `/${PUBLIC}/${locale}/${entry.fileName}`;
}

export function roomClient(): Plugin {
  let building = false;
  let server = false;
  return {
    name: 'room-client',
    configResolved(config) {
      building = config.command === 'build';
      server = Boolean(config.build.ssr);
    },
    async buildStart() {
      // Kit builds the server first and starts the client's build from within it: once is enough.
      if (!building || !server) return;
      await rm(OUT, { recursive: true, force: true });
      await mkdir(OUT, { recursive: true });
      const entries = Object.fromEntries(await Promise.all(LOCALES.map(async (locale) => [locale, await buildFor(locale)])));
      await writeFile(join(OUT, 'entries.json'), JSON.stringify(entries));
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    async load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const entries = building ? await readFile(join(OUT, 'entries.json'), 'utf8') : JSON.stringify(Object.fromEntries(LOCALES.map((locale) => [locale, `/${SOURCE}`])));
      return `export const entries = ${entries};`;
    },
    async generateBundle() {
      if (!building || server) return;
      for (const locale of LOCALES) {
        for (const file of await readdir(join(OUT, locale))) {
          this.emitFile({ type: 'asset', fileName: `${PUBLIC}/${locale}/${file}`, source: await readFile(join(OUT, locale, file)) });
        }
      }
    },
  };
}
