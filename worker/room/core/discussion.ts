/** Threads and comments. A thread hangs on the room or on a task; its internal twin is the seller side's alone. */
import { ROOM_THREAD, sharedOf } from './audience.ts';
import type { Recorded } from './events.ts';
import type { CommentId, FileId, ParticipantId, TaskId, ThreadId, ValueLineId } from './ids.ts';
import type { RoomState } from './room.ts';

export interface FileFact {
  id: FileId;
  name: string;
  /** Bytes. */
  size: number;
  /** Media type as sniffed from the bytes, not as claimed. */
  type: string;
}

/** A file where it stands: which thread shows it, whose it is. */
export interface RoomFile extends FileFact {
  thread: ThreadId;
  by: ParticipantId;
  at: string;
}

export interface Comment {
  id: CommentId;
  thread: ThreadId;
  seq: number;
  at: string;
  by: ParticipantId;
  via: 'app' | 'mail' | 'api' | 'system';
  /** Markdown. Empty once deleted. */
  body: string;
  mentions: ParticipantId[];
  files: FileFact[];
  /** The inbound mail it came by: its original is one press away. */
  mail: string | null;
  editedAt: string | null;
  deleted: boolean;
}

export interface ThreadSummary {
  count: number;
  lastSeq: number;
  lastAt: string;
  /** Those who spoke, so that they hear the answer. */
  voices: ParticipantId[];
}

export type DiscussionEvent =
  | {
      type: 'comment.posted';
      comment: CommentId;
      thread: ThreadId;
      body: string;
      mentions: ParticipantId[];
      files: FileFact[];
      mail: string | null;
    }
  | { type: 'comment.edited'; comment: CommentId; thread: ThreadId; body: string }
  | { type: 'comment.deleted'; comment: CommentId; thread: ThreadId };

export const threadExists = (state: RoomState, thread: ThreadId): boolean => {
  const shared = sharedOf(thread);
  return (
    shared === ROOM_THREAD ||
    state.plan.tasks[shared as string as TaskId] !== undefined ||
    state.value.lines[shared as string as ValueLineId] !== undefined
  );
};

export function applyThreads(threads: RoomState['threads'], recorded: Recorded<DiscussionEvent>): RoomState['threads'] {
  const { event, seq, at, by } = recorded;
  if (event.type !== 'comment.posted') return threads;
  const before = threads[event.thread] ?? { count: 0, lastSeq: 0, lastAt: at, voices: [] };
  const voices = by === 'system' || before.voices.includes(by) ? before.voices : [...before.voices, by];
  return { ...threads, [event.thread]: { count: before.count + 1, lastSeq: seq, lastAt: at, voices } };
}

/** The files that an event brought, newest last. */
export function filesOf(recorded: Recorded<DiscussionEvent>): RoomFile[] {
  const { event, at, by } = recorded;
  if (event.type !== 'comment.posted' || by === 'system') return [];
  return event.files.map((file) => ({ ...file, thread: event.thread, by, at }));
}

/** A window of one thread's comments, brought up to date by an event. Used by the room's reads and by the browser. */
export function applyComments(comments: Comment[], recorded: Recorded): Comment[] {
  const { event, seq, at, by, via } = recorded;
  switch (event.type) {
    case 'comment.posted': {
      if (by === 'system' || comments.some((one) => one.id === event.comment)) return comments;
      const { type: _, comment: id, ...rest } = event;
      return [...comments, { id, ...rest, seq, at, by, via, editedAt: null, deleted: false }];
    }
    case 'comment.edited':
      return comments.map((one) => (one.id === event.comment ? { ...one, body: event.body, editedAt: at } : one));
    case 'comment.deleted':
      return comments.map((one) => (one.id === event.comment ? { ...one, body: '', files: [], deleted: true } : one));
    default:
      return comments;
  }
}
