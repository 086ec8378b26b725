/**
 * `npm test`: every check and every test, on a fresh machine too. Nothing is skipped: a test that does not run counts as failed.
 * The last line says how many passed and failed; a check (types, lint, format) counts as one test.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { build, environment, Explained, install, ROOT, run } from './tools.mjs';

const REPORTS = join(ROOT, 'test', 'output');
const sum = { passed: 0, failed: 0 };
/** @type {string[]} */
const failures = [];
/** What failed by name and first line, said again at the very end: of a long log, often only the end is kept. @type {string[]} */
const details = [];

const heading = (/** @type {string} */ text) => console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 100 - text.length))}`);

function fail(/** @type {string} */ what, count = 1) {
  sum.failed += count;
  failures.push(count === 1 ? what : `${what} (${count})`);
}

const firstLine = (/** @type {string} */ text) => text.trim().split('\n', 1)[0]?.slice(0, 400) ?? '';

/** @param {string} name @param {() => Promise<unknown>} work */
async function prepare(name, work) {
  try {
    await work();
    return true;
  } catch (error) {
    console.error(error instanceof Explained ? error.message : error);
    fail(name);
    return false;
  }
}

/** @param {string} name @param {[string, string[]][]} commands */
async function check(name, commands) {
  heading(name);
  let isGood = true;
  for (const [command, args] of commands) {
    const { code } = await run(command, args);
    isGood &&= code === 0;
  }
  if (isGood) {
    sum.passed += 1;
    console.log(`${name}: passed`);
  } else {
    fail(name);
  }
}

/** Runs a vitest configuration and adds up its JSON report. @param {string} name @param {string[]} args @param {NodeJS.ProcessEnv} [more] */
async function tests(name, args, more = {}) {
  heading(name);
  const report = join(REPORTS, `${name.replace(/\W+/g, '-')}.json`);
  rmSync(report, { force: true });
  const { code } = await run('vitest', ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    env: { ...environment(), NODE_ENV: 'test', ...more },
  });
  if (!existsSync(report)) return fail(`${name}: no report`);

  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  let [passed, failed, idle] = [0, 0, 0];
  for (const file of testResults) {
    // A file that could not be loaded has no tests to count.
    if (file.status === 'failed' && !file.assertionResults.some((/** @type {{ status: string }} */ one) => one.status === 'failed'))
      failed += 1;
    if (file.message) details.push(`${relative(ROOT, file.name)}: ${firstLine(file.message)}`);
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else if (status === 'failed') {
        failed += 1;
        details.push(`${relative(ROOT, file.name)} > ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`);
      } else idle += 1;
    }
  }
  sum.passed += passed;
  if (failed > 0) fail(name, failed);
  if (idle > 0) fail(`${name}: skipped tests`, idle);
  // An error outside any test, or nothing found at all.
  if (code !== 0 && failed === 0) fail(`${name}: vitest ended with ${code}`);
  if (passed + failed + idle === 0 && code === 0) fail(`${name}: no tests`);
}

const started = Date.now();
mkdirSync(REPORTS, { recursive: true });
if (await prepare('install', install)) {
  /** @type {string | null} */
  let chromium = null;
  await prepare('chromium', async () => {
    chromium = await ensureChromium();
  });
  const isBuilt = await prepare('build', build);

  // Messages and page types are made by the build.
  await check('types', [
    ['svelte-kit', ['sync']],
    ['svelte-check', ['--fail-on-warnings', '--output', 'human']],
    ['tsc', ['--project', 'worker']],
    ['tsc', ['--project', 'worker/room/core']],
    ['tsc', ['--project', 'test/journeys']],
  ]);
  await check('lint', [['oxlint', ['--deny-warnings']]]);
  await check('format', [['oxfmt', ['--check']]]);
  await tests('tests', []);
  if (chromium !== null && isBuilt) await tests('journeys', ['--config', 'test/journeys/vitest.config.ts'], { CHROME: chromium });
  else fail('journeys: could not run');
}

for (const one of details) console.log(`✗ ${one}`);
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s${failures.length > 0 ? `\nFailed: ${failures.join(', ')}` : ''}`);
if (sum.passed + sum.failed === 0) sum.failed = 1;
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 ? 0 : 1;
