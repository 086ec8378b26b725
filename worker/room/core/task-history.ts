/** What became of one task: who, when, and what it was before. Read from the room's events, never kept beside them. */
import type { Due } from './due.ts';
import type { Recorded, Via } from './events.ts';
import type { MilestoneId, ParticipantId, TaskId } from './ids.ts';
import { applyPlan } from './plan-changes.ts';
import { emptyPlan, type Plan, type PlanEvent, type Task, type TaskKind } from './plan.ts';
import type { Outcome } from './plan-truth.ts';

export type TaskChange =
  | { field: 'title' | 'description'; from: string; to: string }
  | { field: 'kind'; from: TaskKind; to: TaskKind }
  | { field: 'owners'; from: ParticipantId[]; to: ParticipantId[] }
  | { field: 'due'; from: Due | null; to: Due | null }
  | { field: 'milestone'; from: MilestoneId | null; to: MilestoneId | null }
  | { field: 'after'; from: TaskId[]; to: TaskId[] };

export type Happening =
  | { what: 'added' | 'changed' | 'proposed'; changes: TaskChange[] }
  | { what: 'completed' | 'reopened' | 'removed' | 'restored' }
  | { what: 'check'; how: 'added' | 'renamed' | 'ticked' | 'unticked' | 'removed' | 'restored'; text: string; before: string | null }
  | { what: 'settled'; how: Outcome; proposer: ParticipantId };

export type HistoryEntry = { seq: number; at: string; by: ParticipantId | 'system'; via: Via } & Happening;

const FIELDS = ['title', 'kind', 'owners', 'due', 'milestone', 'after', 'description'] as const;
const bare = { title: '', kind: 'task', owners: [], due: null, milestone: null, after: [], description: '' } as const;

const valueOf = (task: Partial<Task>, field: (typeof FIELDS)[number]): unknown => task[field] ?? bare[field];

/** The fields in which `to` differs, each with what it was. */
function changesOf(from: Partial<Task>, to: Partial<Task>): TaskChange[] {
  return FIELDS.flatMap((field) => {
    const [was, is] = [valueOf(from, field), valueOf(to, field)];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ field, from: was, to: is } as TaskChange];
  });
}

/** Whether an event touched this task. Comments are its thread's, not its history's. */
export function isAbout({ event }: Recorded, task: TaskId): boolean {
  if (event.type === 'plan.shifted' || event.type === 'plan.unshifted') return event.tasks.some((one) => one.task === task);
  return 'task' in event && event.task === task;
}

/** A task's history, oldest first, from its events in their order. Changes of place alone are left out. */
export function historyOf(task: TaskId, events: Recorded[]): HistoryEntry[] {
  let plan: Plan = emptyPlan;
  const entries: HistoryEntry[] = [];
  for (const recorded of events) {
    if (!isAbout(recorded, task)) continue;
    const { event, seq, at, by, via } = recorded;
    const before = plan.tasks[task];
    if (event.type === 'task.proposed') {
      const changes = changesOf(before ?? {}, { ...before, ...event.changes });
      entries.push({ seq, at, by, via, what: 'proposed', changes });
      continue;
    }
    if (event.type === 'proposal.settled') {
      entries.push({ seq, at, by, via, what: 'settled', how: event.how, proposer: event.proposer });
      continue;
    }
    plan = applyPlan(plan, alone(event as PlanEvent, task), at, by);
    const happening = happeningOf(event as PlanEvent, before, plan.tasks[task]);
    if (happening) entries.push({ seq, at, by, via, ...happening });
  }
  return entries;
}

/** A move in the order names a task that is not here; its milestone is what counts. */
const alone = (event: PlanEvent, task: TaskId): PlanEvent =>
  event.type === 'task.moved' ? { type: 'task.changed', task, milestone: event.milestone } : event;

function happeningOf(event: PlanEvent, before: Task | undefined, after: Task | undefined): Happening | null {
  if (!after) return null;
  switch (event.type) {
    case 'task.added':
      return { what: 'added', changes: changesOf({ title: after.title }, after) };
    case 'task.completed':
      return { what: 'completed' };
    case 'task.reopened':
      return { what: 'reopened' };
    case 'task.removed':
      return { what: 'removed' };
    case 'task.restored':
      return { what: 'restored' };
    case 'check.moved':
      return null;
    case 'check.added':
    case 'check.renamed':
    case 'check.ticked':
    case 'check.unticked':
    case 'check.removed':
    case 'check.restored': {
      const textIn = (task: Task | undefined) => task?.checklist?.find((one) => one.id === event.check)?.text ?? null;
      const how = event.type.slice('check.'.length) as Extract<Happening, { what: 'check' }>['how'];
      return { what: 'check', how, text: textIn(after) ?? '', before: how === 'renamed' ? textIn(before) : null };
    }
    default: {
      const changes = changesOf(before ?? {}, after);
      return changes.length > 0 ? { what: 'changed', changes } : null;
    }
  }
}
