/** The mutual action plan: what waits for what, checklists, milestones that move with their tasks, dates that move together. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { audienceOf } from '#core/audience.ts';
import { command } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import type { Decision } from '#core/decision.ts';
import type { Recorded } from '#core/events.ts';
import type { CheckId, MilestoneId, ParticipantId, ShiftId, TaskId } from '#core/ids.ts';
import { nextStep, owedBySide, turnOf } from '#core/next-step.ts';
import { noticesOf } from '#core/notices.ts';
import { checksOf, milestoneDate, tasksOf, waitsFor } from '#core/plan.ts';
import { followersOfMilestone, followersOfTask, workdaysMoved } from '#core/plan-shift.ts';
import { apply, type RoomState } from '#core/room.ts';
import { historyOf } from '#core/task-history.ts';
import { AT, chen, facts, id, lidan, milestoneId, record, roomWhere, task, taskId, zhao } from '../support/cast.ts';

type Input = v.InferInput<typeof command>;
const asked = (state: RoomState, who: ParticipantId, input: Input): Decision => decide(state, who, v.parse(command, input), facts);
const refusedFor = (state: RoomState, input: Input) => {
  const decision = asked(state, lidan.id, input);
  return decision.ok ? null : decision.refusal.reason;
};

/** The state after commands, and the log. */
function lived(state: RoomState, ...inputs: [ParticipantId, Input][]): { state: RoomState; log: Recorded[] } {
  const log: Recorded[] = [];
  let now = state;
  for (const [by, input] of inputs) {
    const decision = asked(now, by, input);
    if (!decision.ok) throw new Error(decision.refusal.reason);
    for (const event of decision.events) {
      const one: Recorded = { seq: now.seq + 1, at: AT, by, via: 'app', audience: audienceOf(event), event };
      log.push(one);
      now = apply(now, one);
    }
  }
  return { state: now, log };
}
const run = (state: RoomState, ...inputs: Input[]): RoomState =>
  lived(state, ...inputs.map((input): [ParticipantId, Input] => [lidan.id, input])).state;

const on = (date: string, time: string | null = null) => ({ date, time, zone: 'Europe/Berlin' });
const change = (name: string, fields: Omit<Extract<Input, { type: 'task.change' }>, 'type' | 'task'>): Input => ({
  type: 'task.change',
  task: taskId(name),
  ...fields,
});
const get = (state: RoomState, name: string) => {
  const found = state.plan.tasks[taskId(name)];
  if (!found) throw new Error(name);
  return found;
};

describe('a task that comes after others', () => {
  const two = run(
    roomWhere(task('offer', [lidan], on('2026-12-10')), task('sign', [chen], on('2026-12-04')), task('pay', [chen], on('2026-12-11'))),
    change('sign', { after: [taskId('offer')] }),
  );

  test('waits while one of them is open, and no longer once it is done or gone', () => {
    expect(waitsFor(two.plan, get(two, 'sign')).map((one) => one.id)).toEqual([taskId('offer')]);
    expect(waitsFor(run(two, { type: 'task.complete', task: taskId('offer') }).plan, get(two, 'sign'))).toEqual([]);
    expect(waitsFor(run(two, { type: 'task.remove', task: taskId('offer') }).plan, get(two, 'sign'))).toEqual([]);
  });

  test('is not its owner’s next step while it waits, although it is due first', () => {
    expect(nextStep(two, 'customer')?.id).toBe(taskId('pay'));
    expect(owedBySide(two, 'customer').map((one) => one.id)).toEqual([taskId('pay'), taskId('sign')]);
    expect(turnOf(two)?.sides).toEqual(['seller']);
    const done = run(two, { type: 'task.complete', task: taskId('offer') });
    expect(nextStep(done, 'customer')?.id).toBe(taskId('sign'));
    expect(turnOf(done)?.sides).toEqual(['customer']);
  });

  test('can’t be put into a circle, however long, nor wait for itself', () => {
    const three = run(two, change('pay', { after: [taskId('sign')] }));
    expect(refusedFor(three, change('offer', { after: [taskId('pay')] }))).toBe('task_cycle');
    expect(refusedFor(three, change('offer', { after: [taskId('offer')] }))).toBe('task_cycle');
    expect(refusedFor(three, change('offer', { after: [taskId('nothing')] }))).toBe('no_such_task');
    // A removed link may come back by undo: it counts.
    expect(refusedFor(run(three, { type: 'task.remove', task: taskId('sign') }), change('offer', { after: [taskId('pay')] }))).toBe(
      'task_cycle',
    );
  });

  test('may be added so', () => {
    const more = run(two, { type: 'task.add', task: taskId('train'), title: 'Train', after: [taskId('pay'), taskId('pay')] });
    expect(get(more, 'train').after).toEqual([taskId('pay')]);
  });
});

