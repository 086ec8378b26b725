/** The mails of a room: what is new to whom, when it may be sent, and what it leaves in the books. Their words are made in worker/mail. */
import { audienceOfThread, maySeeThread, sharedOf } from '#core/audience.ts';
import type { Recorded } from '#core/events.ts';
import type { ParticipantId, ThreadId, TaskId } from '#core/ids.ts';
import { fitsBudget, isPressing, MAIL_CAP } from '#core/mail-budget.ts';
import { materialsFor } from '#core/materials.ts';
import { HEADS, type NoticeKind, stillNews, wanted } from '#core/notices.ts';
import { objectionOf } from '#core/objections.ts';
import { withAddress, type Participant } from '#core/people.ts';
import type { Task } from '#core/plan.ts';
import { mayWriteFrom, quietHoursIn } from '#core/quiet-hours.ts';
import { isAsked } from '#core/reflection.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import type { RoomState } from '#core/room.ts';
import { digest } from '../access/tokens.ts';
import {
  broughtInMail,
  deviceOutMail,
  handedMail,
  invitationPreview,
  meetingMail,
  type News,
  newsMail,
  planCheckMail,
  receiptMail,
  reflectionMail,
  reminderMail,
  type Budget,
  type Minter,
} from '../mail/compose.ts';
import { enqueue } from '../mail/postbox.ts';
import type { OutgoingMail } from '../mail/transport.ts';
import type { MailPreview } from '../services.ts';
import type { Keys } from './keys.ts';
import type { PersonData } from './person-data.ts';
import type { RoomActor, Sequencer } from './sequencer.ts';

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
/** Whoever was here or wrote within this time (ms) is awake, whatever their clock says. */
const AWAKE = 60 * 60_000;
/** What changes the time, the place or the name of a meeting, as SQL lists it. */
const MEETING_EVENTS =
  "('task.added', 'task.changed', 'task.removed', 'task.restored', 'meeting.proposed', 'meeting.picked', 'meeting.described', 'meeting.attended', 'meeting.cancelled', 'meeting.restored')";

export class MailOut {
  readonly #room: Sequencer;
  readonly #keys: Keys;
  readonly #data: PersonData;

