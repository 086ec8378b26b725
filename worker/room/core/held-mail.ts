/** Mail that came for a room and could not be posted in somebody's name: kept where the seller sees it. */
import type { CommentId, HeldMailId, ThreadId } from './ids.ts';
import type { RoomState } from './room.ts';

/** Why a mail is not posted; its sender is told. */
export const rejectReasons = [
  'unknown_token',
  'other_sender',
  'not_authenticated',
  'empty',
  'too_large',
  'unreadable',
  'encrypted',
  'two_senders',
  'left',
  'deleted',
  'refused',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** Or somebody in copy may be no colleague. */
export const heldReasons = [...rejectReasons, 'colleague'] as const;
export type HeldReason = (typeof heldReasons)[number];

export interface HeldMail {
  id: HeldMailId;
  reason: HeldReason;
  from: string;
  subject: string;
  text: string;
  thread: ThreadId;
  at: string;
  settled: 'dismissed' | 'posted' | null;
}

export type HeldMailEvent =
  | { type: 'mail.held'; held: HeldMailId; reason: HeldReason; from: string; subject: string; text: string; thread: ThreadId }
  | { type: 'mail.settled'; held: HeldMailId; how: 'dismissed' | 'posted' };

export function applyHeldMail(held: RoomState['held'], event: HeldMailEvent, at: string): RoomState['held'] {
  if (event.type === 'mail.held') {
    const { type: _, held: id, ...rest } = event;
    return { ...held, [id]: { id, ...rest, at, settled: null } };
  }
  // Settled mail leaves the live state; the history and the stored original keep it.
  const { [event.held]: _, ...rest } = held;
  return rest;
}

/** The comment that a released mail becomes, in its sender's name. */
export const releasedComment = (held: HeldMail, comment: CommentId) => ({
  type: 'comment.post' as const,
  comment,
  thread: held.thread,
  body: held.text,
  mentions: [],
  files: [],
  invite: [],
  mail: held.id as string,
});
