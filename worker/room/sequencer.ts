/**
 * The one way a room changes: check, decide, append, keep the books, then tell the world, in one synchronous turn, so that the output gate
 * holds every frame until the event is on disk. What is decided lives in core/. The state, the history and the books are held here for all
 * parts of the room.
 */
import * as v from 'valibot';
import { audienceOf, maySeeThread } from '#core/audience.ts';
import { submission, type Command } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import type { Facts } from '#core/decision.ts';
import type { Recorded, RoomEvent, Via } from '#core/events.ts';
import { releasedComment } from '#core/held-mail.ts';
import type { CommentId, ParticipantId, PersonId, WorkspaceId } from '#core/ids.ts';
import { calendarsTouched } from '#core/meetings.ts';
import { noticesOf, wanted, WINDOW } from '#core/notices.ts';
import { present, withAddress, type Participant } from '#core/people.ts';
import { CLOSE } from '#core/protocol.ts';
import { done, refuse, tooOften, type Reason, type Result } from '#core/refusal.ts';
import { apply, type RoomState } from '#core/room.ts';
import { wakes } from '#core/shelf.ts';
import { type TextId, textsIn, wordsOf } from '#core/texts.ts';
import { doorOf } from '../access/actor.ts';
import { Allowances, LIMITS } from '../access/limits.ts';
import { fresh } from '../access/tokens.ts';
import { toBase64 } from '../base64.ts';
import { colleaguesByAddress, qualificationRuleOf } from '../directory/lookups.ts';
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import type { Proof } from '../services.ts';
import { Agenda } from './agenda.ts';
import { Calendars } from './calendars.ts';
import { Doors } from './doors.ts';
import { Files } from './files.ts';
import { commandKey, fingerprint, Journal, type Written } from './journal.ts';
import { Lobby } from './lobby.ts';
import { Mailed } from './mailed.ts';
import { Newcomers } from './newcomers.ts';
import { Opens } from './opens.ts';
import { PlanDuties } from './plan-duties.ts';
import { Reading } from './reading.ts';
import { Receipts } from './receipts.ts';
import { Remembered } from './remembered.ts';
import { Sent } from './sent.ts';
import { SharedTexts } from './shared-texts.ts';
import { Visits } from './visits.ts';

/** Who is at the door: a seller's person, checked before; or a guest's device, which only the room can know. */
export type RoomActor =
  | { kind: 'seller'; person: PersonId; workspace: WorkspaceId; session: string; proof?: Proof | null | undefined }
  | { kind: 'guest'; device: string };

/** What one turn wrote: the state after it, and what is to be told. */
interface Change {
  state: RoomState;
  written: Written[];
  rewritten: { text: TextId; update: Uint8Array }[];
}

/** D1 hears of events this long after the first one it has not heard of: armed once, not once an event. */
export const PROJECT_AFTER = 4_000;
/** Calendars hear of a change after this time, so that what is undone at once is never sent. */
const CALENDAR_AFTER = 20_000;

/** Whom a command brings in. */
const broughtIn = (command: Command) => (command.type === 'participant.add' ? [command] : 'invite' in command ? command.invite : []);

export class Sequencer {
  readonly storage: DurableObjectStorage;
  readonly env: Env;
  readonly journal: Journal;
  readonly doors: Doors;
  readonly remembered: Remembered;
  readonly agenda: Agenda;
  readonly reading: Reading;
  readonly receipts: Receipts;
  readonly opens: Opens;
  readonly mailed: Mailed;
  readonly sent: Sent;
  readonly files: Files;
  readonly visits: Visits;
  readonly newcomers: Newcomers;
  readonly calendars: Calendars;
  readonly duties: PlanDuties;
  readonly lobby: Lobby;
  readonly texts: SharedTexts;
  state: RoomState;
  readonly #commands = new Allowances<ParticipantId>(LIMITS.commands, new Map());
  readonly #commandsInRoom = new Allowances<'room'>(LIMITS.commandsInRoom, new Map());
  readonly #brought = new Allowances<ParticipantId>(LIMITS.newcomers, new Map());

