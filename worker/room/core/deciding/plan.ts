/** What may become of the plan: milestones, tasks, their checklists, and dates that move together. */
import type { PlanCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import { addWorkdays, type Due, isOverdue } from '../due.ts';
import type { RoomEvent } from '../events.ts';
import type { MilestoneId, ParticipantId, TaskId } from '../ids.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import type { Plan, Task } from '../plan.ts';
import { wouldCircle } from '../plan-shift.ts';
import { needsConsent } from '../plan-truth.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { MAX_TEXT, merge } from '../texts.ts';
import { bringIn } from './people.ts';
import { changeOrPropose } from './plan-truth.ts';

/** Lines of one checklist, those that were removed included. */
const MAX_CHECKS = 200;

export function decidePlan(state: RoomState, who: Participant, command: PlanCommand, facts: Facts): Decision {
  if (!can.plan(who)) return refuse('forbidden', 'not_for_your_side');
  const { plan } = state;
  const milestoneMissing = (id: MilestoneId | null | undefined) => id != null && !plan.milestones.some((one) => one.id === id);
  const now = Date.parse(facts.at);
  const isPast = (due: Due | null | undefined) => due != null && isOverdue(due, now);
  const isPastDay = (date: string | null | undefined) => date != null && isPast({ date, time: null, zone: who.zone });

  switch (command.type) {
    case 'milestone.add': {
      const { type: _, past, ...fields } = command;
      if (plan.milestones.some((one) => one.id === command.milestone)) return happened();
      if (!past && isPastDay(command.date)) return refuse('invalid', 'date_in_past', 'date');
      return happened({ type: 'milestone.added', ...fields });
    }
    case 'milestone.change': {
      const known = plan.milestones.find((one) => one.id === command.milestone);
      if (!known) return refuse('not_found', 'no_such_milestone');
      const title = command.title !== known.title ? command.title : undefined;
      const date = command.date !== known.date ? command.date : undefined;
      if (title === undefined && date === undefined) return happened();
      if (!command.past && isPastDay(date)) return refuse('invalid', 'date_in_past', 'date');
      return happened({
        type: 'milestone.changed',
        milestone: known.id,
        ...(title !== undefined && { title }),
        ...(date !== undefined && { date }),
      });
    }
    case 'milestone.remove':
      return milestoneMissing(command.milestone) ? happened() : happened({ type: 'milestone.removed', milestone: command.milestone });
    case 'milestone.restore':
      if (!milestoneMissing(command.milestone)) return happened();
      if (!plan.gone?.some((one) => one.milestone.id === command.milestone)) return refuse('not_found', 'no_such_milestone');
      return happened({ type: 'milestone.restored', milestone: command.milestone });
    case 'plan.shift':
      return shift(state, who, command, facts);
    case 'plan.unshift':
      return unshift(state, who, command);
    case 'task.add': {
      if (plan.tasks[command.task]) return happened();
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      if (!command.past && isPast(command.due)) return refuse('invalid', 'date_in_past', 'due');
      const after = [...new Set(command.after)];
      if (after.some((id) => !plan.tasks[id])) return refuse('not_found', 'no_such_task', 'after');
      const brought = bringIn(state, who, command.invite, facts);
      if (!brought.ok) return brought;
      const invited = command.invite.map((one) => one.participant);
      if (command.owners.some((id) => !isHere(state, id) && !invited.includes(id)))
        return refuse('not_found', 'no_such_participant', 'owners');
      const { type: _, invite: __, past: ___, after: ____, ...fields } = command;
      return happened(...brought.events, { type: 'task.added', ...fields, ...(after.length > 0 && { after }) });
    }
    default:
  }

  const task = plan.tasks[command.task];
  if (!task) return refuse('not_found', 'no_such_task');

  switch (command.type) {
    case 'task.change': {
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      const { type: _, task: __, invite, past, after: named, ...fields } = command;
      if (!past && isPast(fields.due) && !sameDue(fields.due, task.due)) return refuse('invalid', 'date_in_past', 'due');
      const after = named && [...new Set(named)];
      if (after?.some((id) => !plan.tasks[id])) return refuse('not_found', 'no_such_task', 'after');
      if (after && wouldCircle(plan, task.id, after)) return refuse('conflict', 'task_cycle', 'after');
      const brought = bringIn(state, who, invite, facts);
      if (!brought.ok) return brought;
      const invited = invite.map((one) => one.participant);
      if (fields.owners?.some((id) => !isHere(state, id) && !invited.includes(id)))
        return refuse('not_found', 'no_such_participant', 'owners');
      const asked = after && (after.length > 0 || task.after) ? { ...fields, after } : fields;
      return happened(...brought.events, ...changeOrPropose(state, who, task, asked, facts));
    }
    case 'task.describe': {
      const description = merge(command.from, task.description, command.description);
      if (description.length > MAX_TEXT) return refuse('invalid', 'text_too_long', 'description');
      return description === task.description ? happened() : happened({ type: 'task.changed', task: task.id, description });
    }
    case 'task.move':
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      if (command.before !== null && !plan.tasks[command.before]) return refuse('not_found', 'no_such_task');
      if (command.before === task.id || isThere(plan, task, command)) return happened();
      return happened({ type: 'task.moved', task: task.id, before: command.before, milestone: command.milestone });
    case 'task.complete':
      return task.completedAt ? happened() : happened({ type: 'task.completed', task: task.id });
    case 'task.reopen':
      return task.completedAt ? happened({ type: 'task.reopened', task: task.id }) : happened();
    case 'task.remove':
      return task.removed ? happened() : happened({ type: 'task.removed', task: task.id });
    case 'task.restore':
      return task.removed ? happened({ type: 'task.restored', task: task.id }) : happened();
    default:
      return checklist(task, command);
  }
}

function checklist(task: Task, command: Extract<PlanCommand, { type: `check.${string}` }>): Decision {
  const list = task.checklist ?? [];
  const { type: _, ...own } = command;
  if (command.type === 'check.add') {
    if (list.some((one) => one.id === command.check)) return happened();
    if (list.length >= MAX_CHECKS) return refuse('conflict', 'checklist_full', 'text');
    return happened({ type: 'check.added', task: task.id, check: command.check, text: command.text, before: command.before });
  }
  const place = list.findIndex((one) => one.id === command.check);
  const one = list[place];
  if (!one) return refuse('not_found', 'no_such_check');
  const about = { task: task.id, check: own.check };
  switch (command.type) {
    case 'check.rename':
      return one.text === command.text ? happened() : happened({ type: 'check.renamed', ...about, text: command.text });
    case 'check.tick':
      return one.doneAt ? happened() : happened({ type: 'check.ticked', ...about });
    case 'check.untick':
      return one.doneAt ? happened({ type: 'check.unticked', ...about }) : happened();
    case 'check.remove':
      return one.removed ? happened() : happened({ type: 'check.removed', ...about });
    case 'check.restore':
      return one.removed ? happened({ type: 'check.restored', ...about }) : happened();
    case 'check.move': {
      if (command.before !== null && !list.some((other) => other.id === command.before)) return refuse('not_found', 'no_such_check');
      const next = list[place + 1]?.id ?? null;
      return command.before === one.id || command.before === next
        ? happened()
        : happened({ type: 'check.moved', ...about, before: command.before });
    }
  }
}

/** Whether a task stands where it is to be moved to. */
function isThere(plan: Plan, task: Task, to: { before: TaskId | null; milestone: MilestoneId | null }): boolean {
  return task.milestone === to.milestone && (plan.order[plan.order.indexOf(task.id) + 1] ?? null) === to.before;
}

const sameDue = (one: Due | null | undefined, other: Due | null): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Moves dates together. What somebody else owns is proposed to them, as any change of their date would be. */
function shift(state: RoomState, who: Participant, command: Extract<PlanCommand, { type: 'plan.shift' }>, facts: Facts): Decision {
  const { plan } = state;
  const { days } = command;
  if (days === 0 || plan.shifts?.some((one) => one.id === command.shift)) return happened();
  const tasks: { task: TaskId; due: Due }[] = [];
  const asked: RoomEvent[] = [];
  const proposed: TaskId[] = [];
  for (const id of new Set(command.tasks)) {
    const task = plan.tasks[id];
    if (!task) return refuse('not_found', 'no_such_task', 'tasks');
    // Done, removed or undated meanwhile: nothing is left to move.
    if (task.removed || task.completedAt !== null || !task.due) continue;
    const due = { ...task.due, date: addWorkdays(task.due.date, days) };
    if (days < 0 && isOverdue(due, Date.parse(facts.at))) return refuse('invalid', 'date_in_past', 'days');
    if (!needsConsent(state, who.id, task)) tasks.push({ task: id, due });
    else {
      const events = changeOrPropose(state, who, task, { due }, facts);
      if (events.length > 0) proposed.push(id);
      asked.push(...events);
    }
  }
  const milestones: { milestone: MilestoneId; date: string }[] = [];
  for (const id of new Set(command.milestones)) {
    const milestone = plan.milestones.find((one) => one.id === id);
    if (!milestone) return refuse('not_found', 'no_such_milestone', 'milestones');
    if (milestone.date !== null) milestones.push({ milestone: id, date: addWorkdays(milestone.date, days) });
  }
  if (tasks.length + milestones.length + proposed.length === 0) return happened();
  return happened({ type: 'plan.shifted', shift: command.shift, days, tasks, milestones, proposed }, ...asked);
}

/** Moves back what was moved together and has not been moved since. */
function unshift(state: RoomState, who: Participant, command: Extract<PlanCommand, { type: 'plan.unshift' }>): Decision {
  const { plan } = state;
  const known = plan.shifts?.find((one) => one.id === command.shift);
  if (!known) return happened();
  const tasks = known.tasks.flatMap(({ task: id, from, to }) => {
    const task = plan.tasks[id];
    return task && sameDue(to, task.due) && !needsConsent(state, who.id, task) ? [{ task: id, due: from }] : [];
  });
  const milestones = known.milestones.flatMap(({ milestone: id, from, to }) =>
    plan.milestones.some((one) => one.id === id && one.date === to) ? [{ milestone: id, date: from }] : [],
  );
  const withdrawn = known.proposed.flatMap((task): RoomEvent[] =>
    state.truth.proposals.some((one) => one.task === task && one.by === who.id)
      ? [{ type: 'proposal.settled', task, proposer: who.id, how: 'withdrawn' }]
      : [],
  );
  return happened({ type: 'plan.unshifted', shift: known.id, tasks, milestones }, ...withdrawn);
}

const isHere = (state: RoomState, id: ParticipantId) => {
  const one = state.people[id];
  return one !== undefined && one.status !== 'left';
};
