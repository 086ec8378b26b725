/** Ids made where a thing is made, so that it can be shown before the room has heard of it. */
import { base32 } from '#core/ids.ts';

export const freshId = <Id extends string>(): Id => base32(crypto.getRandomValues(new Uint8Array(16))) as Id;