  constructor(room: Sequencer, keys: Keys, data: PersonData) {
    this.#room = room;
    this.#keys = keys;
    this.#data = data;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

  async previewInvitation(actor: RoomActor, about: ParticipantId, note: string): Promise<Result<MailPreview>> {
    const me = this.#room.me(actor);
    const one = this.#state.people[about];
    if (!me) return refuse('forbidden', 'not_a_participant');
    if (!one) return refuse('not_found', 'no_such_participant');
    return done(invitationPreview(this.#room.env, this.#state, one, me, note.slice(0, 2_000)));
  }

  /**
   * Mails a person their invitation, or what is new to them: of this thread, and in the same mail of all others for which their windows
   * are open, so that six things that are asked of somebody within two minutes are one mail.
   */
  async notify(key: string): Promise<void> {
    const [to, thread, what] = key.split('|') as [ParticipantId, ThreadId, 'invitation' | 'news'];
    const one = this.#state.people[to];
    const first = this.#freshNews(to, thread, what === 'invitation');
    if (!first) return;
    if (first.rests !== null) return this.#room.agenda.add('notify', key, first.rests, Date.now());
    const others = what === 'invitation' || !first.news ? [] : this.#othersWith(to, thread);
    const sent = one ? this.#room.mailed.thisWeek(one) : 0;
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
        (mint, budget) => newsMail(this.#room.env, this.#state, one, [head.news, ...rest.map((each) => each.news)], mint, budget),
      );
    for (const each of [first, ...others]) this.#room.reading.told(to, each.thread, each.upTo, what === 'invitation');
  }

  /** What else somebody would be told soon, of the same audience. What rests, or is being read, goes its own way. */
  #othersWith(to: ParticipantId, thread: ThreadId): Fresh[] {
    return this.#room.agenda
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
    const notices = this.#room.reading.noticesFor(to, thread, invitation);
    const last = notices.at(-1);
    const one = this.#state.people[to];
    if (!last) return null;
    const seenTo = this.#room.reading.of(to)[thread] ?? 0;
    const recordedAt = (seq: number) => this.#room.journal.since(seq - 1, 1)[0];
    const open = notices.filter((notice) => one !== undefined && wanted(one, notice.kind) && (invitation || notice.seq > seenTo));
    const unread = one ? stillNews(this.#state, one, thread, open, recordedAt) : [];
    const [first] = unread;
    const task = this.#state.plan.tasks[sharedOf(thread) as string as TaskId] ?? null;
    const kinds = unread.map((notice) => notice.kind);
    const none = { thread, upTo: last.seq, kinds, task, rests: null, news: null };
    if (!one || !first || (!invitation && this.#room.lobby.isLookingAt(to, thread))) return none;
    const rests = this.#restUntil(one, unread, task);
    if (rests !== null) return { ...none, rests };
    const posted = invitation ? [] : this.#room.journal.said(thread, first.seq - 1).filter((event) => event.by !== to);
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
    const comment = id && this.#room.journal.comment(id);
    if (!comment || comment.thread === thread || !maySeeThread(to.side, comment.thread)) return [];
    return this.#room.journal.said(comment.thread, comment.seq - 1).filter(({ event }) => 'comment' in event && event.comment === id);
  }

  /** Until when (epoch ms) news for somebody wait since it is their night or weekend; null when they may go: whoever was just at it is awake. */
  #restUntil(to: Participant, notices: { kind: NoticeKind }[], task: Task | null): number | null {
    const now = Date.now();
    const quiet = quietHoursIn(this.#room.env.QUIET_HOURS);
    const kinds = notices.map((one) => one.kind);
    if (!quiet || isPressing(kinds, task, now)) return null;
    const from = mayWriteFrom(to.zone, now, quiet);
    if (from <= now) return null;
    const recent = now - AWAKE;
    return (this.#room.visits.last(to.id) ?? 0) > recent || this.#room.journal.hasActed(to.id, recent) ? null : from;
  }

  #noteFor(to: ParticipantId): string {
    const [row] = this.#room.storage.sql
      .exec<{ note: string }>(
        `SELECT json_extract(event, '$.note') AS note FROM event WHERE json_extract(event, '$.type') = 'participant.invited' AND json_extract(event, '$.participant') = ? ORDER BY seq DESC LIMIT 1`,
        to,
      )
      .toArray();
    return row?.note ?? '';
  }

  /** Writes to everybody whose calendar should say something else about a meeting than it was last told. */
  async tellCalendars(id: TaskId): Promise<void> {
    const task = this.#state.plan.tasks[id];
    if (!task || !this.#state.room) return;
    const state = this.#state;
    const { owed, told } = this.#room.calendars.owed(state, id, Date.now());
    const [row] = this.#room.storage.sql
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
      const secret = await this.#room.calendars.secretFor(id, to.id);
      mails.push(await meetingMail(this.#room.env, state, to, task, one, by, secret, await this.#keys.minter(to.id)));
    }
    await this.post(mails, false);
    told();
  }

  /** Asks one person whether the plan is still right, unless it has been confirmed meanwhile. The key is `<participant>|<seq>`. */
  async ask(key: string): Promise<void> {
    const [id, seq] = key.split('|') as [ParticipantId, string];
    const one = this.#state.people[id];
    const turned = this.#room.journal.since(Number(seq) - 1, 1)[0]?.event;
    if (turned?.type !== 'plan.turned' || !this.#state.truth.turned?.sides.length || !one || !wanted(one, 'check')) return;
    const name = `check/${this.#state.room?.id}/${key}`;
    await this.#postCounted(one, ['check'], null, (mint, budget) =>
      planCheckMail(this.#room.env, this.#state, one, turned, name, mint, budget),
    );
  }

  /** Asks one person the three questions by mail, unless they have answered or the deal goes on after all. The key is `<participant>|<seq>`. */
  async askToReflect(key: string): Promise<void> {
    const [id, seq] = key.split('|') as [ParticipantId, string];
    const one = this.#state.people[id];
    const asked = this.#room.journal.since(Number(seq) - 1, 1)[0]?.at;
    if (!one || asked !== this.#state.reflection.askedAt || !isAsked(this.#state, id) || !wanted(one, 'reflection')) return;
    const name = `reflect/${this.#state.room?.id}/${key}`;
    const isPosted = await this.#postCounted(one, ['reflection'], null, (mint, budget) =>
      reflectionMail(this.#room.env, this.#state, one, name, mint, budget),
    );
    // No summary has these questions: they wait until the week has room for them.
    const now = Date.now();
    if (!isPosted) this.#room.agenda.add('reflect', key, now + 86_400_000, now);
  }

  /** Reminds one person of what is due: one mail a day at most, and nothing twice. */
  async remind(id: ParticipantId, now: number): Promise<void> {
    const one = this.#state.people[id];
    if (!one || one.status === 'left') return;
    const reminders = this.#room.duties.reminders(this.#state, one, now);
    const tasks = reminders.flatMap(({ task }) => this.#state.plan.tasks[task] ?? []);
    if (tasks.length === 0) return;
    const what = await digest(new TextEncoder().encode(JSON.stringify([id, reminders])));
    const key = `remind/${this.#state.room?.id}/${what}`;
    await this.#postCounted(one, ['reminder'], null, (mint, budget) =>
      reminderMail(this.#room.env, this.#state, one, tasks, key, mint, budget),
    );
    this.#room.duties.reminded(id, reminders);
  }

  /** Tells whoever acted by mail what it changed: one receipt a mail. */
  async giveReceipt(mail: string): Promise<void> {
    const deed = this.#room.receipts.of(mail);
    const one = deed && this.#state.people[deed.participant];
    if (!deed || !one) return;
    const made = await receiptMail(this.#room.env, this.#state, one, deed, `receipt/${mail}`, await this.#keys.minter(one.id));
    this.#room.receipts.sent(mail, made.replyHash);
    await this.post([made.mail], true);
  }

  /** Tells whoever answered "not me" that the device is out. The key is `<device>|<epoch ms>`. */
  async tellDeviceOut(key: string): Promise<void> {
    const [id, at] = key.split('|').map(Number);
    const device = this.#room.doors.deviceWith(id ?? 0);
    const one = device && this.#state.people[device.participant];
    const { room } = this.#state;
    if (!room || !one || one.status === 'left') return;
    const ended = { userAgent: device.userAgent, at: new Date(at ?? 0).toISOString(), key: `device-out/${room.id}/${id}/${at}` };
    await this.post([await deviceOutMail(this.#room.env, this.#state, one, ended, await this.#keys.minter(one.id))], true);
  }

  /** The one mail to somebody who was put in copy, unless they have come in or were let go of meanwhile. */
  async askNewcomer(id: ParticipantId): Promise<void> {
    const asked = this.#room.newcomers.of(id);
    if (!asked || !this.#state.stakeholders.newcomers[id]) return;
    await this.post([await broughtInMail(this.#room.env, this.#state, asked, await this.#keys.minter(id))], true);
  }

  async hand(key: string): Promise<void> {
    const [what, id, mail] = key.split('|') as ['data' | 'copy', ParticipantId, string];
    const one = this.#state.people[id];
    if (!one || one.status === 'left') return;
    const data = what === 'data' ? await this.#data.dataOf(one) : null;
    await this.post([await handedMail(this.#room.env, this.#state, one, data, `${what}/${mail}`, await this.#keys.minter(id))], true);
  }

  /** Posts a mail that counts in its reader's week, unless the week is spent: then it is left to their summary, and false is given. Sellers' are not counted. */
  async #postCounted(
    to: Participant,
    kinds: NoticeKind[],
    task: Task | null,
    write: (mint: Minter, budget: Budget | undefined) => Promise<OutgoingMail>,
  ): Promise<boolean> {
    const now = Date.now();
    const sent = this.#room.mailed.thisWeek(to);
    if (!fitsBudget(to, sent, kinds, task, now)) return false;
    const invitation = kinds.includes('invitation');
    const counted = to.side === 'customer' && !invitation;
    const budget = counted ? { nth: sent + 1, cap: MAIL_CAP } : undefined;
    await this.post([await write(await this.#keys.minter(to.id), budget)], invitation);
    if (counted) {
      this.#room.mailed.add(to);
      this.#room.lobby.tellSide('seller', { type: 'mailed', mailed: this.#room.mailed.toCustomers(this.#state) });
    }
    return true;
  }

  /** Hands mails to the postbox, and remembers what was said so that a reply's quotation can be told apart. */
  async post(mails: OutgoingMail[], urgent: boolean): Promise<void> {
    const room = this.#state.room;
    if (!room) return;
    await enqueue(
      this.#room.env,
      mails.map((mail) => ({ ...mail, room: room.id })),
      urgent,
    );
    for (const mail of mails) {
      const address = mail.to.replace(/^.*<|>$/g, '');
      const to = withAddress(this.#state, address)?.id ?? this.#room.newcomers.withAddress(address)?.newcomer;
      if (to) this.#room.sent.keep(to, mail);
    }
  }
}

/** Whether anything of what came is still there for this reader: what was taken back within the window is told to nobody. */
function isThere(state: RoomState, to: Participant, brought: Recorded[]): boolean {
  const { byId } = materialsFor(to.side, state.materials);
  return brought.some(({ event }) => 'material' in event && byId[event.material]?.removed === false);
}
