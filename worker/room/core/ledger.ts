/**
 * Who did what: promises, questions, files and how fast each answers, counted from the room's own history. Pure: the same
 * events give the same counts, on the page and in the file; over a customer's events it counts nothing internal.
 */
import { ROOM_THREAD, sharedOf } from './audience.ts';
import type { FileFact } from './discussion.ts';
import { deadline } from './due.ts';
import type { Recorded } from './events.ts';
import type { CommentId, MaterialId, ParticipantId, TaskId, ThreadId } from './ids.ts';
import { askerOf, objectionOf } from './objections.ts';
import type { Side } from './people.ts';
import { apply, emptyRoom, type RoomState } from './room.ts';
import { thingOf } from './things.ts';

export const measures = ['made', 'kept', 'late', 'asked', 'answered', 'files', 'replies'] as const;
export type Measure = (typeof measures)[number];

/** One event that a number counts. */
export interface LedgerEntry {
  seq: number;
  /** ISO instant. */
  at: string;
  /** A task's title, a file's name, what a thread hangs on. */
  what: string;
  /** Where it can be looked at. */
  thread: ThreadId;
  /** Of an answer: how long the other side had waited, ms. */
  ms?: number;
}

export interface LedgerRow {
  participant: ParticipantId;
  side: Side;
  name: string;
  /** `made` = `kept` + `late` + what is still open in time. */
  entries: Record<Measure, LedgerEntry[]>;
  /** The middle one of all answers, ms; null where the other side never waited for one. */
  medianAnswer: number | null;
}

interface Said {
  id: CommentId;
  by: ParticipantId;
  at: string;
  seq: number;
  thread: ThreadId;
  files: FileFact[];
}

type Moment = Pick<LedgerEntry, 'seq' | 'at'>;

/** Reads a history event by event, so that a long one need not be held whole. */
export class LedgerKeeper {
  #state: RoomState = emptyRoom;
  /** When each owner of a task became one. */
  readonly #promised = new Map<TaskId, Map<ParticipantId, Moment>>();
  readonly #done = new Map<TaskId, Moment>();
  readonly #began = new Map<TaskId, Moment>();
  readonly #answers: { by: ParticipantId; task: TaskId; moment: Moment }[] = [];
  readonly #said = new Map<CommentId, Said>();
  readonly #deleted = new Set<CommentId>();
  readonly #brought = new Map<string, number>();

  add(recorded: Recorded): void {
    const { event, by, at, seq } = recorded;
    const before = this.#state;
    const after = apply(before, recorded);
    this.#state = after;
    const moment = { seq, at };

    if (before.plan !== after.plan && 'task' in event) {
      const task = after.plan.tasks[event.task];
      const was = before.plan.tasks[event.task];
      if (task && task.owners !== was?.owners) {
        const known = this.#promised.get(task.id);
        this.#promised.set(task.id, new Map(task.owners.map((owner) => [owner, known?.get(owner) ?? moment])));
      }
      if (task && !was) this.#began.set(task.id, moment);
      if (task?.completedAt && !was?.completedAt) this.#done.set(task.id, moment);
    }
    switch (event.type) {
      case 'objection.answered':
        if (by !== 'system') this.#answers.push({ by, task: event.task, moment });
        break;
      case 'comment.posted':
        if (by !== 'system') this.#said.set(event.comment, { id: event.comment, by, at, seq, thread: event.thread, files: event.files });
        break;
      case 'comment.deleted':
        this.#deleted.add(event.comment);
        break;
      case 'comment.restored': {
        this.#deleted.delete(event.comment);
        const one = this.#said.get(event.comment);
        if (one) this.#said.set(one.id, { ...one, files: event.files });
        break;
      }
      case 'material.added':
      case 'material.shared':
        this.#brought.set(event.material, seq);
        break;
      case 'material.versioned':
        this.#brought.set(`${event.material} ${event.number}`, seq);
        break;
      default:
    }
  }

