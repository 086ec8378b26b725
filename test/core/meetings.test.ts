/** Meetings: times are proposed, picked, answered and moved, and calendars can rely on the sequence. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { command, type CommandInput } from '#core/commands.ts';
import type { Facts } from '#core/decision.ts';
import { decide } from '#core/deciding/index.ts';
import { audienceOf } from '#core/audience.ts';
import type { ParticipantId } from '#core/ids.ts';
import { attendeesOf, calendarsTouched, meetingOf, pickedBy, saySlot, timeOf, wantedMail, type Slot } from '#core/meetings.ts';
import { readTimes } from '#core/meeting-times.ts';
import { noticesOf } from '#core/notices.ts';
import type { Participant } from '#core/people.ts';
import type { Task } from '#core/plan.ts';
import { apply, type RoomState } from '#core/room.ts';
import { AT, chen, lidan, roomWhere, taskId, zhao, zhou } from '../support/cast.ts';

const demo = taskId('demo');
const at = (date: string, time: string, length = 60, zone = 'Asia/Shanghai'): Slot => ({ date, time, zone, length });
const friday = at('2026-11-27', '15:00');
const monday = at('2026-11-30', '10:00');
const tuesday = at('2026-12-01', '10:00');

/** Does something and gives the room after it; a refusal is thrown by its reason. */
function after(state: RoomState, who: Participant, input: CommandInput, when = AT, via: 'app' | 'mail' = 'app'): RoomState {
  const facts: Facts = { at: when, colleagues: {}, staged: {} };
  const decision = decide(state, who.id, v.parse(command, input), facts);
  if (!decision.ok) throw new Error(decision.refusal.reason);
  return decision.events.reduce(
    (room, event) => apply(room, { seq: room.seq + 1, at: when, by: who.id, via, audience: audienceOf(event), event }),
    state,
  );
}
const why = (state: RoomState, who: Participant, input: CommandInput, when = AT): string => {
  try {
    return after(state, who, input, when) === state ? 'nothing' : 'done';
  } catch (error) {
    return error instanceof Error ? error.message : 'thrown';
  }
};
const task = (state: RoomState): Task => {
  const one = state.plan.tasks[demo];
  if (!one) throw new Error('no task');
  return one;
};
const meeting = (state: RoomState) => meetingOf(state, demo);
const time = (state: RoomState) => timeOf(task(state), meeting(state));
const answersOf = (state: RoomState) => Object.fromEntries(Object.entries(meeting(state).answers).map(([id, one]) => [id, one.answer]));

const added = (due: Slot | null, owners: Participant[] = [chen]): CommandInput => ({
  type: 'task.add',
  task: demo,
  title: '产品演示',
  kind: 'demo',
  owners: owners.map((one) => one.id),
  due: due && { date: due.date, time: due.time, zone: due.zone },
});
const open = () => after(roomWhere(), lidan, added(null));
const scheduled = () => after(roomWhere(), lidan, added(friday));
const proposed = () => after(open(), lidan, { type: 'meeting.propose', task: demo, times: [monday, friday] });

