/**
 * `npm run bench:room [-- --quick]`: a room under load against a raw Durable Object and a Node server, in one run on this
 * machine. The last line is one JSON object. See room/README.md for what is compared and why it is fair.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Order, Report, Seat } from './room/load.ts';
import { freshId, FrontDoor, type Visitor } from './room/people.ts';
import { bundle, node, ours, raw, type Ours, type System } from './room/systems.ts';

const quick = process.argv.includes('--quick');
/** What is timed, and how often. The quick run only shows that everything works. */
const SIZE = quick
  ? { rounds: 1, people: 8, fanout: 20, sustain: 60, rooms: 3, spread: 12, past: 1_000, short: 100, opens: 2, wakes: 2, counted: 60 }
  : {
      rounds: 5,
      people: 50,
      fanout: 240,
      sustain: 1_500,
      rooms: 200,
      spread: 1_000,
      past: 100_000,
      short: 100,
      opens: 15,
      wakes: 10,
      counted: 1_000,
    };

const median = (numbers: number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) / 2;
};
const at = (sorted: number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
const round = (value: number, digits = 3): number => Number(value.toFixed(digits));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text: string) => console.log(text);

class Load {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'room/load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

  give(order: Order): Promise<Report | null> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', (message) => {
        const answer = message as { report: Report | null } | { error: string };
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(answer.report);
      });
      this.#child.send(order);
    });
  }

  async run(order: Order): Promise<Report> {
    const report = await this.give(order);
    if (!report) throw new Error('no report');
    return report;
  }

  stop(): void {
    this.#child.disconnect();
  }
}

const seat = (system: System, room: string, index: number, who?: Visitor, since?: number): Seat => ({
  url: `${system.url.replace('http', 'ws')}/api/rooms/${room}/live?as=${who?.as ?? 'none'}${since === undefined ? '' : `&since=${since}`}`,
  headers: who ? { cookie: who.cookie } : {},
  room: index,
});

/** Each number of a measure, for one system over all rounds. */
type Series = Record<System['name'], Report[]>;
const series = (): Series => ({ ours: [], raw: [], node: [] });
const p95 = (reports: Report[]) => median(reports.map((one) => at(one.took, 0.95)));
const p50 = (reports: Report[]) => median(reports.map((one) => at(one.took, 0.5)));

const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
const began = Date.now();
const load = new Load();
const systems: System[] = [];
const result: Record<string, number> = {};
try {
  say('Bundling what is deployed …');
  const code = bundle(join(folder, 'code'));
  const ourself = await ours(code, join(folder, 'ours'));
  systems.push(ourself, await raw(join(folder, 'raw')), await node(folder));
  await live(ourself, systems);
  await opening(ourself);
  await books(code);
} finally {
  load.stop();
  await Promise.all(systems.map((one) => one.stop()));
  rmSync(folder, { recursive: true, force: true });
}
say(`\n${Math.round((Date.now() - began) / 1000)} s`);
say(JSON.stringify(result));

