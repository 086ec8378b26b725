/** What comes by mail: a reply is what it asks for, or a comment; an answer of a calendar; mail that is held; an address that fails. */
import * as v from 'valibot';
import { commandOfAct, firstLine, isProposed, readAct, saidBelow, saysNo, undoOf } from '#core/acts.ts';
import { internalOf, maySeeThread, ROOM_THREAD, sharedOf } from '#core/audience.ts';
import { name as nameSchema, type Command } from '#core/commands.ts';
import { broughtInCopy, type Copied } from '#core/deciding/carbon-copy.ts';
import { answersToRequest } from '#core/deciding/materials.ts';
import { noFacts } from '#core/decision.ts';
import type { FileFact } from '#core/discussion.ts';
import { offsetIn } from '#core/due.ts';
import type { HeldReason } from '#core/held-mail.ts';
import type { CommentId, HeldMailId, MaterialId, ParticipantId, ThreadId, TaskId } from '#core/ids.ts';
import { answers, isMeeting, meetingOf, pickedBy, startOf, timeOf } from '#core/meetings.ts';
import { withAddress, type Locale, type Participant } from '#core/people.ts';
import { CLOSE } from '#core/protocol.ts';
import { answersIn, LOOKING_BACK } from '#core/reflection-words.ts';
import { done, type Result } from '#core/refusal.ts';
import type { RoomState } from '#core/room.ts';
import { zoneByClock } from '#core/zones.ts';
import { fresh, idFor, withoutKeys } from '../access/tokens.ts';
import { companyDomain } from '../directory/company-name.ts';
import { colleaguesByAddress } from '../directory/lookups.ts';
import { slotOf } from '../mail/calendar.ts';
import { commandKey } from './journal.ts';
import type { Keys } from './keys.ts';
import type { Asked } from './newcomers.ts';
import type { Deed } from './receipts.ts';
import { meantBy } from './replies.ts';
import type { SentMail } from './sent.ts';
import type { Sequencer } from './sequencer.ts';

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

export class MailIn {
  readonly #room: Sequencer;
  readonly #keys: Keys;

