/** Who will hear of a comment by mail: exactly the room's own rule, asked before it is sent. */
import { audienceOfThread, sharedOf } from '#core/audience.ts';
import type { CommentId, ParticipantId, TaskId, ThreadId } from '#core/ids.ts';
import { fitsBudget, isPressing } from '#core/mail-budget.ts';
import { noticesOf, type NoticeKind } from '#core/notices.ts';
import type { Participant } from '#core/people.ts';
import { mayWriteFrom } from '#core/quiet-hours.ts';
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

/** Whoever will hear of a comment, and when. */
export interface Hearing {
  now: Participant[];
  /** Only with their summary: this week's mails to them are spent. */
  later: Participant[];
  /** One of those who are told at once whose night or weekend it is, best of the other side, and until when (epoch ms) their mail rests. */
  resting: { who: Participant; until: number } | null;
}

export function told(room: LiveRoom, thread: ThreadId, mentions: ParticipantId[]): Hearing {
  const task = room.state.plan.tasks[sharedOf(thread) as string as TaskId] ?? null;
  const kindsFor = (one: Participant): NoticeKind[] => [mentions.includes(one.id) ? 'mention' : 'comment'];
  const isNow = (one: Participant) => fitsBudget(one, room.mailed[one.id] ?? 0, kindsFor(one), task, room.now);
  const all = everyone(room, thread, mentions);
  const now = all.filter(isNow);
  const { quiet } = room;
  // Whoever is in the room is awake; so is who has just written by mail, which a page does not know.
  const resting = now.flatMap((who) => {
    if (!quiet || isPressing(kindsFor(who), task, room.now) || room.here.some((one) => one.participant === who.id)) return [];
    const until = mayWriteFrom(who.zone, room.now, quiet);
    return until > room.now ? [{ who, until }] : [];
  });
  return {
    now,
    later: all.filter((one) => !isNow(one)),
    resting: resting.find(({ who }) => who.side !== room.me.side) ?? resting[0] ?? null,
  };
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