  /** The ledger as of `until` (epoch ms), everybody in the order in which they came. */
  rows(until: number): LedgerRow[] {
    const state = this.#state;
    const rows = new Map<ParticipantId, LedgerRow>(
      Object.values(state.people).map(({ id, side, name }) => [
        id,
        {
          participant: id,
          side,
          name,
          entries: { made: [], kept: [], late: [], asked: [], answered: [], files: [], replies: [] },
          medianAnswer: null,
        },
      ]),
    );
    const note = (who: ParticipantId, measure: Measure, entry: LedgerEntry) => rows.get(who)?.entries[measure].push(entry);

    for (const task of Object.values(state.plan.tasks)) {
      if (task.removed) continue;
      const thread = task.id as string as ThreadId;
      const entry = (moment: Moment): LedgerEntry => ({ ...moment, what: task.title, thread });
      const began = this.#began.get(task.id) ?? { seq: 0, at: task.addedAt };
      if (task.kind === 'objection') {
        const objection = objectionOf(state, task);
        const asker = objection && askerOf(state, objection).id;
        if (asker) note(asker, 'asked', entry(began));
        const once = new Set<ParticipantId>();
        for (const { by, task: of, moment } of this.#answers) {
          if (of !== task.id || once.has(by)) continue;
          once.add(by);
          note(by, 'answered', entry(moment));
        }
        continue;
      }
      const by = task.due ? deadline(task.due) : Infinity;
      for (const owner of task.owners) {
        const made = this.#promised.get(task.id)?.get(owner) ?? began;
        note(owner, 'made', entry(made));
        if (task.completedAt !== null) {
          const ended = this.#done.get(task.id) ?? { seq: made.seq, at: task.completedAt };
          note(owner, Date.parse(task.completedAt) <= by ? 'kept' : 'late', entry(ended));
        } else if (by < until) note(owner, 'late', entry(made));
      }
    }

    const said = [...this.#said.values()].filter((one) => !this.#deleted.has(one.id));
    // A file that was said and kept as a material is one file.
    const counted = new Set<string>();
    const isNew = (by: ParticipantId, file: FileFact) => {
      const before = counted.size;
      return counted.add(`${by} ${file.id}`).size > before;
    };
    for (const one of said)
      for (const file of one.files)
        if (isNew(one.by, file)) note(one.by, 'files', { seq: one.seq, at: one.at, what: file.name, thread: one.thread });
    for (const material of Object.values(state.materials.byId)) {
      if (material.removed) continue;
      for (const version of material.versions) {
        if (version.content.kind !== 'file' || version.by === 'system' || !isNew(version.by, version.content.file)) continue;
        const seq = this.#brought.get(`${material.id} ${version.number}`) ?? this.#brought.get(material.id) ?? 0;
        note(version.by, 'files', { seq, at: version.at, what: version.content.file.name, thread: threadOfMaterial(material.id) });
      }
    }

    // In each thread, who answered what the other side had said, and how long that had stood.
    for (const [thread, talk] of Map.groupBy(said, (one) => one.thread)) {
      let open: { side: Side; at: string } | null = null;
      for (const one of talk.sort((a, b) => a.seq - b.seq)) {
        const side = state.people[one.by]?.side;
        if (!side) continue;
        if (open && open.side !== side) {
          const what = thingOf(state, thread)?.title ?? '';
          const shown = sharedOf(thread) === ROOM_THREAD ? ROOM_THREAD : thread;
          note(one.by, 'replies', { seq: one.seq, at: one.at, what, thread: shown, ms: Date.parse(one.at) - Date.parse(open.at) });
          open = null;
        }
        open ??= { side, at: one.at };
      }
    }

    for (const row of rows.values()) {
      for (const measure of measures) row.entries[measure].sort((a, b) => a.seq - b.seq);
      const waits = row.entries.replies.map((one) => one.ms ?? 0).sort((a, b) => a - b);
      const half = waits.length >> 1;
      const [low, high] = [waits[half - 1], waits[half]];
      if (high !== undefined) row.medianAnswer = waits.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
    }
    // Whoever has left and did nothing that counts is not listed; whoever is here always is.
    return [...rows.values()].filter(
      (row) => state.people[row.participant]?.status !== 'left' || measures.some((measure) => row.entries[measure].length > 0),
    );
  }
}

const threadOfMaterial = (material: MaterialId): ThreadId => material as string as ThreadId;

/** The whole ledger at once. */
export function ledger(events: readonly Recorded[], until: number): LedgerRow[] {
  const keeper = new LedgerKeeper();
  for (const one of events) keeper.add(one);
  return keeper.rows(until);
}
