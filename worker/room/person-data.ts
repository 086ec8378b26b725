/** What a room has about a person: given to them, and taken out at their wish. */
import { maySee, viewFor } from '#core/audience.ts';
import type { RoomEvent } from '#core/events.ts';
import type { ParticipantId } from '#core/ids.ts';
import { formerName, type Participant } from '#core/people.ts';
import { can } from '#core/permissions.ts';
import { CLOSE } from '#core/protocol.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import type { RoomState } from '#core/room.ts';
import { functionOf } from '#core/stakeholders.ts';
import { storedMailsOf } from '../directory/lookups.ts';
import { erasePerson, type PersonTraces } from '../mail/erase.ts';
import type { CoWriting } from './co-writing.ts';
import type { MyData } from './my-data.ts';
import type { Projector } from './projector.ts';
import { redactedText, redactorOf, redactTables } from './redaction.ts';
import type { RoomActor, Sequencer } from './sequencer.ts';
import type { Views } from './views.ts';

/** What the room keeps of one person alone. */
const OWN_TABLES = ['sent', 'key', 'device', 'code', 'code_sent', 'opening', 'visit', 'mailed', 'reminded', 'calendar', 'told'] as const;

export class PersonData {
  readonly #room: Sequencer;
  readonly #views: Views;
  readonly #coWriting: CoWriting;
  readonly #projector: Projector;

