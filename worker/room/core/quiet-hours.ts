/** When a mail may come: somebody's night and weekend are theirs. In each reader's own zone; the hours are the deployment's. */
import { addWorkdays, dayIn, instantOf, workday } from './due.ts';

/** Clock times, `HH:MM`: mails rest from the one on a working day's evening until the other on the next one's morning. */
export interface QuietHours {
  from: string;
  until: string;
}

/** Reads `20:00-08:00`. Null where nothing rests: of an empty text, and of one that does not lead over midnight. */
export function quietHoursIn(text: string | undefined): QuietHours | null {
  const [, from, until] = /^\s*((?:[01]\d|2[0-3]):[0-5]\d)\s*-\s*((?:[01]\d|2[0-3]):[0-5]\d)\s*$/.exec(text ?? '') ?? [];
  return from && until && until < from ? { from, until } : null;
}

/** The instant (epoch ms) from which somebody in a zone may be written to: now, or a working day's morning. */
export function mayWriteFrom(zone: string, now: number, { from, until }: QuietHours): number {
  const day = workday(dayIn(zone, now));
  const morning = instantOf(day, until, zone);
  if (now < morning) return morning;
  return now < instantOf(day, from, zone) ? now : instantOf(addWorkdays(day, 1), until, zone);
}
