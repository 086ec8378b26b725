/** What a room and a browser say to each other over the socket. JSON, one message a frame. */
import type { Comment } from './discussion.ts';
import type { CommandInput } from './commands.ts';
import type { Recorded } from './events.ts';
import type { CommentId, ParticipantId, ThreadId } from './ids.ts';
import type { QuietHours } from './quiet-hours.ts';
import type { Refusal } from './refusal.ts';
import type { RoomState } from './room.ts';
import type { TextId } from './texts.ts';

/** Raised when old browsers can't follow any more; they reload. */
export const PROTOCOL = 1;

/** A frame from a browser is at most this many bytes. */
export const MAX_FRAME = 64 * 1024;

export interface Presence {
  participant: ParticipantId;
  /** The thread they look at, if any. */
  at: ThreadId | null;
  typing: boolean;
}

/** A look at a file or a link of the room, by somebody of the customer's side. */
export interface Opening {
  participant: ParticipantId;
  /** A file's id, or a link's material and version: `subjectOf` in materials.ts. */
  subject: string;
  how: 'opened' | 'downloaded';
  /** ISO instant. */
  at: string;
  /** Whole minutes of reading; always 0 unless that person lets it be recorded. */
  minutes: number;
}

/** How somebody takes part: when they were last heard of, and whether by the page, by mail, or not yet. */
export interface Whereabouts {
  /** ISO instant; null for whoever has not been here yet. */
  at: string | null;
  page: boolean;
  mail: boolean;
  /** Their last summary: its day, and whether there was anything to say. For sellers. */
  summary?: { day: string; sent: boolean };
}

export type ToRoom =
  | { type: 'command'; id: string; command: CommandInput }
  | { type: 'seen'; thread: ThreadId; seq: number }
  | { type: 'here'; at: ThreadId | null; typing: boolean }
  /** To write a text together with others. `vector`: what one has of it (Yjs state vector, base64), if anything. */
  | { type: 'text.open'; text: TextId; vector: string | null }
  /** A Yjs update, base64. Answered by `text.kept` or `text.refused`, in order. */
  | { type: 'text.edit'; text: TextId; update: string }
  | { type: 'text.close'; text: TextId };

export type FromRoom =
  /** Everything, when the gap is too wide to fill with events. */
  | { type: 'snapshot'; view: RoomView }
  /** In order; `html` is the rendered body of comments whose Markdown is more than plain words. */
  | { type: 'events'; events: Recorded[]; html: Record<string, string> }
  | { type: 'accepted'; id: string; seq: number }
  | { type: 'refused'; id: string; refusal: Refusal }
  | { type: 'seen'; seen: Record<ThreadId, number> }
  /** Somebody else has read a thread that is before one's eyes up to here. */
  | { type: 'read'; thread: ThreadId; participant: ParticipantId; seq: number }
  | { type: 'presence'; here: Presence[] }
  | { type: 'mailed'; mailed: Record<ParticipantId, number> }
  /** A text that was opened: what the reader lacks of it, what the room has, and who writes. */
  | { type: 'text.is'; text: TextId; update: string; vector: string; people: ParticipantId[] }
  | { type: 'text.edited'; text: TextId; update: string }
  | { type: 'text.kept'; text: TextId }
  | { type: 'text.refused'; text: TextId; refusal: Refusal }
  | { type: 'text.people'; text: TextId; people: ParticipantId[] }
  /** To those who may know: somebody opened something just now. */
  | { type: 'opened'; opening: Opening };

/** What opens a room: the state as the reader may see it, who they are, and what they have read. */
export interface RoomView {
  protocol: number;
  state: RoomState;
  me: ParticipantId;
  /** The last sequence number that the reader saw in each thread. */
  seen: Record<ThreadId, number>;
  here: Presence[];
  /** How many mails each customer has had this week. For sellers. */
  mailed?: Record<ParticipantId, number>;
  /** When mails rest, by each reader's own clock; absent where they never do. */
  quiet?: QuietHours;
}

/** A page of one thread, oldest first. `before` pages further back, `after` further on; null when there is no more. */
export interface ThreadPage {
  comments: Comment[];
  html: Record<string, string>;
  before: number | null;
  after: number | null;
  /** How far each of the others has read here. */
  read: Record<ParticipantId, number>;
}

/** Where in a thread a page is cut: its end, what stands before or after a sequence number, or around a comment. */
export type Where = { before: number } | { after: number } | { at: CommentId } | null;

/** Close codes after which a browser must not reconnect by itself. */
export const CLOSE = { signIn: 4401, left: 4403, reload: 4409, tooMuch: 4429, badFrame: 4400 } as const;
