/**
 * `npm run bench:digest [-- --quick]`: the summaries of one Monday morning over 10,000 rooms, from the bundle that is deployed, on
 * workerd with its D1, to a sender that only counts. The last line is one JSON object. See README.md beside this file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays } from '../../worker/room/core/due.ts';
import { freshId, FrontDoor } from './room/people.ts';
import { bundle, ours, type Ours } from './room/systems.ts';

const quick = process.argv.includes('--quick');
const SIZE = {
  rooms: quick ? 200 : 10_000,
  /** Of one seller; S-7 of the goals looks through as many. */
  roomsOfSeller: 20,
  customers: 2,
  tasks: 8,
  /** What happened before this week, and in it. */
  past: 20,
  news: 5,
  /** One room in so many is quiet: nothing is due in it, nothing new. */
  quiet: 5,
};
const QUARTER = 900_000;
const DAY = 86_400_000;
const say = (text: string) => console.log(text);
const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** The next Monday, 08:05 in Shanghai. */
function monday(): number {
  const now = new Date();
  const days = (8 - now.getUTCDay()) % 7 || 7;
  return Date.parse(`${addDays(now.toISOString().slice(0, 10), days)}T00:05:00Z`);
}

type Row = Record<string, string | number | null>;

/** Rows of D1 as the projection writes them, many in one statement. */
async function write(db: Ours['db'], table: string, rows: Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const statement = `INSERT INTO ${table} (${columns.map((name) => `"${name}"`).join(', ')}) SELECT ${columns.map((name) => `value ->> '${name}'`).join(', ')} FROM json_each(?)`;
  for (let start = 0; start < rows.length; start += 500)
    await db
      .prepare(statement)
      .bind(JSON.stringify(rows.slice(start, start + 500)))
      .run();
}

/** Rooms of one seller, and the two customers of each. Gives the addresses that must hear of their week. */
async function furnish(
  db: Ours['db'],
  at: number,
  of: { person: string; workspace: string; email: string },
  first: number,
): Promise<string[]> {
  const told: string[] = [];
  const rows: Record<'room' | 'participant' | 'task' | 'room_event' | 'objection' | 'seen', Row[]> = {
    room: [],
    participant: [],
    task: [],
    room_event: [],
    objection: [],
    seen: [],
  };
  const iso = (ms: number) => new Date(ms).toISOString();
  for (let nth = first; nth < first + SIZE.roomsOfSeller; nth += 1) {
    const room = freshId();
    const isQuiet = nth % SIZE.quiet === 0;
    const people = Array.from({ length: 1 + SIZE.customers }, freshId);
    const seq = SIZE.past + (isQuiet ? 0 : SIZE.news);
    rows.room.push({
      id: room,
      workspace_id: of.workspace,
      account_id: freshId(),
      opportunity_id: freshId(),
      name: `Line ${nth}`,
      account_name: `Corp ${nth}`,
      demo: 0,
      seq,
      held: 0,
      last_comment_seq: seq,
      last_comment_by: people[1] ?? null,
      opened_at: iso(at - 60 * DAY),
      last_activity_at: iso(at - DAY),
      seller_acted_at: iso(at - (isQuiet ? 30 : 2) * DAY),
      customer_acted_at: iso(at - (isQuiet ? 30 : 2) * DAY),
    });
    for (const [index, id] of people.entries()) {
      const email = index === 0 ? of.email : `chen${index}.${nth}@corp.bench`;
      if (!isQuiet) told.push(email);
      rows.participant.push({
        room_id: room,
        id,
        side: index === 0 ? 'seller' : 'customer',
        name: index === 0 ? 'Li Dan' : `Chen ${nth}`,
        email,
        locale: index === 1 ? 'zh-CN' : 'en',
        zone: 'Asia/Shanghai',
        status: 'joined',
        mail: 'each',
        trouble: null,
        person_id: index === 0 ? of.person : null,
      });
      rows.seen.push({ room_id: room, participant_id: id, thread: 'room', seq: SIZE.past });
    }
    const tasks = Array.from({ length: SIZE.tasks }, freshId);
    for (const [index, id] of tasks.entries()) {
      const isDue = index < 3 && !isQuiet;
      rows.task.push({
        room_id: room,
        id,
        title: `Agree on part ${index} of the contract`,
        kind: 'task',
        owners: JSON.stringify([people[index % people.length]]),
        due: JSON.stringify({
          date: new Date(at + (isDue ? index : 30 + index) * DAY).toISOString().slice(0, 10),
          time: null,
          zone: 'Asia/Shanghai',
        }),
        after: null,
        completed_at: null,
        removed: 0,
      });
    }
    for (let event = 1; event <= seq; event += 1) {
      rows.room_event.push({
        room_id: room,
        seq: event,
        at: iso(event > SIZE.past ? at - 2 * DAY : at - 30 * DAY),
        by: people[event % people.length] ?? '',
        via: 'app',
        audience: 'all',
        event: JSON.stringify({
          type: 'comment.posted',
          comment: freshId(),
          thread: event % 2 === 0 ? 'room' : tasks[event % tasks.length],
          body: `Number ${event}: we have looked at it and would like to talk about it.`,
          mentions: [],
          files: [],
          mail: null,
        }),
      });
    }
    if (nth % 3 === 0)
      rows.objection.push({
        room_id: room,
        task_id: freshId(),
        title: 'How do you handle data residency?',
        state: 'open',
        side: 'customer',
        removed: 0,
        asked_at: iso(at - 3 * DAY),
        zone: 'Asia/Shanghai',
      });
  }
  for (const [table, list] of Object.entries(rows)) await write(db, table, list);
  return told;
}

