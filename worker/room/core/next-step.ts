/** Whose turn it is: the earliest open task of each side. Lists go by due time only, never by title or rank. */
import { deadline, isOverdue } from './due.ts';
import type { ParticipantId } from './ids.ts';
import type { Side } from './people.ts';
import { tasksOf, type Task } from './plan.ts';
import type { RoomState } from './room.ts';

const byDueTime = (a: Task, b: Task): number => (a.due ? deadline(a.due) : Infinity) - (b.due ? deadline(b.due) : Infinity) || 0;

export const openTasks = (state: RoomState): Task[] => tasksOf(state.plan).filter((task) => task.completedAt === null);

export const inDueOrder = (tasks: Task[]): Task[] =>
  tasks
    .map((task, place) => ({ task, place }))
    .sort((a, b) => byDueTime(a.task, b.task) || a.place - b.place)
    .map((one) => one.task);

/** Open tasks that a person owns, earliest due first. */
export const owedBy = (state: RoomState, participant: ParticipantId): Task[] =>
  inDueOrder(openTasks(state).filter((task) => task.owners.includes(participant)));

/** Open tasks that a side owns, earliest due first. A task with owners on both sides is on both lists. */
export const owedBySide = (state: RoomState, side: Side): Task[] =>
  inDueOrder(openTasks(state).filter((task) => task.owners.some((id) => state.people[id]?.side === side)));

/** The next step of a side: its earliest open task, or null when nothing is asked of it. */
export const nextStep = (state: RoomState, side: Side): Task | null => owedBySide(state, side)[0] ?? null;

export const overdueTasks = (state: RoomState, now: number): Task[] =>
  inDueOrder(openTasks(state).filter((task) => task.due && isOverdue(task.due, now)));
