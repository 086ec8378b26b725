/** Instants and sizes in the reader's language and zone. */
import * as m from '#messages';

/** "just now", "5 min. ago", "yesterday"; a date once it is a week old. */
export function sayAgo(at: string, now: number, reader: { locale: string; zone: string }): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(reader.locale, { numeric: 'auto', style: 'short' });
  if (seconds > -60) return m.just_now();
  if (seconds > -3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  if (seconds > -7 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day');
  return new Intl.DateTimeFormat(reader.locale, {
    month: 'short',
    day: 'numeric',
    year: seconds < -300 * 86_400 ? 'numeric' : undefined,
    timeZone: reader.zone,
  }).format(Date.parse(at));
}

/** The whole instant, for a title. */
export const sayInstant = (at: string, reader: { locale: string; zone: string }): string =>
  new Intl.DateTimeFormat(reader.locale, { dateStyle: 'full', timeStyle: 'short', timeZone: reader.zone }).format(Date.parse(at));

/** Day and time in short, for lists. */
export const sayMoment = (at: string, reader: { locale: string; zone: string }): string =>
  new Intl.DateTimeFormat(reader.locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: reader.zone }).format(Date.parse(at));

export function saySize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [amount, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  return `${amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${unit}`;
}

export const sayNames = (names: string[], locale: string): string => new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);
