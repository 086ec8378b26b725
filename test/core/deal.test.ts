/** The gate: what a seller says is a claim, what the customer says counts, and what they take back stops counting. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { viewFor } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import { applyComments, type Comment } from '#core/discussion.ts';
import type { ValueLineId } from '#core/ids.ts';
import type { Participant } from '#core/people.ts';
import { isCurrency, plainAmount, readAmount, sums } from '#core/amount.ts';
import { evidenceFor, qualificationOf, stageOf, standingOf } from '#core/qualification.ts';
import type { ValuePart } from '#core/value.ts';
import { apply, restored, type RoomState } from '#core/room.ts';
import { audienceOf } from '#core/audience.ts';
import { AT, chen, commentId, facts, id, lidan, record, roomWhere, said, task, taskId, threadOf, zhao } from '../support/cast.ts';

/** What Chen said in the room, as the room looks it up. */
const chens = Object.fromEntries(
  record([said('chen', 'room')], chen)
    .reduce<Comment[]>(applyComments, [])
    .map((one) => [one.id, one]),
);

/** Does it as somebody; the state after, or the reason why not. */
function does(state: RoomState, who: Participant, input: CommandInput): RoomState | string {
  const parsed = v.safeParse(command, input);
  if (!parsed.success) return parsed.issues[0].message;
  const decision = decide(state, who.id, parsed.output, { ...facts, comments: chens });
  if (!decision.ok) return decision.refusal.reason;
  return decision.events.reduce(
    (before, event) => apply(before, { seq: before.seq + 1, at: AT, by: who.id, via: 'app', audience: audienceOf(event), event }),
    state,
  );
}
function after(state: RoomState, ...steps: [Participant, CommandInput][]): RoomState {
  return steps.reduce<RoomState>((before, [who, input]) => {
    const next = does(before, who, input);
    if (typeof next === 'string') throw new Error(next);
    return next;
  }, state);
}

const quoted = (who: Participant, name: string) => ({
  kind: 'comment' as const,
  of: commentId(name),
  said: { by: who.id, at: '2026-11-12T09:00:00.000Z', via: 'mail' as const, thread: 'room', body: `${name} is approved` },
});
const cite = (criterion: string, who: Participant, name: string): [Participant, CommandInput] => [
  lidan,
  { type: 'deal.cite', criterion, ...quoted(who, name) },
];

