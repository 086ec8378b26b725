/** Who will hear of a comment by mail: exactly the room's own rule, asked before it is sent. */
import { audienceOfThread, sharedOf } from '#core/audience.ts';
import type { CommentId, ParticipantId, TaskId, ThreadId } from '#core/ids.ts';
import { fitsBudget } from '#core/mail-budget.ts';
import { noticesOf } from '#core/notices.ts';
import type { Participant } from '#core/people.ts';
import type { LiveRoom } from './live-room.svelte.ts';

/** The people named in a text. Longest names first, so that "@Chen Wei" is not read as Chen. */
export function mentioned(text: string, room: LiveRoom): ParticipantId[] {
  // Whoever is named in a quotation is not called again.
  let rest = text.replace(/^>.*$/gm, '');
  return Object.values(room.state.people)
    .filter((one) => one.status !== 'left' && one.id !== room.me.id)
    .sort((a, b) => b.name.length - a.name.length)
    .flatMap((one) => {
      const tags = [`@${one.name}`, `@${one.email}`].filter((tag) => rest.includes(tag));
      for (const tag of tags) rest = rest.replaceAll(tag, '');
      return tags.length > 0 ? [one.id] : [];
    });
}

/** Of whoever will hear: who at once, and who only with their summary, since this week's mails to them are spent. */
export function told(room: LiveRoom, thread: ThreadId, mentions: ParticipantId[]): { now: Participant[]; later: Participant[] } {
  const task = room.state.plan.tasks[sharedOf(thread) as string as TaskId] ?? null;
  const isNow = (one: Participant) =>
    fitsBudget(one, room.mailed[one.id] ?? 0, [mentions.includes(one.id) ? 'mention' : 'comment'], task, room.now);
  const all = everyone(room, thread, mentions);
  return { now: all.filter(isNow), later: all.filter((one) => !isNow(one)) };
}

function everyone(room: LiveRoom, thread: ThreadId, mentions: ParticipantId[]): Participant[] {
  return noticesOf(room.state, {
    seq: room.state.seq + 1,
    at: '',
    by: room.me.id,
    via: 'app',
    audience: audienceOfThread(thread),
    event: { type: 'comment.posted', comment: '' as CommentId, thread, body: '', mentions, files: [], mail: null },
  }).flatMap((notice) => room.state.people[notice.to] ?? []);
}
