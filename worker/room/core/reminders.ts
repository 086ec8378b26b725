/** When whoever owns a task is reminded of it: the working day before at nine in their own zone, and once when it is over. */
import { addWorkdays, dayIn, deadline, type Due, instantOf, nextMorning } from './due.ts';
import type { ParticipantId, TaskId } from './ids.ts';
import { openTasks } from './next-step.ts';
import type { Participant } from './people.ts';
import type { Task } from './plan.ts';
import type { RoomState } from './room.ts';

export type Phase = 'before' | 'over';

export interface Reminder {
  task: TaskId;
  phase: Phase;
  /** Names the date that it is about: one that is moved is reminded of anew. */
  due: string;
}

const nameOf = ({ date, time, zone }: Due): string => `${date}T${time ?? ''}@${zone}`;

/** The instants (epoch ms) at which an owner in this zone is reminded. */
function momentsOf(due: Due, zone: string): Record<Phase, number> {
  const end = deadline(due);
  // A day without a time is the same day everywhere.
  const day = due.time === null ? due.date : dayIn(zone, end);
  return { before: instantOf(addWorkdays(day, -1), '09:00', zone), over: nextMorning(zone, end + 1) };
}

/** When the date was set, as far as the room remembers. Epoch ms. */
const setAt = (state: RoomState, task: Task): number => Date.parse(state.truth.moves[task.id]?.at(-1)?.at ?? task.addedAt);

const owned = (state: RoomState, owner: ParticipantId): (Task & { due: Due })[] =>
  openTasks(state).filter((task): task is Task & { due: Due } => task.due !== null && task.owners.includes(owner));

/** What a person is to be reminded of at `now`, unless they were before. Who has just set a date needs no reminder of it. */
export function remindersFor(state: RoomState, owner: Participant, now: number): Reminder[] {
  return owned(state, owner.id).flatMap((task): Reminder[] => {
    const { before, over } = momentsOf(task.due, owner.zone);
    const about = { task: task.id, due: nameOf(task.due) };
    const set = setAt(state, task);
    if (over <= now) return set < over ? [{ ...about, phase: 'over' }] : [];
    return before <= now && now < deadline(task.due) && set < before ? [{ ...about, phase: 'before' }] : [];
  });
}

/** The next instant (epoch ms) after `now` at which this person may have to be reminded, of one task or of any. Infinity if never. */
export function nextReminder(state: RoomState, owner: Participant, now: number, task?: Task): number {
  const tasks = task ? (task.due ? [{ due: task.due }] : []) : owned(state, owner.id);
  return Math.min(...tasks.flatMap(({ due }) => Object.values(momentsOf(due, owner.zone)).filter((at) => at > now)));
}
