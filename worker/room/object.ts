/**
 * A room as a Durable Object: what can be asked of it, and what it does when its alarm rings. Each method is one of its parts; what changes
 * it goes through the sequencer.
 */
import { DurableObject } from 'cloudflare:workers';
import type { RoomEvent, Via } from '#core/events.ts';
import type { ParticipantId, PersonId, ThreadId, TaskId } from '#core/ids.ts';
import type { Result } from '#core/refusal.ts';
import { UNDO_DAYS } from '#core/shelf.ts';
import type { TextId } from '#core/texts.ts';
import { doorOf } from '../access/actor.ts';
import type { Env } from '../env.ts';
import { log, logError, underRequest } from '../log.ts';
import { erase, type PersonTraces, type Traces } from '../mail/erase.ts';
import { lags, withdraw } from '../mail/postbox.ts';
import { Administration } from './administration.ts';
import { backoff, RESTS, type Due } from './agenda.ts';
import { Books, type Line } from './books.ts';
import { CoWriting } from './co-writing.ts';
import { Entrance } from './entrance.ts';
import { FileAccess } from './file-access.ts';
import { Keys } from './keys.ts';
import { MailIn } from './mail-in.ts';
import { MailOut } from './mail-out.ts';
import { PersonData } from './person-data.ts';
import { Projector } from './projector.ts';
import type { Remembered } from './remembered.ts';
import { Sequencer, type RoomActor } from './sequencer.ts';
import { Sockets } from './sockets.ts';
import { Views } from './views.ts';

/** After this many failures the pauses between further tries grow no more: eight to twelve seconds. */
const PROJECT_TRIES = 3;
/** After this many failures D1 is said to be behind. */
const TOLD_AFTER = 4;

