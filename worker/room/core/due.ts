/** When something is due: a calendar day, perhaps with a time, in the zone of whoever set it. */
export interface Due {
  /** `YYYY-MM-DD`. */
  date: string;
  /** `HH:MM`, or null for "by the end of that day". */
  time: string | null;
  /** IANA zone in which date and time are meant. */
  zone: string;
}

/** Making a formatter costs far more than using it, and a long plan asks for thousands of deadlines. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, made);
  return made;
}

/** Milliseconds by which `zone` is ahead of UTC at an instant. */
function offset(zone: string, instant: number): number {
  const parts = clockOf(zone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - instant;
}

/** Minutes by which a zone is ahead of UTC at an instant. */
export const offsetIn = (zone: string, instant: number): number => Math.round(offset(zone, instant) / 60_000);

/** The instant (epoch ms) of a wall-clock time in a zone; in a gap or overlap of daylight saving, the later reading. */
export function instantOf(date: string, time: string, zone: string): number {
  const wall = Date.parse(`${date}T${time}Z`);
  const guess = wall - offset(zone, wall);
  return wall - offset(zone, guess);
}

/** The instant by which it is due: its time, or the last minute of its day. */
export const deadline = (due: Due): number => instantOf(due.date, due.time ?? '23:59', due.zone);

export const isOverdue = (due: Due, now: number): boolean => deadline(due) < now;

/** Today's date in a zone, `YYYY-MM-DD`. */
export const dayIn = (zone: string, now: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now);

/** Whole days from `from` to `to`, both `YYYY-MM-DD`. */
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export const mondayOf = (date: string): string => addDays(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7));

/** Saturdays and Sundays move to the Monday after. */
export function workday(date: string): string {
  const day = new Date(`${date}T12:00:00Z`).getUTCDay();
  return day === 6 ? addDays(date, 2) : day === 0 ? addDays(date, 1) : date;
}

const isWorkday = (date: string): boolean => workday(date) === date;

/** The day `count` working days after (or, below zero, before) a day. Weekends are the only days off that a room knows. */
export function addWorkdays(date: string, count: number): string {
  let day = date;
  for (let left = Math.abs(count); left > 0;) {
    day = addDays(day, Math.sign(count));
    if (isWorkday(day)) left -= 1;
  }
  return day;
}

/** Working days that began after `from`, up to and with `to`, both `YYYY-MM-DD`: Friday to Monday is one. */
export function workdaysBetween(from: string, to: string): number {
  const days = daysBetween(from, to);
  if (days <= 0) return 0;
  let count = Math.floor(days / 7) * 5;
  for (let left = days % 7, day = to; left > 0; left -= 1, day = addDays(day, -1)) if (isWorkday(day)) count += 1;
  return count;
}

/** The first morning (09:00) of a working day in a zone that is not before an instant. Epoch ms. */
export function nextMorning(zone: string, after: number): number {
  const today = workday(dayIn(zone, after));
  const morning = instantOf(today, '09:00', zone);
  return morning >= after ? morning : instantOf(addWorkdays(today, 1), '09:00', zone);
}

/** True for a real calendar day. */
export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && addDays(text, 0) === text;

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * A due date in the reader's own language and zone: "Fri 27 Nov, 10:00 (17:00 Shanghai)". Where that zone is a guess it is
 * named. A day without a time is the same day everywhere.
 */
export function sayDue(due: Due, reader: { locale: string; zone: string; zoneGuessed?: boolean }): string {
  const day: Intl.DateTimeFormatOptions = { weekday: 'short', month: 'short', day: 'numeric' };
  if (due.time === null) {
    return new Intl.DateTimeFormat(reader.locale, { ...day, timeZone: 'UTC' }).format(Date.parse(`${due.date}T12:00:00Z`));
  }
  const instant = deadline(due);
  const own = new Intl.DateTimeFormat(reader.locale, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: reader.zone,
  }).format(instant);
  if (offset(reader.zone, instant) === offset(due.zone, instant))
    return reader.zoneGuessed ? `${own} (${placeOf(reader.zone, reader.locale, instant)})` : own;
  return `${own} (${due.time} ${placeOf(due.zone, reader.locale, instant)})`;
}

/** Where a zone is, in the reader's language: "Shanghai", "中国时间". */
function placeOf(zone: string, locale: string, instant: number): string {
  if (!locale.startsWith('zh')) return zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'shortGeneric' }).formatToParts(instant);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

const DAY_STARTS = 9;
const DAY_ENDS = 18;
const WEEK_HOURS = 5 * (DAY_ENDS - DAY_STARTS);

/** Whole working hours (Monday to Friday, 9 to 18, in a zone) between two instants. */
export function workingHours(from: number, to: number, zone: string): number {
  if (!(from < to)) return 0;
  const weeks = Math.floor((to - from) / (7 * 86_400_000));
  // Whole weeks count the same wherever they begin; only the rest is walked through.
  let ms = weeks * WEEK_HOURS * 3_600_000;
  const start = from + weeks * 7 * 86_400_000;
  const last = dayIn(zone, to);
  for (let day = dayIn(zone, start); day <= last; day = addDays(day, 1)) {
    const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    const opens = Math.max(start, instantOf(day, `0${DAY_STARTS}:00`, zone));
    const shuts = Math.min(to, instantOf(day, `${DAY_ENDS}:00`, zone));
    ms += Math.max(0, shuts - opens);
  }
  return Math.floor(ms / 3_600_000);
}
