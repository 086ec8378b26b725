/**
 * `npm run rebuild -- check | room ID… | d1 [ID…] | backup FILE`: compares rooms with D1, or brings the one back from the other, or both
 * from a backup. Refuses where something is already, unless `--replace`; never replaces what is newer; keeps what it replaces in a file.
 * Ends with the hashes of both sides; the last line is one JSON object. See docs/OPERATING.md.
 */
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { fileOfLines, logHash, operator, placeFor, Refused } from './operator.mjs';
import { Explained, KEPT, script } from './tools.mjs';

const USAGE = 'Usage: npm run rebuild -- check [ID…] | room ID… | d1 [ID…] | backup FILE  [--replace] [--objects FILE] [--url https://…]';
/** Rows of a table that are sent at once. */
const ROWS = 200;

/** @typedef {import('./operator.mjs').Operator} Operator */

/** Every room that D1 knows, or that has an object: by ids in a file, or here by what lies on the disk. @param {Operator} there @param {string | undefined} objects @param {boolean} isHere */
async function everyRoom(there, objects, isHere) {
  /** @type {string[]} */
  const known = [];
  for await (const room of there.rooms()) known.push(room);
  const folder = join(KEPT, 'state', 'v3', 'do', 'atelier-local-Room');
  const ids = objects
    ? readFileSync(objects, 'utf8').split(/\s+/).filter(Boolean)
    : isHere && existsSync(folder)
      ? readdirSync(folder).flatMap((name) => /^([0-9a-f]{64})\.sqlite$/.exec(name)?.[1] ?? [])
      : [];
  const rooms = new Set(known);
  for (const id of ids) {
    const { room } = await there.account(id);
    // A demo that was taken off the list stays off it.
    if (room.room && !room.demo) rooms.add(room.room);
  }
  return [...rooms];
}

/** Keeps what is about to be replaced. @param {Operator} there @param {string} room @param {'room' | 'd1'} of */
async function setAside(there, room, of) {
  const file = fileOfLines(placeFor('replaced', `${of}-${room}`));
  for await (const line of there.lines(room, of)) file.write({ room, ...line });
  file.close();
  console.log(`  what was there is kept in ${file.path}`);
}

/** A backup, read to its end before anything is done with it. @param {string} path */
async function readBackup(path) {
  if (!existsSync(path)) throw new Explained(`There is no file ${path}.`);
  const lines = () => createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  /** @type {Map<string, { events: number, head: number, log: string }>} */
  const rooms = new Map();
  /** @type {Set<string>} */
  const tables = new Set();
  let [n, isWhole] = [0, false];
  let hash = logHash();
  for await (const text of lines()) {
    n += 1;
    const line = parsed(text);
    if (n === 1 ? line?.atelier !== 'backup' || line.version !== 1 : !line)
      throw new Explained(`Line ${n} of ${path} is none of a backup.`);
    isWhole = n > 1 && line.end !== undefined && line.room === undefined;
    if (line.log) hash.add(line.log);
    if (line.room && line.end) {
      const end = hash.end();
      if (JSON.stringify(end) !== JSON.stringify(line.end))
        throw new Explained(`The log of room ${line.room} is not what it was: line ${n} of ${path}.`);
      rooms.set(line.room, end);
      hash = logHash();
    }
    if (line.table && !line.room) tables.add(line.table);
  }
  if (!isWhole) throw new Explained(`${path} breaks off after line ${n}: it is no whole backup.`);
  return { lines, rooms, tables };
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {Operator} there @param {string} path @param {boolean} replace */
async function fromBackup(there, path, replace) {
  const { lines, rooms, tables } = await readBackup(path);
  const counts = await there.tables();
  const full = [...tables].filter((table) => (counts[table] ?? 0) > 0);
  if (full.length > 0 && !replace)
    throw new Explained(
      `${there.url} is not empty (${full.join(', ')}): with --replace the rows of the backup take the place of those there.`,
    );
  for (const room of rooms.keys()) {
    const { room: now, d1 } = await there.account(room);
    const head = rooms.get(room)?.head ?? 0;
    for (const [side, one] of /** @type {const} */ ([
      ['The room', now],
      ['D1', d1],
    ]))
      if (one && one.head > head)
        throw new Explained(
          `${side} ${room} has events up to ${one.head}, the backup only up to ${head}: nothing was changed. Bring the one back from the other first.`,
        );
    if (replace && now.head > 0) await setAside(there, room, 'room');
    if (replace && d1 && d1.head > 0) await setAside(there, room, 'd1');
  }
  /** @type {any[]} */
  let page = [];
  let of = '';
  // Pages go off when their room or table ends: in a backup everything of one stands together.
  const send = async () => {
    if (page.length > 0 && tables.has(of)) await there.keepRows(of, page, replace);
    page = [];
  };
  for await (const text of lines()) {
    const line = parsed(text);
    if (!line.table || line.room) continue;
    if (line.table !== of || page.length >= ROWS) await send();
    of = line.table;
    page.push(line.row);
  }
  await send();
  /** @type {AsyncIterator<string>} */
  const rest = lines()[Symbol.asyncIterator]();
  /** The lines of one room, up to its end. @param {string} room */
  async function* linesOf(room) {
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      const { room: where, ...line } = parsed(value);
      if (where !== room) continue;
      if (line.end) return;
      yield line;
    }
  }
  for (const room of rooms.keys()) {
    await there.gather(room, linesOf(room));
    await attempt(room, () => there.rebuild(room, replace, false));
    await attempt(room, () => there.project(room, replace));
  }
  return [...rooms.keys()];
}

