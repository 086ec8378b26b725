/**
 * Whether the plan is still true. Each side confirms it; a date that slips, a task that is over without a word and time
 * itself take the confirmation away. Also what somebody proposes for a task that is another's. Everybody sees all of it.
 */
import { addWorkdays, daysBetween, deadline, type Due, instantOf } from './due.ts';
import type { ParticipantId, TaskId, ThreadId } from './ids.ts';
import type { Participant, Side } from './people.ts';
import type { Task } from './plan.ts';
import type { RoomState } from './room.ts';

export const sides: readonly Side[] = ['seller', 'customer'];

/** A due date that was changed: what it was, what it became, who changed it and when. */
export interface Move {
  from: Due;
  /** Null when the date was taken away. */
  to: Due | null;
  at: string;
  by: ParticipantId | 'system';
  /** Who had proposed it, if an owner accepted it from somebody. */
  proposer: ParticipantId | null;
}

export interface Confirmation {
  at: string;
  by: ParticipantId;
  /** False once it was taken back. */
  stands: boolean;
}

export interface Changes {
  title?: string;
  owners?: ParticipantId[];
  due?: Due | null;
}

/** A change of somebody else's task. Any owner accepts or declines it; unanswered, it passes. */
export interface Proposal {
  task: TaskId;
  by: ParticipantId;
  at: string;
  changes: Changes;
  /** ISO instant after which it is no longer asked. */
  until: string;
}

export interface Truth {
  /** The last confirmations of each side, newest last. */
  confirmed: Partial<Record<Side, Confirmation[]>>;
  moves: Record<TaskId, Move[]>;
  proposals: Proposal[];
  /** When each side last did something in the plan or said something that both see. */
  acted: Partial<Record<Side, string>>;
  /** The plan was found untrue then; who has not confirmed since. Those on it have been asked by mail. */
  turned: { at: string; sides: Side[]; asked: ParticipantId[] } | null;
}

export const emptyTruth: Truth = { confirmed: {}, moves: {}, proposals: [], acted: {}, turned: null };

export type Doubt = { why: 'slipped' | 'overdue'; task: TaskId } | { why: 'old'; side: Side };

export type Outcome = 'accepted' | 'declined' | 'withdrawn' | 'passed';

export type TruthEvent =
  | { type: 'plan.confirmed'; side: Side }
  | { type: 'plan.unconfirmed'; side: Side }
  /** Found untrue by the room itself, and why; `asked` are mailed. */
  | { type: 'plan.turned'; sides: Side[]; asked: ParticipantId[]; doubts: Doubt[] }
  | { type: 'task.proposed'; task: TaskId; changes: Changes; until: string }
  | { type: 'proposal.settled'; task: TaskId; proposer: ParticipantId; how: Outcome };

const DAY = 86_400_000;
/** A confirmation holds for this many days. */
export const CONFIRMED_DAYS = 14;
/** A task may be over for so many working days before silence about it makes the plan untrue. */
export const SILENT_WORKDAYS = 2;

// ---------------------------------------------------------------- slips

/** The changes to a later day that still stand, oldest first: a date that came back has not slipped. */
export function slipsOf(moves: Move[] = []): { from: Due; to: Due; at: string; by: Move['by'] }[] {
  const slips: { from: Due; to: Due; at: string; by: Move['by'] }[] = [];
  let known: Due | undefined;
  for (const { from, to, at, by } of moves) {
    known ??= from;
    if (!to) continue;
    if (to.date > known.date) slips.push({ from: known, to, at, by });
    else while ((slips.at(-1)?.from.date ?? '') >= to.date) slips.pop();
    known = to;
  }
  return slips;
}

/** Calendar days by which a task is later than first agreed. */
export function slippedDaysOf(moves: Move[] = []): number {
  const first = moves[0]?.from;
  const last = moves.findLast((move) => move.to)?.to;
  return first && last ? Math.max(0, daysBetween(first.date, last.date)) : 0;
}

/** The days of all tasks that are in the plan, done or not. */
export const slippedDays = (state: RoomState): number =>
  Object.entries(state.truth.moves).reduce((sum, [id, moves]) => {
    const task = state.plan.tasks[id as TaskId];
    return task && !task.removed ? sum + slippedDaysOf(moves) : sum;
  }, 0);

// ---------------------------------------------------------------- the verdict

export type Verdict =
  /** Nothing open that could be confirmed. */
  | { kind: 'none' }
  /** Young, and not yet confirmed by these sides. */
  | { kind: 'new'; sides: Side[] }
  | { kind: 'confirmed'; since: string }
  /** `since` is the last confirmation of those sides; null if there never was one. */
  | { kind: 'unconfirmed'; sides: Side[]; since: string | null; doubts: Doubt[] };

/** The standing confirmation of a side. */
export const confirmationOf = (state: RoomState, side: Side): Confirmation | undefined =>
  state.truth.confirmed[side]?.findLast((one) => one.stands);

/** When silence about a task makes the plan untrue: two working days after it was due, at the same hour. Epoch ms. */
export const silentFrom = (due: Due): number => instantOf(addWorkdays(due.date, SILENT_WORKDAYS), due.time ?? '23:59', due.zone);

