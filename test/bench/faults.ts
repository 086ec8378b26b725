/**
 * `npm run bench:faults [-- --quick] [-- --kills n --events n --outage seconds …]`: workerd killed in mid-write again and again, and D1
 * taken away for ten minutes, under browsers that remember every promise. The last line is one JSON object; the end is not 0 if
 * anything was lost, doubled or told differently to two. See README.md beside this file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Browser } from './faults/browser.ts';
import { audit, type Findings, projectedTo } from './faults/books.ts';
import { operator } from '../../scripts/operator.mjs';
import { ROOT } from '../../scripts/tools.mjs';
import { FrontDoor, type Visitor } from './room/people.ts';
import { bundle, OPERATOR_KEY, ours, raw } from './room/systems.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    kills: { type: 'string' },
    events: { type: 'string' },
    rooms: { type: 'string' },
    browsers: { type: 'string' },
    outage: { type: 'string' },
    'outage-events': { type: 'string' },
    histories: { type: 'string' },
  },
});
const size = (name: Exclude<keyof typeof values, 'quick'>, whole: number, quick: number) =>
  Number(values[name] ?? (values.quick ? quick : whole));
const SIZE = {
  kills: size('kills', 100, 5),
  events: size('events', 100_000, 1_200),
  rooms: size('rooms', 10, 3),
  /** In each room: half of them are its sellers' devices. */
  browsers: size('browsers', 10, 6),
  /** Seconds without D1, and what is said in them. */
  outage: size('outage', 600, 12),
  outageEvents: size('outage-events', 10_000, 200),
  /** Random histories against the real object, D1 failing in every way. */
  histories: size('histories', 1_000, 20),
};
/** Seconds in which everything must be settled, or it counts as lost. */
const PATIENCE = 120;
const say = (text: string) => console.log(text);
const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
const p95 = (took: number[]): number => took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.95)] ?? NaN;
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Seconds until something holds; the patience spent if it never does. */
async function secondsUntil(holds: () => boolean | Promise<boolean>, patience = PATIENCE): Promise<number> {
  const began = performance.now();
  while (!(await holds()) && performance.now() - began < patience * 1000) await pause(100);
  return round((performance.now() - began) / 1000);
}

