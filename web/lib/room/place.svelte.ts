/** Where in a room its reader is: the task whose panel is open, kept in the address so that Back and links work. */
import type { TaskId } from '#core/ids.ts';

class Place {
  task = $state<TaskId | null>(null);
  internal = $state(false);
  /** A seller looks through a customer's eyes: links stay there, forms do nothing. */
  peek = false;
}

/** One page shows one room; on the server each drawing sets it before use, in one synchronous turn. */
export const place = new Place();

export const pathOf = (task: TaskId | null, internal = false): string =>
  `?${[place.peek && 'as=customer', task && `task=${task}`, task && internal && 'side=internal'].filter(Boolean).join('&')}`;

/** The address of the forms of this page: after it, the reader is where they were. */
export const action = (): string =>
  `?/${place.peek ? 'nothing' : 'command'}&${pathOf(place.task, place.internal).slice(1)}`.replace(/&$/, '');

export function readAddress(): void {
  const query = new URLSearchParams(location.search);
  place.task = query.get('task') as TaskId | null;
  place.internal = query.get('side') === 'internal';
}

/** Goes there without leaving the page. A link pressed with a modifier stays a link. */
export function go(event: MouseEvent | null, task: TaskId | null, internal = false): void {
  if (event && (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0)) return;
  event?.preventDefault();
  if (place.task === task && place.internal === internal) return;
  const inPanel = place.task !== null && task !== null;
  place.task = task;
  place.internal = internal;
  const path = task ? pathOf(task, internal) : location.pathname;
  if (inPanel) history.replaceState(history.state, '', path);
  else history.pushState({ panel: true }, '', path);
}