describe('a checklist', () => {
  const check = (name: string) => id<CheckId>(`check${name}`);
  const add = (name: string, before: CheckId | null = null): Input => ({
    type: 'check.add',
    task: taskId('survey'),
    check: check(name),
    text: name,
    before,
  });
  const listed = (state: RoomState) => checksOf(get(state, 'survey')).map((one) => one.text);
  const state = run(roomWhere(task('survey')), add('one'), add('two'), add('zero', check('one')));

  test('is added to, in any place, renamed, ticked and unticked', () => {
    expect(listed(state)).toEqual(['zero', 'one', 'two']);
    const ticked = run(
      state,
      { type: 'check.tick', task: taskId('survey'), check: check('one') },
      { type: 'check.rename', task: taskId('survey'), check: check('one'), text: 'first' },
    );
    expect(checksOf(get(ticked, 'survey'))[1]).toMatchObject({ text: 'first', doneAt: AT, doneBy: lidan.id });
    const open = run(ticked, { type: 'check.untick', task: taskId('survey'), check: check('one') });
    expect(checksOf(get(open, 'survey'))[1]?.doneAt).toBeNull();
  });

  test('gives a removed line back as it was, in its place', () => {
    const about = { task: taskId('survey'), check: check('one') };
    const gone = run(state, { type: 'check.tick', ...about }, { type: 'check.remove', ...about });
    expect(listed(gone)).toEqual(['zero', 'two']);
    const back = run(gone, { type: 'check.restore', ...about });
    expect(checksOf(get(back, 'survey'))[1]).toMatchObject({ text: 'one', doneAt: AT });
  });

  test('is put into another order', () => {
    expect(listed(run(state, { type: 'check.move', task: taskId('survey'), check: check('two'), before: check('zero') }))).toEqual([
      'two',
      'zero',
      'one',
    ]);
    expect(listed(run(state, { type: 'check.move', task: taskId('survey'), check: check('zero'), before: null }))).toEqual([
      'one',
      'two',
      'zero',
    ]);
  });

  test('refuses what is not there, an empty line, and more lines than anybody reads', () => {
    expect(refusedFor(state, { type: 'check.tick', task: taskId('survey'), check: check('none') })).toBe('no_such_check');
    expect(v.safeParse(command, { ...add('x'), text: '\u200b ' }).success).toBe(false);
    const full = run(
      roomWhere(task('survey')),
      ...Array.from({ length: 200 }, (_, index) => add(`n${(index + 1000).toString(8)}`.replace(/[01]/g, 'q'))),
    );
    expect(get(full, 'survey').checklist?.length).toBeLessThanOrEqual(200);
  });
});

describe('a milestone', () => {
  const decideOn: MilestoneId = milestoneId('decide');
  const state = roomWhere(
    { type: 'milestone.added', milestone: decideOn, title: 'Decide', date: '2026-12-04' },
    task('survey', [chen], on('2026-12-01')),
    task('offer', [lidan], on('2026-12-10')),
    { type: 'task.changed', task: taskId('survey'), milestone: decideOn },
    { type: 'task.changed', task: taskId('offer'), milestone: decideOn },
  );
  const dateIn = (now: RoomState) => {
    const [milestone] = now.plan.milestones;
    return milestone && milestoneDate(milestone, tasksOf(now.plan));
  };

  test('is as late as the last of its open tasks, and keeps its target', () => {
    expect(dateIn(state)).toEqual({ date: '2026-12-10', target: '2026-12-04' });
    expect(dateIn(run(state, { type: 'task.complete', task: taskId('offer') }))).toEqual({ date: '2026-12-04', target: '2026-12-04' });
    expect(dateIn(run(state, { type: 'milestone.change', milestone: decideOn, date: null }))).toEqual({ date: '2026-12-10', target: null });
  });

  test('comes back with its tasks when its removal is undone, but takes none that went elsewhere meanwhile', () => {
    const elsewhere = milestoneId('elsewhere');
    const gone = run(
      state,
      { type: 'milestone.add', milestone: elsewhere, title: 'Elsewhere', date: null },
      { type: 'milestone.remove', milestone: decideOn },
      change('offer', { milestone: elsewhere }),
    );
    expect(get(gone, 'survey').milestone).toBeNull();
    const back = run(gone, { type: 'milestone.restore', milestone: decideOn });
    expect(get(back, 'survey').milestone).toBe(decideOn);
    expect(get(back, 'offer').milestone).toBe(elsewhere);
    expect(back.plan.milestones.find((one) => one.id === decideOn)).toEqual({ id: decideOn, title: 'Decide', date: '2026-12-04' });
    expect(asked(back, lidan.id, { type: 'milestone.restore', milestone: decideOn })).toEqual({ ok: true, events: [] });
  });

  test('that never was can’t come back', () => {
    expect(refusedFor(state, { type: 'milestone.restore', milestone: milestoneId('never') })).toBe('no_such_milestone');
  });
});

