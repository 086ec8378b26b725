/** What events change in the plan. Apart from its readings in plan.ts, which every page needs at once. */
import type { CheckId, ParticipantId, TaskId } from './ids.ts';
import type { Check, Plan, PlanEvent, Shift, Task } from './plan.ts';

const KEPT_SHIFTS = 5;
const KEPT_GONE = 20;

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
