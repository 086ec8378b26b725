/** A small named cast: 李丹 and 周航 sell, Chen and Zhao buy. `roomWhere` builds any state from events. */
import { audienceOf } from '#core/audience.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import type {
  AccountId,
  CommentId,
  FileId,
  HeldMailId,
  MilestoneId,
  OpportunityId,
  ParticipantId,
  PersonId,
  RoomId,
  TaskId,
  ThreadId,
  WorkspaceId,
} from '#core/ids.ts';
import type { Participant, Side } from '#core/people.ts';
import { noFacts, type Facts } from '#core/decision.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';

/** A readable name as a well-formed id: `id('survey')` is always the same 26 characters. */
export const id = <Id extends string>(name: string): Id =>
  name
    .toLowerCase()
    .replace(/[^a-z2-7]/g, '')
    .padEnd(26, 'a')
    .slice(0, 26) as Id;

export const AT = '2026-11-23T08:00:00.000Z';
export const facts: Facts = noFacts(AT);

export const taskId = (name: string) => id<TaskId>(name);
export const threadOf = (name: string) => id<ThreadId>(name);
export const commentId = (name: string) => id<CommentId>(name);
export const fileId = (name: string) => id<FileId>(name);
export const heldId = (name: string) => id<HeldMailId>(name);
export const milestoneId = (name: string) => id<MilestoneId>(name);

const person = (name: string, side: Side, email: string, zone: string): Participant => ({
  id: id<ParticipantId>(name),
  side,
  name,
  email,
  locale: side === 'seller' ? 'zh-CN' : 'en',
  zone,
  status: 'joined',
  broughtBy: null,
  through: 'app',
  person: side === 'seller' ? id<PersonId>(`person${name}`) : null,
  mail: 'each',
  trouble: null,
});

export const lidan = person('lidan', 'seller', 'lidan@yuncang.example', 'Asia/Shanghai');
export const zhou = person('zhou', 'seller', 'zhou@yuncang.example', 'Asia/Shanghai');
export const chen = person('chen', 'customer', 'chen@corp.example', 'Europe/Berlin');
export const zhao = person('zhao', 'customer', 'zhao@corp.example', 'Europe/Berlin');

export const room = id<RoomId>('room');
export const opened: RoomEvent = {
  type: 'room.opened',
  room,
  workspace: id<WorkspaceId>('workspace'),
  workspaceName: 'Yuncang',
  account: id<AccountId>('account'),
  accountName: 'Corp',
  opportunity: id<OpportunityId>('opportunity'),
  name: 'Corp · Trial',
  demo: false,
};

export const added = (one: Participant): RoomEvent => ({
  type: 'participant.added',
  participant: one.id,
  side: one.side,
  name: one.name,
  email: one.email,
  locale: one.locale,
  zone: one.zone,
  person: one.person,
  through: 'app',
  broughtBy: null,
});
export const joined = (one: Participant): RoomEvent => ({ type: 'participant.joined', participant: one.id });

export const task = (
  name: string,
  owners: Participant[] = [],
  due: { date: string; time: string | null; zone: string } | null = null,
): RoomEvent => ({
  type: 'task.added',
  task: taskId(name),
  title: name,
  kind: 'task',
  owners: owners.map((one) => one.id),
  due,
  milestone: null,
  description: '',
});

export const said = (by: string, thread: string, body = 'hello'): RoomEvent => ({
  type: 'comment.posted',
  comment: commentId(by + thread),
  thread: thread as ThreadId,
  body,
  mentions: [],
  files: [],
  mail: null,
});

/** Records events as a room would: numbered, with their audience. */
export function record(events: RoomEvent[], by: Participant | 'system' = lidan, from = 0): Recorded[] {
  return events.map((event, index) => ({
    seq: from + index + 1,
    at: AT,
    by: by === 'system' ? by : by.id,
    via: 'app',
    audience: audienceOf(event),
    event,
  }));
}

/** A room with its four people in it, after these events. */
export const roomWhere = (...events: RoomEvent[]): RoomState =>
  record([opened, ...[lidan, zhou, chen, zhao].flatMap((one) => [added(one), joined(one)]), ...events]).reduce(apply, emptyRoom);
