/**
 * Objections: tasks of that kind which only the one who asks can close. An answer makes an objection answered; accepted it
 * is when the asker says so.
 */
import { workingHours } from './due.ts';
import type { CommentId, ParticipantId, TaskId } from './ids.ts';
import type { Side } from './people.ts';
import { tasksOf, type Task } from './plan.ts';
import type { RoomState } from './room.ts';

/** What is known of an objection beyond its task. */
export interface ObjectionNotes {
  /** Whose question it is, where that is somebody else than who added the task: a comment's author. */
  asker: ParticipantId | null;
  /** The comment it was raised from. */
  comment: CommentId | null;
  answer: { comment: CommentId; by: ParticipantId | 'system'; at: string } | null;
}

export interface Objection {
  task: Task;
  asker: ParticipantId | 'system';
  state: 'open' | 'answered' | 'accepted';
  answer: ObjectionNotes['answer'];
  comment: CommentId | null;
}

export type ObjectionEvent =
  | { type: 'objection.raised'; task: TaskId; asker: ParticipantId; comment: CommentId | null }
  | { type: 'objection.answered'; task: TaskId; comment: CommentId }
  /** The answer did not do: the question is open again. */
  | { type: 'objection.reopened'; task: TaskId };

/** A task as an objection; null if it is none. Tasks from before there were notes are read as they stand. */
export function objectionOf(state: RoomState, task: Task | undefined): Objection | null {
  if (task?.kind !== 'objection') return null;
  const notes = state.objections[task.id];
  return {
    task,
    asker: notes?.asker ?? task.addedBy,
    state: task.completedAt !== null ? 'accepted' : notes?.answer ? 'answered' : 'open',
    answer: notes?.answer ?? null,
    comment: notes?.comment ?? null,
  };
}

/** Objections that are not accepted, the oldest first. */
export const openObjections = (state: RoomState): Objection[] =>
  tasksOf(state.plan)
    .flatMap((task) => objectionOf(state, task) ?? [])
    .filter((one) => one.state !== 'accepted')
    .sort((a, b) => (a.task.addedAt < b.task.addedAt ? -1 : a.task.addedAt > b.task.addedAt ? 1 : 0));

/** Who asks, for permissions: the person while they are here, else anybody of their side. */
export function askerOf(state: RoomState, objection: Objection): { id: ParticipantId | null; side: Side | null } {
  const one = objection.asker === 'system' ? undefined : state.people[objection.asker];
  return { id: one && one.status !== 'left' ? one.id : null, side: one?.side ?? null };
}

/** The zone whose office hours count: that of whoever opened the room. */
export const roomZone = (state: RoomState): string => Object.values(state.people)[0]?.zone ?? 'UTC';

/** How long an objection has waited, in working hours of the room. */
export const ageOf = (state: RoomState, objection: Objection, now: number): number =>
  workingHours(Date.parse(objection.task.addedAt), now, roomZone(state));

export function applyObjections(
  objections: RoomState['objections'],
  event: ObjectionEvent | { type: 'task.reopened'; task: TaskId },
  at: string,
  by: ParticipantId | 'system',
): RoomState['objections'] {
  const before = objections[event.task] ?? { asker: null, comment: null, answer: null };
  switch (event.type) {
    case 'objection.raised':
      return { ...objections, [event.task]: { ...before, asker: event.asker, comment: event.comment } };
    case 'objection.answered':
      return { ...objections, [event.task]: { ...before, answer: { comment: event.comment, by, at } } };
    case 'objection.reopened':
    case 'task.reopened':
      return before.answer ? { ...objections, [event.task]: { ...before, answer: null } } : objections;
  }
}
