/**
 * A browser under load that trusts nobody: it keeps what it sent until it is told that it was kept, sends it again after each lost
 * line, folds what it hears with the room's own rules, and remembers every promise that it was made.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { CommandInput } from '../../../worker/room/core/commands.ts';
import type { Recorded } from '../../../worker/room/core/events.ts';
import type { FromRoom } from '../../../worker/room/core/protocol.ts';
import { apply, emptyRoom, type RoomState } from '../../../worker/room/core/room.ts';
import { freshId, type Visitor } from '../room/people.ts';

interface Sent {
  id: string;
  command: CommandInput;
  mark: string;
  at: number;
}

/** What the room promised: this mark stands in its history. */
export interface Promised {
  mark: string;
  seq: number;
}

/** A room takes 40 frames at once from a socket and 4 a second: a browser stays below. */
const BURST = 34;
const PER_SECOND = 3.5;
let marks = 0;

export class Browser {
  readonly room: string;
  readonly who: Visitor;
  readonly promised: Promised[] = [];
  /** Milliseconds from sending to the promise, of commands that needed one try. */
  took: number[] = [];
  refused = 0;
  /** What is not as it must be: a gap, something from the other side, a line closed for cause. */
  faults: string[] = [];
  /** Commands that it keeps on their way by itself. */
  inflight = 0;
  #state: RoomState = emptyRoom;
  #heard: Recorded[] = [];
  readonly #url: string;
  #socket: WebSocket | null = null;
  #pending = new Map<string, Sent>();
  #kept: Sent[] = [];
  #isOn = false;
  #opened = 0;
  #said = 0;
  readonly #folds: boolean;

  /** Without `folds` it only counts promises: of a server that knows no rooms. */
  constructor(base: string, room: string, who: Visitor, folds = true) {
    this.#folds = folds;
    this.#url = `${base.replace('http', 'ws')}/api/rooms/${room}/live?as=${who.as}`;
    this.room = room;
    this.who = who;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  start(): void {
    this.#isOn = true;
    this.#connect();
  }

  stop(): void {
    this.#isOn = false;
    this.#socket?.terminate();
    this.#socket = null;
  }

  #connect(): void {
    const since = this.state.seq;
    const socket = new WebSocket(`${this.#url}&since=${since}`, { headers: { cookie: this.who.cookie }, perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => {
      this.#opened = performance.now();
      this.#said = 0;
      for (const one of this.#pending.values()) this.#send(one);
      // Not only what may be lost: what is known to be kept is said again now and then.
      for (const one of this.#kept.splice(0)) if (Math.random() < 0.2) this.#send(one);
      this.#go();
    });
    socket.on('message', (data) => this.#hear(JSON.parse(String(data)) as FromRoom));
    socket.on('error', () => {});
    socket.on('close', (code) => {
      if (code >= 4000) this.faults.push(`closed with ${code}`);
      if (this.#socket === socket && this.#isOn) void this.#again();
    });
  }

  async #again(): Promise<void> {
    await pause(50 + Math.random() * 150);
    if (this.#isOn) this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN && (!this.#folds || this.state.room !== null);
  }

  #send(one: Sent): void {
    this.#said += 1;
    this.#socket?.send(JSON.stringify({ type: 'command', id: one.id, command: one.command }));
  }

  /** Says one thing, if it may; each is another, and can be told from all others. */
  say(): void {
    if (!this.isOpen || this.#said >= BURST + ((performance.now() - this.#opened) / 1000) * PER_SECOND) return;
    const mark = `mark${(marks += 1)}.`;
    const one = { id: `faults-${freshId().slice(0, 14)}`, command: this.#command(mark), mark, at: performance.now() };
    this.#pending.set(one.id, one);
    this.#send(one);
  }

  #command(mark: string): CommandInput {
    const chance = Math.random();
    const tasks = Object.keys(this.state.plan.tasks);
    const task = tasks[Math.floor(Math.random() * tasks.length)];
    const words = `${mark} we have looked at it and would like to talk about it on Thursday, if that suits you.`;
    if (chance < 0.04 || !task) return { type: 'task.add', task: freshId(), title: mark };
    if (chance < 0.16) return { type: 'task.change', task, title: mark };
    const thread = chance < 0.3 ? task : chance < 0.35 && this.who.as === 'seller' ? 'room:internal' : 'room';
    return { type: 'comment.post', comment: freshId(), thread, body: words };
  }

  #go(): void {
    while (this.#pending.size < this.inflight) {
      const before = this.#pending.size;
      this.say();
      if (this.#pending.size === before) {
        setTimeout(() => this.#go(), 100);
        return;
      }
    }
  }

  #hear(message: FromRoom): void {
    switch (message.type) {
      case 'snapshot':
        this.#state = message.view.state;
        this.#heard = [];
        return this.#go();
      case 'events':
        if (this.#folds) this.#heard.push(...message.events);
        return;
      case 'accepted': {
        const one = this.#pending.get(message.id);
        if (!one) return;
        this.#pending.delete(one.id);
        this.#kept.push(one);
        if (one.at > this.#opened) this.took.push(performance.now() - one.at);
        this.promised.push({ mark: one.mark, seq: message.seq });
        return this.#go();
      }
      case 'refused':
        if (this.#pending.delete(message.id)) this.refused += 1;
        return this.#go();
      default:
    }
  }

  /** The room as it folds it: when it is looked at, so that a promise is not timed with the work of nine other browsers in this process. */
  get state(): RoomState {
    for (const one of this.#heard.splice(0)) {
      if (one.seq <= this.#state.seq) continue;
      if (this.who.as === 'seller' && one.seq !== this.#state.seq + 1) this.faults.push(`heard ${one.seq} after ${this.#state.seq}`);
      if (this.who.as === 'customer' && one.audience !== 'all') this.faults.push(`a customer heard event ${one.seq}`);
      this.#state = apply(this.#state, one);
    }
    return this.#state;
  }
}
