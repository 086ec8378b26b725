/** What deciding a command gives: the events that happened (none if it was already so), or a refusal. */
import type { RoomEvent } from './events.ts';
import type { CommentId, FileId, HeldMailId, ParticipantId, PersonId } from './ids.ts';
import type { Comment, FileFact } from './discussion.ts';
import type { HeldMail } from './held-mail.ts';
import type { Refusal } from './refusal.ts';

export type Decision = { ok: true; events: RoomEvent[] } | { ok: false; refusal: Refusal };

export const happened = (...events: RoomEvent[]): Decision => ({ ok: true, events });

/** What the core must be told because it cannot look: it has no clock, no storage and no directory. */
export interface Facts {
  /** ISO instant. */
  at: string;
  /** Seller-side colleagues by address, looked up before deciding. */
  colleagues: Record<string, PersonId>;
  /** Files uploaded and not yet used, by their uploader. */
  staged: Record<FileId, FileFact & { by: ParticipantId }>;
  /** Addresses that were asked once and have not answered, and those that said no: none of them is written to again. */
  asked?: ReadonlySet<string>;
  declined?: ReadonlySet<string>;
  /** The comments that the command speaks about, whole, deleted ones too. */
  comments?: Record<CommentId, Comment>;
}

export const noFacts = (at: string): Facts => ({ at, colleagues: {}, staged: {} });
export type { HeldMail, HeldMailId };
