import { describe, expect, test } from 'vitest';
import { fitsBudget, MAIL_CAP, weekOf } from '#core/mail-budget.ts';
import { chen, facts, lidan, roomWhere, task, taskId } from '../support/cast.ts';

const now = Date.parse(facts.at);

describe('a customer’s mail budget', () => {
  test('is five a week: the sixth waits, whatever it is about', () => {
    for (const kind of ['comment', 'assigned', 'mention', 'reminder', 'check', 'value'] as const) {
      expect(fitsBudget(chen, MAIL_CAP - 1, [kind], null, now)).toBe(true);
      expect(fitsBudget(chen, MAIL_CAP, [kind], null, now)).toBe(false);
    }
  });

  test('lets through who is named in what is due within a day, and nothing else', () => {
    const due = (date: string) => {
      const state = roomWhere(task('demo', [chen], { date, time: null, zone: 'Asia/Shanghai' }));
      return state.plan.tasks[taskId('demo')] ?? null;
    };
    expect(fitsBudget(chen, 9, ['mention'], due('2026-11-23'), now)).toBe(true);
    expect(fitsBudget(chen, 9, ['comment'], due('2026-11-23'), now)).toBe(false);
    expect(fitsBudget(chen, 9, ['mention'], due('2026-11-26'), now)).toBe(false);
  });

  test('is no seller’s: theirs are not counted', () => {
    expect(fitsBudget(lidan, 99, ['comment'], null, now)).toBe(true);
  });

  test('begins anew on Monday, where its owner is', () => {
    const sunday = Date.parse('2026-11-22T17:00:00Z');
    expect(weekOf('Asia/Shanghai', sunday)).toBe('2026-11-23');
    expect(weekOf('Europe/Berlin', sunday)).toBe('2026-11-16');
  });
});