/** P1–P4: many sockets in one room, and many rooms. */
async function live(ourself: Ours, all: System[]): Promise<void> {
  const door = new FrontDoor(ourself);
  say('Bringing people in, by mail and through the door …');
  const seller = await door.seller();
  const big = await door.room(seller, SIZE.people - 5);
  const small: { room: string; guests: Visitor[] }[] = [];
  for (let n = 0; n < SIZE.rooms; n += 1) small.push(await door.room(seller, 1));

  /** The same number of sockets for each; ours with the cookies of those who are in. */
  const one = (system: System, name: string): Seat[] =>
    Array.from({ length: SIZE.people }, (_, n) =>
      system === ourself ? seat(system, big.room, 0, big.guests[n] ?? seller) : seat(system, `${name}-big`, 0),
    );
  const many = (system: System): Seat[] =>
    small.flatMap(({ room, guests }, index) =>
      Array.from({ length: 5 }, (_, n) =>
        system === ourself ? seat(system, room, index, n < 2 ? seller : guests[0]) : seat(system, `small-${index}`, index),
      ),
    );

  const fanout = series();
  const sustained = series();
  const spread = series();
  const cost: Record<string, number[]> = { ours: [], raw: [], node: [] };
  for (let turn = 0; turn < SIZE.rounds; turn += 1) {
    // Whoever goes first does so once.
    const order = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
    for (const system of order) {
      await load.give({ what: 'connect', seats: one(system, 'fanout') });
      fanout[system.name].push(await load.run({ what: 'fanout', rate: 20, events: SIZE.fanout }));
      await load.give({ what: 'close' });
    }
    for (const system of order) {
      // New sockets: each may say 40 things at once, and says at most 31.
      await load.give({ what: 'connect', seats: one(system, 'sustained') });
      const before = system.cpu();
      const report = await load.run({ what: 'sustain', inflight: 4, events: SIZE.sustain });
      // Until D1 has heard of it: what is put off counts, too.
      await pause(quick ? 100 : 11_000);
      cost[system.name]?.push((system.cpu() - before) / report.deliveries / 1000);
      sustained[system.name].push(report);
      await load.give({ what: 'close' });
    }
    for (const system of order.filter(({ name }) => name !== 'node')) {
      await load.give({ what: 'connect', seats: many(system) });
      spread[system.name].push(await load.run({ what: 'fanout', rate: 100, events: SIZE.spread }));
      await load.give({ what: 'close' });
    }
  }

  const table = (title: string, one: Series) => {
    for (const [name, reports] of Object.entries(one)) {
      if (reports.length === 0) continue;
      const perSecond = median(reports.map(({ took, seconds }) => took.length / seconds));
      say(
        `${title.padEnd(26)} ${name.padEnd(5)} p50 ${p50(reports).toFixed(2)} ms  p95 ${p95(reports).toFixed(2)} ms  ${perSecond.toFixed(0)} events/s  late ${median(reports.map((report) => report.late))}`,
      );
    }
  };
  table(`1 × ${SIZE.people} at 20/s`, fanout);
  table(`1 × ${SIZE.people}, 4 on the way`, sustained);
  table(`${SIZE.rooms} × 5 at 100/s`, spread);
  for (const [name, micros] of Object.entries(cost)) say(`processor time a delivery   ${name.padEnd(5)} ${median(micros).toFixed(1)} µs`);

  const throughput = (reports: Report[]) => median(reports.map(({ took, seconds }) => took.length / seconds));
  // Each round against the raw object of the same round: what else runs on the machine hits both.
  const against = (ourselves: Report[], others: Report[], measure: (one: Report) => number) =>
    median(ourselves.map((one, index) => measure(one) / measure(others[index] ?? one)));
  const tail = (one: Report) => at(one.took, 0.95);
  result['fanoutP95Ratio50'] = round(against(fanout.ours, fanout.raw, tail));
  result['fanoutP95Ratio200x5'] = round(against(spread.ours, spread.raw, tail));
  result['fanoutP95RatioNode50'] = round(against(fanout.ours, fanout.node, tail));
  result['sustainedRatio50'] = round(throughput(sustained.ours) / throughput(sustained.raw));
  result['cpuPerDeliveryRatio'] = round(median(cost['ours'] ?? []) / median(cost['raw'] ?? []));
}

