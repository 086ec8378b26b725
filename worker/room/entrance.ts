/** How customers come in: by the link of a mail, one press, on a further device a code; and the addresses of their calendars. */
import { ROOM_THREAD } from '#core/audience.ts';
import { type ParticipantId, base32 } from '#core/ids.ts';
import { withAddress, type Participant } from '#core/people.ts';
import { CLOSE } from '#core/protocol.ts';
import { done, refuse, tooOften, type Result } from '#core/refusal.ts';
import type { RoomState } from '#core/room.ts';
import { fresh, hashOf, masked, random, sixDigits } from '../access/tokens.ts';
import { codeMail, newDeviceMail } from '../mail/compose.ts';
import type { Entry, LinkLook } from '../services.ts';
import { CODE_MINUTES, type Newcomer } from './doors.ts';
import type { Keys } from './keys.ts';
import type { MailOut } from './mail-out.ts';
import type { RoomActor, Sequencer } from './sequencer.ts';

export class Entrance {
  readonly #room: Sequencer;
  readonly #keys: Keys;
  readonly #mailOut: MailOut;

  constructor(room: Sequencer, keys: Keys, mailOut: MailOut) {
    this.#room = room;
    this.#keys = keys;
    this.#mailOut = mailOut;
  }

  get #state(): RoomState {
    return this.#room.state;
  }

  /** What stands behind a customer's link. Reads only: scanners follow links. */
  async look(hash: string, device: string | null): Promise<Result<LinkLook>> {
    const one = await this.#linkOwner(hash);
    const room = this.#state.room;
    if (room?.deleted && (await this.#keys.of('enter', hash))) return refuse('not_found', 'room_deleted');
    if (!one || !room) return refuse('not_found', 'link_unknown');
    const inviter = one.broughtBy ? this.#state.people[one.broughtBy] : undefined;
    const now = Date.now();
    const isIn = device !== null && this.#room.doors.isIn(device, one.id, now);
    // One browser may have let several people in; it acts as the last of them.
    const known = isIn && this.#room.doors.device(device, now)?.participant === one.id;
    return done({
      room: room.id,
      roomName: room.name,
      workspaceName: room.workspaceName,
      name: one.name,
      locale: one.locale,
      maskedEmail: masked(one.email),
      invitedBy: inviter ? { name: inviter.name, email: inviter.email } : null,
      door: known ? 'known' : !isIn && (room.alwaysAskCode || this.#room.doors.hasBeenIn(one.id)) ? 'code' : 'press',
    });
  }

  /** "Continue as …": in on the first device, a code to the owner's mailbox on any further one. */
  async enter(hash: string, device: string, secretDevice: string, userAgent: string): Promise<Result<Entry>> {
    const one = await this.#linkOwner(hash);
    const room = this.#state.room;
    if (!one || !room) return refuse('not_found', 'link_unknown');
    const now = Date.now();
    if (this.#room.doors.isIn(device, one.id, now)) {
      this.#room.doors.admit(device, one.id, userAgent.slice(0, 300), now);
      return done({ entered: true, room: room.id, device: secretDevice, locale: one.locale });
    }
    if (room.alwaysAskCode || this.#room.doors.hasBeenIn(one.id)) return this.#askCode(one, device, secretDevice, null);
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
    const to = newcomer ?? owner;
    // Pressed twice, or the page loaded again: the code that is on its way stays good.
    if (this.#room.doors.hasJustAsked(device, owner.id, newcomer, now))
      return done({ entered: false, device: secretDevice, maskedEmail: masked(to.email) });
    const wait = this.#room.doors.waitForCode(owner.id, now);
    if (wait > 0) return tooOften(wait);
    this.#room.doors.askCode(device, owner.id, codeHash, newcomer, now);
    await this.#mailOut.post(
      [
        codeMail(this.#room.env, this.#state, {
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
    const used = this.#room.doors.useCode(device, one.id, codeHash, Date.now());
    if (!used.ok) return refuse('invalid', used.reason, 'code');
    if (!used.newcomer) return this.#admit(one, device, secretDevice, userAgent);

    const known = withAddress(this.#state, used.newcomer.email);
    if (known) return this.#admit(known, device, secretDevice, userAgent);
    const { name, email } = used.newcomer;
    // Asked by mail before, they come in as whom they were asked.
    const asked = this.#room.newcomers.withAddress(email);
    const id = asked?.newcomer ?? fresh<ParticipantId>();
    if (asked) this.#room.newcomers.drop(id, false);
    this.#room.record(null, id, 'app', [
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

  async #linkOwner(hash: string): Promise<Participant | undefined> {
    const key = await this.#keys.of('enter', hash);
    const one = key && this.#state.people[key.participant];
    return one && one.status !== 'left' && !this.#state.room?.deleted ? one : undefined;
  }

  async #admit(one: Participant, device: string, secretDevice: string, userAgent: string): Promise<Result<Entry>> {
    const room = this.#state.room;
    if (!room || one.side !== 'customer') return refuse('forbidden', 'link_unknown');
    const now = Date.now();
    const entered = this.#room.doors.admit(device, one.id, userAgent.slice(0, 300), now);
    if (this.#state.people[one.id]?.status !== 'joined')
      this.#room.record(null, one.id, 'app', [{ type: 'participant.joined', participant: one.id }]);
    // Said to the owner's mailbox, so that whoever came in as them by a forwarded link does not stay unnoticed.
    const minter = await this.#keys.minter(one.id);
    const { mail, replyHash } = await newDeviceMail(
      this.#room.env,
      this.#state,
      one,
      { userAgent, at: new Date(now).toISOString(), key: `device/${room.id}/${entered}/${now}` },
      minter,
    );
    this.#room.doors.reportedBy(entered, replyHash);
    await this.#mailOut.post([mail], true);
    return done({ entered: true, room: room.id, device: secretDevice, locale: one.locale });
  }

  /** Ends this device's way in. */
  leave(device: string): void {
    this.#room.doors.leave(device);
    this.#room.lobby.close(device, CLOSE.signIn, 'signed out');
  }

  async lookAtWishes(hash: string): Promise<Result<{ name: string; roomName: string; mail: Participant['mail'] }>> {
    const wisher = await this.#wisher(hash);
    if (!wisher.ok) return wisher;
    const { one, roomName } = wisher.value;
    return done({ name: one.name, roomName, mail: one.mail });
  }

  async wish(hash: string, mail: Participant['mail']): Promise<Result<null>> {
    const wisher = await this.#wisher(hash);
    if (!wisher.ok) return wisher;
    const { one } = wisher.value;
    if (one.mail !== mail) this.#room.record(null, one.id, 'mail', [{ type: 'participant.described', participant: one.id, mail }]);
    return done(null);
  }

  async #wisher(hash: string): Promise<Result<{ one: Participant; roomName: string }>> {
    const key = await this.#keys.of('wishes', hash);
    const one = key && this.#state.people[key.participant];
    const { room } = this.#state;
    if (!one || !room) return refuse('not_found', 'link_unknown');
    // It writes to nobody, and nothing can happen in it but its return.
    return room.deleted ? refuse('not_found', 'room_deleted') : done({ one, roomName: room.name });
  }

  /** A fresh token of the link of whoever has this address here. For the demo, whose customers have no mailbox. */
  async linkTo(email: string): Promise<string> {
    const one = withAddress(this.#state, email);
    if (!one || one.side !== 'customer' || !this.#state.room?.demo) throw new Error('only a demo gives links away');
    const mint = await this.#keys.minter(one.id);
    return (await mint('enter', ROOM_THREAD)).token;
  }

  /** A demo room as its customer sees it: a link for a seller who wants to look. Refused in a real room. */
  async customerSide(actor: RoomActor): Promise<Result<{ token: string }>> {
    const me = this.#room.me(actor);
    const customer = Object.values(this.#state.people).find((one) => one.side === 'customer' && one.status !== 'left');
    if (!me || !customer || !this.#state.room?.demo) return refuse('forbidden', 'not_a_participant');
    return done({ token: await this.linkTo(customer.email) });
  }

  /** Whether this actor's calendar can be fetched by an address of theirs. */
  feed(actor: RoomActor): Result<{ active: boolean }> {
    const me = this.#room.me(actor);
    return me ? done({ active: this.#room.doors.hasFeed(me.id) }) : refuse('forbidden', 'not_a_participant');
  }

  /** A new calendar address for this actor; the one before ends. Only its hash is kept. */
  async renewFeed(actor: RoomActor): Promise<Result<{ token: string }>> {
    const secret = fresh();
    const hash = await hashOf('feed', secret);
    const me = this.#room.me(actor);
    const room = this.#state.room;
    if (!me || !room) return refuse('forbidden', 'not_a_participant');
    this.#room.doors.dropFeed(me.id);
    this.#room.doors.mint('feed', hash, { participant: me.id, thread: ROOM_THREAD }, Date.now());
    return done({ token: `${secret}${room.id}` });
  }

  dropFeed(actor: RoomActor): Result<{ active: boolean }> {
    const me = this.#room.me(actor);
    if (!me) return refuse('forbidden', 'not_a_participant');
    this.#room.doors.dropFeed(me.id);
    return done({ active: false });
  }
}
