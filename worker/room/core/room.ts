/**
 * The room's core: its state, and `apply`, which says what an event changes. What a command makes happen is `decide`, in
 * deciding/. Pure, and the same in the Durable Object, in the browser and in tests.
 */
import { applyDeal, type Deal, emptyDeal } from './deal.ts';
import { applyFiles, applyThreads, type RoomFile, type ThreadSummary } from './discussion.ts';
import type { Recorded } from './events.ts';
import { applyHeldMail, type HeldMail } from './held-mail.ts';
import type { AccountId, HeldMailId, OpportunityId, ParticipantId, RoomId, TaskId, ThreadId, WorkspaceId } from './ids.ts';
import { applyObjections, type ObjectionNotes } from './objections.ts';
import { applyMaterials, emptyMaterials, type Materials } from './materials.ts';
import { applyLines, type Lines, noLines } from './lines.ts';
import { applyMeetings, type Meeting } from './meetings.ts';
import { applyPeople, type Participant, peopleImported } from './people.ts';
import { applyPlan } from './plan-changes.ts';
import { emptyPlan, type Plan } from './plan.ts';
import { applyReflection, noReflection, type Reflection } from './reflection.ts';
import { applyTruth } from './plan-history.ts';
import { applyShelf } from './shelf.ts';
import { applyStakeholders, noStakeholders, type Stakeholders } from './stakeholders.ts';
import { emptyTruth, type Truth } from './plan-truth.ts';
import { applyValue, emptyValue, type ValueCase } from './value.ts';

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
  /** Since when it is off the lists (ISO instant). */
  archived?: string;
  /** Shut, and until when it can be brought back. */
  deleted?: { at: string; until: string };
  /** Where a room came from that was brought from a copy: whose it was, when it came here, and what was brought. */
  imported?: { at: string; from: string; events: number; hash: string };
}

export interface RoomState {
  seq: number;
  room: RoomFacts | null;
  people: Record<ParticipantId, Participant>;
  stakeholders: Stakeholders;
  plan: Plan;
  /** What is known of meetings and demos beyond their tasks. */
  meetings: Record<TaskId, Meeting>;
  /** Whether the plan is still true. */
  truth: Truth;
  threads: Record<ThreadId, ThreadSummary>;
  /** The newest files; older ones are paged from the journal. */
  files: RoomFile[];
  materials: Materials;
  held: Record<HeldMailId, HeldMail>;
  /** What objections have beyond their tasks. */
  objections: Record<TaskId, ObjectionNotes>;
  value: ValueCase;
  /** The selling side's alone; for customers it is always empty. */
  deal: Deal;
  reflection: Reflection;
  /** What administrators did from outside. */
  lines: Lines;
}

const LIVE_FILES = 200;

export const emptyRoom: RoomState = {
  seq: 0,
  room: null,
  people: {},
  stakeholders: noStakeholders,
  plan: emptyPlan,
  meetings: {},
  truth: emptyTruth,
  threads: {},
  files: [],
  materials: emptyMaterials,
  held: {},
  objections: {},
  value: emptyValue,
  deal: emptyDeal,
  reflection: noReflection,
  lines: noLines,
};

/** A stored state with what it lacks laid under it: a snapshot of an older version has fewer nouns. */
export const restored = (snapshot: Partial<RoomState>): RoomState => ({ ...emptyRoom, ...snapshot });

/** The state after an event. An event of a type it does not know (a newer server) only moves `seq`. */
export function apply(state: RoomState, recorded: Recorded): RoomState {
  const next = applyNouns(state, recorded);
  const meetings = applyMeetings(state, next, recorded);
  const after = meetings === next.meetings ? next : { ...next, meetings };
  const truth = applyTruth(state, after, recorded);
  return truth === after.truth ? after : { ...after, truth };
}

