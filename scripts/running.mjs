/** Who uses the local data now: two products on one data directory would damage it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT } from './tools.mjs';

const NOTE = join(KEPT, 'running.json');

/** The port of the product that runs on the local data, or null. */
export function running() {
  if (!existsSync(NOTE)) return null;
  try {
    const { pid, port } = JSON.parse(readFileSync(NOTE, 'utf8'));
    process.kill(pid, 0);
    return pid === process.pid ? null : /** @type {number} */ (port);
  } catch {
    // Its process is gone, or the note was cut short.
    return null;
  }
}

/** @param {number} port */
export function noteRunning(port) {
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(NOTE, JSON.stringify({ pid: process.pid, port }));
  process.once('exit', () => rmSync(NOTE, { force: true }));
}
