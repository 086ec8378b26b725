/**
 * D1: the durable, queryable picture. The directory's own tables (people, workspaces, sessions) are written here;
 * those under "derived" are written by worker/room/projection.ts alone and can be rebuilt from the rooms.
 */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { QualificationRule, Stage } from '#core/deal.ts';
import type { RoomEvent, Via } from '#core/events.ts';
import type { Due } from '#core/due.ts';
import type {
  AccountId,
  OpportunityId,
  ParticipantId,
  PersonId,
  RoomId,
  SessionId,
  TaskId,
  TemplateId,
  ThreadId,
  WorkspaceId,
} from '#core/ids.ts';
import type { ValuePoint } from '#core/value.ts';
import type { Locale, Participant, Side } from '#core/people.ts';
import type { Deed } from './deeds.ts';
import type { TemplateBody } from './templates.ts';
import { walled } from './within.ts';

const workspaceId = () => text('workspace_id').$type<WorkspaceId>().notNull();
const roomId = () => text('room_id').$type<RoomId>().notNull();
/** ISO instant. */
const instant = (name: string) => text(name);

export const person = sqliteTable('person', {
  id: text('id').$type<PersonId>().primaryKey(),
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  locale: text('locale').$type<Locale>().notNull(),
  zone: text('zone').notNull(),
  createdAt: instant('created_at').notNull(),
});

export const workspace = sqliteTable('workspace', {
  id: text('id').$type<WorkspaceId>().primaryKey(),
  name: text('name').notNull(),
  /** What qualifies a deal; null is the default. */
  qualification: text('qualification', { mode: 'json' }).$type<QualificationRule>(),
  /** Archived rooms are deleted this many years after the last thing that happened in them; null keeps them. */
  retention: integer('retention'),
  createdAt: instant('created_at').notNull(),
});

export const membership = walled(
  sqliteTable(
    'membership',
    {
      workspaceId: workspaceId(),
      personId: text('person_id').$type<PersonId>().notNull(),
      role: text('role').$type<'owner' | 'member'>().notNull(),
      createdAt: instant('created_at').notNull(),
    },
    (table) => [primaryKey({ columns: [table.workspaceId, table.personId] }), index('membership_person').on(table.personId)],
  ),
);

/**
 * A seller's session. Only the cookie's hash is stored. A cookie is replaced now and then: the old one's row stays for a moment, under
 * the same id, for requests that are on their way.
 */