  constructor(room: Sequencer, views: Views, coWriting: CoWriting, projector: Projector) {
    this.#room = room;
    this.#views = views;
    this.#coWriting = coWriting;
    this.#projector = projector;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

  /** Everything that is stored about this actor. */
  async myData(actor: RoomActor): Promise<Result<MyData>> {
    const me = this.#room.me(actor);
    return me ? done(await this.dataOf(me)) : refuse('forbidden', 'not_a_participant');
  }

  /** Everything that is stored about everybody with this address, for a seller whom they asked for it. */
  async dataAt(actor: RoomActor, isOwner: boolean, email: string): Promise<Result<{ data: MyData[] }>> {
    const asked = this.#onBehalf(actor, isOwner, email);
    return asked.ok ? done({ data: await Promise.all(asked.value.people.map((one) => this.dataOf(one))) }) : asked;
  }

  async dataOf(one: Participant): Promise<MyData> {
    const { room } = this.#state;
    const instant = (at: number) => new Date(at).toISOString();
    // Before what is read here changes under it.
    const directory = await this.#weeklyMailsOf(one.email);
    // As their side may see it: whether mail reaches them is the seller side's own.
    const { person: _, broughtBy, ...you } = viewFor(one.side, this.#state).people[one.id] ?? one;
    const concerning = this.#room.journal.concerning(one.id).filter((event) => maySee(one.side, event.audience));
    const seen = this.#room.visits.last(one.id) ?? this.#room.doors.lastSeen(one.id);
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
      devices: this.#room.doors.devicesOf(one.id).map((device) => ({
        browser: device.userAgent,
        firstSeen: instant(device.created),
        lastSeen: instant(device.seen),
        ended: device.ended,
      })),
      readUpTo: this.#room.reading.of(one.id),
      opened: this.#room.opens.list(one.id),
      readingTimeIsRecorded: this.#state.materials.timed.includes(one.id),
      mailsToYou: this.#room.sent.list(one.id).map(({ at, subject }) => ({ at: instant(at), subject })),
      mailsByYou: directory?.mails ?? [],
      weeklyMails: directory?.weekly ?? null,
      byYou: concerning.filter((event) => event.by === one.id),
      aboutYou: this.#room.journal.withoutDeleted(concerning.filter((event) => event.by !== one.id)),
    };
  }

  async #weeklyMailsOf(email: string): Promise<{ weekly: NonNullable<MyData['weeklyMails']>; mails: MyData['mailsByYou'] } | null> {
    const { room } = this.#state;
    if (!room) return null;
    return storedMailsOf(this.#room.env.DB, room.workspace, room.id, email).catch(() => null);
  }

  /** Erases this customer at their own wish. */
  eraseMe(actor: RoomActor): Result<null> {
    const me = this.#room.me(actor);
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
    if (newcomer) this.#room.record(null, by, 'app', [{ type: 'newcomer.forgotten', newcomer, why: 'asked' }]);
    return done({ count: people.length + (newcomer ? 1 : 0) });
  }

  /** Who of the customer's side has an address, and as whom a seller, or an owner from outside, acts for them. In a room that is shut, too. */
  #onBehalf(
    actor: RoomActor,
    isOwner: boolean,
    email: string,
  ): Result<{ by: ParticipantId | 'system'; people: Participant[]; newcomer: ParticipantId | undefined }> {
    const me = this.#room.someone(actor);
    const { room, people } = this.#state;
    if (actor.kind !== 'seller' || room?.workspace !== actor.workspace || !(me ?? isOwner)) return refuse('forbidden', 'not_a_participant');
    const theirs = Object.values(people).filter(
      (one) => one.email === email.toLowerCase() && (me ? can.erase(me, one) : one.side === 'customer'),
    );
    return done({ by: me?.id ?? 'system', people: theirs, newcomer: this.#room.newcomers.withAddress(email)?.newcomer });
  }

  /**
   * Takes a person's name and address out of the room, and what they sent by mail or as a file with them. The events stay, in their order
   * and under their numbers: who did what is the other side's history, too, and says "former participant" from now on.
   */
  #erase(one: Participant, by: ParticipantId | 'system'): void {
    // What is being written becomes words first: edits can't be searched.
    for (const text of this.#room.texts.kept()) this.#coWriting.settleText(text);
    const left: RoomEvent[] = one.status === 'left' ? [] : [{ type: 'participant.left', participant: one.id }];
    this.#room.record(null, by, 'app', [...left, { type: 'participant.erased', participant: one.id }]);
    const now = Date.now();
    const sql = this.#room.storage.sql;
    const writers = this.#room.texts.kept().flatMap((text) => this.#room.lobby.writersOf(text));
    const state = this.#room.atOnce(() => {
      const about = this.#room.journal.concerning(one.id);
      const names = about.flatMap(
        ({ event }) => ('participant' in event && event.participant === one.id && 'name' in event && event.name) || [],
      );
      const known = { names: [...new Set([one.name, ...names])], emails: [one.email], instead: formerName(one.locale) };
      const redact = redactorOf(known.names, known.emails, known.instead);
      const files = this.#room.files.dropOf(one.id);
      const mails = about.flatMap(({ by: author, event }) =>
        author === one.id && 'mail' in event && event.mail
          ? [event.mail]
          : event.type === 'mail.held' && event.from === one.email
            ? [event.held]
            : [],
      );
      for (const table of OWN_TABLES) sql.exec(`DELETE FROM ${table} WHERE participant = ?`, one.id);
      this.#room.texts.dropAll();
      const seqs = this.#room.journal.rewrite((text) => redactedText(text, redact));
      redactTables(sql, redact, ['event', 'snapshot']);
      // Of a mail that a copy brought the room has its own; the id alone could be that of anybody's mail.
      const isOwn = (mail: string) => this.#room.journal.mail(mail)?.brought === false;
      const own = [...new Set(mails)];
      const brought = own.filter((mail) => !isOwn(mail));
      const traces: PersonTraces = { ...known, participant: one.id, mails: own.filter(isOwn), brought, files, seqs };
      this.#room.agenda.forget();
      this.#room.reading.forget();
      this.#room.agenda.add('eraseElsewhere', JSON.stringify(traces), now, now);
      this.#room.agenda.add('project', '', now, now);
      return this.#room.journal.replay();
    });
    this.#room.state = state;
    for (const socket of writers) socket.close(CLOSE.reload, 'erased');
    this.#room.lobby.tellEach((side, participant) => {
      const reader = this.#state.people[participant];
      return reader && reader.status !== 'left' && reader.side === side ? { type: 'snapshot', view: this.#views.viewOf(reader) } : null;
    });
  }

  async eraseElsewhere(traces: PersonTraces): Promise<void> {
    const { room } = this.#state;
    if (!room) return;
    // Whatever was on its way to D1 has arrived by then.
    await this.#projector.settle();
    await erasePerson(this.#room.env, room, traces, (seqs) => this.#room.journal.numbered(seqs));
  }
}
