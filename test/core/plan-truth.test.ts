/** When a plan is true, when it stops being, and who may change what is another's. */
import { describe, expect, test } from 'vitest';
import { decide } from '#core/deciding/index.ts';
import { addWorkdays, nextMorning, workdaysBetween } from '#core/due.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import { silenceOf, standstillOf, turnOf, workdaysOver } from '#core/next-step.ts';
import { nextCheck, proposalsFor, slippedDays, slippedDaysOf, slipsOf, verdict } from '#core/plan-truth.ts';
import { apply, type RoomState } from '#core/room.ts';
import { audienceOf } from '#core/audience.ts';
import { chen, facts, joined, lidan, milestoneId, roomWhere, said, task, taskId, zhao, zhou } from '../support/cast.ts';
import type { Participant } from '#core/people.ts';
import type { Command } from '#core/commands.ts';

const due = (date: string, time: string | null = null) => ({ date, time, zone: 'Europe/Berlin' });
const at = (day: string, time = '09:00') => Date.parse(`${day}T${time}:00Z`);

/** A room whose history goes on: each step happens at its own time. */
function on(state: RoomState, day: string, by: Participant | 'system', ...events: RoomEvent[]): RoomState {
  return events.reduce<RoomState>((before, event) => {
    const recorded: Recorded = {
      seq: before.seq + 1,
      at: new Date(at(day)).toISOString(),
      by: by === 'system' ? by : by.id,
      via: 'app',
      audience: audienceOf(event),
      event,
    };
    return apply(before, recorded);
  }, state);
}

/** Does it as that person would on that day; refused is a failed test. */
function doing(state: RoomState, day: string, who: Participant, command: Command): RoomState {
  const decision = decide(state, who.id, command, { ...facts, at: new Date(at(day)).toISOString() });
  if (!decision.ok) throw new Error(decision.refusal.reason);
  return on(state, day, who, ...decision.events);
}

const confirm: Command = { type: 'plan.confirm' };
const moveTo = (name: string, date: string | null): Command =>
  ({ type: 'task.change', task: taskId(name), due: date && due(date), invite: [] }) as Command;

const planned = (...events: RoomEvent[]) =>
  roomWhere(task('survey', [chen], due('2026-12-04')), task('quote', [lidan], due('2026-12-11')), ...events);

describe('confirming', () => {
  test('a plan confirmed by the seller alone is not confirmed', () => {
    const state = doing(planned(), '2026-11-23', lidan, confirm);
    expect(verdict(state, at('2026-11-23'))).toEqual({ kind: 'new', sides: ['customer'] });
  });

  test('confirmed by both, it says since when', () => {
    const state = doing(doing(planned(), '2026-11-23', lidan, confirm), '2026-11-24', chen, confirm);
    expect(verdict(state, at('2026-11-24'))).toEqual({ kind: 'confirmed', since: '2026-11-24T09:00:00.000Z' });
  });

  test('without the customer’s confirmation for 14 days it is unconfirmed by the customer since the last one', () => {
    let state = doing(doing(planned(), '2026-11-03', lidan, confirm), '2026-11-03', chen, confirm);
    state = doing(state, '2026-11-12', zhou, confirm);
    state = on(state, '2026-11-16', chen, said('chen', taskId('survey')));
    expect(verdict(state, at('2026-11-17', '08:59')).kind).toBe('confirmed');
    expect(verdict(state, at('2026-11-17'))).toEqual({
      kind: 'unconfirmed',
      sides: ['customer'],
      since: '2026-11-03T09:00:00.000Z',
      doubts: [{ why: 'old', side: 'customer' }],
    });
    expect(nextCheck(state, at('2026-11-16'))).toBe(at('2026-11-17'));
  });

  test('any number of confirmations by sellers never make it green', () => {
    let state = planned();
    for (const day of ['2026-11-23', '2026-11-24', '2026-11-25']) {
      state = doing(doing(state, day, lidan, confirm), day, zhou, confirm);
      expect(verdict(state, at(day)).kind).not.toBe('confirmed');
    }
    const settled = on(state, '2026-11-25', 'system', { type: 'plan.turned', sides: ['customer'], asked: [], doubts: [] });
    expect(verdict(doing(settled, '2026-11-26', lidan, confirm), at('2026-11-26')).kind).toBe('unconfirmed');
  });

  test('a confirmation that was taken back gives way to the one before', () => {
    let state = doing(doing(planned(), '2026-11-23', lidan, confirm), '2026-11-23', chen, confirm);
    state = doing(state, '2026-11-25', zhao, confirm);
    expect(verdict(state, at('2026-11-25'))).toMatchObject({ since: '2026-11-25T09:00:00.000Z' });
    state = doing(state, '2026-11-25', zhao, { type: 'plan.unconfirm' });
    expect(verdict(state, at('2026-11-25'))).toMatchObject({ kind: 'confirmed', since: '2026-11-23T09:00:00.000Z' });
    expect(doing(state, '2026-11-25', zhao, { type: 'plan.unconfirm' })).toEqual(state);
  });

  test('an empty plan, or one that is done, asks for no confirmation', () => {
    expect(verdict(roomWhere(), at('2026-11-23')).kind).toBe('none');
    expect(verdict(roomWhere(task('survey'), { type: 'task.completed', task: taskId('survey') }), at('2027-01-01')).kind).toBe('none');
  });
});

