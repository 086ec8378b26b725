/** The mutual action plan: what both sides agreed to do, who does it, and by when. */
import type { Due } from './due.ts';
import type { CheckId, MilestoneId, ParticipantId, ShiftId, TaskId } from './ids.ts';

export const taskKinds = ['task', 'material', 'meeting', 'demo', 'objection'] as const;
export type TaskKind = (typeof taskKinds)[number];

/** A line of a task's checklist. */
export interface Check {
  id: CheckId;
  text: string;
  /** ISO instant. */
  doneAt: string | null;
  doneBy: ParticipantId | null;
  /** Stays in its place, so that undo brings it back as it was. */
  removed?: true;
}

export interface Task {
  id: TaskId;
  title: string;
  kind: TaskKind;
  owners: ParticipantId[];
  due: Due | null;
  milestone: MilestoneId | null;
  description: string;
  /** Tasks that come first. Absent where none do, as in rooms older than this. */
  after?: TaskId[];
  checklist?: Check[];
  addedBy: ParticipantId | 'system';
  /** ISO instants. */
  addedAt: string;
  completedAt: string | null;
  completedBy: ParticipantId | null;
  /** Removed tasks stay, so that undo brings back the same task with its thread. */
  removed: boolean;
}

export interface Milestone {
  id: MilestoneId;
  title: string;
  /** Calendar day, `YYYY-MM-DD`. */
  date: string | null;
}

/** Dates that were moved in one step, and can be moved back in one. */
export interface Shift {
  id: ShiftId;
  tasks: { task: TaskId; from: Due; to: Due }[];
  milestones: { milestone: MilestoneId; from: string; to: string }[];
  /** Tasks of others, whose owners were asked. */
  proposed: TaskId[];
}

export interface Plan {
  milestones: Milestone[];
  tasks: Record<TaskId, Task>;
  order: TaskId[];
  /** Removed milestones with the tasks that they held, for undo. */
  gone?: { milestone: Milestone; tasks: TaskId[] }[];
  /** The last shifts, newest last. */
  shifts?: Shift[];
}

interface TaskFields {
  title: string;
  kind: TaskKind;
  owners: ParticipantId[];
  due: Due | null;
  milestone: MilestoneId | null;
  description: string;
  after?: TaskId[];
}

export type PlanEvent =
  | { type: 'milestone.added'; milestone: MilestoneId; title: string; date: string | null }
  | { type: 'milestone.changed'; milestone: MilestoneId; title?: string; date?: string | null }
  | { type: 'milestone.removed'; milestone: MilestoneId }
  | { type: 'milestone.restored'; milestone: MilestoneId }
  | ({ type: 'task.added'; task: TaskId } & TaskFields)
  /** `writers`: everybody who wrote its description together, the last one last. */
  | ({ type: 'task.changed'; task: TaskId; writers?: ParticipantId[] } & Partial<TaskFields>)
  | { type: 'task.moved'; task: TaskId; before: TaskId | null; milestone: MilestoneId | null }
  | { type: 'task.completed'; task: TaskId }
  | { type: 'task.reopened'; task: TaskId }
  | { type: 'task.removed'; task: TaskId }
  | { type: 'task.restored'; task: TaskId }
  | { type: 'check.added'; task: TaskId; check: CheckId; text: string; before: CheckId | null }
  | { type: 'check.renamed'; task: TaskId; check: CheckId; text: string }
  | { type: 'check.ticked' | 'check.unticked' | 'check.removed' | 'check.restored'; task: TaskId; check: CheckId }
  | { type: 'check.moved'; task: TaskId; check: CheckId; before: CheckId | null }
  /** Dates moved together: what each became. `proposed` are tasks of others, asked about in events of their own. */
  | {
      type: 'plan.shifted';
      shift: ShiftId;
      /** Working days; below zero, to earlier. */
      days: number;
      tasks: { task: TaskId; due: Due }[];
      milestones: { milestone: MilestoneId; date: string }[];
      proposed: TaskId[];
    }
  | {
      type: 'plan.unshifted';
      shift: ShiftId;
      tasks: { task: TaskId; due: Due }[];
      milestones: { milestone: MilestoneId; date: string }[];
    };

export const emptyPlan: Plan = { milestones: [], tasks: {}, order: [] };

/** The tasks that are in the plan, in its order. */
export const tasksOf = (plan: Plan): Task[] =>
  plan.order.flatMap((id) => {
    const task = plan.tasks[id];
    return task && !task.removed ? [task] : [];
  });

/** The lines of a task's checklist, in their order. */
export const checksOf = (task: Task): Check[] => task.checklist?.filter((one) => !one.removed) ?? [];

/** The open tasks that a task waits for. Empty once it is done itself. */
export const waitsFor = (plan: Plan, task: Task): Task[] =>
  task.completedAt !== null || !task.after
    ? []
    : task.after.flatMap((id) => {
        const first = plan.tasks[id];
        return first && !first.removed && first.completedAt === null ? [first] : [];
      });

/** When a milestone will be there: its target, or the last due date of its open tasks if that is later. Days, `YYYY-MM-DD`. */
export function milestoneDate(milestone: Milestone, tasks: Task[]): { date: string | null; target: string | null } {
  let { date } = milestone;
  for (const task of tasks) {
    if (task.milestone !== milestone.id || task.removed || task.completedAt !== null || !task.due) continue;
    if (date === null || task.due.date > date) date = task.due.date;
  }
  return { date, target: milestone.date };
}

/** Milestones by the dates that they will be reached at, those without a date last. */
export function milestonesInOrder(plan: Plan): Milestone[] {
  return [...plan.milestones].sort((a, b) => (a.date ?? '9').localeCompare(b.date ?? '9'));
}