describe('a criterion', () => {
  test('that a seller ticks is a claim and does not count', () => {
    const state = after(roomWhere(), [lidan, { type: 'deal.claim', criterion: 'metrics', claimed: true }]);
    expect(standingOf(state, 'metrics')).toBe('claimed');
    expect(qualificationOf(state)).toMatchObject({ confirmed: [], needed: 3, qualified: false });
    expect(state.deal.claims['metrics']).toEqual({ by: lidan.id, at: AT });
  });

  test('counts once the customer’s own words stand beside it, with their name and their day', () => {
    const state = after(roomWhere(), cite('metrics', chen, 'budget'));
    expect(standingOf(state, 'metrics')).toBe('confirmed');
    expect(evidenceFor(state, 'metrics')).toEqual([
      {
        kind: 'comment',
        of: commentId('budget'),
        by: chen.id,
        at: '2026-11-12T09:00:00.000Z',
        via: 'mail',
        thread: 'room',
        excerpt: 'budget is approved',
      },
    ]);
  });

  test('takes no word of a seller for evidence, and none without an author', () => {
    expect(does(roomWhere(), lidan, { type: 'deal.cite', criterion: 'metrics', ...quoted(lidan, 'ours') })).toBe('not_by_customer');
    expect(does(roomWhere(), lidan, { type: 'deal.cite', criterion: 'metrics', kind: 'comment', of: commentId('x') })).toBe(
      'no_such_comment',
    );
    expect(does(roomWhere(), lidan, { type: 'deal.cite', criterion: 'budget', ...quoted(chen, 'x') })).toBe('no_such_criterion');
  });

  test('counts a task that a customer finished, and only as long as it is', () => {
    const open = roomWhere(task('survey', [chen]));
    expect(does(open, lidan, { type: 'deal.cite', criterion: 'pain', kind: 'task', of: taskId('survey') })).toBe('no_such_task');
    const ours = after(open, [lidan, { type: 'task.complete', task: taskId('survey') }]);
    expect(does(ours, lidan, { type: 'deal.cite', criterion: 'pain', kind: 'task', of: taskId('survey') })).toBe('not_by_customer');
    const theirs = after(
      open,
      [chen, { type: 'task.complete', task: taskId('survey') }],
      [lidan, { type: 'deal.cite', criterion: 'pain', kind: 'task', of: taskId('survey') }],
    );
    expect(standingOf(theirs, 'pain')).toBe('confirmed');
    expect(standingOf(after(theirs, [chen, { type: 'task.reopen', task: taskId('survey') }]), 'pain')).toBe('open');
    expect(standingOf(after(theirs, [zhao, { type: 'task.remove', task: taskId('survey') }]), 'pain')).toBe('open');
  });

  describe('counts what a customer said of a line of the value case', () => {
    const line = id<ValueLineId>('hours');
    const of = (part: ValuePart, by?: Participant): CommandInput => ({
      type: 'deal.cite',
      criterion: 'metrics',
      kind: 'value',
      of: line,
      part,
      ...(by && { by: by.id }),
    });
    const ours = after(roomWhere(), [
      lidan,
      { type: 'value.add', line, side: 'gain', title: 'Hours saved', text: '12k-15k a year', need: 'Fewer hours' },
    ]);
    const said = after(
      ours,
      [chen, { type: 'value.number', line, text: '10k a year' }],
      [chen, { type: 'value.change', line, motive: 'We pay for overtime' }],
      [zhao, { type: 'value.stance', line, stance: 'agrees', note: 'I counted them' }],
    );

    test('its number, a need or motive that they wrote, a stance of theirs; never ours', () => {
      for (const part of ['number', 'need'] as const) expect(does(ours, lidan, of(part))).toBe('not_by_customer');
      for (const part of ['expectation', 'motive'] as const) expect(does(ours, lidan, of(part))).toBe('no_such_line');
      expect(does(said, lidan, of('need'))).toBe('not_by_customer');
      expect(does(said, lidan, of('stance', chen))).toBe('no_such_line');
      expect(does(said, lidan, of('stance'))).toBe('no_such_line');
      const all = after(said, [lidan, of('number')], [lidan, of('motive')], [lidan, of('stance', zhao)]);
      expect(standingOf(all, 'metrics')).toBe('confirmed');
      expect(evidenceFor(all, 'metrics')).toMatchObject([
        { kind: 'value', of: line, part: 'number', by: chen.id, thread: line, excerpt: 'Hours saved' },
        { part: 'motive', by: chen.id, excerpt: 'We pay for overtime' },
        { part: 'stance', stance: 'agrees', by: zhao.id, excerpt: 'I counted them' },
      ]);
      expect(after(all, [lidan, of('number')]).seq).toBe(all.seq);
    });

    test('as long as it is theirs: not once the words are ours or gone, another stance is taken, or the line is out', () => {
      const motive = after(said, [lidan, of('motive')]);
      const reworded = after(motive, [zhao, { type: 'value.change', line, motive: 'Overtime costs us' }]);
      expect(evidenceFor(reworded, 'metrics')).toMatchObject([{ by: zhao.id, excerpt: 'Overtime costs us' }]);
      expect(standingOf(after(motive, [lidan, { type: 'value.change', line, motive: 'You pay for overtime' }]), 'metrics')).toBe('open');
      expect(standingOf(after(motive, [chen, { type: 'value.change', line, motive: '' }]), 'metrics')).toBe('open');

      const stance = after(said, [lidan, of('stance', zhao)]);
      expect(standingOf(after(stance, [zhao, { type: 'value.stance', line, stance: 'rejects' }]), 'metrics')).toBe('open');
      expect(standingOf(after(stance, [zhao, { type: 'value.stance', line, stance: null }]), 'metrics')).toBe('open');
      expect(standingOf(after(stance, [zhao, { type: 'value.stance', line, stance: 'agrees', note: 'Still' }]), 'metrics')).toBe(
        'confirmed',
      );

      const number = after(said, [lidan, of('number')]);
      const out = after(number, [chen, { type: 'value.remove', line }]);
      expect(standingOf(out, 'metrics')).toBe('open');
      expect(standingOf(after(out, [chen, { type: 'value.restore', line }]), 'metrics')).toBe('confirmed');
    });

    test('each by itself: one is taken off, the others stay', () => {
      const all = after(said, [lidan, of('number')], [lidan, of('stance', zhao)]);
      const off = after(all, [lidan, { type: 'deal.uncite', criterion: 'metrics', of: line, part: 'stance', by: zhao.id }]);
      expect(evidenceFor(off, 'metrics').map((one) => one.part)).toEqual(['number']);
    });
  });

  test('reads as claimed again when its evidence is taken off, or deleted by its author', () => {
    const both = after(
      roomWhere(said('chen', 'room')),
      [lidan, { type: 'deal.claim', criterion: 'champion', claimed: true }],
      cite('champion', chen, 'chenroom'),
    );
    expect(standingOf(both, 'champion')).toBe('confirmed');
    const off = after(both, [lidan, { type: 'deal.uncite', criterion: 'champion', of: commentId('chenroom') }]);
    expect(standingOf(off, 'champion')).toBe('claimed');
    const deleted = after(both, [chen, { type: 'comment.delete', comment: commentId('chenroom'), thread: 'room' }]);
    expect(standingOf(deleted, 'champion')).toBe('claimed');
    expect(evidenceFor(deleted, 'champion')).toEqual([]);
    expect(JSON.stringify(deleted.deal)).not.toContain('approved');
    const [again] = record(
      [{ type: 'comment.restored', comment: commentId('chenroom'), thread: threadOf('room'), body: 'I do', files: [] }],
      chen,
      99,
    );
    if (!again) throw new Error('nothing recorded');
    expect(evidenceFor(apply(deleted, again), 'champion')).toMatchObject([{ by: chen.id, excerpt: 'I do' }]);
  });

  test('shows the words as their author last wrote them', () => {
    const state = after(roomWhere(said('chen', 'room')), cite('metrics', chen, 'chenroom'), [
      chen,
      { type: 'comment.edit', comment: commentId('chenroom'), thread: 'room', body: 'Half of\n that' },
    ]);
    expect(evidenceFor(state, 'metrics')[0]?.excerpt).toBe('Half of that');
  });
});