describe('slips', () => {
  const confirmed = () => doing(doing(planned(), '2026-11-23', lidan, confirm), '2026-11-23', chen, confirm);

  test('a date that slipped twice makes it unconfirmed, and names both sides until each has confirmed anew', () => {
    let state = doing(confirmed(), '2026-11-24', chen, moveTo('survey', '2026-12-08'));
    expect(verdict(state, at('2026-11-24')).kind).toBe('confirmed');
    state = doing(state, '2026-11-25', chen, moveTo('survey', '2026-12-15'));
    expect(verdict(state, at('2026-11-25'))).toMatchObject({
      kind: 'unconfirmed',
      sides: ['seller', 'customer'],
      doubts: [{ why: 'slipped', task: taskId('survey') }],
    });
    state = doing(state, '2026-11-26', lidan, confirm);
    expect(verdict(state, at('2026-11-26'))).toMatchObject({ kind: 'unconfirmed', sides: ['customer'], since: '2026-11-23T09:00:00.000Z' });
    state = doing(state, '2026-11-26', chen, confirm);
    expect(verdict(state, at('2026-11-26')).kind).toBe('confirmed');
  });

  test('every old date stays, with who moved it and when', () => {
    let state = doing(confirmed(), '2026-11-24', chen, moveTo('survey', '2026-12-08'));
    state = doing(state, '2026-11-25', chen, moveTo('survey', '2026-12-01'));
    state = doing(state, '2026-11-26', chen, moveTo('survey', null));
    expect(state.truth.moves[taskId('survey')]?.map((one) => [one.from.date, one.to?.date, one.by, one.at.slice(0, 10)])).toEqual([
      ['2026-12-04', '2026-12-08', chen.id, '2026-11-24'],
      ['2026-12-08', '2026-12-01', chen.id, '2026-11-25'],
      ['2026-12-01', undefined, chen.id, '2026-11-26'],
    ]);
  });

  test('a date that came back has not slipped; days are counted from what was first agreed', () => {
    const history = (...dates: (string | null)[]) =>
      dates.slice(1).map((to, index) => ({ from: due(dates[index] ?? ''), to: to ? due(to) : null, at: '', by: chen.id, proposer: null }));
    expect(slipsOf(history('2026-12-04', '2026-12-08', '2026-12-04'))).toEqual([]);
    expect(slipsOf(history('2026-12-04', '2026-12-08', '2026-12-06'))).toHaveLength(1);
    expect(slippedDaysOf(history('2026-12-04', '2026-12-08', '2026-12-06'))).toBe(2);
    expect(slippedDaysOf(history('2026-12-04', '2026-12-01'))).toBe(0);
    expect(slipsOf(history('2026-12-04', '2026-12-05', '2026-12-06', '2026-12-07'))).toHaveLength(3);
  });

  test('a new day of the same date, and a first date, are no slips', () => {
    let state = doing(confirmed(), '2026-11-24', chen, { ...moveTo('survey', '2026-12-04'), due: due('2026-12-04', '15:00') } as Command);
    state = on(state, '2026-11-24', chen, task('later', [chen]));
    state = doing(state, '2026-11-24', chen, moveTo('later', '2026-12-30'));
    expect(slippedDays(state)).toBe(0);
    expect(state.truth.moves[taskId('later')]).toBeUndefined();
  });

  test('the room’s days are those of all its tasks, without those taken out', () => {
    let state = doing(confirmed(), '2026-11-24', chen, moveTo('survey', '2026-12-08'));
    state = doing(state, '2026-11-24', lidan, moveTo('quote', '2026-12-14'));
    expect(slippedDays(state)).toBe(7);
    expect(slippedDays(doing(state, '2026-11-24', lidan, { type: 'task.remove', task: taskId('quote') }))).toBe(4);
  });
});

