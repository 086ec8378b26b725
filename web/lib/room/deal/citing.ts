/** What customers of this room said and did, as it may be put beside a criterion. */
import * as m from '#messages';
import { ROOM_THREAD } from '#core/audience.ts';
import type { Evidence } from '#core/deal.ts';
import { excerptOf } from '#core/deal.ts';
import type { Comment } from '#core/discussion.ts';
import type { TaskId, ThreadId } from '#core/ids.ts';
import { sayCriterion } from '$lib/words/deal.ts';
import type { LiveRoom } from '../live-room.svelte.ts';
import { pathOf } from '../place.svelte.ts';

const asEvidence = (comment: Comment): Evidence => ({
  kind: 'comment',
  of: comment.id,
  by: comment.by,
  at: comment.at,
  via: comment.via,
  thread: comment.thread,
  excerpt: excerptOf(comment.body) || comment.files.map((file) => file.name).join(', '),
});

/** Threads in which a customer has spoken, the latest first. */
export const spokenIn = (room: LiveRoom): ThreadId[] =>
  Object.entries(room.state.threads)
    .filter(([, thread]) => thread.voices.some((id) => room.state.people[id]?.side === 'customer'))
    .sort(([, a], [, b]) => b.lastSeq - a.lastSeq)
    .map(([thread]) => thread as ThreadId);

/** The customers' words (of the threads that are here) and finished tasks, the newest first. */
export function candidates(room: LiveRoom): Evidence[] {
  const isTheirs = (id: Evidence['by'] | null) => id !== null && room.state.people[id]?.side === 'customer';
  const said = [...new Set([ROOM_THREAD, ...spokenIn(room)])].flatMap((thread) =>
    (room.page(thread)?.comments ?? [])
      .filter((one) => isTheirs(one.by) && one.deletedAt === null && !room.unsaved.has(one.id))
      .map(asEvidence),
  );
  const done = Object.values(room.state.plan.tasks).flatMap((task): Evidence[] =>
    task.completedAt && task.completedBy && isTheirs(task.completedBy) && !task.removed
      ? [
          {
            kind: 'task',
            of: task.id,
            by: task.completedBy,
            at: task.completedAt,
            via: 'app',
            thread: task.id as string as ThreadId,
            excerpt: task.title,
          },
        ]
      : [],
  );
  return [...said, ...done].sort((a, b) => b.at.localeCompare(a.at));
}

/** Where it stands in the room. */
export function placeOf({ kind, of, thread }: Evidence): string {
  const path = pathOf(thread === ROOM_THREAD ? null : (thread as string as TaskId), false, 'plan');
  return kind === 'comment' ? `${path}#c-${of}` : path;
}

export function citing(criterion: string, { kind, of, by, at, via, thread, excerpt }: Evidence) {
  return {
    type: 'deal.cite' as const,
    criterion,
    kind,
    of,
    said: kind === 'comment' ? { by, at, via, thread, body: excerpt } : null,
  };
}

/** Puts it beside a criterion, with a way back. */
export function cite(room: LiveRoom, criterion: string, evidence: Evidence): void {
  room.doWithUndo(citing(criterion, evidence), m.deal_cited_toast({ criterion: sayCriterion(criterion) }), {
    type: 'deal.uncite',
    criterion,
    of: evidence.of,
  });
}

export const citingComment = (room: LiveRoom, criterion: string, comment: Comment): void => cite(room, criterion, asEvidence(comment));
