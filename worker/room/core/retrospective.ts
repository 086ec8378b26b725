/** Where the days of a deal went, drawn from its own history. Pure: the same events give the same picture. */
import type { Recorded } from './events.ts';
import type { MilestoneId, TaskId } from './ids.ts';
import { nextStep } from './next-step.ts';
import type { Side } from './people.ts';
import { apply, emptyRoom, type RoomState } from './room.ts';
import { deadline } from './due.ts';

export interface Retrospective {
  /** ISO instants of the first and the last event. */
  from: string;
  to: string;
  days: number;
  /** Whose turn it was, in days: the side whose open task was due first. `none`: nothing was open. */
  turns: Record<Side | 'none', number>;
  /** From a milestone's first task to its last completion. Open ones run to the end. */
  milestones: { milestone: MilestoneId; title: string; from: string; to: string; days: number; done: boolean }[];
  /** The longest waits first. */
  slowest: { task: TaskId; title: string; side: Side | null; days: number; done: boolean }[];
  objections: { task: TaskId; title: string; days: number; done: boolean }[];
}

const DAY = 86_400_000;
/** Days to one decimal. */
const daysOf = (ms: number): number => Math.round((ms / DAY) * 10) / 10;

/** Whose open task is due first; a task without a date waits behind all that have one. */
function turn(state: RoomState): Side | 'none' {
  const [seller, customer] = [nextStep(state, 'seller'), nextStep(state, 'customer')];
  if (!seller && !customer) return 'none';
  if (!customer) return 'seller';
  if (!seller) return 'customer';
  const at = (task: typeof seller) => (task.due ? deadline(task.due) : Infinity);
  return at(customer) <= at(seller) ? 'customer' : 'seller';
}

/** `until` (epoch ms) ends the picture: now, or the moment at which both sides were asked to look back. */
export function retrospective(events: Recorded[], until: number): Retrospective | null {
  const [first] = events;
  if (!first) return null;
  let state: RoomState = emptyRoom;
  let since = Date.parse(first.at);
  const turns = { seller: 0, customer: 0, none: 0 };
  for (const one of events) {
    const at = Math.min(Date.parse(one.at), until);
    if (at > since) {
      turns[turn(state)] += at - since;
      since = at;
    }
    state = apply(state, one);
  }
  if (until > since) turns[turn(state)] += until - since;

  const spans = Object.values(state.plan.tasks)
    .filter((task) => !task.removed)
    .map((task) => {
      const from = Date.parse(task.addedAt);
      const to = task.completedAt ? Math.min(Date.parse(task.completedAt), until) : until;
      return { task, from, to: Math.max(from, to) };
    });
  const milestones = state.plan.milestones.flatMap(({ id, title }) => {
    const own = spans.filter(({ task }) => task.milestone === id);
    if (own.length === 0) return [];
    const from = Math.min(...own.map((one) => one.from));
    const to = Math.max(...own.map((one) => one.to));
    return [
      {
        milestone: id,
        title,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        days: daysOf(to - from),
        done: own.every(({ task }) => task.completedAt !== null),
      },
    ];
  });
  const sideOf = (owners: readonly (keyof RoomState['people'])[]): Side | null => {
    const sides = new Set(owners.flatMap((id) => state.people[id]?.side ?? []));
    const [only] = sides;
    return sides.size === 1 && only ? only : null;
  };
  const waits = spans
    .map(({ task, from, to }) => ({
      task: task.id,
      title: task.title,
      kind: task.kind,
      side: sideOf(task.owners),
      days: daysOf(to - from),
      done: task.completedAt !== null,
    }))
    .sort((a, b) => b.days - a.days);
  const start = Date.parse(first.at);
  return {
    from: first.at,
    to: new Date(Math.max(until, start)).toISOString(),
    days: daysOf(Math.max(until, start) - start),
    turns: { seller: daysOf(turns.seller), customer: daysOf(turns.customer), none: daysOf(turns.none) },
    milestones,
    slowest: waits
      .filter((one) => one.kind !== 'objection')
      .slice(0, 5)
      .map(({ task, title, side, days, done }) => ({ task, title, side, days, done })),
    objections: waits
      .filter((one) => one.kind === 'objection')
      .slice(0, 10)
      .map(({ task, title, days, done }) => ({ task, title, days, done })),
  };
}
