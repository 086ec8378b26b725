/** The value case: arithmetic that holds for any numbers, whose they are, and what a short reply says. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { audienceOf } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import type { ValueLineId } from '#core/ids.ts';
import { sayMoney, sayRange } from '#core/money.ts';
import type { Participant } from '#core/people.ts';
import { apply, type RoomState } from '#core/room.ts';
import { amountIn, valueNumberIn } from '#core/value-reading.ts';
import { costTold, earlierValues, perceived, valueNews, type ValueLine } from '#core/value.ts';
import { AT, chen, facts, id, lidan, roomWhere, zhao, zhou } from '../support/cast.ts';

const lineId = (name: string) => id<ValueLineId>(`line${name}`);

/** Somebody asks something of a room: the state after it, or the reason why not. */
function ask(state: RoomState, who: Participant, input: CommandInput): { state: RoomState; reason: string | null; events: number } {
  const parsed = v.safeParse(command, input);
  if (!parsed.success) return { state, reason: parsed.issues[0].message, events: 0 };
  const decision = decide(state, who.id, parsed.output, facts);
  if (!decision.ok) return { state, reason: decision.refusal.reason, events: 0 };
  const after = decision.events.reduce(
    (now, event) => apply(now, { seq: now.seq + 1, at: AT, by: who.id, via: 'app', audience: audienceOf(event), event }),
    state,
  );
  return { state: after, reason: null, events: decision.events.length };
}
const done = (state: RoomState, ...steps: [Participant, CommandInput][]): RoomState =>
  steps.reduce((now, [who, input]) => {
    const { state: after, reason } = ask(now, who, input);
    if (reason) throw new Error(reason);
    return after;
  }, state);

const gain = (text: string, name = 'hours'): CommandInput => ({ type: 'value.add', line: lineId(name), side: 'gain', title: name, text });
const cost = (text: string, name = 'price'): CommandInput => ({ type: 'value.add', line: lineId(name), side: 'cost', title: name, text });
const hours = '3 h/week × 14 people × 46 weeks × ¥200/h';
const line = (state: RoomState, name = 'hours'): ValueLine => {
  const one = state.value.lines[lineId(name)];
  if (!one) throw new Error('no line');
  return one;
};

