/** What each mail is about, in plain facts. Templates turn facts into words; nothing here is worded. */
import type { Due } from '#core/due.ts';
import type { RejectReason } from '#core/held-mail.ts';
import type { Slot } from '#core/meetings.ts';
import type { NoticeKind } from '#core/notices.ts';
import type { Locale, Side } from '#core/people.ts';
import type { Range, ValueNumber } from '#core/value.ts';

export interface Reader {
  name: string;
  locale: Locale;
  /** IANA zone: every time in the mail is the reader's. */
  zone: string;
  /** Whether that zone is only a guess: then a time says which it is. */
  zoneGuessed?: boolean;
}

/** What every mail knows. */
export interface Addressed {
  reader: Reader;
  /**
   * Names this very mail in its HTML, so that its quotation in an answer can be told from any other text.
   * Whoever sees a forwarded mail sees it: a hash of the reply token, not the token.
   */
  mark?: string;
}

/** Every mail that leaves a room says how to get in, how to get less, and that it can be answered. */
export interface Frame extends Addressed {
  roomName: string;
  workspaceName: string;
  /** Opens the room at the thing the mail is about. Absent for sellers' account mails. */
  url: string;
  /** The page where mail wishes are set; also behind List-Unsubscribe. */
  wishesUrl: string;
  /** Which mail of this week it is, for readers whose mails are counted. */
  budget?: { nth: number; cap: number };
}

export interface TaskFacts {
  /** Whether the task asks for a file. */
  asksFile?: boolean;
  title: string;
  due: Due | null;
  overdue: boolean;
  /** Neither is in need of a date or of an owner. */
  state?: 'done' | 'question' | 'answered';
  /** Names, or an empty list when nobody owns it yet. */
  owners: string[];
  /** Whether the reader is one of them. */
  mine: boolean;
  /** Empty for a reader who has no way in yet. */
  url: string;
  /** Where a one-word reply acts on it; absent where nothing is to be done by mail. */
  answers?: string;
}

export interface InvitationFacts extends Frame {
  /** Who asks: of the selling side, or a colleague of the reader's. */
  from: { name: string; email: string; side: Side };
  accountName: string;
  note: string;
  /** What is asked of the reader, earliest first. */
  asked: TaskFacts[];
  /** The next step of the selling side, so that the reader sees what they get. */
  offered: TaskFacts | null;
}

/** To somebody who was put in copy, and who is asked once whether they want to take part. */
export interface BroughtInFacts extends Addressed {
  roomName: string;
  workspaceName: string;
  accountName: string;
  from: { name: string; email: string };
  /** At most three things, the one that the mail was about first. */
  concerns: TaskFacts[];
  /** The address that answers it, without `mailto:`. */
  replyTo: string;
}

export interface SaidFacts {
  /** Who. */
  name: string;
  at: string;
  internal: boolean;
  /** Plain words, in full. */
  text: string;
  /** Rendered and sanitised HTML of the same, if its Markdown is more than plain words. It goes out as it is: no images. */
  html: string | null;
  files: { name: string; size: number; url: string }[];
}

/** A line of the value case. */
export interface ValueFacts {
  title: string;
  side: 'gain' | 'cost';
  currency: string;
  number: ValueNumber | null;
  /** What stood there before, if it was changed: the whole, or for each factor. */
  was: Range | null;
  factorsWere: (number | null)[];
  /** Whose number it is. */
  owner: string;
  source: string;
  proposal: { by: string; number: ValueNumber; note: string } | null;
  /** What a number in the reader's answer does. */
  answer: 'sets' | 'proposes';
  url: string;
}

/** A file or a link of the room, as one of its versions came. */
export interface MaterialFacts {
  /** Who brought it. */
  name: string;
  at: string;
  title: string;
  /** 1 for a new material. */
  version: number;
  /** Bytes; null for a link. */
  size: number | null;
  note: string;
  /** Opens the room where it is. */
  url: string;
}

/** A change that waits for the reader: the task's other facts are those that hold. */
export interface ProposalFacts {
  by: string;
  title: string | null;
  owners: string[] | null;
  /** Undefined when the date is not what is proposed. */
  due?: Due | null;
  /** Answers it, without `mailto:`. */
  replyTo: string;
}

/** "Is the plan still right?", asked of one person of each side when it is no longer sure. */
export interface PlanCheckFacts extends Frame {
  /** Who has not confirmed it, and since when (ISO instant); null if they never did. */
  sides: Side[];
  since: string | null;
  slipped: TaskFacts[];
  overdue: TaskFacts[];
  /** The step that "move to …" is about. */
  step: TaskFacts | null;
  /** Answers it, without `mailto:`. */
  replyTo: string;
}

/** The three questions when a deal has ended or rests. */
export interface ReflectionFacts extends Frame {
  side: Side;
}

/** What is due on the next working day, and what is over, of one person's tasks. */
export interface ReminderFacts extends Frame {
  tasks: TaskFacts[];
}