export const session = sqliteTable(
  'session',
  {
    hash: text('hash').primaryKey(),
    /** Names the session where it is shown and ended; opens nothing. */
    id: text('id')
      .$type<SessionId>()
      .notNull()
      .default('' as SessionId),
    personId: text('person_id').$type<PersonId>().notNull(),
    workspaceId: workspaceId(),
    device: text('device').notNull(),
    createdAt: instant('created_at').notNull(),
    seenAt: instant('seen_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** When this cookie was given out; null for one from before cookies were replaced. */
    issuedAt: instant('issued_at'),
  },
  (table) => [index('session_person').on(table.personId)],
);

/** A passkey of a person (WebAuthn Level 3). The private half never leaves their device. */
export const passkey = sqliteTable(
  'passkey',
  {
    /** The credential's id, base64url. */
    id: text('id').primaryKey(),
    personId: text('person_id').$type<PersonId>().notNull(),
    /** COSE key, base64url. */
    publicKey: text('public_key').notNull(),
    counter: integer('counter').notNull(),
    transports: text('transports', { mode: 'json' }).$type<string[]>().notNull(),
    device: text('device').notNull(),
    createdAt: instant('created_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [index('passkey_person').on(table.personId)],
);

/** A challenge that a passkey is to sign, once and soon. Null: by whoever signs in. */
export const challenge = sqliteTable('challenge', {
  hash: text('hash').primaryKey(),
  personId: text('person_id').$type<PersonId>(),
  expiresAt: instant('expires_at').notNull(),
});

/** What was done with a workspace itself: who may come in, what went out. For its owners; kept for two years. */
export const audit = walled(
  sqliteTable(
    'audit',
    {
      id: integer('id').primaryKey({ autoIncrement: true }),
      workspaceId: workspaceId(),
      at: instant('at').notNull(),
      /** Who did it; null for the product itself. The name as it was then. */
      personId: text('person_id').$type<PersonId>(),
      name: text('name').notNull(),
      deed: text('deed', { mode: 'json' }).$type<Deed>().notNull(),
    },
    (table) => [index('audit_workspace').on(table.workspaceId, table.id)],
  ),
);

/** A sign-in link that was mailed. Only its token's hash is stored. */
export const signIn = sqliteTable('sign_in', {
  hash: text('hash').primaryKey(),
  email: text('email').notNull(),
  name: text('name').notNull(),
  locale: text('locale').$type<Locale>().notNull(),
  zone: text('zone').notNull(),
  /** The workspace to join, or null when one is to be founded. */
  workspaceId: text('workspace_id').$type<WorkspaceId>(),
  workspaceName: text('workspace_name').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
});

/** How often something was tried: mails to an address, codes from an IP. */
export const attempt = sqliteTable('attempt', {
  key: text('key').primaryKey(),
  /** Epoch ms at which the count starts again. */
  resetAt: integer('reset_at').notNull(),
  count: integer('count').notNull(),
});

export const account = walled(
  sqliteTable(
    'account',
    {
      id: text('id').$type<AccountId>().primaryKey(),
      workspaceId: workspaceId(),
      name: text('name').notNull(),
      /** The domain it came with. All that it has are in `account_domain`. */
      domain: text('domain'),
      /** The account that this one turned out to be: its rooms are shown there. Undone by forgetting it. */
      mergedInto: text('merged_into').$type<AccountId>(),
      createdAt: instant('created_at').notNull(),
    },
    (table) => [index('account_workspace').on(table.workspaceId)],
  ),
);

/** Mail domains by which an account is known again. One domain may serve several companies of a group. */
export const accountDomain = walled(
  sqliteTable(
    'account_domain',
    {
      workspaceId: workspaceId(),
      domain: text('domain').notNull(),
      accountId: text('account_id').$type<AccountId>().notNull(),
      createdAt: instant('created_at').notNull(),
    },
    (table) => [
      primaryKey({ columns: [table.workspaceId, table.domain, table.accountId] }),
      index('account_domain_account').on(table.accountId),
    ],
  ),
);

export const opportunity = walled(
  sqliteTable(
    'opportunity',
    {
      id: text('id').$type<OpportunityId>().primaryKey(),
      workspaceId: workspaceId(),
      accountId: text('account_id').$type<AccountId>().notNull(),
      name: text('name').notNull(),
      createdAt: instant('created_at').notNull(),
    },
    (table) => [index('opportunity_account').on(table.workspaceId, table.accountId)],
  ),
);

/** A plan that a workspace has saved for its next rooms, with dates counted from the start. */
export const template = walled(
  sqliteTable(
    'template',
    {
      id: text('id').$type<TemplateId>().primaryKey(),
      workspaceId: workspaceId(),
      name: text('name').notNull(),
      body: text('body', { mode: 'json' }).$type<TemplateBody>().notNull(),
      createdBy: text('created_by').$type<PersonId>().notNull(),
      createdAt: instant('created_at').notNull(),
    },
    (table) => [index('template_workspace').on(table.workspaceId, table.name)],
  ),
);

// ---------------------------------------------------------------- derived from the rooms

export const room = walled(
  sqliteTable(
    'room',
    {
      id: text('id').$type<RoomId>().primaryKey(),
      workspaceId: workspaceId(),
      accountId: text('account_id').$type<AccountId>().notNull(),
      opportunityId: text('opportunity_id').$type<OpportunityId>().notNull(),
      name: text('name').notNull(),
      accountName: text('account_name').notNull(),
      demo: integer('demo', { mode: 'boolean' }).notNull(),
      /** The last event that this picture holds. */
      seq: integer('seq').notNull(),
      /** Mails held for the sellers. */
      held: integer('held').notNull(),
      /** The newest comment and its author: enough to tell a list what is unread. */
      lastCommentSeq: integer('last_comment_seq').notNull(),
      lastCommentBy: text('last_comment_by').$type<ParticipantId | 'system'>(),
      openedAt: instant('opened_at').notNull(),
      lastActivityAt: instant('last_activity_at').notNull(),
      /** The opportunity, for the seller's lists. The stage is the one that counts: a deal without the customer's word is a lead. */
      stage: text('stage').$type<Stage>().notNull().default('lead'),
      qualified: integer('qualified', { mode: 'boolean' }).notNull().default(false),
      confirmed: integer('confirmed').notNull().default(0),
      needed: integer('needed').notNull().default(3),
      /** Minor units of `currency`. */
      amount: integer('amount'),
      currency: text('currency'),
      /** Expected close, a calendar day. */
      close: text('close'),
      source: text('source').notNull().default(''),
      /** Calendar days by which the plan's dates are later than first agreed. */
      slipped: integer('slipped').notNull().default(0),
      /** When each side last did or said something that both see; null if it never did. */
      sellerActedAt: instant('seller_acted_at'),
      customerActedAt: instant('customer_acted_at'),
      /** Off the lists since then. */
      archivedAt: instant('archived_at'),
      /** Deleted: it is erased after this. */
      erasedAfter: instant('erased_after'),
      /** When its owners were told that it will be deleted. The directory's own: the projection leaves it alone. */
      endingToldAt: instant('ending_told_at'),
    },
    (table) => [
      index('room_workspace').on(table.workspaceId, table.lastActivityAt),
      index('room_account').on(table.accountId),
      index('room_erased').on(table.erasedAfter),
    ],
  ),
);

export const participant = sqliteTable(
  'participant',
  {
    roomId: roomId(),
    id: text('id').$type<ParticipantId>().notNull(),
    side: text('side').$type<Side>().notNull(),
    name: text('name').notNull(),
    email: text('email').notNull(),
    locale: text('locale').$type<Locale>().notNull(),
    zone: text('zone').notNull(),
    status: text('status').$type<Participant['status']>().notNull(),
    mail: text('mail').$type<Participant['mail']>().notNull(),
    trouble: text('trouble').$type<NonNullable<Participant['trouble']>>(),
    personId: text('person_id').$type<PersonId>(),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.id] }),
    index('participant_person').on(table.personId),
    index('participant_email').on(table.email),
  ],
);

