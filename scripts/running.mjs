/** Who uses the local data now: two products on one data directory would damage it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT } from './tools.mjs';

const NOTE = join(KEPT, 'running.json');

/** The port of the product that runs on the local data, or null. */
export const running = () => runningProduct()?.port ?? null;

/** The product that runs on the local data, with the key to its `/operator`, or null. @returns {{ port: number, key: string } | null} */
export function runningProduct() {
  if (!existsSync(NOTE)) return null;
  try {
    const { pid, port, key } = JSON.parse(readFileSync(NOTE, 'utf8'));
    process.kill(pid, 0);
    return pid === process.pid ? null : { port, key };
  } catch {
    // Its process is gone, or the note was cut short.
    return null;
  }
}

/** @param {number} port @param {string} key */
export function noteRunning(port, key) {
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(NOTE, JSON.stringify({ pid: process.pid, port, key }), { mode: 0o600 });
  process.once('exit', () => rmSync(NOTE, { force: true }));
}
