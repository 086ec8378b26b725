/** What of a room its people may read, each as their side may see it. Nothing here changes what happened. */
import { maySee, maySeeThread, sharedOf, viewFor, visible } from '#core/audience.ts';
import type { Wording } from '#core/discussion.ts';
import type { Recorded } from '#core/events.ts';
import type { CommentId, ParticipantId, ThreadId, TaskId } from '#core/ids.ts';
import { LedgerKeeper, type LedgerRow } from '#core/ledger.ts';
import { isMeeting, meetingOf, timeOf } from '#core/meetings.ts';
import { present, type Participant } from '#core/people.ts';
import { can } from '#core/permissions.ts';
import { PROTOCOL, type RoomView, type ThreadPage, type Where, type Whereabouts } from '#core/protocol.ts';
import { quietHoursIn } from '#core/quiet-hours.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { retrospective, type Retrospective } from '#core/retrospective.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { historyOf, type HistoryEntry } from '#core/task-history.ts';
import { calendarOf } from '../mail/calendar.ts';
import { entryFor } from '../mail/compose.ts';
import { broughtMailKey, mailKey } from '../mail/keys.ts';
import { ledgerCsv } from './ledger-file.ts';
import { planCalendar, planCsv } from './plan-file.ts';
import { richText } from './rich-text.ts';
import type { RoomActor, Sequencer } from './sequencer.ts';

/** Events a browser may have missed before it gets everything anew. */
export const RESUME_LIMIT = 1_000;
/** Events that are counted at a time. */
const LEDGER_PAGE = 2_000;

export class Views {
  readonly #room: Sequencer;

