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

/** With the language known at build time, the other one's words and the whole choosing between them fall away. */
const speaking = (locale: string): Plugin => ({
  name: 'room-one-language',
  enforce: 'pre',
  load(id) {
    const path = id.replaceAll('\\', '/');
    if (path.endsWith('/messages/compiled/runtime.js'))
      return `export const experimentalStaticLocale = ${JSON.stringify(locale)}; export const getLocale = () => ${JSON.stringify(locale)};`;
    // A page of one room has no chunks worth fetching ahead, nor styles of its own: the helper for both can go.
    if (id === '\0vite/preload-helper.js') return 'export const __vitePreload = (load) => load();';
    return undefined;
  },
  /** Of a message stays its own function in this language; the one that would choose is not needed. */
  transform(code, id) {
    if (!/\/messages\/compiled\/messages\/[^/]+\.js$/.test(id.replaceAll('\\', '/')) || id.endsWith('_index.js')) return undefined;
    const own = locale.toLowerCase().replace('-', '_');
    return code.replace(
      /export const (\w+) = [\s\S]*?\(\((?:inputs(?: = \{\})?), options = \{\}\) => \{[\s\S]*?\n\}\);?\s*$/,
      (whole, name: string) => {
        const found = new RegExp(`const (${own}\\d*_${name}) =`).exec(code);
        return found ? `export { ${found[1]} as ${name} };` : whole;
      },
    );
  },
});

/**
 * Puts all that the entry needs at once into one file: small ones compress badly and each is a request. Which messages
 * those are is read from the code, since all are imported by one name.
 */
function together(): { plugin: Plugin; isFirst: (id: string) => boolean } {
  const first = new Set<string>();
  const said = new Set<string>();
  const message = (id: string) => /\/messages\/compiled\/messages\/([^/]+)\.js$/.exec(id.replaceAll('\\', '/'))?.[1];
  return {
    isFirst: (id) => (message(id) === undefined ? first.has(id) : said.has(message(id) ?? '')),
    plugin: {
      name: 'room-together',
      buildEnd() {
        const ahead = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
        for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
          if (first.has(id)) continue;
          first.add(id);
          const info = this.getModuleInfo(id);
          for (const [, name] of info?.code?.matchAll(/\bm\.(\w+)/g) ?? []) if (name) said.add(name);
          ahead.push(...(info?.importedIds ?? []));
        }
      },
    },
  };
}

async function buildFor(locale: string): Promise<{ script: string; ahead: string[] }> {
  const outDir = join(OUT, locale);
  const { plugin, isFirst } = together();
  const made = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [speaking(locale), svelte({ configFile: false, compilerOptions: { runes: true } }), plugin],
    // An entry of several chunks names them relative to itself: they all lie in one folder.
    base: './',
    build: {
      outDir,
      emptyOutDir: true,
      modulePreload: false,
      target: 'es2022',
      cssCodeSplit: false,
      rolldownOptions: {
        input: { room: SOURCE },
        output: {
          entryFileNames: '[name].[hash].js',
          chunkFileNames: '[name].[hash].js',
          assetFileNames: '[name].[hash][extname]',
          codeSplitting: { groups: [{ name: 'first', test: isFirst }] },
        },
      },
    },
  });
  const outputs = (Array.isArray(made) ? made : [made]).flatMap((one) => ('output' in one ? one.output : []));
  const entry = outputs.flatMap((one) => (one.type === 'chunk' && one.isEntry ? [one] : []))[0];
  if (!entry) throw new Error('the room’s bundle has no entry');
  const address = (file: string) => `/${PUBLIC}/${locale}/${file}`;
  return { script: address(entry.fileName), ahead: entry.imports.map(address) };
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
      const entries = building
        ? await readFile(join(OUT, 'entries.json'), 'utf8')
        : JSON.stringify(Object.fromEntries(LOCALES.map((locale) => [locale, { script: `/${SOURCE}`, ahead: [] }])));
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
