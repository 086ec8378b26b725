/** Who should hear of an event by mail, why, and how soon. Pure: the room sends, the wording is in emails/. */
import { internalOf, maySee, maySeeThread } from './audience.ts';
import type { Recorded } from './events.ts';
import type { ParticipantId, TaskId, ThreadId } from './ids.ts';
import { ROOM_THREAD } from './audience.ts';
import { objectionOf } from './objections.ts';
import { attends, meetingOf, timeOf } from './meetings.ts';
import { present, type Participant } from './people.ts';
import type { RoomState } from './room.ts';
import { thingOf } from './things.ts';

export type NoticeKind =
  | 'invitation'
  | 'mention'
  | 'assigned'
  | 'comment'
  | 'completed'
  | 'changed'
  | 'material'
  | 'value'
  | 'objection'
  | 'answer'
  | 'proposed'
  | 'accepted'
  | 'declined'
  | 'check'
  | 'reminder'
  | 'reflection';

export interface Notice {
  to: ParticipantId;
  kind: NoticeKind;
  thread: ThreadId;
  seq: number;
}

/** Seconds from an event until its mail: a burst in that time becomes one mail. */
export const WINDOW: Record<NoticeKind, number> = {
  invitation: 0,
  mention: 20,
  assigned: 20,
  comment: 120,
  completed: 120,
  changed: 120,
  material: 120,
  value: 120,
  objection: 20,
  answer: 20,
  proposed: 20,
  accepted: 120,
  declined: 120,
  check: 0,
  reminder: 0,
  reflection: 120,
};

const personal: ReadonlySet<NoticeKind> = new Set([
  'invitation',
  'mention',
  'assigned',
  'answer',
  'proposed',
  'accepted',
  'declined',
  'check',
  'reminder',
  'reflection',
]);

/** Whether a person's own wish lets this mail through. */
export function wanted(to: Participant, kind: NoticeKind): boolean {
  if (to.status === 'added' || to.status === 'left' || to.trouble === 'bounced' || to.trouble === 'complained') return false;
  if (kind === 'invitation') return true;
  return to.mail === 'each' || (to.mail === 'mine' && personal.has(kind));
}

/** Whether their calendar tells them of this task: then a mail about it would say the same twice. */
function hasEntry(state: RoomState, id: TaskId, who: ParticipantId): boolean {
  const task = state.plan.tasks[id];
  return task !== undefined && timeOf(task, meetingOf(state, id)) !== null && attends(state, task, who);
}

/** The notices that an event causes, in the state after it. Never to the one who did it, never across the audience. */
export function noticesOf(state: RoomState, recorded: Recorded): Notice[] {
  const { event, by, seq, audience } = recorded;
  const notices = new Map<ParticipantId, Notice>();
  const tell = (to: ParticipantId, kind: NoticeKind, thread: ThreadId) => {
    const one = state.people[to];
    if (!one || to === by || notices.has(to) || !maySee(one.side, audience) || !maySeeThread(one.side, thread) || !wanted(one, kind))
      return;
    notices.set(to, { to, kind, thread, seq });
  };

  const thread = (about: string) => about as ThreadId;

  switch (event.type) {
    case 'participant.invited':
      tell(event.participant, 'invitation', ROOM_THREAD);
      break;
    case 'task.added':
      for (const owner of event.owners.filter((id) => !hasEntry(state, event.task, id)))
        tell(owner, 'assigned', event.task as string as ThreadId);
      break;
    case 'task.changed': {
      const task = state.plan.tasks[event.task];
      const thread = event.task as string as ThreadId;
      const told = (ids: ParticipantId[]) => ids.filter((id) => !hasEntry(state, event.task, id));
      if (event.owners) for (const owner of told(event.owners)) tell(owner, 'assigned', thread);
      else if (event.due !== undefined || event.title !== undefined)
        for (const owner of told(task?.owners ?? [])) tell(owner, 'changed', thread);
      break;
    }
    // Many dates, one word to each who has to do with them.
    case 'plan.shifted':
      for (const moved of event.tasks)
        for (const owner of state.plan.tasks[moved.task]?.owners ?? []) tell(owner, 'changed', moved.task as string as ThreadId);
      break;
    case 'task.completed': {
      const task = state.plan.tasks[event.task];
      const thread = event.task as string as ThreadId;
      for (const owner of task?.owners ?? []) tell(owner, 'completed', thread);
      if (task && task.addedBy !== 'system') tell(task.addedBy, 'completed', thread);
      const answered = state.objections[event.task]?.answer?.by;
      if (answered && answered !== 'system') tell(answered, 'completed', thread);
      break;
    }
    case 'task.proposed':
      for (const owner of state.plan.tasks[event.task]?.owners ?? []) tell(owner, 'proposed', thread(event.task));
      break;
    case 'proposal.settled':
      if (event.how === 'accepted' || event.how === 'declined') tell(event.proposer, event.how, thread(event.task));
      break;
    case 'objection.raised': {
      const task = state.plan.tasks[event.task];
      const side = state.people[event.asker]?.side;
      // It is the other side's to answer: its owners, or all of it while it is nobody's.
      if (!task?.owners.length) for (const one of present(state)) if (one.side !== side) tell(one.id, 'objection', thread(event.task));
      break;
    }
    case 'objection.answered': {
      const objection = objectionOf(state, state.plan.tasks[event.task]);
      if (objection && objection.asker !== 'system') tell(objection.asker, 'answer', thread(event.task));
      break;
    }
    case 'objection.reopened':
    case 'task.reopened': {
      const task = state.plan.tasks[event.task];
      if (task?.kind !== 'objection') break;
      for (const owner of task.owners) tell(owner, 'objection', thread(event.task));
      for (const voice of state.threads[thread(event.task)]?.voices ?? []) tell(voice, 'objection', thread(event.task));
      break;
    }
    case 'value.added':
    case 'value.numbered':
    case 'value.proposed':
    case 'value.accepted':
    case 'value.declined': {
      // What one side thinks it is worth, the other should hear; it can answer with a number of its own.
      const side = by === 'system' ? undefined : state.people[by]?.side;
      for (const one of present(state)) if (one.side !== side) tell(one.id, 'value', thread(event.line));
      break;
    }
    case 'comment.posted': {
      for (const mentioned of event.mentions) tell(mentioned, 'mention', event.thread);
      const concerns = thingOf(state, event.thread)?.concerns ?? [];
      // A room's own thread is everybody's; a thing's is that of whom it concerns and of those who spoke in it.
      for (const one of concerns === 'everyone' ? present(state).map(({ id }) => id) : concerns) tell(one, 'comment', event.thread);
      for (const voice of state.threads[event.thread]?.voices ?? []) tell(voice, 'comment', event.thread);
      break;
    }
    case 'material.added':
    case 'material.versioned':
    case 'material.shared': {
      // In the room's own thread, so that ten files are one mail. What answers a request is told as its completion.
      if (event.type === 'material.added' && event.for !== null) break;
      for (const one of present(state)) tell(one.id, 'material', audience === 'seller' ? internalOf(ROOM_THREAD) : ROOM_THREAD);
      break;
    }
    default:
  }
  return [...notices.values()];
}