  constructor(room: Sequencer, keys: Keys) {
    this.#room = room;
    this.#keys = keys;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

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
    const key = await this.#keys.of('reply', hash);
    const deleted = this.#state.room?.deleted !== undefined;
    const one = key && this.#state.people[key.participant];
    const asked = key && !one ? this.#room.newcomers.of(key.participant) : undefined;
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
  sentMail(messageIds: string[], participant: ParticipantId, exact = false): SentMail | null {
    for (const id of messageIds.slice(0, 20)) {
      const found = this.#room.sent.find(participant, id);
      if (found) return found;
    }
    return exact || messageIds.length === 0 ? null : (this.#room.sent.latest(participant) ?? null);
  }

  /** A reply, checked and read, becomes a comment in its sender's name, or what it asks for. Delivered twice, it is taken once. */
  receive(mail: ReceivedMail): Taken {
    const key = `taken:${mail.id}`;
    const earlier = this.#room.journal.earlier(key);
    if (earlier) return done({ outcome: TAKEN_AS[earlier.body] ?? 'comment', seq: earlier.seq || this.#state.seq });
    this.#locate(mail);
    const taken = this.#take(mail);
    // No await since it was looked for: it is written together with what it stands for.
    if (taken.ok) this.#room.record({ id: key, body: TAKEN_AS.indexOf(taken.value.outcome) }, mail.participant, 'mail', []);
    // Their bytes go as well: what is not taken leaves none (mail/inbound.ts).
    else for (const file of mail.files) this.#room.files.drop(file.id);
    return taken;
  }

  /** A reply's own clock tells where its writer is, as long as that is a guess: the times that they write are meant there. */
  #locate({ participant, offset }: ReceivedMail): void {
    const one = this.#state.people[participant];
    const now = Date.now();
    if (!one || offset === null || one.side === 'seller' || one.zoneTold || offsetIn(one.zone, now) === offset) return;
    const zone = zoneByClock(offset, now, one.email);
    if (zone) this.#room.record(null, 'system', 'mail', [{ type: 'participant.located', participant, zone }]);
  }

  #take(mail: ReceivedMail): Taken {
    const asked = this.#room.newcomers.of(mail.participant);
    if (asked && saysNo(mail.text)) {
      this.#room.newcomers.wait(asked.newcomer, { mail: mail.id, thread: mail.thread, text: '', files: mail.files }, Date.now());
      this.#room.record(null, asked.newcomer, 'mail', [{ type: 'newcomer.forgotten', newcomer: asked.newcomer, why: 'asked' }]);
      return done({ outcome: 'forgotten', seq: this.#state.seq });
    }
    if (asked) this.#comeIn(asked);
    if (saysNo(firstLine(mail.text).line) && firstLine(mail.text).rest === '') {
      const ended = this.#room.doors.disown(mail.replyHash);
      if (ended !== undefined) {
        const now = Date.now();
        this.#room.agenda.add('deviceOut', `${ended.id}|${now}`, now, now);
        this.#room.lobby.close(ended.hash, CLOSE.signIn, 'ended by its owner');
        return done({ outcome: 'session', seq: this.#state.seq });
      }
    }
    return (
      this.#askByMail(mail) ?? this.#reflectByMail(mail) ?? this.#pickByMail(mail) ?? this.#actByMail(mail) ?? this.#commentByMail(mail)
    );
  }

  /** A reply that asks for its author's own data or for a copy of the room: what is mailed then is the receipt. Null for any other. */
  #askByMail(mail: ReceivedMail): Result<{ outcome: 'act'; seq: number }> | null {
    const who = this.#state.people[mail.participant];
    const now = Date.now();
    const act = who && readAct(firstLine(mail.text).line, { now, zone: who.zone, locale: who.locale });
    if (act?.act !== 'myData' && act?.act !== 'export') return null;
    this.#joinedByMail(mail.participant);
    this.#room.agenda.add('hand', `${act.act === 'export' ? 'copy' : 'data'}|${mail.participant}|${mail.id}`, now, now);
    const rest = saidBelow(firstLine(mail.text).rest, who?.name ?? '');
    if (rest !== '' || mail.files.length > 0) this.#commentByMail({ ...mail, text: rest }, 'rest');
    return done({ outcome: 'act', seq: this.#state.seq });
  }

  /** A reply to the three questions answers them; only its files become a comment. Null for any other mail, and for one that asks for other mail. */
  #reflectByMail(mail: ReceivedMail): Result<{ outcome: 'act'; seq: number }> | null {
    if (this.#room.doors.key('reply', mail.replyHash)?.thread !== LOOKING_BACK) return null;
    const id = `reflect-${mail.id}`;
    const who = this.#state.people[mail.participant];
    const at = Date.now();
    const act = who && readAct(firstLine(mail.text).line, { now: at, zone: who.zone, locale: who.locale });
    const asks = act && commandOfAct(this.#state, who, mail.thread, act, () => fresh<ParticipantId>(), at);
    const { askedAt, answers } = this.#state.reflection;
    const said = who && answersIn(withoutKeys(mail.text), answers[who.id]?.answers ?? null);
    if (!who || askedAt === null || !said || asks?.type === 'participant.describe') return null;
    this.#joinedByMail(who.id);
    const outcome = this.#room.execute(
      who.id,
      'mail',
      id,
      { type: 'reflection.answer', answers: said },
      noFacts(new Date(at).toISOString()),
    );
    if (!outcome.ok) return null;
    if (mail.files.length > 0) this.#commentByMail({ ...mail, text: '' }, 'rest');
    return done({ outcome: 'act', seq: this.#state.seq });
  }

  /** A reply with the number of one of the times that were offered picks it; the invitation that follows is the receipt. Null for any other. */
  #pickByMail(mail: ReceivedMail): Result<{ outcome: 'calendar'; seq: number }> | null {
    const task = this.#state.plan.tasks[mail.thread as string as TaskId];
    const time = task && !task.removed && isMeeting(task) ? pickedBy(mail.text, meetingOf(this.#state, task.id)) : null;
    if (!task || !time) return null;
    this.#joinedByMail(mail.participant);
    const outcome = this.#room.execute(
      mail.participant,
      'mail',
      `pick-${mail.id}`,
      { type: 'meeting.pick', task: task.id, time },
      noFacts(new Date().toISOString()),
    );
    // A no to it leaves a comment: the words have arrived.
    return outcome.ok ? done({ outcome: 'calendar', seq: outcome.value.seq }) : null;
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
    const deed = act.act === 'undo' ? this.#room.receipts.takeBack(mail, now) : undefined;
    const command =
      act.act === 'undo' ? (deed?.undo ?? null) : commandOfAct(before, who, mail.thread, act, () => fresh<ParticipantId>(), now);
    if (!command) return null;
    this.#joinedByMail(who.id);
    const facts = noFacts(new Date(now).toISOString());
    const outcome = this.#room.execute(who.id, 'mail', `mail-${mail.id}`, command, facts);
    // Refused, it is still what they wrote: a comment, and nothing is changed.
    if (!outcome.ok) return null;
    // What is taken back is not offered to be taken back again: a new reply says what is wanted.
    const undo = act.act === 'undo' ? null : undoOf(before, command, who.id);
    this.#keepDeed(mail, { thread: deed?.thread ?? mail.thread, command, undo }, now);
    if (rest !== '' || mail.files.length > 0) this.#commentByMail({ ...mail, text: rest }, 'rest');
    return done({ outcome: 'act', seq: this.#state.seq });
  }

  #commentByMail(mail: ReceivedMail, part = 'mail'): Result<{ outcome: 'comment'; seq: number }> {
    for (const file of mail.files) this.#room.files.stage(mail.participant, file);
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
    const earlier = this.#room.journal.earlier(commandKey(mail.participant, `${part}-${mail.id}`));
    if (earlier) return done({ outcome: 'comment', seq: earlier.seq });
    this.#joinedByMail(mail.participant);
    const outcome = this.#room.execute(mail.participant, 'mail', `${part}-${mail.id}`, comment, noFacts(new Date().toISOString()));
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
      this.#room.execute(mail.participant, 'mail', `file-${index}-${mail.id}`, answer, noFacts(new Date().toISOString()));
    return done({ outcome: 'comment', seq: outcome.value.seq });
  }

  /** Does what a comment's words mean beyond themselves, and tells its author what that has changed. An answer to a question changes nothing of theirs. */
  #doMeant(mail: ReceivedMail, command: Command): void {
    const now = Date.now();
    const undo = undoOf(this.#state, command, mail.participant);
    const facts = noFacts(new Date(now).toISOString());
    const outcome = this.#room.execute(mail.participant, 'mail', `meant-${mail.id}`, command, facts);
    if (!outcome.ok || command.type === 'objection.answer') return;
    this.#keepDeed(mail, { thread: mail.thread, command, undo }, now);
  }

  /** What a mail has done is remembered as it is now, and its author told once. */
  #keepDeed(mail: ReceivedMail, what: Pick<Deed, 'thread' | 'command' | 'undo'>, now: number): void {
    this.#room.receipts.keep(mail.id, { participant: mail.participant, ...what, proposed: isProposed(this.#state, what.command) }, now);
    this.#room.agenda.add('receipt', mail.id, now, now);
  }

  /** Whoever answers is in the room. */
  #joinedByMail(id: ParticipantId): void {
    const one = this.#state.people[id];
    if (one?.status === 'invited' || one?.status === 'added')
      this.#room.record(null, id, 'mail', [{ type: 'participant.joined', participant: id }]);
  }

  /** Somebody who was asked answers: they are in, and what they wrote before stands now. */
  #comeIn(asked: Asked): void {
    const { newcomer: id, name, email, locale, zone } = asked;
    const waiting = this.#room.newcomers.waiting(id);
    const broughtBy = this.#state.stakeholders.newcomers[id]?.broughtBy ?? null;
    const change = this.#room.atOnce(() => {
      this.#room.newcomers.drop(id, false);
      return this.#room.wrote(null, id, 'mail', [
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
    this.#room.tell(change);
    for (const { mail, thread, text, files } of waiting)
      this.#commentByMail({ id: mail, participant: id, thread, replyHash: '', text, files, offset: null });
  }

  /** Whether an address is that of somebody in the room, of somebody who was asked and has not answered, or who asked to be forgotten. */
  async senderAt(email: string): Promise<'here' | 'asked' | 'forgotten' | null> {
    if (this.#room.newcomers.withAddress(email)) return 'asked';
    if (withAddress(this.#state, email)) return 'here';
    return (await this.#room.forgottenOf([email])).size > 0 ? 'forgotten' : null;
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
    const asked = this.#room.newcomers.withAddress(email);
    if (!asked || !maySeeThread('customer', mail.thread)) return null;
    const change = this.#room.atOnce(() => {
      const { id, thread, text, files } = mail;
      return this.#room.newcomers.wait(asked.newcomer, { mail: id, thread, text: withoutKeys(text), files }, Date.now())
        ? this.#room.wrote(null, asked.newcomer, 'mail', [{ type: 'newcomer.wrote', newcomer: asked.newcomer }])
        : null;
    });
    if (change) this.#room.tell(change);
    return done({ outcome: 'waiting', seq: this.#state.seq });
  }

  /** Whoever a mail that was taken has in copy: asked once, or let in if they are colleagues. Delivered twice, it asks once. */
  async copied(mail: { id: string; participant: ParticipantId; thread: ThreadId; copied: Copied[] }): Promise<number> {
    const key = `copied:${mail.id}`;
    const { room } = this.#state;
    if (!room || mail.copied.length === 0 || this.#room.journal.earlier(key)) return 0;
    const copied = mail.copied.slice(0, 100).flatMap((one): Copied[] => {
      const parsed = v.safeParse(nameSchema, one.name.slice(0, 80));
      return [{ email: one.email.toLowerCase(), name: parsed.success ? parsed.output : '' }];
    });
    const emails = copied.map((one) => one.email);
    const [colleagues, forgotten, hashes] = await Promise.all([
      colleaguesByAddress(this.#room.env.DB, room.workspace, emails),
      this.#room.forgottenOf(emails),
      Promise.all(copied.map(async (one): Promise<[string, string]> => [one.email, await this.#room.newcomers.hashOf(one.email)])),
    ]);
    const who = this.#state.people[mail.participant];
    if (!who || who.status === 'left' || this.#room.journal.earlier(key)) return 0;
    const hashOf = new Map(hashes);
    const facts = {
      colleagues,
      forgotten,
      asked: this.#room.newcomers.addresses(),
      replyDomain: this.#room.env.REPLY_DOMAIN,
      mailFrom: this.#room.env.MAIL_FROM,
      sameCompany: (a: string, b: string) => companyDomain(a) !== null && companyDomain(a) === companyDomain(b),
    };
    const brought = broughtInCopy(this.#state, who, mail.thread, copied, facts, () => fresh<ParticipantId>());
    const now = Date.now();
    this.#room.tell(
      this.#room.atOnce(() => {
        for (const one of brought.ask) {
          this.#room.newcomers.keep({ ...one, mail: mail.id, thread: sharedOf(mail.thread) }, hashOf.get(one.email) ?? '');
          this.#room.agenda.add('brought', one.newcomer, now, now);
        }
        return this.#room.wrote({ id: key, body: 0 }, who.id, 'mail', brought.events);
      }),
    );
    for (const from of brought.doubtful) {
      const id = await idFor<HeldMailId>(new TextEncoder().encode(`${mail.id}\n${from}`));
      this.hold({ id, key: id, reason: 'colleague', from, subject: who.name, text: '', thread: mail.thread });
    }
    return brought.events.length + brought.doubtful.length;
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
    if (this.#room.journal.earlier(commandKey(who.id, key))) return 'repeated';
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
    const outcome = this.#room.execute(who.id, 'mail', key, command, facts);
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
      this.#room.execute(who.id, 'mail', `mail-${mail.id}`, comment, facts);
    }
    return mail.method === 'COUNTER' ? 'countered' : mail.answer;
  }

  /** Mail that could not be posted stands where the sellers see it. */
  hold(mail: { id: HeldMailId; key: string; reason: HeldReason; from: string; subject: string; text: string; thread: ThreadId }): void {
    if (!this.#state.room || this.#room.journal.earlier(`held:${mail.key}`)) return;
    const { id: held, key, ...rest } = mail;
    this.#room.record({ id: `held:${key}`, body: 0 }, 'system', 'mail', [
      { type: 'mail.held', held, ...rest, text: withoutKeys(rest.text).slice(0, 20_000) },
    ]);
  }

  /** The address of a participant failed for good, or its owner complained; null puts it right. */
  trouble(email: string, trouble: 'bounced' | 'complained' | 'failed' | null, detail: string): void {
    const asked = this.#room.newcomers.withAddress(email);
    if (asked && trouble) {
      const why = trouble === 'complained' ? 'asked' : 'unreachable';
      this.#room.record(null, 'system', 'system', [{ type: 'newcomer.forgotten', newcomer: asked.newcomer, why }]);
    }
    for (const one of Object.values(this.#state.people)) {
      if (one.email !== email.toLowerCase() || one.trouble === trouble) continue;
      this.#room.record(null, 'system', 'system', [
        { type: 'participant.troubled', participant: one.id, trouble, detail: detail.slice(0, 500) },
      ]);
    }
  }
}
