/** Laws that hold over any history: checked on random ones. */
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { audienceOf, viewFor, visible } from '#core/audience.ts';
import { command } from '#core/commands.ts';
import { applyComments, reactions, shown, type Comment } from '#core/discussion.ts';
import type { Recorded } from '#core/events.ts';
import type { ThreadId } from '#core/ids.ts';
import { ledger } from '#core/ledger.ts';
import { noticesOf } from '#core/notices.ts';
import { decide } from '#core/deciding/index.ts';
import { wouldCircle } from '#core/plan-shift.ts';
import { historyOf } from '#core/task-history.ts';
import { verdict } from '#core/plan-truth.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { AT, facts, lidan, record } from '../support/cast.ts';
import {
  anyCheck,
  anyCommand,
  anyComment,
  anyCriterion,
  anyMilestone,
  anyPerson,
  anyShift,
  anyTask,
  bornOfMail,
  citedLine,
  everySaid,
  factsOf,
  founding,
  materialCommand,
  meetingCommands,
  people,
  SECRET,
  stakeholderCommands,
} from '../support/histories.ts';

interface History {
  state: RoomState;
  log: Recorded[];
}

function play(steps: [(typeof people)[number], unknown][]): History {
  let state = founding.reduce(apply, emptyRoom);
  const log = [...founding];
  for (const [who, input] of steps) {
    const born = bornOfMail(state, who, input);
    for (const event of born) {
      const recorded: Recorded = { seq: log.length + 1, at: AT, by: who.id, via: 'mail', audience: audienceOf(event), event };
      state = apply(state, recorded);
      log.push(recorded);
    }
    if (born.length > 0) continue;
    const parsed = v.safeParse(command, input);
    if (!parsed.success) continue;
    const decision = decide(state, who.id, parsed.output, factsOf(log, parsed.output));
    if (!decision.ok) continue;
    for (const event of decision.events) {
      const recorded: Recorded = { seq: log.length + 1, at: AT, by: who.id, via: 'app', audience: audienceOf(event), event };
      state = apply(state, recorded);
      log.push(recorded);
    }
  }
  return { state, log };
}

const history = fc.array(fc.tuple(anyPerson, anyCommand), { maxLength: 40 });

test('replaying the log gives the state that was lived, from the start or from any snapshot', () => {
  fc.assert(
    fc.property(history, fc.nat(), (steps, cut) => {
      const { state, log } = play(steps);
      expect(log.reduce(apply, emptyRoom)).toEqual(state);
      const at = cut % (log.length + 1);
      const snapshot = JSON.parse(JSON.stringify(log.slice(0, at).reduce(apply, emptyRoom))) as RoomState;
      expect(log.slice(at).reduce(apply, snapshot)).toEqual(state);
    }),
    { numRuns: 300 },
  );
});

test('nothing that a customer can be given holds a byte of an internal note', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      const given = visible('customer', log);
      expect(JSON.stringify(given)).not.toContain(SECRET);
      expect(JSON.stringify(viewFor('customer', state))).not.toContain(SECRET);
      expect(JSON.stringify(viewFor('customer', state))).not.toContain(':internal');
      expect(JSON.stringify([given, viewFor('customer', state)])).not.toContain('hidden');
      for (const recorded of log) {
        for (const notice of noticesOf(state, recorded)) {
          if (recorded.audience === 'seller') expect(state.people[notice.to]?.side).toBe('seller');
          expect(notice.to).not.toBe(recorded.by);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('what a customer’s browser folds from its events is what the server shows it', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      const folded = visible('customer', log).reduce(apply, emptyRoom);
      expect({ ...folded, seq: 0 }).toEqual({ ...viewFor('customer', state), seq: 0 });
    }),
    { numRuns: 300 },
  );
});