  constructor(ctx: DurableObjectState, env: Env) {
    const { storage } = ctx;
    this.storage = storage;
    this.env = env;
    this.journal = new Journal(storage);
    this.doors = new Doors(storage);
    this.remembered = new Remembered(storage);
    this.agenda = new Agenda(storage);
    this.reading = new Reading(storage);
    this.receipts = new Receipts(storage);
    this.opens = new Opens(storage);
    this.mailed = new Mailed(storage);
    this.sent = new Sent(storage);
    this.files = new Files(storage);
    this.visits = new Visits(storage);
    this.newcomers = new Newcomers(storage);
    this.calendars = new Calendars(storage);
    this.duties = new PlanDuties(storage, this.agenda);
    this.lobby = new Lobby(ctx);
    this.texts = new SharedTexts(storage);
    this.state = this.journal.restore();
  }

  /** Whether this actor is in the room, and as whom. */
  me(actor: RoomActor): Participant | undefined {
    return this.state.room?.deleted ? undefined : this.someone(actor);
  }

  /** The same of a room that is shut, too. */
  someone(actor: RoomActor): Participant | undefined {
    const here = (one: Participant | undefined) => (one && one.status !== 'left' ? one : undefined);
    if (actor.kind === 'seller') {
      // A person may sell for several companies: each of them sees its own rooms only.
      if (actor.workspace !== this.state.room?.workspace) return undefined;
      return here(Object.values(this.state.people).find((one) => one.person === actor.person && one.side === 'seller'));
    }
    const device = this.doors.device(actor.device, Date.now());
    return device && here(this.state.people[device.participant]);
  }

  /** The seller behind a session that D1 proved here lately; null for anybody else. To be asked only while D1 is away. */
  sellerBy(hash: string): Extract<RoomActor, { kind: 'seller' }> | null {
    const person = this.remembered.person(hash, Date.now());
    if (!person || !this.state.room) return null;
    const actor = { kind: 'seller' as const, person, workspace: this.state.room.workspace, session: doorOf(person) };
    return this.someone(actor) ? actor : null;
  }

  /** A visit keeps a device in, and a session known that D1 has proven. */
  visited(actor: RoomActor): void {
    if (actor.kind === 'guest') this.doors.visited(actor.device, Date.now());
    else if (actor.proof) this.remembered.note(actor.person, actor.proof);
  }

