/**
 * A room, its browsers and the network between them, with everything that goes wrong in production, in one thread and from one seed:
 * frames lost with their line, requests doubled and out of order, resends, laggards, garbage, sleep, crashes, clocks that jump.
 * Rules, view, queue and keys are the product's own; only wires and disk are stood in for.
 *
 * `SIMULATE=20000` plays so many histories, `SIMULATE_SEED=n SIMULATE=1` the one again that failed.
 */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test, vi } from 'vitest';
import { audienceOf, viewFor, visible } from '#core/audience.ts';
import { command, submission, type Command } from '#core/commands.ts';
import type { Facts } from '#core/decision.ts';
import { applyComments, type Comment } from '#core/discussion.ts';
import type { Recorded, RoomEvent, Via } from '#core/events.ts';
import type { CommentId, ParticipantId } from '#core/ids.ts';
import type { FromRoom, RoomView, ToRoom } from '#core/protocol.ts';
import { decide } from '#core/deciding/index.ts';
import { refuse, type Result } from '#core/refusal.ts';
import { apply, emptyRoom, restored, type RoomState } from '#core/room.ts';
import { commandKey, fingerprint } from '../../worker/room/journal.ts';
import { AT, facts, lidan } from '../support/cast.ts';
import { anyCommand, bornOfMail, founding, people, SECRET } from '../support/histories.ts';

// The words of refusals are made by the build; nothing here says any.
vi.mock('$lib/words/refusals.ts', () => ({}));

/** What a browser has sent and not heard back of. */
interface Pending {
  id: string;
  command: Command;
  at: string;
}

/** A browser's own: how a room will look once it has heard of what is on its way. Types of the browser are not known here. */
const ACTING = join(import.meta.dirname, '../../web/lib/room/acting.ts');
const { lay } = (await import(ACTING)) as {
  lay: (
    state: RoomState,
    pending: Pending[],
    me: ParticipantId,
    facts: (at: string) => Facts,
    known: (id: CommentId) => Comment | undefined,
  ) => { state: RoomState; comments: Record<CommentId, Comment> };
};

const HISTORIES = Number(process.env['SIMULATE'] ?? 10_000);
const SEED = Number(process.env['SIMULATE_SEED'] ?? Date.now() % 1_000_000_000);
/** What happens in one history, before the lines heal and all is said. */
const STEPS = 150;
/** Missed events after which a browser gets everything anew. Small, so that both ways are gone often. */
const RESUME = 12;

/** Histories whose seeds are near take their commands from one pool: drawing them is dear. */
const POOLED = 250;
const pools = new Map<number, unknown[]>();
function poolOf(seed: number): unknown[] {
  const number = Math.floor(seed / POOLED);
  let pool = pools.get(number);
  if (!pool) {
    pool = fc.sample(anyCommand, { seed: number, numRuns: 1_500 }).flatMap((input): unknown[] => {
      if (typeof input === 'object' && input !== null && 'mail' in input && 'at' in input) return [input];
      const parsed = v.safeParse(command, input);
      return parsed.success ? [parsed.output] : [];
    });
    pools.clear();
    pools.set(number, pool);
  }
  return pool;
}

/** Chance from a seed (mulberry32). */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 ≤ n < 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** A line between a browser and the room: in order, until it breaks. Then whatever was on it is gone, both ways. */
interface Line {
  client: Client;
  since: number;
  isAccepted: boolean;
  up: string[];
  down: string[];
  isCut: boolean;
}

/** The room's disk: what is left after a crash. */
interface Disk {
  log: Recorded[];
  /** What each command did, under the key that its sender gave it. */
  commands: Map<string, { seq: number; body: number }>;
  snapshot: string | null;
}

class Room {
  readonly disk: Disk = { log: [...founding], commands: new Map(), snapshot: null };
  /** Which command each event is of, for the laws. */
  readonly causes: (string | null)[] = founding.map(() => null);
  state: RoomState = founding.reduce(apply, emptyRoom);
  lines = new Set<Line>();
  clock = Date.parse(AT);
  /** What breaks while the next command is done. */
  crash: 'before' | 'after' | null = null;
  #comments: Comment[] = [];