describe('a value case', () => {
  test('adds up gains less costs over the horizon, as a range', () => {
    const state = done(
      roomWhere(),
      [lidan, gain('10k-12k a month')],
      [chen, cost('30k')],
      [chen, { ...(cost('20k', 'start') as object), per: 'once' } as CommandInput],
    );
    expect(perceived(state.value)).toEqual({
      gains: { low: 120_000, high: 144_000 },
      costs: { low: 50_000, high: 50_000 },
      value: { low: 70_000, high: 94_000 },
    });
    const longer = done(state, [chen, { type: 'value.settings', months: 24 }]);
    expect(perceived(longer.value).value).toEqual({ low: 240_000 - 80_000, high: 288_000 - 80_000 });
  });

  test('is worth nothing known until the customer has told a cost', () => {
    const sellersCost = done(roomWhere(), [lidan, gain('100k')], [lidan, cost('30k')]);
    expect(costTold(sellersCost.value)).toBe(false);
    const told = done(sellersCost, [chen, { type: 'value.number', line: lineId('price'), text: '30k' }]);
    expect(costTold(told.value)).toBe(true);
    expect(line(told, 'price').owner).toMatchObject({ by: chen.id, side: 'customer' });
  });

  test('counts a line as each person sees it: their own range, and no gain that they reject', () => {
    const state = done(
      roomWhere(),
      [lidan, gain('100k')],
      [chen, cost('30k')],
      [zhao, { type: 'value.stance', line: lineId('hours'), stance: 'doubts', text: '40k-60k' }],
      [zhou, { type: 'value.stance', line: lineId('hours'), stance: 'rejects' }],
    );
    expect(perceived(state.value, chen.id).value).toEqual({ low: 70_000, high: 70_000 });
    expect(perceived(state.value, zhao.id).value).toEqual({ low: 10_000, high: 30_000 });
    expect(perceived(state.value, zhou.id).value).toEqual({ low: -30_000, high: -30_000 });
  });

  test('changes one factor of a product, and remembers what stood there', () => {
    const state = done(
      roomWhere(),
      [lidan, gain(hours)],
      [chen, cost('80k')],
      [zhao, { type: 'value.factor', line: lineId('hours'), factor: 1, value: 10 }],
    );
    const { number, owner } = line(state);
    expect(number).toMatchObject({ low: 276_000, factors: [{ value: 3, by: lidan.id }, { value: 10, by: zhao.id }, {}, {}] });
    expect(owner).toMatchObject({ by: zhao.id, side: 'customer' });
    expect(earlierValues(line(state), 1)).toEqual([{ value: 14, by: lidan.id }]);
    expect(earlierValues(line(state), 0)).toEqual([]);
    expect(state.value.history.at(-1)).toMatchObject({ low: 196_000, by: zhao.id, numbered: true, told: true });
  });

  test('keeps a customer’s number from the seller, who may propose', () => {
    const state = done(roomWhere(), [lidan, gain(hours)], [chen, { type: 'value.factor', line: lineId('hours'), factor: 1, value: 10 }]);
    for (const input of [
      { type: 'value.factor', line: lineId('hours'), factor: 1, value: 12 },
      { type: 'value.number', line: lineId('hours'), text: '100k' },
      { type: 'value.remove', line: lineId('hours') },
      { type: 'value.settings', currency: 'USD' },
    ] as const)
      expect(ask(state, lidan, input).reason).toBe('number_is_theirs');
    const proposed = done(state, [lidan, { type: 'value.propose', line: lineId('hours'), text: '300k', note: 'as agreed' }]);
    expect(line(proposed).number).toMatchObject({ low: 276_000 });
    expect(ask(proposed, zhou, { type: 'value.acceptProposal', line: lineId('hours') }).reason).toBe('number_is_theirs');
    const declined = done(proposed, [chen, { type: 'value.declineProposal', line: lineId('hours') }]);
    expect(line(declined)).toMatchObject({ proposal: null, number: { low: 276_000 } });
    const accepted = done(proposed, [zhao, { type: 'value.acceptProposal', line: lineId('hours') }]);
    expect(line(accepted)).toMatchObject({ proposal: null, number: { low: 300_000 }, owner: { by: zhao.id, side: 'customer' } });
  });

  test('says a no in words where a number can’t be read', () => {
    expect(ask(roomWhere(), lidan, gain('a lot')).reason).toBe('number_unclear');
    expect(ask(roomWhere(), lidan, gain('1e99')).reason).toBe('number_unclear');
    expect(
      ask(roomWhere(), lidan, { ...(gain('') as object), amount: { unit: 'money', low: 5, high: 1, per: 'year' } } as CommandInput).reason,
    ).toBe('number_unclear');
    expect(ask(roomWhere(), lidan, { type: 'value.remove', line: lineId('nowhere') }).reason).toBe('no_such_line');
  });

  test('tells what has changed since somebody looked', () => {
    const before = done(roomWhere(), [lidan, gain(hours)], [chen, cost('80k')]);
    const { seq } = before;
    const after = done(before, [zhao, { type: 'value.factor', line: lineId('hours'), factor: 1, value: 10 }]);
    expect(valueNews(after.value.history, { seq, at: '' }, lidan.id)).toEqual({
      from: { low: 306_400, high: 306_400 },
      to: { low: 196_000, high: 196_000 },
      numbers: 1,
      lines: 1,
      by: [zhao.id],
    });
    expect(valueNews(after.value.history, { seq, at: '' }, zhao.id)).toBe(null);
    expect(valueNews(after.value.history, { seq: after.seq, at: '' }, lidan.id)).toBe(null);
  });
});

