/**
 * What the other scripts share: running the project's tools, and the steps that bring a fresh clone to a built product.
 * Starts under any Node 20 with nothing installed; the tools themselves run on the newer Node that node_modules brings along.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
const BIN = join(ROOT, 'node_modules', '.bin');
/** What runs keep between them: local data, the stamp of the last build. */
export const KEPT = join(ROOT, '.atelier');

/** A failure that is explained in a sentence; a stack would only hide it. */
export class Explained extends Error {}

/** @returns {NodeJS.ProcessEnv} The tools of node_modules first, so that their Node is found before the machine's. */
export const environment = () => ({
  ...process.env,
  PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}`,
  // A test runner's NODE_ENV would build a page of another size than the one that people get.
  NODE_ENV: 'production',
  WRANGLER_SEND_METRICS: 'false',
  // Kept beside the project: a fresh machine may have no writable home.
  WRANGLER_LOG_PATH: join(KEPT, 'logs'),
});

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options] Quiet keeps the output for a failure.
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: options.env ?? environment(),
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-100_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => reject(new Explained(`${command} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 130 : 1), output }));
  });
}

export const since = (/** @type {number} */ started) => `${((Date.now() - started) / 1000).toFixed(1)} s`;
const lastLines = (/** @type {string} */ text, count = 40) => text.trimEnd().split('\n').slice(-count).join('\n');

/**
 * Runs a step that is quiet while it works.
 * @param {string} say
 * @param {string} failure What to say when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function step(say, failure, command, args, env) {
  process.stdout.write(`${say} … `);
  const started = Date.now();
  const { code, output } = await run(command, args, { quiet: true, ...(env ? { env } : {}) });
  console.log(code === 0 ? since(started) : 'failed');
  if (code !== 0) throw new Explained(`\n${lastLines(output)}\n\n${failure}`);
}

const timeOf = (/** @type {string} */ path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Brings node_modules to what the lock file says. */
export async function install() {
  const installed = timeOf(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installed === 0 || timeOf(join(ROOT, 'package-lock.json')) > installed) {
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    process.stdout.write('Installing packages … ');
    const started = Date.now();
    const result = await run('npm', ['ci', ...quiet], { quiet: true, env: process.env });
    console.log(result.code === 0 ? since(started) : 'failed');
    if (result.code !== 0)
      throw new Explained(
        `\n${lastLines(result.output)}\n\nThe packages could not be installed: see above. It needs the npm registry; \`npm config get registry\` says which one is asked.`,
      );
  }
  const { code, output } = await run('node', ['--version'], { quiet: true });
  const [major = 0, minor = 0] = output.trim().replace('v', '').split('.').map(Number);
  if (code !== 0 || major < 22 || (major === 22 && minor < 12)) {
    throw new Explained(
      `Atelier's tools need Node 22.12 or newer and this is ${output.trim() || 'none'}. On Linux a newer one is installed with the packages; here, please install Node 24.`,
    );
  }
}

/** What a build is made of; worker/ and emails/ are bundled when the Worker starts. */
const SOURCES = [
  'web',
  'messages',
  'project.inlang',
  'worker/room/core',
  'worker/services.ts',
  'vite.config.ts',
  'svelte.config.js',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];
const MADE = new Set(['compiled', 'cache', 'node_modules']);

/** A fingerprint of the sources by name, size and time: a deleted file counts as much as a new one. */
function fingerprint() {
  const hash = createHash('sha256');
  const walk = (/** @type {string} */ path) => {
    const full = join(ROOT, path);
    if (!existsSync(full)) return;
    const stat = statSync(full);
    if (stat.isDirectory()) {
      for (const name of readdirSync(full).sort()) if (!MADE.has(name)) walk(join(path, name));
    } else {
      hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    }
  };
  SOURCES.forEach(walk);
  return hash.digest('hex');
}

/** Builds the pages if they are older than their sources. */
export async function build() {
  const stamp = join(KEPT, 'built');
  const wanted = fingerprint();
  const isBuilt =
    existsSync(join(ROOT, '.svelte-kit', 'cloudflare', '_worker.js')) && existsSync(join(ROOT, 'messages', 'compiled', 'messages.js'));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await step('Building', 'The build failed: see above.', 'vite', ['build', '--logLevel', 'warn']);
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Brings a local database up to date. @param {string} state The directory that holds it. */
export async function migrate(state) {
  await step(
    'Preparing the database',
    'The database could not be migrated: see above. `npm run reset` starts over with an empty one.',
    'wrangler',
    ['d1', 'migrations', 'apply', 'DB', '--env', 'local', '--local', '--persist-to', state],
    { ...environment(), CI: '1' },
  );
}

/** Runs a script's main part; an explained failure ends it with its sentence. @param {() => Promise<void>} main */
export async function script(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Explained ? error.message : error);
    process.exit(1);
  }
}
