/** Dragging rows by their grips. Fetched when a pointer comes near the list. */
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { type DndEvent, dndzone, TRIGGERS } from 'svelte-dnd-action';
import type { MilestoneId, TaskId } from '#core/ids.ts';
import type { Task } from '#core/plan.ts';
import type { LiveRoom } from '../live-room.svelte.ts';
import { dropped } from './moving.ts';

interface Zone {
  room: LiveRoom;
  milestone: MilestoneId | null;
  rows: () => Task[];
  /** All tasks of the milestone, drawn or not. */
  whole: () => Task[];
  /** The rows as they lie under the hand; null once it is over. */
  hold: (rows: Task[] | null) => void;
}

/** Makes a list one that rows are dragged in, out of and into. Keys have their own way: see keyboard.ts. */
export const zone =
  ({ room, milestone, rows, whole, hold }: Zone): Attachment<HTMLElement> =>
  (list) => {
    const options = (isArmed: boolean) => ({
      items: rows(),
      type: 'tasks',
      flipDurationMs: 0,
      dragDisabled: !isArmed,
      autoAriaDisabled: true,
      zoneTabIndex: -1,
      zoneItemTabIndex: -1,
      dropTargetStyle: {},
      dropTargetClasses: ['drop-here'],
      delayTouchStart: 120,
      useCursorForDetection: true,
      transformDraggedElement: (row: HTMLElement | undefined) => row?.classList.add('dragged'),
    });
    let isArmed = false;
    // Made once: a zone that is made anew under the hand lets go of what it holds.
    const handle = untrack(() => dndzone(list, options(false)));
    $effect(() => handle.update?.(options(isArmed)));
    const arm = (event: Event) => {
      isArmed = event.target instanceof Element && event.target.closest('[data-grip]') !== null;
      untrack(() => handle.update?.(options(isArmed)));
    };
    const consider = (event: Event) => hold((event as CustomEvent<DndEvent<Task>>).detail.items);
    const finalize = (event: Event) => {
      const { items, info } = (event as CustomEvent<DndEvent<Task>>).detail;
      const id = info.id as TaskId;
      isArmed = false;
      if (info.trigger === TRIGGERS.DROPPED_INTO_ZONE && items.some((task) => task.id === id)) dropped(room, id, items, milestone, whole());
      hold(null);
    };
    list.addEventListener('pointerdown', arm, { capture: true });
    list.addEventListener('consider', consider);
    list.addEventListener('finalize', finalize);
    return () => {
      list.removeEventListener('pointerdown', arm, { capture: true });
      list.removeEventListener('consider', consider);
      list.removeEventListener('finalize', finalize);
      handle.destroy?.();
    };
  };
