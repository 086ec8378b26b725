/** Where in a room its reader is: the task whose panel is open, kept in the address so that Back and links work. */
import type { ParticipantId, TaskId, ThreadId } from '#core/ids.ts';
import type { ViewName } from './views/index.ts';

class Place {
  view = $state<ViewName>('plan');
  task = $state<TaskId | null>(null);
  internal = $state(false);
  /** The thread that is open within a view. */
  thread = $state<ThreadId | null>(null);
  /** The view is shown as it will be printed. */
  print = $state(false);
  /** Whose invitation is being looked at before it goes out. */
  inviting = $state<ParticipantId | null>(null);
  /** A seller looks through a customer's eyes: links stay there, forms do nothing. */
  peek = false;
}

/** One page shows one room; on the server each drawing sets it before use, in one synchronous turn. */
export const place = new Place();

export const pathOf = (task: TaskId | null, internal = false, view = place.view): string =>
  `?${[place.peek && 'as=customer', view !== 'plan' && `view=${view}`, view === place.view && place.thread && `thread=${place.thread}`, task && `task=${task}`, task && internal && 'side=internal'].filter(Boolean).join('&')}`;

/** The address of the forms of this page: after it, the reader is where they were. */
export const action = (): string =>
  `?/${place.peek ? 'nothing' : 'command'}&${pathOf(place.task, place.internal).slice(1)}`.replace(/&$/, '');

export function readAddress(): void {
  const query = new URLSearchParams(location.search);
  place.view = (query.get('view') as ViewName | null) ?? 'plan';
  place.thread = query.get('thread') as ThreadId | null;
  place.print = query.has('print');
  place.task = query.get('task') as TaskId | null;
  place.internal = query.get('side') === 'internal';
}

const isElsewhere = (event: MouseEvent | null) =>
  event !== null && (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0);

/** Turns to another view of the room, from its top. */
export function goView(event: MouseEvent | null, view: ViewName): void {
  if (isElsewhere(event)) return;
  event?.preventDefault();
  if (place.view === view && place.task === null) return;
  place.view = view;
  place.thread = null;
  place.print = false;
  place.task = null;
  history.pushState({}, '', pathOf(null));
  scrollTo(0, 0);
}

const within = (...parts: (string | false)[]): string =>
  `?${[place.peek && 'as=customer', place.view !== 'plan' && `view=${place.view}`, ...parts].filter(Boolean).join('&')}`;

/** The view with one of its threads open, or with none. */
export const pathOfThread = (thread: ThreadId | null): string => within(thread !== null && `thread=${thread}`);
/** The view as it will be printed. */
export const pathToPrint = (): string => within('print=1');

/** Opens a thread where the reader is. */
export function goThread(event: MouseEvent, thread: ThreadId | null): void {
  if (isElsewhere(event)) return;
  event.preventDefault();
  place.thread = thread;
  history.replaceState(history.state, '', pathOfThread(thread));
}

/** Goes there without leaving the page. A link pressed with a modifier stays a link. */
export function go(event: MouseEvent | null, task: TaskId | null, internal = false): void {
  if (isElsewhere(event)) return;
  event?.preventDefault();
  if (place.task === task && place.internal === internal) return;
  const inPanel = place.task !== null && task !== null;
  place.task = task;
  place.internal = internal;
  const path = pathOf(task, internal);
  if (inPanel) history.replaceState(history.state, '', path);
  else history.pushState({ panel: true }, '', path);
}
