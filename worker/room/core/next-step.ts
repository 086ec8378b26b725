/** Whose turn it is: the earliest open task of each side. Lists go by due time only, never by title or rank. */
import { dayIn, deadline, type Due, isOverdue, workdaysBetween } from './due.ts';
import type { ParticipantId } from './ids.ts';
import type { Side } from './people.ts';
import { tasksOf, type Task, waitsFor } from './plan.ts';
import type { RoomState } from './room.ts';

/** Working days without a sign of a side's life after which it is called quiet, and stalled. */
export const QUIET_WORKDAYS = 4;
export const STALLED_WORKDAYS = 6;

export const openTasks = (state: RoomState): Task[] => tasksOf(state.plan).filter((task) => task.completedAt === null);

export const inDueOrder = (tasks: Task[]): Task[] =>
  tasks
    // A deadline is worked out once a task, not once a comparison: a long plan has thousands.
    .map((task, place) => ({ task, place, at: task.due ? deadline(task.due) : Infinity }))
    .sort((a, b) => (a.at === b.at ? a.place - b.place : a.at - b.at))
    .map((one) => one.task);

/** In due order, but what waits for another task stands after what can be done now. */
const inTurnOrder = (state: RoomState, tasks: Task[]): Task[] => {
  const waiting = new Set(tasks.filter((task) => waitsFor(state.plan, task).length > 0));
  const ordered = inDueOrder(tasks);
  return waiting.size === 0 ? ordered : [...ordered.filter((task) => !waiting.has(task)), ...ordered.filter((task) => waiting.has(task))];
};

/** Open tasks that a person owns: what can be done now first, each earliest due first. */
export const owedBy = (state: RoomState, participant: ParticipantId): Task[] =>
  inTurnOrder(
    state,
    openTasks(state).filter((task) => task.owners.includes(participant)),
  );

const isOf = (state: RoomState, task: Task, side: Side): boolean => task.owners.some((id) => state.people[id]?.side === side);

/** Open tasks that a side owns: what can be done now first, each earliest due first. A task with owners on both sides is on both lists. */
export const owedBySide = (state: RoomState, side: Side): Task[] =>
  inTurnOrder(
    state,
    openTasks(state).filter((task) => isOf(state, task, side)),
  );

/** The next step of a side: its earliest open task that waits for no other (else the first that waits), or null when nothing is asked of it. */
export const nextStep = (state: RoomState, side: Side): Task | null => owedBySide(state, side)[0] ?? null;

export const overdueTasks = (state: RoomState, now: number): Task[] =>
  inDueOrder(openTasks(state).filter((task) => task.due && isOverdue(task.due, now)));

/**
 * Whose turn it is in the room: the owners of the step that is due first, so what is overdue comes before all. Both when
 * it is owned by both; what waits for another task is nobody's turn yet. Null while nothing that somebody owns is open.
 */
export function turnOf(state: RoomState): { task: Task; sides: Side[] } | null {
  const [task] = inTurnOrder(
    state,
    openTasks(state).filter((one) => isOf(state, one, 'seller') || isOf(state, one, 'customer')),
  );
  return task ? { task, sides: (['seller', 'customer'] as const).filter((side) => isOf(state, task, side)) } : null;
}

/**
 * How long a side that is asked for something has done and said nothing, in working days of the reader's zone; null below
 * four, or when nothing is asked of it.
 */
export function silenceOf(state: RoomState, side: Side, now: number, zone: string): { days: number; stalled: boolean } | null {
  const last = state.truth.acted[side] ?? state.room?.openedAt;
  if (!last || !openTasks(state).some((task) => isOf(state, task, side))) return null;
  const days = workdaysBetween(dayIn(zone, Date.parse(last)), dayIn(zone, now));
  return days >= QUIET_WORKDAYS ? { days, stalled: days >= STALLED_WORKDAYS } : null;
}

/** A deal that stands still: on whom it waits, for what, and for how many working days. On nobody if no next step is agreed. */
export interface Standstill {
  on: Side | 'both' | 'nobody';
  task: Task | null;
  days: number;
}

/** Null while the deal moves: whoever's turn it is has given a sign of life within six working days. `zone` is the reader's. */
export function standstillOf(state: RoomState, now: number, zone: string): Standstill | null {
  const turn = turnOf(state);
  if (turn) {
    const silent = turn.sides.map((side) => silenceOf(state, side, now, zone));
    const days = Math.min(...silent.map((one) => (one?.stalled ? one.days : 0)));
    const [side = 'nobody', other] = turn.sides;
    return days > 0 ? { on: other ? 'both' : side, task: turn.task, days } : null;
  }
  const { seller, customer } = state.truth.acted;
  const last = [seller, customer, state.room?.openedAt]
    .flatMap((at) => at ?? [])
    .sort()
    .at(-1);
  const days = last ? workdaysBetween(dayIn(zone, Date.parse(last)), dayIn(zone, now)) : 0;
  return days >= STALLED_WORKDAYS ? { on: 'nobody', task: null, days } : null;
}

/** Working days by which an open task is over, in the reader's zone: at least 1 once its time has passed. */
export const workdaysOver = (due: Due, now: number, zone: string): number =>
  isOverdue(due, now) ? Math.max(1, workdaysBetween(dayIn(zone, deadline(due)), dayIn(zone, now))) : 0;
