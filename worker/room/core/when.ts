/**
 * Dates and times in words, Chinese and English, in one line.
 *
 * chrono-node reads English months, numeric dates and clock times. Everything that turns on today, and all Chinese, is
 * read by the rules below: chrono's Chinese misses 后天, 月底, 25号 and 两周后 and takes 周日晚上 for today, and its English
 * takes "5 days", "sat", "at 3" and "may" for dates. Days are computed on calendar dates, never on instants, so daylight saving
 * can't shift them; only "in 2 hours" counts real time.
 *
 * What is meant when less is said:
 *  - a weekday is the next such day; today only with a time that is still to come
 *  - 下周三 and "next Wed" are in the next week, weeks start on Monday
 *  - a week or month as a deadline ends with it: "next week" is its Friday, "next month" its last day
 *  - 上午/morning 10:00 · 早上 09:00 · 中午/noon 12:00 · 下午/afternoon 15:00 · 傍晚 18:00 · 晚上/evening/tonight 19:00 · 下班前/COB 18:00
 *  - an hour from 1 to 6 with no word for the time of day is after noon ("周五3点" is 15:00); "03:00" is not
 *  - what would lie in the past ("today 9am" said at ten) is not taken: it stays in the text
 */
import { Chrono, configuration } from 'chrono-node/en';
import { addDays, dayIn, deadline, type Due, isDay } from './due.ts';
import type { Locale } from './people.ts';

export interface WhenContext {
  /** Epoch ms. */
  now: number;
  /** IANA zone in which the words are meant, unless they name another ("3pm ET"). */
  zone: string;
  locale: Locale;
}

export interface When {
  due: Due;
  /** Where the words stand, with "by", 之前 and the like: what to take out of a title. */
  start: number;
  end: number;
}

/** A piece of a date as found: a day, a time, or both. */
interface Found {
  start: number;
  end: number;
  day?: string;
  /** The next such weekday; which one it is turns on the time. */
  weekday?: number;
  time?: string;
  zone?: string;
  /** A clock time without a word for the part of the day, so that "afternoon" beside it still counts. */
  bareHour?: boolean;
  /** A word for a part of the day, its time a guess. */
  part?: boolean;
  /** Means nothing alone: "at 3", "morning". */
  weak?: boolean;
}

interface Clock {
  /** Today in the zone. */
  today: string;
  now: number;
  zone: string;
}

type Reading = Omit<Found, 'start' | 'end'> | null;

interface Rule {
  pattern: RegExp;
  read: (groups: Record<string, string | undefined>, clock: Clock) => Reading;
}

// ---------------------------------------------------------------- the calendar

/** 1 for Monday to 7 for Sunday. */
const weekdayOf = (day: string): number => new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
const mondayOf = (day: string): string => addDays(day, 1 - weekdayOf(day));
const write = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
const yearOf = (day: string): number => Number(day.slice(0, 4));
const monthOf = (day: string): number => Number(day.slice(5, 7));

/** A month some months from a day's own: [year, month]. */
function monthsFrom(day: string, months: number): [number, number] {
  const count = yearOf(day) * 12 + monthOf(day) - 1 + months;
  return [Math.floor(count / 12), (count % 12) + 1];
}
function lastOf(year: number, month: number): string {
  const [nextYear, nextMonth] = monthsFrom(write(year, month, 1), 1);
  return addDays(write(nextYear, nextMonth, 1), -1);
}
/** The same day some months on; the 31st becomes the last of a shorter month. */
function addMonths(day: string, months: number): string {
  const [year, month] = monthsFrom(day, months);
  const same = write(year, month, Number(day.slice(8)));
  return isDay(same) ? same : lastOf(year, month);
}
function addWorkdays(day: string, days: number): string {
  let left = days;
  let at = day;
  while (left > 0) {
    at = addDays(at, 1);
    if (weekdayOf(at) < 6) left -= 1;
  }
  return at;
}
/** The friday of this week; said at a weekend it is the coming one. */
const friday = (today: string): string => (weekdayOf(today) > 5 ? addDays(mondayOf(today), 11) : addDays(mondayOf(today), 4));

/** A month and day without a year: the next one. 29 February may be years away. */
function nextDate(month: number, day: number, today: string): string | null {
  for (let year = yearOf(today); year <= yearOf(today) + 8; year += 1) {
    const date = write(year, month, day);
    if (isDay(date) && date >= today) return date;
  }
  return null;
}

/** The wall clock in a zone some real time from now. */
function later(clock: Clock, ms: number): Reading {
  const instant = clock.now + ms;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: clock.zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    instant,
  );
  return { day: dayIn(clock.zone, instant), time };
}

function span(count: number, unit: string, working: boolean, clock: Clock): Reading {
  // Beyond this a number is no deadline but a price or a typing slip.
  if (!(count > 0) || count > 1000) return null;
  switch (unit) {
    case 'minute':
      return later(clock, count * 60_000);
    case 'hour':
      return later(clock, count * 3_600_000);
    case 'day':
      return { day: working ? addWorkdays(clock.today, count) : addDays(clock.today, count) };
    case 'week':
      return { day: addDays(clock.today, count * 7) };
    default:
      return count <= 60 ? { day: addMonths(clock.today, count) } : null;
  }
}

const clockTime = (hour: number, minute: number): string | null => {
  if (hour === 24 && minute === 0) return '23:59';
  return hour <= 23 && minute <= 59 ? `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}` : null;
};