  /** Without an await where nothing must be looked up: then a command is one turn of the object from frame to frames. */
  submitAs(me: () => Participant | undefined, via: Via, input: unknown): Result<{ seq: number }> | Promise<Result<{ seq: number }>> {
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
      return this.execute(who.id, via, id, command, found);
    };
    return facts instanceof Promise ? facts.then(go) : go(facts);
  }

  /** What the core can't look up itself. Null when D1 is needed for it and does not answer. */
  #factsFor(command: Command): Facts | Promise<Facts | null> {
    const newcomers = broughtIn(command);
    const facts = (colleagues: Facts['colleagues'], declined?: ReadonlySet<string>): Facts => ({
      at: new Date().toISOString(),
      colleagues,
      staged: {},
      // Who was asked matters only to whoever brings somebody in.
      asked: newcomers.length > 0 ? this.newcomers.addresses() : undefined,
      declined,
    });
    if (command.type === 'deal.rule' && command.follows && this.state.room) {
      return qualificationRuleOf(this.env.DB, this.state.room.workspace).then(
        (rule) => rule && (Object.assign(command, rule), facts({})),
        () => null,
      );
    }
    const sellers = newcomers.filter((one) => one.side === 'seller').map((one) => one.email);
    const { room } = this.state;
    if (newcomers.length === 0 || !room) return facts({});
    if (sellers.length === 0 && !this.newcomers.hasForgotten()) return facts({});
    return Promise.all([
      sellers.length > 0 ? colleaguesByAddress(this.env.DB, room.workspace, sellers) : {},
      this.forgottenOf(newcomers.map((one) => one.email)),
    ]).then(
      ([colleagues, declined]) => facts(colleagues, declined),
      () => null,
    );
  }

  /** Which of these addresses asked to be forgotten. */
  async forgottenOf(emails: string[]): Promise<Set<string>> {
    const found = new Set<string>();
    if (!this.newcomers.hasForgotten()) return found;
    for (const email of emails) if (this.newcomers.isForgotten(await this.newcomers.hashOf(email))) found.add(email.toLowerCase());
    return found;
  }

  execute(by: ParticipantId, via: Via, id: string, command: Command, facts: Facts): Result<{ seq: number }> {
    const held = command.type === 'mail.settle' && command.how === 'posted' ? this.state.held[command.held] : undefined;
    const { outcome, change } = this.atOnce(() => this.#decided(by, via, id, command, facts));
    log('command', { room: this.state.room?.id, command: command.type, via, outcome: outcome.ok ? 'done' : outcome.refusal.reason });
    if (!outcome.ok || !change) return outcome;
    this.tell(change);
    if (held) {
      const sender = withAddress(this.state, held.from);
      if (sender) this.execute(sender.id, 'mail', `held-${held.id}`, releasedComment(held, fresh<CommentId>()), facts);
    }
    return done({ seq: this.state.seq });
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
    const earlier = this.journal.earlier(key);
    if (earlier) return is(earlier.body === body ? done({ seq: earlier.seq || this.state.seq }) : refuse('conflict', 'reused_id'));

    let asked = command;
    if (command.type === 'comment.post') facts.staged = this.files.staged(command.files);
    if ((command.type === 'material.add' || command.type === 'material.version') && command.file !== null)
      facts.staged = this.files.staged([command.file]);
    const said = 'comment' in command && command.comment !== null ? this.journal.comment(command.comment) : undefined;
    if (said) facts.comments = { [said.id]: said };
    if (command.type === 'objection.raise' && command.comment !== null) {
      const who = this.state.people[by];
      if (!said || said.deletedAt !== null || !who || !maySeeThread(who.side, said.thread))
        return is(refuse('not_found', 'no_such_comment'));
      // A question asked among the sellers is not told to the customer by being raised.
      if (!maySeeThread('customer', said.thread)) return is(refuse('forbidden', 'not_for_your_side'));
      asked = { ...command, author: said.by };
    } else if (command.type === 'objection.raise') asked = { ...command, author: null };
    else if (command.type === 'objection.answer' && command.body.trim() === '') {
      if (!said || said.deletedAt !== null || said.thread !== (command.task as string)) return is(refuse('not_found', 'no_such_comment'));
    } else if (command.type === 'deal.cite') {
      const cited = command.kind === 'comment' ? this.journal.comment(command.of) : undefined;
      asked = { ...command, said: cited?.deletedAt === null ? cited : null };
    }

    const decision = decide(this.state, by, asked, facts);
    if (!decision.ok) return is(decision);
    const change = this.wrote({ id: key, body }, by, via, decision.events);
    return { outcome: done({ seq: change.state.seq }), change };
  }

  /** Append, bookkeeping and telling, in one turn without an await: one commit, then the world. */
  record(command: { id: string; body: number } | null, by: ParticipantId | 'system', via: Via, events: RoomEvent[], quiet = false): void {
    this.tell(this.atOnce(() => this.wrote(command, by, via, events, quiet)));
  }

  /** All or nothing: an exception takes back what was written, and what was remembered of it. */
  atOnce<T>(work: () => T): T {
    try {
      return this.storage.transactionSync(work);
    } catch (error) {
      this.agenda.forget();
      this.reading.forget();
      this.journal.forget();
      this.texts.forgetAll();
      throw error;
    }
  }

  /** Appends what happened and keeps the books. Changes nothing in memory: it may yet be taken back. */
  wrote(command: { id: string; body: number } | null, by: ParticipantId | 'system', via: Via, events: RoomEvent[], quiet = false): Change {
    const now = Date.now();
    let state = this.state;
    const rewritten: Change['rewritten'] = [];
    // Whoever works in a room that was put away takes it up again.
    const woken = state.room?.archived && events.some((event) => wakes({ by, audience: audienceOf(event), event }));
    const all: RoomEvent[] = woken ? [...events, { type: 'room.unarchived' }] : events;
    const written = this.journal.append(command, by, via, now, all);
    for (const { recorded } of written) {
      const before = state;
      state = apply(state, recorded);
      for (const { text, words } of textsIn(recorded.event)) {
        const update = this.texts.bring(text, wordsOf(before, text), words);
        if (update) rewritten.push({ text, update });
      }
      this.#keep(state, recorded, now, quiet);
    }
    this.journal.settle(state, false);
    if (written.length > 0) this.agenda.add('project', '', now + PROJECT_AFTER, now);
    return { state, written, rewritten };
  }

  /** Tells the world what has been written. */
  tell({ state, written, rewritten }: Change): void {
    this.state = state;
    this.lobby.broadcast(written);
    for (const { text, update } of rewritten) this.lobby.tellWriters(text, { type: 'text.edited', text, update: toBase64(update) });
    for (const { recorded } of written) {
      if (recorded.event.type === 'participant.left') this.lobby.close(recorded.event.participant, CLOSE.left, 'left');
    }
  }

  /** What an event means for the room's own books. */
  #keep(state: RoomState, recorded: Recorded, now: number, quiet: boolean): void {
    const { event, by } = recorded;
    if (event.type === 'participant.left') this.doors.shut(event.participant);
    if (event.type === 'room.unarchived' || event.type === 'room.undeleted') this.agenda.bringForward(now);
    // What waits to be sent is taken back.
    if (event.type === 'room.deleted') this.agenda.add('withdraw', '', now, now);
    if (event.type === 'newcomer.forgotten') this.#forget(state, event.newcomer, event.why === 'asked', now);
    if (event.type === 'comment.posted' && by !== 'system') this.reading.seen(by, event.thread, recorded.seq);
    this.files.shelve(event);
    if (event.type === 'reading.allowed' && !event.allowed && by !== 'system') this.opens.forgetReading(by);
    this.duties.heard(state, recorded, now);
    if (event.type === 'reflection.asked')
      for (const one of present(state))
        if (wanted(one, 'reflection')) this.agenda.add('reflect', `${one.id}|${recorded.seq}`, now + WINDOW.reflection * 1000, now);
    const notices = quiet ? [] : noticesOf(state, recorded);
    this.reading.notice(notices);
    for (const task of calendarsTouched(state, recorded)) this.agenda.add('calendar', task, now + CALENDAR_AFTER, now);
    for (const notice of notices) {
      this.agenda.add(
        'notify',
        `${notice.to}|${notice.thread}|${notice.kind === 'invitation' ? 'invitation' : 'news'}`,
        now + WINDOW[notice.kind] * 1000,
        now,
      );
    }
  }

  /** Of somebody who does not come in nothing stays: their ways in, what they were sent and what they wrote, name and address. */
  #forget(state: RoomState, newcomer: ParticipantId, silence: boolean, now: number): void {
    const traces = this.newcomers.drop(newcomer, silence);
    this.doors.shut(newcomer);
    this.sent.forget(newcomer);
    for (const file of traces?.files ?? []) this.files.drop(file);
    this.journal.forgetNewcomer(newcomer, state);
    if (traces) this.agenda.add('erase', JSON.stringify(traces), now, now);
  }
}
