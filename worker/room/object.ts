/**
 * A room as a Durable Object. It sequences: check, decide, append, then tell the world, in one synchronous turn, so
 * that the output gate holds every frame until the event is on disk. What is decided lives in core/.
 */
import { DurableObject } from 'cloudflare:workers';
import * as v from 'valibot';
import { audienceOfThread, audienceOf, internalOf, maySee, maySeeThread, ROOM_THREAD, sharedOf, viewFor, visible } from '#core/audience.ts';
import { commandOfAct, firstLine, isProposed, readAct, saidBelow, saysNo, undoOf } from '#core/acts.ts';
import { look, name as nameSchema, submission, text as textSchema, type Command } from '#core/commands.ts';
import { type Facts, noFacts } from '#core/decision.ts';
import type { QualificationRule } from '#core/deal.ts';
import type { FileFact, Wording } from '#core/discussion.ts';
import type { Recorded, RoomEvent, Via } from '#core/events.ts';
import { releasedComment, type HeldReason } from '#core/held-mail.ts';
import {
  type CommentId,
  type FileId,
  type HeldMailId,
  type MaterialId,
  type ParticipantId,
  type PersonId,
  type ThreadId,
  type TaskId,
  base32,
  type WorkspaceId,
} from '#core/ids.ts';
import { hasFile, materialsFor, subjectOf } from '#core/materials.ts';
import { answers, calendarsTouched, isMeeting, meetingOf, pickedBy, startOf, timeOf } from '#core/meetings.ts';
import { offsetIn } from '#core/due.ts';
import { objectionOf } from '#core/objections.ts';
import { fitsBudget, isPressing, MAIL_CAP, weekOf } from '#core/mail-budget.ts';
import { HEADS, type NoticeKind, noticesOf, stillNews, wanted, WINDOW } from '#core/notices.ts';
import { zoneByClock } from '#core/zones.ts';
import { formerName, present, withAddress, type Locale, type Participant } from '#core/people.ts';
import type { Task } from '#core/plan.ts';
import {
  CLOSE,
  MAX_FRAME,
  type Opening,
  PROTOCOL,
  type RoomView,
  type ThreadPage,
  type ToRoom,
  type Where,
  type Whereabouts,
} from '#core/protocol.ts';
import { mayWriteFrom, quietHoursIn } from '#core/quiet-hours.ts';
import { done, refuse, tooOften, type Reason, type Result } from '#core/refusal.ts';
import { broughtInCopy, type Copied } from '#core/deciding/carbon-copy.ts';
import { decide } from '#core/deciding/index.ts';
import { answersToRequest } from '#core/deciding/materials.ts';
import { can } from '#core/permissions.ts';
import { LedgerKeeper, type LedgerRow } from '#core/ledger.ts';
import { isAsked } from '#core/reflection.ts';
import { answersIn, LOOKING_BACK } from '#core/reflection-words.ts';
import { retrospective, type Retrospective } from '#core/retrospective.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { type ShelfEvent, UNDO_DAYS, wakes } from '#core/shelf.ts';
import { functionOf } from '#core/stakeholders.ts';
import { described, isTextId, MAX_TEXT, type TextId, textsIn, wordsOf, writable } from '#core/texts.ts';
import { historyOf, type HistoryEntry } from '#core/task-history.ts';
import type { Entry, LinkLook, MailPreview } from '../services.ts';
import { Allowances, type Limit, LIMITS, secondsUntil } from '../access/limits.ts';
import { digest, fresh, hashOf, idFor, masked, random, sixDigits, withoutKeys } from '../access/tokens.ts';
import { companyDomain } from '../directory/company-name.ts';
import { colleaguesByAddress, findMailedKey, qualificationRuleOf, storedMailsOf } from '../directory/lookups.ts';
import type { Env } from '../env.ts';
import { calendarOf, slotOf } from '../mail/calendar.ts';
import { erase, erasePerson, type PersonTraces, type Traces } from '../mail/erase.ts';
import {
  broughtInMail,
  codeMail,
  entryFor,
  handedMail,
  invitationPreview,
  meetingMail,
  newDeviceMail,
  type News,
  newsMail,
  planCheckMail,
  receiptMail,
  reflectionMail,
  reminderMail,
  type Budget,
  type Minter,
} from '../mail/compose.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { enqueue, lags, withdraw } from '../mail/postbox.ts';
import type { OutgoingMail } from '../mail/transport.ts';
import { log, logError, requestId, underRequest } from '../log.ts';
import { type Account, hashOfLines, hashOfLog } from '../operator/accounts.ts';
import { Agenda, backoff, RESTS, type Due } from './agenda.ts';
import { Books, type Line, NotRebuilt } from './books.ts';
import { CODE_MINUTES, Doors, type Key, type MailedKind, type Newcomer } from './doors.ts';
import { commandKey, fingerprint, Journal, type Written } from './journal.ts';
import { ledgerCsv } from './ledger-file.ts';
import { Lobby } from './lobby.ts';
import { Mailed } from './mailed.ts';
import type { MyData } from './my-data.ts';
import { Opens } from './opens.ts';
import { Calendars } from './calendars.ts';
import { Newcomers, type Asked } from './newcomers.ts';
import { PlanDuties } from './plan-duties.ts';
import { planCalendar, planCsv } from './plan-file.ts';
import { forgetRoom, headIn, project, shownOf, tasksIn, type AcceptedAnswer } from './projection.ts';
import { Reading } from './reading.ts';
import { redactedText, redactorOf, redactTables } from './redaction.ts';
import { SharedTexts } from './shared-texts.ts';
import { type Deed, Receipts } from './receipts.ts';
import { meantBy } from './replies.ts';
import { richText } from './rich-text.ts';
import { Visits } from './visits.ts';

/** Who is at the door: a seller's person, checked before; or a guest's device, which only the room can know. */
export type RoomActor = { kind: 'seller'; person: PersonId; workspace: WorkspaceId; session: string } | { kind: 'guest'; device: string };

/** A reply that was checked and read: whose it is, where it was sent, what it says. */
export interface ReceivedMail {
  /** From `keyOf`: the same mail delivered twice has the same. */
  id: string;
  participant: ParticipantId;
  thread: ThreadId;
  replyHash: string;
  text: string;
  files: FileFact[];
  /** Minutes by which its writer's clock is ahead of UTC; null where it does not say. */
  offset: number | null;
}

/** What a reply was taken as. Kept by its place in this list. */
const TAKEN_AS = ['comment', 'act', 'calendar', 'session', 'forgotten'] as const;
type Taken<More = never> = Result<{ outcome: (typeof TAKEN_AS)[number] | More; seq: number }>;

/** What is new to somebody of one thread, up to an event; until when (epoch ms) it waits since it is their night. */
interface Fresh {
  thread: ThreadId;
  upTo: number;
  kinds: NoticeKind[];
  task: Task | null;
  rests: number | null;
  news: News | null;
}

/** Things that one mail tells of. What is more comes in the next. */
const MOST_TOGETHER = 12;

/** Somebody of the workspace who does something from outside the room. */
export interface Administrator {
  person: PersonId;
  name: string;
}

/** Something that somebody did, as the founding of a room tells it. */
export interface Chapter {
  by: ParticipantId;
  via: Via;
  events: RoomEvent[];
  /** Nobody is mailed about it. */
  quiet?: true;
}

/** What one turn wrote: the state after it, and what is to be told. */
interface Change {
  state: RoomState;
  written: Written[];
  rewritten: { text: TextId; update: Uint8Array }[];
}

/** Events a browser may have missed before it gets everything anew. */
const RESUME_LIMIT = 1_000;
/** Events that are counted at a time. */
const LEDGER_PAGE = 2_000;
/** D1 hears of events this long after the first one it has not heard of: armed once, not once an event. */
const PROJECT_AFTER = 4_000;
/** Whoever was here or wrote within this time (ms) is awake, whatever their clock says. */
const AWAKE = 60 * 60_000;
const PROJECT_BATCH = 500;
/** Characters of events in one batch: D1 answers for all of them at once. */
const PROJECT_SIZE = 2_000_000;
/** D1 gives up a batch after 30 s; whatever does not even say so is given up a little later (ms). */
const D1_PATIENCE = 40_000;
/** After this many failures the pauses between further tries grow no more: eight to twelve seconds. */
const PROJECT_TRIES = 3;
/** Calendars hear of a change after this time, so that what is undone at once is never sent. */
const CALENDAR_AFTER = 20_000;
/** What changes the time, the place or the name of a meeting, as SQL lists it. */
const MEETING_EVENTS =
  "('task.added', 'task.changed', 'task.removed', 'task.restored', 'meeting.proposed', 'meeting.picked', 'meeting.described', 'meeting.attended', 'meeting.cancelled', 'meeting.restored')";
/** After this many failures D1 is said to be behind. */
const TOLD_AFTER = 4;
const STAGED_LIFE = 86_400_000;
/** What the room keeps of one person alone. */
const OWN_TABLES = ['sent', 'key', 'device', 'code', 'code_sent', 'opening', 'visit', 'mailed', 'reminded', 'calendar', 'told'] as const;
/** A text that was written together becomes an event after a pause of this long (ms), or, while it goes on, this long after the last one. */
const SETTLE_AFTER = 5_000;
const SETTLE_AT_LAST = 60_000;

const malformed = { code: 'invalid', reason: 'malformed' } as const;

/** Whom a command brings in. */
const broughtIn = (command: Command) => (command.type === 'participant.add' ? [command] : 'invite' in command ? command.invite : []);

