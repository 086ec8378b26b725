/** Which of the plan's tasks are shown, and how they stand together: the same for every shape, page and key. */
import { isOverdue } from '#core/due.ts';
import type { ParticipantId } from '#core/ids.ts';
import { inDueOrder } from '#core/next-step.ts';
import { type Milestone, milestoneDate, milestonesInOrder, type Plan, type Task, tasksOf } from '#core/plan.ts';
import type { RoomState } from '#core/room.ts';
import type { PlanPlace } from '../place.svelte.ts';

export interface Group {
  milestone: Milestone | null;
  /** When the milestone will be there, and its own target. */
  date: string | null;
  tasks: Task[];
  done: number;
}

export const isFiltered = ({ of, kind, late }: PlanPlace): boolean => of !== null || kind !== null || late;

/** The tasks that the reader asked for. */
export function chosen(state: RoomState, me: ParticipantId, plan: PlanPlace, now: number): Task[] {
  const tasks = tasksOf(state.plan).filter(
    (task) =>
      (plan.of === null ||
        (plan.of === 'mine' ? task.owners.includes(me) : task.owners.some((id) => state.people[id]?.side === plan.of))) &&
      (plan.kind === null || task.kind === plan.kind) &&
      (!plan.late || (task.completedAt === null && task.due !== null && isOverdue(task.due, now))),
  );
  return plan.sort === 'due' ? inDueOrder(tasks) : tasks;
}

/** Under their milestones. What belongs to none stands first, right under the line that it was typed in. */
export function groupsOf(plan: Plan, tasks: Task[]): Group[] {
  const held = new Map<string, Task[]>();
  for (const task of tasks) {
    const list = held.get(task.milestone ?? '');
    if (list) list.push(task);
    else held.set(task.milestone ?? '', [task]);
  }
  const groupOf = (milestone: Milestone | null): Group => {
    const own = held.get(milestone?.id ?? '') ?? [];
    return {
      milestone,
      date: milestone ? milestoneDate(milestone, own).date : null,
      tasks: own,
      done: own.filter((task) => task.completedAt !== null).length,
    };
  };
  return [null, ...milestonesInOrder(plan)].map(groupOf).filter((group) => group.milestone !== null || group.tasks.length > 0);
}
