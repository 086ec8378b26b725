/** What `npm run backup` and `npm run rebuild` share: the way to `/operator`, here or in production, and a room's lines as files. */
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeSync, closeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runningProduct } from './running.mjs';
import { Explained, KEPT } from './tools.mjs';

/** A page of lines on its way, in characters: a request stays small, and so does what a room holds at once. */
const SENT_AT_ONCE = 500_000;

/**
 * @typedef {{ room: string | null, demo: boolean, events: number, head: number, log: string, shown: string }} Account
 * @typedef {{ log: { seq: number } & Record<string, unknown> } | { table: string, row: Record<string, unknown> }} Line
 * @typedef {ReturnType<typeof operator>} Operator
 */

/** The routes of `/operator`. @param {string | undefined} given Its address; the product that runs here if there is none. */
export function operator(given) {
  const local = given === undefined ? runningProduct() : null;
  const url = given?.replace(/\/$/, '') ?? (local && `http://localhost:${local.port}`);
  const key = local?.key ?? process.env['OPERATOR_KEY'];
  if (!url) throw new Explained('Nothing runs here: start it with `npm start`, or name a deployment with --url https://…');
  if (!key)
    throw new Explained('The key is missing: OPERATOR_KEY=… in the environment, as it was given to `wrangler secret put OPERATOR_KEY`.');

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  const ask = async (path, body) => {
    const answer = await fetch(`${url}/operator${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error) => {
      throw new Explained(`${url} does not answer: ${error instanceof Error ? error.message : error}`);
    });
    if (answer.ok) return answer.json();
    if (answer.status === 404)
      throw new Explained(`${url}/operator${path} is not there: is OPERATOR_KEY set, of 32 characters or more, and the same?`);
    const { error } = /** @type {{ error?: { why?: string } }} */ (await answer.json().catch(() => ({})));
    throw new Refused(error?.why ?? `${url} answered ${answer.status}`);
  };

  return {
    url,
    /** The directory's tables and how many rows they have. @returns {Promise<Record<string, number>>} */
    tables: async () => (await ask('/tables')).tables,
    /** @param {string} table */
    async *rows(table) {
      for (let after = 0; ;) {
        const { rows, next } = await ask(`/tables/${table}?after=${after}`);
        yield* /** @type {Record<string, unknown>[]} */ (rows);
        if (next === null) return;
        after = next;
      }
    },
    /** @param {string} table @param {Record<string, unknown>[]} rows @param {boolean} replace */
    keepRows: (table, rows, replace) => ask(`/tables/${table}`, { rows, replace }),
    /** The rooms that D1 knows. */
    async *rooms() {
      for (let after = ''; ;) {
        const { rooms, next } = await ask(`/rooms?after=${after}`);
        yield* /** @type {string[]} */ (rooms);
        if (next === null) return;
        after = next;
      }
    },
    /** A room, or its object's id. @param {string} room @returns {Promise<{ room: Account, d1: Account | null }>} */
    account: (room) => ask(`/rooms/${room}`),
    /** All that is stored of a room. @param {string} room @param {'room' | 'd1'} of */
    async *lines(room, of) {
      for (let at = /** @type {string | null} */ ('log'); at !== null;) {
        const { lines, next } = await ask(`/rooms/${room}/lines?of=${of}&at=${encodeURIComponent(at)}`);
        yield* /** @type {Line[]} */ (lines);
        at = next;
      }
    },
    /** Sends lines to a room, which keeps them aside. @param {string} room @param {AsyncIterable<Line> | Iterable<Line>} lines */
    async gather(room, lines) {
      let [page, size, anew] = [/** @type {Line[]} */ ([]), 0, true];
      const send = async () => {
        await ask(`/rooms/${room}/lines`, { lines: page, anew });
        [page, size, anew] = [[], 0, false];
      };
      for await (const line of lines) {
        page.push(line);
        size += JSON.stringify(line).length;
        if (size > SENT_AT_ONCE) await send();
      }
      if (page.length > 0 || anew) await send();
    },
    /** @param {string} room @param {boolean} replace @param {boolean} d1 Whether the lines came from D1. */
    rebuild: (room, replace, d1) => ask(`/rooms/${room}/rebuild`, { replace, d1 }),
    /** @param {string} room @param {boolean} replace */
    project: (room, replace) => ask(`/rooms/${room}/project`, { replace }),
  };
}

/** The other side said why it would not. */
export class Refused extends Error {}

/** A file of JSON lines that its owner alone may read. @param {string} path */
export function fileOfLines(path) {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx', 0o600);
  return {
    path,
    write: (/** @type {unknown} */ line) => void writeSync(file, `${JSON.stringify(line)}\n`),
    close: () => closeSync(file),
  };
}

/** A place for a file of now. @param {string} folder @param {string} [name] */
export const placeFor = (folder, name = '') =>
  join(KEPT, folder, `${new Date().toISOString().replace(/[:.]/g, '-')}${name && `-${name}`}.jsonl`);

/** The hash of a log, line by line: as the Worker makes it. */
export function logHash() {
  const hash = createHash('sha256');
  let [events, head] = [0, 0];
  return {
    add: (/** @type {any} */ { seq, at, by, via, audience, event }) => {
      hash.update(`${JSON.stringify({ seq, at, by, via, audience, event })}\n`);
      events += 1;
      head = seq;
    },
    end: () => ({ events, head, log: hash.digest('hex') }),
  };
}
