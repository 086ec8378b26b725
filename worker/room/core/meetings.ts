/**
 * Meetings and demos. A task of such a kind with a day and a time is a meeting that stands in calendars; without a time,
 * times may be proposed for it and one is picked. The task's own due date is the one place where the time is kept, so
 * whatever moves the task moves the meeting. Everybody in the room sees all of it.
 */
import { deadline, type Due, sayDue } from './due.ts';
import type { Recorded, Via } from './events.ts';
import type { ParticipantId, TaskId } from './ids.ts';
import type { Participant } from './people.ts';
import type { Task } from './plan.ts';
import type { RoomState } from './room.ts';

/** A stretch of time: a day and a time of day in the zone of whoever named it, and how long. */
export interface Slot {
  date: string;
  time: string;
  zone: string;
  /** Minutes. */
  length: number;
}

export const answers = ['accepted', 'tentative', 'declined'] as const;
export type Answer = (typeof answers)[number];

export interface Attendance {
  answer: Answer;
  note: string;
  /** Which door it came through. */
  via: Via;
  /** ISO instant; for an answer from a calendar, when that calendar says it was given. */
  at: string;
}

/** Another time that somebody would rather have. One a person. */
export interface Counter {
  by: ParticipantId;
  time: Slot;
  note: string;
  via: Via;
  at: string;
}

export interface Meeting {
  /** Who first asked for it; attends it unless the attendees are named. */
  by: ParticipantId | null;
  /** Times to choose from. Empty once one is chosen. */
  proposed: Slot[];
  proposedBy: ParticipantId | null;
  /** Minutes. */
  length: number;
  /** A place or the address of a call. */
  place: string;
  /** Markdown. */
  agenda: string;
  minutes: string;
  /** Null: the task's owners and whoever asked for it. */
  attendees: ParticipantId[] | null;
  /** Answers to the time as it is now. Whoever has not answered is missing. */
  answers: Record<ParticipantId, Attendance>;
  counters: Counter[];
  /** Rises with every change that calendars must hear of (RFC 5545 section 3.8.7.4); null while it never had a time. */
  sequence: number | null;
  /** The sequence from which the time has been as it is: answers to an older one say nothing about this. */
  since: number;
  /** The time that it has, or last had. */
  last: Slot | null;
  cancelled: boolean;
}

export const LENGTH = 60;
export const MAX_TIMES = 5;

const plainMeeting: Meeting = {
  by: null,
  proposed: [],
  proposedBy: null,
  length: LENGTH,
  place: '',
  agenda: '',
  minutes: '',
  attendees: null,
  answers: {},
  counters: [],
  sequence: null,
  since: 0,
  last: null,
  cancelled: false,
};

export type MeetingEvent =
  | { type: 'meeting.proposed'; task: TaskId; times: Slot[] }
  /** The task's date has just been changed to it. `proposer` had asked for it by a counter-proposal. */
  | { type: 'meeting.picked'; task: TaskId; time: Slot; proposer: ParticipantId | null }
  /** `stamp`: when the answerer's calendar says that they answered. */
  | { type: 'meeting.answered'; task: TaskId; answer: Answer; note: string; stamp: string | null }
  | { type: 'meeting.countered'; task: TaskId; time: Slot; note: string }
  | { type: 'meeting.counterDropped'; task: TaskId; proposer: ParticipantId }
  /** `writers`: everybody who wrote its agenda or minutes together, the last one last. */
  | {
      type: 'meeting.described';
      task: TaskId;
      length?: number;
      place?: string;
      agenda?: string;
      minutes?: string;
      writers?: ParticipantId[];
    }
  | { type: 'meeting.attended'; task: TaskId; attendees: ParticipantId[] }
  | { type: 'meeting.cancelled'; task: TaskId }
  | { type: 'meeting.restored'; task: TaskId };

export const isMeeting = (task: Pick<Task, 'kind'>): boolean => task.kind === 'meeting' || task.kind === 'demo';

export const meetingOf = (state: RoomState, task: TaskId): Meeting => state.meetings[task] ?? plainMeeting;

/** When a task is met for; null while it has no time, is cancelled, removed or no meeting. */
export function timeOf(task: Task | undefined, meeting: Meeting): Slot | null {
  if (!task || !isMeeting(task) || task.removed || meeting.cancelled || !task.due || task.due.time === null) return null;
  return { date: task.due.date, time: task.due.time, zone: task.due.zone, length: meeting.length };
}

/** Everybody who is asked to come and still in the room, in a stable order. */
export function attendeesOf(state: RoomState, task: Task): Participant[] {
  const meeting = meetingOf(state, task.id);
  const asker = meeting.by ?? (task.addedBy === 'system' ? null : task.addedBy);
  const ids = meeting.attendees ?? [...(asker ? [asker] : []), ...task.owners];
  return [...new Set(ids)].flatMap((id) => {
    const one = state.people[id];
    return one && one.status !== 'left' ? [one] : [];
  });
}

