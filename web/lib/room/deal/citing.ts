/** What customers of this room said and did, as it may be put beside a criterion. */
import * as m from '#messages';
import { ROOM_THREAD } from '#core/audience.ts';
import { type Evidence, excerptOf } from '#core/deal.ts';
import type { Comment } from '#core/discussion.ts';
import type { ParticipantId, TaskId, ThreadId, ValueLineId } from '#core/ids.ts';
import { evidenceInLine } from '#core/qualification.ts';
import { linesOf, valueParts } from '#core/value.ts';
import { sayCriterion } from '$lib/words/deal.ts';
import { sayNumber, sayStance } from '$lib/words/value.ts';
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

/** The customers' words (of the threads that are here), finished tasks and what they said of the value case, the newest first. */
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
  const { value } = room.state;
  const valued = linesOf(value).flatMap((line) =>
    valueParts.flatMap((part) =>
      (part === 'stance' ? (Object.keys(line.stances) as ParticipantId[]) : [undefined]).flatMap((by) => {
        const one = evidenceInLine(value, { of: line.id, part, by });
        return one && isTheirs(one.by) && !room.unsaved.has(line.id) ? [one] : [];
      }),
    ),
  );
  return [...said, ...done, ...valued].sort((a, b) => b.at.localeCompare(a.at));
}

/** Where it stands in the room. */
export function placeOf({ kind, of, thread }: Evidence): string {
  if (kind === 'value') return `${pathOf(null, false, 'value')}#line-${of}`;
  const path = pathOf(thread === ROOM_THREAD ? null : (thread as string as TaskId), false, 'plan');
  return kind === 'comment' ? `${path}#c-${of}` : path;
}

/** What was said, in words: of a line also which one, for a number or a stance says little by itself. */
export function sayEvidence(room: LiveRoom, { of, part, stance, excerpt }: Evidence): string {
  const line = part && room.state.value.lines[of as ValueLineId];
  if (!line) return excerpt;
  const about = (name: string, said: string) => m.value_stance({ name, stance: said });
  const saying = { currency: room.state.value.currency, locale: room.locale };
  if (part === 'number') return line.number ? about(line.title, sayNumber(line.number, saying)) : line.title;
  if (part !== 'stance') return about({ expectation: m.value_expectation, need: m.value_need, motive: m.value_motive }[part](), excerpt);
  const said = stance ? about(line.title, sayStance(stance)) : line.title;
  return excerpt === line.title ? said : `${said} – ${excerpt}`;
}

/** What names it in a command: whose it is only where that tells stances apart. */
export const citedBy = ({ of, part, by }: Evidence) => ({ of, ...(part && { part }), ...(part === 'stance' && { by }) });

export function citing(criterion: string, evidence: Evidence) {
  const { kind, by, at, via, thread, excerpt } = evidence;
  return {
    type: 'deal.cite' as const,
    criterion,
    kind,
    ...citedBy(evidence),
    said: kind === 'comment' ? { by, at, via, thread, body: excerpt } : null,
  };
}

/** Puts it beside a criterion, with a way back. */
export function cite(room: LiveRoom, criterion: string, evidence: Evidence): void {
  room.doWithUndo(citing(criterion, evidence), m.deal_cited_toast({ criterion: sayCriterion(criterion) }), {
    type: 'deal.uncite',
    criterion,
    ...citedBy(evidence),
  });
}

export const citingComment = (room: LiveRoom, criterion: string, comment: Comment): void => cite(room, criterion, asEvidence(comment));