export class Room extends DurableObject<Env> {
  readonly #journal = new Journal(this.ctx.storage);
  readonly #doors = new Doors(this.ctx.storage);
  readonly #agenda = new Agenda(this.ctx.storage);
  readonly #reading = new Reading(this.ctx.storage);
  readonly #receipts = new Receipts(this.ctx.storage);
  readonly #opens = new Opens(this.ctx.storage);
  readonly #mailed = new Mailed(this.ctx.storage);
  readonly #visits = new Visits(this.ctx.storage);
  readonly #newcomers = new Newcomers(this.ctx.storage);
  readonly #calendars = new Calendars(this.ctx.storage);
  readonly #duties = new PlanDuties(this.ctx.storage, this.#agenda);
  readonly #lobby = new Lobby(this.ctx);
  readonly #commands = new Allowances<ParticipantId>(LIMITS.commands, new Map());
  readonly #commandsInRoom = new Allowances<'room'>(LIMITS.commandsInRoom, new Map());
  readonly #brought = new Allowances<ParticipantId>(LIMITS.newcomers, new Map());
  readonly #texts = new SharedTexts(this.ctx.storage);
  readonly #books = new Books(this.ctx.storage, this.#journal);
  #state: RoomState = this.#journal.restore();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, by TEXT NOT NULL, thread TEXT, at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sent (message_id TEXT PRIMARY KEY, participant TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
    `);
    void ctx.blockConcurrencyWhile(async () => {
      if ((await ctx.storage.getAlarm()) === null) this.#agenda.rearm();
    });
  }

  /** Calls a method of this room on behalf of a request, so that logs, chores and mails that come of it carry its id. */
  traced(request: string, name: string, args: unknown[]): unknown {
    const method: unknown = Reflect.get(this, name);
    if (typeof method !== 'function') throw new Error(`a room has no ${name}`);
    return underRequest(request, () => Reflect.apply(method, this, args) as unknown);
  }

  // -------------------------------------------------------------- changing the room

  /** Founds the room: its facts, its people and its first plan. Doing it twice changes nothing. `quiet` mails nobody about it. */
  async found(chapters: Chapter[], quiet = false): Promise<void> {
    if (this.#state.room) return;
    for (const chapter of chapters) {
      for (const event of chapter.events) for (const file of filesOf(event)) this.#stageFor(chapter.by, file);
      this.#record(null, chapter.by, chapter.via, chapter.events, chapter.quiet);
    }
    if (quiet) {
      this.#reading.forgetNews();
      this.#agenda.drop('notify');
      const now = Date.now();
      for (const task of Object.values(this.#state.plan.tasks)) this.#calendars.owed(this.#state, task.id, now).told();
      this.#agenda.drop('calendar');
    }
    await this.settle();
  }

  /** Takes in events of a room that lived elsewhere, as they were. Only while this one has no home yet. */
  adopt(events: Recorded[]): void {
    if (this.#journal.mark('projected') > 0) throw new Error('this room has a history of its own');
    this.ctx.storage.transactionSync(() => {
      this.#journal.adopt(events);
      let state = this.#state;
      for (const one of events) {
        state = apply(state, one);
        this.#filesOf(one);
      }
      this.#journal.settle(state, true);
      this.#state = state;
    });
  }

  /** Gives an adopted room its home, with whoever brought it in it. Nobody is mailed. */
  async settleIn(moving: {
    newcomer: Extract<RoomEvent, { type: 'participant.added' }> | null;
    participant: ParticipantId | null;
    home: Omit<Extract<RoomEvent, { type: 'room.imported' }>, 'type' | 'participant'>;
  }): Promise<void> {
    const participant = moving.newcomer?.participant ?? moving.participant;
    if (!participant || this.#journal.mark('projected') > 0) throw new Error('nobody moves into a room that is lived in');
    this.#record(null, participant, 'app', [
      ...(moving.newcomer ? [moving.newcomer] : []),
      { type: 'room.imported', ...moving.home, participant },
    ]);
    this.#reading.forgetNews();
    this.#agenda.drop('notify');
    await this.settle();
  }

  /** Puts the files of an event that was brought on the room's books. */
  #filesOf({ event, by, at }: Recorded): void {
    if (by !== 'system') for (const file of filesOf(event)) this.#stageFor(by, file, Date.parse(at));
    this.#shelve(event);
  }

  /** What an event means for files: whose they are to open. */
  #shelve(event: RoomEvent): void {
    const shelve = (id: FileId, from: ThreadId | null, to: ThreadId | null) =>
      this.ctx.storage.sql.exec('UPDATE file SET thread = ? WHERE id = ? AND thread IS ?', to, id, from);
    if (event.type === 'comment.posted' || event.type === 'comment.restored')
      for (const file of event.files) shelve(file.id, null, event.thread);
    // A deleted comment's files are its writer's alone, until it is restored.
    if (event.type === 'comment.deleted') for (const id of event.files) shelve(id, event.thread, null);
    // No longer staged. Who may open it by its material is asked of the state, which knows what is shared.
    if ((event.type === 'material.added' || event.type === 'material.versioned') && event.content.kind === 'file')
      shelve(event.content.file.id, null, internalOf(event.material as string as ThreadId));
  }

  /** Whether this actor is in the room, and as whom. */
  me(actor: RoomActor): Participant | undefined {
    return this.#state.room?.deleted ? undefined : this.#someone(actor);
  }

  /** The same of a room that is shut, too. */
  #someone(actor: RoomActor): Participant | undefined {
    const here = (one: Participant | undefined) => (one && one.status !== 'left' ? one : undefined);
    if (actor.kind === 'seller') {
      // A person may sell for several companies: each of them sees its own rooms only.
      if (actor.workspace !== this.#state.room?.workspace) return undefined;
      return here(Object.values(this.#state.people).find((one) => one.person === actor.person && one.side === 'seller'));
    }
    const device = this.#doors.device(actor.device, Date.now());
    return device && here(this.#state.people[device.participant]);
  }

  /** Closes what came through a door. Whoever may still come in connects anew by themselves (RFC 6455 §7.4.1, 1012). */
  closeDoor(door: string): void {
    this.#lobby.close(door, 1012, 'session');
  }

  /** A person is no longer a member of the workspace: they leave, and an owner takes their place if nobody else of it is here. */
  dismiss(person: PersonId, owner: { person: PersonId; name: string; email: string; locale: Locale; zone: string }): void {
    const sellers = present(this.#state).filter((one) => one.side === 'seller');
    const leaving = sellers.find((one) => one.person === person);
    if (!leaving) return;
    const { person: own, ...words } = owner;
    const heir = fresh<ParticipantId>();
    const inherits: RoomEvent[] =
      sellers.length > 1
        ? []
        : [
            { type: 'participant.added', participant: heir, side: 'seller', ...words, person: own, through: 'app', broughtBy: null },
            { type: 'participant.joined', participant: heir },
          ];
    this.#record(null, 'system', 'app', [...inherits, { type: 'participant.left', participant: leaving.id }]);
  }

  /**
   * Puts the room away, deletes it, or takes that back: whoever may in the room, or an owner of its workspace, from outside. Doing it twice
   * changes nothing. A deleted room is shut in this turn: no page, no socket, no mail.
   */
  async shelve(actor: RoomActor, isOwner: boolean, how: ShelfEvent['type']): Promise<Result<{ name: string }>> {
    const { room } = this.#state;
    if (!room || actor.kind !== 'seller' || actor.workspace !== room.workspace) return refuse('not_found', 'no_such_room');
    const me = this.#someone(actor);
    if (!isOwner && !(me && can.shelve(me))) return refuse('forbidden', 'not_a_participant');
    this.#putAway(me?.id ?? 'system', how);
    // Whoever asked sees it in their lists at once; where D1 is away it follows.
    await this.settle().catch(() => {});
    return done({ name: room.name });
  }

  /** An archived room has stood for as long as its workspace keeps them. Null when it was taken up again meanwhile. */
  async expire(): Promise<{ until: string } | null> {
    const { room } = this.#state;
    if (!room?.archived && !room?.deleted) return null;
    this.#putAway('system', 'room.deleted');
    await this.settle();
    return this.#state.room?.deleted ?? null;
  }

  #putAway(by: ParticipantId | 'system', type: ShelfEvent['type']): void {
    const { room } = this.#state;
    if (!room) return;
    const stands = {
      'room.archived': room.archived,
      'room.unarchived': !room.archived,
      'room.deleted': room.deleted,
      'room.undeleted': !room.deleted,
    };
    // In a deleted room nothing but its return can happen.
    if (stands[type] || (room.deleted && type !== 'room.undeleted')) return;
    const now = Date.now();
    const until = new Date(now + UNDO_DAYS * 86_400_000).toISOString();
    this.#record(null, by, 'app', [type === 'room.deleted' ? { type, until } : { type }]);
    if (type !== 'room.deleted') return;
    for (const side of ['seller', 'customer']) this.#lobby.close(side, CLOSE.left, 'deleted');
  }

  /**
   * Erases everything that the object has. Only once its time is over: false otherwise. An object without facts has nothing to lose, so that
   * doing it again is harmless. Ends this instance, which remembers what is gone: the call then throws, and `title` is null.
   */
  async purge(): Promise<boolean> {
    const { room } = this.#state;
    if (!room) return true;
    if (!room.demo && !(room.deleted && Date.parse(room.deleted.until) <= Date.now())) return false;
    await this.#settling.catch(() => {});
    for (const side of ['seller', 'customer']) this.#lobby.close(side, CLOSE.left, 'erased');
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    await this.ctx.storage.sync();
    this.ctx.abort('erased');
    return true;
  }

  /** The one way an open room changes, whichever door the command came through. `input` is a submission: id and command. */
  submit(actor: RoomActor, via: Via, input: unknown): Result<{ seq: number }> | Promise<Result<{ seq: number }>> {
    return this.#submit(() => this.me(actor), via, input);
  }

  /** Without an await where nothing must be looked up: then a command is one turn of the object from frame to frames. */
  #submit(me: () => Participant | undefined, via: Via, input: unknown): Result<{ seq: number }> | Promise<Result<{ seq: number }>> {
    const asking = me();
    if (!asking) return refuse('forbidden', 'not_a_participant');
    const now = Date.now();
    const wait = this.#commands.take(asking.id, now) || this.#commandsInRoom.take('room', now);
    if (wait > 0) return tooOften(wait);
    const parsed = v.safeParse(submission, input);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const field = v.getDotPath(issue)?.split('.').at(-1);
      return refuse('invalid', (issue.message as Reason) ?? 'malformed', field);
    }
    const { id, command } = parsed.output;
    if (command.type === 'comment.post') command.mail = null;
    const newcomers = broughtIn(command).length;
    const waitForThem = newcomers > 0 ? this.#brought.take(asking.id, now, newcomers) : 0;
    if (waitForThem > 0) return tooOften(waitForThem);
    const facts = this.#factsFor(command);
    const go = (found: Facts | null) => {
      if (!found) return refuse('unavailable', 'unavailable');
      // Looked up last: whoever was removed while D1 was asked is refused.
      const who = me();
      if (!who) return refuse('forbidden', 'not_a_participant');
      return this.#execute(who.id, via, id, command, found);
    };
    return facts instanceof Promise ? facts.then(go) : go(facts);
  }

  /** What the core can't look up itself. Null when D1 is needed for it and does not answer. */
  #factsFor(command: Command): Facts | Promise<Facts | null> {
    const asked = this.#newcomers.addresses();
    const facts = (colleagues: Facts['colleagues'], declined?: ReadonlySet<string>): Facts => ({
      at: new Date().toISOString(),
      colleagues,
      staged: {},
      asked,
      declined,
    });
    if (command.type === 'deal.rule' && command.follows && this.#state.room) {
      return qualificationRuleOf(this.env.DB, this.#state.room.workspace).then(
        (rule) => rule && (Object.assign(command, rule), facts({})),
        () => null,
      );
    }
    const newcomers = broughtIn(command);
    const sellers = newcomers.filter((one) => one.side === 'seller').map((one) => one.email);
    const { room } = this.#state;
    if (newcomers.length === 0 || !room) return facts({});
    if (sellers.length === 0 && !this.#newcomers.hasForgotten()) return facts({});
    return Promise.all([
      sellers.length > 0 ? colleaguesByAddress(this.env.DB, room.workspace, sellers) : {},
      this.#forgottenOf(newcomers.map((one) => one.email)),
    ]).then(
      ([colleagues, declined]) => facts(colleagues, declined),
      () => null,
    );
  }

  /** Which of these addresses asked to be forgotten. */
  async #forgottenOf(emails: string[]): Promise<Set<string>> {
    const found = new Set<string>();
    if (!this.#newcomers.hasForgotten()) return found;
    for (const email of emails) if (this.#newcomers.isForgotten(await this.#newcomers.hashOf(email))) found.add(email.toLowerCase());
    return found;
  }

  #execute(by: ParticipantId, via: Via, id: string, command: Command, facts: Facts): Result<{ seq: number }> {
    const held = command.type === 'mail.settle' && command.how === 'posted' ? this.#state.held[command.held] : undefined;
    const { outcome, change } = this.#atOnce(() => this.#decided(by, via, id, command, facts));
    // What comes by a socket is in the history alone: many a second, and no request.
    if (requestId() !== null)
      log('command', { room: this.#state.room?.id, command: command.type, via, outcome: outcome.ok ? 'done' : outcome.refusal.reason });
    if (!outcome.ok || !change) return outcome;
    this.#tell(change);
    if (held) {
      const sender = withAddress(this.#state, held.from);
      if (sender) this.#execute(sender.id, 'mail', `held-${held.id}`, releasedComment(held, fresh<CommentId>()), facts);
    }
    return done({ seq: this.#state.seq });
  }

  /** What becomes of a command, and what it wrote. Inside a transaction: its reads and writes take the lock once. */
  #decided(
    by: ParticipantId,
    via: Via,
    id: string,
    command: Command,
    facts: Facts,
  ): { outcome: Result<{ seq: number }>; change: Change | null } {
    const is = (outcome: Result<{ seq: number }>) => ({ outcome, change: null });
    const body = fingerprint(command);
    const key = commandKey(by, id);
    const earlier = this.#journal.earlier(key);
    if (earlier) return is(earlier.body === body ? done({ seq: earlier.seq || this.#state.seq }) : refuse('conflict', 'reused_id'));

    let asked = command;
    if (command.type === 'comment.post') facts.staged = this.#staged(command.files);
    if ((command.type === 'material.add' || command.type === 'material.version') && command.file !== null)
      facts.staged = this.#staged([command.file]);
    const said = 'comment' in command && command.comment !== null ? this.#journal.comment(command.comment) : undefined;
    if (said) facts.comments = { [said.id]: said };
    if (command.type === 'objection.raise' && command.comment !== null) {
      const who = this.#state.people[by];
      if (!said || said.deletedAt !== null || !who || !maySeeThread(who.side, said.thread))
        return is(refuse('not_found', 'no_such_comment'));
      // A question asked among the sellers is not told to the customer by being raised.
      if (!maySeeThread('customer', said.thread)) return is(refuse('forbidden', 'not_for_your_side'));
      asked = { ...command, author: said.by };
    } else if (command.type === 'objection.raise') asked = { ...command, author: null };
    else if (command.type === 'objection.answer' && command.body.trim() === '') {
      if (!said || said.deletedAt !== null || said.thread !== (command.task as string)) return is(refuse('not_found', 'no_such_comment'));
    } else if (command.type === 'deal.cite') {
      const cited = command.kind === 'comment' ? this.#journal.comment(command.of) : undefined;
      asked = { ...command, said: cited?.deletedAt === null ? cited : null };
    }

    const decision = decide(this.#state, by, asked, facts);
    if (!decision.ok) return is(decision);
    const change = this.#wrote({ id: key, body }, by, via, decision.events);
    return { outcome: done({ seq: change.state.seq }), change };
  }

  /** Append, bookkeeping and telling, in one turn without an await: one commit, then the world. */
  #record(command: { id: string; body: number } | null, by: ParticipantId | 'system', via: Via, events: RoomEvent[], quiet = false): void {
    this.#tell(this.#atOnce(() => this.#wrote(command, by, via, events, quiet)));
  }

  /** All or nothing: an exception takes back what was written, and what was remembered of it. */
  #atOnce<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work);
    } catch (error) {
      this.#agenda.forget();
      this.#reading.forget();
      this.#journal.forget();
      this.#texts.forgetAll();
      throw error;
    }
  }

  /** Appends what happened and keeps the books. Changes nothing in memory: it may yet be taken back. */
  #wrote(command: { id: string; body: number } | null, by: ParticipantId | 'system', via: Via, events: RoomEvent[], quiet = false): Change {
    const now = Date.now();
    let state = this.#state;
    const rewritten: Change['rewritten'] = [];
    // Whoever works in a room that was put away takes it up again.
    const woken = state.room?.archived && events.some((event) => wakes({ by, audience: audienceOf(event), event }));
    const all: RoomEvent[] = woken ? [...events, { type: 'room.unarchived' }] : events;
    const written = this.#journal.append(command, by, via, now, all);
    for (const { recorded } of written) {
      const before = state;
      state = apply(state, recorded);
      for (const { text, words } of textsIn(recorded.event)) {
        const update = this.#texts.bring(text, wordsOf(before, text), words);
        if (update) rewritten.push({ text, update });
      }
      this.#keep(state, recorded, now, quiet);
    }
    this.#journal.settle(state, false);
    if (written.length > 0) this.#agenda.add('project', '', now + PROJECT_AFTER, now);
    return { state, written, rewritten };
  }

  /** Tells the world what has been written. */
  #tell({ state, written, rewritten }: Change): void {
    this.#state = state;
    this.#lobby.broadcast(written);
    for (const { text, update } of rewritten) this.#lobby.tellWriters(text, { type: 'text.edited', text, update: toBase64(update) });
    for (const { recorded } of written) {
      if (recorded.event.type === 'participant.left') this.#lobby.close(recorded.event.participant, CLOSE.left, 'left');
    }
  }

  /** What an event means for the room's own books. */
  #keep(state: RoomState, recorded: Recorded, now: number, quiet: boolean): void {
    const { event, by } = recorded;
    if (event.type === 'participant.left') this.#doors.shut(event.participant);
    if (event.type === 'room.unarchived' || event.type === 'room.undeleted') this.#agenda.bringForward(now);
    // What waits to be sent is taken back.
    if (event.type === 'room.deleted') this.#agenda.add('withdraw', '', now, now);
    if (event.type === 'newcomer.forgotten') this.#forget(state, event.newcomer, event.why === 'asked', now);
    if (event.type === 'comment.posted' && by !== 'system') this.#reading.seen(by, event.thread, recorded.seq);
    this.#shelve(event);
    if (event.type === 'reading.allowed' && !event.allowed && by !== 'system') this.#opens.forgetReading(by);
    this.#duties.heard(state, recorded, now);
    if (event.type === 'reflection.asked')
      for (const one of present(state))
        if (wanted(one, 'reflection')) this.#agenda.add('reflect', `${one.id}|${recorded.seq}`, now + WINDOW.reflection * 1000, now);
    const notices = quiet ? [] : noticesOf(state, recorded);
    this.#reading.notice(notices);
    for (const task of calendarsTouched(state, recorded)) this.#agenda.add('calendar', task, now + CALENDAR_AFTER, now);
    for (const notice of notices) {
      this.#agenda.add(
        'notify',
        `${notice.to}|${notice.thread}|${notice.kind === 'invitation' ? 'invitation' : 'news'}`,
        now + WINDOW[notice.kind] * 1000,
        now,
      );
    }
  }

  /** Of somebody who does not come in nothing stays: their ways in, what they were sent and what they wrote, name and address. */
  #forget(state: RoomState, newcomer: ParticipantId, silence: boolean, now: number): void {
    const traces = this.#newcomers.drop(newcomer, silence);
    this.#doors.shut(newcomer);
    this.ctx.storage.sql.exec('DELETE FROM sent WHERE participant = ?', newcomer);
    for (const file of traces?.files ?? []) this.ctx.storage.sql.exec('DELETE FROM file WHERE id = ?', file);
    this.#journal.forgetNewcomer(newcomer, state);
    if (traces) this.#agenda.add('erase', JSON.stringify(traces), now, now);
  }

  /** The workspace's rule of what qualifies a deal has changed: a room that goes by it takes it over, and says who did it. */
  async takeRule(rule: QualificationRule, who: Administrator): Promise<void> {
    const { room, deal } = this.#state;
    if (!room || !deal.follows || JSON.stringify(deal.rule) === JSON.stringify(rule)) return;
    const { framework, minimum } = rule;
    this.#administered(who, { type: 'deal.ruled', rule, follows: true }, { type: 'admin.ruleSet', name: who.name, framework, minimum });
    await this.settle();
  }

  /** The customer's company has another name in the directory now; the room says who gave it. */
  async nameAccount(accountName: string, who: Administrator): Promise<void> {
    const from = this.#state.room?.accountName;
    if (from === undefined || from === accountName) return;
    const line = { type: 'admin.accountNamed' as const, name: who.name, from, to: accountName };
    this.#administered(who, { type: 'room.accountNamed', accountName }, line);
    await this.settle();
  }

  /** What somebody did with a right of the workspace: in their own name where they are in the room. */
  #administered(who: Administrator, ...events: RoomEvent[]): void {
    const here = Object.values(this.#state.people).find((one) => one.person === who.person && one.status !== 'left');
    this.#record(null, here?.id ?? 'system', 'app', events);
  }

  // -------------------------------------------------------------- reading the room

  /** The room as this actor may see it; refused for whoever is not in it. */
  view(
    actor: RoomActor,
    threads: ThreadId[],
    at: CommentId | null = null,
  ): Result<{ view: RoomView; pages: Record<ThreadId, ThreadPage> }> {
    const me = this.me(actor);
    if (this.#state.room?.deleted && this.#someone(actor)) return refuse('not_found', 'room_deleted');
    if (!me || !this.#state.room) return refuse('forbidden', 'not_a_participant');
    if (actor.kind === 'guest') this.#doors.visited(actor.device, Date.now());
    this.#visits.note(me.id, Date.now());
    const pages: Record<ThreadId, ThreadPage> = {};
    for (const thread of threads.slice(0, 4)) pages[thread] = this.#page(me, thread, at && { at });
    return done({ view: this.#viewOf(me), pages });
  }

  thread(actor: RoomActor, thread: ThreadId, where: Where): Result<ThreadPage> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!maySeeThread(me.side, thread)) return refuse('not_found', 'no_such_thread');
    return done(this.#page(me, thread, where));
  }

  /** Every wording of a comment that was edited, the first one first. Of a deleted comment there is none. */
  wordings(actor: RoomActor, id: string): Result<{ wordings: (Wording & { html: string | null })[] }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const one = this.#journal.comment(id);
    if (!one || one.deletedAt !== null || !maySeeThread(me.side, one.thread)) return refuse('not_found', 'no_such_comment');
    return done({ wordings: this.#journal.wordings(id).map((wording) => ({ ...wording, html: richText(wording.body, 'page') })) });
  }

  /** Events after a sequence number, as this actor may see them; at most 1,000. */
  events(actor: RoomActor, since: number): Result<{ events: Recorded[]; head: number }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const events = this.#journal.since(since, RESUME_LIMIT);
    const seen = this.#journal.withoutDeleted(events.filter((one) => maySee(me.side, one.audience)));
    return done({ events: seen, head: events.at(-1)?.seq ?? this.#state.seq });
  }

  /** Where the days went, as this actor's side may know it. What was said is not needed for it, only what was done. */
  retrospective(actor: RoomActor): Result<Retrospective | null> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    // Asking to look back is the end of what is looked back on.
    const { askedAt } = this.#state.reflection;
    return done(retrospective(visible(me.side, this.#journal.deeds()), askedAt === null ? Date.now() : Date.parse(askedAt)));
  }

  /** The room as the selling side alone wrote it: a template takes its words from here, and none of the customer's. */
  ownWords(actor: RoomActor): Result<RoomState> {
    const me = this.me(actor);
    if (!me || !can.saveTemplate(me)) return refuse('forbidden', 'not_a_participant');
    const theirs = (by: ParticipantId | 'system') => by !== 'system' && this.#state.people[by]?.side === 'customer';
    const ours = this.#journal.deeds().filter(({ by }) => !theirs(by));
    return done(ours.reduce(apply, emptyRoom));
  }

  /** Who did what, as this actor's side may know it; a seller may look as the customer would. */
  ledger(actor: RoomActor, asCustomer = false): Result<{ ledger: LedgerRow[] }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    return done({ ledger: this.#ledgerFor(asCustomer ? 'customer' : me.side) });
  }

  ledgerCsv(actor: RoomActor): Result<{ csv: string; name: string }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    return done({ csv: ledgerCsv(this.#ledgerFor(me.side), me.locale), name: this.#state.room?.name ?? '' });
  }

  #ledgerFor(side: Participant['side']): LedgerRow[] {
    const keeper = new LedgerKeeper();
    for (let since = 0; ;) {
      const events = this.#journal.since(since, LEDGER_PAGE);
      for (const one of visible(side, events)) keeper.add(one);
      const last = events.at(-1);
      if (!last || events.length < LEDGER_PAGE) return keeper.rows(Date.now());
      since = last.seq;
    }
  }

  /** Everything that is stored about this actor. */
  async myData(actor: RoomActor): Promise<Result<MyData>> {
    const me = this.me(actor);
    return me ? done(await this.#dataOf(me)) : refuse('forbidden', 'not_a_participant');
  }

  async #dataOf(one: Participant): Promise<MyData> {
    const { room } = this.#state;
    const instant = (at: number) => new Date(at).toISOString();
    // Before what is read here changes under it.
    const directory = await this.#weeklyMailsOf(one.email);
    // As their side may see it: whether mail reaches them is the seller side's own.
    const { person: _, broughtBy, ...you } = viewFor(one.side, this.#state).people[one.id] ?? one;
    const concerning = this.#journal.concerning(one.id).filter((event) => maySee(one.side, event.audience));
    const seen = this.#visits.last(one.id) ?? this.#doors.lastSeen(one.id);
    const mails = this.ctx.storage.sql
      .exec<{ at: number; subject: string }>('SELECT at, subject FROM sent WHERE participant = ? ORDER BY at', one.id)
      .toArray();
    return {
      takenAt: instant(Date.now()),
      room: {
        id: room?.id ?? '',
        name: room?.name ?? '',
        workspace: room?.workspaceName ?? '',
        account: room?.accountName ?? '',
      },
      you: {
        ...you,
        broughtBy: (broughtBy && this.#state.people[broughtBy]?.name) ?? null,
        broughtInFor: functionOf(this.#state, one.id)?.what ?? null,
      },
      lastSeen: seen === undefined ? null : instant(seen),
      devices: this.#doors.devicesOf(one.id).map((device) => ({
        browser: device.userAgent,
        firstSeen: instant(device.created),
        lastSeen: instant(device.seen),
        ended: device.ended,
      })),
      readUpTo: this.#reading.of(one.id),
      opened: this.#opens.list(one.id),
      readingTimeIsRecorded: this.#state.materials.timed.includes(one.id),
      mailsToYou: mails.map(({ at, subject }) => ({ at: instant(at), subject })),
      mailsByYou: directory?.mails ?? [],
      weeklyMails: directory?.weekly ?? null,
      byYou: concerning.filter((event) => event.by === one.id),
      aboutYou: this.#journal.withoutDeleted(concerning.filter((event) => event.by !== one.id)),
    };
  }

  async #weeklyMailsOf(email: string): Promise<{ weekly: NonNullable<MyData['weeklyMails']>; mails: MyData['mailsByYou'] } | null> {
    const { room } = this.#state;
    if (!room) return null;
    return storedMailsOf(this.env.DB, room.workspace, room.id, email).catch(() => null);
  }

  /** Everything that is stored about everybody with this address, for a seller whom they asked for it. */
  async dataAt(actor: RoomActor, isOwner: boolean, email: string): Promise<Result<{ data: MyData[] }>> {
    const asked = this.#onBehalf(actor, isOwner, email);
    return asked.ok ? done({ data: await Promise.all(asked.value.people.map((one) => this.#dataOf(one))) }) : asked;
  }

  /** Erases this customer at their own wish. */
  eraseMe(actor: RoomActor): Result<null> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!can.erase(me, me)) return refuse('forbidden', 'not_for_your_side');
    this.#erase(me, me.id);
    return done(null);
  }

  /** Erases everybody with this address, who asked a seller of the room or an owner for it. Gives how many there were. */
  eraseAt(actor: RoomActor, isOwner: boolean, email: string): Result<{ count: number }> {
    const asked = this.#onBehalf(actor, isOwner, email);
    if (!asked.ok) return asked;
    const { by, people, newcomer } = asked.value;
    for (const one of people) this.#erase(one, by);
    if (newcomer) this.#record(null, by, 'app', [{ type: 'newcomer.forgotten', newcomer, why: 'asked' }]);
    return done({ count: people.length + (newcomer ? 1 : 0) });
  }

  /** Who of the customer's side has an address, and as whom a seller, or an owner from outside, acts for them. In a room that is shut, too. */
  #onBehalf(
    actor: RoomActor,
    isOwner: boolean,
    email: string,
  ): Result<{ by: ParticipantId | 'system'; people: Participant[]; newcomer: ParticipantId | undefined }> {
    const me = this.#someone(actor);
    const { room, people } = this.#state;
    if (actor.kind !== 'seller' || room?.workspace !== actor.workspace || !(me ?? isOwner)) return refuse('forbidden', 'not_a_participant');
    const theirs = Object.values(people).filter(
      (one) => one.email === email.toLowerCase() && (me ? can.erase(me, one) : one.side === 'customer'),
    );
    return done({ by: me?.id ?? 'system', people: theirs, newcomer: this.#newcomers.withAddress(email)?.newcomer });
  }

  /**
   * Takes a person's name and address out of the room, and what they sent by mail or as a file with them. The events stay, in their order
   * and under their numbers: who did what is the other side's history, too, and says "former participant" from now on.
   */
  #erase(one: Participant, by: ParticipantId | 'system'): void {
    // What is being written becomes words first: edits can't be searched.
    for (const text of this.#texts.kept()) this.#settleText(text);
    const left: RoomEvent[] = one.status === 'left' ? [] : [{ type: 'participant.left', participant: one.id }];
    this.#record(null, by, 'app', [...left, { type: 'participant.erased', participant: one.id }]);
    const now = Date.now();
    const sql = this.ctx.storage.sql;
    const writers = this.#texts.kept().flatMap((text) => this.#lobby.writersOf(text));
    const state = this.#atOnce(() => {
      const about = this.#journal.concerning(one.id);
      const names = about.flatMap(
        ({ event }) => ('participant' in event && event.participant === one.id && 'name' in event && event.name) || [],
      );
      const known = { names: [...new Set([one.name, ...names])], emails: [one.email], instead: formerName(one.locale) };
      const redact = redactorOf(known.names, known.emails, known.instead);
      const files = sql.exec<{ id: string }>('DELETE FROM file WHERE by = ? RETURNING id', one.id).toArray();
      const mails = about.flatMap(({ by: author, event }) =>
        author === one.id && 'mail' in event && event.mail
          ? [event.mail]
          : event.type === 'mail.held' && event.from === one.email
            ? [event.held]
            : [],
      );
      for (const table of OWN_TABLES) sql.exec(`DELETE FROM ${table} WHERE participant = ?`, one.id);
      this.#texts.dropAll();
      const seqs = this.#journal.rewrite((text) => redactedText(text, redact));
      redactTables(sql, redact, ['event', 'snapshot']);
      const traces: PersonTraces = { ...known, participant: one.id, mails: [...new Set(mails)], files: files.map((file) => file.id), seqs };
      this.#agenda.forget();
      this.#reading.forget();
      this.#agenda.add('eraseElsewhere', JSON.stringify(traces), now, now);
      this.#agenda.add('project', '', now, now);
      return this.#journal.replay();
    });
    this.#state = state;
    for (const socket of writers) socket.close(CLOSE.reload, 'erased');
    this.#lobby.tellEach((side, participant) => {
      const reader = this.#state.people[participant];
      return reader && reader.status !== 'left' && reader.side === side ? { type: 'snapshot', view: this.#viewOf(reader) } : null;
    });
  }

  async #eraseElsewhere(traces: PersonTraces): Promise<void> {
    const { room } = this.#state;
    if (!room) return;
    // Whatever was on its way to D1 has arrived by then.
    await this.settle();
    await erasePerson(this.env, room, traces, (seqs) => this.#journal.numbered(seqs));
  }

  /** When each person was last heard of, and by which way they take part. */
  whereabouts(actor: RoomActor): Result<{ people: Record<ParticipantId, Whereabouts> }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const pages = this.#visits.all();
    const [deeds, mails] = [this.#journal.lastDeeds(me.side, false), this.#journal.lastDeeds(me.side, true)];
    const people: Record<ParticipantId, Whereabouts> = {};
    for (const { id } of present(this.#state)) {
      const page = pages.get(id) ?? this.#doors.lastSeen(id) ?? deeds.get(id);
      const mail = mails.get(id);
      const last = Math.max(page ?? 0, mail ?? 0);
      people[id] = { at: last > 0 ? new Date(last).toISOString() : null, page: page !== undefined, mail: mail !== undefined };
    }
    return done({ people });
  }

  #viewOf(me: Participant): RoomView {
    const quiet = quietHoursIn(this.env.QUIET_HOURS);
    return {
      protocol: PROTOCOL,
      state: viewFor(me.side, this.#state),
      me: me.id,
      seen: this.#reading.of(me.id),
      here: this.#lobby.here(me.side),
      ...(me.side === 'seller' && { mailed: this.#mailedTo() }),
      ...(quiet && { quiet }),
    };
  }

  #page(me: Participant, thread: ThreadId, where: Where): ThreadPage {
    const page = this.#journal.thread(me.side, thread, where);
    const html: Record<string, string> = {};
    for (const comment of page.comments) {
      const rich = richText(comment.body, 'page');
      if (rich !== null) html[comment.id] = rich;
    }
    const task = this.#state.plan.tasks[sharedOf(thread) as string as TaskId];
    const described = task ? richText(task.description, 'page') : null;
    if (task && described !== null) html[task.id] = described;
    return { ...page, html, read: maySeeThread(me.side, thread) ? this.#reading.readers(thread) : {} };
  }

  /** What became of one task, oldest first: who, when, from what to what. */
  taskHistory(actor: RoomActor, task: TaskId): Result<{ history: HistoryEntry[] }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!this.#state.plan.tasks[task]) return refuse('not_found', 'no_such_task');
    const events = this.#journal.naming(task).filter((one) => maySee(me.side, one.audience));
    return done({ history: historyOf(task, events) });
  }

  seen(actor: RoomActor, thread: ThreadId, seq: number): void {
    const me = this.me(actor);
    if (me) this.#markSeen(me, thread, seq);
  }

  #markSeen(me: Participant, thread: ThreadId, seq: number): void {
    if (!maySeeThread(me.side, thread)) return;
    const upTo = Math.min(seq, this.#state.seq);
    this.#reading.seen(me.id, thread, upTo);
    this.#agenda.add('project', '', Date.now() + PROJECT_AFTER * 4, Date.now());
    this.#lobby.tellPerson(me.id, { type: 'seen', seen: this.#reading.of(me.id) });
    this.#lobby.tellLooking(thread, me.id, { type: 'read', thread, participant: me.id, seq: upTo });
  }

  // -------------------------------------------------------------- sockets

  /** The live socket. The Worker has checked who asks; the actor comes in a header that it alone sets. */
  override async fetch(request: Request): Promise<Response> {
    const actor = JSON.parse(request.headers.get('x-room-actor') ?? 'null') as RoomActor | null;
    const since = Number(new URL(request.url).searchParams.get('since') ?? '0');
    const { 0: client, 1: server } = new WebSocketPair();
    const me = actor && this.me(actor);
    if (!actor || !me || !this.#state.room) {
      // Accepted, then closed with a code: a browser can't read why an upgrade was refused.
      server.accept();
      server.close(actor?.kind === 'seller' ? CLOSE.left : CLOSE.signIn, 'not a participant');
      return new Response(null, { status: 101, webSocket: client });
    }
    this.#lobby.enter(server, { participant: me.id, side: me.side, door: actor.kind === 'guest' ? actor.device : actor.session });
    this.#welcome(server, me, Number.isFinite(since) ? since : 0);
    this.#lobby.tellPresence();
    return new Response(null, { status: 101, webSocket: client });
  }

  #welcome(socket: WebSocket, me: Participant, since: number): void {
    const behind = this.#state.seq - since;
    if (since <= 0 || behind < 0 || behind > RESUME_LIMIT) {
      this.#lobby.tell(socket, { type: 'snapshot', view: this.#viewOf(me) });
      return;
    }
    this.#lobby.tellMissed(socket, this.#journal.wiredSince(me.side, since));
    this.#lobby.tell(socket, { type: 'seen', seen: this.#reading.of(me.id) });
  }

  override async webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const now = Date.now();
    if (typeof frame !== 'string' || frame.length > MAX_FRAME) return socket.close(CLOSE.badFrame, 'frame');
    if (!this.#lobby.allows(socket, now, frame)) return socket.close(CLOSE.tooMuch, 'too much');
    const { participant, shut } = this.#lobby.who(socket);
    // Whatever ends somebody's way in shuts their sockets in the same turn: a frame that was on its way then is not heard.
    if (shut) return;
    const me = this.#state.people[participant];
    if (!me || me.status === 'left') return socket.close(CLOSE.left, 'left');

    let message: ToRoom;
    try {
      message = JSON.parse(frame) as ToRoom;
    } catch {
      return socket.close(CLOSE.badFrame, 'frame');
    }
    switch (message?.type) {
      case 'command': {
        if (typeof message.id !== 'string') return socket.close(CLOSE.badFrame, 'frame');
        const still = () => {
          const one = this.#state.people[participant];
          return one && one.status !== 'left' && !this.#lobby.who(socket).shut ? one : undefined;
        };
        const asked = this.#submit(still, 'app', { id: message.id, command: message.command });
        const outcome = asked instanceof Promise ? await asked : asked;
        this.#lobby.tell(
          socket,
          outcome.ok
            ? { type: 'accepted', id: message.id, seq: outcome.value.seq }
            : { type: 'refused', id: message.id, refusal: outcome.refusal },
        );
        return;
      }
      case 'seen':
        if (typeof message.thread === 'string' && message.thread.length < 64 && Number.isSafeInteger(message.seq) && message.seq >= 0)
          this.#markSeen(me, message.thread, message.seq);
        return;
      case 'here': {
        const at = typeof message.at === 'string' && message.at.length < 64 && maySeeThread(me.side, message.at) ? message.at : null;
        const was = this.#lobby.who(socket).at;
        if (this.#lobby.isHere(socket, at, message.typing === true)) this.#lobby.tellPresence();
        // What others have read is told to who looks: whoever begins to look hears what was told before.
        if (at !== null && at !== was)
          for (const [other, seq] of Object.entries(this.#reading.readers(at)))
            if (other !== me.id) this.#lobby.tell(socket, { type: 'read', thread: at, participant: other as ParticipantId, seq });
        return;
      }
      case 'text.open':
      case 'text.edit':
      case 'text.close':
        return isTextId(message.text) ? this.#write(socket, me, message) : socket.close(CLOSE.badFrame, 'frame');
      default:
        socket.close(CLOSE.badFrame, 'frame');
    }
  }

  // -------------------------------------------------------------- texts that several write

  #write(socket: WebSocket, me: Participant, message: Extract<ToRoom, { type: `text.${string}` }>): void {
    const { text } = message;
    if (message.type === 'text.close') {
      this.#lobby.writes(socket, text, false);
      return this.#leftText(text);
    }
    const words = writable(this.#state, me, text);
    if (!words.ok) return this.#lobby.tell(socket, { type: 'text.refused', text, refusal: words.refusal });
    if (message.type === 'text.open') {
      const vector = message.vector === null ? null : fromBase64(message.vector);
      const opened = this.ctx.storage.transactionSync(() => this.#texts.open(text, words.value, vector));
      if (!opened) return this.#lobby.tell(socket, { type: 'text.refused', text, refusal: malformed });
      this.#lobby.writes(socket, text, true);
      const people = this.#lobby.peopleAt(text);
      this.#lobby.tell(socket, { type: 'text.is', text, update: toBase64(opened.update), vector: toBase64(opened.vector), people });
      return this.#lobby.tellWriters(text, { type: 'text.people', text, people }, socket);
    }
    const update = fromBase64(message.update);
    const now = Date.now();
    const isOpen = this.#lobby.who(socket).texts.includes(text);
    const change =
      update && isOpen
        ? this.ctx.storage.transactionSync(() => {
            const kept = this.#texts.edit(text, words.value, update, me.id, now);
            if (kept && kept.byteLength > 0) this.#agenda.add('text', text, now + SETTLE_AFTER, now);
            return kept;
          })
        : null;
    if (!change) return this.#lobby.tell(socket, { type: 'text.refused', text, refusal: malformed });
    if (change.byteLength > 0) this.#lobby.tellWriters(text, { type: 'text.edited', text, update: toBase64(change) }, socket);
    this.#lobby.tell(socket, { type: 'text.kept', text });
  }

  /** Somebody stopped writing a text. When nobody is left, it is settled. */
  #leftText(text: TextId): void {
    const people = this.#lobby.peopleAt(text);
    this.#lobby.tellWriters(text, { type: 'text.people', text, people });
    if (people.length > 0) return;
    this.#settleText(text);
    this.#texts.forget(text);
  }

  /** Makes an event of what was written, so that history, mail and search have it in plain words. */
  #settleText(text: TextId): void {
    const before = wordsOf(this.#state, text);
    const written = this.#texts.unsettled(text, before);
    const by = written?.writers.at(-1);
    // What it belonged to may have been taken out meanwhile: what was written waits for its return.
    const author = by && this.#state.people[by];
    if (!written || !author || !writable(this.#state, author, text).ok) return;
    const parsed = v.safeParse(textSchema(MAX_TEXT), written.words);
    const words = parsed.success ? parsed.output : before;
    const change = this.ctx.storage.transactionSync(() => this.#texts.settled(text, words));
    if (change) this.#lobby.tellWriters(text, { type: 'text.edited', text, update: toBase64(change) });
    if (words !== before) this.#record(null, by, 'app', [described(text, words, written.writers)]);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#gone(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#gone(socket);
  }

  #gone(socket: WebSocket): void {
    this.#lobby.left(socket);
    this.#visits.note(this.#lobby.who(socket).participant, Date.now());
    for (const text of this.#lobby.who(socket).texts) this.#leftText(text);
  }

  // -------------------------------------------------------------- doors

  async #keyFor(kind: MailedKind, hash: string): Promise<Key | undefined> {
    const own = this.#doors.key(kind, hash);
    if (own || !this.#state.room) return own;
    // A digest is made without waking the room: its keys are in D1.
    return findMailedKey(this.env.DB, this.#state.room.id, kind, hash);
  }

  async #linkOwner(hash: string): Promise<Participant | undefined> {
    const key = await this.#keyFor('enter', hash);
    const one = key && this.#state.people[key.participant];
    return one && one.status !== 'left' && !this.#state.room?.deleted ? one : undefined;
  }

  /** What stands behind a customer's link. Reads only: scanners follow links. */
  async look(hash: string, device: string | null): Promise<Result<LinkLook>> {
    const one = await this.#linkOwner(hash);
    const room = this.#state.room;
    if (room?.deleted && (await this.#keyFor('enter', hash))) return refuse('not_found', 'room_deleted');
    if (!one || !room) return refuse('not_found', 'link_unknown');
    const inviter = one.broughtBy ? this.#state.people[one.broughtBy] : undefined;
    const now = Date.now();
    const isIn = device !== null && this.#doors.isIn(device, one.id, now);
    // One browser may have let several people in; it acts as the last of them.
    const known = isIn && this.#doors.device(device, now)?.participant === one.id;
    return done({
      room: room.id,
      roomName: room.name,
      workspaceName: room.workspaceName,
      name: one.name,
      locale: one.locale,
      maskedEmail: masked(one.email),
      invitedBy: inviter ? { name: inviter.name, email: inviter.email } : null,
      door: known ? 'known' : !isIn && (room.alwaysAskCode || this.#doors.hasBeenIn(one.id)) ? 'code' : 'press',
    });
  }

  /** "Continue as …": in on the first device, a code to the owner's mailbox on any further one. */
  async enter(hash: string, device: string, secretDevice: string, userAgent: string): Promise<Result<Entry>> {
    const one = await this.#linkOwner(hash);
    const room = this.#state.room;
    if (!one || !room) return refuse('not_found', 'link_unknown');
    const now = Date.now();
    if (this.#doors.isIn(device, one.id, now)) {
      this.#doors.admit(device, one.id, userAgent.slice(0, 300), now);
      return done({ entered: true, room: room.id, device: secretDevice, locale: one.locale });
    }
    if (room.alwaysAskCode || this.#doors.hasBeenIn(one.id)) return this.#askCode(one, device, secretDevice, null);
    return this.#admit(one, device, secretDevice, userAgent);
  }

  /** "Not Chen?": a code to the newcomer's own address, whoever they are. */
  async introduce(hash: string, device: string, secretDevice: string, newcomer: Newcomer): Promise<Result<Entry>> {
    const one = await this.#linkOwner(hash);
    if (!one) return refuse('not_found', 'link_unknown');
    return this.#askCode(one, device, secretDevice, newcomer);
  }

  async #askCode(owner: Participant, device: string, secretDevice: string, newcomer: Newcomer | null): Promise<Result<Entry>> {
    const code = sixDigits();
    const codeHash = await hashOf('code', code);
    const now = Date.now();
    const wait = this.#doors.waitForCode(owner.id, now);
    if (wait > 0) return tooOften(wait);
    this.#doors.askCode(device, owner.id, codeHash, newcomer, now);
    const to = newcomer ?? owner;
    await this.#post(
      [
        codeMail(this.env, this.#state, {
          to,
          locale: owner.locale,
          zone: owner.zone,
          through: newcomer ? owner.name : null,
          code,
          minutes: CODE_MINUTES,
          key: `code/${base32(random(10))}`,
        }),
      ],
      true,
    );
    return done({ entered: false, device: secretDevice, maskedEmail: masked(to.email) });
  }

  async enterWithCode(hash: string, device: string, secretDevice: string, code: string, userAgent: string): Promise<Result<Entry>> {
    const one = await this.#linkOwner(hash);
    if (!one || !this.#state.room) return refuse('not_found', 'link_unknown');
    const codeHash = await hashOf('code', code.replace(/\D/g, ''));
    const used = this.#doors.useCode(device, one.id, codeHash, Date.now());
    if (!used.ok) return refuse('invalid', used.reason, 'code');
    if (!used.newcomer) return this.#admit(one, device, secretDevice, userAgent);

    const known = withAddress(this.#state, used.newcomer.email);
    if (known) return this.#admit(known, device, secretDevice, userAgent);
    const { name, email } = used.newcomer;
    // Asked by mail before, they come in as whom they were asked.
    const asked = this.#newcomers.withAddress(email);
    const id = asked?.newcomer ?? fresh<ParticipantId>();
    if (asked) this.#newcomers.drop(id, false);
    this.#record(null, id, 'app', [
      {
        type: 'participant.added',
        participant: id,
        side: 'customer',
        name,
        email,
        locale: one.locale,
        zone: one.zone,
        person: null,
        through: 'link',
        broughtBy: one.id,
      },
    ]);
    const added = this.#state.people[id];
    return added ? this.#admit(added, device, secretDevice, userAgent) : refuse('unavailable', 'unavailable');
  }

  async #admit(one: Participant, device: string, secretDevice: string, userAgent: string): Promise<Result<Entry>> {
    const room = this.#state.room;
    if (!room || one.side !== 'customer') return refuse('forbidden', 'link_unknown');
    const now = Date.now();
    const entered = this.#doors.admit(device, one.id, userAgent.slice(0, 300), now);
    if (this.#state.people[one.id]?.status !== 'joined')
      this.#record(null, one.id, 'app', [{ type: 'participant.joined', participant: one.id }]);
    // Said to the owner's mailbox, so that whoever came in as them by a forwarded link does not stay unnoticed.
    const minter = await this.#minter(one.id);
    const { mail, replyHash } = await newDeviceMail(
      this.env,
      this.#state,
      one,
      { userAgent, at: new Date(now).toISOString(), key: `device/${room.id}/${entered}/${now}` },
      minter,
    );
    this.#doors.reportedBy(entered, replyHash);
    await this.#post([mail], true);
    return done({ entered: true, room: room.id, device: secretDevice, locale: one.locale });
  }

  /** Ends this device's way in. */
  leave(device: string): void {
    this.#doors.leave(device);
    this.#lobby.close(device, CLOSE.signIn, 'signed out');
  }

  async lookAtWishes(hash: string): Promise<Result<{ name: string; roomName: string; mail: Participant['mail'] }>> {
    const key = await this.#keyFor('wishes', hash);
    const one = key && this.#state.people[key.participant];
    if (!one || !this.#state.room) return refuse('not_found', 'link_unknown');
    return done({ name: one.name, roomName: this.#state.room.name, mail: one.mail });
  }

  async wish(hash: string, mail: Participant['mail']): Promise<Result<null>> {
    const key = await this.#keyFor('wishes', hash);
    const one = key && this.#state.people[key.participant];
    if (!one || !this.#state.room) return refuse('not_found', 'link_unknown');
    if (one.mail !== mail) this.#record(null, one.id, 'mail', [{ type: 'participant.described', participant: one.id, mail }]);
    return done(null);
  }

  /** A fresh token of the link of whoever has this address here. For the demo, whose customers have no mailbox. */
  async linkTo(email: string): Promise<string> {
    const one = withAddress(this.#state, email);
    if (!one || one.side !== 'customer' || !this.#state.room?.demo) throw new Error('only a demo gives links away');
    const mint = await this.#minter(one.id);
    return (await mint('enter', ROOM_THREAD)).token;
  }

  /** A demo room as its customer sees it: a link for a seller who wants to look. Refused in a real room. */
  async customerSide(actor: RoomActor): Promise<Result<{ token: string }>> {
    const me = this.me(actor);
    const customer = Object.values(this.#state.people).find((one) => one.side === 'customer' && one.status !== 'left');
    if (!me || !customer || !this.#state.room?.demo) return refuse('forbidden', 'not_a_participant');
    return done({ token: await this.linkTo(customer.email) });
  }

  // -------------------------------------------------------------- the plan, taken along

  /** The plan as a table, as this actor may see it. */
  planCsv(actor: RoomActor): Result<{ csv: string; name: string }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    return done({ csv: planCsv(viewFor(me.side, this.#state), me), name: this.#state.room?.name ?? '' });
  }

  /** Whether this actor's calendar can be fetched by an address of theirs. */
  feed(actor: RoomActor): Result<{ active: boolean }> {
    const me = this.me(actor);
    return me ? done({ active: this.#doors.hasFeed(me.id) }) : refuse('forbidden', 'not_a_participant');
  }

  /** A new calendar address for this actor; the one before ends. Only its hash is kept. */
  async renewFeed(actor: RoomActor): Promise<Result<{ token: string }>> {
    const secret = fresh();
    const hash = await hashOf('feed', secret);
    const me = this.me(actor);
    const room = this.#state.room;
    if (!me || !room) return refuse('forbidden', 'not_a_participant');
    this.#doors.dropFeed(me.id);
    this.#doors.mint('feed', hash, { participant: me.id, thread: ROOM_THREAD }, Date.now());
    return done({ token: `${secret}${room.id}` });
  }

  dropFeed(actor: RoomActor): Result<{ active: boolean }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    this.#doors.dropFeed(me.id);
    return done({ active: false });
  }

  /** The calendar behind an address; null when it opens nothing (any more). Asks nothing but the room. */
  calendar(hash: string): string | null {
    const key = this.#doors.key('feed', hash);
    const one = key && this.#state.people[key.participant];
    const room = this.#state.room;
    if (!one || one.status === 'left' || !room || room.deleted) return null;
    const url = `${this.env.APP_URL}/${one.side === 'seller' ? 'rooms' : 'r'}/${room.id}`;
    return planCalendar(viewFor(one.side, this.#state), one, room.id, url, Date.now());
  }

  // -------------------------------------------------------------- files

  /** Whether somebody may upload a file now. */
  mayUpload(actor: RoomActor): Result<null> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const wait = Math.max(this.#waitForFile(LIMITS.uploads, me.id), this.#waitForFile(LIMITS.uploadsInRoom, null));
    return wait > 0 ? tooOften(wait) : done(null);
  }

  /** 0, or the seconds until another file may come: from one person, or in the room. */
  #waitForFile({ most, seconds }: Limit, by: ParticipantId | null): number {
    const now = Date.now();
    const [first] = this.ctx.storage.sql
      .exec<{ at: number }>(
        'SELECT at FROM file WHERE at > ?1 AND (?2 IS NULL OR by = ?2) ORDER BY at DESC LIMIT 1 OFFSET ?3',
        now - seconds * 1000,
        by,
        most - 1,
      )
      .toArray();
    return first ? secondsUntil(first.at + seconds * 1000, now) : 0;
  }

  /** Keeps the facts of an uploaded file until a comment uses it. The bytes are in R2 by then. */
  stage(actor: RoomActor, file: FileFact): Result<FileFact> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    // Asked again: many may have come at once.
    const may = this.mayUpload(actor);
    if (!may.ok) return may;
    this.#stageFor(me.id, file);
    return done(file);
  }

  #stageFor(by: ParticipantId, file: FileFact, at = Date.now()): void {
    this.ctx.storage.sql.exec(
      'INSERT OR IGNORE INTO file (id, name, type, size, by, at) VALUES (?, ?, ?, ?, ?, ?)',
      file.id,
      file.name,
      file.type,
      file.size,
      by,
      at,
    );
  }

  #staged(ids: FileId[]): Facts['staged'] {
    const staged: Facts['staged'] = {};
    for (const id of ids) {
      const [row] = this.ctx.storage.sql
        .exec<{ name: string; type: string; size: number; by: string }>(
          'SELECT name, type, size, by FROM file WHERE id = ? AND thread IS NULL AND at > ?',
          id,
          Date.now() - STAGED_LIFE,
        )
        .toArray();
      if (row) staged[id] = { id, name: row.name, type: row.type, size: row.size, by: row.by as ParticipantId };
    }
    return staged;
  }

  /** The facts of a file that this actor may open. */
  file(actor: RoomActor, id: FileId): Result<FileFact> {
    const me = this.me(actor);
    const [row] = this.ctx.storage.sql
      .exec<{ name: string; type: string; size: number; by: string; thread: string | null }>(
        'SELECT name, type, size, by, thread FROM file WHERE id = ?',
        id,
      )
      .toArray();
    if (!me) return refuse('forbidden', 'not_a_participant');
    const standsHere = row && (row.thread === null ? row.by === me.id : maySeeThread(me.side, row.thread as ThreadId));
    const mayOpen = standsHere || hasFile(me.side, this.#state.materials, id);
    return row && mayOpen ? done({ id, name: row.name, type: row.type, size: row.size }) : refuse('not_found', 'no_such_file');
  }

  /**
   * Counts a look that its page told of, and says where the thing is. Refused unless the reader may open it; of the seller
   * side nothing is counted, and minutes only of who lets them be.
   */
  looked(actor: RoomActor, input: unknown): Result<{ counted: boolean; file: FileId | null }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const parsed = v.safeParse(look, input);
    if (!parsed.success) return refuse('invalid', 'malformed');
    const { how, file, material, version } = parsed.output;
    const subject = file === null ? this.#linkSubject(me, material, version) : this.file(actor, file).ok ? file : null;
    if (subject === null) return refuse('not_found', file === null ? 'no_such_material' : 'no_such_file');
    if (!can.beCounted(me)) return done({ counted: false, file });
    const now = Date.now();
    if (how === 'read') {
      const counted = this.#state.materials.timed.includes(me.id) && this.#opens.read(me.id, subject, now);
      return done({ counted, file });
    }
    const opening = this.#opens.count(me.id, subject, how, now);
    if (opening) {
      for (const one of present(this.#state)) if (can.seeOpens(one, me.id)) this.#lobby.tellPerson(one.id, { type: 'opened', opening });
    }
    return done({ counted: opening !== null, file });
  }

  #linkSubject(me: Participant, material: MaterialId | null, number: number | null): string | null {
    const one = material === null ? undefined : materialsFor(me.side, this.#state.materials).byId[material];
    const version = one?.versions.find((known) => known.number === number);
    return one && version && version.content.kind === 'link' ? subjectOf(one.id, version) : null;
  }

  /** Looks that this actor may know of: sellers all, a customer their own. */
  openings(actor: RoomActor): Result<{ openings: Opening[] }> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const everyone = present(this.#state).every((one) => can.seeOpens(me, one.id));
    return done({ openings: this.#opens.list(everyone ? null : me.id) });
  }

  // -------------------------------------------------------------- mail in

  /** Whom and what a reply address stands for. */
  async replyTarget(hash: string): Promise<{
    participant: ParticipantId;
    address: string;
    name: string;
    thread: ThreadId;
    side: Participant['side'];
    locale: Locale;
    zone: string;
    here: boolean;
    /** The room was deleted: nothing is taken, and what came is held. */
    deleted: boolean;
  } | null> {
    const key = await this.#keyFor('reply', hash);
    const deleted = this.#state.room?.deleted !== undefined;
    const one = key && this.#state.people[key.participant];
    const asked = key && !one ? this.#newcomers.of(key.participant) : undefined;
    if (key && asked) {
      const { newcomer: participant, email: address, name, locale, zone } = asked;
      return { participant, address, name, thread: key.thread, side: 'customer', locale, zone, here: true, deleted };
    }
    if (!key || !one) return null;
    return {
      participant: one.id,
      address: one.email,
      name: one.name,
      // What is no answer to the three questions is said in the room, on the writer's own side of it.
      thread: key.thread === LOOKING_BACK ? (one.side === 'seller' ? internalOf(ROOM_THREAD) : ROOM_THREAD) : key.thread,
      side: one.side,
      locale: one.locale,
      zone: one.zone,
      here: one.status !== 'left',
      deleted,
    };
  }

  /**
   * What was sent to a person under one of these Message-IDs: a reply's quotation is matched against it. The sender
   * may have given the mail an id of its own, so the newest mail to the person stands in, unless it must be `exact`.
   */
  sentMail(messageIds: string[], participant: ParticipantId, exact = false): { text: string; html: string; subject: string } | null {
    const columns = 'SELECT text, html, subject FROM sent WHERE participant = ?';
    for (const id of messageIds.slice(0, 20)) {
      const [row] = this.ctx.storage.sql
        .exec<{ text: string; html: string; subject: string }>(`${columns} AND message_id = ?`, participant, id)
        .toArray();
      if (row) return row;
    }
    if (exact || messageIds.length === 0) return null;
    return (
      this.ctx.storage.sql
        .exec<{ text: string; html: string; subject: string }>(`${columns} ORDER BY at DESC LIMIT 1`, participant)
        .toArray()[0] ?? null
    );
  }

  /** A reply, checked and read, becomes a comment in its sender's name, or what it asks for. Delivered twice, it is taken once. */
  receive(mail: ReceivedMail): Taken {
    const key = `taken:${mail.id}`;
    const earlier = this.#journal.earlier(key);
    if (earlier) return done({ outcome: TAKEN_AS[earlier.body] ?? 'comment', seq: earlier.seq || this.#state.seq });
    this.#locate(mail);
    const taken = this.#take(mail);
    // No await since it was looked for: it is written together with what it stands for.
    if (taken.ok) this.#record({ id: key, body: TAKEN_AS.indexOf(taken.value.outcome) }, mail.participant, 'mail', []);
    return taken;
  }

  /** A reply's own clock tells where its writer is, as long as that is a guess: the times that they write are meant there. */
  #locate({ participant, offset }: ReceivedMail): void {
    const one = this.#state.people[participant];
    const now = Date.now();
    if (!one || offset === null || one.side === 'seller' || one.zoneTold || offsetIn(one.zone, now) === offset) return;
    const zone = zoneByClock(offset, now, one.email);
    if (zone) this.#record(null, 'system', 'mail', [{ type: 'participant.located', participant, zone }]);
  }

  #take(mail: ReceivedMail): Taken {
    const asked = this.#newcomers.of(mail.participant);
    if (asked && saysNo(mail.text)) {
      this.#newcomers.wait(asked.newcomer, { mail: mail.id, thread: mail.thread, text: '', files: mail.files }, Date.now());
      this.#record(null, asked.newcomer, 'mail', [{ type: 'newcomer.forgotten', newcomer: asked.newcomer, why: 'asked' }]);
      return done({ outcome: 'forgotten', seq: this.#state.seq });
    }
    if (asked) this.#comeIn(asked);
    if (saysNo(firstLine(mail.text).line) && firstLine(mail.text).rest === '') {
      const ended = this.#doors.disown(mail.replyHash);
      if (ended !== undefined) {
        this.#lobby.close(ended, CLOSE.signIn, 'ended by its owner');
        return done({ outcome: 'session', seq: this.#state.seq });
      }
    }
    return (
      this.#askByMail(mail) ?? this.#reflectByMail(mail) ?? this.#pickByMail(mail) ?? this.#actByMail(mail) ?? this.#commentByMail(mail)
    );
  }

  /** A reply to the three questions answers them; only its files become a comment. Null for any other mail, and for one that asks for other mail. */
  #reflectByMail(mail: ReceivedMail): Result<{ outcome: 'act'; seq: number }> | null {
    if (this.#doors.key('reply', mail.replyHash)?.thread !== LOOKING_BACK) return null;
    const id = `reflect-${mail.id}`;
    const who = this.#state.people[mail.participant];
    const at = Date.now();
    const act = who && readAct(firstLine(mail.text).line, { now: at, zone: who.zone, locale: who.locale });
    const asks = act && commandOfAct(this.#state, who, mail.thread, act, () => fresh<ParticipantId>(), at);
    const { askedAt, answers } = this.#state.reflection;
    const said = who && answersIn(withoutKeys(mail.text), answers[who.id]?.answers ?? null);
    if (!who || askedAt === null || !said || asks?.type === 'participant.describe') return null;
    this.#joinedByMail(who.id);
    const outcome = this.#execute(who.id, 'mail', id, { type: 'reflection.answer', answers: said }, noFacts(new Date(at).toISOString()));
    if (!outcome.ok) return null;
    if (mail.files.length > 0) this.#commentByMail({ ...mail, text: '' }, 'rest');
    return done({ outcome: 'act', seq: this.#state.seq });
  }

  /** Somebody who was asked answers: they are in, and what they wrote before stands now. */
  #comeIn(asked: Asked): void {
    const { newcomer: id, name, email, locale, zone } = asked;
    const waiting = this.#newcomers.waiting(id);
    const broughtBy = this.#state.stakeholders.newcomers[id]?.broughtBy ?? null;
    const change = this.#atOnce(() => {
      this.#newcomers.drop(id, false);
      return this.#wrote(null, id, 'mail', [
        {
          type: 'participant.added',
          participant: id,
          side: 'customer',
          name,
          email,
          locale,
          zone,
          person: null,
          through: 'mail',
          broughtBy,
        },
        { type: 'participant.joined', participant: id },
      ]);
    });
    this.#tell(change);
    for (const { mail, thread, text, files } of waiting)
      this.#commentByMail({ id: mail, participant: id, thread, replyHash: '', text, files, offset: null });
  }

  /** Whether an address is that of somebody in the room, of somebody who was asked and has not answered, or who asked to be forgotten. */
  async senderAt(email: string): Promise<'here' | 'asked' | 'forgotten' | null> {
    if (this.#newcomers.withAddress(email)) return 'asked';
    if (withAddress(this.#state, email)) return 'here';
    return (await this.#forgottenOf([email])).size > 0 ? 'forgotten' : null;
  }

  /**
   * A mail of a proven sender to the reply address of somebody else: of whoever is in the room it is their own word; of
   * somebody who was asked it waits until they take part. Null where neither may be.
   */
  receiveFrom(email: string, mail: ReceivedMail): Taken<'waiting'> | null {
    const known = withAddress(this.#state, email);
    // The key is another's: what answers it (a receipt, a new device) is not theirs to answer.
    if (known?.status === 'joined' && maySeeThread(known.side, mail.thread))
      return this.receive({ ...mail, participant: known.id, replyHash: '' });
    const asked = this.#newcomers.withAddress(email);
    if (!asked || !maySeeThread('customer', mail.thread)) return null;
    const change = this.#atOnce(() => {
      const { id, thread, text, files } = mail;
      return this.#newcomers.wait(asked.newcomer, { mail: id, thread, text: withoutKeys(text), files }, Date.now())
        ? this.#wrote(null, asked.newcomer, 'mail', [{ type: 'newcomer.wrote', newcomer: asked.newcomer }])
        : null;
    });
    if (change) this.#tell(change);
    return done({ outcome: 'waiting', seq: this.#state.seq });
  }

  /** Whoever a mail that was taken has in copy: asked once, or let in if they are colleagues. Delivered twice, it asks once. */
  async copied(mail: { id: string; participant: ParticipantId; thread: ThreadId; copied: Copied[] }): Promise<number> {
    const key = `copied:${mail.id}`;
    const { room } = this.#state;
    if (!room || mail.copied.length === 0 || this.#journal.earlier(key)) return 0;
    const copied = mail.copied.slice(0, 100).flatMap((one): Copied[] => {
      const parsed = v.safeParse(nameSchema, one.name.slice(0, 80));
      return [{ email: one.email.toLowerCase(), name: parsed.success ? parsed.output : '' }];
    });
    const emails = copied.map((one) => one.email);
    const [colleagues, forgotten, hashes] = await Promise.all([
      colleaguesByAddress(this.env.DB, room.workspace, emails),
      this.#forgottenOf(emails),
      Promise.all(copied.map(async (one): Promise<[string, string]> => [one.email, await this.#newcomers.hashOf(one.email)])),
    ]);
    const who = this.#state.people[mail.participant];
    if (!who || who.status === 'left' || this.#journal.earlier(key)) return 0;
    const hashOf = new Map(hashes);
    const facts = {
      colleagues,
      forgotten,
      asked: this.#newcomers.addresses(),
      replyDomain: this.env.REPLY_DOMAIN,
      mailFrom: this.env.MAIL_FROM,
      sameCompany: (a: string, b: string) => companyDomain(a) !== null && companyDomain(a) === companyDomain(b),
    };
    const brought = broughtInCopy(this.#state, who, mail.thread, copied, facts, () => fresh<ParticipantId>());
    const now = Date.now();
    this.#tell(
      this.#atOnce(() => {
        for (const one of brought.ask) {
          this.#newcomers.keep({ ...one, mail: mail.id, thread: sharedOf(mail.thread) }, hashOf.get(one.email) ?? '');
          this.#agenda.add('brought', one.newcomer, now, now);
        }
        return this.#wrote({ id: key, body: 0 }, who.id, 'mail', brought.events);
      }),
    );
    for (const from of brought.doubtful) {
      const id = await idFor<HeldMailId>(new TextEncoder().encode(`${mail.id}\n${from}`));
      this.hold({ id, key: id, reason: 'colleague', from, subject: who.name, text: '', thread: mail.thread });
    }
    return brought.events.length + brought.doubtful.length;
  }

  /** The one mail to somebody who was put in copy, unless they have come in or were let go of meanwhile. */
  async #askNewcomer(id: ParticipantId): Promise<void> {
    const asked = this.#newcomers.of(id);
    if (!asked || !this.#state.stakeholders.newcomers[id]) return;
    await this.#post([await broughtInMail(this.env, this.#state, asked, await this.#minter(id))], true);
  }

  /** A reply whose first line asks for something does it, in its author's name; what else it says is a comment. Null when it asks for nothing. */
  #actByMail(mail: ReceivedMail): Result<{ outcome: 'act'; seq: number }> | null {
    const who = this.#state.people[mail.participant];
    const { line, rest: below } = firstLine(mail.text);
    const rest = saidBelow(below, who?.name ?? '');
    const now = Date.now();
    const act = who && readAct(line, { now, zone: who.zone, locale: who.locale });
    if (!who || !act) return null;

    const before = this.#state;
    const deed = act.act === 'undo' ? this.#receipts.takeBack(mail, now) : undefined;
    const command =
      act.act === 'undo' ? (deed?.undo ?? null) : commandOfAct(before, who, mail.thread, act, () => fresh<ParticipantId>(), now);
    if (!command) return null;
    this.#joinedByMail(who.id);
    const facts = noFacts(new Date(now).toISOString());
    const outcome = this.#execute(who.id, 'mail', `mail-${mail.id}`, command, facts);
    // Refused, it is still what they wrote: a comment, and nothing is changed.
    if (!outcome.ok) return null;
    // What is taken back is not offered to be taken back again: a new reply says what is wanted.
    const undo = act.act === 'undo' ? null : undoOf(before, command, who.id);
    this.#keepDeed(mail, { thread: deed?.thread ?? mail.thread, command, undo }, now);
    if (rest !== '' || mail.files.length > 0) this.#commentByMail({ ...mail, text: rest }, 'rest');
    return done({ outcome: 'act', seq: this.#state.seq });
  }

  /** A reply that asks for its author's own data or for a copy of the room: what is mailed then is the receipt. Null for any other. */
  #askByMail(mail: ReceivedMail): Result<{ outcome: 'act'; seq: number }> | null {
    const who = this.#state.people[mail.participant];
    const now = Date.now();
    const act = who && readAct(firstLine(mail.text).line, { now, zone: who.zone, locale: who.locale });
    if (act?.act !== 'myData' && act?.act !== 'export') return null;
    this.#joinedByMail(mail.participant);
    this.#agenda.add('hand', `${act.act === 'export' ? 'copy' : 'data'}|${mail.participant}|${mail.id}`, now, now);
    const rest = saidBelow(firstLine(mail.text).rest, who?.name ?? '');
    if (rest !== '' || mail.files.length > 0) this.#commentByMail({ ...mail, text: rest }, 'rest');
    return done({ outcome: 'act', seq: this.#state.seq });
  }

  async #hand(key: string): Promise<void> {
    const [what, id, mail] = key.split('|') as ['data' | 'copy', ParticipantId, string];
    const one = this.#state.people[id];
    if (!one || one.status === 'left') return;
    const data = what === 'data' ? await this.#dataOf(one) : null;
    await this.#post([await handedMail(this.env, this.#state, one, data, `${what}/${mail}`, await this.#minter(id))], true);
  }

  /** Whoever answers is in the room. */
  #joinedByMail(id: ParticipantId): void {
    const one = this.#state.people[id];
    if (one?.status === 'invited' || one?.status === 'added')
      this.#record(null, id, 'mail', [{ type: 'participant.joined', participant: id }]);
  }

  /** Does what a comment's words mean beyond themselves, and tells its author what that has changed. An answer to a question changes nothing of theirs. */
  #doMeant(mail: ReceivedMail, command: Command): void {
    const now = Date.now();
    const undo = undoOf(this.#state, command, mail.participant);
    const facts = noFacts(new Date(now).toISOString());
    const outcome = this.#execute(mail.participant, 'mail', `meant-${mail.id}`, command, facts);
    if (!outcome.ok || command.type === 'objection.answer') return;
    this.#keepDeed(mail, { thread: mail.thread, command, undo }, now);
  }

  /** What a mail has done is remembered as it is now, and its author told once. */
  #keepDeed(mail: ReceivedMail, what: Pick<Deed, 'thread' | 'command' | 'undo'>, now: number): void {
    this.#receipts.keep(mail.id, { participant: mail.participant, ...what, proposed: isProposed(this.#state, what.command) }, now);
    this.#agenda.add('receipt', mail.id, now, now);
  }

  #commentByMail(mail: ReceivedMail, part = 'mail'): Result<{ outcome: 'comment'; seq: number }> {
    for (const file of mail.files) this.#stageFor(mail.participant, file);
    // A task that was removed since keeps its thread; the room's own thread takes what has no other place.
    const comment: Extract<Command, { type: 'comment.post' }> = {
      type: 'comment.post',
      comment: fresh<CommentId>(),
      thread: mail.thread,
      body: withoutKeys(mail.text),
      mentions: [],
      files: mail.files.map((file) => file.id),
      invite: [],
      mail: mail.id,
    };
    const earlier = this.#journal.earlier(commandKey(mail.participant, `${part}-${mail.id}`));
    if (earlier) return done({ outcome: 'comment', seq: earlier.seq });
    this.#joinedByMail(mail.participant);
    const outcome = this.#execute(mail.participant, 'mail', `${part}-${mail.id}`, comment, noFacts(new Date().toISOString()));
    if (!outcome.ok) return outcome;
    const said = this.#state.people[mail.participant];
    const meant =
      said && part === 'mail' && meantBy(this.#state, said, { thread: mail.thread, text: comment.body, comment: comment.comment });
    // A no to what it meant leaves the comment: the words have arrived.
    if (meant) this.#doMeant(mail, meant);
    // A file that was asked for has come.
    for (const [index, answer] of answersToRequest(this.#state, mail.thread, mail.participant, mail.files, () =>
      fresh<MaterialId>(),
    ).entries())
      this.#execute(mail.participant, 'mail', `file-${index}-${mail.id}`, answer, noFacts(new Date().toISOString()));
    return done({ outcome: 'comment', seq: outcome.value.seq });
  }

  /** A reply with the number of one of the times that were offered picks it; the invitation that follows is the receipt. Null for any other. */
  #pickByMail(mail: ReceivedMail): Result<{ outcome: 'calendar'; seq: number }> | null {
    const task = this.#state.plan.tasks[mail.thread as string as TaskId];
    const time = task && !task.removed && isMeeting(task) ? pickedBy(mail.text, meetingOf(this.#state, task.id)) : null;
    if (!task || !time) return null;
    this.#joinedByMail(mail.participant);
    const outcome = this.#execute(
      mail.participant,
      'mail',
      `pick-${mail.id}`,
      { type: 'meeting.pick', task: task.id, time },
      noFacts(new Date().toISOString()),
    );
    // A no to it leaves a comment: the words have arrived.
    return outcome.ok ? done({ outcome: 'calendar', seq: outcome.value.seq }) : null;
  }

  /** What a person's calendar says about a meeting, once it is proven to be theirs; gives what came of it, in a word for the log. */
  answerCalendar(mail: {
    id: string;
    participant: ParticipantId;
    /** That of the reply address: a meeting's own. */
    thread: ThreadId;
    method: 'REPLY' | 'COUNTER';
    uid: string;
    answer: string;
    note: string;
    sequence: number | null;
    stamp: string | null;
    /** Epoch ms; null where the calendar named no time that can be read. */
    time: { start: number; end: number } | null;
  }): string {
    const who = this.#state.people[mail.participant];
    const task =
      this.#state.plan.tasks[(mail.uid.split('.')[0] ?? '') as TaskId] ?? this.#state.plan.tasks[mail.thread as string as TaskId];
    if (!who || !task || task.removed || !isMeeting(task)) return 'no meeting';
    const key = `calendar-${mail.id}`;
    if (this.#journal.earlier(commandKey(who.id, key))) return 'repeated';
    const meeting = meetingOf(this.#state, task.id);
    const time = timeOf(task, meeting);
    // Calendars that leave the sequence out still name the time that they answer to.
    const isStale =
      mail.sequence === null && mail.method === 'REPLY' && mail.time !== null && time !== null && mail.time.start !== startOf(time);
    const note = withoutKeys(mail.note).slice(0, 2_000);
    const { sequence, stamp } = mail;
    let command: Command;
    if (mail.method === 'COUNTER') {
      if (!mail.time) return 'no time';
      command = { type: 'meeting.counter', task: task.id, time: slotOf(mail.time, who.zone), note, sequence };
    } else {
      const answer = answers.find((one) => one === mail.answer);
      if (!answer) return `not an answer: ${mail.answer.slice(0, 20)}`;
      if (isStale) return 'stale';
      command = { type: 'meeting.answer', task: task.id, answer, note, sequence, stamp };
    }
    this.#joinedByMail(who.id);
    const before = this.#state.seq;
    const facts = noFacts(new Date().toISOString());
    const outcome = this.#execute(who.id, 'mail', key, command, facts);
    if (!outcome.ok) return outcome.refusal.reason;
    if (this.#state.seq === before) return 'nothing new';
    // What they wrote beside their answer is said where everybody can answer it. A counter-proposal shows its note itself.
    if (note.trim() !== '' && mail.method === 'REPLY') {
      const comment: Command = {
        type: 'comment.post',
        comment: fresh<CommentId>(),
        thread: task.id as string as ThreadId,
        body: note,
        mentions: [],
        files: [],
        invite: [],
        mail: mail.id,
      };
      this.#execute(who.id, 'mail', `mail-${mail.id}`, comment, facts);
    }
    return mail.method === 'COUNTER' ? 'countered' : mail.answer;
  }

  /** This actor's own copy of a meeting for a calendar that takes no mail. */
  calendarFile(actor: RoomActor, id: TaskId): Result<string> {
    const me = this.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const task = this.#state.plan.tasks[id];
    const made = task && !task.removed && isMeeting(task) ? entryFor(this.env, this.#state, task, me, null, Date.now()) : null;
    return task && made && timeOf(task, meetingOf(this.#state, id))
      ? done(calendarOf(made.entry, 'PUBLISH'))
      : refuse('not_found', 'no_time_yet');
  }

  /** Mail that could not be posted stands where the sellers see it. */
  hold(mail: { id: HeldMailId; key: string; reason: HeldReason; from: string; subject: string; text: string; thread: ThreadId }): void {
    if (!this.#state.room || this.#journal.earlier(`held:${mail.key}`)) return;
    const { id: held, key, ...rest } = mail;
    this.#record({ id: `held:${key}`, body: 0 }, 'system', 'mail', [
      { type: 'mail.held', held, ...rest, text: withoutKeys(rest.text).slice(0, 20_000) },
    ]);
  }

  /** What this actor may have of a mail: sellers read what customers wrote, everyone what their own side wrote; only its author gets the bytes. */
  mayReadMail(actor: RoomActor, mailId: string): 'page' | 'raw' | null {
    const me = this.me(actor);
    if (!me) return null;
    const [row] = this.ctx.storage.sql
      .exec<{ by: string; thread: string | null; type: string }>(
        `SELECT by, thread, json_extract(event, '$.type') AS type FROM event WHERE (thread IS NOT NULL AND json_extract(event, '$.mail') = ?1) OR (thread IS NULL AND seller = 1 AND json_extract(event, '$.held') = ?1) LIMIT 1`,
        mailId,
      )
      .toArray();
    if (!row) return null;
    if (row.type === 'mail.held') return me.side === 'seller' ? 'page' : null;
    const author = this.#state.people[row.by as ParticipantId];
    // A seller's mail may quote what is internal below what they wrote: its original stays on their side.
    if (!author || !maySeeThread(me.side, row.thread as ThreadId)) return null;
    if (author.id === me.id) return 'raw';
    return me.side === 'seller' || author.side === me.side ? 'page' : null;
  }

  /** The address of a participant failed for good, or its owner complained; null puts it right. */
  trouble(email: string, trouble: 'bounced' | 'complained' | 'failed' | null, detail: string): void {
    const asked = this.#newcomers.withAddress(email);
    if (asked && trouble) {
      const why = trouble === 'complained' ? 'asked' : 'unreachable';
      this.#record(null, 'system', 'system', [{ type: 'newcomer.forgotten', newcomer: asked.newcomer, why }]);
    }
    for (const one of Object.values(this.#state.people)) {
      if (one.email !== email.toLowerCase() || one.trouble === trouble) continue;
      this.#record(null, 'system', 'system', [
        { type: 'participant.troubled', participant: one.id, trouble, detail: detail.slice(0, 500) },
      ]);
    }
  }

  // -------------------------------------------------------------- mail out

  /** Mints the keys that one mail to a person carries. */
  async #minter(participant: ParticipantId): Promise<Minter> {
    const room = this.#state.room;
    if (!room) throw new Error('a room without facts sends no mail');
    const mint = async (kind: MailedKind, thread: ThreadId, secret = fresh()) => {
      const hash = await hashOf(kind, secret);
      this.#doors.mint(kind, hash, { participant, thread }, Date.now());
      return { token: `${secret}${room.id}`, hash };
    };
    return mint;
  }

  async previewInvitation(actor: RoomActor, about: ParticipantId, note: string): Promise<Result<MailPreview>> {
    const me = this.me(actor);
    const one = this.#state.people[about];
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!one) return refuse('not_found', 'no_such_participant');
    return done(invitationPreview(this.env, this.#state, one, me, note.slice(0, 2_000)));
  }

  /**
   * Mails a person their invitation, or what is new to them: of this thread, and in the same mail of all others for which their windows
   * are open, so that six things that are asked of somebody within two minutes are one mail.
   */
  async #notify(key: string): Promise<void> {
    const [to, thread, what] = key.split('|') as [ParticipantId, ThreadId, 'invitation' | 'news'];
    const one = this.#state.people[to];
    const first = this.#freshNews(to, thread, what === 'invitation');
    if (!first) return;
    if (first.rests !== null) return this.#agenda.add('notify', key, first.rests, Date.now());
    const others = what === 'invitation' || !first.news ? [] : this.#othersWith(to, thread);
    const sent = one ? this.#mailsThisWeek(one) : 0;
    // What does not fit into the week is left to the summary, each thing by itself.
    const all = [first, ...others].flatMap(({ news, kinds, task }) =>
      news && one && fitsBudget(one, sent, kinds, task, Date.now()) ? [{ news, kinds, task }] : [],
    );
    const rank = (each: { news: News }) => HEADS.indexOf(each.news.kind);
    const [head, ...rest] = all.toSorted((a, b) => rank(a) - rank(b) || a.news.seq - b.news.seq);
    if (one && head)
      await this.#postCounted(
        one,
        all.flatMap((each) => each.kinds),
        head.task,
        (mint, budget) => newsMail(this.env, this.#state, one, [head.news, ...rest.map((each) => each.news)], mint, budget),
      );
    for (const each of [first, ...others]) this.#reading.told(to, each.thread, each.upTo, what === 'invitation');
  }

  /** What else somebody would be told soon, of the same audience. What rests, or is being read, goes its own way. */
  #othersWith(to: ParticipantId, thread: ThreadId): Fresh[] {
    return this.#agenda
      .keys('notify', `${to}|%|news`)
      .map((key) => key.split('|')[1] as ThreadId)
      .filter((other) => other !== thread && audienceOfThread(other) === audienceOfThread(thread))
      .slice(0, MOST_TOGETHER - 1)
      .flatMap((other) => {
        const found = this.#freshNews(to, other, false);
        return found?.news && found.rests === null ? [found] : [];
      });
  }

  /** What is new to somebody of one thread; null where nothing is noted. `news` null: it was read, taken back, or is nothing for them. */
  #freshNews(to: ParticipantId, thread: ThreadId, invitation: boolean): Fresh | null {
    const notices = this.#reading.noticesFor(to, thread, invitation);
    const last = notices.at(-1);
    const one = this.#state.people[to];
    if (!last) return null;
    const seenTo = this.#reading.of(to)[thread] ?? 0;
    const recordedAt = (seq: number) => this.#journal.since(seq - 1, 1)[0];
    const open = notices.filter((notice) => one !== undefined && wanted(one, notice.kind) && (invitation || notice.seq > seenTo));
    const unread = one ? stillNews(this.#state, one, thread, open, recordedAt) : [];
    const [first] = unread;
    const task = this.#state.plan.tasks[sharedOf(thread) as string as TaskId] ?? null;
    const kinds = unread.map((notice) => notice.kind);
    const none = { thread, upTo: last.seq, kinds, task, rests: null, news: null };
    if (!one || !first || (!invitation && this.#lobby.isLookingAt(to, thread))) return none;
    const rests = this.#restUntil(one, unread, task);
    if (rests !== null) return { ...none, rests };
    const posted = invitation ? [] : this.#journal.said(thread, first.seq - 1).filter((event) => event.by !== to);
    const said = first.kind === 'objection' ? [...this.#askedWith(thread, one), ...posted] : posted;
    // What was deleted before its mail went out is not told of.
    const isTakenBack = said.length === 0 && kinds.every((kind) => kind === 'comment' || kind === 'mention');
    if (isTakenBack || !maySeeThread(one.side, thread)) return none;
    const brought = unread.filter((notice) => notice.kind === 'material').flatMap((notice) => recordedAt(notice.seq) ?? []);
    if (kinds.every((kind) => kind === 'material') && !isThere(this.#state, one, brought)) return none;
    const kind = HEADS.find((each) => kinds.includes(each)) ?? first.kind;
    const by = recordedAt(unread.findLast((notice) => notice.kind === kind)?.seq ?? last.seq)?.by ?? 'system';
    const news = { thread, kind, said, brought, seq: last.seq, note: invitation ? this.#noteFor(to) : '', by };
    return { ...none, news };
  }

  /** The words that a question was raised from, where they stand in another thread that its reader may see. */
  #askedWith(thread: ThreadId, to: Participant): Recorded[] {
    const id = objectionOf(this.#state, this.#state.plan.tasks[thread as string as TaskId])?.comment;
    const comment = id && this.#journal.comment(id);
    if (!comment || comment.thread === thread || !maySeeThread(to.side, comment.thread)) return [];
    return this.#journal.said(comment.thread, comment.seq - 1).filter(({ event }) => 'comment' in event && event.comment === id);
  }

  /** Until when (epoch ms) news for somebody wait since it is their night or weekend; null when they may go: whoever was just at it is awake. */
  #restUntil(to: Participant, notices: { kind: NoticeKind }[], task: Task | null): number | null {
    const now = Date.now();
    const quiet = quietHoursIn(this.env.QUIET_HOURS);
    const kinds = notices.map((one) => one.kind);
    if (!quiet || isPressing(kinds, task, now)) return null;
    const from = mayWriteFrom(to.zone, now, quiet);
    if (from <= now) return null;
    const recent = now - AWAKE;
    return (this.#visits.last(to.id) ?? 0) > recent || this.#journal.hasActed(to.id, recent) ? null : from;
  }

  /** Writes to everybody whose calendar should say something else about a meeting than it was last told. */
  async #tellCalendars(id: TaskId): Promise<void> {
    const task = this.#state.plan.tasks[id];
    if (!task || !this.#state.room) return;
    const state = this.#state;
    const { owed, told } = this.#calendars.owed(state, id, Date.now());
    const [row] = this.ctx.storage.sql
      .exec<{ by: string }>(
        `SELECT by FROM event WHERE json_extract(event, '$.task') = ? AND json_extract(event, '$.type') IN ${MEETING_EVENTS} ORDER BY seq DESC LIMIT 1`,
        id,
      )
      .toArray();
    const by = (row?.by ?? 'system') as ParticipantId | 'system';
    const mails: OutgoingMail[] = [];
    for (const one of owed) {
      const to = state.people[one.to];
      if (!to) continue;
      const secret = await this.#calendars.secretFor(id, to.id);
      mails.push(await meetingMail(this.env, state, to, task, one, by, secret, await this.#minter(to.id)));
    }
    await this.#post(mails, false);
    told();
  }

  #noteFor(to: ParticipantId): string {
    const [row] = this.ctx.storage.sql
      .exec<{ note: string }>(
        `SELECT json_extract(event, '$.note') AS note FROM event WHERE json_extract(event, '$.type') = 'participant.invited' AND json_extract(event, '$.participant') = ? ORDER BY seq DESC LIMIT 1`,
        to,
      )
      .toArray();
    return row?.note ?? '';
  }

  /** What time has brought about is an event like any other. */
  #findOut(events: RoomEvent[]): void {
    if (events.length > 0) this.#record(null, 'system', 'system', events);
  }

  /** Asks one person whether the plan is still right, unless it has been confirmed meanwhile. The key is `<participant>|<seq>`. */
  async #ask(key: string): Promise<void> {
    const [id, seq] = key.split('|') as [ParticipantId, string];
    const one = this.#state.people[id];
    const turned = this.#journal.since(Number(seq) - 1, 1)[0]?.event;
    if (turned?.type !== 'plan.turned' || !this.#state.truth.turned?.sides.length || !one || !wanted(one, 'check')) return;
    const name = `check/${this.#state.room?.id}/${key}`;
    await this.#postCounted(one, ['check'], null, (mint, budget) => planCheckMail(this.env, this.#state, one, turned, name, mint, budget));
  }