describe('a date that has passed', () => {
  const state = roomWhere(task('survey', [lidan], on('2026-12-10')));
  test('is taken for a slip of the pen, unless its writer says that it is meant', () => {
    const late = { type: 'task.add' as const, task: taskId('late'), title: 'Late', due: on('2026-01-05') };
    expect(refusedFor(state, late)).toBe('date_in_past');
    expect(refusedFor(state, { ...late, past: true })).toBeNull();
    expect(refusedFor(state, change('survey', { due: on('2026-01-05') }))).toBe('date_in_past');
    expect(refusedFor(state, change('survey', { due: on('2026-01-05'), past: true }))).toBeNull();
    expect(refusedFor(state, { type: 'milestone.add', milestone: milestoneId('m'), title: 'M', date: '2026-01-05' })).toBe('date_in_past');
  });

  test('does not stand in the way of other changes of a task that is late', () => {
    const late = roomWhere(task('survey', [lidan], on('2026-01-05')));
    expect(refusedFor(late, change('survey', { title: 'Still', due: on('2026-01-05') }))).toBeNull();
  });
});

describe('what follows a date', () => {
  const decideOn = milestoneId('decide');
  const live = milestoneId('live');
  const state = run(
    roomWhere(
      { type: 'milestone.added', milestone: decideOn, title: 'Decide', date: '2026-12-04' },
      { type: 'milestone.added', milestone: live, title: 'Live', date: '2026-12-18' },
      task('survey', [lidan], on('2026-11-30')),
      task('offer', [lidan], on('2026-12-02', '15:00')),
      task('sign', [lidan], on('2026-12-04')),
      task('train', [lidan], on('2026-12-16')),
      task('party', [lidan], on('2026-12-17')),
    ),
    change('survey', { milestone: decideOn }),
    change('offer', { milestone: decideOn }),
    change('sign', { milestone: decideOn }),
    change('train', { milestone: live }),
    change('party', { after: [taskId('train')] }),
    change('train', { after: [taskId('sign')] }),
  );
  const ids = (...names: string[]): TaskId[] => names.map((name) => taskId(name));

  test('of a task: the later ones of its milestone, and whatever waits for it, however far', () => {
    expect(followersOfTask(state.plan, get(state, 'offer'), '2026-12-02').tasks).toEqual(ids('sign'));
    expect(followersOfTask(state.plan, get(state, 'sign'), '2026-12-04').tasks).toEqual(ids('train', 'party'));
  });

  test('of a milestone: the later milestones with their open tasks, and what waits for its own', () => {
    expect(followersOfMilestone(state.plan, decideOn, '2026-12-04')).toEqual({ tasks: ids('train', 'party'), milestones: [live] });
    expect(followersOfMilestone(state.plan, live, '2026-12-18')).toEqual({ tasks: ids('party'), milestones: [] });
  });

  test('is counted in working days, either way', () => {
    expect(workdaysMoved('2026-12-04', '2026-12-08')).toBe(2);
    expect(workdaysMoved('2026-12-08', '2026-12-04')).toBe(-2);
    expect(workdaysMoved('2026-12-08', '2026-12-08')).toBe(0);
  });

  const shift: ShiftId = id('shiftone');
  const moveOn: Input = { type: 'plan.shift', shift, days: 2, tasks: ids('sign', 'train'), milestones: [live] };

  test('moves by as many, keeping times, in one step that is one event', () => {
    const { state: moved, log } = lived(state, [lidan.id, moveOn]);
    expect(log.map((one) => one.event.type)).toEqual(['plan.shifted']);
    expect([get(moved, 'sign').due?.date, get(moved, 'train').due?.date]).toEqual(['2026-12-08', '2026-12-18']);
    expect(moved.plan.milestones.find((one) => one.id === live)?.date).toBe('2026-12-22');
    expect(asked(moved, lidan.id, moveOn)).toEqual({ ok: true, events: [] });
    // Each move is known to the plan's truth, too.
    expect(moved.truth.moves[taskId('sign')]?.at(-1)?.to?.date).toBe('2026-12-08');
  });

  test('moves back in one step, but for what somebody moved since', () => {
    const moved = run(state, moveOn, change('train', { due: on('2026-12-30') }));
    const back = run(moved, { type: 'plan.unshift', shift });
    expect([get(back, 'sign').due?.date, get(back, 'train').due?.date]).toEqual(['2026-12-04', '2026-12-30']);
    expect(back.plan.milestones.find((one) => one.id === live)?.date).toBe('2026-12-18');
    expect(asked(back, lidan.id, { type: 'plan.unshift', shift })).toEqual({ ok: true, events: [] });
  });

  test('asks the owner of a task instead of moving it, and takes the question back with the rest', () => {
    const others = run(state, change('train', { owners: [chen.id] }));
    const { state: moved, log } = lived(others, [lidan.id, moveOn]);
    expect(log.map((one) => one.event.type)).toEqual(['plan.shifted', 'task.proposed']);
    expect(get(moved, 'train').due?.date).toBe('2026-12-16');
    expect(moved.truth.proposals).toMatchObject([{ task: taskId('train'), by: lidan.id, changes: { due: { date: '2026-12-18' } } }]);
    const back = run(moved, { type: 'plan.unshift', shift });
    expect(back.truth.proposals).toEqual([]);
    expect(get(back, 'sign').due?.date).toBe('2026-12-04');
  });

  test('never goes into the past, and names only what is there', () => {
    expect(refusedFor(state, { ...moveOn, days: -60 })).toBe('date_in_past');
    expect(refusedFor(state, { ...moveOn, tasks: [taskId('none')] })).toBe('no_such_task');
  });

  test('tells each owner once, however many of their tasks moved', () => {
    const [shifted] = record(
      [
        {
          type: 'plan.shifted',
          shift,
          days: 1,
          tasks: ids('sign', 'train').map((one) => ({ task: one, due: on('2026-12-20') })),
          milestones: [],
          proposed: [],
        },
      ],
      zhao,
    );
    if (!shifted) throw new Error('none');
    expect(noticesOf(state, shifted)).toMatchObject([{ to: lidan.id, kind: 'changed', thread: taskId('sign') }]);
  });
});

