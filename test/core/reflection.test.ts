/** Looking back: when both sides are asked, what a reply answers, and what the room's history says about where the days went. */
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { audienceOf, viewFor } from '#core/audience.ts';
import { command, type CommandInput } from '#core/commands.ts';
import { decide } from '#core/deciding/index.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import type { Participant } from '#core/people.ts';
import { answersIn } from '#core/reflection-words.ts';
import { isAsked } from '#core/reflection.ts';
import { retrospective } from '#core/retrospective.ts';
import { can } from '#core/permissions.ts';
import { apply } from '#core/room.ts';
import { added, chen, facts, lidan, opened, record, roomWhere, task, taskId } from '../support/cast.ts';

/** A room in which things happen a minute apart. */
function begin() {
  let state = roomWhere();
  const happened: RoomEvent[] = [];
  return {
    happened,
    get state() {
      return state;
    },
    act(who: Participant, input: CommandInput) {
      const decision = decide(state, who.id, v.parse(command, input), facts);
      if (!decision.ok) throw new Error(decision.refusal.reason);
      for (const event of decision.events) {
        happened.push(event);
        const at = new Date(Date.parse(facts.at) + happened.length * 60_000).toISOString();
        state = apply(state, { seq: state.seq + 1, at, by: who.id, via: 'app', audience: audienceOf(event), event });
      }
    },
  };
}

const closed = { type: 'deal.close', outcome: 'won' } as const;

test('closing a deal asks both sides to look back, once; taking it up again asks nobody any more', () => {
  const room = begin();
  room.act(lidan, closed);
  expect(room.happened.map((one) => one.type)).toEqual(['deal.staged', 'reflection.asked']);
  expect([lidan, chen].map((who) => isAsked(room.state, who.id))).toEqual([true, true]);
  const seq = room.state.seq;
  room.act(lidan, { type: 'reflection.ask' });
  expect(room.state.seq).toBe(seq);
  room.act(lidan, { type: 'deal.stage', stage: 'negotiation' });
  expect([lidan, chen].map((who) => isAsked(room.state, who.id))).toEqual([false, false]);
  room.act(lidan, { type: 'deal.close', outcome: 'paused' });
  expect(isAsked(room.state, chen.id)).toBe(true);
  room.act(chen, { type: 'reflection.answer', answers: ['The demo', '', ''] });
  expect(isAsked(room.state, chen.id)).toBe(false);
  // What came of it in the end is another thing to look back on.
  room.act(lidan, { type: 'deal.close', outcome: 'won' });
  expect(isAsked(room.state, chen.id)).toBe(true);
});

test('what the customer is told of a closed deal is that there are questions, not how it ended', () => {
  const room = begin();
  room.act(lidan, { type: 'deal.close', outcome: 'lost' });
  expect(room.happened.filter((event) => audienceOf(event) === 'all')).toEqual([{ type: 'reflection.asked' }]);
  expect(JSON.stringify(viewFor('customer', room.state))).not.toContain('lost');
  expect(can.askToReflect(chen)).toBe(false);
});

test.each([
  ['1. Your demo\n2. Legal\n3. Ask finance first', ['Your demo', 'Legal', 'Ask finance first']],
  ['Hi Li,\n1) Your demo,\nwith our data\n3) Earlier', ['Hi Li,\nYour demo,\nwith our data', '', 'Earlier']],
  ['一、演示\n二、法务太久\n三、先问财务', ['演示', '法务太久', '先问财务']],
  ['１．演示\n２．法务', ['演示', '法务', '']],
  ['The demo.\n\nLegal took long.\n\nAsk finance first.', ['The demo.', 'Legal took long.', 'Ask finance first.']],
  ['It was the price, all in all.', ['It was the price, all in all.', '', '']],
  ['3 people were missing', ['3 people were missing', '', '']],
])('the reply %j answers', (text, answers) => {
  expect(answersIn(text, null)).toEqual(answers);
});

test('a second reply changes what it names and leaves the rest; an empty or endless one answers nothing', () => {
  expect(answersIn('2. Procurement', ['The demo', 'Legal', ''])).toEqual(['The demo', 'Procurement', '']);
  expect(answersIn(' \n', null)).toBeNull();
  expect(answersIn(`1. ${'x'.repeat(4_001)}`, null)).toBeNull();
});

test('the history says whose turn it was, how long each step and question took, and ends when both sides are asked', () => {
  const day = (count: number) => new Date(Date.parse('2026-11-02T08:00:00Z') + count * 86_400_000).toISOString();
  const did = (at: number, who: Participant, ...events: RoomEvent[]) => record(events, who).map((one) => ({ ...one, at: day(at) }));
  const history: Recorded[] = [
    ...did(0, lidan, opened, added(lidan), added(chen), task('quote', [lidan])),
    ...did(2, lidan, { type: 'task.completed', task: taskId('quote') }),
    ...did(3, chen, { ...task('where', [lidan]), kind: 'objection' } as RoomEvent),
    ...did(8, chen, { type: 'task.completed', task: taskId('where') }),
  ];
  expect(retrospective(history, Date.parse(day(10)))).toMatchObject({
    days: 10,
    turns: { seller: 7, customer: 0, none: 3 },
    slowest: [{ title: 'quote', days: 2, done: true, side: 'seller' }],
    objections: [{ title: 'where', days: 5, done: true }],
  });
  // What is done later does not lengthen what was looked back on.
  expect(retrospective(history, Date.parse(day(6)))?.objections).toMatchObject([{ days: 3 }]);
});
