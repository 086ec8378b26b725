/** Where mails lie in R2. */
import type { RoomId } from '#core/ids.ts';

/** One that came in. Its id is made from what its sender wrote: it names a mail, and opens none. */
export const mailKey = (id: string): string => `mail/${id}`;

/** One that a copy brought: its room's alone, whatever other mail has the same id. */
export const broughtMailKey = (room: RoomId, id: string): string => `rooms/${room}/mails/${id}`;
