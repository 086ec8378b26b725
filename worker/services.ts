/**
 * What pages and the API may ask of the Worker. SvelteKit's pages get an object of this shape as
 * `event.platform.env.services` and import nothing but types from here: two bundles, one contract.
 */
import type { Money, QualificationRule, Stage } from '#core/deal.ts';
import type { Comment, FileFact, Wording } from '#core/discussion.ts';
import type {
  AccountId,
  CommentId,
  FileId,
  ParticipantId,
  PersonId,
  RoomId,
  SessionId,
  TaskId,
  TemplateId,
  ThreadId,
  WorkspaceId,
} from '#core/ids.ts';
import type { Locale, Participant } from '#core/people.ts';
import type { Opening, RoomView, ThreadPage, Where, Whereabouts } from '#core/protocol.ts';
import type { Standstill } from '#core/next-step.ts';
import type { LedgerRow } from '#core/ledger.ts';
import type { AuditRow } from './directory/deeds.ts';
import type { Result } from '#core/refusal.ts';
import type { HistoryEntry } from '#core/task-history.ts';
import type { Due } from '#core/due.ts';
import type { MyData } from './room/my-data.ts';
import type { AlertKind } from './directory/alerts.ts';
import type { RoomTemplate } from './directory/templates.ts';
import type { Retrospective } from '#core/retrospective.ts';

/** Who is asking. A seller is known by a session in D1; a guest by a device that the room itself knows. */
export type Actor =
  | { kind: 'seller'; person: PersonId; workspace: WorkspaceId; proof?: Proof | null | undefined }
  | { kind: 'guest'; device: string };

/** That D1 has just known a session, and until when it may: a room remembers it, for while D1 is away. Epoch ms. */
export interface Proof {
  session: SessionId;
  hash: string;
  at: number;
  ends: number;
}

export interface Seller {
  person: PersonId;
  name: string;
  email: string;
  locale: Locale;
  zone: string;
  workspace: WorkspaceId;
  workspaceName: string;
  role: 'owner' | 'member';
  /** Names this session; opens nothing. */
  session: SessionId;
  /** A fresh cookie value when the session was renewed. */
  renewed: string | null;
  /** Null for a cookie that was just replaced. */
  proof: Proof | null;
}

/** A seller as who asks for a room. */
export const asSeller = ({ person, workspace, proof }: Pick<Seller, 'person' | 'workspace' | 'proof'>): Actor => ({
  kind: 'seller',
  person,
  workspace,
  proof,
});

/** One row of a seller's list of rooms, from D1. */
export interface RoomRow {
  room: RoomId;
  name: string;
  account: AccountId;
  accountName: string;
  demo: boolean;
  /** The stage that counts. */
  stage: Stage;
  qualified: boolean;
  confirmed: number;
  needed: number;
  amount: Money | null;
  /** Expected close, a calendar day. */
  close: string | null;
  source: string;
  lastActivityAt: string;
  unread: boolean;
  overdue: number;
  /** Questions that are not accepted, and how many working hours the oldest has waited. */
  objections: { count: number; hours: number };
  /** Calendar days by which the plan's dates are later than first agreed. */
  slipped: number;
  /** On whom the deal waits, if nothing has moved for six working days. */
  stalled: Pick<Standstill, 'on' | 'days'> | null;
  held: number;
  /** The next step of each side, if any. */
  seller: StepRow | null;
  customer: StepRow | null;
}
/** An answer that a customer accepted, to be used again. */
export interface AnswerRow {
  question: string;
  answer: string;
  acceptedAt: string;
}
/** A company that the workspace sells to. */
export interface AccountRow {
  account: AccountId;
  name: string;
  domains: string[];
  rooms: number;
  /** Opportunities that are not over. */
  open: number;
  /** What the open, qualified ones are worth, by currency. */
  amounts: Money[];
  lastActivityAt: string | null;
}
export interface OpportunityRow {
  room: RoomId;
  name: string;
  demo: boolean;
  /** Whether the reader is in its room. */
  mine: boolean;
  stage: Stage;
  qualified: boolean;
  confirmed: number;
  needed: number;
  amount: Money | null;
  close: string | null;
  sellers: string[];
  lastActivityAt: string;
}
export interface AccountPerson {
  name: string;
  email: string;
  joined: boolean;
  rooms: { room: RoomId; name: string; mine: boolean }[];
}
export interface AccountPage {
  account: AccountId;
  name: string;
  domains: string[];
  opportunities: OpportunityRow[];
  /** Customers in its rooms, each address once. */
  people: AccountPerson[];
  openObjections: number;
  /** Accounts that turned out to be this one. */
  merged: { account: AccountId; name: string }[];
  mergedInto: { account: AccountId; name: string } | null;
}
/** An account that a new room's customer may be, and why. */
export interface AccountMatch {
  account: AccountId;
  name: string;
  why: 'same' | 'domain' | 'similar';
  rooms: number;
  sellers: string[];
}