let refusals = 0;

/** @param {string} room @param {() => Promise<unknown>} work */
async function attempt(room, work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`${room}: refused: ${error.message}`);
    refusals += 1;
    return false;
  }
}

/** Says for each room what both sides hash to. @param {Operator} there @param {string[]} rooms */
async function compare(there, rooms) {
  const sum = { rooms: 0, events: 0, equal: 0, differ: 0 };
  const short = (/** @type {string | undefined} */ hash) => hash?.slice(0, 16) ?? '–';
  console.log(`\n${'room'.padEnd(26)}  events  ${'log'.padEnd(16)}  ${'log in D1'.padEnd(16)}  ${'its fold'.padEnd(16)}  rows in D1`);
  for (const room of rooms) {
    let { room: here, d1 } = await there.account(room);
    // Something may have been said between the one hash and the other.
    for (let turn = 0; turn < 3 && here.head !== d1?.head; turn += 1) ({ room: here, d1 } = await there.account(room));
    const isEqual = here.head > 0 && here.log === d1?.log && here.shown === d1.shown;
    sum.rooms += 1;
    sum.events += here.events;
    sum[isEqual ? 'equal' : 'differ'] += 1;
    console.log(
      `${room}  ${String(here.events).padStart(6)}  ${[here.log, d1?.log, here.shown, d1?.shown].map(short).join('  ')}  ${isEqual ? 'equal' : 'DIFFERS'}`,
    );
  }
  console.log(JSON.stringify({ ...sum, refused: refusals }));
  process.exitCode = sum.differ + refusals === 0 ? 0 : 1;
}

await script(async () => {
  const { values, positionals } = parseArgs({
    options: { replace: { type: 'boolean' }, objects: { type: 'string' }, url: { type: 'string' } },
    allowPositionals: true,
  });
  const [what, ...named] = positionals;
  const replace = values.replace === true;
  if (!['check', 'room', 'd1', 'backup'].includes(what ?? '') || ((what === 'room' || what === 'backup') && named.length === 0))
    throw new Explained(USAGE);
  const there = operator(values.url);
  if (what === 'backup') return compare(there, await fromBackup(there, String(named[0]), replace));
  const rooms = named.length > 0 ? named : await everyRoom(there, values.objects, values.url === undefined);
  if (what === 'check') return compare(there, rooms);
  for (const room of rooms) {
    const { room: here, d1 } = await there.account(room);
    if (what === 'room') {
      if (replace && here.head > 0) await setAside(there, room, 'room');
      await there.gather(room, there.lines(room, 'd1'));
      await attempt(room, () => there.rebuild(room, replace, true));
    } else {
      if (replace && d1 && d1.head > 0) await setAside(there, room, 'd1');
      await attempt(room, () => there.project(room, replace));
    }
  }
  return compare(there, rooms);
});
