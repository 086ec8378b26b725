/** Who should hear of an event by mail, why, and how soon. Pure: the room sends, the wording is in emails/. */
import { internalOf, maySee, maySeeThread } from './audience.ts';
import type { Recorded } from './events.ts';
import type { ParticipantId, TaskId, ThreadId, ValueLineId } from './ids.ts';
import { ROOM_THREAD } from './audience.ts';
import { askerOf, objectionOf } from './objections.ts';
import { attends, meetingOf, timeOf } from './meetings.ts';
import { present, type Participant } from './people.ts';
import type { Task } from './plan.ts';
import type { RoomState } from './room.ts';
import { thingOf } from './things.ts';
import type { ValueLine } from './value.ts';

export type NoticeKind =
  | 'invitation'
  | 'mention'
  | 'assigned'
  | 'comment'
  | 'completed'
  | 'reopened'
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
  assigned: 120,
  comment: 120,
  completed: 120,
  reopened: 120,
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

/** What heads a mail of several kinds, first: what is asked of its reader, then what has changed, then what was said about it. */
export const HEADS: NoticeKind[] = [
  'invitation',
  'check',
  'reminder',
  'reflection',
  'mention',
  'answer',
  'proposed',
  'assigned',
  'objection',
  'value',
  'completed',
  'reopened',
  'accepted',
  'declined',
  'changed',
  'comment',
  'material',
];

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

const askedBy = (task: Task): ParticipantId[] => (task.addedBy === 'system' ? [] : [task.addedBy]);

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
      // Whoever asked for it counts on the day and on the person, whether or not it is theirs to do.
      if (task && (event.owners !== undefined || event.due !== undefined || event.title !== undefined))
        for (const one of told([...task.owners, ...askedBy(task)])) tell(one, 'changed', thread);
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
      for (const one of task ? [...task.owners, ...askedBy(task)] : []) tell(one, 'completed', thread);
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
      if (!task) break;
      if (task.kind !== 'objection') {
        for (const one of [...task.owners, ...askedBy(task)]) tell(one, 'reopened', thread(event.task));
        break;
      }
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

interface Told {
  seq: number;
  kind: NoticeKind;
}

/**
 * What is still news of one thread for somebody when its mail goes out, of notices in their order: what was taken back
 * meanwhile is not told, nor that it was, and words that became a question are told as that question.
 */
export function stillNews<N extends Told>(
  state: RoomState,
  to: Participant,
  thread: ThreadId,
  notices: N[],
  recordedAt: (seq: number) => Recorded | undefined,
): N[] {
  const task = state.plan.tasks[thread as string as TaskId];
  const isDone = task !== undefined && task.completedAt !== null;
  const closed = notices.find((one) => one.kind === 'completed')?.seq ?? Infinity;
  const isUnsaid = isNumberAsBefore(state.value.lines[thread as string as ValueLineId], notices, recordedAt);
  return notices.filter(({ seq, kind }) => {
    switch (kind) {
      case 'completed':
        return isDone;
      // Whoever never heard that it was done need not hear that it is not.
      case 'reopened':
      case 'objection':
        return !isDone && seq < closed;
      case 'value':
        return !isUnsaid;
      case 'comment':
        return !isToldAsQuestion(state, to, thread, recordedAt(seq));
      default:
        return true;
    }
  });
}

/** Whether a line's number was set and set back since the first of these notices, or asked for and no more. */
function isNumberAsBefore(line: ValueLine | undefined, notices: Told[], recordedAt: (seq: number) => Recorded | undefined): boolean {
  const first = recordedAt(notices.find((one) => one.kind === 'value')?.seq ?? 0);
  if (!line?.owner || line.proposal || (first?.event.type !== 'value.numbered' && first?.event.type !== 'value.proposed')) return false;
  const now = { number: line.number, ...line.owner };
  const before = [...line.earlier, now].findLast((one) => one.at < first.at);
  return before !== undefined && before.by === now.by && JSON.stringify(before.number) === JSON.stringify(now.number);
}

function isToldAsQuestion(state: RoomState, to: Participant, thread: ThreadId, said: Recorded | undefined): boolean {
  if (said?.event.type !== 'comment.posted') return false;
  const { comment } = said.event;
  return Object.keys(state.objections).some((id) => {
    const question = objectionOf(state, state.plan.tasks[id as TaskId]);
    if (question?.comment !== comment || question.task.removed || id === (thread as string)) return false;
    const { owners } = question.task;
    return askerOf(state, question).side !== to.side && (owners.length === 0 || owners.includes(to.id));
  });
}