  factsFor(command: Command): Facts {
    const said = 'comment' in command ? this.#comments.find((one) => one.id === command.comment) : undefined;
    return { ...facts, at: new Date(this.clock).toISOString(), comments: said ? { [said.id]: said } : {} };
  }

  /** Gives null when the object died meanwhile. */
  submit(by: ParticipantId, via: Via, input: unknown): Result<{ seq: number }> | null {
    const parsed = v.safeParse(submission, input);
    if (!parsed.success) return refuse('invalid', 'malformed');
    const { id, command: asked } = parsed.output;
    const who = this.state.people[by];
    if (!who || who.status === 'left') return refuse('forbidden', 'not_a_participant');
    const [key, body] = [commandKey(by, id), fingerprint(asked)];
    const earlier = this.disk.commands.get(key);
    if (earlier)
      return earlier.body === body ? { ok: true, value: { seq: earlier.seq || this.state.seq } } : refuse('conflict', 'reused_id');
    const decision = decide(this.state, by, asked, this.factsFor(asked));
    if (!decision.ok) return decision;
    if (this.crash === 'before') return this.#die();
    this.record(by, via, decision.events, { key, body });
    return this.crash === 'after' ? this.#die() : { ok: true, value: { seq: this.state.seq } };
  }

  /** A mail is taken whole or not at all, too: a crash may come before it is written, or before anybody is told. */
  takeMail(by: ParticipantId, events: RoomEvent[]): void {
    if (this.crash !== 'before') this.record(by, 'mail', events);
    if (this.crash !== null) this.#die();
  }

  record(by: ParticipantId | 'system', via: Via, events: RoomEvent[], command: { key: string; body: number } | null = null): void {
    const { log, commands } = this.disk;
    const written = events.map((event, index): Recorded => ({
      seq: log.length + index + 1,
      at: new Date(this.clock).toISOString(),
      by,
      via,
      audience: audienceOf(event),
      event,
    }));
    log.push(...written);
    for (const _ of written) this.causes.push(command?.key ?? null);
    if (command) commands.set(command.key, { seq: written.at(-1)?.seq ?? 0, body: command.body });
    this.state = written.reduce(apply, this.state);
    this.#comments = written.reduce<Comment[]>(applyComments, this.#comments);
    if (this.crash === 'after') return;
    for (const side of ['seller', 'customer'] as const) {
      const shown = visible(side, written);
      if (shown.length === 0) continue;
      const frame = JSON.stringify({ type: 'events', events: shown, html: {} } satisfies FromRoom);
      for (const line of this.lines) if (line.client.side === side) this.tell(line, frame);
    }
    for (const { event } of written) {
      if (event.type !== 'participant.left') continue;
      for (const line of this.lines) if (line.client.me === event.participant) this.shut(line);
    }
  }

  tell(line: Line, frame: string): void {
    if (line.client.side === 'customer')
      for (const word of [SECRET, ':internal', 'hidden', '"audience":"seller"'])
        if (frame.includes(word)) throw new Error(`a customer was sent: ${word} in ${frame}`);
    line.down.push(frame);
  }

  viewOf(client: Client): RoomView {
    return { protocol: 1, state: viewFor(client.side, this.state), me: client.me, seen: {}, here: [] };
  }

  enter(line: Line): void {
    const who = this.state.people[line.client.me];
    line.isAccepted = true;
    line.down.push('open');
    if (!who || who.status === 'left') return this.shut(line);
    this.lines.add(line);
    const behind = this.state.seq - line.since;
    if (line.since <= 0 || behind < 0 || behind > RESUME)
      return this.tell(line, JSON.stringify({ type: 'snapshot', view: this.viewOf(line.client) } satisfies FromRoom));
    const missed = visible(line.client.side, this.disk.log.slice(line.since));
    this.tell(line, JSON.stringify({ type: 'events', events: missed, html: {} } satisfies FromRoom));
  }