describe('a demo with a time, written in one line', () => {
  test('stands in the calendar at once: whoever wrote it and its owners attend, its author has said yes', () => {
    const state = scheduled();
    expect(time(state)).toEqual(friday);
    expect(attendeesOf(state, task(state)).map((one) => one.name)).toEqual(['lidan', 'chen']);
    expect(answersOf(state)).toEqual({ [lidan.id]: 'accepted' });
    expect(meeting(state)).toMatchObject({ sequence: 0, since: 0, length: 60 });
  });

  test('is told by the calendar, not by a second mail about the task', () => {
    const state = roomWhere();
    const facts: Facts = { at: AT, colleagues: {}, staged: {} };
    for (const [due, kinds] of [
      [friday, []],
      [null, ['assigned']],
    ] as const) {
      const decision = decide(state, lidan.id, v.parse(command, added(due)), facts);
      const [event] = decision.ok ? decision.events : [];
      if (!event) throw new Error('nothing happened');
      const recorded = { seq: state.seq + 1, at: AT, by: lidan.id, via: 'app' as const, audience: 'all' as const, event };
      const now = apply(state, recorded);
      expect(noticesOf(now, recorded).map((one) => one.kind)).toEqual(kinds);
      expect(calendarsTouched(now, recorded)).toEqual([demo]);
    }
  });

  test('is moved by moving the task, whoever attends: the sequence rises and everybody is asked anew', () => {
    let state = after(scheduled(), chen, { type: 'meeting.answer', task: demo, answer: 'accepted' });
    state = after(state, lidan, { type: 'task.change', task: demo, due: { date: '2026-11-30', time: '10:00', zone: 'Asia/Shanghai' } });
    expect(time(state)).toEqual(monday);
    expect(meeting(state)).toMatchObject({ sequence: 1, since: 1 });
    expect(answersOf(state)).toEqual({ [lidan.id]: 'accepted' });
  });

  test('keeps its answers while only words or the place change, or when it is written in another zone', () => {
    let state = after(scheduled(), chen, { type: 'meeting.answer', task: demo, answer: 'tentative' });
    state = after(state, lidan, { type: 'meeting.place', task: demo, place: 'https://meet.example/x' });
    state = after(state, chen, {
      type: 'task.change',
      task: demo,
      title: '演示',
      due: { date: '2026-11-27', time: '08:00', zone: 'Europe/Berlin' },
    });
    expect(meeting(state)).toMatchObject({ sequence: 2, since: 0 });
    expect(answersOf(state)).toEqual({ [lidan.id]: 'accepted', [chen.id]: 'tentative' });
    const same = after(state, lidan, { type: 'meeting.agenda', task: demo, agenda: '- one' });
    expect(meeting(same).sequence).toBe(2);
  });

  test('removed and brought back is the same meeting with the same answers', () => {
    let state = after(scheduled(), chen, { type: 'meeting.answer', task: demo, answer: 'accepted' });
    state = after(state, lidan, { type: 'task.remove', task: demo });
    expect(time(state)).toBeNull();
    state = after(state, lidan, { type: 'task.restore', task: demo });
    expect(time(state)).toEqual(friday);
    expect(answersOf(state)).toEqual({ [lidan.id]: 'accepted', [chen.id]: 'accepted' });
    expect(meeting(state)).toMatchObject({ sequence: 2, since: 0 });
  });
});

describe('proposed times', () => {
  test('stand in the order of the clock until one is picked; then the task is due then', () => {
    const state = proposed();
    expect(meeting(state).proposed).toEqual([friday, monday]);
    expect(time(state)).toBeNull();
    const picked = after(state, chen, { type: 'meeting.pick', task: demo, time: monday });
    expect(time(picked)).toEqual(monday);
    expect(task(picked).due).toEqual({ date: '2026-11-30', time: '10:00', zone: 'Asia/Shanghai' });
    expect(meeting(picked).proposed).toEqual([]);
    expect(answersOf(picked)).toEqual({ [chen.id]: 'accepted' });
    expect(why(picked, chen, { type: 'meeting.pick', task: demo, time: monday })).toBe('nothing');
    expect(why(picked, chen, { type: 'meeting.pick', task: demo, time: friday })).toBe('no_such_time');
  });

  test.each([
    ['in the past', [at('2026-11-20', '10:00'), friday], 'time_over'],
    ['twice, though written in two zones', [friday, at('2026-11-27', '08:00', 60, 'Europe/Berlin')], 'times_same'],
    ['that overlap', [friday, at('2026-11-27', '15:30')], 'times_overlap'],
    ['one after the other', [friday, at('2026-11-27', '16:00')], 'done'],
  ])('%s', (_, times, outcome) => {
    expect(why(open(), lidan, { type: 'meeting.propose', task: demo, times })).toBe(outcome);
  });

  test('are at most five, each of a length that makes sense, and for meetings alone', () => {
    const six = [1, 2, 3, 4, 5, 6].map((day) => at(`2026-12-0${day}`, '10:00'));
    const problem = (input: unknown) => v.safeParse(command, input).issues?.[0].message;
    expect(problem({ type: 'meeting.propose', task: demo, times: six })).toBe('too_many_times');
    expect(problem({ type: 'meeting.propose', task: demo, times: [] })).toBe('time_missing');
    expect(problem({ type: 'meeting.propose', task: demo, times: [at('2026-12-01', '10:00', 2)] })).toBe('length_odd');
    const plain = after(open(), lidan, { type: 'task.change', task: demo, kind: 'task' });
    expect(why(plain, lidan, { type: 'meeting.propose', task: demo, times: [friday] })).toBe('not_a_meeting');
  });

  test('may be picked by the number in a reply, and by nothing else that one may write', () => {
    const one = meeting(proposed());
    for (const text of ['2', ' 2. ', '2\n\nThanks, Chen', '第2个', '选 2', 'Option 2', '2 is fine', '2可以', '#2'])
      expect(pickedBy(text, one), text).toEqual(monday);
    for (const text of ['', '3', '22', '2 people will come', '2 hours is too long', 'Can we do 2?', '2:00', '12'])
      expect(pickedBy(text, one), text).toBeNull();
  });

  test('that have passed can no longer be picked', () => {
    expect(why(proposed(), chen, { type: 'meeting.pick', task: demo, time: friday }, '2026-11-28T00:00:00.000Z')).toBe('time_over');
  });
});