// ---------------------------------------------------------------- the words

const DIGITS: Record<string, number> = { 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };

/** Arabic or Chinese, up to 99: "15", 十五, 二十五, 廿五. */
function number(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const [tens, units] = text.replace('廿', '二十').replace('卅', '三十').split('十');
  if (units === undefined) return [...text].reduce((sum, digit) => sum * 10 + (DIGITS[digit] ?? NaN), 0);
  return (tens ? (DIGITS[tens] ?? NaN) : 1) * 10 + (units ? (DIGITS[units] ?? NaN) : 0);
}

const N = '(?:\\d{1,3}|[一二两三四五六七八九十]{1,3})';
const DAY_NUMBER = '(?:[0-2]?\\d|3[01]|[一二三四五六七八九]|[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?)';
const ZH_PART = '凌晨|清晨|早上|早晨|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜里|夜晚|早|晚';
const ZH_TIME: Record<string, string> = {
  清晨: '09:00',
  早上: '09:00',
  早晨: '09:00',
  早: '09:00',
  上午: '10:00',
  中午: '12:00',
  正午: '12:00',
  下午: '15:00',
  午后: '15:00',
  傍晚: '18:00',
  晚上: '19:00',
  晚间: '19:00',
  夜里: '19:00',
  夜晚: '19:00',
  晚: '19:00',
};
const EN_TIME: Record<string, string> = {
  morning: '10:00',
  lunchtime: '12:00',
  lunch: '12:00',
  noon: '12:00',
  afternoon: '15:00',
  evening: '19:00',
  night: '19:00',
};
const WEEKDAYS: Record<string, number> = {
  一: 1,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  日: 7,
  天: 7,
  mon: 1,
  tue: 2,
  wed: 3,
  thu: 4,
  fri: 5,
  sat: 6,
  sun: 7,
};
const EN_WEEKDAY = 'mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?';
const EN_COUNT: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  couple: 2,
};
const EN_N = '\\d{1,3}|half an|an?|one|two|three|four|five|six|seven|eight|nine|ten|(?:a )?couple(?: of)?';
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const EN_MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const UNITS: Record<string, string> = {
  天: 'day',
  日: 'day',
  工作日: 'day',
  周: 'week',
  星期: 'week',
  礼拜: 'week',
  月: 'month',
  小时: 'hour',
  钟头: 'hour',
  分钟: 'minute',
  d: 'day',
  w: 'week',
  m: 'month',
  h: 'hour',
};

/** What may follow a date that was said bare, so that "the sun team" and "next week planning" stay words. */
const EN_END =
  '(?=\\s*(?:$|[,.;:!?)\\]，。；！？、@&/(（-]|\\d|\\p{Script=Han}|(?:at|by|and|in the|morning|afternoon|evening|noon|night|lunch|to|with|for|so)\\b))';

const zoneNames: [string, string][] = [
  ['北京时间|上海时间|beijing time|shanghai time|china time', 'Asia/Shanghai'],
  ['UTC|GMT|Z', 'UTC'],
  ['E[SD]?T|new york time', 'America/New_York'],
  ['P[SD]T|PT', 'America/Los_Angeles'],
  ['CES?T|paris time|berlin time', 'Europe/Berlin'],
  ['BST|UK time|london time', 'Europe/London'],
  ['东京时间|JST|tokyo time', 'Asia/Tokyo'],
  ['SGT|singapore time|新加坡时间', 'Asia/Singapore'],
  ['IST|india time', 'Asia/Kolkata'],
];

const part = (time: string | undefined): Reading => (time ? { time, part: true } : null);

/** An hour as said, with the word for its part of the day if there was one. */
function hourOf(hour: number, minute: number, said: string, word: string | undefined): Reading {
  if (word === undefined) {
    const afternoon = hour >= 1 && hour <= 6 && !said.startsWith('0');
    const time = clockTime(afternoon ? hour + 12 : hour, minute);
    return time ? { time, bareHour: true } : null;
  }
  const evening = /^(晚|夜)/.test(word);
  if (evening && hour === 12) return minute === 0 ? { time: '23:59' } : null;
  const after = /^(下午|午后|傍晚)/.test(word) || evening || (/午/.test(word) && word !== '上午' && hour < 4);
  const time = clockTime(after && hour < 12 ? hour + 12 : hour, minute);
  return time ? { time } : null;
}