/** News of one thread since the last mail about it: a burst is one mail. */
export interface NewsFacts extends Frame {
  /** Why this reader gets it. */
  because: Exclude<NoticeKind, 'invitation' | 'check' | 'reminder' | 'reflection'>;
  /** Answers it, without `mailto:`. */
  replyTo: string;
  /** What somebody proposes for the reader's task, and where an "ok" accepts it. */
  proposal?: ProposalFacts | null;
  /** Who did the latest thing. */
  actor: string;
  task: TaskFacts | null;
  /** The line of the value case that it is about. */
  value?: ValueFacts | null;
  /** Files and links that came, or came anew, oldest first. */
  materials?: MaterialFacts[];
  description: string;
  said: SaidFacts[];
  /** Whether what is answered stays on the seller side. */
  internal: boolean;
}

/** A meeting or demo: times to choose from, an invitation, a change, its end, or another time that somebody asks for. */
export interface MeetingFacts extends Frame {
  because: 'times' | 'set' | 'changed' | 'cancelled' | 'counters';
  /** Who did it. */
  actor: string;
  /** Whether it was the reader: they hear of it since their calendar does. */
  own?: boolean;
  title: string;
  /** When it takes place, or would have; null while that is open. */
  slot: Slot | null;
  /** To choose from, or asked for instead, each by whom. */
  times: { slot: Slot; by: string; note: string }[];
  place: string;
  /** Plain words, in full. */
  agenda: string;
  /** The same rendered and sanitised, if its Markdown is more than plain words. */
  agendaHtml: string | null;
  /** Names, the reader's among them. */
  attendees: string[];
  /** The address that a reply goes to, without `mailto:`. */
  replyTo: string;
}

export interface SignInFacts extends Addressed {
  workspaceName: string;
  url: string;
  isNew: boolean;
  minutes: number;
}

export interface CodeFacts extends Addressed {
  roomName: string;
  code: string;
  minutes: number;
  /** The name of whose link it was, when a newcomer introduces themselves through it. */
  through: string | null;
}

interface DeviceFacts extends Addressed {
  roomName: string;
  /** e.g. "Chrome on Windows". */
  device: string;
  at: string;
}

export interface NewDeviceFacts extends DeviceFacts {
  /** The reader's own link into the room. */
  url: string;
}

/** A device that its owner did not know, as it was ended. */
export interface DeviceOutFacts extends DeviceFacts {
  /** The seller who can remove the reader and invite them anew. */
  contact: { name: string; email: string } | null;
}

export interface RejectionFacts extends Addressed {
  subject: string;
  reason: RejectReason;
  /** Whether a seller will see the mail although it was not posted. */
  held: boolean;
  roomName: string | null;
  /** Bytes; said when the mail was too large. */
  limit: number;
}

/** Words about the workspace itself, ready to be read. */
export interface NoticeFacts extends Addressed {
  workspaceName: string;
  title: string;
  lead: string;
  lines: string[];
  button: string;
  url: string;
}

export interface DigestItem {
  /** `stalled` is a deal that stands still: only sellers hear of it, and its room is what it is about. */
  kind: 'stalled' | 'owed' | 'awaited' | 'changed';
  roomName: string;
  title: string;
  due: Due | null;
  overdue: boolean;
  /** e.g. "3 new comments by Li Dan". */
  detail: string;
  url: string;
  /** The address that answers this item alone, without `mailto:`. */
  replyTo: string;
}

export interface DigestFacts extends Addressed {
  /** For who asked for one a day. */
  daily?: boolean;
  workspaceName: string;
  /** Most pressing first. */
  items: DigestItem[];
  /** How many more there are behind these. */
  more: number;
  /** A seller's week: how many of their deals are open, and how many of them stand still. */
  review?: { rooms: number; stalled: number };
  url: string;
  wishesUrl: string;
  /** Where a plain reply to the whole mail lands. */
  replyRoomName: string;
}

export interface ColleagueFacts extends Addressed {
  from: { name: string; email: string };
  workspaceName: string;
  url: string;
  minutes: number;
}

/** Somebody was let go of a workspace. */
export interface LetGoFacts extends Addressed {
  /** The owner who did it. */
  from: { name: string; email: string };
  workspaceName: string;
}

/** What somebody asked for by mail. */
export interface HandedFacts extends Frame {
  what: { kind: 'copy' } | { kind: 'data'; /** In the reader's words. */ lines: string[]; attached: boolean };
}

/** What a reply has done: the answer to a mail that acted. */
export interface ReceiptFacts extends Frame {
  /** What changed, in words of the reader's language. */
  changed: string;
  /** Title of what it is about; null for a wish of one's own. */
  about: string | null;
  /** Whether UNDO takes it back. */
  canUndo: boolean;
  /** The address that this mail's answers go to. */
  replyTo: string;
}

/** A mail ready to be addressed. `html` is a whole document, `text` as good as it. */
export interface Rendered {
  subject: string;
  html: string;
  text: string;
}