/** Milliseconds of a request on a connection of its own, and the bytes of its body as they came over the wire. */
function timed(url: string, headers: Record<string, string>): Promise<{ ms: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    request(url, { headers, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () =>
        response.statusCode === 200 ? resolve({ ms: performance.now() - start, bytes }) : reject(new Error(String(response.statusCode))),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** Milliseconds until a new socket has been told everything: a snapshot, or what was missed. */
function told(one: Seat): Promise<{ ms: number; events: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const socket = new WebSocket(one.url, { headers: one.headers, perMessageDeflate: false });
    socket.on('error', reject);
    socket.once('message', (data) => {
      const ms = performance.now() - start;
      const text = String(data);
      const { events } = JSON.parse(text) as { events?: { seq: number }[] };
      const gaps = events?.some((event, index) => index > 0 && event.seq !== (events[index - 1]?.seq ?? 0) + 1) ?? false;
      socket.terminate();
      if (gaps) reject(new Error('a gap or a double in what was missed'));
      else resolve({ ms, events: events?.length ?? 0, bytes: Buffer.byteLength(text) });
    });
  });
}

/** P5–P7: opening with a long past, waking, coming back. */
async function opening(ourself: Ours): Promise<void> {
  const door = new FrontDoor(ourself);
  const seller = await door.seller();
  const found = async (events: number, people = 30) => {
    const room = freshId();
    const asked = { room, person: seller.person, workspace: seller.workspace, people, tasks: 20, events };
    const response = await door.request('/bench/found', { method: 'POST', json: true, body: JSON.stringify(asked) });
    if (!response.ok) throw new Error(await response.text());
    return room;
  };
  say(`\nWriting the past of rooms: ${SIZE.short}, ${SIZE.past / 10} and ${SIZE.past} events …`);
  const [short, middle, long] = [await found(SIZE.short), await found(SIZE.past / 10), await found(SIZE.past)];
  const headers = { cookie: seller.cookie, 'accept-encoding': 'gzip, br' };
  const open = (room: string) => timed(`${ourself.url}/api/rooms/${room}?as=seller&threads=room`, headers);
  const cold = async (room: string) => {
    await ourself.sleep(room);
    return open(room);
  };

  const times: Record<'short' | 'middle' | 'long' | 'resume' | 'snapshot', number[]> = {
    short: [],
    middle: [],
    long: [],
    resume: [],
    snapshot: [],
  };
  const missed = Math.min(1_000, SIZE.past - 200);
  let bytes = 0;
  let snapshot = 0;
  for (let turn = 0; turn < SIZE.opens; turn += 1) {
    times.short.push((await cold(short)).ms);
    const opened = await cold(long);
    times.long.push(opened.ms);
    bytes = opened.bytes;
    times.middle.push((await cold(middle)).ms);
    await ourself.sleep(long);
    const back = await told(seat(ourself, long, 0, seller, SIZE.past - missed));
    if (back.events !== missed) throw new Error(`missed ${missed}, was told ${back.events}`);
    times.resume.push(back.ms);
    await ourself.sleep(long);
    const anew = await told(seat(ourself, long, 0, seller));
    times.snapshot.push(anew.ms);
    snapshot = anew.bytes;
  }
  const plain = (
    await timed(`${ourself.url}/api/rooms/${long}?as=seller&threads=room`, { cookie: seller.cookie, 'accept-encoding': 'identity' })
  ).bytes;
  say(
    `cold open at ${SIZE.short}, ${SIZE.past / 10}, ${SIZE.past} events: ${median(times.short).toFixed(2)}, ${median(times.middle).toFixed(2)}, ${median(times.long).toFixed(2)} ms`,
  );
  say(
    `cold socket: everything anew ${median(times.snapshot).toFixed(2)} ms, ${missed} missed events ${median(times.resume).toFixed(2)} ms`,
  );
  say(`an open room on the wire: ${bytes} bytes (gzip), ${plain} before; a snapshot on the socket ${snapshot} bytes before compression`);
  result['openRatio100kVs100'] = round(median(times.long) / median(times.short));
  result['openBytes'] = bytes;

  await load.give({ what: 'connect', seats: Array.from({ length: SIZE.people }, () => seat(ourself, middle, 0, seller)) });
  const warm = await load.run({ what: 'fanout', rate: 20, events: 40 });
  const woken: number[] = [];
  for (let turn = 0; turn < SIZE.wakes; turn += 1) {
    await ourself.sleep(middle);
    const report = await load.run({ what: 'fanout', rate: 20, events: 1 });
    woken.push(report.took[0] ?? NaN);
  }
  // Left alone with its sockets, a room falls asleep by itself: whatever kept it awake would cost more than all the rest.
  const instance = async () => (await door.request(`/bench/instance/${middle}`)).text();
  const before = await instance();
  await pause(15_000);
  result['sleepsWithSockets'] = (await instance()) === before ? 0 : 1;
  const after = await load.run({ what: 'fanout', rate: 20, events: 1 });
  say(
    `left alone with ${SIZE.people} sockets for 15 s it ${result['sleepsWithSockets'] ? 'slept' : 'STAYED AWAKE'}; the next comment reached all in ${at(after.took, 1).toFixed(2)} ms`,
  );
  await load.give({ what: 'close' });
  say(`post until everybody has it: awake ${at(warm.took, 0.5).toFixed(2)} ms, asleep ${median(woken).toFixed(2)} ms`);
  result['wakeRatio'] = round(median(woken) / at(warm.took, 0.5));
  result['resume1000Ratio'] = round(median(times.resume) / median(times.long));
}

/** P12, P13: what is written where. Untimed, with D1 counted. */
async function books(code: string): Promise<void> {
  const counted = await ours(code, join(folder, 'counted'), { count: true });
  systems.push(counted);
  const door = new FrontDoor(counted);
  const seller = await door.seller();
  const { room, guests } = await door.room(seller, 10);
  await pause(quick ? 5_000 : 12_000);
  const rows = async () => ((await (await door.request('/bench/rows')).json()) as { written: number }).written;
  const before = { rows: await rows(), bytes: counted.stored(room) };
  const frames: number[] = [];
  const crowd = [seller, ...guests];
  for (let n = 0; n < SIZE.counted; n += 1) {
    const command = {
      type: 'comment.post',
      comment: freshId(),
      thread: 'room',
      body: `Number ${n}: we have looked at it and would like to talk about it on Thursday, if that suits you and your people.`,
    };
    frames.push(JSON.stringify({ id: `bench-${freshId().slice(0, 12)}`, command }).length);
    await door.command(crowd[n % crowd.length] ?? seller, room, command);
  }
  await pause(quick ? 5_000 : 12_000);
  const payload = median(frames);
  const stored = (counted.stored(room) - before.bytes) / SIZE.counted;
  result['d1RowsWrittenPerEvent'] = round(((await rows()) - before.rows) / SIZE.counted);
  result['storageBytesPerEvent'] = round(stored, 0);
  result['storageBar'] = round(1.6 * payload + 100, 0);
  say(
    `\nD1 rows written an event ${result['d1RowsWrittenPerEvent']}; a room's own bytes an event ${stored.toFixed(0)} for ${payload} of payload (bar ${result['storageBar']})`,
  );
}
