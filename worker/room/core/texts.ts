/** Texts of a room that several people may write at once: which there are, what they say, and how two versions become one. */
import type { Command } from './commands.ts';
import type { RoomEvent } from './events.ts';
import type { ParticipantId, TaskId } from './ids.ts';
import { isMeeting, meetingOf } from './meetings.ts';
import type { Participant } from './people.ts';
import { can } from './permissions.ts';
import { done, refuse, type Result } from './refusal.ts';
import type { RoomState } from './room.ts';

/** A task's description, a meeting's agenda, its minutes: each with the name of its field. */
const fields = { task: 'description', agenda: 'agenda', minutes: 'minutes' } as const;
export type TextKind = keyof typeof fields;

/** Names a text by what it is and the task that it belongs to, e.g. `minutes:<id>`. */
export type TextId = `${TextKind}:${string}`;

/** Characters of a text, as of a description. */
export const MAX_TEXT = 20_000;

export const textId = (kind: TextKind, task: TaskId): TextId => `${kind}:${task}`;

export const isTextId = (value: unknown): value is TextId =>
  typeof value === 'string' && /^(?:task|agenda|minutes):[a-z2-7]{26}$/.test(value);

const partsOf = (text: TextId): [TextKind, TaskId] => text.split(':') as [TextKind, TaskId];

/** What a form calls the text. */
export const fieldOf = (text: TextId): (typeof fields)[TextKind] => fields[partsOf(text)[0]];

/** What a text says as of the last event; empty where there is nothing that it could belong to. */
export function wordsOf(state: RoomState, text: TextId): string {
  const [kind, task] = partsOf(text);
  return kind === 'task' ? (state.plan.tasks[task]?.description ?? '') : meetingOf(state, task)[kind];
}

/** What a text says, for whoever may write it. Everybody in a room sees all of a task and a meeting, so no audience is asked for. */
export function writable(state: RoomState, who: Participant, text: TextId): Result<string> {
  const [kind, id] = partsOf(text);
  const task = state.plan.tasks[id];
  if (!task || task.removed) return refuse('not_found', 'no_such_task');
  if (kind !== 'task' && !isMeeting(task)) return refuse('conflict', 'not_a_meeting');
  return can.plan(who) ? done(wordsOf(state, text)) : refuse('forbidden', 'not_for_your_side');
}

/** What is asked of the room when a text is sent as a whole; `from`: what it said when its writer began. */
export function describing(text: TextId, words: string, from: string): Command {
  const [kind, task] = partsOf(text);
  switch (kind) {
    case 'task':
      return { type: 'task.describe', task, description: words, from };
    case 'agenda':
      return { type: 'meeting.agenda', task, agenda: words, from };
    case 'minutes':
      return { type: 'meeting.minutes', task, minutes: words, from };
  }
}

/** What has happened when a text was written by several, the last of them last. */
export function described(text: TextId, words: string, writers: ParticipantId[]): RoomEvent {
  const [kind, task] = partsOf(text);
  const together = writers.length > 1 ? { writers } : {};
  return kind === 'task'
    ? { type: 'task.changed', task, description: words, ...together }
    : { type: 'meeting.described', task, [kind]: words, ...together };
}

/** The texts that an event says anew. */
export function textsIn(event: RoomEvent): { text: TextId; words: string }[] {
  const said = (kind: TextKind, words: string | undefined) =>
    words !== undefined && 'task' in event && event.task !== null ? [{ text: textId(kind, event.task), words }] : [];
  if (event.type === 'task.changed') return said('task', event.description);
  return event.type === 'meeting.described' ? [...said('agenda', event.agenda), ...said('minutes', event.minutes)] : [];
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
