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

const KEPT_SHIFTS = 5;
const KEPT_GONE = 20;

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

export function applyPlan(plan: Plan, event: PlanEvent, at: string, by: ParticipantId | 'system'): Plan {
  switch (event.type) {
    case 'milestone.added': {
      const { type: _, milestone: id, title, date } = event;
      return { ...plan, milestones: [...plan.milestones, { id, title, date }] };
    }
    case 'milestone.changed': {
      const { type: _, milestone, ...fields } = event;
      return { ...plan, milestones: plan.milestones.map((one) => (one.id === milestone ? { ...one, ...fields } : one)) };
    }
    case 'milestone.removed': {
      const milestone = plan.milestones.find((one) => one.id === event.milestone);
      if (!milestone) return plan;
      const tasks = plan.order.filter((id) => plan.tasks[id]?.milestone === event.milestone);
      return {
        ...plan,
        gone: [...(plan.gone ?? []), { milestone, tasks }].slice(-KEPT_GONE),
        milestones: plan.milestones.filter((one) => one.id !== event.milestone),
        tasks: Object.fromEntries(
          Object.entries(plan.tasks).map(([id, task]) => [id, task.milestone === event.milestone ? { ...task, milestone: null } : task]),
        ),
      };
    }
    case 'milestone.restored': {
      const back = plan.gone?.findLast((one) => one.milestone.id === event.milestone);
      if (!back) return plan;
      // What was given another milestone meanwhile stays there.
      const tasks = back.tasks.flatMap((id): [TaskId, Task][] => {
        const task = plan.tasks[id];
        return task && task.milestone === null ? [[id, { ...task, milestone: event.milestone }]] : [];
      });
      return {
        ...plan,
        milestones: [...plan.milestones, back.milestone],
        gone: plan.gone?.filter((one) => one !== back),
        tasks: { ...plan.tasks, ...Object.fromEntries(tasks) },
      };
    }
    case 'plan.shifted':
    case 'plan.unshifted':
      return shifted(plan, event);
    case 'task.added': {
      const { type: _, task: id, ...fields } = event;
      const task: Task = { id, ...fields, addedBy: by, addedAt: at, completedAt: null, completedBy: null, removed: false };
      return { ...plan, tasks: { ...plan.tasks, [id]: task }, order: [...plan.order, id] };
    }
    default:
  }

  const task = plan.tasks[event.task];
  if (!task) return plan;
  const changed = (change: Partial<Task>): Plan => ({ ...plan, tasks: { ...plan.tasks, [task.id]: { ...task, ...change } } });

  switch (event.type) {
    case 'task.changed': {
      const { type: _, task: __, writers: ___, ...fields } = event;
      return changed(fields);
    }
    case 'task.moved': {
      const rest = plan.order.filter((id) => id !== task.id);
      const place = event.before === null ? rest.length : rest.indexOf(event.before);
      return { ...changed({ milestone: event.milestone }), order: [...rest.slice(0, place), task.id, ...rest.slice(place)] };
    }
    case 'task.completed':
      return changed({ completedAt: at, completedBy: by === 'system' ? null : by });
    case 'task.reopened':
      return changed({ completedAt: null, completedBy: null });
    case 'task.removed':
      return changed({ removed: true });
    case 'task.restored':
      return changed({ removed: false });
    default:
      return changed({ checklist: checked(task.checklist ?? [], event, at, by) });
  }
}

type CheckEvent = Extract<PlanEvent, { type: `check.${string}` }>;

function checked(list: Check[], event: CheckEvent, at: string, by: ParticipantId | 'system'): Check[] {
  const put = (one: Check, rest: Check[], before: CheckId | null): Check[] => {
    const found = rest.findIndex((other) => other.id === before);
    const place = found === -1 ? rest.length : found;
    return [...rest.slice(0, place), one, ...rest.slice(place)];
  };
  if (event.type === 'check.added') return put({ id: event.check, text: event.text, doneAt: null, doneBy: null }, list, event.before);
  if (event.type === 'check.moved') {
    const one = list.find((other) => other.id === event.check);
    return one
      ? put(
          one,
          list.filter((other) => other !== one),
          event.before,
        )
      : list;
  }
  return list.map((one): Check => {
    if (one.id !== event.check) return one;
    switch (event.type) {
      case 'check.renamed':
        return { ...one, text: event.text };
      case 'check.ticked':
        return { ...one, doneAt: at, doneBy: by === 'system' ? null : by };
      case 'check.unticked':
        return { ...one, doneAt: null, doneBy: null };
      case 'check.removed':
        return { ...one, removed: true };
      case 'check.restored': {
        const { removed: _, ...back } = one;
        return back;
      }
    }
  });
}

function shifted(plan: Plan, event: Extract<PlanEvent, { type: 'plan.shifted' | 'plan.unshifted' }>): Plan {
  const tasks = { ...plan.tasks };
  const moved: Shift['tasks'] = [];
  for (const { task: id, due } of event.tasks) {
    const task = tasks[id];
    if (!task) continue;
    tasks[id] = { ...task, due };
    if (task.due) moved.push({ task: id, from: task.due, to: due });
  }
  const dates = new Map(event.milestones.map((one) => [one.milestone, one.date]));
  const milestones = plan.milestones.map((one) => (dates.has(one.id) ? { ...one, date: dates.get(one.id) ?? one.date } : one));
  const earlier = (plan.shifts ?? []).filter((one) => one.id !== event.shift);
  if (event.type === 'plan.unshifted') return { ...plan, tasks, milestones, shifts: earlier };
  const shift: Shift = {
    id: event.shift,
    tasks: moved,
    milestones: plan.milestones.flatMap(({ id, date: from }) => {
      const to = dates.get(id);
      return to !== undefined && from !== null ? [{ milestone: id, from, to }] : [];
    }),
    proposed: event.proposed,
  };
  return { ...plan, tasks, milestones, shifts: [...earlier, shift].slice(-KEPT_SHIFTS) };
}