export interface StepRow {
  task: TaskId;
  title: string;
  due: Due | null;
  owners: string[];
}

/** What the page behind a magic link says before anybody enters. Reading it changes nothing. */
export interface LinkLook {
  room: RoomId;
  roomName: string;
  workspaceName: string;
  /** The link's owner. */
  name: string;
  locale: Locale;
  /** e.g. `c•••n@corp.com`. */
  maskedEmail: string;
  invitedBy: { name: string; email: string } | null;
  /** `press`: one press enters. `code`: a six-digit code from the owner's mailbox is asked. `known`: this device is already in. */
  door: 'press' | 'code' | 'known';
}

/** What a press at the door gives: in, or a code has been mailed to `maskedEmail`. */
export type Entry =
  | { entered: true; room: RoomId; device: string; locale: Locale }
  | { entered: false; device: string; maskedEmail: string };

export interface MailPreview {
  to: { name: string; email: string };
  from: string;
  subject: string;
  html: string;
  text: string;
}

/** Everything a room's page needs to be drawn on the server. */
export interface RoomPage {
  view: RoomView;
  /** The first page of the threads that the address asked for: the room's, and a task's if one is open. */
  pages: Record<ThreadId, ThreadPage>;
  /** For sellers: colleagues who could be brought in. Empty for customers. */
  colleagues: { name: string; email: string }[];
}

export interface OpenRoomInput {
  email: string;
  account: string;
  template: string;
  locale?: string;
  name?: string;
  /** An existing account’s id, or `new` for another company of a like name. */
  choice?: string;
}

export interface Upload {
  name: string;
  type: string;
  body: ReadableStream<Uint8Array>;
  size: number | null;
}

/** A room as a file, written as it is read. */
export interface Copy {
  name: string;
  body: ReadableStream<Uint8Array>;
}

export interface Imported {
  room: RoomId;
  events: number;
  /** SHA-256 of the log that was brought, and whether it is what the copy says of itself. */
  hash: string;
  matches: boolean;
}

/** A room as the list of rooms that are put away or deleted shows it. */
export interface ShelfRow {
  room: RoomId;
  name: string;
  accountName: string;
  lastActivityAt: string;
  archivedAt: string | null;
  /** Deleted: it is erased after this. */
  erasedAfter: string | null;
  mine: boolean;
}
/** A customer's address, and the rooms in which it stands. */
export interface KnownPerson {
  email: string;
  rooms: { room: RoomId; name: string; called: string }[];
}
export interface ShelfPage {
  inUse: ShelfRow[];
  archived: ShelfRow[];
  deleted: ShelfRow[];
  /** For how many years archived rooms are kept; 0: for ever. */
  years: number;
}

/** A device on which a seller is signed in. */
export interface SessionRow {
  id: SessionId;
  device: string;
  createdAt: string;
  seenAt: string;
  current: boolean;
}

export interface WorkspaceRow {
  workspace: WorkspaceId;
  name: string;
  role: Seller['role'];
  current: boolean;
}