  constructor(room: Sequencer) {
    this.#room = room;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

  /** The room as this actor may see it; refused for whoever is not in it. */
  view(
    actor: RoomActor,
    threads: ThreadId[],
    at: CommentId | null = null,
  ): Result<{ view: RoomView; pages: Record<ThreadId, ThreadPage> }> {
    const me = this.#room.me(actor);
    if (this.#state.room?.deleted && this.#room.someone(actor)) return refuse('not_found', 'room_deleted');
    if (!me || !this.#state.room) return refuse('forbidden', 'not_a_participant');
    this.#room.visited(actor);
    this.#room.visits.note(me.id, Date.now());
    const pages: Record<ThreadId, ThreadPage> = {};
    for (const thread of threads.slice(0, 4)) pages[thread] = this.#page(me, thread, at && { at });
    return done({ view: this.viewOf(me), pages });
  }

  thread(actor: RoomActor, thread: ThreadId, where: Where): Result<ThreadPage> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!maySeeThread(me.side, thread)) return refuse('not_found', 'no_such_thread');
    return done(this.#page(me, thread, where));
  }

  /** Every wording of a comment that was edited, the first one first. Of a deleted comment there is none. */
  wordings(actor: RoomActor, id: string): Result<{ wordings: (Wording & { html: string | null })[] }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const one = this.#room.journal.comment(id);
    if (!one || one.deletedAt !== null || !maySeeThread(me.side, one.thread)) return refuse('not_found', 'no_such_comment');
    return done({ wordings: this.#room.journal.wordings(id).map((wording) => ({ ...wording, html: richText(wording.body, 'page') })) });
  }

  /** Events after a sequence number, as this actor may see them; at most 1,000. */
  events(actor: RoomActor, since: number): Result<{ events: Recorded[]; head: number }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const events = this.#room.journal.since(since, RESUME_LIMIT);
    const seen = this.#room.journal.withoutDeleted(events.filter((one) => maySee(me.side, one.audience)));
    return done({ events: seen, head: events.at(-1)?.seq ?? this.#state.seq });
  }

  /** Where the days went, as this actor's side may know it. What was said is not needed for it, only what was done. */
  retrospective(actor: RoomActor): Result<Retrospective | null> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    // Asking to look back is the end of what is looked back on.
    const { askedAt } = this.#state.reflection;
    return done(retrospective(visible(me.side, this.#room.journal.deeds()), askedAt === null ? Date.now() : Date.parse(askedAt)));
  }

  /** The room as the selling side alone wrote it: a template takes its words from here, and none of the customer's. */
  ownWords(actor: RoomActor): Result<RoomState> {
    const me = this.#room.me(actor);
    if (!me || !can.saveTemplate(me)) return refuse('forbidden', 'not_a_participant');
    const theirs = (by: ParticipantId | 'system') => by !== 'system' && this.#state.people[by]?.side === 'customer';
    // A text is written whole each time: once a customer had a part in it, the sellers' next wording has their words, too.
    const shared = new Set<TaskId>();
    const ours = this.#room.journal.deeds().flatMap((one) => {
      const { by, event } = one;
      if (event.type !== 'task.changed' || event.description === undefined) return theirs(by) ? [] : [one];
      if (theirs(by) || event.writers?.some(theirs)) shared.add(event.task);
      const { description: _, ...rest } = event;
      return theirs(by) ? [] : [shared.has(event.task) ? { ...one, event: rest } : one];
    });
    return done(ours.reduce(apply, emptyRoom));
  }

  /** Who did what, as this actor's side may know it; a seller may look as the customer would. */
  ledger(actor: RoomActor, asCustomer = false): Result<{ ledger: LedgerRow[] }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    return done({ ledger: this.#ledgerFor(asCustomer ? 'customer' : me.side) });
  }

  ledgerCsv(actor: RoomActor): Result<{ csv: string; name: string }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    return done({ csv: ledgerCsv(this.#ledgerFor(me.side), me.locale), name: this.#state.room?.name ?? '' });
  }

  #ledgerFor(side: Participant['side']): LedgerRow[] {
    const keeper = new LedgerKeeper();
    for (let since = 0; ;) {
      const events = this.#room.journal.since(since, LEDGER_PAGE);
      for (const one of visible(side, events)) keeper.add(one);
      const last = events.at(-1);
      if (!last || events.length < LEDGER_PAGE) return keeper.rows(Date.now());
      since = last.seq;
    }
  }

  /** When each person was last heard of, and by which way they take part. */
  whereabouts(actor: RoomActor): Result<{ people: Record<ParticipantId, Whereabouts> }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const pages = this.#room.visits.all();
    const [deeds, mails] = [this.#room.journal.lastDeeds(me.side, false), this.#room.journal.lastDeeds(me.side, true)];
    const people: Record<ParticipantId, Whereabouts> = {};
    for (const { id } of present(this.#state)) {
      const page = pages.get(id) ?? this.#room.doors.lastSeen(id) ?? deeds.get(id);
      const mail = mails.get(id);
      const last = Math.max(page ?? 0, mail ?? 0);
      people[id] = { at: last > 0 ? new Date(last).toISOString() : null, page: page !== undefined, mail: mail !== undefined };
    }
    return done({ people });
  }

  /** What became of one task, oldest first: who, when, from what to what. */
  taskHistory(actor: RoomActor, task: TaskId): Result<{ history: HistoryEntry[] }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!this.#state.plan.tasks[task]) return refuse('not_found', 'no_such_task');
    const events = this.#room.journal.naming(task).filter((one) => maySee(me.side, one.audience));
    return done({ history: historyOf(task, events) });
  }

  /** The plan as a table, as this actor may see it. */
  planCsv(actor: RoomActor): Result<{ csv: string; name: string }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    return done({ csv: planCsv(viewFor(me.side, this.#state), me), name: this.#state.room?.name ?? '' });
  }

  /** The calendar behind an address; null when it opens nothing (any more). Asks nothing but the room. */
  calendar(hash: string): string | null {
    const key = this.#room.doors.key('feed', hash);
    const one = key && this.#state.people[key.participant];
    const room = this.#state.room;
    if (!one || one.status === 'left' || !room || room.deleted) return null;
    const url = `${this.#room.env.APP_URL}/${one.side === 'seller' ? 'rooms' : 'r'}/${room.id}`;
    return planCalendar(viewFor(one.side, this.#state), one, room.id, url, Date.now());
  }

  /** This actor's own copy of a meeting for a calendar that takes no mail. */
  calendarFile(actor: RoomActor, id: TaskId): Result<string> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    const task = this.#state.plan.tasks[id];
    const made = task && !task.removed && isMeeting(task) ? entryFor(this.#room.env, this.#state, task, me, null, Date.now()) : null;
    return task && made && timeOf(task, meetingOf(this.#state, id))
      ? done(calendarOf(made.entry, 'PUBLISH'))
      : refuse('not_found', 'no_time_yet');
  }

  /**
   * What this actor may have of a mail, and where it lies: sellers read what customers wrote, everyone what their own side wrote; only its
   * author gets the bytes. What a copy names it must have brought itself: the id alone could be that of anybody's mail.
   */
  mayReadMail(actor: RoomActor, mailId: string): { what: 'page' | 'raw'; key: string } | null {
    const me = this.#room.me(actor);
    if (!me) return null;
    const { room } = this.#state;
    const found = this.#room.journal.mail(mailId);
    if (!found || !room) return null;
    const key = found.brought ? broughtMailKey(room.id, mailId) : mailKey(mailId);
    // Held, not posted.
    if (found.thread === null) return me.side === 'seller' ? { what: 'page', key } : null;
    const author = found.by === 'system' ? undefined : this.#state.people[found.by];
    // A seller's mail may quote what is internal below what they wrote: its original stays on their side.
    if (!author || !maySeeThread(me.side, found.thread)) return null;
    if (author.id === me.id) return { what: 'raw', key };
    return me.side === 'seller' || author.side === me.side ? { what: 'page', key } : null;
  }

  viewOf(me: Participant): RoomView {
    const quiet = quietHoursIn(this.#room.env.QUIET_HOURS);
    return {
      protocol: PROTOCOL,
      state: viewFor(me.side, this.#state),
      me: me.id,
      seen: this.#room.reading.of(me.id),
      here: this.#room.lobby.here(me.side),
      ...(me.side === 'seller' && { mailed: this.#room.mailed.toCustomers(this.#state) }),
      ...(quiet && { quiet }),
    };
  }

  #page(me: Participant, thread: ThreadId, where: Where): ThreadPage {
    const page = this.#room.journal.thread(me.side, thread, where);
    const html: Record<string, string> = {};
    for (const comment of page.comments) {
      const rich = richText(comment.body, 'page');
      if (rich !== null) html[comment.id] = rich;
    }
    const task = this.#state.plan.tasks[sharedOf(thread) as string as TaskId];
    const described = task ? richText(task.description, 'page') : null;
    if (task && described !== null) html[task.id] = described;
    return { ...page, html, read: maySeeThread(me.side, thread) ? this.#room.reading.readers(thread) : {} };
  }
}