export class Room extends DurableObject<Env> {
  readonly #room = new Sequencer(this.ctx, this.env);
  readonly #books = new Books(this.ctx.storage, this.#room.journal);
  readonly #projector = new Projector(this.ctx.id, this.#room, this.#books);
  readonly #views = new Views(this.#room);
  readonly #coWriting = new CoWriting(this.#room);
  readonly #sockets = new Sockets(this.#room, this.#views, this.#coWriting);
  readonly #data = new PersonData(this.#room, this.#views, this.#coWriting, this.#projector);
  readonly #keys = new Keys(this.#room);
  readonly #mailOut = new MailOut(this.#room, this.#keys, this.#data);
  readonly #mailIn = new MailIn(this.#room, this.#keys);
  readonly #entrance = new Entrance(this.#room, this.#keys, this.#mailOut);
  readonly #fileAccess = new FileAccess(this.#room);
  readonly #administration = new Administration(this.ctx, this.#room, this.#projector);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      if ((await ctx.storage.getAlarm()) === null) this.#room.agenda.rearm();
    });
  }

  /** Calls a method of this room on behalf of a request, so that logs, chores and mails that come of it carry its id. */
  traced(request: string, name: string, args: unknown[]): unknown {
    const method: unknown = Reflect.get(this, name);
    if (typeof method !== 'function') throw new Error(`a room has no ${name}`);
    return underRequest(request, () => Reflect.apply(method, this, args) as unknown);
  }

  me(...asked: Parameters<Sequencer['me']>) {
    return this.#room.me(...asked);
  }

  /** The one way an open room changes, whichever door the command came through. `input` is a submission: id and command. */
  submit(actor: RoomActor, via: Via, input: unknown): Result<{ seq: number }> | Promise<Result<{ seq: number }>> {
    return this.#room.submitAs(() => this.#room.me(actor), via, input);
  }

  // -------------------------------------------------------------- sockets

  override fetch(request: Request): Response {
    return this.#sockets.enter(request);
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    return this.#sockets.heard(socket, frame);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#sockets.gone(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.gone(socket);
  }

  seen(...asked: Parameters<Sockets['seen']>) {
    return this.#sockets.seen(...asked);
  }

  /** Closes what a seller has open and forgets their sessions. Whoever may still come in connects anew by themselves (RFC 6455 §7.4.1, 1012). */
  closeDoor(person: PersonId): void {
    this.#room.remembered.forget(person, Date.now());
    this.#room.lobby.close(doorOf(person), 1012, 'session');
  }

  sellerBy(...asked: Parameters<Sequencer['sellerBy']>) {
    return this.#room.sellerBy(...asked);
  }

  replaced(...asked: Parameters<Remembered['replaced']>) {
    this.#room.remembered.replaced(...asked);
  }

  // -------------------------------------------------------------- the room as a whole

  found(...asked: Parameters<Administration['found']>) {
    return this.#administration.found(...asked);
  }

  adopt(...asked: Parameters<Administration['adopt']>) {
    return this.#administration.adopt(...asked);
  }

  settleIn(...asked: Parameters<Administration['settleIn']>) {
    return this.#administration.settleIn(...asked);
  }

  dismiss(...asked: Parameters<Administration['dismiss']>) {
    return this.#administration.dismiss(...asked);
  }

  shelve(...asked: Parameters<Administration['shelve']>) {
    return this.#administration.shelve(...asked);
  }

  expire(...asked: Parameters<Administration['expire']>) {
    return this.#administration.expire(...asked);
  }

  purge(...asked: Parameters<Administration['purge']>) {
    return this.#administration.purge(...asked);
  }

  takeRule(...asked: Parameters<Administration['takeRule']>) {
    return this.#administration.takeRule(...asked);
  }

  nameAccount(...asked: Parameters<Administration['nameAccount']>) {
    return this.#administration.nameAccount(...asked);
  }

  // -------------------------------------------------------------- what its people may read

  view(...asked: Parameters<Views['view']>) {
    return this.#views.view(...asked);
  }

  thread(...asked: Parameters<Views['thread']>) {
    return this.#views.thread(...asked);
  }

  wordings(...asked: Parameters<Views['wordings']>) {
    return this.#views.wordings(...asked);
  }

  events(...asked: Parameters<Views['events']>) {
    return this.#views.events(...asked);
  }

  retrospective(...asked: Parameters<Views['retrospective']>) {
    return this.#views.retrospective(...asked);
  }

  ownWords(...asked: Parameters<Views['ownWords']>) {
    return this.#views.ownWords(...asked);
  }

  ledger(...asked: Parameters<Views['ledger']>) {
    return this.#views.ledger(...asked);
  }

  ledgerCsv(...asked: Parameters<Views['ledgerCsv']>) {
    return this.#views.ledgerCsv(...asked);
  }

  whereabouts(...asked: Parameters<Views['whereabouts']>) {
    return this.#views.whereabouts(...asked);
  }

  taskHistory(...asked: Parameters<Views['taskHistory']>) {
    return this.#views.taskHistory(...asked);
  }

  planCsv(...asked: Parameters<Views['planCsv']>) {
    return this.#views.planCsv(...asked);
  }

  calendar(...asked: Parameters<Views['calendar']>) {
    return this.#views.calendar(...asked);
  }

  calendarFile(...asked: Parameters<Views['calendarFile']>) {
    return this.#views.calendarFile(...asked);
  }

  mayReadMail(...asked: Parameters<Views['mayReadMail']>) {
    return this.#views.mayReadMail(...asked);
  }

  // -------------------------------------------------------------- files

  mayUpload(...asked: Parameters<FileAccess['mayUpload']>) {
    return this.#fileAccess.mayUpload(...asked);
  }

  takesFiles(): boolean {
    return this.#fileAccess.takesFiles();
  }

  stage(...asked: Parameters<FileAccess['stage']>) {
    return this.#fileAccess.stage(...asked);
  }

  file(...asked: Parameters<FileAccess['file']>) {
    return this.#fileAccess.file(...asked);
  }

  looked(...asked: Parameters<FileAccess['looked']>) {
    return this.#fileAccess.looked(...asked);
  }

  openings(...asked: Parameters<FileAccess['openings']>) {
    return this.#fileAccess.openings(...asked);
  }

  // -------------------------------------------------------------- doors

  look(...asked: Parameters<Entrance['look']>) {
    return this.#entrance.look(...asked);
  }

  enter(...asked: Parameters<Entrance['enter']>) {
    return this.#entrance.enter(...asked);
  }

  introduce(...asked: Parameters<Entrance['introduce']>) {
    return this.#entrance.introduce(...asked);
  }

  enterWithCode(...asked: Parameters<Entrance['enterWithCode']>) {
    return this.#entrance.enterWithCode(...asked);
  }

  leave(...asked: Parameters<Entrance['leave']>) {
    return this.#entrance.leave(...asked);
  }

  lookAtWishes(...asked: Parameters<Entrance['lookAtWishes']>) {
    return this.#entrance.lookAtWishes(...asked);
  }

  wish(...asked: Parameters<Entrance['wish']>) {
    return this.#entrance.wish(...asked);
  }

  linkTo(...asked: Parameters<Entrance['linkTo']>) {
    return this.#entrance.linkTo(...asked);
  }

  customerSide(...asked: Parameters<Entrance['customerSide']>) {
    return this.#entrance.customerSide(...asked);
  }

  feed(...asked: Parameters<Entrance['feed']>) {
    return this.#entrance.feed(...asked);
  }

  renewFeed(...asked: Parameters<Entrance['renewFeed']>) {
    return this.#entrance.renewFeed(...asked);
  }

  dropFeed(...asked: Parameters<Entrance['dropFeed']>) {
    return this.#entrance.dropFeed(...asked);
  }

  // -------------------------------------------------------------- one person

  myData(...asked: Parameters<PersonData['myData']>) {
    return this.#data.myData(...asked);
  }

  dataAt(...asked: Parameters<PersonData['dataAt']>) {
    return this.#data.dataAt(...asked);
  }

  eraseMe(...asked: Parameters<PersonData['eraseMe']>) {
    return this.#data.eraseMe(...asked);
  }

  eraseAt(...asked: Parameters<PersonData['eraseAt']>) {
    return this.#data.eraseAt(...asked);
  }

  // -------------------------------------------------------------- mail

  replyTarget(...asked: Parameters<MailIn['replyTarget']>) {
    return this.#mailIn.replyTarget(...asked);
  }

  sentMail(...asked: Parameters<MailIn['sentMail']>) {
    return this.#mailIn.sentMail(...asked);
  }

  receive(...asked: Parameters<MailIn['receive']>) {
    return this.#mailIn.receive(...asked);
  }

  senderAt(...asked: Parameters<MailIn['senderAt']>) {
    return this.#mailIn.senderAt(...asked);
  }

  receiveFrom(...asked: Parameters<MailIn['receiveFrom']>) {
    return this.#mailIn.receiveFrom(...asked);
  }

  copied(...asked: Parameters<MailIn['copied']>) {
    return this.#mailIn.copied(...asked);
  }

  answerCalendar(...asked: Parameters<MailIn['answerCalendar']>) {
    return this.#mailIn.answerCalendar(...asked);
  }

  hold(...asked: Parameters<MailIn['hold']>) {
    return this.#mailIn.hold(...asked);
  }

  trouble(...asked: Parameters<MailIn['trouble']>) {
    return this.#mailIn.trouble(...asked);
  }

  previewInvitation(...asked: Parameters<MailOut['previewInvitation']>) {
    return this.#mailOut.previewInvitation(...asked);
  }

  // -------------------------------------------------------------- D1

  settle(...asked: Parameters<Projector['settle']>) {
    return this.#projector.settle(...asked);
  }

  account(...asked: Parameters<Projector['account']>) {
    return this.#projector.account(...asked);
  }

  rebuild(...asked: Parameters<Projector['rebuild']>) {
    return this.#projector.rebuild(...asked);
  }

  reproject(...asked: Parameters<Projector['reproject']>) {
    return this.#projector.reproject(...asked);
  }

  /** A page of all that is stored here. */
  linesAt(at: string): { lines: Line[]; next: string | null } {
    return this.#books.page(at);
  }

  /** Takes in lines that are to take this room's place. */
  gather(lines: Line[], anew: boolean): void {
    this.#books.gather(lines, anew);
  }

  /** The room's name; null if this id is no room's. */
  title(): string | null {
    return this.#room.state.room?.name ?? null;
  }

  /** For `/healthz`: an object that has never been used answers too. */
  ping(): 'pong' {
    return 'pong';
  }

  // -------------------------------------------------------------- later

  /** Does what is due. Catches its own failures and always sets the next alarm: a throwing alarm is given up after six tries. */
  override async alarm(): Promise<void> {
    try {
      for (const chore of this.#room.agenda.due(Date.now())) {
        try {
          const request = chore.request ?? crypto.randomUUID();
          await underRequest(request, () => this.#do(chore));
          log('chore', { id: request, chore: chore.kind, room: this.#room.state.room?.id });
          this.#room.agenda.done(chore);
          if (chore.kind === 'project' && chore.tries >= TOLD_AFTER) await this.#tellLag(null);
          if (chore.kind === 'notify') this.#tidy(chore.key);
        } catch (error) {
          // D1 hears of everything soon after it is back, of rooms that are silent since, too.
          const tries = chore.kind === 'project' ? Math.min(chore.tries, PROJECT_TRIES) : chore.tries;
          const wait = backoff(tries, Math.random());
          logError('chore failed', error, { id: chore.request, chore: chore.kind, room: this.#room.state.room?.id, tries: chore.tries });
          this.#room.agenda.again(chore, Date.now() + wait * 1000);
          if (chore.kind === 'project' && chore.tries + 1 >= TOLD_AFTER)
            await this.#tellLag(this.#room.journal.since(this.#room.journal.mark('projected'), 1)[0]?.at ?? null);
        }
      }
    } finally {
      this.#room.agenda.rearm();
    }
  }

  /** Owners see on their status page that lists are behind, and since when; null: no longer. That it can't be told stops nothing. */
  async #tellLag(since: string | null): Promise<void> {
    const { room } = this.#room.state;
    if (room) await lags(this.env, room.id, since === null ? null : Date.parse(since)).catch(() => {});
  }

  /** When nobody is left to be told of a thread's news, they need not be kept. */
  #tidy(key: string): void {
    const thread = key.split('|')[1] as ThreadId;
    if (!this.#room.agenda.has('notify', `%|${thread}|%`)) this.#room.reading.settled(thread);
  }

  /** What time has brought about is an event like any other. */
  #findOut(events: RoomEvent[]): void {
    if (events.length > 0) this.#room.record(null, 'system', 'system', events);
  }

  async #do(chore: Due): Promise<void> {
    const now = Date.now();
    const { archived, deleted } = this.#room.state.room ?? {};
    // Put away, nobody is asked or reminded; shut, nobody hears anything. Both wait for the room's return.
    if (deleted ? !RESTS.deleted.has(chore.kind) : archived && RESTS.archived.has(chore.kind))
      return this.#room.agenda.add(chore.kind, chore.key, now + UNDO_DAYS * 86_400_000, now);
    switch (chore.kind) {
      case 'project':
        return this.#projector.settle();
      case 'text':
        return this.#coWriting.settleAtRest(chore.key as TextId, now);
      case 'receipt':
        return this.#mailOut.giveReceipt(chore.key);
      case 'deviceOut':
        return this.#mailOut.tellDeviceOut(chore.key);
      case 'unused':
        return this.#fileAccess.dropUnused(now);
      case 'calendar':
        return this.#mailOut.tellCalendars(chore.key as TaskId);
      case 'check':
        return this.#findOut(this.#room.duties.check(this.#room.state, now));
      case 'lapse':
        return this.#findOut(this.#room.duties.lapse(this.#room.state, chore.key, now));
      case 'ask':
        return this.#mailOut.ask(chore.key);
      case 'remind':
        return this.#mailOut.remind(chore.key as ParticipantId, now);
      case 'reflect':
        return this.#mailOut.askToReflect(chore.key);
      case 'hand':
        return this.#mailOut.hand(chore.key);
      case 'brought':
        return this.#mailOut.askNewcomer(chore.key as ParticipantId);
      case 'erase':
        return this.#room.state.room ? erase(this.env, this.#room.state.room.id, JSON.parse(chore.key) as Traces) : undefined;
      case 'eraseElsewhere':
        return this.#data.eraseElsewhere(JSON.parse(chore.key) as PersonTraces);
      case 'withdraw':
        return this.#room.state.room?.deleted ? withdraw(this.env, this.#room.state.room.id) : undefined;
      case 'notify':
        return this.#mailOut.notify(chore.key);
    }
  }
}
