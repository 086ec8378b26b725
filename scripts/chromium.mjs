/** Finds a Chromium for the browser tests, with a font for Chinese; installs both where it may. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Explained, script } from './tools.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const PLACES = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
const APPS = ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const PACKAGES = ['chromium', 'fonts-noto-cjk'];

function isProgram(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const says = (/** @type {string} */ command, /** @type {string[]} */ args) => spawnSync(command, args, { encoding: 'utf8' });

/** @returns {string | null} */
export function findChromium() {
  const own = process.env['CHROME'];
  if (own) return isProgram(own) ? own : null;
  return [...NAMES.flatMap((name) => PLACES.filter(Boolean).map((place) => join(place, name))), ...APPS].find(isProgram) ?? null;
}

/** Without one, Chinese is drawn as boxes and every measure of it is wrong. */
function hasChineseFont() {
  if (process.platform !== 'linux') return true;
  const { stdout } = says('fc-list', [':lang=zh', 'family']);
  return typeof stdout === 'string' && stdout.trim() !== '';
}

/** The path of a Chromium that works; installs Debian's as root. @returns {Promise<string>} */
export async function ensureChromium() {
  if (process.env['CHROME'] && findChromium() === null)
    throw new Explained(`CHROME names ${process.env['CHROME']}, which is no program that can be run.`);
  const missing = [...(findChromium() ? [] : ['chromium']), ...(hasChineseFont() ? [] : ['fonts-noto-cjk', 'fontconfig'])];
  if (missing.length > 0) {
    const hint = `The browser tests need Chromium and a font for Chinese: please install ${missing[0] === 'chromium' ? PACKAGES.join(' and ') : missing.join(' and ')} (on Debian or Ubuntu: sudo apt-get install ${missing.join(' ')}), or name a Chromium in CHROME.`;
    if (process.getuid?.() !== 0 || says('apt-get', ['--version']).status !== 0) throw new Explained(hint);
    process.stdout.write(`Installing ${missing.join(', ')} … `);
    const options = { encoding: /** @type {const} */ ('utf8'), env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    const updated = spawnSync('apt-get', ['update', '-qq'], options);
    const installed = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
    console.log(installed.status === 0 ? 'done' : 'failed');
    if (installed.status !== 0) throw new Explained(`${updated.stderr ?? ''}${installed.stderr ?? ''}\n${hint}`);
  }
  const found = findChromium();
  if (found === null) throw new Explained('Chromium was installed but is not where it is expected: name it in CHROME.');
  return found;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await script(async () => console.log(await ensureChromium()));
}
