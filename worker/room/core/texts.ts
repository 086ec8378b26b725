/** Texts of a room that several people may write at once: which there are, what they say, and how two versions become one. */
import type { Audience } from './audience.ts';
import type { TaskId } from './ids.ts';
import type { RoomState } from './room.ts';

/** Names a text by what it describes, e.g. `task:<id>`. */
export type TextId = `task:${string}`;

/** Characters of a text, as of a description. */
export const MAX_TEXT = 20_000;

export const taskText = (task: TaskId): TextId => `task:${task}`;

export const isTextId = (value: unknown): value is TextId => typeof value === 'string' && /^task:[a-z2-7]{26}$/.test(value);

export const taskOfText = (text: TextId): TaskId => text.slice('task:'.length) as TaskId;

/** What a text says as of the last event, and for whom it is; null if there is nothing that it could describe. */
export function textOf(state: RoomState, text: TextId): { words: string; audience: Audience } | null {
  const task = state.plan.tasks[taskOfText(text)];
  return task && !task.removed ? { words: task.description, audience: 'all' } : null;
}

/** What became of a text: at `at`, `removed` characters went and `added` came. */
export interface Splice {
  at: number;
  removed: number;
  added: string;
}

const isHighHalf = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLowHalf = (code: number) => code >= 0xdc00 && code < 0xe000;

/**
 * The one change that makes `after` of `before`; null if they are the same. `caret`: where the writer stands in `after`, so
 * that the third "a" of "aaa" is the one that was typed. Never cuts a character that takes two units.
 */
export function spliceBetween(before: string, after: string, caret = after.length): Splice | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  // What stands behind the caret was not typed now: it is compared first.
  let tail = 0;
  const most = Math.min(shorter, after.length - Math.min(caret, after.length));
  while (tail < most && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail += 1;
  let head = 0;
  while (head < shorter - tail && before.charCodeAt(head) === after.charCodeAt(head)) head += 1;
  while (tail < shorter - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail += 1;
  if (head > 0 && isHighHalf(before.charCodeAt(head - 1))) head -= 1;
  if (tail > 0 && isLowHalf(before.charCodeAt(before.length - tail))) tail -= 1;
  return { at: head, removed: before.length - tail - head, added: after.slice(head, after.length - tail) };
}

/** Where a place in a text is after a change. `sticks`: what comes exactly there pushes it on. */
export function placeAfter(place: number, { at, removed, added }: Splice, sticks = false): number {
  if (place < at || (place === at && !sticks)) return place;
  if (place >= at + removed) return place + added.length - removed;
  return at + added.length;
}

/**
 * Both changes to a text in one: what a form was sent with lies over what others wrote since it was drawn. Where both changed the same
 * words, both versions stand.
 */
export function merge(base: string, theirs: string, mine: string): string {
  const own = spliceBetween(base, mine);
  const other = spliceBetween(base, theirs);
  if (!own || mine === theirs) return theirs;
  if (!other) return mine;
  const [ownEnd, otherEnd] = [own.at + own.removed, other.at + other.removed];
  if (ownEnd <= other.at) return `${theirs.slice(0, own.at)}${own.added}${theirs.slice(ownEnd)}`;
  if (otherEnd <= own.at) {
    const shift = other.added.length - other.removed;
    return `${theirs.slice(0, own.at + shift)}${own.added}${theirs.slice(ownEnd + shift)}`;
  }
  const [start, end] = [Math.min(own.at, other.at), Math.max(ownEnd, otherEnd)];
  const mineThere = mine.slice(start, mine.length - (base.length - end));
  const theirsThere = theirs.slice(start, theirs.length - (base.length - end));
  return `${base.slice(0, start)}${theirsThere}${theirsThere && mineThere && !/\s$/.test(theirsThere) ? '\n' : ''}${mineThere}${base.slice(end)}`;
}