function applyNouns(state: RoomState, recorded: Recorded): RoomState {
  const { seq, at, by, event } = recorded;
  const next = {
    ...state,
    seq,
    deal: applyDeal(state.deal, recorded),
    stakeholders: applyStakeholders(state.stakeholders, recorded),
  };
  switch (event.type) {
    case 'room.opened': {
      const { type: _, room: id, ...rest } = event;
      return { ...next, room: { id, ...rest, openedAt: at, alwaysAskCode: false } };
    }
    case 'room.renamed':
      return state.room ? { ...next, room: { ...state.room, name: event.name } } : next;
    case 'room.accountNamed':
      return state.room ? { ...next, room: { ...state.room, accountName: event.accountName } } : next;
    case 'room.codeRuled':
      return state.room ? { ...next, room: { ...state.room, alwaysAskCode: event.alwaysAskCode } } : next;
    case 'room.archived':
    case 'room.unarchived':
    case 'room.deleted':
    case 'room.undeleted':
      return state.room ? { ...next, room: applyShelf(state.room, event, at) } : next;
    case 'participant.added':
    case 'participant.invited':
    case 'participant.joined':
    case 'participant.left':
    case 'participant.erased':
    case 'participant.described':
    case 'participant.located':
    case 'participant.troubled':
      return { ...next, people: applyPeople(state.people, event) };
    case 'milestone.added':
    case 'milestone.changed':
    case 'milestone.removed':
    case 'milestone.restored':
    case 'check.added':
    case 'check.renamed':
    case 'check.ticked':
    case 'check.unticked':
    case 'check.removed':
    case 'check.restored':
    case 'check.moved':
    case 'plan.shifted':
    case 'plan.unshifted':
    case 'task.added':
    case 'task.changed':
    case 'task.moved':
    case 'task.completed':
    case 'task.removed':
    case 'task.restored':
      return { ...next, plan: applyPlan(state.plan, event, at, by) };
    case 'task.reopened':
      return {
        ...next,
        plan: applyPlan(state.plan, event, at, by),
        objections: applyObjections(state.objections, event, at, by),
      };
    case 'objection.raised':
    case 'objection.answered':
    case 'objection.reopened':
      return { ...next, objections: applyObjections(state.objections, event, at, by) };
    case 'value.added':
    case 'value.changed':
    case 'value.numbered':
    case 'value.proposed':
    case 'value.accepted':
    case 'value.declined':
    case 'value.stanced':
    case 'value.removed':
    case 'value.restored':
    case 'value.settled':
      return { ...next, value: applyValue(state.value, event, seq, at, by) };
    case 'comment.posted':
    case 'comment.edited':
    case 'comment.deleted':
    case 'comment.restored':
    case 'comment.reacted': {
      const said = { ...recorded, event };
      return { ...next, threads: applyThreads(state.threads, said), files: applyFiles(state.files, said).slice(-LIVE_FILES) };
    }
    case 'material.added':
    case 'material.versioned':
    case 'material.changed':
    case 'material.moved':
    case 'material.removed':
    case 'material.restored':
    case 'material.shared':
    case 'material.withdrawn':
    case 'material.kept':
    case 'section.renamed':
    case 'section.ordered':
    case 'reading.allowed':
      return { ...next, materials: applyMaterials(state.materials, event, at, by) };
    case 'room.imported': {
      if (!state.room) return next;
      const { room: id, workspace, workspaceName, account, accountName, opportunity, events, hash } = event;
      const people = peopleImported(state.people, event);
      const imported = { at, from: state.room.workspaceName, events, hash };
      const facts = { id, workspace, workspaceName, account, accountName, opportunity, demo: false, imported };
      return { ...next, people, room: { ...state.room, ...facts } };
    }
    case 'reflection.asked':
    case 'reflection.withdrawn':
    case 'reflection.answered':
      return { ...next, reflection: applyReflection(state.reflection, event, at, by) };
    case 'admin.accountNamed':
    case 'admin.ruleSet':
      return { ...next, lines: applyLines(state.lines, { seq, at, event }, recorded.audience) };
    case 'mail.held':
    case 'mail.settled':
      return { ...next, held: applyHeldMail(state.held, event, at) };
    default:
      return next;
  }
}