const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
const began = Date.now();
say('Bundling what is deployed …');
const system = await ours(bundle(join(folder, 'code')), join(folder, 'ours'));
const plain = await raw(join(folder, 'raw'));
const result: Record<string, number> = {};
try {
  const door = new FrontDoor(system);
  const d1 = system.d1File();
  say('Bringing people in, by mail and through the door …');
  const seller = await door.seller();
  const rooms: { room: string; guests: Visitor[]; browsers: Browser[] }[] = [];
  for (let n = 0; n < SIZE.rooms; n += 1) {
    const { room, guests } = await door.room(seller, Math.floor(SIZE.browsers / 2));
    const visitors = Array.from({ length: SIZE.browsers }, (_, index) => guests[index] ?? seller);
    rooms.push({ room, guests, browsers: visitors.map((who) => new Browser(system.url, room, who)) });
  }
  const browsers = rooms.flatMap((one) => one.browsers);
  const promised = () => sum(browsers.map((one) => one.promised.length));
  /** The last event of a room that anybody was promised. */
  const heads = () => rooms.map((one) => Math.max(...one.browsers.map(({ state }) => state.seq)));
  const isProjected = () => rooms.every(({ room }, index) => projectedTo(d1, room) >= (heads()[index] ?? 0));

  // ---------------------------------------------------------------- kill -9
  const loaded = performance.now();
  for (const one of browsers) {
    one.inflight = 3;
    one.start();
  }
  let onTheWay = 0;
  const back: number[] = [];
  for (let kill = 1; kill <= SIZE.kills; kill += 1) {
    const target = (SIZE.events * kill) / SIZE.kills;
    await secondsUntil(() => promised() >= target, 60);
    await pause(Math.random() * 100);
    onTheWay += sum(browsers.map((one) => one.waiting));
    const at = performance.now();
    await system.kill();
    back.push((performance.now() - at) / 1000);
    if (kill % 10 === 0) say(`${kill} kills, ${promised()} acknowledged`);
  }
  for (const one of browsers) one.inflight = 0;
  result['unanswered'] = (await secondsUntil(() => browsers.every((one) => one.waiting === 0))) < PATIENCE ? 0 : 1;
  const rate = promised() / ((performance.now() - loaded) / 1000);

  // Once more, and then nobody comes: what D1 lacks must get there by the alarm alone.
  const missing = rooms.filter(({ room }, index) => projectedTo(d1, room) < (heads()[index] ?? 0)).length;
  for (const one of browsers) one.stop();
  await system.kill();
  result['projectedAfterKillSeconds'] = await secondsUntil(isProjected);
  say(
    `${SIZE.kills + 1} kills, up again in ${round(sum(back) / back.length)} s; ${promised()} acknowledged, ${Math.round(rate)} a second; ${onTheWay} on their way when it died; ${missing} rooms ahead of D1 at the last, which had all after ${result['projectedAfterKillSeconds']} s with nobody there`,
  );

  // ---------------------------------------------------------------- D1 away
  for (const one of browsers) one.start();
  await secondsUntil(() => browsers.every((one) => one.isOpen));
  const probes = Array.from({ length: SIZE.browsers }, () => new Browser(plain.url, 'probe', { cookie: '', as: 'seller' }, false));
  for (const one of probes) one.start();
  /** Says things at a rate for so many seconds, ours and raw in turn; milliseconds to the promise. */
  const load = async (seconds: number, perSecond: number, talking: Browser[]) => {
    for (const one of [...browsers, ...probes]) one.took = [];
    for (let n = 0, start = performance.now(); performance.now() - start < seconds * 1000; n += 1) {
      talking[n % talking.length]?.say();
      probes[n % probes.length]?.say();
      await pause(Math.max(0, start + ((n + 1) * 1000) / perSecond - performance.now()));
    }
    await pause(500);
    return { ours: browsers.flatMap((one) => one.took), raw: probes.flatMap((one) => one.took) };
  };
  const perSecond = SIZE.outageEvents / SIZE.outage;
  const before = await load(values.quick ? 4 : 30, perSecond, browsers);

  // Whoever holds it while D1 is being written waits for its turn, as the Worker does.
  const file = new DatabaseSync(d1, { timeout: 60_000 });
  file.exec('BEGIN IMMEDIATE');
  const lockedAt = performance.now();
  let pages = 0;
  let pagesFailed = 0;
  const walk = setInterval(
    () => {
      const one = rooms[(pages >> 1) % rooms.length];
      const visitor = pages % 2 === 0 ? one?.guests[0] : seller;
      if (!one || !visitor) return;
      pages += 1;
      void door.request(`/${visitor === seller ? 'rooms' : 'r'}/${one.room}`, { cookie: visitor.cookie }).then(
        (response) => (pagesFailed += response.status === 200 ? 0 : 1),
        () => (pagesFailed += 1),
      );
    },
    (SIZE.outage * 1000) / Math.min(120, SIZE.outage),
  );
  // Half of the rooms fall silent half-way: nobody reminds them that D1 lacks something.
  const talkative = rooms.slice(0, Math.ceil(rooms.length / 2)).flatMap((one) => one.browsers);
  const during = await load(SIZE.outage / 2, perSecond, browsers);
  const later = await load(SIZE.outage / 2, perSecond, talkative);
  clearInterval(walk);
  const behind = sum(rooms.map(({ room }, index) => (heads()[index] ?? 0) - projectedTo(d1, room)));
  file.exec('ROLLBACK');
  const outage = (performance.now() - lockedAt) / 1000;
  result['d1EqualAfterSeconds'] = await secondsUntil(isProjected, 1_200);
  say(
    `D1 away for ${round(outage)} s: ${behind} events waited for it, all there ${result['d1EqualAfterSeconds']} s after it was back; ${pages} pages opened`,
  );

  // Slow: it is there now and then.
  const slow = (async () => {
    for (let n = 0; n < (values.quick ? 4 : 20); n += 1) {
      file.exec('BEGIN IMMEDIATE');
      await pause(800);
      file.exec('ROLLBACK');
      await pause(200);
    }
  })();
  const slowly = await load(values.quick ? 4 : 20, perSecond, browsers);
  await slow;
  file.close();
  await secondsUntil(() => browsers.every((one) => one.waiting === 0));
  result['d1EqualAfterSlowSeconds'] = await secondsUntil(isProjected);

  // ---------------------------------------------------------------- the books
  for (const one of probes) one.stop();
  const findings: Findings[] = [];
  for (const { room, browsers: here } of rooms) {
    await secondsUntil(() => new Set(here.filter((one) => one.who.as === 'seller').map(({ state }) => state.seq)).size === 1, 20);
    findings.push(await audit(door, seller, room, here, d1));
  }

  // ---------------------------------------------------------------- each side made of the other
  for (const one of browsers) one.stop();
  process.env['OPERATOR_KEY'] = OPERATOR_KEY;
  const there = operator(system.url);
  const rebuilding = performance.now();
  let differ = 0;
  for (const { room } of rooms) {
    const before = await there.account(room);
    await there.project(room, true);
    await there.gather(room, there.lines(room, 'd1'));
    await there.rebuild(room, true, true);
    const after = await there.account(room);
    const hashes = [before.room, before.d1, after.room, after.d1].map((one) => `${one?.log} ${one?.shown}`);
    if (new Set(hashes).size !== 1) differ += 1;
  }
  result['rebuildDiffers'] = differ;
  result['rebuildSeconds'] = round((performance.now() - rebuilding) / 1000);

  const total = (name: keyof Findings) => sum(findings.map((one) => one[name]));
  const faults = browsers.flatMap((one) => one.faults);
  for (const one of new Set(faults)) say(`! ${one} (${faults.filter((other) => other === one).length})`);

  const row = (name: string, one: { ours: number[]; raw: number[] }) =>
    say(`${name.padEnd(34)} ours p95 ${p95(one.ours).toFixed(2)} ms (${one.ours.length})  raw p95 ${p95(one.raw).toFixed(2)} ms`);
  say('');
  row('a comment is kept, D1 there', before);
  row('D1 away, first half', during);
  row('D1 away, second half', later);
  row('D1 slow', slowly);
  say('');
  for (const [index, one] of findings.entries())
    say(
      `room ${String(index + 1).padStart(2)}: ${Object.entries(one)
        .map(([name, value]) => `${name} ${value}`)
        .join('  ')}`,
    );

  const away = { ours: [...during.ours, ...later.ours], raw: [...during.raw, ...later.raw] };
  Object.assign(result, {
    kills: SIZE.kills + 1,
    acknowledged: total('acknowledged'),
    lost: total('lost'),
    doubled: total('doubled'),
    diverged: total('diverged') + faults.length,
    d1OutageSeconds: round(outage, 0),
    outboxLost: total('outboxLost'),
    onTheWay,
    outagePostP95Ratio: round(p95(away.ours) / p95(before.ours)),
    outagePostP95AgainstRaw: round(p95(away.ours) / p95(away.raw)),
    postP95AgainstRaw: round(p95(before.ours) / p95(before.raw)),
    outageEvents: away.ours.length,
    pagesFailed,
    refused: sum(browsers.map((one) => one.refused)),
  });
} finally {
  await Promise.all([system.stop(), plain.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
say(`\n${SIZE.histories} random histories …`);
const played = spawnSync('vitest', ['run', '--silent', '--config', 'test/worker/vitest.config.ts', 'faults', '-t', 'random histories'], {
  cwd: ROOT,
  env: { ...process.env, NODE_ENV: 'test', HISTORIES: String(SIZE.histories) },
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (played.status !== 0) say(`${played.stdout.slice(-4_000)}\n${played.stderr.slice(-4_000)}`);
Object.assign(result, { histories: SIZE.histories, historiesFailed: played.status === 0 ? 0 : 1 });
say(`\n${Math.round((Date.now() - began) / 1000)} s`);
const { kills, acknowledged, lost, doubled, diverged, d1OutageSeconds, outboxLost, ...more } = result;
say(JSON.stringify({ kills, acknowledged, lost, doubled, diverged, d1OutageSeconds, outboxLost, ...more }));
const mustBeNone = ['unanswered', 'pagesFailed', 'rebuildDiffers', 'historiesFailed'].map((name) => more[name]);
process.exit([lost, doubled, diverged, outboxLost, ...mustBeNone].every((one) => one === 0) ? 0 : 1);