describe('the gate', () => {
  const three = [cite('metrics', chen, 'ma'), cite('pain', chen, 'pa'), cite('champion', zhao, 'ca')] as const;

  test('opens with the third criterion and shuts when one falls', () => {
    const two = after(roomWhere(), three[0], three[1]);
    expect(stageOf(two)).toBe('lead');
    const state = after(two, three[2]);
    expect(qualificationOf(state).qualified).toBe(true);
    expect(stageOf(state)).toBe('qualified');
    const staged = after(state, [lidan, { type: 'deal.stage', stage: 'negotiation' }]);
    expect(stageOf(staged)).toBe('negotiation');
    // The stage that was chosen is kept, and counts again once the customer's word is back.
    const fallen = after(staged, [lidan, { type: 'deal.uncite', criterion: 'pain', of: commentId('pa') }]);
    expect(stageOf(fallen)).toBe('lead');
    expect(stageOf(after(fallen, three[1]))).toBe('negotiation');
  });

  test('says what is missing in the order of the framework', () => {
    expect(qualificationOf(after(roomWhere(), three[0])).missing).toEqual([
      'economic_buyer',
      'decision_criteria',
      'decision_process',
      'pain',
      'champion',
      'competition',
    ]);
  });

  test('goes by the room’s own rule, and never asks for more than there is', () => {
    const bant = after(roomWhere(), [lidan, { type: 'deal.rule', framework: 'bant', minimum: 2 }], cite('budget', chen, 'ba'));
    expect(stageOf(bant)).toBe('lead');
    expect(stageOf(after(bant, cite('need', chen, 'na')))).toBe('qualified');
    const own = after(roomWhere(), [lidan, { type: 'deal.rule', framework: 'own', own: ['Site visit', 'Site visit'], minimum: 5 }]);
    expect(qualificationOf(own)).toEqual({ confirmed: [], missing: ['own:Site visit'], needed: 1, qualified: false });
    expect(does(roomWhere(), lidan, { type: 'deal.rule', framework: 'own', own: [], minimum: 3 })).toBe('no_criteria');
    expect(does(roomWhere(), lidan, { type: 'deal.rule', framework: 'bant', minimum: 0 })).toBe('bad_minimum');
  });

  test('keeps what was gathered under another framework', () => {
    const state = after(roomWhere(), ...three, [lidan, { type: 'deal.rule', framework: 'bant', minimum: 3 }]);
    expect(stageOf(state)).toBe('lead');
    expect(stageOf(after(state, [lidan, { type: 'deal.rule', framework: 'meddicc', minimum: 3 }]))).toBe('qualified');
  });

  test('has nothing to say about a deal that is over', () => {
    expect(stageOf(after(roomWhere(), [lidan, { type: 'deal.close', outcome: 'lost' }]))).toBe('lost');
    expect(
      stageOf(after(roomWhere(), [lidan, { type: 'deal.close', outcome: 'lost' }], [lidan, { type: 'deal.stage', stage: 'lead' }])),
    ).toBe('lead');
  });
});