describe('an answer', () => {
  const answer = (more: object = {}): CommandInput => ({ type: 'meeting.answer', task: demo, answer: 'accepted', ...more });

  test('is given by those who attend, to a time that is there', () => {
    expect(why(open(), chen, answer())).toBe('no_time_yet');
    expect(why(scheduled(), zhao, answer())).toBe('not_attending');
    expect(answersOf(after(scheduled(), chen, answer()))).toMatchObject({ [chen.id]: 'accepted' });
  });

  test('changes nothing when it is repeated, is about an older time, or was given before the one that is known', () => {
    let state = after(scheduled(), chen, answer({ stamp: '2026-11-23T07:59:00Z' }), AT, 'mail');
    expect(why(state, chen, answer({ stamp: '2026-11-23T07:59:00Z' }))).toBe('nothing');
    expect(why(state, chen, answer({ answer: 'declined', stamp: '2026-11-23T07:00:00Z' }))).toBe('nothing');
    state = after(state, lidan, { type: 'task.change', task: demo, due: { date: '2026-11-30', time: '10:00', zone: 'Asia/Shanghai' } });
    expect(why(state, chen, answer({ sequence: 0 }))).toBe('nothing');
    expect(why(state, chen, answer({ sequence: 1 }))).toBe('done');
  });
});

describe('another time', () => {
  const asked = () => after(scheduled(), chen, { type: 'meeting.counter', task: demo, time: tuesday, note: 'I travel on Friday' });

  test('stands beside the meeting until one press accepts it; then both have said yes', () => {
    const state = asked();
    expect(time(state)).toEqual(friday);
    expect(meeting(state).counters).toMatchObject([{ by: chen.id, time: tuesday, note: 'I travel on Friday' }]);
    const moved = after(state, lidan, { type: 'meeting.acceptCounter', task: demo, proposer: chen.id });
    expect(time(moved)).toEqual(tuesday);
    expect(meeting(moved).counters).toEqual([]);
    expect(answersOf(moved)).toEqual({ [lidan.id]: 'accepted', [chen.id]: 'accepted' });
    expect(why(moved, lidan, { type: 'meeting.acceptCounter', task: demo, proposer: chen.id })).toBe('nothing');
  });

  test('may be longer than the meeting was', () => {
    const state = after(scheduled(), chen, { type: 'meeting.counter', task: demo, time: { ...friday, length: 90 } });
    const moved = after(state, zhou, { type: 'meeting.acceptCounter', task: demo, proposer: chen.id });
    expect(time(moved)).toEqual({ ...friday, length: 90 });
    expect(answersOf(moved)).toMatchObject({ [chen.id]: 'accepted' });
  });

  test('is dropped by a press, replaced by the next from the same person, and must be a real change to come', () => {
    const state = asked();
    expect(meeting(after(state, lidan, { type: 'meeting.dropCounter', task: demo, proposer: chen.id })).counters).toEqual([]);
    expect(meeting(after(state, chen, { type: 'meeting.counter', task: demo, time: monday })).counters).toMatchObject([{ time: monday }]);
    expect(why(state, chen, { type: 'meeting.counter', task: demo, time: friday })).toBe('time_as_it_is');
    expect(why(state, chen, { type: 'meeting.counter', task: demo, time: at('2026-11-20', '10:00') })).toBe('time_over');
    expect(why(state, zhao, { type: 'meeting.counter', task: demo, time: tuesday })).toBe('not_attending');
  });
});