test('a place is filled by at most one, who is there, and no address of theirs is told before they take part', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      const { placeholders, newcomers } = state.stakeholders;
      for (const { filledBy } of Object.values(placeholders)) {
        if (filledBy === null) continue;
        expect(filledBy in newcomers || (state.people[filledBy] && state.people[filledBy].status !== 'left')).toBe(true);
        expect(Object.values(placeholders).filter((one) => one.filledBy === filledBy)).toHaveLength(1);
      }
      for (const { event } of log) if (event.type.startsWith('newcomer.')) expect(JSON.stringify(event)).not.toContain('@');
    }),
    { numRuns: 300 },
  );
});

test('promises made are those kept, late or open, and a customer’s ledger says nothing that a customer may not know', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { log } = play(steps);
      const until = Date.parse('2026-12-05T00:00:00Z');
      for (const { entries } of ledger(log, until))
        expect(entries.kept.length + entries.late.length).toBeLessThanOrEqual(entries.made.length);
      const theirs = JSON.stringify(ledger(visible('customer', log), until));
      for (const word of [SECRET, 'hidden', ':internal']) expect(theirs).not.toContain(word);
    }),
    { numRuns: 200 },
  );
});

test('doing the same thing twice in a row changes nothing the second time', () => {
  const repeatable = fc.oneof(
    fc.record({ type: fc.constantFrom('task.complete', 'task.reopen', 'task.remove', 'task.restore'), task: anyTask }),
    fc.record({ type: fc.constant('room.rename'), name: fc.string({ minLength: 1, maxLength: 20 }) }),
    fc.record({ type: fc.constantFrom('plan.confirm', 'plan.unconfirm') }),
    fc.record({ type: fc.constant('task.change'), task: anyTask, title: fc.constantFrom('one', 'other') }),
    fc.record({ type: fc.constant('task.change'), task: anyTask, after: fc.array(anyTask, { maxLength: 2 }) }),
    fc.record({ type: fc.constant('task.move'), task: anyTask, before: fc.option(anyTask), milestone: fc.option(anyMilestone) }),
    fc.record({ type: fc.constantFrom('milestone.remove', 'milestone.restore'), milestone: anyMilestone }),
    fc.record({ type: fc.constant('check.move'), task: anyTask, check: anyCheck, before: fc.option(anyCheck) }),
    fc.record({ type: fc.constantFrom('check.tick', 'check.untick', 'check.remove', 'check.restore'), task: anyTask, check: anyCheck }),
    fc.record({ type: fc.constant('plan.shift'), shift: anyShift, days: fc.integer({ min: -2, max: 5 }), tasks: fc.array(anyTask) }),
    fc.record({ type: fc.constant('plan.unshift'), shift: anyShift }),
    fc.record({ type: fc.constantFrom('proposal.accept', 'proposal.decline'), task: anyTask, proposer: anyPerson.map((one) => one.id) }),
    fc.record({ type: fc.constant('proposal.withdraw'), task: anyTask }),
    fc.record({
      type: fc.constant('deal.change'),
      amount: fc.constantFrom('120万', '1,200.50', 7),
      currency: fc.constantFrom('CNY', 'JPY'),
    }),
    fc.record({ type: fc.constant('deal.claim'), criterion: anyCriterion, claimed: fc.boolean() }),
    fc.record({ type: fc.constant('deal.cite'), criterion: anyCriterion, kind: fc.constant('task'), of: anyTask }),
    citedLine,
    fc.record({ type: fc.constant('deal.close'), outcome: fc.constantFrom('won', 'lost', 'paused') }),
    fc.record({ type: fc.constantFrom('comment.delete', 'comment.restore'), comment: anyComment, thread: fc.constant('room') }),
    fc.record({ type: fc.constant('comment.edit'), comment: anyComment, thread: fc.constant('room'), body: fc.constant('again') }),
    fc.record({
      type: fc.constant('comment.react'),
      comment: anyComment,
      thread: fc.constant('room'),
      reaction: fc.constantFrom(...reactions),
      on: fc.boolean(),
    }),
    materialCommand,
    ...meetingCommands.slice(2),
    ...stakeholderCommands,
  );
  fc.assert(
    fc.property(history, anyPerson, repeatable, (steps, who, input) => {
      const { state, log } = play(steps);
      const parsed = v.safeParse(command, input);
      if (!parsed.success) return;
      const once = decide(state, who.id, parsed.output, factsOf(log, parsed.output));
      if (!once.ok) return;
      const more = once.events.map((event, index): Recorded => ({
        seq: log.length + index + 1,
        at: AT,
        by: who.id,
        via: 'app',
        audience: audienceOf(event),
        event,
      }));
      const after = more.reduce(apply, state);
      expect(decide(after, who.id, parsed.output, factsOf([...log, ...more], parsed.output))).toEqual({ ok: true, events: [] });
    }),
    { numRuns: 300 },
  );
});