/** Earlier rules win where two match at the same length. */
const RULES: Rule[] = [
  // ---------------------------------------------------------------- Chinese days
  {
    pattern: /(?<day>今|明|后)(?=早|晚)(?!早?[会餐饭报期]|晚[会餐饭辈安])/u,
    read: ({ day }, { today }) => ({ day: addDays(today, '今明后'.indexOf(day ?? '')) }),
  },
  {
    pattern: /(?<day>大后天|后天|明天|明日|明儿|今天|今日|今儿|当天)(?!地|然)/u,
    read: ({ day }, { today }) => ({ day: addDays(today, { 大: 3, 后: 2, 明: 1, 今: 0, 当: 0 }[day?.[0] ?? ''] ?? 0) }),
  },
  {
    pattern:
      /(?<![每隔上几一二两三四五六七八九十\d]|[一二三四五六日天]\s?[至到~-]\s?)(?<rel>下下个?|下个?|这个?|本)?(?:周|星期|礼拜)(?<day>[一二三四五六日天1-6])(?!\s?[至到~-]\s?(?:周|星期|礼拜)?[一二三四五六日天](?!点)|[次遍]|\d*[次遍])/u,
    read: ({ rel, day }, { today }) => {
      const weekday = WEEKDAYS[day ?? ''] ?? Number(day);
      if (!rel) return { weekday };
      const weeks = rel.startsWith('下下') ? 2 : rel.startsWith('下') ? 1 : 0;
      return { day: addDays(mondayOf(today), weeks * 7 + weekday - 1) };
    },
  },
  {
    pattern: /(?<![每上])(?<rel>下下个?|下个?|这个?|本)?周末/u,
    read: ({ rel }, { today }) => {
      const weeks = rel?.startsWith('下下') ? 2 : rel?.startsWith('下') ? 1 : 0;
      const saturday = addDays(mondayOf(today), weeks * 7 + 5);
      return { day: saturday < today ? today : saturday };
    },
  },
  {
    pattern:
      /(?<rel>下下个?|下个?)(?:周|星期|礼拜)(?<edge>初|内|之内|以内)?(?![一二三四五六日天末]|期|的?(?:计划|安排|议程|日程|工作|会议|例会|周报|周会|报告|任务))/u,
    read: ({ rel, edge }, { today }) => ({ day: addDays(mondayOf(today), (rel?.startsWith('下下') ? 14 : 7) + (edge === '初' ? 0 : 4)) }),
  },
  { pattern: /(?:本周|这周|这个?星期|本星期)(?:结束|之内|以内|内|底)/u, read: (_, { today }) => ({ day: friday(today) }) },
  {
    pattern: /(?<rel>下个?|这个?|本)?月(?<edge>底|末|初|中旬?)(?!级|端)/u,
    read: ({ rel, edge }, { today }) => {
      const [year, month] = monthsFrom(today, rel?.startsWith('下') ? 1 : 0);
      if (edge === '底' || edge === '末') return { day: lastOf(year, month) };
      if (!rel) return null;
      return { day: write(year, month, edge === '初' ? 5 : 15) };
    },
  },
  { pattern: /(?:本|这个?)月(?:结束|之内|以内|内)/u, read: (_, { today }) => ({ day: lastOf(yearOf(today), monthOf(today)) }) },
  {
    pattern: /下个?月(?!\d|[一二三四五六七八九十]|的?(?:计划|安排|工作|会议|例会|月报|报告|账单|任务)|底|末|初|中|亮)/u,
    read: (_, { today }) => ({ day: lastOf(...monthsFrom(today, 1)) }),
  },
  {
    pattern: new RegExp(
      `(?<![\\d一二三四五六七八九十第])(?<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?<edge>底|末|初|中旬)`,
      'u',
    ),
    read: ({ month, edge }, { today }) => {
      const which = number(month ?? '');
      if (edge === '初' || edge === '中旬') {
        const day = nextDate(which, edge === '初' ? 5 : 15, today);
        return day ? { day } : null;
      }
      return { day: lastOf(yearOf(today) + (which < monthOf(today) ? 1 : 0), which) };
    },
  },
  {
    pattern: /(?<![\d一二三四五六七八九十])(?:今年)?年(?:底|末)(?!.{0,2}(?:奖|红))|年底|年末/u,
    read: (_, { today }) => ({ day: write(yearOf(today), 12, 31) }),
  },
  {
    pattern: /(?:本|这个?)?季(?:度)?(?:底|末)/u,
    read: (_, { today }) => ({ day: lastOf(yearOf(today), Math.ceil(monthOf(today) / 3) * 3) }),
  },
  {
    pattern: new RegExp(
      `(?<![\\d.])(?:(?<year>20\\d\\d)年|(?<next>明年)|今年)?\\s?(?<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月\\s?(?<day>${DAY_NUMBER})(?:日|号|(?![\\d一二三四五六七八九十个份月日号]))`,
      'u',
    ),
    read: ({ year, next, month, day }, { today }) => {
      const [m, d] = [number(month ?? ''), number(day ?? '')];
      const date = year || next ? write(year ? Number(year) : yearOf(today) + 1, m, d) : nextDate(m, d, today);
      return date && isDay(date) ? { day: date } : null;
    },
  },
  {
    pattern: new RegExp(
      `(?<![第\\d.#一二三四五六七八九十月a-z-])(?<rel>下个?月|这个?月|本月)?\\s?(?<day>${DAY_NUMBER})(?<mark>号|日)(?![楼线机仓库店位厅门院车桌房柜台生产码字牌员方会井位元本圆游均志报常内后之以间]|[a-z0-9])`,
      'iu',
    ),
    read: ({ rel, day, mark }, { today }) => {
      const d = number(day ?? '');
      // 一日 alone is more often a day's length than a date.
      if (!rel && mark === '日' && !/\d|十/.test(day ?? '')) return null;
      const from = rel?.startsWith('下') ? 1 : 0;
      for (let months = from; months < (rel ? from + 1 : 13); months += 1) {
        const date = write(...monthsFrom(today, months), d);
        if (isDay(date) && date >= today) return { day: date };
      }
      return null;
    },
  },
  {
    pattern: new RegExp(
      `(?<![\\d.第一二两三四五六七八九十每])(?:再?过)?(?<count>${N}|半)(?<half>半)?个?(?<half2>半)?(?<working>工作日|个工作日)?(?<unit>天|日|周|星期|礼拜|月|小时|钟头|分钟)?(?<tail>之后|以后|后|之内|以内|内)(?!续|台|端|面|部|容|外|置|存|测)`,
      'u',
    ),
    read: ({ count, half, half2, working, unit }, clock) => {
      if (!unit && !working) return null;
      const kind = UNITS[working ? '工作日' : (unit ?? '')] ?? '';
      const more = half ?? half2;
      if (count === '半' || more) {
        const whole = count === '半' ? 0 : number(count ?? '');
        if (kind === 'hour') return later(clock, (whole + 0.5) * 3_600_000);
        if (kind === 'month') return { day: addDays(addMonths(clock.today, whole), 15) };
        return null;
      }
      return span(number(count ?? ''), kind, Boolean(working), clock);
    },
  },
  {
    pattern: new RegExp(`再?过(?<count>${N})个?(?<unit>工作日|天|周|星期|礼拜|月|小时)`, 'u'),
    read: ({ count, unit }, clock) => span(number(count ?? ''), UNITS[unit ?? ''] ?? '', unit === '工作日', clock),
  },
  {
    pattern: /(?<day>今天|明天|后天|今日|明日)?下班(?:之前|以前|前)/u,
    read: ({ day }, { today }) => ({ day: addDays(today, day ? '今明后'.indexOf(day[0] ?? '') : 0), time: '18:00' }),
  },

  // ---------------------------------------------------------------- Chinese times
  {
    pattern: new RegExp(
      `(?:(?<=[周期拜][一二三四五六日天])|(?<![第\\d.:/一二三四五六七八九十a-z-]))(?<part>${ZH_PART})?\\s?(?<hour>2[0-4]|1\\d|0?\\d|[一二两三四五六七八九]|十[一二三四五六七八九]?|二十[一二三四]?)(?:点钟?|时(?!间|代|期|长|区))(?:(?<half>半)|(?<quarter>[一三])刻|(?<minute>[0-5]?\\d|[一二三四五六七八九十零]{1,3})(?![%\\d点])分?|整)?(?<range>\\s?(?:[-–—~～]|到|至)\\s?(?:${ZH_PART})?\\s?(?:\\d{1,2}(?::\\d\\d)?|[一二两三四五六七八九十]{1,3})(?:点(?:半|\\d{1,2}分?)?)?)?`,
      'iu',
    ),
    read: ({ part: word, hour, half, quarter, minute }) => {
      const minutes = half ? 30 : quarter ? number(quarter) * 15 : minute ? number(minute.replace(/^零(?=.)/, '')) : 0;
      const read = hourOf(number(hour ?? ''), minutes, hour ?? '', word);
      // 三点意见 is three remarks: an hour alone needs more than a number.
      return read && !word && !half && !quarter && !minute ? { ...read, weak: true } : read;
    },
  },
  {
    pattern: new RegExp(
      `(?<part>${ZH_PART})\\s?(?<hour>2[0-4]|1\\d|0?\\d):(?<minute>[0-5]\\d)(?!\\d)(?:\\s?(?:[-–—~～]|到|至)\\s?\\d{1,2}:\\d\\d)?`,
      'u',
    ),
    read: ({ part: word, hour, minute }) => hourOf(Number(hour), Number(minute), hour ?? '', word),
  },
  {
    pattern: /(?<part>清晨|早上|早晨|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜晚)(?![好安茶饭餐觉会班])/u,
    read: ({ part: word }) => part(ZH_TIME[word ?? '']),
  },
  {
    pattern: /(?<=(?:[周期拜][一二三四五六日天]|[今明后天日号])\s?)(?<part>早|晚)(?![于期])/u,
    read: ({ part: word }) => ({ ...part(ZH_TIME[word ?? '']), weak: true }),
  },

  // ---------------------------------------------------------------- English days
  { pattern: /\b(?:the )?day after tomorrow\b/iu, read: (_, { today }) => ({ day: addDays(today, 2) }) },
  { pattern: /\b(?:tomorrow|tmrw?|tomo)\b(?!['’]s\b)/iu, read: (_, { today }) => ({ day: addDays(today, 1) }) },
  { pattern: /\btoday\b(?!['’]s\b)/iu, read: (_, { today }) => ({ day: today }) },
  { pattern: /\btonight\b/iu, read: (_, { today }) => ({ day: today, time: '19:00', part: true }) },
  {
    pattern: /\bthis (?<part>morning|afternoon|evening)\b/iu,
    read: ({ part: word }, { today }) => ({ day: today, ...part(EN_TIME[word?.toLowerCase() ?? '']) }),
  },
  {
    pattern: new RegExp(
      `(?<!\\b(?:every|each|last|past|black|good|casual|cyber|super|ash|and|or)\\s+)(?<![\\p{L}\\d/-])(?<rel>(?:on\\s+)?(?:next|this|coming)\\s+(?:week\\s+)?(?:on\\s+)?)?(?<day>${EN_WEEKDAY})\\b(?:\\.(?=,?\\s*\\d))?(?<after>\\s+next\\s+week|\\s+after\\s+next)?(?!\\s*[-–—/]\\s*\\p{L}|\\s+(?:to|through|thru)\\s+(?:${EN_WEEKDAY})\\b)`,
      'iu',
    ),
    read: ({ rel, day, after }, { today }) => {
      const weekday = WEEKDAYS[day?.slice(0, 3).toLowerCase() ?? ''] ?? 1;
      if (after && /after/i.test(after)) return { day: addDays(mondayOf(today), 14 + weekday - 1) };
      return after || /next/i.test(rel ?? '') ? { day: addDays(mondayOf(today), 7 + weekday - 1) } : { weekday };
    },
  },
  {
    pattern: new RegExp(`\\b(?:(?<edge>early|mid|middle of|late|later|sometime)[ -])?next week\\b(?!['’]s\\b)${EN_END}`, 'iu'),
    read: ({ edge }, { today }) => ({
      day: addDays(mondayOf(today), 7 + ({ early: 1, mid: 2, 'middle of': 2 }[edge?.toLowerCase() ?? ''] ?? 4)),
    }),
  },
  { pattern: /\b(?:the )?week after next\b/iu, read: (_, { today }) => ({ day: addDays(mondayOf(today), 18) }) },
  { pattern: new RegExp(`\\b(?:this|later this) week\\b(?!['’]s\\b)${EN_END}`, 'iu'), read: (_, { today }) => ({ day: friday(today) }) },
  { pattern: /\b(?:(?:the )?end of (?:the |this )?week|eow)\b/iu, read: (_, { today }) => ({ day: friday(today) }) },
  { pattern: /\b(?:the )?end of next week\b/iu, read: (_, { today }) => ({ day: addDays(mondayOf(today), 11) }) },
  {
    pattern: /\b(?:(?<rel>next|this|the) )?weekend\b(?!['’]s\b)/iu,
    read: ({ rel }, { today }) => {
      const saturday = addDays(mondayOf(today), rel?.toLowerCase() === 'next' ? 12 : 5);
      return { day: saturday < today ? today : saturday };
    },
  },
  {
    pattern: /\b(?:(?:the )?end of (?:the |this )?month|month[ -]end|eom)\b/iu,
    read: (_, { today }) => ({ day: lastOf(yearOf(today), monthOf(today)) }),
  },
  {
    pattern: new RegExp(`\\b(?:(?:the )?end of )?next month\\b(?!['’]s\\b)${EN_END}`, 'iu'),
    read: (_, { today }) => ({ day: lastOf(...monthsFrom(today, 1)) }),
  },
  {
    pattern: /\b(?:(?:the )?end of (?:the |this )?quarter|quarter[ -]end|eoq)\b/iu,
    read: (_, { today }) => ({ day: lastOf(yearOf(today), Math.ceil(monthOf(today) / 3) * 3) }),
  },
  {
    pattern: /\b(?:(?:the )?end of (?:the |this )?year|year[ -]end|eoy)\b/iu,
    read: (_, { today }) => ({ day: write(yearOf(today), 12, 31) }),
  },
  // With a day beside it, it only says "by": see LEAD and TRAIL.
  {
    pattern: new RegExp(
      `(?<!\\b(?:${EN_WEEKDAY}|tomorrow|tmrw?)[ ,]+)\\b(?:(?:the )?end of (?:the )?day|eod)\\b(?!\\s+(?:on\\s+)?(?:${EN_WEEKDAY}|${EN_MONTH}|today|tomorrow|tmrw?|\\d))`,
      'iu',
    ),
    read: (_, { today }) => ({ day: today }),
  },
  { pattern: /\b(?:close of business|cob)\b/iu, read: () => ({ time: '18:00', part: true }) },
  {
    pattern: new RegExp(`\\b(?<edge>the end of|end of|mid|early|late|by|before)[ -](?<month>${EN_MONTH})\\b(?!\\.?\\s*\\d)`, 'iu'),
    read: ({ edge, month }, { today }) => {
      const which = MONTHS.indexOf(month?.slice(0, 3).toLowerCase() ?? '') + 1;
      const word = edge?.toLowerCase() ?? '';
      if (word === 'mid' || word === 'early' || word === 'before') {
        const day = nextDate(which, word === 'mid' ? 15 : word === 'early' ? 5 : 1, today);
        return day ? { day } : null;
      }
      return { day: lastOf(yearOf(today) + (which < monthOf(today) ? 1 : 0), which) };
    },
  },
  {
    pattern: new RegExp(
      `\\b(?:in|within)\\s+(?:the next\\s+)?(?<count>${EN_N})\\s+(?<working>business\\s+|working\\s+)?(?<unit>minute|min|hour|hr|day|week|month)s?\\b(?!['’-]|\\s+of\\b)`,
      'iu',
    ),
    read: ({ count, working, unit }, clock) => enSpan(count, unit, working, clock),
  },
  {
    pattern: new RegExp(
      `(?<![\\p{L}\\d.$€£¥-])(?<count>${EN_N})\\s+(?<working>business\\s+|working\\s+)?(?<unit>minute|min|hour|hr|day|week|month)s?\\s+(?:from\\s+(?:now|today)|later|time\\b)`,
      'iu',
    ),
    read: ({ count, working, unit }, clock) => enSpan(count, unit, working, clock),
  },
  {
    pattern: /(?<![\p{L}\d+])\+\s?(?<count>\d{1,3})\s?(?<unit>d|w|m|h|天|周|月|小时)(?![a-z0-9])/iu,
    read: ({ count, unit }, clock) => span(Number(count), UNITS[unit?.toLowerCase() ?? ''] ?? '', false, clock),
  },
  {
    pattern:
      /\b(?:by|on|before|until|till|due)\s+(?:the\s+)?(?<day>[12]?\d|3[01])(?:st|nd|rd|th)\b(?:\s+of\s+(?:the|this)\s+month)?(?=\s*(?:$|[,.;:!?)，。]|\d|at\b|\p{Script=Han}))/iu,
    read: ({ day }, { today }) => {
      for (let months = 0; months < 13; months += 1) {
        const date = write(...monthsFrom(today, months), Number(day));
        if (isDay(date) && date >= today) return { day: date };
      }
      return null;
    },
  },
  // A day first, where dots part it: nobody writes months first that way.
  {
    pattern: /(?<![\d.v])(?<day>[0-2]?\d|3[01])\.(?<month>1[0-2]|0?[1-9])\.(?<year>20\d\d)(?![\d.]*\d)/u,
    read: ({ day, month, year }) => {
      const date = write(Number(year), Number(month), Number(day));
      return isDay(date) ? { day: date } : null;
    },
  },

  // ---------------------------------------------------------------- English times
  { pattern: /\b(?:noon|midday)\b/iu, read: () => ({ time: '12:00' }) },
  {
    pattern: /\bhalf past (?<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\b/iu,
    read: ({ hour }) => hourOf(EN_COUNT[hour?.toLowerCase() ?? ''] ?? Number(hour), 30, hour ?? '', undefined),
  },
  {
    pattern: /\b(?<part>morning|lunchtime|afternoon|evening|night)\b(?!['’]s\b)/iu,
    read: ({ part: word }) => ({ ...part(EN_TIME[word?.toLowerCase() ?? '']), weak: true }),
  },
];

function enSpan(count: string | undefined, unit: string | undefined, working: string | undefined, clock: Clock): Reading {
  const word =
    count
      ?.toLowerCase()
      .replace(/^a (?=couple)/, '')
      .replace(/ of$/, '') ?? '';
  if (word === 'half an') return /^h/i.test(unit ?? '') ? later(clock, 1_800_000) : null;
  const kind = { min: 'minute', hr: 'hour' }[unit?.toLowerCase() ?? ''] ?? unit?.toLowerCase() ?? '';
  return span(EN_COUNT[word] ?? Number(word), kind, Boolean(working), clock);
}

/** Words of their own as well: "the sun team", "sat down with". */
const AMBIGUOUS_WEEKDAY = /^(?:mon|wed|sat|sun)$/i;
const globally = (pattern: RegExp) => new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
const COMPILED = RULES.map(({ pattern, read }) => ({ pattern: globally(pattern), read }));
const BARE_END = new RegExp(`^${EN_END}`, 'iu');
const BARE_LEAD = /\b(?:by|on|before|until|till|til|due|for)\s+$/i;

/** One code unit for one: full-width forms and traditional characters are read like their plain ones, offsets stay. */
const PLAIN: Record<string, string> = {
  週: '周',
  點: '点',
  後: '后',
  號: '号',
  兩: '两',
  個: '个',
  內: '内',
  禮: '礼',
  時: '时',
  鐘: '钟',
  間: '间',
  這: '这',
  過: '过',
  從: '从',
  應: '应',
  於: '于',
};
const plain = (text: string): string =>
  text.replace(
    /[\uff01-\uff5e\u3000週點後號兩個內禮時鐘間這過從應於]/g,
    (char) => PLAIN[char] ?? (char === '\u3000' ? ' ' : String.fromCharCode(char.charCodeAt(0) - 0xfee0)),
  );

// ---------------------------------------------------------------- finding

const chrono = new Chrono(configuration.createConfiguration(false, false));

function byRules(text: string, clock: Clock): Found[] {
  const found: Found[] = [];
  for (const { pattern, read } of COMPILED) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (AMBIGUOUS_WEEKDAY.test(match[0]) && !BARE_END.test(text.slice(end)) && !BARE_LEAD.test(text.slice(0, start))) continue;
      const reading = read(match.groups ?? {}, clock);
      if (reading) found.push({ start, end, ...reading });
    }
  }
  return longest(found);
}

/** Of readings that overlap, the longest; of equal ones the first. */
function longest(found: Found[]): Found[] {
  const kept: Found[] = [];
  for (const one of found.toSorted((a, b) => b.end - b.start - (a.end - a.start))) {
    if (kept.every((other) => one.end <= other.start || one.start >= other.end)) kept.push(one);
  }
  return kept.toSorted((a, b) => a.start - b.start);
}

const CLOCK = /\d:\d\d|\d\s?[ap]\.?m\b|o['’]?clock/i;
const DATE = new RegExp(
  `\\b(?:${EN_MONTH})\\b|\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|(?<![\\d/])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\\d|3[01])(?:/\\d{2,4})?`,
  'i',
);
const HOUR_ONLY = /^at\s+\d{1,2}$/i;

/** What chrono reads in what the rules left. Only its reading of the words is taken; which year is meant, is ours. */
function byChrono(text: string, taken: Found[], clock: Clock): Found[] {
  let rest = text;
  for (const { start, end } of taken) rest = rest.slice(0, start) + '\u0001'.repeat(end - start) + rest.slice(end);
  // Noon of the day: far from any hour that the machine's own daylight saving skips.
  const reference = { instant: new Date(`${clock.today}T12:00:00Z`), timezone: 0 };

  return chrono.parse(rest, reference).flatMap((result): Found[] => {
    // A zone's short name is ours to read; chrono takes "3pm GET feedback" for Georgian time.
    const said = result.text.replace(/\s+\(?(?![AP]\.?M)[A-Z]{2,5}\)?$/, '');
    const start = result.index;
    const end = start + said.length;
    const before = rest[start - 1] ?? '';
    const after = rest.slice(end);
    if (/[\d$€£¥#.:/+@-]/.test(before) || /^[%\d]|^[.:/]\d|^\s?[%°]/.test(after)) return [];

    const at = result.start;
    const hasDay = at.isCertain('day') && at.isCertain('month');
    const hasTime = at.isCertain('hour');
    if (hasDay ? !DATE.test(said) : !(hasTime && (CLOCK.test(said) || HOUR_ONLY.test(said)))) return [];
    // "we may 3 …" and a fraction are no dates.
    if (/^(?:(?:may|mar|march)\s+\d+|\d+\s+(?:may|mar|march))$/.test(said) && /^\s+\p{L}/u.test(after)) return [];
    if (/^[1-3]\/[2-4]$/.test(said) && /^\s+(?:of\b|[a-z]+s\b|price|inch)|^\s?[寸的]/i.test(after)) return [];

    const found: Found = { start, end };
    if (hasDay) {
      const [year, month, day] = [at.get('year') ?? 0, at.get('month') ?? 0, at.get('day') ?? 0];
      const date = at.isCertain('year') ? write(year, month, day) : nextDate(month, day, clock.today);
      if (!date || !isDay(date)) return [];
      found.day = date;
    }
    if (hasTime) {
      const hour = at.get('hour') ?? 0;
      // "3-5pm": chrono knows the first hour's half of the day from the second; a bare "3" or "3:30" it takes for the night.
      const bare = !/[ap]\.?m\b/i.test(said) && !/\dT\d/.test(said);
      const digits = /(?<![\d/.-])(\d{1,2})(?=:\d\d|\s*(?:[-–~]|to|o['’]?clock|$))/i.exec(said)?.[1] ?? '';
      const read = bare
        ? hourOf(hour, at.get('minute') ?? 0, digits === '' ? '00' : digits, undefined)
        : { time: clockTime(hour, at.get('minute') ?? 0) ?? undefined };
      if (!read?.time) return [];
      found.time = read.time;
      if (bare) found.bareHour = true;
      if (!hasDay && HOUR_ONLY.test(said)) found.weak = true;
      if (/^\d{4}-\d\d-\d\dT\S*Z$/.test(said)) found.zone = 'UTC';
    }
    return [found];
  });
}

/** What may stand between a day and its time. */
const GLUE = /^[\s,，、的(（)）]*(?:(?:at|on|in the|around|about|from|@|·|-|–)?[\s(（]*)$/iu;

/** Two neighbours as one: a day with its time, a weekday beside its date, "afternoon" beside "3:00". */
function joined(left: Found, right: Found): Found | null {
  const place = { start: left.start, end: right.end, zone: left.zone ?? right.zone };
  const [a, b] = [left.day !== undefined || left.weekday !== undefined, right.day !== undefined || right.weekday !== undefined];
  if (a && b) {
    if (left.weekday === undefined && right.weekday === undefined) return null;
    // "周四（12月3日）": the date decides, the weekday only adorns.
    const date = left.day ?? right.day;
    if (date === undefined || (left.time !== undefined && right.time !== undefined)) return null;
    return { ...place, day: date, time: left.time ?? right.time, bareHour: left.bareHour ?? right.bareHour };
  }
  if (left.time !== undefined && right.time !== undefined) {
    if (left.part === right.part || (!left.bareHour && !right.bareHour)) return null;
    const [word, hour] = left.part ? [left, right] : [right, left];
    const pm = Number(word.time?.slice(0, 2)) >= 15 && Number(hour.time?.slice(0, 2)) < 12;
    const time = pm ? `${Number(hour.time?.slice(0, 2)) + 12}${hour.time?.slice(2)}` : hour.time;
    return { ...place, day: left.day ?? right.day, weekday: left.weekday ?? right.weekday, time, weak: left.weak && right.weak };
  }
  if (a || b)
    return {
      ...place,
      day: left.day ?? right.day,
      weekday: left.weekday ?? right.weekday,
      time: left.time ?? right.time,
      part: left.part ?? right.part,
      bareHour: left.bareHour ?? right.bareHour,
    };
  return null;
}

const ZONES = zoneNames.map(([words, zone]) => ({
  zone,
  after: new RegExp(`^\\s*[(（]?(?:${words})[)）]?(?![\\p{L}\\d])`, 'u'),
  afterWord: new RegExp(`^\\s*[(（]?(?:${words})[)）]?(?![\\p{L}\\d])`, 'iu'),
  before: new RegExp(`(?:${words})\\s*$`, 'u'),
}));

function withZone(one: Found, text: string): Found {
  if (one.time === undefined) return one;
  for (const { zone, after, afterWord, before } of ZONES) {
    // Short names only in capitals: "et" and "pt" are words elsewhere.
    const rest = text.slice(one.end);
    const trail = after.exec(rest) ?? (/time/i.test(rest.slice(0, 24)) ? afterWord.exec(rest) : null);
    if (trail && (trail[0].trim() !== 'Z' || rest.startsWith('Z'))) return { ...one, end: one.end + trail[0].length, zone };
    const lead = /时间\s*$/.test(text.slice(0, one.start)) ? before.exec(text.slice(0, one.start)) : null;
    if (lead) return { ...one, start: one.start - lead[0].length, zone };
  }
  return one;
}

// ---------------------------------------------------------------- choosing

const LEAD =
  /(?:(?<=^|[\s,，、(（；;:：\p{Script=Han}])(?:no later than|(?:by\s+)?(?:eod|end of (?:the )?day)(?:\s+on)?|by|before|on|due(?:\s+(?:by|on))?(?::|\s+is)?|deadline:?|until|till|til|at|for)\s+(?:the\s+)?|(?:截止日期|截止时间|截止到|截止至|截止|截至|不晚于|不迟于|最晚|最迟|期限)[:：]?(?:是|到|在|于)?\s*|(?<![现正存实所])在\s?|(?<![对由关至等])于\s?|定于\s?)$/iu;
const DEADLINE = /^(?:no later|by|before|due|deadline|until|till|til|截|不|最|期)/i;
const TRAIL =
  /^\s?(?:(?:之|以)?前(?![台端往期提面后者景缀锋])|为止|截止|or (?:sooner|earlier)|[ ,]+(?:eod|end of (?:the )?day)(?!\p{L}))/iu;
const OF = /^\s?的(?=\p{Script=Han}|[a-z])/iu;
const POSSESSIVE = /^['’]s\b/;
const OPEN: Record<string, string> = { ')': '(', '）': '（', ']': '[', '】': '【' };

interface Choice extends Found {
  rank: number;
}

/** Takes in the words that belong to a date: "by", 之前, brackets around it. */
function framed(one: Found, text: string): Choice {
  let { start, end } = one;
  let rank = 1;
  const lead = LEAD.exec(text.slice(0, start));
  if (lead) {
    start -= lead[0].length;
    if (DEADLINE.test(lead[0].trim())) rank = 3;
  }
  const trail = TRAIL.exec(text.slice(end));
  if (trail) {
    end += trail[0].length;
    rank = 3;
  }
  if (/(?:内|之前|以前|前)$/u.test(text.slice(start, end))) rank = 3;
  const of = trail ? null : (OF.exec(text.slice(end)) ?? POSSESSIVE.exec(text.slice(end)));
  if (of) {
    end += of[0].length;
    rank = 0;
  }
  const close = text[end] ?? '';
  if (OPEN[close] !== undefined && text[start - 1] === OPEN[close]) {
    start -= 1;
    end += 1;
  }
  // Leaders say the date first: "tomorrow call Chen about Friday".
  if (rank === 1 && text.slice(0, start).trim() === '') rank = 2;
  return { ...one, start, end, rank };
}

/** The due date that a reading means; null when it would be past. */
function settle(one: Found, clock: Clock): Due | null {
  const zone = one.zone ?? clock.zone;
  const today = zone === clock.zone ? clock.today : dayIn(zone, clock.now);
  const time = one.time ?? null;
  const ahead = (date: string): Due | null => {
    const due = { date, time, zone };
    return deadline(due) > clock.now ? due : null;
  };
  if (one.day !== undefined) return ahead(one.day);
  if (one.weekday !== undefined) {
    const days = (one.weekday - weekdayOf(today) + 7) % 7;
    const first = days === 0 && time === null ? null : ahead(addDays(today, days));
    return first ?? ahead(addDays(today, days + 7));
  }
  // A time alone: today or tomorrow. A part of the day alone ("下午") means today's.
  return ahead(today) ?? (one.part ? null : ahead(addDays(today, 1)));
}

const WEAK_END = /^\s*(?:$|[,.;:!?)，。；！？、）@]|前|之前|见|开|到|和)/u;

/**
 * The date or time meant by a line, in either language whatever the reader's own: the deadline ("by Friday", 周五前) if one is
 * marked as such, else what the line begins with, else the last one said.
 */
export function readWhen(text: string, ctx: WhenContext): When | null {
  const clock: Clock = { now: ctx.now, zone: ctx.zone, today: dayIn(ctx.zone, ctx.now) };
  const said = plain(text);
  if (
    !/[\d\p{Script=Han}]|mon|tue|wed|thu|fri|sat|sun|day|week|month|quarter|year|hour|min|tom|tmr|night|noon|morning|eo[dwmqy]|cob|business|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/iu.test(
      said,
    )
  )
    return null;

  const ruled = byRules(said, clock);
  const pieces = longest([...ruled, ...byChrono(said, ruled, clock)]).map((one) => withZone(one, said));
  const whole: Found[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    const both = last && GLUE.test(said.slice(last.end, piece.start)) ? joined(last, piece) : null;
    if (both) whole[whole.length - 1] = withZone(both, said);
    else whole.push(piece);
  }

  let best: (When & { rank: number }) | null = null;
  for (const one of whole) {
    if (one.weak && one.day === undefined && one.weekday === undefined && (one.part || !WEAK_END.test(said.slice(one.end)))) continue;
    const due = settle(one, clock);
    if (!due) continue;
    const { start, end, rank } = framed(one, said);
    // A clock time without a day says less than any day.
    const weight = one.day === undefined && one.weekday === undefined ? rank - 0.5 : rank;
    if (!best || weight >= best.rank) best = { due, start, end, rank: weight };
  }
  return best && { due: best.due, start: best.start, end: best.end };
}
