/**
 * A room as one browser has it: the confirmed state, the commands that are on their way laid over it, the threads that
 * are open, and who is here. The same class draws the page on the server, where nothing is on its way.
 */
import * as m from '#messages';
import type { Command, Look } from '#core/commands.ts';
import type { Facts } from '#core/decision.ts';
import type { Comment, FileFact } from '#core/discussion.ts';
import type { Recorded } from '#core/events.ts';
import type { CommentId, FileId, ParticipantId, PersonId, RoomId, TaskId, ThreadId } from '#core/ids.ts';
import { type Locale, type Participant, withAddress } from '#core/people.ts';
import type { Task } from '#core/plan.ts';
import type { FromRoom, Opening, Presence, RoomView, ThreadPage, Where, Whereabouts } from '#core/protocol.ts';
import type { Refusal } from '#core/refusal.ts';
import type { HistoryEntry } from '#core/task-history.ts';
import { internalOf } from '#core/audience.ts';
import { say } from '$lib/words/say.ts';
import { Announcer } from './announcer.svelte.ts';
import { type As, Connection, type Ending } from './connection.ts';
import { Drafts, type Pending } from './drafts.ts';
import { freshId } from './ids.ts';
import type { Parts } from './parts.ts';
import type { LedgerRow } from '#core/ledger.ts';
import type { Retrospective } from '#core/retrospective.ts';
import type { PlanPlace } from './place.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import type { ViewName } from './views/index.ts';

/** What the server hands the page; also what the browser starts from. */
export interface RoomData {
  room: RoomId;
  as: As;
  view: RoomView;
  pages: Record<ThreadId, ThreadPage>;
  colleagues: { name: string; email: string }[];
  now: number;
  /** What the address asks for: a view, a task's panel, its internal side, an invitation to review. */
  tab: ViewName;
  /** Where the days went, if the view that shows it is asked for. */
  retrospective?: Retrospective | null;
  /** When each person was last heard of, likewise. */
  whereabouts?: Record<ParticipantId, Whereabouts>;
  /** Who did what, likewise. */
  ledger?: LedgerRow[];
  /** The talk about something that is no task, the comment that the address leads to, and whether the view is to be printed. */
  thread: ThreadId | null;
  comment: CommentId | null;
  print: boolean;
  /** How the plan is shown. */
  plan: PlanPlace;
  task: TaskId | null;
  /** What became of the task, if the address asks for it. */
  history: HistoryEntry[] | null;
  internal: boolean;
  invite: ParticipantId | null;
  /** A question that the address puts into the composer. */
  draft: string;
  /** A form without script that was refused, and what had been typed. */
  refused: { refusal: Refusal; words: string; typed: Record<string, string> } | null;
  locale: Locale;
  /** A seller looking through a customer's eyes: nothing is sent. */
  peek?: boolean;
}

/** Requests stand in for a socket that has not opened by then. */
const PATIENCE = 4_000;
/** Late news of a thread that is being fetched: kept so that nothing falls between. */
const RECENT = 200;

export class LiveRoom {
  readonly room: RoomId;
  readonly as: As;
  readonly locale: Locale;
  readonly peek: boolean;
  readonly colleagues: RoomData['colleagues'];
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly drafts: Drafts;
  readonly wire: Connection;
  readonly #me: ParticipantId;
  readonly #staged: Facts['staged'] = {};
  #recent: Recorded[] = [];
  #patience: ReturnType<typeof setTimeout> | undefined;

