/**
 * `decide` says what a command makes happen. Pure, and the same in the Durable Object, in the browser and in tests; apart
 * from `apply` so that a browser which only reads a room need not load it.
 */
import type { Command } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import type { ParticipantId } from '../ids.ts';
import { can } from '../permissions.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { decideDeal } from './deal.ts';
import { decideDiscussion } from './discussion.ts';
import { decideHeldMail } from './held-mail.ts';
import { decideMaterials } from './materials.ts';
import { barredByObjection, decideObjection } from './objections.ts';
import { decideMeeting } from './meetings.ts';
import { decidePeople } from './people.ts';
import { decidePlan } from './plan.ts';
import { decideTruth } from './plan-truth.ts';
import { decideValue } from './value.ts';
import { decideStakeholders } from './stakeholders.ts';
import { decideReflection } from './reflection.ts';

/** What a command makes happen, or why not. Never throws, changes nothing. */
export function decide(state: RoomState, by: ParticipantId, command: Command, facts: Facts): Decision {
  const who = state.people[by];
  if (!who || who.status === 'left' || !state.room) return refuse('forbidden', 'not_a_participant');

  switch (command.type) {
    case 'room.rename':
      if (!can.rename(who)) return refuse('forbidden', 'not_for_your_side');
      return state.room.name === command.name ? happened() : happened({ type: 'room.renamed', name: command.name });
    case 'room.ruleCode':
      if (!can.alwaysAskCode(who)) return refuse('forbidden', 'not_for_your_side');
      return state.room.alwaysAskCode === command.alwaysAskCode
        ? happened()
        : happened({ type: 'room.codeRuled', alwaysAskCode: command.alwaysAskCode });
    case 'participant.add':
    case 'participant.invite':
    case 'participant.remove':
    case 'participant.describe':
      return decidePeople(state, who, command, facts);
    case 'placeholder.add':
    case 'placeholder.change':
    case 'placeholder.remove':
    case 'placeholder.restore':
    case 'stakeholder.cast':
    case 'newcomer.withdraw':
      return decideStakeholders(state, who, command);
    case 'milestone.add':
    case 'milestone.change':
    case 'milestone.remove':
    case 'milestone.restore':
    case 'check.add':
    case 'check.rename':
    case 'check.tick':
    case 'check.untick':
    case 'check.remove':
    case 'check.restore':
    case 'check.move':
    case 'plan.shift':
    case 'plan.unshift':
    case 'task.add':
    case 'task.change':
    case 'task.describe':
    case 'task.move':
    case 'task.complete':
    case 'task.reopen':
    case 'task.remove':
    case 'task.restore':
      return barredByObjection(state, who, command) ?? decidePlan(state, who, command, facts);
    case 'plan.confirm':
    case 'plan.unconfirm':
    case 'proposal.accept':
    case 'proposal.decline':
    case 'proposal.withdraw':
      return decideTruth(state, who, command, facts);
    case 'objection.raise':
    case 'objection.answer':
    case 'objection.accept':
    case 'objection.reopen':
      return decideObjection(state, who, command, facts);
    case 'value.add':
    case 'value.change':
    case 'value.number':
    case 'value.factor':
    case 'value.propose':
    case 'value.acceptProposal':
    case 'value.declineProposal':
    case 'value.stance':
    case 'value.remove':
    case 'value.restore':
    case 'value.settings':
      return decideValue(state, who, command);
    case 'meeting.propose':
    case 'meeting.pick':
    case 'meeting.answer':
    case 'meeting.counter':
    case 'meeting.acceptCounter':
    case 'meeting.dropCounter':
    case 'meeting.length':
    case 'meeting.place':
    case 'meeting.agenda':
    case 'meeting.minutes':
    case 'meeting.attend':
    case 'meeting.cancel':
    case 'meeting.restore':
      return decideMeeting(state, who, command, facts);
    case 'comment.post':
    case 'comment.edit':
    case 'comment.delete':
    case 'comment.restore':
    case 'comment.react':
      return decideDiscussion(state, who, command, facts);
    case 'deal.change':
    case 'deal.stage':
    case 'deal.close':
    case 'deal.rule':
    case 'deal.claim':
    case 'deal.cite':
    case 'deal.uncite':
      return decideDeal(state, who, command);
    case 'material.add':
    case 'material.version':
    case 'material.change':
    case 'material.move':
    case 'material.remove':
    case 'material.restore':
    case 'material.share':
    case 'material.withdraw':
    case 'section.rename':
    case 'section.order':
    case 'reading.allow':
      return decideMaterials(state, who, command, facts);
    case 'reflection.ask':
    case 'reflection.answer':
      return decideReflection(state, who, command);
    case 'mail.settle':
      return decideHeldMail(state, who, command);
  }
}