describe('a task’s history', () => {
  test('says who changed what, from what, to what', () => {
    const { state, log } = lived(
      roomWhere(),
      [lidan.id, { type: 'task.add', task: taskId('survey'), title: 'Survey', due: on('2026-12-01'), owners: [lidan.id] }],
      [lidan.id, change('survey', { title: 'Site survey' })],
      [chen.id, change('survey', { due: on('2026-12-04'), kind: 'meeting' })],
      [lidan.id, { type: 'proposal.accept', task: taskId('survey'), proposer: chen.id }],
      [chen.id, { type: 'check.add', task: taskId('survey'), check: id('c'), text: 'Badge' }],
      [chen.id, { type: 'check.tick', task: taskId('survey'), check: id('c') }],
      [chen.id, { type: 'task.complete', task: taskId('survey') }],
    );
    expect(get(state, 'survey').completedBy).toBe(chen.id);
    expect(historyOf(taskId('survey'), log)).toMatchObject([
      {
        by: lidan.id,
        what: 'added',
        changes: [
          { field: 'owners', from: [], to: [lidan.id] },
          { field: 'due', from: null, to: on('2026-12-01') },
        ],
      },
      { by: lidan.id, what: 'changed', changes: [{ field: 'title', from: 'Survey', to: 'Site survey' }] },
      { by: chen.id, what: 'changed', changes: [{ field: 'kind', from: 'task', to: 'meeting' }] },
      { by: chen.id, what: 'proposed', changes: [{ field: 'due', from: on('2026-12-01'), to: on('2026-12-04') }] },
      { by: lidan.id, what: 'changed', changes: [{ field: 'due', from: on('2026-12-01'), to: on('2026-12-04') }] },
      { by: lidan.id, what: 'settled', how: 'accepted', proposer: chen.id },
      { by: chen.id, what: 'check', how: 'added', text: 'Badge', before: null },
      { by: chen.id, what: 'check', how: 'ticked', text: 'Badge', before: null },
      { by: chen.id, what: 'completed' },
    ]);
  });
});