  #confirmed: RoomView['state'];
  #pending = $state.raw<Pending[]>([]);
  #pages = $state.raw<Record<ThreadId, ThreadPage>>({});
  #keptUnread = $state.raw<ThreadId | null>(null);
  seen = $state.raw<Record<ThreadId, number>>({});
  here = $state.raw<Presence[]>([]);
  /** How many mails each customer has had this week; known to sellers. */
  mailed = $state.raw<Record<ParticipantId, number>>({});
  /** When mails rest, by each reader's clock. */
  quiet: RoomView['quiet'];
  now = $state(0);
  /** `off` is said to people only after a moment: most gaps heal by themselves. */
  link = $state<'starting' | 'on' | 'off'>('starting');
  ended = $state<Ending | null>(null);
  /** The door is closed to this reader: the room is taken from the screen. */
  readonly isShut = $derived(this.ended === 'signIn' || this.ended === 'left');
  /** What they wrote that the room never took: sent in vain, or still being typed. */
  get unsent(): string[] {
    const sent = this.#pending.flatMap(({ command }) =>
      command.type === 'comment.post' ? [command.body] : command.type === 'task.add' ? [command.title] : [],
    );
    return [...sent, ...this.drafts.typed()];
  }
  /** True once the script runs: then acts are sent without leaving the page. */
  started = $state(false);

  /** What the server draws whole; a browser fetches it later. */
  readonly parts: Parts['later'];
  /** The page stands, or there is news: what was left as it was drawn may come alive. */
  settled = $state(false);
  settle(): void {
    this.settled = true;
  }
  /** What had been typed into a form that was refused before script: it stands there again. */
  readonly typed: Record<string, string>;
  /** What only the selling side has. */
  seller: Parts['seller'] = null;

  whereabouts: Record<ParticipantId, Whereabouts> | null;
  ledger: LedgerRow[] | null;

  retrospective = $state.raw<Retrospective | null>(null);
  /** Asked anew whenever the view opens: it is drawn from the whole history. */
  async wantRetrospective(): Promise<void> {
    const answer = await this.wire.retrospective();
    if (answer?.ok) this.retrospective = answer.value;
  }

  /** What comments carry besides words: pictures, files, videos. Drawn by the server; its code comes after the page. */
  Carried = $state.raw<Parts['Carried']>(null);
  async wantCarried(): Promise<void> {
    this.Carried ??= (await import('./Carried.svelte').catch(() => null))?.default ?? null;
  }

  /** What stands in the room's composer from the start: typed when a form without script was refused, or asked for by the address. */
  readonly draft: string;

  /** Words to be put into the composer of a thread, e.g. a quotation. Taken by the composer. */
  quoted = $state.raw<{ thread: ThreadId; text: string } | null>(null);

  /** The folded forms' code, once it is here. */
  forms = $state.raw<Parts['forms']>(null);

  /** The rules of acting, once they are here: whoever only reads never fetches them. */
  #acting = $state.raw<typeof import('./acting.ts') | null>(null);

  readonly #ahead = $derived.by(
    () =>
      this.#acting?.lay(this.#confirmed, this.#pending, this.#me, this.#facts, this.#confirmedComment) ?? {
        state: this.#confirmed,
        events: [],
        comments: {},
      },
  );
  readonly state = $derived(this.#ahead.state);
  /** Comments and tasks that the room has not confirmed yet. */
  readonly unsaved = $derived(
    new Set(
      this.#pending.flatMap(({ command }) =>
        command.type === 'comment.post' || command.type === 'comment.edit'
          ? [command.comment as string]
          : 'task' in command
            ? [command.task as string]
            : [],
      ),
    ),
  );

  constructor(data: RoomData, { forms, later, Carried }: Parts) {
    this.Carried = Carried;
    this.draft = data.refused?.typed['body'] ?? data.draft;
    this.room = data.room;
    this.as = data.as;
    this.forms = forms;
    this.parts = later;
    this.locale = data.locale;
    this.peek = data.peek ?? false;
    this.colleagues = data.colleagues;
    this.typed = data.refused?.typed ?? {};
    this.#me = data.view.me;
    this.now = data.now;
    this.retrospective = data.retrospective ?? null;
    this.whereabouts = data.whereabouts ?? null;
    this.ledger = data.ledger ?? null;
    this.drafts = new Drafts(data.room, data.view.me);
    this.#confirmed = $state.raw(data.view.state);
    this.#take(data.view);
    this.#pages = data.pages;
    this.wire = new Connection(data.room, data.as, {
      since: () => this.#confirmed.seq,
      opened: () => this.#opened(),
      said: (message) => this.#hear(message),
      lost: () => (this.link = 'off'),
      ended: (why) => (this.ended = why),
    });
  }

  get me(): Participant {
    const me = this.state.people[this.#me];
    if (!me) throw new Error('the reader is not in the room');
    return me;
  }

  /** Dates are said in the page's language and the reader's own zone. */
  readonly reader = $derived.by(() => ({ locale: this.locale, zone: this.me.zone }));

  /** Fetches the rules of acting. Until they are here the room decides alone, and what was asked shows a moment later. */
  async wantActing(): Promise<void> {
    this.#acting ??= await import('./acting.ts').catch(() => null);
  }

  /** Texts that are written here together with others, once somebody begins to write. */
  texts = $state.raw<import('./shared-texts.svelte.ts').SharedTexts | null>(null);

  async wantTexts(): Promise<void> {
    if (this.texts) return;
    const code = await import('./shared-texts.svelte.ts').catch(() => null);
    if (!code || this.texts) return;
    this.texts = new code.SharedTexts(this.wire, this.drafts);
    if (this.wire.isOpen) this.texts.opened();
  }

  async wantForms(): Promise<void> {
    this.forms ??= await import('./forms.ts').catch(() => null);
  }

  /** Runs the room in a browser until the answer is called. */
  start(): () => void {
    this.started = true;
    this.now = Date.now();
    this.#pending = this.drafts.queue();
    if (this.#pending.length > 0) void this.wantActing();
    // Without a network too it is seen that nothing was lost.
    if (this.#pending.length > 0 || this.drafts.typed().length > 0) this.settle();
    if (this.drafts.texts().length > 0) void this.wantTexts();
    const clock = setInterval(() => (this.now = Date.now()), 30_000);
    const stop = this.wire.start();
    return () => {
      clearInterval(clock);
      clearTimeout(this.#patience);
      stop();
    };
  }

  // ---------------------------------------------------------------- acting

  /** Does it here at once and sends it; the answer is why not, if the core says no before it leaves. */
  do(command: Command): Refusal | null {
    const at = new Date().toISOString();
    const comments = 'comment' in command && command.comment !== null ? this.#acting?.only(this.#comment(command.comment)) : undefined;
    const decision = this.#acting?.decide(this.state, this.#me, command, { ...this.#facts(at), comments });
    if (decision && !decision.ok) return decision.refusal;
    if (decision?.events.length === 0) return null;
    void this.wantActing();
    this.settle();
    const one = { id: freshId(), command, at };
    this.#setPending([...this.#pending, one]);
    this.#send(one);
    const events = decision?.events ?? [];
    this.#proposed = events.some((event) => event.type === 'task.proposed');
    if (this.#proposed) void import('./proposing.ts').then(({ tellProposed }) => tellProposed(this, events));
    return null;
  }

  /** What was done last is only proposed: it is somebody else's to accept. */
  #proposed = false;

  /** Does what undoes itself: no question before, a way back after. */
  doWithUndo(command: Command, text: string, back: Command): void {
    const refusal = this.do(command);
    if (refusal) this.toasts.show(say(refusal));
    else if (!this.#proposed) this.offerUndo(text, back);
  }

  /** Done, or open again: either has its way back. */
  tick({ id: task, title, completedAt }: Task): void {
    const done: Command = { type: 'task.complete', task };
    const open: Command = { type: 'task.reopen', task };
    if (completedAt) this.doWithUndo(open, m.task_reopened_toast({ task: title }), done);
    else this.doWithUndo(done, m.task_done_toast({ task: title }), open);
  }

  #undos: { back: Command; toast: number | null }[] = [];

  /** Says what was done, with the way back on it; the key `z` takes the same way. */
  offerUndo(text: string, back: Command): void {
    const run = () => {
      this.#undos = this.#undos.filter((one) => one.back !== back);
      const refusal = this.do(back);
      if (refusal) this.toasts.show(say(refusal));
    };
    this.#undos.push({ back, toast: this.toasts.put(text, { label: m.undo(), run }, {}) });
  }

  /** The way back of what was said already: by the key alone. */
  rememberUndo(back: Command): void {
    this.#undos.push({ back, toast: null });
  }

  /** Takes back the last thing done here that can be taken back. */
  undo(): void {
    const last = this.#undos.pop();
    if (!last) return;
    if (last.toast !== null) this.toasts.drop(last.toast);
    const refusal = this.do(last.back);
    this.toasts.show(refusal ? say(refusal) : m.undone());
  }

  #facts = (at: string): Facts => ({
    at,
    // Whether an address is a colleague's is settled by the room; here the list that came with the page will do.
    colleagues: Object.fromEntries(this.colleagues.map((one) => [one.email, one.email as string as PersonId])),
    staged: this.#staged,
  });

  #confirmedComment = (id: CommentId): Comment | undefined =>
    Object.values(this.#pages).flatMap((page) => page.comments.find((one) => one.id === id) ?? [])[0];

  #comment = (id: CommentId): Comment | undefined => this.#ahead.comments[id] ?? this.#confirmedComment(id);

  /** A file that was uploaded and may now be named in a comment. */
  stage(file: FileFact): void {
    this.#staged[file.id as FileId] = { ...file, by: this.#me };
  }

  #setPending(pending: Pending[]): void {
    this.#pending = pending;
    this.drafts.keepQueue(pending);
  }

  #send(one: Pending): void {
    this.wire.tell({ type: 'command', id: one.id, command: one.command });
    if (!this.wire.isOpen) {
      clearTimeout(this.#patience);
      this.#patience = setTimeout(() => void this.#postAll(), PATIENCE);
    }
  }

  /** Without a socket, by plain requests: some networks let nothing else through. */
  async #postAll(): Promise<void> {
    if (this.wire.isOpen || this.ended || !navigator.onLine) return;
    for (const one of this.#pending) {
      const answer = await this.wire.submit(one.id, one.command);
      if (answer === null) {
        this.#patience = setTimeout(() => void this.#postAll(), PATIENCE * 2);
        return;
      }
      if (!answer.ok) this.#refused(one.id, answer.refusal);
      else {
        await this.wantActing();
        const missed = await this.wire.events(this.#confirmed.seq);
        if (missed?.ok) this.#hear({ type: 'events', events: missed.value.events, html: {} });
        this.#accepted(one.id);
      }
    }
  }

  #accepted(id: string): void {
    this.#setPending(this.#pending.filter((one) => one.id !== id));
  }

  /** A no after all: the page goes back to what is true, and what was typed comes back to where it was typed. */
  #refused(id: string, refusal: Refusal): void {
    const one = this.#pending.find((pending) => pending.id === id);
    if (!one) return;
    this.#accepted(id);
    const { command } = one;
    if (command.type === 'comment.post') this.giveBack(command.thread, command.body);
    else if (command.type === 'task.add') this.giveBack('line', command.title);
    this.toasts.show(say(refusal), { label: m.retry(), run: () => this.do(command) });
  }

  /** Texts to be put back into their inputs, by place. Read by whoever shows the input. */
  returned = $state.raw<Record<string, string>>({});
  giveBack(place: string, text: string): void {
    this.returned = { ...this.returned, [place]: text };
  }

  // ---------------------------------------------------------------- hearing

  #take(view: RoomView): void {
    this.#confirmed = view.state;
    this.seen = view.seen;
    this.here = view.here;
    this.mailed = view.mailed ?? {};
    this.quiet = view.quiet;
  }

  #opened(): void {
    this.link = 'on';
    for (const one of this.#pending) this.wire.tell({ type: 'command', id: one.id, command: one.command });
    this.wire.tell({ type: 'here', ...this.#place });
    this.texts?.opened();
    this.#tellZone();
  }

  /** A customer's zone is a guess until their browser says it, once: whoever travels later keeps the one that they have, or chooses. */
  #tellZone(): void {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // A browser that says UTC most often keeps its place to itself.
    if (this.peek || this.me.side === 'seller' || this.me.zoneTold || zone === this.me.zone || !/^(?!Etc)\w+\//.test(zone)) return;
    this.do({ type: 'participant.describe', participant: this.me.id, zone });
  }

  /** What was heard before the code came that knows what events change; kept in order. */
  #unheard: FromRoom[] = [];

  #hear(message: FromRoom): void {
    // A browser that missed nothing is told so by a frame without news: that needs no rules.
    const isNews = message.type === 'events' && message.events.some((one) => one.seq > this.#confirmed.seq);
    if (this.#unheard.length === 0 && (this.#acting || !isNews)) return this.#heed(message);
    this.#unheard.push(message);
    if (this.#unheard.length === 1) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    await this.wantActing();
    if (!this.#acting) {
      setTimeout(() => void this.#catchUp(), PATIENCE);
      return;
    }
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const message of unheard) this.#heed(message);
  }

  #heed(message: FromRoom): void {
    switch (message.type) {
      case 'snapshot':
        this.#take(message.view);
        for (const thread of Object.keys(this.#pages)) void this.#fetch(thread as ThreadId, null);
        return;
      case 'events':
        return this.#happen(message.events, message.html);
      case 'accepted':
        return this.#accepted(message.id);
      case 'refused':
        return this.#refused(message.id, message.refusal);
      case 'seen':
        this.seen = message.seen;
        return;
      case 'mailed':
        this.mailed = message.mailed;
        return;
      case 'read': {
        const page = this.#pages[message.thread];
        const { thread, participant, seq } = message;
        if (page) this.#pages = { ...this.#pages, [thread]: { ...page, read: { ...page.read, [participant]: seq } } };
        return;
      }
      case 'presence':
        this.here = message.here;
        return;
      case 'opened':
        this.openings = [message.opening, ...this.openings];
        return;
      default:
        this.texts?.hear(message);
    }
  }

  #happen(events: Recorded[], html: Record<string, string>): void {
    const news = events.filter((one) => one.seq > this.#confirmed.seq);
    if (news.length === 0 || !this.#acting) return;
    this.settle();
    // A comment that has come back is no longer on its way: laid over itself it and its files would count twice.
    const back = new Set(news.flatMap(({ event }) => (event.type === 'comment.posted' ? [event.comment] : [])));
    const waiting = this.#pending.filter(({ command }) => command.type !== 'comment.post' || !back.has(command.comment));
    if (waiting.length < this.#pending.length) this.#setPending(waiting);
    this.#confirmed = news.reduce(this.#acting.apply, this.#confirmed);
    this.#recent = [...this.#recent, ...news].slice(-RECENT);
    this.#pages = Object.fromEntries(
      Object.entries(this.#pages).map(([thread, page]) => [thread, this.#advance(thread as ThreadId, page, news, html)]),
    );
    for (const { event, by, seq } of news) {
      // One's own words are read.
      if (event.type === 'comment.posted' && by === this.#me) this.seen = { ...this.seen, [event.thread]: seq };
    }
    void this.announcer.hear(
      news.filter((one) => one.by !== this.#me),
      this.state,
    );
  }

  #advance(thread: ThreadId, page: ThreadPage, news: Recorded[], html: Record<string, string>): ThreadPage {
    page = this.#acting?.described(thread, page, news, html) ?? page;
    const all = news.filter(({ event }) => 'thread' in event && event.thread === thread);
    // In a window that does not reach to the end, what is new stands beyond it.
    const own = page.after === null ? all : all.filter(({ event }) => event.type !== 'comment.posted');
    if (own.length === 0 || !this.#acting) return page;
    return this.#acting.advanced(page, own, html);
  }

  // ---------------------------------------------------------------- threads

  /** A thread as it is shown, or undefined while it is being fetched. */
  page(thread: ThreadId): ThreadPage | undefined {
    const page = this.#pages[thread];
    if (!page) return undefined;
    const all = this.#ahead.events.filter(({ event }) => 'thread' in event && event.thread === thread);
    const expected = page.after === null ? all : all.filter(({ event }) => event.type !== 'comment.posted');
    if (expected.length === 0 || !this.#acting) return page;
    return this.#acting.advanced(page, expected, {});
  }

  /** Fetches a thread that is not there yet. */
  want(thread: ThreadId): void {
    if (!this.#pages[thread]) void this.#fetch(thread, null);
  }

  async earlier(thread: ThreadId): Promise<void> {
    const page = this.#pages[thread];
    if (page?.before) await this.#fetch(thread, { before: page.before });
  }

  async later(thread: ThreadId): Promise<void> {
    const page = this.#pages[thread];
    if (page?.after) await this.#fetch(thread, { after: page.after });
  }

  /** The thread's end, if the window does not reach there. */
  async newest(thread: ThreadId): Promise<void> {
    if (this.#pages[thread]?.after !== null) await this.#fetch(thread, null);
  }

  /** Brings a comment into the window, wherever in the thread it stands. */
  async around(thread: ThreadId, comment: CommentId): Promise<void> {
    if (!this.#pages[thread]?.comments.some((one) => one.id === comment)) await this.#fetch(thread, { at: comment });
  }

  async #fetch(thread: ThreadId, where: Where): Promise<void> {
    if (where) await this.wantActing();
    const answer = await this.wire.thread(thread, where);
    if (!answer?.ok) {
      this.toasts.show(answer ? say(answer.refusal) : m.offline_thread(), {
        label: m.retry(),
        run: () => void this.#fetch(thread, where),
      });
      return;
    }
    this.#pages = {
      ...this.#pages,
      [thread]: this.#advance(thread, this.#acting?.joined(this.#pages[thread], answer.value, where) ?? answer.value, this.#recent, {}),
    };
  }

  isUnread(thread: ThreadId): boolean {
    return (this.#confirmed.threads[thread]?.lastSeq ?? 0) > (this.seen[thread] ?? 0);
  }

  isTaskUnread(task: TaskId): boolean {
    const thread = task as string as ThreadId;
    return this.isUnread(thread) || this.isUnread(internalOf(thread));
  }

  commentCount(task: TaskId): number {
    const thread = task as string as ThreadId;
    return (this.state.threads[thread]?.count ?? 0) + (this.state.threads[internalOf(thread)]?.count ?? 0);
  }

  /** The reader has this thread before them, so what is in it is read. */
  markSeen(thread: ThreadId): void {
    // What lies beyond the window has not been before their eyes.
    if (this.#pages[thread]?.after !== null) return;
    const last = this.#confirmed.threads[thread]?.lastSeq ?? 0;
    if (!this.started || this.#keptUnread === thread || last <= (this.seen[thread] ?? 0)) return;
    this.seen = { ...this.seen, [thread]: last };
    // Told now and then: where many talk, a frame for each comment from each reader would be more than all the talk.
    this.#read.set(thread, last);
    this.#telling ??= setTimeout(() => this.#tellSeen(), 1_000);
  }

  readonly #read = new Map<ThreadId, number>();
  #telling: ReturnType<typeof setTimeout> | undefined;

  #tellSeen(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    for (const [thread, seq] of this.#read) this.wire.tell({ type: 'seen', thread, seq });
    this.#read.clear();
  }

  /** Unread again from this comment on, until the thread is opened anew. */
  markUnread(comment: Comment): void {
    this.#keptUnread = comment.thread;
    this.seen = { ...this.seen, [comment.thread]: comment.seq - 1 };
    this.#read.delete(comment.thread);
    this.wire.tell({ type: 'seen', thread: comment.thread, seq: comment.seq - 1 });
  }

  #place: { at: ThreadId | null; typing: boolean } = { at: null, typing: false };

  /** Tells the others what is looked at here. */
  isAt(at: ThreadId | null, typing = false): void {
    if (at !== this.#place.at) this.#keptUnread = null;
    if (at === this.#place.at && typing === this.#place.typing) return;
    this.#place = { at, typing };
    this.wire.tell({ type: 'here', at, typing });
  }

  // ---------------------------------------------------------------- looks

  /** Who opened what, as far as this reader may know; fetched by whoever shows it. */
  openings = $state.raw<Opening[]>([]);

  async wantOpenings(): Promise<void> {
    const answer = await this.wire.openings();
    if (answer?.ok) this.openings = answer.value.openings;
  }

  /** Tells the room that somebody pressed. Only a hand on this page counts: what a script does to it does not. */
  looked(event: Event, what: Look): void {
    if (event.isTrusted && this.as === 'customer' && !this.peek) this.wire.looked(what);
  }

  // ---------------------------------------------------------------- people

  name(id: ParticipantId | 'system'): string {
    return id === 'system' ? m.app_name() : (this.state.people[id]?.name ?? '?');
  }

  get hereNow(): Participant[] {
    const ids = new Set(this.here.map((one) => one.participant));
    return Object.values(this.state.people).filter((one) => ids.has(one.id) && one.status !== 'left');
  }

  isKnown = (email: string): boolean => withAddress(this.state, email) !== undefined;
}
