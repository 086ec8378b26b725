/** Visibility, decided once: sockets, pages, mails, files, API and exports all ask here. */
import { emptyDeal } from './deal.ts';
import type { Recorded, RoomEvent } from './events.ts';
import type { ThreadId } from './ids.ts';
import { materialsFor } from './materials.ts';
import type { Side } from './people.ts';
import type { RoomState } from './room.ts';
import { facing } from './shelf.ts';
import { stakeholdersForCustomer } from './stakeholders.ts';

export type Audience = 'all' | 'seller';

const INTERNAL = ':internal';

export const ROOM_THREAD = 'room' as ThreadId;

/** The internal twin of a thread: its notes never leave the seller side. */
export const internalOf = (thread: ThreadId): ThreadId => (thread.endsWith(INTERNAL) ? thread : (`${thread}${INTERNAL}` as ThreadId));
export const sharedOf = (thread: ThreadId): ThreadId =>
  thread.endsWith(INTERNAL) ? (thread.slice(0, -INTERNAL.length) as ThreadId) : thread;
export const audienceOfThread = (thread: ThreadId): Audience => (thread.endsWith(INTERNAL) ? 'seller' : 'all');

/** Whom an event is for. Exhaustive: a new event does not compile until this is said. */
export function audienceOf(event: RoomEvent): Audience {
  switch (event.type) {
    case 'comment.posted':
    case 'comment.edited':
    case 'comment.deleted':
    case 'comment.restored':
    case 'comment.reacted':
      return audienceOfThread(event.thread);
    case 'material.added':
    case 'material.versioned':
    case 'material.changed':
    case 'material.moved':
    case 'material.removed':
    case 'material.restored':
    case 'section.renamed':
      return event.audience;
    case 'mail.held':
    case 'mail.settled':
    case 'participant.troubled':
    case 'deal.changed':
    case 'deal.staged':
    case 'deal.ruled':
    case 'deal.claimed':
    case 'deal.cited':
    case 'deal.uncited':
    case 'admin.ruleSet':
    case 'material.kept':
    case 'stakeholder.cast':
    case 'room.archived':
    case 'room.unarchived':
    case 'room.deleted':
    case 'room.undeleted':
      return 'seller';
    case 'reflection.answered':
      return event.side === 'seller' ? 'seller' : 'all';
    case 'material.shared':
    case 'material.withdrawn':
    case 'section.ordered':
    case 'reading.allowed':
    case 'reflection.asked':
    case 'reflection.withdrawn':
    case 'room.imported':
    case 'room.opened':
    case 'room.renamed':
    case 'admin.accountNamed':
    case 'room.accountNamed':
    case 'room.codeRuled':
    case 'participant.added':
    case 'participant.invited':
    case 'participant.joined':
    case 'participant.left':
    case 'participant.erased':
    case 'participant.described':
    case 'participant.located':
    case 'placeholder.added':
    case 'placeholder.changed':
    case 'placeholder.removed':
    case 'placeholder.restored':
    case 'newcomer.brought':
    case 'newcomer.wrote':
    case 'newcomer.forgotten':
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
    case 'task.reopened':
    case 'task.removed':
    case 'task.restored':
    case 'plan.confirmed':
    case 'plan.unconfirmed':
    case 'plan.turned':
    case 'task.proposed':
    case 'proposal.settled':
    case 'objection.raised':
    case 'objection.answered':
    case 'objection.reopened':
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
    case 'meeting.proposed':
    case 'meeting.picked':
    case 'meeting.answered':
    case 'meeting.countered':
    case 'meeting.counterDropped':
    case 'meeting.described':
    case 'meeting.attended':
    case 'meeting.cancelled':
    case 'meeting.restored':
      return 'all';
  }
}

export const maySee = (side: Side, audience: Audience): boolean => audience === 'all' || side === 'seller';
export const maySeeThread = (side: Side, thread: ThreadId): boolean => maySee(side, audienceOfThread(thread));

/** The events that a side may see. What is dropped still counts in `seq`, so numbers may jump. */
export const visible = (side: Side, events: Recorded[]): Recorded[] => events.filter((one) => maySee(side, one.audience));

/** The state as a side may see it: what `apply` over `visible` events would have given, and no more. */
export function viewFor(side: Side, state: RoomState): RoomState {
  if (side === 'seller') return state;
  return {
    ...state,
    room: state.room && facing(state.room),
    people: Object.fromEntries(Object.entries(state.people).map(([id, one]) => [id, { ...one, trouble: null }])),
    threads: Object.fromEntries(Object.entries(state.threads).filter(([thread]) => maySeeThread(side, thread as ThreadId))),
    files: state.files.filter((file) => maySeeThread(side, file.thread)),
    materials: materialsFor(side, state.materials),
    stakeholders: stakeholdersForCustomer(state.stakeholders),
    held: {},
    lines: { ...state.lines, seller: [] },
    deal: emptyDeal,
    reflection: {
      ...state.reflection,
      answers: Object.fromEntries(Object.entries(state.reflection.answers).filter(([, one]) => one.side === 'customer')),
    },
  };
}