export const task = sqliteTable(
  'task',
  {
    roomId: roomId(),
    id: text('id').$type<TaskId>().notNull(),
    title: text('title').notNull(),
    kind: text('kind').notNull(),
    owners: text('owners', { mode: 'json' }).$type<ParticipantId[]>().notNull(),
    due: text('due', { mode: 'json' }).$type<Due>(),
    /** Tasks that come first; null where none do. */
    after: text('after', { mode: 'json' }).$type<TaskId[]>(),
    completedAt: instant('completed_at'),
    removed: integer('removed', { mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.id] })],
);

/** The journal's copy: activity, digests, export and rebuild read it. */
export const roomEvent = sqliteTable(
  'room_event',
  {
    roomId: roomId(),
    seq: integer('seq').notNull(),
    at: instant('at').notNull(),
    by: text('by').$type<ParticipantId | 'system'>().notNull(),
    via: text('via').$type<Via>().notNull(),
    audience: text('audience').$type<'all' | 'seller'>().notNull(),
    event: text('event', { mode: 'json' }).$type<RoomEvent>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.seq] })],
);

/** How far each participant has read each thread. */
export const seen = sqliteTable(
  'seen',
  {
    roomId: roomId(),
    participantId: text('participant_id').$type<ParticipantId>().notNull(),
    thread: text('thread').$type<ThreadId>().notNull(),
    seq: integer('seq').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.participantId, table.thread] })],
);

/** How the value case of a room went: what the digest tells of it. */
export const valueCase = sqliteTable('value_case', {
  roomId: text('room_id').$type<RoomId>().primaryKey(),
  currency: text('currency').notNull(),
  history: text('history', { mode: 'json' }).$type<ValuePoint[]>().notNull(),
  /** The lines by name. */
  titles: text('titles', { mode: 'json' }).$type<Record<string, string>>().notNull(),
});

