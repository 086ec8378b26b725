/** `npm start`: installs and builds what is missing, prepares the local data, starts the product and says where to look. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isFree, runCron, startProduct } from './product.mjs';
import { noteRunning, running } from './running.mjs';
import { build, Explained, install, KEPT, migrate, script, since } from './tools.mjs';

const QUARTER = 15 * 60_000;

function readPort() {
  let values;
  try {
    ({ values } = parseArgs({ options: { port: { type: 'string', short: 'p' } } }));
  } catch {
    throw new Explained('Usage: npm start -- [--port N]');
  }
  const port = Number(values.port ?? 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Explained(`"${values.port}" is no port: give a number from 1 to 65535.`);
  return port;
}

/** The width of a text in a terminal, where Chinese takes two columns. @param {string} text */
const columns = (text) => [...text].reduce((sum, char) => sum + (/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/.test(char) ? 2 : 1), 0);

await script(async () => {
  const port = readPort();
  // Before anything slow.
  const other = running();
  if (other !== null)
    throw new Explained(`Atelier is running already: http://localhost:${other} (stop it with Ctrl+C where it was started).`);
  if (!(await isFree(port)))
    throw new Explained(
      `Port ${port} is in use by another program: choose a different one with \`npm start -- --port ${port === 65_535 ? 8787 : port + 1}\`.`,
    );
  const key = randomBytes(24).toString('hex');
  noteRunning(port, key);
  rmSync(join(KEPT, 'logs'), { recursive: true, force: true });

  let asked = false;
  /** @type {import('./product.mjs').Product | null} */
  let product = null;
  const end = async () => {
    // A second Ctrl+C does not wait.
    if (asked) process.exit(130);
    asked = true;
    if (product) {
      console.log('\nStopping …');
      await product.stop();
    }
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);

  const state = join(KEPT, 'state');
  await install();
  await build();
  await migrate(state);
  process.stdout.write('Starting … ');
  const started = Date.now();
  product = await startProduct({ port, state, key, log: (line) => console.log(line) });
  if (asked) return;
  console.log(since(started));

  const rows = [...product.demo.links, { label: 'Local mailbox', url: `${product.url}/dev/mail` }].filter(
    (row, index, all) => all.findIndex((other) => other.url === row.url) === index,
  );
  const wide = Math.max(...rows.map((row) => columns(row.label)));
  console.log(`\nAtelier is running${product.demo.created ? ', with a demo workspace to look around in' : ''}. Open:\n`);
  for (const row of rows) console.log(`  ${row.label}${' '.repeat(wide - columns(row.label))}   ${row.url}`);
  console.log('\nCtrl+C stops it; your data stays until `npm run reset`.\n');

  // Locally nobody else runs the cron: each quarter of an hour, as in production.
  const { url } = product;
  const tick = () => {
    void runCron(url);
    setTimeout(tick, QUARTER - (Date.now() % QUARTER)).unref();
  };
  setTimeout(tick, QUARTER - (Date.now() % QUARTER)).unref();

  const words = await product.ended;
  if (!asked) throw new Explained(`${words}\n\nThe product ended by itself: see above.`);
});