/** Looks four times a second at what the Worker's isolate holds. */
async function watch(system: Ours, told: { peak: number; done: boolean }): Promise<void> {
  while (!told.done) {
    told.peak = Math.max(told.peak, await system.held());
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Milliseconds of the seller's list of rooms: the weekly review. */
async function review(door: FrontDoor, cookie: string): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 15; turn += 1) {
    const began = performance.now();
    const response = await door.request('/api/rooms', { cookie });
    const { rooms } = (await response.json()) as { rooms: unknown[] };
    times.push(performance.now() - began);
    if (rooms.length <= SIZE.roomsOfSeller) throw new Error(`${rooms.length} rooms in the review`);
  }
  return times.sort((a, b) => a - b)[7] ?? NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
let system: Ours | null = null;
try {
  say('Bundling what is deployed …');
  system = await ours(bundle(join(folder, 'code')), join(folder, 'ours'), { inspect: true });
  const { db, mails } = system;
  const door = new FrontDoor(system);
  const known = await door.seller();
  const at = monday();
  const expected = new Set<string>();
  say(`Furnishing ${SIZE.rooms} rooms …`);
  for (let first = 0; first < SIZE.rooms; first += SIZE.roomsOfSeller) {
    const workspace = first === 0 ? known.workspace : freshId();
    if (first > 0) await write(db, 'workspace', [{ id: workspace, name: 'Yuncang', created_at: new Date(at).toISOString() }]);
    const told = await furnish(
      db,
      at,
      { workspace, person: first === 0 ? known.person : freshId(), email: `lidan.${first}@yuncang.bench` },
      first,
    );
    for (const email of told) expected.add(email);
  }

  const before = mails.length;
  const cpuBefore = system.cpu();
  const watched = { peak: 0, done: false };
  const watching = watch(system, watched);
  const began = performance.now();
  let [queries, runs] = [0, 0];
  const states = async () => {
    const { results } = await db.prepare('SELECT state, count(*) AS n FROM digest GROUP BY 1').all<{ state: string; n: number }>();
    return Object.fromEntries(results.map(({ state, n }) => [state, n])) as Record<'sent' | 'empty' | 'claimed', number | undefined>;
  };
  const cron = async (how = '') => {
    const response = await door.request(`/bench/cron?at=${at + runs * QUARTER}${how}`);
    if (!response.ok) throw new Error(await response.text());
    runs += 1;
    return (await response.json()) as { queries: number; rowsRead: number };
  };
  let most = 0;
  let settled = 0;
  for (;;) {
    const asked = await cron();
    const { sent = 0, empty = 0 } = await states();
    if (sent + empty === settled) break;
    settled = sent + empty;
    queries += asked.queries;
    most = Math.max(most, asked.queries);
  }
  const timed = runs;
  const seconds = (performance.now() - began) / 1000;
  const cpu = (system.cpu() - cpuBefore) / 1e9;
  watched.done = true;
  await watching;
  const { sent = 0, empty = 0 } = await states();
  say(
    `${settled} readers in ${timed - 1} runs of the cron: ${sent} mails, ${empty} with nothing to say; ${round(seconds)} s, ${round(cpu)} s of processor`,
  );

  while (mails.length < before + sent) {
    if (performance.now() - began > 900_000) throw new Error(`${mails.length - before} of ${sent} mails left`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const left = (performance.now() - began) / 1000;
  const once = mails.length;

  // A night from which D1 came back without its marks: everything is made again, and rows are counted this time.
  await db.exec('DELETE FROM digest');
  let rowsRead = 0;
  for (settled = 0; ;) {
    const asked = await cron('&rows');
    const { sent: again = 0, empty: nothing = 0 } = await states();
    if (again + nothing === settled) break;
    settled = again + nothing;
    rowsRead += asked.rowsRead;
  }
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const doubled = mails.length - once;
  const reached = new Set(mails.slice(before).flatMap((one) => one.to.map((to) => /<(.+)>/.exec(to)?.[1] ?? to)));
  const missed = [...expected].filter((one) => !reached.has(one)).length;
  const reviewed = await review(door, known.cookie);
  say(`all had left after ${round(left)} s; the review of ${SIZE.roomsOfSeller} rooms takes ${round(reviewed)} ms`);
  say(
    JSON.stringify({
      rooms: SIZE.rooms,
      mails: sent,
      seconds: round(seconds),
      d1RowsRead: rowsRead,
      doubled,
      missed,
      readers: settled,
      empty,
      runs: timed - 1,
      rowsReadPerEvent: round(rowsRead / (SIZE.rooms * SIZE.news), 2),
      d1QueriesPerReader: round(queries / settled, 3),
      d1QueriesOfARun: most,
      cpuSeconds: round(cpu),
      secondsUntilAllLeft: round(left),
      peakHeldMiB: Math.round(watched.peak / 1024 / 1024),
      reviewMs: round(reviewed),
    }),
  );
} finally {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
}