describe('silence', () => {
  const both = (...events: RoomEvent[]) => {
    const state = roomWhere(task('survey', [chen], due('2026-11-27', '17:00')), ...events);
    return doing(doing(state, '2026-11-24', lidan, confirm), '2026-11-24', chen, confirm);
  };
  // Friday 17:00 in Berlin is 16:00 UTC; two working days later it is Tuesday.
  test('a task two working days over with no word makes it unconfirmed, weekends not counted', () => {
    expect(verdict(both(), at('2026-12-01', '15:59')).kind).toBe('confirmed');
    expect(verdict(both(), at('2026-12-01', '16:00'))).toMatchObject({
      kind: 'unconfirmed',
      sides: ['seller', 'customer'],
      doubts: [{ why: 'overdue', task: taskId('survey') }],
    });
    expect(nextCheck(both(), at('2026-11-27'))).toBe(at('2026-12-01', '16:00'));
  });

  test('a word in its thread since then, a new date or doing it keeps it true; an internal note does not', () => {
    const later = at('2026-12-01', '17:00');
    expect(verdict(on(both(), '2026-11-30', chen, said('chen', taskId('survey'))), later).kind).toBe('confirmed');
    expect(verdict(on(both(), '2026-11-26', chen, said('chen', taskId('survey'))), later).kind).toBe('unconfirmed');
    expect(verdict(on(both(), '2026-11-30', lidan, said('lidan', `${taskId('survey')}:internal`)), later).kind).toBe('unconfirmed');
    expect(verdict(doing(both(), '2026-11-30', chen, moveTo('survey', '2026-12-03')), later).kind).toBe('confirmed');
    expect(
      verdict(on(both(task('quote', [lidan])), '2026-11-30', chen, { type: 'task.completed', task: taskId('survey') }), later).kind,
    ).toBe('confirmed');
  });
});

describe('found untrue', () => {
  test('it stays so until those who are missing confirm, even if the cause goes away', () => {
    let state = doing(doing(planned(), '2026-11-23', lidan, confirm), '2026-11-23', chen, confirm);
    state = on(state, '2026-11-24', 'system', {
      type: 'plan.turned',
      sides: ['seller', 'customer'],
      asked: [lidan.id, chen.id],
      doubts: [],
    });
    expect(verdict(state, at('2026-11-24')).kind).toBe('unconfirmed');
    state = doing(state, '2026-11-25', chen, confirm);
    expect(verdict(state, at('2026-11-25'))).toMatchObject({ kind: 'unconfirmed', sides: ['seller'] });
    state = doing(state, '2026-11-25', zhou, confirm);
    expect(verdict(state, at('2026-11-25')).kind).toBe('confirmed');
    expect(state.truth.turned).toBeNull();
  });
});