  /** One frame from a browser. */
  hear(line: Line, frame: string): void {
    if (!this.lines.has(line)) return;
    let message: ToRoom;
    try {
      message = JSON.parse(frame) as ToRoom;
    } catch {
      return this.shut(line);
    }
    if (message?.type !== 'command') return this.shut(line);
    const outcome = this.submit(line.client.me, 'app', { id: message.id, command: message.command });
    if (!outcome || !this.lines.has(line)) return;
    const answer: FromRoom = outcome.ok
      ? { type: 'accepted', id: message.id, seq: outcome.value.seq }
      : { type: 'refused', id: message.id, refusal: outcome.refusal };
    this.tell(line, JSON.stringify(answer));
  }

  /** Closes a line from this end: what was sent before still arrives. */
  shut(line: Line): void {
    this.lines.delete(line);
    line.down.push('closed');
  }

  keepSnapshot(): void {
    this.disk.snapshot = JSON.stringify(this.state);
  }

  /** Memory is gone, disk stays. Sockets outlive sleep, but not a crash. */
  sleep(): void {
    const { log, snapshot } = this.disk;
    const before = plain(this.state);
    const start = snapshot ? restored(JSON.parse(snapshot) as Partial<RoomState>) : emptyRoom;
    this.state = plain(log).slice(start.seq).reduce(apply, start);
    this.#comments = plain(log).reduce<Comment[]>(applyComments, []);
    if (!isDeepStrictEqual(plain(this.state), before)) throw new Error('it woke with another state than it slept with');
  }

  #die(): null {
    this.crash = null;
    for (const line of this.lines) line.isCut = true;
    this.lines.clear();
    this.sleep();
    return null;
  }
}

/** A browser with a room open. What it does with what it hears is what `web/lib/room/live-room.svelte.ts` does. */
class Client {
  readonly me: ParticipantId;
  readonly side: 'seller' | 'customer';
  readonly accepted = new Map<string, number>();
  confirmed: RoomState;
  comments: Comment[] = [];
  pending: Pending[] = [];
  line: Line | null = null;
  isOpen = false;
  hasEnded = false;
  /** All that it ever asked, to be said again by whoever replays. */
  readonly asked: Pending[] = [];
  readonly #name: string;

  constructor(name: string, person: (typeof people)[number], room: Room) {
    this.#name = name;
    this.me = person.id;
    this.side = person.side;
    this.confirmed = plain(viewFor(this.side, room.state));
  }

  #known = (id: CommentId): Comment | undefined => this.comments.find((one) => one.id === id);
  #facts = (at: string): Facts => ({ ...facts, at });

