/** What follows a date in the plan, and how far dates lie apart: for moving it along when that date moves. */
import { workdaysBetween } from './due.ts';
import type { MilestoneId, TaskId } from './ids.ts';
import { type Plan, type Task, tasksOf } from './plan.ts';

export interface Followers {
  tasks: TaskId[];
  milestones: MilestoneId[];
}

/** Working days from one day to another; below zero when the second is earlier. */
export const workdaysMoved = (from: string, to: string): number => (to < from ? -workdaysBetween(to, from) : workdaysBetween(from, to));

const isOpen = (task: Task | undefined): task is Task => task !== undefined && !task.removed && task.completedAt === null;

/** Everything that waits for these tasks, directly or not. */
function dependentsOf(plan: Plan, ids: TaskId[]): Set<TaskId> {
  const next = new Map<TaskId, TaskId[]>();
  for (const task of Object.values(plan.tasks)) {
    for (const first of task.after ?? []) next.set(first, [...(next.get(first) ?? []), task.id]);
  }
  const found = new Set<TaskId>();
  const ahead = [...ids];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    for (const one of next.get(id) ?? []) {
      if (found.has(one)) continue;
      found.add(one);
      ahead.push(one);
    }
  }
  return found;
}

/** The open, dated tasks that follow a task whose date was `from`: those that wait for it, and the later ones of its milestone. */
export function followersOfTask(plan: Plan, task: Task, from: string): Followers {
  const dependents = dependentsOf(plan, [task.id]);
  const tasks = tasksOf(plan).filter(
    (one) =>
      one.id !== task.id &&
      isOpen(one) &&
      one.due !== null &&
      (dependents.has(one.id) || (task.milestone !== null && one.milestone === task.milestone && one.due.date > from)),
  );
  return { tasks: tasks.map((one) => one.id), milestones: [] };
}

/** What follows a milestone whose date was `from`: the later milestones, their open tasks, and what waits for its own. */
export function followersOfMilestone(plan: Plan, milestone: MilestoneId, from: string): Followers {
  const later = new Set(plan.milestones.flatMap((one) => (one.id !== milestone && one.date !== null && one.date > from ? [one.id] : [])));
  const own = tasksOf(plan).flatMap((task) => (task.milestone === milestone ? [task.id] : []));
  const dependents = dependentsOf(plan, own);
  const tasks = tasksOf(plan).filter(
    (one) =>
      isOpen(one) &&
      one.due !== null &&
      one.milestone !== milestone &&
      ((one.milestone !== null && later.has(one.milestone)) || dependents.has(one.id)),
  );
  return { tasks: tasks.map((one) => one.id), milestones: [...later] };
}

/** Whether a task would, directly or not, come to wait for itself. */
export function wouldCircle(plan: Plan, task: TaskId, after: TaskId[]): boolean {
  const seen = new Set<TaskId>();
  const ahead = [...after];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    if (id === task) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    ahead.push(...(plan.tasks[id]?.after ?? []));
  }
  return false;
}
