/** Times in words: "周五 15:00, 下周二 10点" or "Fri 3pm or next Tue 10:00, 90 min". */
import type { Slot } from './meetings.ts';
import { readWhen, type WhenContext } from './when.ts';

const LENGTH = /(?<![\d:.])(\d{1,3}(?:\.5)?|半|一|两)\s*个?\s*(hours?|hrs?|h|小时|钟头|minutes?|mins?|分钟)(?![a-z])/iu;
const SPLIT = /[,，、;；\n]|\s+(?:or|and)\s+|(?:或者?|和|还是)(?=\s*(?:下?周|星期|明|后|今|\d))/iu;

/** Minutes that a text asks for, or null. */
function lengthIn(text: string): { minutes: number; start: number; end: number } | null {
  const match = LENGTH.exec(text);
  if (!match) return null;
  const count = { 半: 0.5, 一: 1, 两: 2 }[match[1] ?? ''] ?? Number(match[1]);
  const minutes = Math.round(count * (/^(h|小时|钟头)/i.test(match[2] ?? '') ? 60 : 1));
  return minutes >= 5 && minutes <= 1_440 ? { minutes, start: match.index, end: match.index + match[0].length } : null;
}

/**
 * The times that a line names, in the order typed, and what in it is none: pieces with words that are not understood or
 * with a day and no time. A time without a day is on the day named before it ("Fri 10:00 or 15:00").
 */
export function readTimes(text: string, length: number, ctx: WhenContext): { times: Slot[]; unread: string[] } {
  const times: Slot[] = [];
  const unread: string[] = [];
  // One length said anywhere holds for all.
  const said = lengthIn(text);
  const rest = said ? text.slice(0, said.start) + ' '.repeat(said.end - said.start) + text.slice(said.end) : text;
  for (const piece of rest.split(SPLIT)) {
    const words = piece.trim();
    if (words === '') continue;
    const last = times.at(-1);
    const bare = /^(?:at\s*)?\d{1,2}(?:[:：]\d{2}|\s*[ap]\.?m\.?|[点时]半?\d{0,2}分?)$/iu.test(words);
    const found = bare && last ? readWhen(`${last.date} ${words}`, ctx) : readWhen(words, ctx);
    if (!found || found.due.time === null) unread.push(words);
    else times.push({ date: found.due.date, time: found.due.time, zone: found.due.zone, length: said?.minutes ?? length });
  }
  return { times, unread };
}
