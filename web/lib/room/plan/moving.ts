/** Moving a task within the plan and between its milestones, by whatever hand: keys, the sheet of moves, or dragging. */
import { tick } from 'svelte';
import * as m from '#messages';
import type { MilestoneId, TaskId } from '#core/ids.ts';
import { type Task, tasksOf } from '#core/plan.ts';
import { say } from '$lib/words/say.ts';
import type { LiveRoom } from '../live-room.svelte.ts';
import { groupsOf } from './shown.ts';

/** The tasks that are open, and the one that moves. */
const openGroups = (room: LiveRoom, id: TaskId) => {
  const tasks = tasksOf(room.state.plan).filter((task) => task.completedAt === null || task.id === id);
  return groupsOf(room.state.plan, tasks);
};

/** Puts a task before another of a milestone (at its end if null), says so, and offers the way back. */
export function put(room: LiveRoom, id: TaskId, before: TaskId | null, milestone: MilestoneId | null, undoable = true): void {
  const { order, tasks } = room.state.plan;
  const task = tasks[id];
  if (!task) return;
  const back = { type: 'task.move' as const, task: id, before: order[order.indexOf(id) + 1] ?? null, milestone: task.milestone };
  const refusal = room.do({ type: 'task.move', task: id, before, milestone });
  if (refusal) return room.toasts.show(say(refusal));
  const words = whereIs(room, id);
  room.announcer.tell(words);
  if (undoable) room.offerUndo(words, back);
  else room.rememberUndo(back);
}

/** "Moved: 2 of 5 in Decision". */
function whereIs(room: LiveRoom, id: TaskId): string {
  const group = openGroups(room, id).find((one) => one.tasks.some((task) => task.id === id));
  const place = (group?.tasks.findIndex((task) => task.id === id) ?? 0) + 1;
  const task = room.state.plan.tasks[id]?.title ?? '';
  return m.task_moved({ task, place, count: group?.tasks.length ?? 1, where: group?.milestone?.title ?? m.plan_no_milestone() });
}

/** One place up or down; from the edge of a milestone into the one beside it. */
export async function step(room: LiveRoom, id: TaskId, by: 1 | -1): Promise<void> {
  await room.wantActing();
  const groups = openGroups(room, id);
  const at = groups.findIndex((group) => group.tasks.some((task) => task.id === id));
  const group = groups[at];
  if (!group) return;
  const place = group.tasks.findIndex((task) => task.id === id);
  const others = group.tasks.filter((task) => task.id !== id);
  const to = place + by;
  if (to >= 0 && to <= others.length) put(room, id, others[to]?.id ?? null, group.milestone?.id ?? null, false);
  else {
    const next = groups[at + by];
    if (next) put(room, id, by === 1 ? (next.tasks[0]?.id ?? null) : null, next.milestone?.id ?? null, false);
    else if (by === -1 && group.milestone) put(room, id, null, null, false);
    else return room.announcer.tell(m.task_at_edge());
  }
  await tick();
  const row = document.querySelector<HTMLElement>(`[data-task="${id}"] a[data-row]`);
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
}

/** Where a dropped task landed, from the rows as they lie now. `whole` is the group before, shown or not. */
export function dropped(room: LiveRoom, id: TaskId, rows: Task[], milestone: MilestoneId | null, whole: Task[]): void {
  const place = rows.findIndex((task) => task.id === id);
  const next = rows[place + 1] ?? whole.find((task) => task.id !== id && !rows.some((one) => one.id === task.id));
  put(room, id, next?.id ?? null, milestone);
}
