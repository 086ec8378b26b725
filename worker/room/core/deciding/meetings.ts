/** Times proposed and picked, answers, agenda and minutes. */
import type { MeetingCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import type { RoomEvent } from '../events.ts';
import { attends, type Counter, dueOf, isMeeting, meetingOf, overlap, sameTime, startOf, timeOf, type Slot } from '../meetings.ts';
import type { ParticipantId } from '../ids.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import type { Task } from '../plan.ts';
import { refuse } from '../refusal.ts';
import type { RoomState } from '../room.ts';
import { MAX_TEXT, merge } from '../texts.ts';

export function decideMeeting(state: RoomState, who: Participant, command: MeetingCommand, facts: Facts): Decision {
  if (!can.plan(who)) return refuse('forbidden', 'not_for_your_side');
  const task = state.plan.tasks[command.task];
  if (!task || task.removed) return refuse('not_found', 'no_such_task');
  if (!isMeeting(task)) return refuse('conflict', 'not_a_meeting');
  const meeting = meetingOf(state, task.id);
  const now = Date.parse(facts.at);
  const time = timeOf(task, meeting);

  switch (command.type) {
    case 'meeting.propose': {
      const times = command.times.toSorted((a, b) => startOf(a) - startOf(b));
      const same = meeting.proposed.length === times.length && times.every((one, index) => sameTime(one, meeting.proposed[index] ?? null));
      if (same) return happened();
      if (times.some((one) => startOf(one) <= now)) return refuse('invalid', 'time_over', 'times');
      const wrong = times.flatMap((one, index) => times.slice(index + 1).map((other) => [one, other] as const));
      if (wrong.some(([a, b]) => startOf(a) === startOf(b))) return refuse('invalid', 'times_same', 'times');
      if (wrong.some(([a, b]) => overlap(a, b))) return refuse('invalid', 'times_overlap', 'times');
      return happened({ type: 'meeting.proposed', task: task.id, times });
    }
    case 'meeting.pick': {
      if (time && sameTime(time, command.time)) return happened();
      const meant = meeting.proposed.find((one) => sameTime(one, command.time));
      if (!meant) return refuse('not_found', 'no_such_time', 'time');
      if (startOf(meant) <= now) return refuse('invalid', 'time_over', 'time');
      return happened(...moved(task, meant, null));
    }
    case 'meeting.answer': {
      if (!time) return refuse('conflict', 'no_time_yet');
      if (!attends(state, task, who.id)) return refuse('forbidden', 'not_attending');
      const { answer, note, sequence, stamp } = command;
      const before = meeting.answers[who.id];
      // An answer to how it was says nothing about how it is; mail may also overtake mail.
      if (sequence !== null && sequence < meeting.since) return happened();
      if (stamp !== null && before && before.via === 'mail' && Date.parse(stamp) < Date.parse(before.at)) return happened();
      if (before?.answer === answer && before.note === note) return happened();
      return happened({ type: 'meeting.answered', task: task.id, answer, note, stamp });
    }
    case 'meeting.counter': {
      if (!time && meeting.proposed.length === 0) return refuse('conflict', 'no_time_yet');
      if (!attends(state, task, who.id)) return refuse('forbidden', 'not_attending');
      if (command.sequence !== null && command.sequence < meeting.since) return happened();
      const before = meeting.counters.find((one) => one.by === who.id);
      if (before && sameTime(before.time, command.time) && before.note === command.note) return happened();
      if (startOf(command.time) <= now) return refuse('invalid', 'time_over', 'time');
      if (time && sameTime(time, command.time)) return refuse('conflict', 'time_as_it_is', 'time');
      return happened({ type: 'meeting.countered', task: task.id, time: command.time, note: command.note });
    }
    case 'meeting.acceptCounter': {
      const counter = counterBy(meeting.counters, command.proposer);
      if (!counter) return happened();
      if (startOf(counter.time) <= now) return refuse('invalid', 'time_over', 'time');
      return happened(...moved(task, counter.time, counter.by));
    }
    case 'meeting.dropCounter':
      return counterBy(meeting.counters, command.proposer)
        ? happened({ type: 'meeting.counterDropped', task: task.id, proposer: command.proposer })
        : happened();
    case 'meeting.length':
      return described(meeting.length !== command.length, task, { length: command.length });
    case 'meeting.place':
      return described(meeting.place !== command.place, task, { place: command.place });
    case 'meeting.agenda':
      return written(task, 'agenda', meeting.agenda, command.agenda, command.from);
    case 'meeting.minutes':
      return written(task, 'minutes', meeting.minutes, command.minutes, command.from);
    case 'meeting.attend': {
      const attendees = [...new Set(command.attendees)];
      if (attendees.some((id) => !state.people[id] || state.people[id].status === 'left'))
        return refuse('not_found', 'no_such_participant', 'attendees');
      const same = meeting.attendees?.length === attendees.length && attendees.every((id) => meeting.attendees?.includes(id));
      return same ? happened() : happened({ type: 'meeting.attended', task: task.id, attendees });
    }
    case 'meeting.cancel': {
      if (meeting.cancelled || (!time && meeting.proposed.length === 0)) return happened();
      const freed: RoomEvent[] = time ? [{ type: 'task.changed', task: task.id, due: null }] : [];
      return happened({ type: 'meeting.cancelled', task: task.id }, ...freed);
    }
    case 'meeting.restore': {
      if (!meeting.cancelled) return happened();
      const { last } = meeting;
      const back: RoomEvent[] = last && !task.due && startOf(last) > now ? [{ type: 'task.changed', task: task.id, due: dueOf(last) }] : [];
      return happened({ type: 'meeting.restored', task: task.id }, ...back);
    }
  }
}

const counterBy = (counters: Counter[], by: ParticipantId) => counters.find((one) => one.by === by);

const described = (
  differs: boolean,
  task: Task,
  fields: { length?: number; place?: string; agenda?: string; minutes?: string },
): Decision => (differs ? happened({ type: 'meeting.described', task: task.id, ...fields }) : happened());

/** `from`: what it said when its writer began; what others wrote since then stays. */
function written(task: Task, name: 'agenda' | 'minutes', before: string, after: string, from = before): Decision {
  const words = merge(from, before, after);
  if (words.length > MAX_TEXT) return refuse('invalid', 'text_too_long', name);
  return described(words !== before, task, { [name]: words });
}

/**
 * A time that both sides can agree to by a press needs nobody's further consent: everyone is asked anew by their calendar.
 * The date goes first, so that the meeting is at its new time when the pick is taken for a yes.
 */
const moved = (task: Task, time: Slot, proposer: ParticipantId | null): RoomEvent[] => [
  { type: 'task.changed', task: task.id, due: dueOf(time) },
  { type: 'meeting.picked', task: task.id, time, proposer },
];
