/**
 * A room that changes: what may be done, how it will look once the room has heard of it, and what events change. Fetched
 * when somebody acts here or elsewhere: whoever only reads waits for none of it.
 */
import { audienceOf } from '#core/audience.ts';
import type { Facts } from '#core/decision.ts';
import { applyComments, type Comment } from '#core/discussion.ts';
import type { Recorded } from '#core/events.ts';
import type { CommentId, ParticipantId, ThreadId } from '#core/ids.ts';
import { decide } from '#core/deciding/index.ts';
import type { ThreadPage } from '#core/protocol.ts';
import { apply, type RoomState } from '#core/room.ts';
import '$lib/words/refusals.ts';
import type { Pending } from './drafts.ts';

export { advanced, joined } from './window.ts';
export { apply, decide };

export interface Ahead {
  state: RoomState;
  /** The events that are expected, so that threads can show them too. */
  events: Recorded[];
  /** Comments that are not what the room has confirmed. */
  comments: Record<CommentId, Comment>;
}

/** The one comment that a command speaks about, as `decide` wants it. */
export const only = (one: Comment | undefined): Record<CommentId, Comment> => (one ? { [one.id]: one } : {});

export function lay(
  state: RoomState,
  pending: Pending[],
  me: ParticipantId,
  facts: (at: string) => Facts,
  known: (id: CommentId) => Comment | undefined,
): Ahead {
  const events: Recorded[] = [];
  const comments: Record<CommentId, Comment> = {};
  let ahead = state;
  for (const { command, at } of pending) {
    const about = 'comment' in command && command.comment !== null ? (comments[command.comment] ?? known(command.comment)) : undefined;
    // What no longer makes sense is shown as it is; the room will say no in its own words.
    const decision = decide(ahead, me, command, { ...facts(at), comments: only(about) });
    if (!decision.ok) continue;
    for (const event of decision.events) {
      const expected: Recorded = { seq: ahead.seq + 1, at, by: me, via: 'app', audience: audienceOf(event), event };
      ahead = apply(ahead, expected);
      events.push(expected);
      if ('thread' in event && 'comment' in event) for (const one of applyComments(about ? [about] : [], expected)) comments[one.id] = one;
    }
  }
  return { state: ahead, events, comments };
}

/** A page with the newest rendering of its task's description, if that changed. */
export function described(thread: ThreadId, page: ThreadPage, news: Recorded[], html: Record<string, string>): ThreadPage {
  const last = news.findLast(
    ({ event }) => event.type === 'task.changed' && event.description !== undefined && thread.startsWith(event.task),
  );
  if (last?.event.type !== 'task.changed') return page;
  const { [last.event.task]: _, ...rest } = page.html;
  const now = html[last.event.task];
  return { ...page, html: now === undefined ? rest : { ...rest, [last.event.task]: now } };
}
