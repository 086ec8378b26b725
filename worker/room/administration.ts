/** What is done to a room as a whole, mostly from outside: founded, brought from elsewhere, put away, deleted, its workspace's rules taken over. */
import type { QualificationRule } from '#core/deal.ts';
import type { Recorded, RoomEvent, Via } from '#core/events.ts';
import type { ParticipantId, PersonId } from '#core/ids.ts';
import { present, type Locale } from '#core/people.ts';
import { can } from '#core/permissions.ts';
import { CLOSE } from '#core/protocol.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { apply, type RoomState } from '#core/room.ts';
import { type ShelfEvent, UNDO_DAYS } from '#core/shelf.ts';
import { fresh } from '../access/tokens.ts';
import { filesOf } from './files.ts';
import type { Projector } from './projector.ts';
import type { RoomActor, Sequencer } from './sequencer.ts';

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

export class Administration {
  readonly #ctx: DurableObjectState;
  readonly #room: Sequencer;
  readonly #projector: Projector;

  constructor(ctx: DurableObjectState, room: Sequencer, projector: Projector) {
    this.#ctx = ctx;
    this.#room = room;
    this.#projector = projector;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

  /** Founds the room: its facts, its people and its first plan. Doing it twice changes nothing. `quiet` mails nobody about it. */
  async found(chapters: Chapter[], quiet = false): Promise<void> {
    if (this.#state.room) return;
    for (const chapter of chapters) {
      for (const event of chapter.events) for (const file of filesOf(event)) this.#room.files.stage(chapter.by, file);
      this.#room.record(null, chapter.by, chapter.via, chapter.events, chapter.quiet);
    }
    if (quiet) {
      this.#room.reading.forgetNews();
      this.#room.agenda.drop('notify');
      const now = Date.now();
      for (const task of Object.values(this.#state.plan.tasks)) this.#room.calendars.owed(this.#state, task.id, now).told();
      this.#room.agenda.drop('calendar');
    }
    await this.#projector.settle();
  }

  /** Takes in events of a room that lived elsewhere, as they were. Only while this one has no home yet. */
  adopt(events: Recorded[]): void {
    if (this.#room.journal.mark('projected') > 0) throw new Error('this room has a history of its own');
    this.#room.storage.transactionSync(() => {
      this.#room.journal.adopt(events);
      let state = this.#state;
      for (const one of events) {
        state = apply(state, one);
        this.#room.files.bring(one);
      }
      this.#room.journal.settle(state, true);
      this.#room.state = state;
    });
  }

  /** Gives an adopted room its home, with whoever brought it in it. Nobody is mailed. */
  async settleIn(moving: {
    newcomer: Extract<RoomEvent, { type: 'participant.added' }> | null;
    participant: ParticipantId | null;
    home: Omit<Extract<RoomEvent, { type: 'room.imported' }>, 'type' | 'participant'>;
  }): Promise<void> {
    const participant = moving.newcomer?.participant ?? moving.participant;
    if (!participant || this.#room.journal.mark('projected') > 0) throw new Error('nobody moves into a room that is lived in');
    this.#room.record(null, participant, 'app', [
      ...(moving.newcomer ? [moving.newcomer] : []),
      { type: 'room.imported', ...moving.home, participant },
    ]);
    this.#room.reading.forgetNews();
    this.#room.agenda.drop('notify');
    await this.#projector.settle();
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
    this.#room.record(null, 'system', 'app', [...inherits, { type: 'participant.left', participant: leaving.id }]);
  }

  /**
   * Puts the room away, deletes it, or takes that back: whoever may in the room, or an owner of its workspace, from outside. Doing it twice
   * changes nothing. A deleted room is shut in this turn: no page, no socket, no mail.
   */
  async shelve(actor: RoomActor, isOwner: boolean, how: ShelfEvent['type']): Promise<Result<{ name: string }>> {
    const { room } = this.#state;
    if (!room || actor.kind !== 'seller' || actor.workspace !== room.workspace) return refuse('not_found', 'no_such_room');
    const me = this.#room.someone(actor);
    if (!isOwner && !(me && can.shelve(me))) return refuse('forbidden', 'not_a_participant');
    this.#putAway(me?.id ?? 'system', how);
    // Whoever asked sees it in their lists at once; where D1 is away it follows.
    await this.#projector.settle().catch(() => {});
    return done({ name: room.name });
  }

  /** An archived room has stood for as long as its workspace keeps them. Null when it was taken up again meanwhile. */
  async expire(): Promise<{ until: string } | null> {
    const { room } = this.#state;
    if (!room?.archived && !room?.deleted) return null;
    this.#putAway('system', 'room.deleted');
    await this.#projector.settle();
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
    this.#room.record(null, by, 'app', [type === 'room.deleted' ? { type, until } : { type }]);
    if (type !== 'room.deleted') return;
    for (const side of ['seller', 'customer']) this.#room.lobby.close(side, CLOSE.left, 'deleted');
  }

  /**
   * Erases everything that the object has. Only once its time is over: false otherwise. An object without facts has nothing to lose, so that
   * doing it again is harmless. Ends this instance, which remembers what is gone: the call then throws, and `title` is null.
   */
  async purge(): Promise<boolean> {
    const { room } = this.#state;
    if (!room) return true;
    if (!room.demo && !(room.deleted && Date.parse(room.deleted.until) <= Date.now())) return false;
    await this.#projector.idle();
    for (const side of ['seller', 'customer']) this.#room.lobby.close(side, CLOSE.left, 'erased');
    await this.#room.storage.deleteAlarm();
    await this.#room.storage.deleteAll();
    await this.#room.storage.sync();
    this.#ctx.abort('erased');
    return true;
  }

  /** The workspace's rule of what qualifies a deal has changed: a room that goes by it takes it over, and says who did it. */
  async takeRule(rule: QualificationRule, who: Administrator): Promise<void> {
    const { room, deal } = this.#state;
    if (!room || !deal.follows || JSON.stringify(deal.rule) === JSON.stringify(rule)) return;
    const { framework, minimum } = rule;
    this.#administered(who, { type: 'deal.ruled', rule, follows: true }, { type: 'admin.ruleSet', name: who.name, framework, minimum });
    await this.#projector.settle();
  }

  /** The customer's company has another name in the directory now; the room says who gave it. */
  async nameAccount(accountName: string, who: Administrator): Promise<void> {
    const from = this.#state.room?.accountName;
    if (from === undefined || from === accountName) return;
    const line = { type: 'admin.accountNamed' as const, name: who.name, from, to: accountName };
    this.#administered(who, { type: 'room.accountNamed', accountName }, line);
    await this.#projector.settle();
  }

  /** What somebody did with a right of the workspace: in their own name where they are in the room. */
  #administered(who: Administrator, ...events: RoomEvent[]): void {
    const here = Object.values(this.#state.people).find((one) => one.person === who.person && one.status !== 'left');
    this.#room.record(null, here?.id ?? 'system', 'app', events);
  }
}