  do(command: Command): void {
    const ahead = lay(this.confirmed, this.pending, this.me, this.#facts, this.#known);
    const id = 'comment' in command ? command.comment : null;
    const about = id ? (ahead.comments[id] ?? this.#known(id)) : undefined;
    const decision = decide(ahead.state, this.me, command, { ...facts, comments: about ? { [about.id]: about } : {} });
    if (!decision.ok || decision.events.length === 0) return;
    const one = { id: `${this.#name}-command-${this.asked.length}`, command, at: AT };
    this.asked.push(one);
    this.pending = [...this.pending, one];
    if (this.isOpen) this.send(one);
  }

  send(one: Pending): void {
    this.line?.up.push(JSON.stringify({ type: 'command', id: one.id, command: one.command }));
  }

  dial(): void {
    this.line = { client: this, since: this.confirmed.seq, isAccepted: false, up: [], down: [], isCut: false };
  }

  /** The next thing on the line. */
  hearNext(room: Room): void {
    const { line } = this;
    if (!line) return;
    const frame = line.down.shift();
    if (frame === undefined) {
      if (line.isCut) this.lose(room);
      return;
    }
    if (frame === 'open') {
      this.isOpen = true;
      for (const one of this.pending) this.send(one);
    } else if (frame === 'closed') {
      this.hasEnded = true;
      this.lose(room);
    } else this.hear(JSON.parse(frame) as FromRoom, room);
  }

  lose(room: Room): void {
    if (this.line) room.lines.delete(this.line);
    this.line = null;
    this.isOpen = false;
  }

  hear(message: FromRoom, room: Room): void {
    if (message.type === 'snapshot') {
      this.confirmed = message.view.state;
      // The threads that are open are fetched anew.
      this.comments = visible(this.side, plain(room.disk.log.slice(0, this.confirmed.seq))).reduce<Comment[]>(applyComments, []);
    } else if (message.type === 'events') this.happen(message.events);
    else if (message.type === 'accepted') this.accept(message.id, message.seq);
    else if (message.type === 'refused') this.pending = this.pending.filter((one) => one.id !== message.id);
  }

  accept(id: string, seq: number): void {
    this.accepted.set(id, seq);
    this.pending = this.pending.filter((one) => one.id !== id);
  }

  happen(events: Recorded[]): void {
    const news = events.filter((one) => one.seq > this.confirmed.seq);
    for (const [index, { seq }] of news.entries()) {
      const before = news[index - 1]?.seq ?? this.confirmed.seq;
      if (this.side === 'seller' ? seq !== before + 1 : seq <= before) throw new Error(`heard ${seq} after ${before}`);
    }
    const back = new Set(news.flatMap(({ event }) => (event.type === 'comment.posted' ? [event.comment] : [])));
    this.pending = this.pending.filter((one) => one.command.type !== 'comment.post' || !back.has(one.command.comment));
    this.confirmed = news.reduce(apply, this.confirmed);
    this.comments = news.reduce<Comment[]>(applyComments, this.comments);
  }

  /** The page is loaded again; what was on its way is kept on the device. */
  reload(room: Room): void {
    if (room.state.people[this.me]?.status === 'left') return;
    this.lose(room);
    this.pending = plain(this.pending);
    this.hear({ type: 'snapshot', view: plain(room.viewOf(this)) }, room);
  }
}

/** A plain request where no socket gets through. It may come late, twice or never; so may its answer. */
interface Request {
  client: Client;
  one: Pending;
}

function simulate(seed: number): { events: number; accepted: number } {
  const chance = new Chance(seed);
  const pool = poolOf(seed);
  const room = new Room();
  const [a, b, c, d] = people;
  const clients = [a, a, b, c, d].flatMap((one, index) => (one ? [new Client(`client${index}`, one, room)] : []));
  const requests: Request[] = [];

  const answer = ({ client, one }: Request) => {
    const outcome = room.submit(client.me, 'api', { id: one.id, command: one.command });
    if (!outcome || client.hasEnded || chance.is(0.3) || !client.pending.includes(one)) return;
    if (!outcome.ok) client.pending = client.pending.filter((other) => other !== one);
    else {
      if (chance.is(0.8)) client.happen(plain(visible(client.side, room.disk.log.slice(client.confirmed.seq))));
      client.accept(one.id, outcome.value.seq);
    }
  };
  const settle = (client: Client) => {
    for (let turn = 0; turn < 500 && !client.hasEnded; turn += 1) {
      if (!client.line) client.dial();
      const { line } = client;
      if (!line) return;
      if (!line.isAccepted) room.enter(line);
      for (const frame of line.up.splice(0)) room.hear(line, frame);
      if (line.down.length === 0 && !line.isCut) return;
      client.hearNext(room);
    }
  };

  for (let step = 0; step < STEPS; step += 1) {
    const client = chance.of(clients);
    if (!client || client.hasEnded) continue;
    const { line } = client;
    const what = chance.next();
    if (what < 0.26) {
      const input = chance.of(pool);
      if (typeof input === 'object' && input !== null && 'mail' in input && 'at' in input) {
        const who = chance.of(people) ?? lidan;
        const born = bornOfMail(room.state, who, input);
        if (born.length > 0) room.takeMail(who.id, born);
      } else client.do(input as Command);
    } else if (what < 0.5) {
      // Whoever lags hears nothing for long, then much at once.
      for (let n = chance.below(6); n >= 0; n -= 1) client.hearNext(room);
    } else if (what < 0.76) {
      if (!line) client.dial();
      else if (!line.isAccepted && !line.isCut) room.enter(line);
      else {
        const frame = line.isCut ? undefined : line.up.shift();
        if (frame !== undefined) room.hear(line, frame);
      }
    } else if (what < 0.8) client.lose(room);
    else if (what < 0.85) {
      const one = client.isOpen ? undefined : chance.of(client.pending);
      if (one) requests.push({ client, one });
    } else if (what < 0.9) {
      const at = chance.below(requests.length);
      const one = requests[at];
      if (one) {
        if (!chance.is(0.2)) requests.splice(at, 1);
        answer(one);
      }
    } else if (what < 0.93) {
      const one = chance.of(client.asked);
      if (one && client.isOpen) client.send(one);
    } else if (what < 0.945) {
      const one = chance.of(client.asked);
      // Somebody who knows another's id gets nothing by it, and the same id can't stand for two things.
      if (one) room.submit(client.me, 'api', { id: one.id, command: chance.of(pool) });
      room.submit(client.me, 'api', { id: chance.of(['', 'x', 'long-enough-id']), command: chance.of([null, [], 'x', { type: 'nope' }]) });
    } else if (what < 0.95) {
      if (line?.isAccepted) line.up.push(chance.of(['{', 'null', '7', '{"type":"command"}', '{"type":"snapshot"}']) ?? '');
    } else if (what < 0.96) client.reload(room);
    else if (what < 0.97) room.keepSnapshot();
    else if (what < 0.98) room.sleep();
    else if (what < 0.99) room.crash = chance.is(0.5) ? 'before' : 'after';
    else room.clock += (chance.next() - 0.5) * 2 * 86_400_000;
  }

  // The lines heal, late requests arrive, and everybody hears everything.
  room.crash = null;
  for (const one of requests) answer(one);
  for (const client of clients) {
    client.lose(room);
    // Garbage shows its sender out; they load the page again.
    if (client.hasEnded && room.state.people[client.me]?.status !== 'left') {
      client.hasEnded = false;
      client.reload(room);
    }
  }
  for (let round = 0; round < 2; round += 1) for (const client of clients) settle(client);

  const { log, commands } = room.disk;
  let accepted = 0;
  for (const [index, one] of log.entries()) if (one.seq !== index + 1) throw new Error(`event ${index + 1} has number ${one.seq}`);
  const seen = new Set<string>();
  for (const [index, cause] of room.causes.entries()) {
    if (cause === null || cause === room.causes[index - 1]) continue;
    if (seen.has(cause)) throw new Error(`${cause} was done twice`);
    seen.add(cause);
  }
  for (const client of clients) {
    for (const [id, seq] of client.accepted) {
      accepted += 1;
      const kept = commands.get(commandKey(client.me, id));
      if (!kept) throw new Error(`${id} was acknowledged and is gone`);
      if (kept.seq > 0 && kept.seq !== seq) throw new Error(`${id} is at ${kept.seq}, was acknowledged at ${seq}`);
    }
    if (room.state.people[client.me]?.status === 'left') continue;
    if (client.pending.length > 0) throw new Error(`${client.pending.length} were never answered`);
    if (!isDeepStrictEqual({ ...plain(client.confirmed), seq: 0 }, { ...plain(viewFor(client.side, room.state)), seq: 0 }))
      throw new Error(`what ${client.me} sees is not what the room is`);
    if (
      lay(
        client.confirmed,
        client.pending,
        client.me,
        () => facts,
        () => undefined,
      ).state !== client.confirmed
    )
      throw new Error('something is still laid over what is confirmed');
    const threads = visible(client.side, log).reduce<Comment[]>(applyComments, []);
    if (!isDeepStrictEqual(plain(client.comments), plain(threads))) throw new Error(`the threads of ${client.me} are not the room's`);
  }
  room.sleep();
  return { events: log.length - founding.length, accepted };
}

test(
  `${HISTORIES} histories from seed ${SEED}: nothing acknowledged is lost, nothing is done twice, all see the same`,
  { timeout: 600_000 },
  () => {
    const sum = { events: 0, accepted: 0 };
    for (let n = 0; n < HISTORIES; n += 1) {
      const seed = SEED + n;
      try {
        const { events, accepted } = simulate(seed);
        sum.events += events;
        sum.accepted += accepted;
      } catch (error) {
        throw new Error(`SIMULATE_SEED=${seed} SIMULATE=1 plays it again: ${String(error)}`, { cause: error });
      }
    }
    // A simulation in which little happens shows little.
    expect(sum.accepted / HISTORIES).toBeGreaterThan(2);
    expect(sum.events / HISTORIES).toBeGreaterThan(4);
    console.log(`${HISTORIES} histories, ${sum.events} events, ${sum.accepted} acknowledged`);
  },
);
