/** From a request to whoever is asking: cookies are read here and nowhere else in the Worker. */
import { ID_PATTERN, type PersonId } from '#core/ids.ts';
import type { RoomActor } from '../room/sequencer.ts';
import type { Actor } from '../services.ts';
import { fresh, hashOf } from './tokens.ts';

export const SELLER_COOKIE = '__Host-seller';
export const GUEST_COOKIE = '__Host-guest';

/** The device secret of a guest's browser, made when there is none. */
export const deviceSecret = (cookie: string | undefined): string => (cookie && ID_PATTERN.test(cookie) ? cookie : fresh());

/** By which door a seller's sockets are known: all of a person's are closed together, and come back if they may. */
export const doorOf = (person: PersonId): string => `person:${person}`;

/** What the room is told about who asks: a person, or a device's hash. Never the cookie itself. */
export async function roomActor(actor: Actor): Promise<RoomActor> {
  if (actor.kind === 'seller') return { ...actor, session: doorOf(actor.person) };
  return { kind: 'guest', device: await hashOf('device', actor.device) };
}
