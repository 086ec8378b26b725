/** Starts and stops the built product on this machine: for `npm start`, and for the browser tests on data of their own. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { environment, Explained, ROOT } from './tools.mjs';

/** Whether nothing listens there, on either kind of address. @param {number} port */
export async function isFree(port) {
  // One after the other: 127.0.0.1 and 0.0.0.0 would find each other in use.
  for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
    const isOpen = await new Promise((resolve) => {
      const server = createServer();
      // A machine without IPv6 refuses the address, not the port.
      server.once('error', (error) => resolve(!['EADDRINUSE', 'EACCES'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
    });
    if (!isOpen) return false;
  }
  return true;
}

/** A port that the system has just found free. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;
/** What wrangler says about itself; the Worker's own words and every error stay. */
const NOISE =
  /^\{"what":"(?:request|command|chore|mail in|mail out|cron)"|^\s*$|🪵|^[\s─-╿⎔▲]*$|wrangler:info|⛅|^[─┄]+|Your Worker|bindings:|^env\.|^\s*Binding\b|^Ready on|⎔|local mode|Total Upload|request\.cf|Request\.cf|cf object|To access|\[mf:inf\]|update available|remote resource|Using vars|Using secrets|"cron"|Shutting down|http:\/\/(localhost|127)|shortcut|Scheduled Workers|cdn-cgi\/local|Mode\b.*local|^\s*\[.\] |agent skills|telemetry|ENOTFOUND workers\.cloudflare\.com|GetAddrInfoReqWrap|manually trigger|For more details/i;

/**
 * @typedef {object} Product
 * @property {string} url
 * @property {() => Promise<void>} stop
 * @property {Promise<string>} ended Settles with the last lines said when it ends by itself.
 * @property {{ created: boolean, links: { label: string, url: string }[] }} demo
 */

/**
 * Starts the Worker on real workerd, waits until every part answers, and seeds the demo (which happens once per data directory).
 * @param {{ port: number, state: string, key?: string, log?: (line: string) => void }} options `key`: what opens its `/operator`.
 * @returns {Promise<Product>}
 */
export async function startProduct({ port, state, key, log = () => {} }) {
  const url = `http://localhost:${port}`;
  const child = spawn(
    'wrangler',
    [
      'dev',
      '--env',
      'local',
      '--port',
      String(port),
      '--inspector-port',
      '0',
      '--persist-to',
      state,
      '--var',
      `APP_URL:${url}`,
      ...(key ? ['--var', `OPERATOR_KEY:${key}`] : []),
      '--show-interactive-dev-session=false',
    ],
    // A group of its own: Ctrl+C reaches this process alone, which then stops the rest in order.
    { cwd: ROOT, env: { ...environment(), CI: '1', NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  /** @type {string[]} */
  const tail = [];
  let last = '';
  const hear = (/** @type {Buffer} */ chunk) => {
    const lines = (last + chunk.toString()).split('\n');
    last = lines.pop() ?? '';
    for (const raw of lines) {
      const line = raw.replace(COLOURS, '');
      if (line.trim() !== '') tail.push(line);
      if (tail.length > 40) tail.shift();
      if (!NOISE.test(line)) log(line);
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);

  let isOver = false;
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(tail.join('\n')));
  }).then((words) => {
    isOver = true;
    return /** @type {string} */ (words);
  });
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It was gone already.
    }
  };
  const stop = async () => {
    if (!isOver) {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    }
    // wrangler may end before its workerd: nothing of the group stays.
    signal('SIGKILL');
  };
  // However this process ends, the product ends with it.
  process.once('exit', () => signal('SIGKILL'));

  try {
    const until = Date.now() + 120_000;
    for (;;) {
      // wrangler waits for the file to be mended; a start is not the time for that.
      if (tail.some((line) => /Build failed with|\[ERROR\] Could not/.test(line)))
        throw new Explained(`\n${tail.join('\n')}\n\nThe Worker could not be bundled: see above.`);
      if (isOver) throw new Explained(`${await ended}\n\nThe product did not start: see above.`);
      const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
      if (answer?.ok) break;
      if (Date.now() > until)
        throw new Explained(
          `${tail.join('\n')}\n\nThe product did not answer within two minutes${answer ? `: ${await answer.text()}` : '.'}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const seeded = await fetch(`${url}/dev/seed`, { method: 'POST' });
    const words = seeded.ok ? '' : `The demo could not be set up: ${seeded.status} ${(await seeded.text()).slice(0, 500)}`;
    // Whoever may rebuild a room can do so only while the product runs.
    if (!seeded.ok && !key) throw new Explained(`${tail.join('\n')}\n\n${words}`);
    if (!seeded.ok) log(`\n${words}\nA room may be lost: \`npm run rebuild -- check\` says, and docs/OPERATING.md how to bring it back.\n`);
    const demo = seeded.ok ? /** @type {Product['demo']} */ (await seeded.json()) : { created: false, links: [] };
    return { url, stop, ended, demo };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs what the platform's cron would run. @param {string} url */
export async function runCron(url) {
  const cron = encodeURIComponent('*/15 * * * *');
  const answer = await fetch(`${url}/cdn-cgi/local/scheduled?cron=${cron}`).catch(() => null);
  return answer?.ok ?? false;
}
