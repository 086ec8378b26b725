/** Instants, spans and sizes in the reader's own language and zone. */
import type { Reader } from './facts.ts';

/** "Fri, Nov 27, 10:02": when something was said. */
export const sayAt = (at: string, reader: Reader): string =>
  new Intl.DateTimeFormat(reader.locale, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: reader.zone,
  }).format(Date.parse(at));

/** How long a link works: "15 minutes", "48小时", "7 days". */
export function saySpan(minutes: number, locale: string): string {
  const [amount, unit] =
    minutes < 120 ? [minutes, 'minute'] : minutes < 72 * 60 ? [Math.round(minutes / 60), 'hour'] : [Math.round(minutes / 1440), 'day'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}

/** "2.4 MB", the same in both languages. */
export function saySize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [amount, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  return `${amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${unit}`;
}

export const sayNames = (names: string[], locale: string): string => new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);