describe('changing what is another’s', () => {
  const theirs = planned();

  test('date, owners and title of a task that others own become a proposal; the rest changes at once', () => {
    const state = doing(theirs, '2026-11-24', zhou, {
      type: 'task.change',
      task: taskId('quote'),
      title: 'Final quote',
      due: due('2026-12-18'),
      description: 'With options',
      invite: [],
    });
    expect(state.plan.tasks[taskId('quote')]).toMatchObject({ title: 'quote', due: due('2026-12-11'), description: 'With options' });
    expect(proposalsFor(state, taskId('quote'))).toMatchObject([
      { by: zhou.id, changes: { title: 'Final quote', due: due('2026-12-18') }, until: '2026-12-11T22:59:00.000Z' },
    ]);
  });

  test.each([
    ['one’s own task', chen, task('mine', [chen, lidan], due('2026-12-04'))],
    ['a task that nobody owns', zhao, task('mine', [], due('2026-12-04'))],
  ])('%s changes at once', (_, who, event) => {
    const state = doing(roomWhere(event), '2026-11-24', who, moveTo('mine', '2026-12-08'));
    expect(state.plan.tasks[taskId('mine')]?.due?.date).toBe('2026-12-08');
    expect(state.truth.proposals).toEqual([]);
  });

  test('the same rule for a seller, a colleague and a customer: nobody’s side or place decides', () => {
    for (const who of [zhou, chen, zhao]) {
      const state = doing(theirs, '2026-11-24', who, moveTo('quote', '2026-12-18'));
      expect(state.plan.tasks[taskId('quote')]?.due?.date).toBe('2026-12-11');
      expect(state.truth.proposals).toHaveLength(1);
    }
  });

  test('any owner accepts with one act, and the history says whose idea it was', () => {
    let state = doing(theirs, '2026-11-24', chen, moveTo('quote', '2026-12-18'));
    const refused = decide(state, zhou.id, { type: 'proposal.accept', task: taskId('quote'), proposer: chen.id }, facts);
    expect(refused).toEqual({ ok: false, refusal: { code: 'forbidden', reason: 'not_your_task' } });
    state = doing(state, '2026-11-25', lidan, { type: 'proposal.accept', task: taskId('quote'), proposer: chen.id });
    expect(state.plan.tasks[taskId('quote')]?.due?.date).toBe('2026-12-18');
    expect(state.truth.proposals).toEqual([]);
    expect(state.truth.moves[taskId('quote')]).toMatchObject([{ by: lidan.id, proposer: chen.id }]);
    expect(doing(state, '2026-11-25', lidan, { type: 'proposal.accept', task: taskId('quote'), proposer: chen.id })).toEqual(state);
  });

  test('declined, withdrawn or passed, it changes nothing', () => {
    const state = doing(theirs, '2026-11-24', chen, moveTo('quote', '2026-12-18'));
    for (const after of [
      doing(state, '2026-11-25', lidan, { type: 'proposal.decline', task: taskId('quote'), proposer: chen.id }),
      doing(state, '2026-11-25', chen, { type: 'proposal.withdraw', task: taskId('quote') }),
      on(state, '2026-12-12', 'system', { type: 'proposal.settled', task: taskId('quote'), proposer: chen.id, how: 'passed' }),
    ]) {
      expect(after.plan).toEqual(state.plan);
      expect(after.truth.proposals).toEqual([]);
    }
  });

  test('proposing again replaces one’s own proposal, and keeps what else was proposed', () => {
    let state = doing(theirs, '2026-11-24', chen, moveTo('quote', '2026-12-18'));
    state = doing(state, '2026-11-24', chen, { type: 'task.change', task: taskId('quote'), title: 'Offer', invite: [] });
    state = doing(state, '2026-11-24', chen, moveTo('quote', '2026-12-16'));
    expect(state.truth.proposals).toMatchObject([{ by: chen.id, changes: { title: 'Offer', due: { date: '2026-12-16' } } }]);
  });

  test('owners who were added but never came can’t answer, so the task changes at once', () => {
    const state = { ...theirs, people: { ...theirs.people, [lidan.id]: { ...lidan, status: 'invited' as const } } };
    expect(doing(state, '2026-11-24', chen, moveTo('quote', '2026-12-18')).plan.tasks[taskId('quote')]?.due?.date).toBe('2026-12-18');
  });

  test('finishing, reopening, moving and taking out stay everybody’s', () => {
    let state = doing(theirs, '2026-11-24', zhou, { type: 'task.complete', task: taskId('survey') });
    expect(state.plan.tasks[taskId('survey')]?.completedBy).toBe(zhou.id);
    state = doing(state, '2026-11-24', zhao, { type: 'task.reopen', task: taskId('survey') });
    state = on(state, '2026-11-24', lidan, { type: 'milestone.added', milestone: milestoneId('go'), title: 'Go', date: null });
    state = doing(state, '2026-11-24', zhou, { type: 'task.move', task: taskId('survey'), before: null, milestone: milestoneId('go') });
    expect(state.plan.tasks[taskId('survey')]).toMatchObject({ completedAt: null, milestone: milestoneId('go') });
  });
});