/** The last word about a task that both sides know: said in its thread, or a new date. ISO instant. */
function lastWord(state: RoomState, task: Task): string {
  const said = state.threads[task.id as string as ThreadId]?.lastAt ?? '';
  const move = state.truth.moves[task.id]?.at(-1)?.at ?? '';
  return said > move ? said : move;
}

interface Found {
  doubt: Doubt;
  /** Epoch ms: what was confirmed after this was confirmed in spite of it. */
  since: number;
}

function* doubtsIn(state: RoomState, now: number): Generator<Found> {
  const today = new Date(now + DAY).toISOString().slice(0, 10);
  for (const task of Object.values(state.plan.tasks)) {
    if (task.removed || task.completedAt !== null) continue;
    const slips = slipsOf(state.truth.moves[task.id]);
    const last = slips.at(-1);
    if (last && slips.length >= 2) yield { doubt: { why: 'slipped', task: task.id }, since: Date.parse(last.at) };
    if (!task.due || task.due.date > today) continue;
    const from = silentFrom(task.due);
    const word = lastWord(state, task);
    if (from <= now && (word === '' || Date.parse(word) < deadline(task.due)))
      yield { doubt: { why: 'overdue', task: task.id }, since: from };
  }
}

/** Whether the plan is true at an instant (epoch ms), and if not, whose word is missing. */
export function verdict(state: RoomState, now: number): Verdict {
  const { truth } = state;
  if (!Object.values(state.plan.tasks).some((task) => !task.removed && task.completedAt === null)) return { kind: 'none' };
  const opened = state.room?.openedAt ?? '';
  const found = [...doubtsIn(state, now)];
  const missing = new Set<Side>();
  const doubts = new Map<string, Doubt>();
  for (const side of sides) {
    const confirmed = confirmationOf(state, side);
    if (!confirmed || truth.turned?.sides.includes(side)) missing.add(side);
    if (Date.parse(confirmed?.at ?? opened) + CONFIRMED_DAYS * DAY <= now) {
      missing.add(side);
      doubts.set(side, { why: 'old', side });
    }
    for (const { doubt, since } of found) {
      // A confirmation that came later knew of it.
      if (doubt.why === 'old' || (confirmed && Date.parse(confirmed.at) >= since)) continue;
      missing.add(side);
      doubts.set(doubt.task + doubt.why, doubt);
    }
  }
  const own = sides.filter((side) => missing.has(side));
  const [first = null] = own.flatMap((side) => confirmationOf(state, side)?.at ?? []).sort();
  if (own.length === 0) {
    const last =
      sides
        .map((side) => confirmationOf(state, side)?.at ?? '')
        .sort()
        .at(-1) ?? '';
    return { kind: 'confirmed', since: last };
  }
  if (doubts.size === 0 && truth.turned === null) return { kind: 'new', sides: own };
  return { kind: 'unconfirmed', sides: own, since: first, doubts: [...doubts.values()] };
}

/** The next instant (epoch ms) after `now` at which time alone may make the plan untrue. */
export function nextCheck(state: RoomState, now: number): number {
  const ends = sides.map((side) => Date.parse(confirmationOf(state, side)?.at ?? state.room?.openedAt ?? '') + CONFIRMED_DAYS * DAY);
  const silences = Object.values(state.plan.tasks).flatMap((task) =>
    task.due && !task.removed && task.completedAt === null ? silentFrom(task.due) : [],
  );
  return Math.min(...[...ends, ...silences].filter((at) => at > now));
}

// ---------------------------------------------------------------- proposals

/** Whether a change by this person must first be accepted: somebody who is in the room owns the task, and they do not. */
export const needsConsent = (state: RoomState, who: ParticipantId, task: Task): boolean =>
  !task.owners.includes(who) && task.owners.some((id) => state.people[id]?.status === 'joined');

/** The proposals about a task that still wait for an owner, oldest first. */
export const proposalsFor = (state: RoomState, task: TaskId): Proposal[] =>
  state.plan.tasks[task]?.removed ? [] : state.truth.proposals.filter((one) => one.task === task);

// ---------------------------------------------------------------- who is asked

/**
 * Whom of a side the room asks whether the plan is still right: an owner of what is doubtful, else of the side's next
 * step, else whoever confirmed last or came first. Nobody when nobody of them takes mail (`takes`).
 */
export function whoAnswers(state: RoomState, side: Side, doubts: Doubt[], takes: (one: Participant) => boolean): ParticipantId | null {
  const doubtful = doubts.flatMap((doubt) => (doubt.why === 'old' ? [] : (state.plan.tasks[doubt.task]?.owners ?? [])));
  const next = Object.values(state.plan.tasks)
    .filter((task) => !task.removed && task.completedAt === null && task.due)
    .sort((a, b) => (a.due?.date ?? '').localeCompare(b.due?.date ?? ''))
    .flatMap((task) => task.owners);
  const confirmed = confirmationOf(state, side)?.by;
  const inOrder = [...doubtful, ...next, ...(confirmed ? [confirmed] : []), ...(Object.keys(state.people) as ParticipantId[])];
  return (
    inOrder.find((id) => {
      const one = state.people[id];
      return one !== undefined && one.side === side && one.status !== 'left' && takes(one);
    }) ?? null
  );
}
