/**
 * The room's core: `decide` says what a command makes happen, `apply` says what an event changes.
 * Pure, and the same in the Durable Object, in the browser and in tests.
 */
import type { Command } from './commands.ts';
import { type Decision, type Facts, happened } from './decision.ts';
import { applyThreads, decideDiscussion, filesOf, type RoomFile, type ThreadSummary } from './discussion.ts';
import type { Recorded } from './events.ts';
import { applyHeldMail, decideHeldMail, type HeldMail } from './held-mail.ts';
import type { AccountId, HeldMailId, OpportunityId, ParticipantId, RoomId, ThreadId, WorkspaceId } from './ids.ts';
import { applyPeople, decidePeople, type Participant } from './people.ts';
import { can } from './permissions.ts';
import { applyPlan, decidePlan, emptyPlan, type Plan } from './plan.ts';
import { refuse } from './refusal.ts';

export interface RoomFacts {
  id: RoomId;
  workspace: WorkspaceId;
  workspaceName: string;
  account: AccountId;
  accountName: string;
  opportunity: OpportunityId;
  name: string;
  openedAt: string;
  alwaysAskCode: boolean;
  demo: boolean;
}

export interface RoomState {
  seq: number;
  room: RoomFacts | null;
  people: Record<ParticipantId, Participant>;
  plan: Plan;
  threads: Record<ThreadId, ThreadSummary>;
  /** The newest files; older ones are paged from the journal. */
  files: RoomFile[];
  held: Record<HeldMailId, HeldMail>;
}

const LIVE_FILES = 200;

export const emptyRoom: RoomState = { seq: 0, room: null, people: {}, plan: emptyPlan, threads: {}, files: [], held: {} };

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
    case 'milestone.add':
    case 'milestone.change':
    case 'milestone.remove':
    case 'task.add':
    case 'task.change':
    case 'task.move':
    case 'task.complete':
    case 'task.reopen':
    case 'task.remove':
    case 'task.restore':
      return decidePlan(state, who, command, facts);
    case 'comment.post':
    case 'comment.edit':
    case 'comment.delete':
      return decideDiscussion(state, who, command, facts);
    case 'mail.settle':
      return decideHeldMail(state, who, command);
  }
}

/** The state after an event. An event of a type it does not know (a newer server) only moves `seq`. */
export function apply(state: RoomState, recorded: Recorded): RoomState {
  const { seq, at, by, event } = recorded;
  const next = { ...state, seq };
  switch (event.type) {
    case 'room.opened': {
      const { type: _, room: id, ...rest } = event;
      return { ...next, room: { id, ...rest, openedAt: at, alwaysAskCode: false } };
    }
    case 'room.renamed':
      return state.room ? { ...next, room: { ...state.room, name: event.name } } : next;
    case 'room.codeRuled':
      return state.room ? { ...next, room: { ...state.room, alwaysAskCode: event.alwaysAskCode } } : next;
    case 'participant.added':
    case 'participant.invited':
    case 'participant.joined':
    case 'participant.left':
    case 'participant.described':
    case 'participant.troubled':
      return { ...next, people: applyPeople(state.people, event) };
    case 'milestone.added':
    case 'milestone.changed':
    case 'milestone.removed':
    case 'task.added':
    case 'task.changed':
    case 'task.moved':
    case 'task.completed':
    case 'task.reopened':
    case 'task.removed':
    case 'task.restored':
      return { ...next, plan: applyPlan(state.plan, event, at, by) };
    case 'comment.posted':
    case 'comment.edited':
    case 'comment.deleted': {
      const said = { ...recorded, event };
      const brought = filesOf(said);
      return {
        ...next,
        threads: applyThreads(state.threads, said),
        files: brought.length ? [...state.files, ...brought].slice(-LIVE_FILES) : state.files,
      };
    }
    case 'mail.held':
    case 'mail.settled':
      return { ...next, held: applyHeldMail(state.held, event, at) };
    default:
      return next;
  }
}
