/** The mutual action plan: what both sides agreed to do, who does it, and by when. */
import type { Due } from './due.ts';
import type { MilestoneId, ParticipantId, TaskId } from './ids.ts';

export const taskKinds = ['task', 'material', 'meeting', 'demo', 'objection'] as const;
export type TaskKind = (typeof taskKinds)[number];

export interface Task {
  id: TaskId;
  title: string;
  kind: TaskKind;
  owners: ParticipantId[];
  due: Due | null;
  milestone: MilestoneId | null;
  description: string;
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

export interface Plan {
  milestones: Milestone[];
  tasks: Record<TaskId, Task>;
  order: TaskId[];
}

interface TaskFields {
  title: string;
  kind: TaskKind;
  owners: ParticipantId[];
  due: Due | null;
  milestone: MilestoneId | null;
  description: string;
}

export type PlanEvent =
  | { type: 'milestone.added'; milestone: MilestoneId; title: string; date: string | null }
  | { type: 'milestone.changed'; milestone: MilestoneId; title?: string; date?: string | null }
  | { type: 'milestone.removed'; milestone: MilestoneId }
  | ({ type: 'task.added'; task: TaskId } & TaskFields)
  | ({ type: 'task.changed'; task: TaskId } & Partial<TaskFields>)
  | { type: 'task.moved'; task: TaskId; before: TaskId | null; milestone: MilestoneId | null }
  | { type: 'task.completed'; task: TaskId }
  | { type: 'task.reopened'; task: TaskId }
  | { type: 'task.removed'; task: TaskId }
  | { type: 'task.restored'; task: TaskId };

export const emptyPlan: Plan = { milestones: [], tasks: {}, order: [] };

/** The tasks that are in the plan, in its order. */
export const tasksOf = (plan: Plan): Task[] =>
  plan.order.flatMap((id) => {
    const task = plan.tasks[id];
    return task && !task.removed ? [task] : [];
  });

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
    case 'milestone.removed':
      return {
        ...plan,
        milestones: plan.milestones.filter((one) => one.id !== event.milestone),
        tasks: Object.fromEntries(
          Object.entries(plan.tasks).map(([id, task]) => [id, task.milestone === event.milestone ? { ...task, milestone: null } : task]),
        ),
      };
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
      const { type: _, task: __, ...fields } = event;
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
  }
}