describe('laws of any value case', () => {
  const names = ['a', 'b', 'c'];
  const sum = fc.integer({ min: 0, max: 1_000_000 });
  const anyLine = fc.constantFrom(...names).map(lineId);
  const anyone = fc.constantFrom(lidan, zhou, chen, zhao);
  const amount = fc.oneof(
    fc.record({ low: sum, more: sum, per: fc.constantFrom('once', 'month', 'year') }).map(({ low, more, per }) => ({
      amount: { unit: 'money', low, high: low + more, per },
    })),
    fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }).map((values) => ({
      amount: { unit: 'money', low: 0, high: 0, per: 'year', factors: values.map((value, at) => ({ label: `f${at}`, value, unit: 'x' })) },
    })),
  );
  const anyStep = fc.oneof(
    fc
      .tuple(anyLine, fc.constantFrom('gain', 'cost'), amount)
      .map(([one, side, of]) => ({ type: 'value.add', line: one, side, title: 'x', ...of })),
    fc.tuple(anyLine, amount).map(([one, of]) => ({ type: 'value.number', line: one, ...of })),
    fc.tuple(anyLine, amount).map(([one, of]) => ({ type: 'value.propose', line: one, ...of })),
    fc.record({ type: fc.constant('value.factor'), line: anyLine, factor: fc.nat(3), value: fc.nat(50) }),
    fc.record({ type: fc.constantFrom('value.acceptProposal', 'value.declineProposal', 'value.remove', 'value.restore'), line: anyLine }),
    fc.record({ type: fc.constant('value.stance'), line: anyLine, stance: fc.constantFrom('agrees', 'doubts', 'rejects', null) }),
    fc.record({ type: fc.constant('value.settings'), months: fc.integer({ min: 1, max: 60 }) }),
  );
  const history = fc.array(fc.tuple(anyone, anyStep), { maxLength: 30 });

  test('value is gains less costs, its low end never above its high end, and removing a line takes exactly its share', () => {
    fc.assert(
      fc.property(history, anyLine, (steps, some) => {
        const state = steps.reduce((now, [who, input]) => ask(now, who, input as CommandInput).state, roomWhere());
        const { gains, costs, value } = perceived(state.value);
        expect(value).toEqual({ low: gains.low - costs.high, high: gains.high - costs.low });
        expect(value.low).toBeLessThanOrEqual(value.high);
        const one = state.value.lines[some];
        if (!one || one.removed) return;
        const { state: without, reason } = ask(state, chen, { type: 'value.remove', line: some });
        expect(reason).toBe(null);
        const less = perceived(without.value);
        const other = one.side === 'gain' ? 'costs' : 'gains';
        expect(less[other]).toEqual(perceived(state.value)[other]);
      }),
      { numRuns: 200 },
    );
  });

  test('what a customer has set is changed by no seller, whatever they try', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let state = roomWhere();
        for (const [who, input] of steps) {
          const before = state;
          ({ state } = ask(state, who, input as CommandInput));
          if (who.side === 'customer') continue;
          for (const one of Object.values(before.value.lines)) {
            if (one.owner?.side !== 'customer') continue;
            const { number, owner, removed } = state.value.lines[one.id] ?? {};
            expect({ number, owner }).toEqual({ number: one.number, owner: one.owner });
            expect(!one.removed && removed).toBe(false);
            expect(state.value.months).toBe(before.value.months);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('asked twice, a thing is done once', () => {
    fc.assert(
      fc.property(history, anyone, anyStep, (steps, who, input) => {
        const state = steps.reduce((now, [by, one]) => ask(now, by, one as CommandInput).state, roomWhere());
        const once = ask(state, who, input as CommandInput);
        if (once.reason || (input as { type: string }).type === 'value.acceptProposal') return;
        expect(ask(once.state, who, input as CommandInput).events).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an amount as it is typed', () => {
  test.each([
    ['12k-15k', { low: 12_000, high: 15_000, per: null }],
    ['12k–15k a year', { low: 12_000, high: 15_000, per: 'year' }],
    ['¥30万', { low: 300_000, high: 300_000, per: null }],
    ['12-15万/年', { low: 120_000, high: 150_000, per: 'year' }],
    ['每月2万', { low: 20_000, high: 20_000, per: 'month' }],
    ['12,500', { low: 12_500, high: 12_500, per: null }],
    ['between $10k and $12k per month', { low: 10_000, high: 12_000, per: 'month' }],
    ['一次性8万元', { low: 80_000, high: 80_000, per: 'once' }],
    ['１２万～１５万', { low: 120_000, high: 150_000, per: null }],
  ])('“%s”', (text, expected) => expect(amountIn(text)).toMatchObject({ ...expected, factors: [] }));

  test('as a product of factors', () => {
    expect(amountIn('saves 3 h/week × 14 people × 46 weeks × ¥200/h')).toEqual({
      low: 386_400,
      high: 386_400,
      per: null,
      factors: [
        { label: 'saves', value: 3, unit: 'h/week' },
        { label: '', value: 14, unit: 'people' },
        { label: '', value: 46, unit: 'weeks' },
        { label: '', value: 200, unit: '¥/h' },
      ],
    });
    expect(amountIn('每周3小时 x 14人 x 46周 x 200元')?.factors.map((one) => one.value)).toEqual([3, 14, 46, 200]);
  });

  test.each(['', 'a lot', '3 or 4 people perhaps', '15k-12k', 'call me at 10', '10%', '2026-11-25'])('“%s” is not read', (text) => {
    expect(amountIn(text)).toBe(null);
  });
});

describe('a reply to the mail about a line', () => {
  const product = line(done(roomWhere(), [lidan, gain(hours)]));
  const range = line(done(roomWhere(), [lidan, gain('12k-14k a year')]));
  const single = line(done(roomWhere(), [lidan, gain('40万')]));
  const weighed = line(done(roomWhere(), [lidan, { ...(gain('') as object), weight: 3, words: 'calm' } as CommandInput]));

  test.each([
    '10人，不是14',
    '10人，不是14人',
    '10 people, not 14',
    '10 people not 14.',
    '不是14，是10',
    '不是14人，而是10人。',
    '14人改为10人',
    '14 should be 10',
    '10 instead of 14',
    'It is 10 people, not 14 people',
    '10人',
    'only 10 people',
    '应该是10人',
    '我们只有 10 人',
    '10人，不是14\n\n其他都对。',
  ])('“%s” changes the one number meant', (text) => {
    expect(valueNumberIn(text, product)).toMatchObject({ type: 'value.factor', line: product.id, factor: 1, value: 10 });
  });

  test.each([
    [product, '2 hours a week', { type: 'value.factor', factor: 0, value: 2 }],
    [product, '¥30万', null],
    [range, '12k-15k', { amount: { low: 12_000, high: 15_000, per: 'year' } }],
    [range, '¥12k to ¥15k per month', { amount: { low: 12_000, high: 15_000, per: 'month' } }],
    [range, '15k, not 14k', { amount: { low: 12_000, high: 15_000 } }],
    [single, '¥30万', { amount: { low: 300_000, high: 300_000 } }],
    [single, '30万，不是40万', { amount: { low: 300_000, high: 300_000 } }],
    [single, '大约30万', { amount: { low: 300_000, high: 300_000 } }],
    [weighed, '4/5', { amount: { unit: 'weight', weight: 4 } }],
    [weighed, '4', { amount: { unit: 'weight', weight: 4 } }],
  ])('%#: “%s”', (about, text, expected) => {
    const read = valueNumberIn(text, about as ValueLine);
    if (expected === null) expect(read).toBe(null);
    else expect(read).toMatchObject(expected);
  });

  test.each([
    '10人？',
    'Is it 10 people, not 14?',
    '10 people, not 15',
    '10',
    'Let us talk on Friday at 15:00',
    'I think the 14 people in the warehouse and the 3 in the office count',
    '10 hours, not 14',
    '我们有10人在上海，另外还有同事在北京',
    'Thanks!',
    '',
  ])('“%s” is words and no number', (text) => {
    expect(valueNumberIn(text, product)).toBe(null);
  });

  test('never throws and never gives what the schema would not take', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9kKwm,.\-–~万人¥$ not不是]{0,30}$/)),
        fc.constantFrom(product, range, single, weighed),
        (text, about) => {
          const read = valueNumberIn(text, about);
          if (read) expect(v.safeParse(command, read).success).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test('money is said in few characters', () => {
  expect(sayMoney(412_000, 'CNY', 'en')).toBe('¥412k');
  expect(sayMoney(412_000, 'CNY', 'zh-CN')).toBe('¥41.2万');
  expect(sayMoney(-1_250_000, 'USD', 'en')).toBe('−$1.3m');
  expect(sayMoney(9_512, 'EUR', 'en')).toBe('€9,512');
  expect(sayRange({ low: 380_000, high: 412_000 }, 'CNY', 'en')).toBe('¥380k–412k');
  expect(sayRange({ low: -20_000, high: 12_000 }, 'CNY', 'zh-CN')).toBe('−¥2万 – ¥1.2万');
  expect(sayRange({ low: 5_000, high: 5_000 }, 'CNY', 'en')).toBe('¥5k');
});