export const attends = (state: RoomState, task: Task, who: ParticipantId): boolean =>
  attendeesOf(state, task).some((one) => one.id === who);

/** Epoch ms. */
export const startOf = (slot: Slot): number => deadline(slot);
export const endOf = (slot: Slot): number => startOf(slot) + slot.length * 60_000;

/** The same stretch of time, in whatever zone it is written. */
export const sameTime = (a: Slot | null, b: Slot | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && startOf(a) === startOf(b));

export const overlap = (a: Slot, b: Slot): boolean => startOf(a) < endOf(b) && startOf(b) < endOf(a);

export const dueOf = ({ date, time, zone }: Slot): Due => ({ date, time, zone });

/** What stands in people's calendars about a meeting: whenever it changes, they hear of it. */
export const entryOf = (task: Task | undefined, meeting: Meeting): { slot: Slot; title: string; place: string } | null => {
  const slot = timeOf(task, meeting);
  return slot && task ? { slot, title: task.title, place: meeting.place } : null;
};

/**
 * Which of the proposed times a reply by mail picks: "2", "2." or "2 is fine" in its first line, counted from 1. Null when
 * its first line says anything else.
 */
export function pickedBy(text: string, meeting: Meeting): Slot | null {
  const [first = ''] = text.trim().split('\n', 1);
  const match =
    /^(?:(?:no\.?|option|第|选|#)\s*)?([1-5])(?:\s*(?:[.。:：)）!！,，]|号|个|项|可以|就行|ok|is (?:fine|good|ok)|works|please|吧))*\s*$/iu.exec(
      first.trim(),
    );
  return (match && meeting.proposed[Number(match[1]) - 1]) ?? null;
}

/** "60 min", "1 小时": in the reader's language. */
export function sayLength(minutes: number, locale: string): string {
  const unit = (value: number, name: 'hour' | 'minute') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && unit(hours, 'hour'), rest > 0 && unit(rest, 'minute')].filter(Boolean).join(' ');
}

/** "Fri 27 Nov, 10:00 (17:00 Shanghai) · 1 hr": in the reader's own zone, with the other's beside it. */
export const saySlot = (slot: Slot, reader: { locale: string; zone: string }): string =>
  `${sayDue(slot, reader)} · ${sayLength(slot.length, reader.locale)}`;

// ---------------------------------------------------------------- who hears of it

/** What a person's mailbox should hold about a meeting now; each mark changes when it should be written to anew. */
export interface Wanted {
  /** The calendar entry. `keep`: whatever they have stays as it is, for the meeting is over or their mail is stopped. */
  entry: string | 'keep' | null;
  /** The times to choose from. */
  times: string | null;
  /** Other times that others ask for. */
  counters: string | null;
}

/** `now` is epoch ms. Calendar mail comes whatever a person's wish, unless they want none at all. */
export function wantedMail(state: RoomState, id: TaskId, one: Participant, now: number): Wanted {
  const task = state.plan.tasks[id];
  const meeting = meetingOf(state, id);
  const reached = (one.status === 'invited' || one.status === 'joined') && one.mail !== 'none' && (one.trouble ?? 'failed') === 'failed';
  if (!task || !reached) return { entry: 'keep', times: null, counters: null };
  const slot = timeOf(task, meeting);
  const known = slot ?? meeting.last;
  const over = task.completedAt !== null || (known !== null && endOf(known) <= now);
  const comes = !task.removed && attends(state, task, one.id);
  const entry = comes ? entryOf(task, meeting) : null;
  const times = !comes || slot || meeting.proposedBy === one.id ? [] : meeting.proposed.filter((time) => startOf(time) > now);
  const counters = comes ? meeting.counters.filter((counter) => counter.by !== one.id && startOf(counter.time) > now) : [];
  return {
    entry: over ? 'keep' : entry && JSON.stringify(entry),
    times: times.length > 0 ? JSON.stringify(times) : null,
    counters: counters.length > 0 ? JSON.stringify(counters.map(({ by, time, note }) => [by, time, note])) : null,
  };
}

/** The meetings about which people may have to be written to after an event. */
export function calendarsTouched(state: RoomState, { event }: Recorded): TaskId[] {
  if (event.type === 'plan.shifted' || event.type === 'plan.unshifted') return Object.keys(state.meetings) as TaskId[];
  if ('task' in event) {
    const task = state.plan.tasks[event.task];
    return task && (state.meetings[task.id] || isMeeting(task)) ? [task.id] : [];
  }
  if (
    event.type !== 'participant.invited' &&
    event.type !== 'participant.joined' &&
    event.type !== 'participant.described' &&
    event.type !== 'participant.located'
  )
    return [];
  return Object.values(state.plan.tasks).flatMap((task) => {
    const meeting = meetingOf(state, task.id);
    const open = isMeeting(task) && !task.removed && task.completedAt === null && attends(state, task, event.participant);
    return open && (meeting.proposed.length > 0 || timeOf(task, meeting)) ? [task.id] : [];
  });
}