  /** Asks one person the three questions by mail, unless they have answered or the deal goes on after all. The key is `<participant>|<seq>`. */
  async #askToReflect(key: string): Promise<void> {
    const [id, seq] = key.split('|') as [ParticipantId, string];
    const one = this.#state.people[id];
    const asked = this.#journal.since(Number(seq) - 1, 1)[0]?.at;
    if (!one || asked !== this.#state.reflection.askedAt || !isAsked(this.#state, id) || !wanted(one, 'reflection')) return;
    const name = `reflect/${this.#state.room?.id}/${key}`;
    const isPosted = await this.#postCounted(one, ['reflection'], null, (mint, budget) =>
      reflectionMail(this.env, this.#state, one, name, mint, budget),
    );
    // No summary has these questions: they wait until the week has room for them.
    const now = Date.now();
    if (!isPosted) this.#agenda.add('reflect', key, now + 86_400_000, now);
  }

  /** Reminds one person of what is due: one mail a day at most, and nothing twice. */
  async #remind(id: ParticipantId, now: number): Promise<void> {
    const one = this.#state.people[id];
    if (!one || one.status === 'left') return;
    const reminders = this.#duties.reminders(this.#state, one, now);
    const tasks = reminders.flatMap(({ task }) => this.#state.plan.tasks[task] ?? []);
    if (tasks.length === 0) return;
    const what = await digest(new TextEncoder().encode(JSON.stringify([id, reminders])));
    const key = `remind/${this.#state.room?.id}/${what}`;
    await this.#postCounted(one, ['reminder'], null, (mint, budget) => reminderMail(this.env, this.#state, one, tasks, key, mint, budget));
    this.#duties.reminded(id, reminders);
  }