describe('the facts', () => {
  test('are taken as people write them', () => {
    const state = after(roomWhere(), [
      lidan,
      { type: 'deal.change', amount: '120万', currency: 'cny', close: '2026-12-31', source: ' Fair\u200b in  Hannover ', notes: 'a\r\nb' },
    ]);
    expect(state.deal).toMatchObject({
      amount: { minor: 120_000_000, currency: 'CNY' },
      close: '2026-12-31',
      source: 'Fair in Hannover',
      notes: 'a\nb',
    });
    const cleared = after(state, [lidan, { type: 'deal.change', amount: '', close: '' }]);
    expect(cleared.deal).toMatchObject({ amount: null, close: null, source: 'Fair in Hannover' });
  });

  test('that make no sense are refused', () => {
    expect(does(roomWhere(), lidan, { type: 'deal.change', amount: 'much', currency: 'EUR' })).toBe('bad_amount');
    expect(does(roomWhere(), lidan, { type: 'deal.change', amount: '-5', currency: 'EUR' })).toBe('bad_amount');
    expect(does(roomWhere(), lidan, { type: 'deal.change', amount: -5, currency: 'EUR' })).toBe('bad_amount');
    expect(does(roomWhere(), lidan, { type: 'deal.change', amount: 5 })).toBe('bad_currency');
    expect(does(roomWhere(), lidan, { type: 'deal.change', amount: 5, currency: 'ZZZ' })).toBe('bad_currency');
    expect(does(roomWhere(), lidan, { type: 'deal.change', close: '2026-02-30' })).toBe('bad_date');
  });

  test('are no customer’s to see or to change', () => {
    const state = after(
      roomWhere(),
      [lidan, { type: 'deal.change', amount: 5, currency: 'EUR', notes: 'quiet' }],
      cite('metrics', chen, 'ma'),
    );
    expect(JSON.stringify(viewFor('customer', state))).not.toContain('quiet');
    expect(viewFor('customer', state).deal).toEqual(roomWhere().deal);
    for (const input of [
      { type: 'deal.change', notes: 'x' },
      { type: 'deal.stage', stage: 'proposal' },
      { type: 'deal.close', outcome: 'won' },
      { type: 'deal.rule', framework: 'bant', minimum: 1 },
      { type: 'deal.claim', criterion: 'metrics', claimed: true },
      { type: 'deal.cite', criterion: 'metrics', ...quoted(chen, 'x') },
      { type: 'deal.uncite', criterion: 'metrics', of: commentId('ma') },
    ] satisfies CommandInput[])
      expect(does(state, chen, input)).toBe('not_for_your_side');
  });

  test('are empty in a room from before there were any', () => {
    const { deal: _, ...older } = roomWhere();
    const state = [...record([task('survey')], lidan, older.seq)].reduce(apply, restored(older));
    expect(state.deal).toEqual(roomWhere().deal);
    expect(qualificationOf(state).qualified).toBe(false);
  });
});

describe('money', () => {
  test.each([
    ['120000', 'EUR', 12_000_000],
    ['1,200,000', 'EUR', 120_000_000],
    ['1.200.000,50', 'EUR', 120_000_050],
    ['1,200.5', 'USD', 120_050],
    ['1.200', 'EUR', 120_000],
    ['0.125', 'KWD', 125],
    ['12,5', 'EUR', 1_250],
    ['1.2m', 'USD', 120_000_000],
    ['1.25k', 'USD', 125_000],
    ['120万', 'CNY', 120_000_000],
    ['¥ 3千万', 'CNY', 3_000_000_000],
    ['1.5亿元', 'CNY', 15_000_000_000],
    ['１２０', 'JPY', 120],
    ['EUR 50', 'EUR', 5_000],
    ['50 €', 'EUR', 5_000],
  ])('%s in %s is %i', (typed, currency, minor) => expect(readAmount(typed, currency)).toEqual({ minor, currency }));

  test.each(['', 'x', '-1', '1,2,3', '1..2', '9'.repeat(30), '1e9', '.', 'NaN', '12 apples'])('%s is no amount', (typed) =>
    expect(readAmount(typed, 'EUR')).toBeNull(),
  );

  test('what is typed again is what was kept', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), fc.constantFrom('EUR', 'JPY', 'KWD', 'CNY'), (minor, currency) => {
        expect(readAmount(plainAmount({ minor, currency }), currency)).toEqual({ minor, currency });
      }),
    );
  });

  test('currencies are those that exist, and different ones are never added', () => {
    expect(['CNY', 'EUR', 'JPY'].every(isCurrency)).toBe(true);
    expect(['ZZZ', 'eur', 'EURO', ''].some(isCurrency)).toBe(false);
    expect(
      sums([
        { minor: 5, currency: 'EUR' },
        { minor: 1, currency: 'CNY' },
        { minor: 7, currency: 'EUR' },
      ]),
    ).toEqual([
      { minor: 12, currency: 'EUR' },
      { minor: 1, currency: 'CNY' },
    ]);
  });
});