// ---------------------------------------------------------------- what events change

const empty = (list: object): boolean => Object.keys(list).length === 0;

/** The meetings after an event; `before` and `state` are the room before and after it, its meetings not yet looked at. */
export function applyMeetings(before: RoomState, state: RoomState, recorded: Recorded): RoomState['meetings'] {
  const { event } = recorded;
  if ('task' in event) return oneMeeting(before, state, state.meetings, event.task, recorded);
  if (before.plan.tasks === state.plan.tasks) return state.meetings;
  // Dates that move together carry their meetings along, whatever moved them.
  return Object.values(state.plan.tasks).reduce(
    (meetings, task) => (task === before.plan.tasks[task.id] ? meetings : oneMeeting(before, state, meetings, task.id, recorded)),
    state.meetings,
  );
}

function oneMeeting(
  before: RoomState,
  state: RoomState,
  meetings: RoomState['meetings'],
  id: TaskId,
  recorded: Recorded,
): RoomState['meetings'] {
  const { event, by, at, via } = recorded;
  const task = state.plan.tasks[id];
  const known = before.meetings[id];
  if (!task || (!known && !isMeeting(task))) return meetings;
  const who = by === 'system' ? null : by;

  const old = known ?? plainMeeting;
  let meeting = changed(old, recorded);
  const was = known || before.plan.tasks[id] ? entryOf(before.plan.tasks[id], old) : null;
  const now = entryOf(task, meeting);
  if (now && meeting.by === null) meeting = { ...meeting, by: who };
  if (JSON.stringify(was) !== JSON.stringify(now)) {
    const sequence = (meeting.sequence ?? -1) + 1;
    meeting = { ...meeting, sequence };
    if (now) {
      if (!sameTime(meeting.last, now.slot)) {
        meeting = { ...meeting, since: sequence, answers: {}, counters: [] };
        if (who && attends({ ...state, meetings: { ...state.meetings, [id]: meeting } }, task, who))
          meeting = agreed(meeting, who, via, at);
      }
      meeting = { ...meeting, last: now.slot, proposed: [], proposedBy: null };
    }
  }
  if (event.type === 'meeting.picked') {
    // Whoever picks a time, and whoever had asked for it, has said yes to it.
    if (who) meeting = agreed(meeting, who, via, at);
    if (event.proposer && event.proposer !== who) meeting = agreed(meeting, event.proposer, via, at);
  }
  return meeting === old ? meetings : { ...meetings, [id]: meeting };
}

const agreed = (meeting: Meeting, who: ParticipantId, via: Via, at: string): Meeting => ({
  ...meeting,
  answers: { ...meeting.answers, [who]: { answer: 'accepted', note: '', via, at } },
});

function changed(meeting: Meeting, { event, by, at, via }: Recorded): Meeting {
  const who = by === 'system' ? null : by;
  switch (event.type) {
    case 'meeting.proposed':
      return { ...meeting, proposed: event.times, proposedBy: who, by: meeting.by ?? who, cancelled: false };
    case 'meeting.picked':
      return { ...meeting, length: event.time.length, proposed: [], proposedBy: null, counters: [], cancelled: false };
    case 'meeting.answered': {
      if (!who) return meeting;
      const { answer, note, stamp } = event;
      const counters = answer === 'accepted' ? meeting.counters.filter((one) => one.by !== who) : meeting.counters;
      return { ...meeting, counters, answers: { ...meeting.answers, [who]: { answer, note, via, at: stamp ?? at } } };
    }
    case 'meeting.countered': {
      if (!who) return meeting;
      const others = meeting.counters.filter((one) => one.by !== who);
      return { ...meeting, counters: [...others, { by: who, time: event.time, note: event.note, via, at }] };
    }
    case 'meeting.counterDropped':
      return { ...meeting, counters: meeting.counters.filter((one) => one.by !== event.proposer) };
    case 'meeting.described': {
      const { type: _, task: __, writers: ___, ...fields } = event;
      return { ...meeting, ...fields };
    }
    case 'meeting.attended':
      return {
        ...meeting,
        attendees: event.attendees,
        answers: empty(meeting.answers)
          ? meeting.answers
          : Object.fromEntries(Object.entries(meeting.answers).filter(([id]) => event.attendees.includes(id as ParticipantId))),
      };
    case 'meeting.cancelled':
      return { ...meeting, cancelled: true, proposed: [], proposedBy: null, counters: [] };
    case 'meeting.restored':
      return { ...meeting, cancelled: false };
    default:
      return meeting;
  }
}
