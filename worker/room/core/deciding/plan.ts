/** What may become of the plan: milestones and tasks. */
import type { PlanCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import type { MilestoneId, ParticipantId } from '../ids.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { bringIn } from './people.ts';
import { changeOrPropose } from './plan-truth.ts';

export function decidePlan(state: RoomState, who: Participant, command: PlanCommand, facts: Facts): Decision {
  if (!can.plan(who)) return refuse('forbidden', 'not_for_your_side');
  const { plan } = state;
  const milestoneMissing = (id: MilestoneId | null | undefined) => id != null && !plan.milestones.some((one) => one.id === id);

  switch (command.type) {
    case 'milestone.add': {
      const { type: _, ...fields } = command;
      return plan.milestones.some((one) => one.id === command.milestone) ? happened() : happened({ type: 'milestone.added', ...fields });
    }
    case 'milestone.change': {
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      const { type: _, ...fields } = command;
      return happened({ type: 'milestone.changed', ...fields });
    }
    case 'milestone.remove':
      return milestoneMissing(command.milestone) ? happened() : happened({ type: 'milestone.removed', milestone: command.milestone });
    case 'task.add': {
      if (plan.tasks[command.task]) return happened();
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      const brought = bringIn(state, who, command.invite, facts);
      if (!brought.ok) return brought;
      const invited = command.invite.map((one) => one.participant);
      if (command.owners.some((id) => !isHere(state, id) && !invited.includes(id)))
        return refuse('not_found', 'no_such_participant', 'owners');
      const { type: _, invite: __, ...fields } = command;
      return happened(...brought.events, { type: 'task.added', ...fields });
    }
    default:
  }

  const task = plan.tasks[command.task];
  if (!task) return refuse('not_found', 'no_such_task');

  switch (command.type) {
    case 'task.change': {
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      const { type: _, task: __, invite, ...fields } = command;
      const brought = bringIn(state, who, invite, facts);
      if (!brought.ok) return brought;
      const invited = invite.map((one) => one.participant);
      if (fields.owners?.some((id) => !isHere(state, id) && !invited.includes(id)))
        return refuse('not_found', 'no_such_participant', 'owners');
      return happened(...brought.events, ...changeOrPropose(state, who, task, fields, facts));
    }
    case 'task.move':
      if (milestoneMissing(command.milestone)) return refuse('not_found', 'no_such_milestone');
      if (command.before !== null && !plan.tasks[command.before]) return refuse('not_found', 'no_such_task');
      if (command.before === task.id) return happened();
      return happened({ type: 'task.moved', task: task.id, before: command.before, milestone: command.milestone });
    case 'task.complete':
      return task.completedAt ? happened() : happened({ type: 'task.completed', task: task.id });
    case 'task.reopen':
      return task.completedAt ? happened({ type: 'task.reopened', task: task.id }) : happened();
    case 'task.remove':
      return task.removed ? happened() : happened({ type: 'task.removed', task: task.id });
    case 'task.restore':
      return task.removed ? happened({ type: 'task.restored', task: task.id }) : happened();
  }
}

const isHere = (state: RoomState, id: ParticipantId) => {
  const one = state.people[id];
  return one !== undefined && one.status !== 'left';
};
