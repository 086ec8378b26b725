/**
 * What a thread hangs on. Each kind of thing that can be talked about says here how it is found, what it is called and
 * whom a word about it concerns; nothing else asks the collections one by one.
 */
import { audienceOfThread, ROOM_THREAD, sharedOf } from './audience.ts';
import type { MaterialId, ParticipantId, TaskId, ThreadId, ValueLineId } from './ids.ts';
import type { TaskKind } from './plan.ts';
import type { RoomState } from './room.ts';

export type ThingKind = 'room' | TaskKind | 'file' | 'value';

export interface Thing {
  kind: ThingKind;
  title: string;
  /** Who hears of a comment there besides those who spoke; `everyone` is the whole room. */
  concerns: readonly ParticipantId[] | 'everyone';
}

type Find = (state: RoomState, id: string, thread: ThreadId) => Thing | undefined;

const task: Find = (state, id) => {
  const one = state.plan.tasks[id as TaskId];
  if (!one) return undefined;
  return { kind: one.kind, title: one.title, concerns: one.addedBy === 'system' ? one.owners : [...one.owners, one.addedBy] };
};

const value: Find = (state, id) => {
  const one = state.value.lines[id as ValueLineId];
  return one && { kind: 'value', title: one.title, concerns: 'everyone' };
};

/** What only the seller side has is talked about on its side alone. */
const material: Find = (state, id, thread) => {
  const one = state.materials.byId[id as MaterialId];
  if (!one || (one.audience === 'seller' && audienceOfThread(thread) === 'all')) return undefined;
  const hands = [one.addedBy, ...one.versions.map((version) => version.by)];
  return { kind: 'file', title: one.title, concerns: [...new Set(hands.flatMap((by) => (by === 'system' ? [] : [by])))] };
};

/** One line a collection: whoever brings a new kind of thing adds how it is found. */
const collections: readonly Find[] = [task, value, material];

/** What a thread hangs on; undefined if there is nothing under this id. A removed task keeps its thread. */
export function thingOf(state: RoomState, thread: ThreadId): Thing | undefined {
  const shared = sharedOf(thread);
  if (shared === ROOM_THREAD) return { kind: 'room', title: state.room?.name ?? '', concerns: 'everyone' };
  for (const find of collections) {
    const found = find(state, shared, thread);
    if (found) return found;
  }
  return undefined;
}

/** The task that a thread hangs on, if it is one: tasks have a panel of their own. */
export const taskOf = (state: RoomState, thread: ThreadId): TaskId | null => {
  const id = sharedOf(thread) as string as TaskId;
  return state.plan.tasks[id] ? id : null;
};
