/** A room's way into D1 and, for whoever runs this, back: its events in order, once each; both sides compared; each made of the other. */
import type { Recorded } from '#core/events.ts';
import type { TaskId } from '#core/ids.ts';
import { objectionOf } from '#core/objections.ts';
import { CLOSE } from '#core/protocol.ts';
import type { RoomState } from '#core/room.ts';
import { type Account, hashOfLines, hashOfLog } from '../operator/accounts.ts';
import { within } from '../patience.ts';
import { Books, NotRebuilt } from './books.ts';
import { forgetRoom, headIn, project, shownOf, tasksIn, type AcceptedAnswer } from './projection.ts';
import type { Sequencer } from './sequencer.ts';

const PROJECT_BATCH = 500;
/** Characters of events in one batch: D1 answers for all of them at once. */
const PROJECT_SIZE = 2_000_000;
/** D1 gives up a batch after 30 s; whatever does not even say so is given up a little later (ms). */
const D1_PATIENCE = 40_000;

export class Projector {
  readonly #room: Sequencer;
  readonly #id: DurableObjectId;
  readonly #books: Books;
  #settling: Promise<unknown> = Promise.resolve();

  constructor(id: DurableObjectId, room: Sequencer, books: Books) {
    this.#id = id;
    this.#room = room;
    this.#books = books;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

  /** Brings D1 up to date with the journal, in order and as often as it takes. One run after the other: of two at once the older could come last. */
  async settle(): Promise<void> {
    // Before D1 is asked, which may be down for long.
    this.#room.storage.transactionSync(() => this.#room.journal.settle(this.#state, true));
    const settled = this.#settling.catch(() => {}).then(() => this.#project());
    this.#settling = settled;
    return settled;
  }

  /** When nothing is on its way to D1. */
  async idle(): Promise<void> {
    await this.#settling.catch(() => {});
  }

  async #project(): Promise<void> {
    for (;;) {
      const from = this.#room.journal.mark('projected');
      const events = this.#room.journal.page(from, PROJECT_BATCH, PROJECT_SIZE);
      const read = this.#room.reading.changed();
      const last = events.at(-1);
      if (!last && read.length === 0) return;
      await within(D1_PATIENCE, project(this.#room.env.DB, this.#state, events, read, this.#accepted(events)));
      if (last) this.#room.journal.advance('projected', last.seq);
      this.#room.reading.projected(read);
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
      const said = this.#room.journal.comment(objection.answer.comment);
      if (!said || said.deletedAt !== null || said.body.trim() === '') return [];
      const { title, completedAt } = objection.task;
      return [{ task: id, question: title, answer: said.body, at: completedAt ?? '' }];
    });
  }

  /** What is here, to be compared with D1 (worker/operator). Brings D1 up to date first, where it can be. */
  async account(): Promise<Account> {
    await this.settle().catch(() => {});
    const { seq, room, plan } = this.#state;
    const state = this.#state;
    const answers = this.#acceptedOf(Object.keys(plan.tasks) as TaskId[]);
    let last: Recorded | null = null;
    let comment: Recorded | null = null;
    const log = await hashOfLog((after) => {
      const page = this.#room.journal.page(after, 1_000, PROJECT_SIZE).filter((one) => one.seq <= seq);
      last = page.at(-1) ?? last;
      comment = page.findLast(({ event }) => event.type === 'comment.posted') ?? comment;
      return page;
    });
    const shown = await hashOfLines(last && room ? shownOf(state, last, comment, answers) : []);
    return { room: room?.id ?? null, demo: room?.demo ?? false, ...log, shown };
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
      const state = this.#room.storage.transactionSync(() => {
        const brought = this.#books.replace((one) => this.#room.files.bring(one));
        if (brought.seq < seq) throw new NotRebuilt(`the room has events up to ${seq}, what was sent only up to ${brought.seq}`);
        if (!brought.room || !this.#room.env.ROOM.idFromName(brought.room.id).equals(this.#id))
          throw new NotRebuilt('this is another room');
        this.#room.journal.restart(brought, isInD1 ? brought.seq : 0);
        return brought;
      });
      this.#room.state = state;
      // What calendars were told before is not told again.
      if (seq === 0) for (const task of Object.values(state.plan.tasks)) this.#room.calendars.owed(state, task.id, now).told();
    } catch (error) {
      this.#room.journal.forget();
      if (!(error instanceof NotRebuilt)) throw error;
      this.#books.drop();
      return error.message;
    }
    this.#room.agenda.forget();
    this.#room.reading.forget();
    this.#room.texts.forgetAll();
    this.#room.duties.rearm(this.#state, now);
    for (const side of ['seller', 'customer']) this.#room.lobby.close(side, CLOSE.reload, 'rebuilt');
    return null;
  }

  /** Writes D1's rows of this room anew. Says why not: rows are replaced only if told to, and never where D1 has events that are not here. */
  async reproject(replace: boolean): Promise<string | null> {
    const { room } = this.#state;
    if (!room) return 'there is no such room';
    const work = this.#settling
      .catch(() => {})
      .then(async () => {
        const there = await headIn(this.#room.env.DB, room.id);
        if (there > this.#state.seq) return `D1 has events up to ${there}, the room only up to ${this.#state.seq}`;
        if (there > 0 && !replace) return `D1 has events of this room up to ${there}`;
        await forgetRoom(this.#room.env.DB, room.id);
        this.#room.journal.restart(this.#state, 0);
        this.#room.reading.untold();
        await this.#project();
        return null;
      });
    this.#settling = work;
    return work;
  }
}