describe('whose turn', () => {
  test('is said by the step that is due first, so what is over comes before all', () => {
    expect(turnOf(planned())).toMatchObject({ task: { id: taskId('survey') }, sides: ['customer'] });
    expect(turnOf(planned(task('both', [chen, zhou], due('2026-11-02'))))?.sides).toEqual(['seller', 'customer']);
    expect(turnOf(roomWhere(task('nobody')))).toBeNull();
  });

  test('a side that is asked and silent is quiet after four working days, stalled after six', () => {
    const state = on(planned(), '2026-11-24', chen, said('chen', 'room'));
    const silent = (day: string) => silenceOf(state, 'customer', at(day), 'Europe/Berlin');
    expect(silent('2026-11-29')).toBeNull();
    expect(silent('2026-11-30')).toEqual({ days: 4, stalled: false });
    expect(silent('2026-12-02')).toEqual({ days: 6, stalled: true });
    const free = on(state, '2026-11-24', zhou, { type: 'task.completed', task: taskId('survey') });
    expect(silenceOf(free, 'customer', at('2026-12-02'), 'Europe/Berlin')).toBeNull();
  });

  test('a deal stands still on whoever’s turn it is and who has been silent for six working days', () => {
    const state = on(planned(), '2026-11-24', chen, said('chen', 'room'));
    const still = (of: RoomState, day: string) => standstillOf(of, at(day), 'Europe/Berlin');
    expect(still(state, '2026-12-01')).toBeNull();
    expect(still(state, '2026-12-02')).toMatchObject({ on: 'customer', task: { id: taskId('survey') }, days: 6 });
    // Their word sets it going again, however long the other side is silent.
    expect(still(on(state, '2026-12-02', chen, said('chen', 'room')), '2026-12-02')).toBeNull();
  });

  test('a deal that asks nothing of anybody stands still, too', () => {
    const state = on(roomWhere(task('nobody')), '2026-11-24', lidan, said('lidan', 'room'));
    expect(standstillOf(state, at('2026-12-01'), 'Europe/Berlin')).toBeNull();
    expect(standstillOf(state, at('2026-12-02'), 'Europe/Berlin')).toEqual({ on: 'nobody', task: null, days: 6 });
  });

  test('an internal note or one’s own settings are no sign of life', () => {
    let state = on(planned(), '2026-11-24', lidan, said('lidan', 'room'));
    state = on(state, '2026-12-01', lidan, said('lidan', 'room:internal'), joined(zhou));
    expect(silenceOf(state, 'seller', at('2026-12-02'), 'Asia/Shanghai')).toEqual({ days: 6, stalled: true });
  });

  test('is counted in working days of the reader’s zone', () => {
    expect(workdaysBetween('2026-11-27', '2026-11-30')).toBe(1);
    expect(workdaysBetween('2026-11-27', '2026-11-29')).toBe(0);
    expect(workdaysBetween('2026-11-02', '2026-11-30')).toBe(20);
    expect(addWorkdays('2026-11-27', 2)).toBe('2026-12-01');
    expect(addWorkdays('2026-11-30', -1)).toBe('2026-11-27');
    expect(new Date(nextMorning('Asia/Shanghai', at('2026-11-28'))).toISOString()).toBe('2026-11-30T01:00:00.000Z');
    expect(workdaysOver(due('2026-11-27', '17:00'), at('2026-11-27', '17:00'), 'Europe/Berlin')).toBe(1);
    expect(workdaysOver(due('2026-11-27', '17:00'), at('2026-12-01'), 'Europe/Berlin')).toBe(2);
  });
});