/** Open questions of rooms. Age counts in the office hours of `zone`. */
export const objection = sqliteTable(
  'objection',
  {
    roomId: roomId(),
    taskId: text('task_id').$type<TaskId>().notNull(),
    title: text('title').notNull(),
    state: text('state').$type<'open' | 'answered' | 'accepted'>().notNull(),
    /** Which side asks; null where nobody is known to. */
    side: text('side').$type<Side>(),
    removed: integer('removed', { mode: 'boolean' }).notNull(),
    askedAt: instant('asked_at').notNull(),
    zone: text('zone').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.taskId] })],
);

/** Accepted answers of a workspace, to be used again. Where they come from is nobody's to read. */
export const answer = sqliteTable(
  'answer',
  {
    workspaceId: workspaceId(),
    roomId: roomId(),
    taskId: text('task_id').$type<TaskId>().notNull(),
    question: text('question').notNull(),
    answer: text('answer').notNull(),
    acceptedAt: instant('accepted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.taskId] }), index('answer_workspace').on(table.workspaceId, table.acceptedAt)],
);

/** The words by which an answer is found: pairs of Han characters, words of other scripts. */
export const answerWord = sqliteTable(
  'answer_word',
  { workspaceId: workspaceId(), word: text('word').notNull(), roomId: roomId(), taskId: text('task_id').$type<TaskId>().notNull() },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.word, table.roomId, table.taskId] }),
    index('answer_word_of').on(table.roomId, table.taskId),
  ],
);

// ---------------------------------------------------------------- mail

/** Keys minted where no room is awake (the digest). The room looks here for a key it did not mint itself. */
export const mailedKey = sqliteTable('mailed_key', {
  hash: text('hash').primaryKey(),
  roomId: roomId(),
  kind: text('kind').$type<'enter' | 'reply' | 'wishes'>().notNull(),
  participantId: text('participant_id').$type<ParticipantId>().notNull(),
  thread: text('thread').$type<ThreadId>().notNull(),
  createdAt: instant('created_at').notNull(),
});

/** Every mail that came in and what became of it. The raw bytes are in R2 under `mail/<id>`. */
export const inboundMail = sqliteTable(
  'inbound_mail',
  {
    /** SHA-256 of Message-ID and recipient, or of the bytes: a second delivery meets the same row. */
    id: text('id').primaryKey(),
    at: instant('at').notNull(),
    envelopeFrom: text('envelope_from').notNull(),
    envelopeTo: text('envelope_to').notNull(),
    roomId: text('room_id').$type<RoomId>(),
    outcome: text('outcome')
      .$type<'pending' | 'comment' | 'act' | 'ignore' | 'reject' | 'bounce' | 'calendar' | 'session' | 'forgotten' | 'waiting'>()
      .notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [index('inbound_mail_room').on(table.roomId)],
);

/** One row for each weekly digest that was due: who, which week, what became of it. */
export const digest = sqliteTable(
  'digest',
  {
    workspaceId: workspaceId(),
    email: text('email').notNull(),
    /** The day of the summary in the reader's zone, `2026-11-23`: a Monday, or any day for who wants one daily. */
    week: text('week').notNull(),
    state: text('state').$type<'claimed' | 'sent' | 'empty'>().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [uniqueIndex('digest_once').on(table.workspaceId, table.email, table.week)],
);

/** What the product last did, and when: the cron, for the owners' status page. */
export const beat = sqliteTable('beat', {
  name: text('name').$type<'cron' | 'digest'>().primaryKey(),
  at: instant('at').notNull(),
  count: integer('count').notNull(),
});

/** What is wrong, for a workspace: its owners were told of it, and will be when it is well again. */
export const alert = sqliteTable(
  'alert',
  {
    workspaceId: workspaceId(),
    kind: text('kind').notNull(),
    since: instant('since').notNull(),
    toldAt: instant('told_at').notNull(),
    /** Whether it still is. A row stays for a day after, so that what comes and goes is told of once a day. */
    open: integer('open', { mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.kind] })],
);