test('a plan that one side alone has confirmed is never called confirmed, and what is proposed changes nothing', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      const sidesOf = new Set(log.flatMap(({ event }) => (event.type === 'plan.confirmed' ? [event.side] : [])));
      if (sidesOf.size < 2) expect(verdict(state, Date.parse(AT)).kind).not.toBe('confirmed');
      for (const { event, seq, by } of log) {
        if (event.type !== 'task.proposed') continue;
        const before = log.slice(0, seq - 1).reduce(apply, emptyRoom);
        const after = log.slice(0, seq).reduce(apply, emptyRoom);
        expect(after.plan).toEqual(before.plan);
        expect(before.plan.tasks[event.task]?.owners).not.toContain(by);
      }
    }),
    { numRuns: 200 },
  );
});

test('no task ever waits for itself, and a task’s history says what it is now', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      for (const task of Object.values(state.plan.tasks)) {
        expect(wouldCircle(state.plan, task.id, task.after ?? [])).toBe(false);
        const due = historyOf(task.id, log).flatMap((one) => ('changes' in one && one.what !== 'proposed' ? one.changes : []));
        expect(due.findLast((one) => one.field === 'due')?.to ?? null).toEqual(task.due);
      }
    }),
    { numRuns: 200 },
  );
});

test('an event of a type that this program does not know moves the sequence and nothing else', () => {
  const state = founding.reduce(apply, emptyRoom);
  const unknown = {
    seq: state.seq + 1,
    at: AT,
    by: lidan.id,
    via: 'app',
    audience: 'all',
    event: { type: 'future.happened' },
  } as unknown as Recorded;
  expect(apply(state, unknown)).toEqual({ ...state, seq: state.seq + 1 });
});

test('a window of comments is the same, folded at once or in pieces, and a comment delivered twice stands once', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { log } = play(steps);
      const of = (one: ThreadId) => log.filter(({ event }) => event.type === 'comment.posted' && event.thread === one);
      const events = of('room' as ThreadId);
      const whole = events.reduce<Comment[]>(applyComments, []);
      expect([...events, ...events].reduce<Comment[]>(applyComments, [])).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});

test('of a deleted comment nothing is shown but the trace, and restoring brings back exactly what was there', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      for (const one of everySaid(log)) {
        if (one.deletedAt !== null) expect(shown(one)).toMatchObject({ id: one.id, by: one.by, body: '', files: [], reactions: {} });
        const back = decide(
          state,
          one.by,
          { type: 'comment.restore', comment: one.id, thread: one.thread },
          { ...facts, comments: { [one.id]: one } },
        );
        if (!back.ok) continue;
        // A browser that never had the words gets them with the event.
        const [bare] = record(back.events, lidan, log.length).reduce<Comment[]>(applyComments, [
          { ...shown(one), reactions: one.reactions },
        ]);
        expect(bare).toMatchObject({ body: one.body, files: one.files, deletedAt: null });
      }
    }),
    { numRuns: 200 },
  );
});

test('a thread counts the comments that stand in it', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { state, log } = play(steps);
      for (const [thread, summary] of Object.entries(state.threads))
        expect(summary.count).toBe(everySaid(log).filter((one) => one.thread === thread && one.deletedAt === null).length);
    }),
    { numRuns: 200 },
  );
});
