import { within } from '../../../worker/patience.ts';

/** A part that comes when it is first needed; null without a network, or with one that does not answer (5 s). */
export const fetched = <T>(part: Promise<T>): Promise<T | null> => within(5_000, part).catch(() => null);
