/** The keys that mails carry: made for each mail, found by their hash alone. */
import type { ParticipantId, ThreadId } from '#core/ids.ts';
import { fresh, hashOf } from '../access/tokens.ts';
import { findMailedKey } from '../directory/lookups.ts';
import type { Minter } from '../mail/compose.ts';
import type { Key, MailedKind } from './doors.ts';
import type { Sequencer } from './sequencer.ts';

export class Keys {
  readonly #room: Sequencer;

  constructor(room: Sequencer) {
    this.#room = room;
  }

  async of(kind: MailedKind, hash: string): Promise<Key | undefined> {
    const own = this.#room.doors.key(kind, hash);
    if (own || !this.#room.state.room) return own;
    // A digest is made without waking the room: its keys are in D1.
    return findMailedKey(this.#room.env.DB, this.#room.state.room.id, kind, hash);
  }

  /** Mints the keys that one mail to a person carries. */
  async minter(participant: ParticipantId): Promise<Minter> {
    const room = this.#room.state.room;
    if (!room) throw new Error('a room without facts sends no mail');
    const mint = async (kind: MailedKind, thread: ThreadId, secret = fresh()) => {
      const hash = await hashOf(kind, secret);
      this.#room.doors.mint(kind, hash, { participant, thread }, Date.now());
      return { token: `${secret}${room.id}`, hash };
    };
    return mint;
  }
}
