/** Where in a room its reader is: the task whose panel is open, kept in the address so that Back and links work. */
import { internalOf, ROOM_THREAD, sharedOf } from '#core/audience.ts';
import type { CommentId, ParticipantId, TaskId, ThreadId } from '#core/ids.ts';
import type { TaskKind } from '#core/plan.ts';
import type { ViewName } from './views/index.ts';

export const shapes = ['list', 'timeline', 'board'] as const;
export type Shape = (typeof shapes)[number];

/** How the plan is shown, and which of its tasks. All of it is in the address. */
export interface PlanPlace {
  show: Shape;
  of: 'mine' | 'seller' | 'customer' | null;
  kind: TaskKind | null;
  late: boolean;
  sort: 'due' | null;
  /** Also what is done and folded away; every row of a long plan. */
  done: boolean;
  all: boolean;
}

class Place {
  plan = $state.raw<PlanPlace>({ show: 'list', of: null, kind: null, late: false, sort: null, done: false, all: false });
  /** The task whose moves are offered in a sheet. */
  moving = $state<TaskId | null>(null);
  /** The task that was added last: however long the plan is, its row is drawn. */
  added = $state<TaskId | null>(null);
  view = $state<ViewName>('plan');
  task = $state<TaskId | null>(null);
  /** What else is talked about in a panel of its own: a material, a value line. Never together with a task. */
  thread = $state<ThreadId | null>(null);
  internal = $state(false);
  /** The view is shown as it will be printed. */
  print = $state(false);
  /** The comment that the address leads to. */
  comment = $state<CommentId | null>(null);
  /** Whose invitation is being looked at before it goes out. */
  inviting = $state<ParticipantId | null>(null);
  /** A seller looks through a customer's eyes: links stay there, forms do nothing. */
  peek = false;
}

/** One page shows one room; on the server each drawing sets it before use, in one synchronous turn. */
export const place = new Place();

export const pathOf = (task: TaskId | null, internal = false, view = place.view): string =>
  `?${[place.peek && 'as=customer', view === 'plan' ? planQuery(place.plan) : `view=${view}`, view === place.view && place.thread && `thread=${place.thread}`, task && `task=${task}`, task && internal && 'side=internal'].filter(Boolean).join('&')}`;

const planQuery = ({ show, of, kind, late, sort, done, all }: PlanPlace): string =>
  [
    show !== 'list' && `show=${show}`,
    of && `of=${of}`,
    kind && `kind=${kind}`,
    late && 'late=1',
    sort && `sort=${sort}`,
    done && 'done=1',
    all && 'all=1',
  ]
    .filter(Boolean)
    .join('&');

/** The address of the plan shown otherwise. */
export const planPath = (change: Partial<PlanPlace>): string => {
  const query = planQuery({ ...place.plan, ...change });
  const peek = place.peek ? 'as=customer' : '';
  // Said in full: the reader may be used to another shape.
  const list = change.show === 'list' ? 'show=list' : '';
  return `?${[peek, list, query].filter(Boolean).join('&')}`;
};

/** Shows the plan otherwise, without leaving the page. The shape is remembered on this device. */
export function goPlan(event: MouseEvent | null, change: Partial<PlanPlace>): void {
  if (isElsewhere(event)) return;
  event?.preventDefault();
  const path = planPath(change);
  place.plan = { ...place.plan, ...change };
  if (change.show) {
    document.cookie = `plan=${change.show}; path=/; max-age=31536000; samesite=lax`;
    history.pushState({}, '', path);
  } else history.replaceState(history.state, '', path);
}

/** The address of a thread, or of one comment in it. A task's is its panel; any other thing's the panel of its talk. */
export function pathTo(thread: ThreadId, isTask: boolean, comment: CommentId | null = null): string {
  const shared = sharedOf(thread);
  const parts = [
    place.peek && 'as=customer',
    place.view !== 'plan' && `view=${place.view}`,
    shared !== ROOM_THREAD && `${isTask ? 'task' : 'thread'}=${shared}`,
    thread !== shared && 'side=internal',
    comment && `comment=${comment}#c-${comment}`,
  ];
  return `?${parts.filter(Boolean).join('&')}`;
}

/** The thread that the address is about. */
export const threadHere = (): ThreadId => {
  const shared = (place.task as string as ThreadId | null) ?? place.thread ?? ROOM_THREAD;
  return place.internal ? internalOf(shared) : shared;
};

/** The address of the forms of this page: after it, the reader is where they were. */
export const action = (): string => {
  const here = place.thread ? pathTo(threadHere(), false) : pathOf(place.task, place.internal);
  return `?/${place.peek ? 'nothing' : 'command'}&${here.slice(1)}`.replace(/&$/, '');
};

export function readAddress(): void {
  const query = new URLSearchParams(location.search);
  place.view = (query.get('view') as ViewName | null) ?? 'plan';
  place.print = query.has('print');
  place.task = query.get('task') as TaskId | null;
  place.thread = query.get('thread') as ThreadId | null;
  place.internal = query.get('side') === 'internal';
  void import('./plan/address.ts').then(({ planIn }) => (place.plan = planIn(query, /(?:^|; )plan=(\w+)/.exec(document.cookie)?.[1])));
  place.comment = query.get('comment') as CommentId | null;
}

/** Opens a thing's talk in its panel, or another side of it, or leads to a comment there. */
export function goTalk(event: MouseEvent | null, thread: ThreadId, isTask: boolean, comment: CommentId | null = null): void {
  if (isElsewhere(event)) return;
  event?.preventDefault();
  const wasOpen = place.task !== null || place.thread !== null;
  const shared = sharedOf(thread);
  place.task = isTask ? (shared as string as TaskId) : null;
  place.thread = isTask || shared === ROOM_THREAD ? null : shared;
  place.internal = thread !== shared;
  place.comment = comment;
  const path = pathTo(thread, isTask, comment);
  if (wasOpen || comment) history.replaceState(history.state, '', path);
  else history.pushState({ panel: true }, '', path);
}

const isElsewhere = (event: MouseEvent | null) =>
  event !== null && (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0);

/** Turns to another view of the room, from its top. */
export function goView(event: MouseEvent | null, view: ViewName): void {
  if (isElsewhere(event)) return;
  event?.preventDefault();
  if (place.view === view && place.task === null && place.thread === null) return;
  place.view = view;
  place.print = false;
  place.task = null;
  place.thread = null;
  place.comment = null;
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
  if (place.task === task && place.internal === internal && place.thread === null) return;
  const inPanel = (place.task !== null || place.thread !== null) && task !== null;
  place.task = task;
  place.thread = null;
  place.comment = null;
  place.internal = internal;
  const path = pathOf(task, internal);
  if (inPanel) history.replaceState(history.state, '', path);
  else history.pushState({ panel: true }, '', path);
}
