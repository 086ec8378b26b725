/** Threads and comments. A thread hangs on the room or on a thing in it (things.ts); its internal twin is the seller side's alone. */
import type { Recorded } from './events.ts';
import type { CommentId, FileId, ParticipantId, ThreadId } from './ids.ts';
import type { RoomState } from './room.ts';
import { thingOf } from './things.ts';

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

/** The ways to answer without words: few, so that each keeps its meaning. Their signs are in the page. */
export const reactions = ['thumb', 'heart', 'party', 'eyes', 'tick', 'ask'] as const;
export type Reaction = (typeof reactions)[number];

export interface Comment {
  id: CommentId;
  thread: ThreadId;
  seq: number;
  at: string;
  by: ParticipantId;
  via: 'app' | 'mail' | 'api' | 'system';
  /** Markdown. Empty in what is shown once deleted. */
  body: string;
  mentions: ParticipantId[];
  files: FileFact[];
  /** The inbound mail it came by: its original is one press away. */
  mail: string | null;
  /** ISO instant of the last edit: earlier wordings are kept. */
  editedAt: string | null;
  /** ISO instant of its deletion; the trace of it stays. */
  deletedAt: string | null;
  /** Who answered with which sign, in the order they did. A sign that nobody gave is absent. */
  reactions: Partial<Record<Reaction, ParticipantId[]>>;
}

/** One wording of a comment that was edited. */
export interface Wording {
  at: string;
  body: string;
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
  /** `files`: those it had, which go with it. */
  | { type: 'comment.deleted'; comment: CommentId; thread: ThreadId; files: FileId[] }
  /** Brings back what a deletion took, for whoever no longer has it. */
  | { type: 'comment.restored'; comment: CommentId; thread: ThreadId; body: string; files: FileFact[] }
  | { type: 'comment.reacted'; comment: CommentId; thread: ThreadId; reaction: Reaction; on: boolean };

export const threadExists = (state: RoomState, thread: ThreadId): boolean => thingOf(state, thread) !== undefined;

export function applyThreads(threads: RoomState['threads'], recorded: Recorded<DiscussionEvent>): RoomState['threads'] {
  const { event, seq, at, by } = recorded;
  const before = threads[event.thread] ?? { count: 0, lastSeq: 0, lastAt: at, voices: [] };
  const counted = (count: number) => ({ ...threads, [event.thread]: { ...before, count } });
  switch (event.type) {
    case 'comment.posted': {
      const voices = by === 'system' || before.voices.includes(by) ? before.voices : [...before.voices, by];
      return { ...threads, [event.thread]: { count: before.count + 1, lastSeq: seq, lastAt: at, voices } };
    }
    case 'comment.deleted':
      return counted(Math.max(0, before.count - 1));
    case 'comment.restored':
      return counted(before.count + 1);
    case 'comment.edited':
    case 'comment.reacted':
      return threads;
  }
}

/** The room's files after an event: what it brought, newest last, without what it took away. */
export function applyFiles(files: RoomFile[], recorded: Recorded<DiscussionEvent>): RoomFile[] {
  const { event, at, by } = recorded;
  if (event.type === 'comment.deleted') {
    const gone = event.files;
    return gone.length > 0 ? files.filter((one) => one.thread !== event.thread || !gone.includes(one.id)) : files;
  }
  if ((event.type !== 'comment.posted' && event.type !== 'comment.restored') || by === 'system' || event.files.length === 0) return files;
  return [...files, ...event.files.map((file) => ({ ...file, thread: event.thread, by, at }))];
}

/** A window of one thread's comments, brought up to date by an event. Used by the room's reads and by the browser. */
export function applyComments(comments: Comment[], recorded: Recorded): Comment[] {
  const { event, seq, at, by, via } = recorded;
  const changed = (id: CommentId, change: (one: Comment) => Partial<Comment>) =>
    comments.map((one) => (one.id === id ? { ...one, ...change(one) } : one));
  switch (event.type) {
    case 'comment.posted': {
      if (by === 'system' || comments.some((one) => one.id === event.comment)) return comments;
      const { type: _, comment: id, ...rest } = event;
      return [...comments, { id, ...rest, seq, at, by, via, editedAt: null, deletedAt: null, reactions: {} }];
    }
    case 'comment.edited':
      return changed(event.comment, () => ({ body: event.body, editedAt: at }));
    case 'comment.deleted':
      return changed(event.comment, () => ({ deletedAt: at }));
    case 'comment.restored':
      return changed(event.comment, () => ({ deletedAt: null, body: event.body, files: event.files }));
    case 'comment.reacted':
      return by === 'system' ? comments : changed(event.comment, (one) => ({ reactions: withReaction(one.reactions, by, event) }));
    default:
      return comments;
  }
}

function withReaction(
  before: Comment['reactions'],
  by: ParticipantId,
  { reaction, on }: { reaction: Reaction; on: boolean },
): Comment['reactions'] {
  const { [reaction]: gave = [], ...others } = before;
  const without = gave.filter((one) => one !== by);
  const now = on ? (gave.includes(by) ? gave : [...gave, by]) : without;
  return now.length > 0 ? { ...others, [reaction]: now } : others;
}

/** A comment as anybody may be shown it: of a deleted one only the trace. */
export const shown = (one: Comment): Comment =>
  one.deletedAt === null ? one : { ...one, body: '', files: [], mentions: [], mail: null, reactions: {} };