describe('cancelling', () => {
  test('takes the time away and gives it back whole when it is undone', () => {
    const before = after(scheduled(), chen, { type: 'meeting.answer', task: demo, answer: 'accepted' });
    const state = after(before, lidan, { type: 'meeting.cancel', task: demo });
    expect(task(state).due).toBeNull();
    expect(time(state)).toBeNull();
    const back = after(state, lidan, { type: 'meeting.restore', task: demo });
    expect(time(back)).toEqual(friday);
    expect(answersOf(back)).toEqual(answersOf(before));
  });

  test('ends with the next time that is found', () => {
    let state = after(scheduled(), lidan, { type: 'meeting.cancel', task: demo });
    state = after(state, lidan, { type: 'meeting.propose', task: demo, times: [monday] });
    state = after(state, chen, { type: 'meeting.pick', task: demo, time: monday });
    expect(time(state)).toEqual(monday);
  });
});

describe('what a mailbox should hold', () => {
  const now = Date.parse(AT);
  const wants = (state: RoomState, who: Participant, when = now) => {
    const one = state.people[who.id];
    if (!one) throw new Error('nobody');
    return wantedMail(state, demo, one, when);
  };

  test('the entry for all who attend, the times for those who are to choose, other times for all but who asks', () => {
    expect(wants(scheduled(), lidan).entry).toContain('产品演示');
    expect(wants(scheduled(), zhao).entry).toBeNull();
    expect(wants(proposed(), chen)).toMatchObject({ entry: null, times: expect.stringContaining('2026-11-30') });
    expect(wants(proposed(), lidan).times).toBeNull();
    const countered = after(scheduled(), chen, { type: 'meeting.counter', task: demo, time: tuesday });
    expect(wants(countered, lidan).counters).toContain('2026-12-01');
    expect(wants(countered, chen).counters).toBeNull();
  });

  test('comes whatever the wish for news is, but not to whoever wants no mail or can’t be reached', () => {
    const state = scheduled();
    const as = (change: Partial<Participant>) => ({ ...state, people: { ...state.people, [chen.id]: { ...chen, ...change } } });
    expect(wants(as({ mail: 'weekly' }), chen).entry).not.toBe('keep');
    for (const change of [{ mail: 'none' }, { status: 'added' }, { trouble: 'bounced' }, { status: 'left' }] as const)
      expect(wants(as(change), chen).entry).toBe('keep');
  });

  test('is left as it is once the meeting is over', () => {
    expect(wants(scheduled(), chen, Date.parse('2026-11-27T08:00:01Z')).entry).toBe('keep');
  });
});

describe('times in words', () => {
  const reading = (text: string, zone = 'Asia/Shanghai') => readTimes(text, 60, { now: Date.parse(AT), zone, locale: 'zh-CN' });
  test.each([
    ['周五 15:00, 下周二 10点', ['2026-11-27 15:00 60', '2026-12-01 10:00 60'], []],
    ['周五15:00、周五16点半；下周一上午9点 90分钟', ['2026-11-27 15:00 90', '2026-11-27 16:30 90', '2026-11-30 09:00 90'], []],
    ['Fri 3pm or next Tue 10:00, 30 min', ['2026-11-27 15:00 30', '2026-12-01 10:00 30'], []],
    ['Fri 10:00 or 15:00', ['2026-11-27 10:00 60', '2026-11-27 15:00 60'], []],
    ['半小时，周五 15:00', ['2026-11-27 15:00 30'], []],
    ['周五, whenever you like', [], ['周五', 'whenever you like']],
    ['', [], []],
  ])('%s', (text, times, unread) => {
    const read = reading(text);
    expect(read.times.map((one) => `${one.date} ${one.time} ${one.length}`)).toEqual(times);
    expect(read.unread).toEqual(unread);
  });

  test('are said in the reader’s zone with the other’s beside it', () => {
    expect(saySlot(friday, { locale: 'en', zone: 'Europe/Berlin' })).toBe('Fri, Nov 27, 08:00 (15:00 Shanghai) · 1 hr');
    expect(saySlot({ ...friday, length: 90 }, { locale: 'zh-CN', zone: 'Asia/Shanghai' })).toBe('11月27日周五 15:00 · 1小时 30分钟');
  });
});

test('a person named as attending who has left is asked no more', () => {
  let state = after(scheduled(), lidan, { type: 'meeting.attend', task: demo, attendees: [lidan.id, chen.id, zhao.id] as ParticipantId[] });
  state = after(state, chen, { type: 'participant.remove', participant: zhao.id });
  expect(attendeesOf(state, task(state)).map((one) => one.name)).toEqual(['lidan', 'chen']);
});
