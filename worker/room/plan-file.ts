/** The plan taken along: as a table (CSV, RFC 4180) and as a calendar (RFC 5545). Pure. */
import { generateIcsCalendar, type IcsCalendar, type IcsEvent } from 'ts-ics';
import { addDays, type Due, instantOf, sayDue } from '#core/due.ts';
import type { RoomId } from '#core/ids.ts';
import { inDueOrder } from '#core/next-step.ts';
import type { Participant } from '#core/people.ts';
import { tasksOf } from '#core/plan.ts';
import type { RoomState } from '#core/room.ts';
import * as m from '#messages';
import { csv } from '../csv.ts';

/** The plan in the reader's language and zone, in its order. */
export function planCsv(state: RoomState, reader: Participant): string {
  const { locale } = reader;
  const say = { locale };
  const milestones = new Map(state.plan.milestones.map((one) => [one.id, one.title]));
  const day = (due: Due | null) => (due ? [due.date, due.time ?? '', due.time ? due.zone : ''] : ['', '', '']);
  const head = [
    m.csv_milestone({}, say),
    m.csv_task({}, say),
    m.csv_owners({}, say),
    m.csv_date({}, say),
    m.csv_time({}, say),
    m.csv_zone({}, say),
    m.csv_state({}, say),
    m.csv_done({}, say),
    m.csv_description({}, say),
  ];
  const rows = tasksOf(state.plan).map((task) => [
    task.milestone ? (milestones.get(task.milestone) ?? '') : '',
    task.title,
    task.owners.map((id) => state.people[id]?.name ?? '').join('; '),
    ...day(task.due),
    task.completedAt ? m.csv_state_done({}, say) : m.csv_state_open({}, say),
    task.completedAt?.slice(0, 10) ?? '',
    task.description,
  ]);
  return csv([head, ...rows]);
}

/** The dated tasks that a person sees, as events of a calendar that is asked for again and again: their ids stay. */
export function planCalendar(state: RoomState, reader: Participant, room: RoomId, url: string, now: number): string {
  const say = { locale: reader.locale };
  const dated = inDueOrder(tasksOf(state.plan).filter((task) => task.due !== null));
  const events = dated.flatMap((task): IcsEvent[] => {
    const { due } = task;
    if (!due) return [];
    const names = task.owners.map((id) => state.people[id]?.name ?? '').filter(Boolean);
    const done = task.completedAt !== null;
    const when: Pick<IcsEvent, 'start' | 'end'> =
      due.time === null
        ? {
            start: { date: new Date(`${due.date}T00:00:00Z`), type: 'DATE' },
            end: { date: new Date(`${addDays(due.date, 1)}T00:00:00Z`), type: 'DATE' },
          }
        : {
            start: { date: new Date(instantOf(due.date, due.time, due.zone)) },
            end: { date: new Date(instantOf(due.date, due.time, due.zone) + 1_800_000) },
          };
    return [
      {
        uid: `${task.id}.${room}@plan`,
        stamp: { date: new Date(now) },
        ...when,
        summary: done ? `✓ ${task.title}` : task.title,
        description: [names.length > 0 ? m.csv_owned({ names: names.join(', ') }, say) : '', sayDue(due, reader)]
          .filter(Boolean)
          .join('\n'),
        url: `${url}?task=${task.id}`,
        timeTransparent: 'TRANSPARENT',
      } as IcsEvent,
    ];
  });
  const calendar: IcsCalendar = {
    version: '2.0',
    prodId: '-//Atelier//Plan//EN',
    method: 'PUBLISH',
    name: state.room?.name ?? '',
    events,
  };
  return generateIcsCalendar(calendar);
}
