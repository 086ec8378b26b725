/** From a request to whoever is asking: cookies are read here and nowhere else in the Worker. */
import { ID_PATTERN } from '#core/ids.ts';
import type { RoomActor } from '../room/object.ts';
import type { Actor } from '../services.ts';
import { fresh, hashOf } from './tokens.ts';

export const SELLER_COOKIE = '__Host-seller';
export const GUEST_COOKIE = '__Host-guest';

/** The device secret of a guest's browser, made when there is none. */
export const deviceSecret = (cookie: string | undefined): string => (cookie && ID_PATTERN.test(cookie) ? cookie : fresh());

/** What the room is told about who asks: a person, or a device's hash. Never the cookie itself. */
export async function roomActor(actor: Actor): Promise<RoomActor> {
  if (actor.kind === 'seller') return { kind: 'seller', person: actor.person, session: `person:${actor.person}` };
  return { kind: 'guest', device: await hashOf('device', actor.device) };
}