export interface MemberRow {
  person: PersonId;
  name: string;
  email: string;
  role: Seller['role'];
}

export interface PasskeyRow {
  id: string;
  device: string;
  createdAt: string;
  usedAt: string | null;
}

/** How the product itself is doing, as far as it is a workspace's business. Instants are epoch ms. */
export interface OperationStatus {
  wrong: AlertKind[];
  /** Mails of its rooms that wait to leave, and since when the oldest does. */
  waiting: number;
  oldest: number | null;
  /** Mails that were given up, the newest first; addresses are masked. */
  failed: { key: string; to: string; roomName: string; reason: string; at: number; canGoAgain: boolean }[];
  /** Rooms whose lists and summaries are behind. */
  lagging: number;
  lagSince: number | null;
  cron: number | null;
  digest: { at: number; count: number } | null;
  held: number;
  /** Without a key of the sender's nothing leaves. */
  hasTransport: boolean;
}

export interface Services {
  access: {
    /**
     * The seller of a session cookie; null when there is none or it ended. Only who can keep a new cookie asks to `renew`. Throws while D1
     * is away: whoever asks for a room may then be `remembered` by it.
     */
    seller(cookie: string | undefined, renew?: boolean): Promise<Seller | null>;
    /** As whom a room remembers the session of a cookie; null if it does not. No `Seller`: it opens that room and nothing else. */
    remembered(cookie: string | undefined, room: RoomId): Promise<Actor | null>;
    sessions(seller: Seller): Promise<SessionRow[]>;
    /** Ends one of one's own sessions, or all but this one. What it has open is closed at once. */
    endSession(seller: Seller, which: SessionId | 'others'): Promise<Result<null>>;
    workspaces(seller: Seller): Promise<WorkspaceRow[]>;
    switchTo(seller: Seller, workspace: WorkspaceId): Promise<Result<null>>;
    passkeys(seller: Seller): Promise<PasskeyRow[]>;
    /** What a browser needs to make a passkey, and what it has made, as JSON. */
    offerPasskey(seller: Seller): Promise<Result<object>>;
    addPasskey(seller: Seller, answer: unknown, userAgent: string): Promise<Result<null>>;
    removePasskey(seller: Seller, id: string): Promise<Result<null>>;
    /** What a browser needs to sign in with one, and what it answered, as JSON. */
    askForPasskey(ip: string): Promise<Result<object>>;
    signInWithPasskey(answer: unknown, from: { ip: string; userAgent: string }): Promise<Result<{ cookie: string; locale: Locale }>>;
    members(seller: Seller): Promise<MemberRow[]>;
    /** Owners only. What was theirs in the workspace's rooms stays; where nobody else is, the owner takes over. */
    removeMember(seller: Seller, person: PersonId): Promise<Result<null>>;
    setRole(seller: Seller, person: PersonId, role: string): Promise<Result<null>>;
    /** What was done with the workspace, newest first. Owners only. */
    audit(seller: Seller, before: number | null, most?: number): Promise<Result<{ rows: AuditRow[] }>>;
    /** A new workspace: mails a sign-in link. Answers alike whether or not the address is known. */
    start(input: unknown, from: { ip: string; locale: Locale; zone: string }): Promise<Result<{ email: string }>>;
    /** Mails a sign-in link if the address belongs to a seller. Answers alike if not. */
    askToSignIn(input: unknown, from: { ip: string; locale: Locale }): Promise<Result<{ email: string }>>;
    /** Whom a sign-in link would sign in. Changes nothing. */
    lookAtSignIn(token: string): Promise<Result<{ name: string; workspaceName: string; isNew: boolean }>>;
    /** `opened`: what the session's cookie will be, so that a second press by the same browser meets it. */
    signIn(token: string, device: string, opened?: string): Promise<Result<{ cookie: string; locale: Locale }>>;
    signOut(cookie: string | undefined): Promise<void>;
    describe(seller: Seller, input: unknown): Promise<Result<null>>;

    /** The page behind a customer's link. Changes nothing. `device` is the guest cookie, if any. */
    look(token: string, device: string | undefined): Promise<Result<LinkLook>>;
    /** "Continue as …": enters, or mails a code to the owner's own address. */
    enter(token: string, device: string | undefined, from: { ip: string; userAgent: string }): Promise<Result<Entry>>;
    enterWithCode(token: string, device: string | undefined, code: string, from: { ip: string; userAgent: string }): Promise<Result<Entry>>;
    /** "Not Chen?": mails a code to the newcomer's own address. */
    introduce(token: string, device: string | undefined, input: unknown, from: { ip: string; userAgent: string }): Promise<Result<Entry>>;
    introduceWithCode(
      token: string,
      device: string | undefined,
      code: string,
      from: { ip: string; userAgent: string },
    ): Promise<Result<Entry>>;
    /** Ends this device's way into the room. */
    leave(room: RoomId, device: string | undefined): Promise<void>;
    lookAtUnsubscribe(token: string): Promise<Result<{ name: string; roomName: string; mail: Participant['mail'] }>>;
    unsubscribe(token: string, wish: Participant['mail']): Promise<Result<null>>;
  };
  directory: {
    rooms(seller: Seller): Promise<RoomRow[]>;
    /** What a room can begin with: the workspace's own templates, then ours in this language. */
    templates(seller: Seller, locale: Locale): Promise<(Pick<RoomTemplate, 'key' | 'name' | 'summary'> & { own: boolean })[]>;
    saveTemplate(seller: Seller, room: RoomId, input: unknown): Promise<Result<{ template: TemplateId }>>;
    removeTemplate(seller: Seller, key: string): Promise<void>;
    /** Existing accounts whose name or domain is like what is typed. */
    accounts(seller: Seller): Promise<{ id: AccountId; name: string }[]>;
    /** Opens a room with its customer added, not yet invited. */
    open(seller: Seller, input: unknown): Promise<Result<{ room: RoomId }>>;
    /** Accepted answers of the workspace that are like a text, the newest for an empty one; `near` gives only a few that are about the same. */
    answers(seller: Seller, text: string, near?: boolean): Promise<AnswerRow[]>;
    removeDemo(seller: Seller): Promise<void>;
    /** Rooms in use, put away and deleted: a seller's own; an owner's, all of the workspace. */
    shelf(seller: Seller): Promise<ShelfPage>;
    /** Archives or deletes a room, or takes that back: `{ how }`. */
    shelve(seller: Seller, room: string, input: unknown): Promise<Result<{ name: string }>>;
    /** For how many years archived rooms are kept: `{ years }`, 0 for ever. Owners only. */
    retain(seller: Seller, input: unknown): Promise<Result<{ years: number }>>;
    /** What qualifies a deal in this workspace, unless a room says otherwise. */
    qualification(seller: Seller): Promise<QualificationRule>;
    /** Changes it, and with it every room that goes by it. */
    setQualification(seller: Seller, input: unknown): Promise<Result<QualificationRule>>;
    /** Brings a room back from a copy, as a new room of this seller. */
    importCopy(seller: Seller, archive: Uint8Array): Promise<Result<Imported>>;
    colleagues(seller: Seller): Promise<{ name: string; email: string }[]>;
    inviteColleague(seller: Seller, input: unknown): Promise<Result<{ email: string }>>;
  };
  accounts: {
    /** By name; `search` is part of a name or a domain. */
    list(seller: Seller, search: string): Promise<AccountRow[]>;
    page(seller: Seller, account: string): Promise<Result<AccountPage>>;
    /** Accounts that an address and a name may mean, the likeliest first. */
    match(seller: Seller, email: string, name: string): Promise<AccountMatch[]>;
    rename(seller: Seller, account: string, input: unknown): Promise<Result<{ was: string }>>;
    merge(seller: Seller, account: string, input: unknown): Promise<Result<{ into: AccountId }>>;
    /** Undoes a merge. */
    separate(seller: Seller, account: string): Promise<Result<null>>;
    addDomain(seller: Seller, account: string, input: unknown): Promise<Result<{ domain: string }>>;
    removeDomain(seller: Seller, account: string, domain: string): Promise<Result<null>>;
  };
  /** Owners only. */
  operations: {
    status(seller: Seller): Promise<Result<OperationStatus>>;
    /** Sends a mail that was given up once more: `{ key }`. */
    again(seller: Seller, input: unknown): Promise<Result<null>>;
  };
  /** Somebody of a customer's who asks what is kept of them: `{ email }`. A seller's own rooms; an owner's, all of the workspace. */
  people: {
    at(seller: Seller, input: unknown): Promise<Result<KnownPerson>>;
    data(seller: Seller, input: unknown): Promise<Result<{ rooms: MyData[] }>>;
    /** Their name and address for good, what they mailed and uploaded. What they wrote in a room stays, without them. */
    erase(seller: Seller, input: unknown): Promise<Result<{ rooms: number }>>;
  };
  rooms: {
    /** With the first page of these threads, or the one around a comment where it stands in one of them. */
    open(actor: Actor, room: RoomId, threads: ThreadId[], at?: CommentId | null): Promise<Result<RoomPage>>;
    /** One page of a thread, oldest first: the newest, before or after a sequence number, or around a comment. */
    thread(actor: Actor, room: RoomId, thread: ThreadId, where: Where): Promise<Result<ThreadPage>>;
    /** Every wording of a comment that was edited, the first one first. */
    wordings(actor: Actor, room: RoomId, comment: CommentId): Promise<Result<{ wordings: (Wording & { html: string | null })[] }>>;
    /** What became of one task, oldest first. */
    history(actor: Actor, room: RoomId, task: TaskId): Promise<Result<{ history: HistoryEntry[] }>>;
    /** The one way to change a room; `input` is checked against the schema of commands. */
    submit(actor: Actor, room: RoomId, input: unknown): Promise<Result<{ seq: number }>>;
    /** A form without script: `command` is JSON, other fields are laid over it; `line` is a task in one line; `file`s are uploaded. */
    submitForm(actor: Actor, room: RoomId, form: FormData): Promise<Result<{ seq: number }>>;
    /** Counts a press on a file or link (`look` in commands.ts); says which file it was. */
    looked(actor: Actor, room: RoomId, input: unknown): Promise<Result<{ counted: boolean; file: FileId | null }>>;
    /** Who opened what, as far as the asker may know. */
    openings(actor: Actor, room: RoomId): Promise<Result<{ openings: Opening[] }>>;
    upload(actor: Actor, room: RoomId, upload: Upload): Promise<Result<FileFact>>;
    /** The room as a file, with all that this actor may see. Reading changes nothing. */
    takeCopy(actor: Actor, room: RoomId): Promise<Result<Copy>>;
    /** Erases the customer who asks, from this room. */
    eraseMe(actor: Actor, room: RoomId): Promise<Result<null>>;
    /** Where the days went, from the room's own history. */
    retrospective(actor: Actor, room: RoomId): Promise<Result<Retrospective | null>>;
    /** Who did what, with the events that each number counts; `asCustomer` narrows a seller's view to what the customer sees. */
    ledger(actor: Actor, room: RoomId, asCustomer?: boolean): Promise<Result<{ ledger: LedgerRow[] }>>;
    /** When each person was last heard of, and by which way they take part. */
    whereabouts(actor: Actor, room: RoomId): Promise<Result<{ people: Record<ParticipantId, Whereabouts> }>>;
    /** A demo room as its customer sees it: the token of a join link. Refused for a real room. */
    customerSide(actor: Actor, room: RoomId): Promise<Result<{ token: string }>>;
    /** What the invitation will look like, before it is sent. */
    previewInvitation(actor: Actor, room: RoomId, participant: ParticipantId, note: string): Promise<Result<MailPreview>>;
    seen(actor: Actor, room: RoomId, thread: ThreadId, seq: number): Promise<void>;
  };
}

export type { Comment, FileId };
