/** After a date was moved: what follows it may be moved along, by one press, and back by another. */
import * as m from '#messages';
import type { MilestoneId, ShiftId, TaskId } from '#core/ids.ts';
import { followersOfMilestone, followersOfTask, workdaysMoved } from '#core/plan-shift.ts';
import { say } from '$lib/words/say.ts';
import { freshId } from '../ids.ts';
import type { LiveRoom } from '../live-room.svelte.ts';

type Moved = { task: TaskId; from: string; to: string } | { milestone: MilestoneId; from: string; to: string };

/** Asks, if anything follows and its new dates would not lie in the past. Days are `YYYY-MM-DD`. */
export function offerShift(room: LiveRoom, moved: Moved): void {
  const { plan } = room.state;
  const days = workdaysMoved(moved.from, moved.to);
  if (days === 0) return;
  const task = 'task' in moved ? plan.tasks[moved.task] : undefined;
  // What became a proposal has not moved.
  if ('task' in moved && task?.due?.date !== moved.to) return;
  const follow =
    'milestone' in moved ? followersOfMilestone(plan, moved.milestone, moved.from) : task ? followersOfTask(plan, task, moved.from) : null;
  const count = (follow?.tasks.length ?? 0) + (follow?.milestones.length ?? 0);
  if (!follow || count === 0) return;
  const words = days > 0 ? m.shift_offer_later({ count, days }) : m.shift_offer_earlier({ count, days: -days });
  room.toasts.show(
    words,
    {
      label: m.shift_do(),
      run: () => {
        const shift = freshId<ShiftId>();
        const refusal = room.do({ type: 'plan.shift', shift, days, ...follow });
        if (refusal) room.toasts.show(say(refusal));
        else room.offerUndo(m.shift_done({ count }), { type: 'plan.unshift', shift });
      },
    },
    { stay: 30_000, about: 'shift' },
  );
}
