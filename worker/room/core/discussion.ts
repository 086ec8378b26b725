/** Threads and comments. A thread hangs on the room or on a task; its internal twin is the seller side's alone. */
import { audienceOfThread, maySeeThread, ROOM_THREAD, sharedOf } from './audience.ts';
import type { DiscussionCommand } from './commands.ts';
import { type Decision, type Facts, happened } from './decision.ts';
import type { Recorded } from './events.ts';
import type { CommentId, FileId, ParticipantId, TaskId, ThreadId } from './ids.ts';
import { bringIn, type Participant } from './people.ts';
import { can } from './permissions.ts';
import { refuse } from './refusal.ts';
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
  return shared === ROOM_THREAD || state.plan.tasks[shared as string as TaskId] !== undefined;
};

export function decideDiscussion(state: RoomState, who: Participant, command: DiscussionCommand, facts: Facts): Decision {
  if (!maySeeThread(who.side, command.thread) || !threadExists(state, command.thread)) return refuse('not_found', 'no_such_thread');
  if (!can.comment(who, audienceOfThread(command.thread))) return refuse('forbidden', 'not_for_your_side');

  switch (command.type) {
    case 'comment.post': {
      if (command.body.trim() === '' && command.files.length === 0) return refuse('invalid', 'empty_comment', 'body');
      const brought = bringIn(state, who, command.invite, facts);
      if (!brought.ok) return brought;
      const files: FileFact[] = [];
      for (const id of command.files) {
        const staged = facts.staged[id];
        if (!staged || staged.by !== who.id) return refuse('not_found', 'no_such_file', 'files');
        const { by: _, ...fact } = staged;
        files.push(fact);
      }
      const invited = command.invite.map((one) => one.participant);
      const mentions = command.mentions.filter((id) => {
        const one = state.people[id];
        // An internal note never calls a customer: they could not see what they were called to.
        return invited.includes(id) || (one && one.status !== 'left' && maySeeThread(one.side, command.thread));
      });
      return happened(...brought.events, {
        type: 'comment.posted',
        comment: command.comment,
        thread: command.thread,
        body: command.body,
        mentions: [...new Set([...mentions, ...invited])],
        files,
        mail: command.mail,
      });
    }
    case 'comment.edit':
    case 'comment.delete': {
      // The room looks the comment's author up before deciding; the browser knows it from the page.
      if (command.author !== who.id) return refuse('forbidden', 'not_your_comment');
      const { comment, thread } = command;
      return happened(
        command.type === 'comment.edit'
          ? { type: 'comment.edited', comment, thread, body: command.body }
          : { type: 'comment.deleted', comment, thread },
      );
    }
  }
}

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