  /** Posts a mail that counts in its reader's week, unless the week is spent: then it is left to their summary, and false is given. Sellers' are not counted. */
  async #postCounted(
    to: Participant,
    kinds: NoticeKind[],
    task: Task | null,
    write: (mint: Minter, budget: Budget | undefined) => Promise<OutgoingMail>,
  ): Promise<boolean> {
    const now = Date.now();
    const sent = this.#mailsThisWeek(to);
    if (!fitsBudget(to, sent, kinds, task, now)) return false;
    const invitation = kinds.includes('invitation');
    const counted = to.side === 'customer' && !invitation;
    const budget = counted ? { nth: sent + 1, cap: MAIL_CAP } : undefined;
    await this.#post([await write(await this.#minter(to.id), budget)], invitation);
    if (counted) {
      this.#mailed.add(to.id, weekOf(to.zone, now));
      this.#lobby.tellSide('seller', { type: 'mailed', mailed: this.#mailedTo() });
    }
    return true;
  }

  #mailsThisWeek(to: Participant): number {
    return this.#mailed.count(to.id, weekOf(to.zone, Date.now()));
  }

  /** How many mails each customer has had this week: sellers see it before they write. */
  #mailedTo(): Record<ParticipantId, number> {
    const customers = Object.values(this.#state.people).filter((one) => one.side === 'customer' && one.status !== 'left');
    return Object.fromEntries(customers.map((one) => [one.id, this.#mailsThisWeek(one)]));
  }

  /** Tells whoever acted by mail what it changed: one receipt a mail. */
  async #giveReceipt(mail: string): Promise<void> {
    const deed = this.#receipts.of(mail);
    const one = deed && this.#state.people[deed.participant];
    if (!deed || !one) return;
    const made = await receiptMail(this.env, this.#state, one, deed, `receipt/${mail}`, await this.#minter(one.id));
    this.#receipts.sent(mail, made.replyHash);
    await this.#post([made.mail], true);
  }

  /** Hands mails to the postbox, and remembers what was said so that a reply's quotation can be told apart. */
  async #post(mails: OutgoingMail[], urgent: boolean): Promise<void> {
    const room = this.#state.room;
    if (!room) return;
    await enqueue(
      this.env,
      mails.map((mail) => ({ ...mail, room: room.id })),
      urgent,
    );
    for (const mail of mails) {
      const address = mail.to.replace(/^.*<|>$/g, '');
      const to = withAddress(this.#state, address)?.id ?? this.#newcomers.withAddress(address)?.newcomer;
      if (to)
        this.ctx.storage.sql.exec(
          'INSERT OR IGNORE INTO sent (message_id, participant, subject, text, html, at) VALUES (?, ?, ?, ?, ?, ?)',
          mail.messageId,
          to,
          mail.subject,
          mail.text,
          mail.html.length < 200_000 ? mail.html : '',
          Date.now(),
        );
    }
  }

  // -------------------------------------------------------------- later

  /** Does what is due. Catches its own failures and always sets the next alarm: a throwing alarm is given up after six tries. */
  override async alarm(): Promise<void> {
    try {
      for (const chore of this.#agenda.due(Date.now())) {
        try {
          const request = chore.request ?? crypto.randomUUID();
          await underRequest(request, () => this.#do(chore));
          log('chore', { id: request, chore: chore.kind, room: this.#state.room?.id });
          this.#agenda.done(chore);
          if (chore.kind === 'project' && chore.tries >= TOLD_AFTER) await this.#tellLag(null);
          if (chore.kind === 'notify') this.#tidy(chore.key);
        } catch (error) {
          // D1 hears of everything soon after it is back, of rooms that are silent since, too.
          const tries = chore.kind === 'project' ? Math.min(chore.tries, PROJECT_TRIES) : chore.tries;
          const wait = backoff(tries, Math.random());
          logError('chore failed', error, { id: chore.request, chore: chore.kind, room: this.#state.room?.id, tries: chore.tries });
          this.#agenda.again(chore, Date.now() + wait * 1000);
          if (chore.kind === 'project' && chore.tries + 1 >= TOLD_AFTER)
            await this.#tellLag(this.#journal.since(this.#journal.mark('projected'), 1)[0]?.at ?? null);
        }
      }
    } finally {
      this.#agenda.rearm();
    }
  }

  /** Owners see on their status page that lists are behind, and since when; null: no longer. That it can't be told stops nothing. */
  async #tellLag(since: string | null): Promise<void> {
    const { room } = this.#state;
    if (room) await lags(this.env, room.id, since === null ? null : Date.parse(since)).catch(() => {});
  }

  /** When nobody is left to be told of a thread's news, they need not be kept. */
  #tidy(key: string): void {
    const thread = key.split('|')[1] as ThreadId;
    if (!this.#agenda.has('notify', `%|${thread}|%`)) this.#reading.settled(thread);
  }

  async #do(chore: Due): Promise<void> {
    const now = Date.now();
    const { archived, deleted } = this.#state.room ?? {};
    // Put away, nobody is asked or reminded; shut, nobody hears anything. Both wait for the room's return.
    if (deleted ? !RESTS.deleted.has(chore.kind) : archived && RESTS.archived.has(chore.kind))
      return this.#agenda.add(chore.kind, chore.key, now + UNDO_DAYS * 86_400_000, now);
    switch (chore.kind) {
      case 'project':
        return this.settle();
      case 'text': {
        const text = chore.key as TextId;
        // Still at it: an event for every few words would be no history.
        if (now - this.#texts.editedAt(text) < SETTLE_AFTER - 1_000 && now - this.#texts.writtenSince(text) < SETTLE_AT_LAST)
          return this.#agenda.add('text', text, now + SETTLE_AFTER, now);
        return this.#settleText(text);
      }
      case 'receipt':
        return this.#giveReceipt(chore.key);
      case 'calendar':
        return this.#tellCalendars(chore.key as TaskId);
      case 'check':
        return this.#findOut(this.#duties.check(this.#state, now));
      case 'lapse':
        return this.#findOut(this.#duties.lapse(this.#state, chore.key, now));
      case 'ask':
        return this.#ask(chore.key);
      case 'remind':
        return this.#remind(chore.key as ParticipantId, now);
      case 'reflect':
        return this.#askToReflect(chore.key);
      case 'hand':
        return this.#hand(chore.key);
      case 'brought':
        return this.#askNewcomer(chore.key as ParticipantId);
      case 'erase':
        return this.#state.room ? erase(this.env, this.#state.room.id, JSON.parse(chore.key) as Traces) : undefined;
      case 'eraseElsewhere':
        return this.#eraseElsewhere(JSON.parse(chore.key) as PersonTraces);
      case 'withdraw':
        return this.#state.room?.deleted ? withdraw(this.env, this.#state.room.id) : undefined;
      case 'notify':
        return this.#notify(chore.key);
    }
  }

  #settling: Promise<unknown> = Promise.resolve();

  /** Brings D1 up to date with the journal, in order and as often as it takes. One run after the other: of two at once the older could come last. */
  async settle(): Promise<void> {
    // Before D1 is asked, which may be down for long.
    this.ctx.storage.transactionSync(() => this.#journal.settle(this.#state, true));
    const settled = this.#settling.catch(() => {}).then(() => this.#project());
    this.#settling = settled;
    return settled;
  }

  async #project(): Promise<void> {
    for (;;) {
      const from = this.#journal.mark('projected');
      const events = this.#journal.page(from, PROJECT_BATCH, PROJECT_SIZE);
      const read = this.#reading.changed();
      const last = events.at(-1);
      if (!last && read.length === 0) return;
      await within(D1_PATIENCE, project(this.env.DB, this.#state, events, read, this.#accepted(events)));
      if (last) this.#journal.advance('projected', last.seq);
      this.#reading.projected(read);
    }
  }

  /** Answers to questions among these events that stand accepted, in their own words. A demo's are nobody's experience. */
  #accepted(events: Recorded[]): AcceptedAnswer[] {
    return this.#acceptedOf(new Set(events.flatMap(({ event }) => tasksIn(event))));
  }

  #acceptedOf(tasks: Iterable<TaskId>): AcceptedAnswer[] {
    if (this.#state.room?.demo) return [];
    return [...tasks].flatMap((id) => {
      const objection = objectionOf(this.#state, this.#state.plan.tasks[id]);
      if (objection?.state !== 'accepted' || objection.task.removed || !objection.answer) return [];
      const said = this.#journal.comment(objection.answer.comment);
      if (!said || said.deletedAt !== null || said.body.trim() === '') return [];
      const { title, completedAt } = objection.task;
      return [{ task: id, question: title, answer: said.body, at: completedAt ?? '' }];
    });
  }

  // -------------------------------------------------------------- for whoever runs this

  /** What is here, to be compared with D1 (worker/operator). Brings D1 up to date first, where it can be. */
  async account(): Promise<Account> {
    await this.settle().catch(() => {});
    const { seq, room, plan } = this.#state;
    const state = this.#state;
    const answers = this.#acceptedOf(Object.keys(plan.tasks) as TaskId[]);
    let last: Recorded | null = null;
    let comment: Recorded | null = null;
    const log = await hashOfLog((after) => {
      const page = this.#journal.page(after, 1_000, PROJECT_SIZE).filter((one) => one.seq <= seq);
      last = page.at(-1) ?? last;
      comment = page.findLast(({ event }) => event.type === 'comment.posted') ?? comment;
      return page;
    });
    const shown = await hashOfLines(last && room ? shownOf(state, last, comment, answers) : []);
    return { room: room?.id ?? null, demo: room?.demo ?? false, ...log, shown };
  }

  /** A page of all that is stored here. */
  linesAt(at: string): { lines: Line[]; next: string | null } {
    return this.#books.page(at);
  }

  /** Takes in lines that are to take this room's place. */
  gather(lines: Line[], anew: boolean): void {
    this.#books.gather(lines, anew);
  }

  /**
   * Puts the lines that were gathered in this room's place, all at once, and mails nobody. Says why not: a room that has events is replaced
   * only if told to, and never by fewer. `isInD1`: D1 has all of them already.
   */
  rebuild(replace: boolean, isInD1: boolean): string | null {
    const { seq } = this.#state;
    const now = Date.now();
    if (seq > 0 && !replace) return `the room has ${seq} events`;
    try {
      const state = this.ctx.storage.transactionSync(() => {
        const brought = this.#books.replace((one) => this.#filesOf(one));
        if (brought.seq < seq) throw new NotRebuilt(`the room has events up to ${seq}, what was sent only up to ${brought.seq}`);
        if (!brought.room || !this.env.ROOM.idFromName(brought.room.id).equals(this.ctx.id)) throw new NotRebuilt('this is another room');
        this.#journal.restart(brought, isInD1 ? brought.seq : 0);
        return brought;
      });
      this.#state = state;
      // What calendars were told before is not told again.
      if (seq === 0) for (const task of Object.values(state.plan.tasks)) this.#calendars.owed(state, task.id, now).told();
    } catch (error) {
      this.#journal.forget();
      if (!(error instanceof NotRebuilt)) throw error;
      this.#books.drop();
      return error.message;
    }
    this.#agenda.forget();
    this.#reading.forget();
    this.#texts.forgetAll();
    this.#duties.rearm(this.#state, now);
    for (const side of ['seller', 'customer']) this.#lobby.close(side, CLOSE.reload, 'rebuilt');
    return null;
  }

  /** Writes D1's rows of this room anew. Says why not: rows are replaced only if told to, and never where D1 has events that are not here. */
  async reproject(replace: boolean): Promise<string | null> {
    const { room } = this.#state;
    if (!room) return 'there is no such room';
    const work = this.#settling
      .catch(() => {})
      .then(async () => {
        const there = await headIn(this.env.DB, room.id);
        if (there > this.#state.seq) return `D1 has events up to ${there}, the room only up to ${this.#state.seq}`;
        if (there > 0 && !replace) return `D1 has events of this room up to ${there}`;
        await forgetRoom(this.env.DB, room.id);
        this.#journal.restart(this.#state, 0);
        this.#reading.untold();
        await this.#project();
        return null;
      });
    this.#settling = work;
    return work;
  }

  /** The room's name; null if this id is no room's. */
  title(): string | null {
    return this.#state.room?.name ?? null;
  }

  /** For `/healthz`: an object that has never been used answers too. */
  ping(): 'pong' {
    return 'pong';
  }
}

/** Whether anything of what came is still there for this reader: what was taken back within the window is told to nobody. */
function isThere(state: RoomState, to: Participant, brought: Recorded[]): boolean {
  const { byId } = materialsFor(to.side, state.materials);
  return brought.some(({ event }) => 'material' in event && byId[event.material]?.removed === false);
}

/** Waits for so long (ms), then throws: what is waited for may still happen. */
async function within<T>(patience: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The files that an event brings. */
const filesOf = (event: RoomEvent): FileFact[] =>
  event.type === 'comment.posted'
    ? event.files
    : (event.type === 'material.added' || event.type === 'material.versioned') && event.content.kind === 'file'
      ? [event.content.file]
      : [];
