import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayWriteFrom, quietHoursIn } from '#core/quiet-hours.ts';

const hours = { from: '20:00', until: '08:00' };
const from = (at: string, zone = 'Asia/Shanghai') => new Date(mayWriteFrom(zone, Date.parse(at), hours)).toISOString();

describe('a mail', () => {
  test('goes at once on a working day', () => {
    expect(from('2026-11-26T15:00:00+08:00')).toBe('2026-11-26T07:00:00.000Z');
  });

  test('of the evening waits for the morning, of Friday’s for Monday’s', () => {
    expect(from('2026-11-26T20:00:00+08:00')).toBe('2026-11-27T00:00:00.000Z');
    expect(from('2026-11-27T03:00:00+08:00')).toBe('2026-11-27T00:00:00.000Z');
    expect(from('2026-11-27T21:30:00+08:00')).toBe('2026-11-30T00:00:00.000Z');
    expect(from('2026-11-29T12:00:00+08:00')).toBe('2026-11-30T00:00:00.000Z');
  });

  test('goes by its reader’s clock, not by its writer’s', () => {
    expect(from('2026-11-26T21:00:00+08:00', 'Europe/Berlin')).toBe('2026-11-26T13:00:00.000Z');
    expect(from('2026-11-26T10:00:00+08:00', 'America/Los_Angeles')).toBe('2026-11-26T02:00:00.000Z');
  });

  test('always comes between the hours of a working day, and within three days and a bit', () => {
    const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu', 'Pacific/Kiritimati'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 1.7e12, max: 1.9e12 }), (zone, now) => {
        const at = mayWriteFrom(zone, now, hours);
        expect(at).toBeGreaterThanOrEqual(now);
        expect(at - now).toBeLessThanOrEqual(62 * 3_600_000);
        expect(mayWriteFrom(zone, at, hours)).toBe(at);
        const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit' }).format(at);
        expect(clock).toMatch(/^(Mon|Tue|Wed|Thu|Fri)\b.* (0[89]|1\d)$/);
      }),
    );
  });
});

test('the hours are read from one line, and anything else rests nobody', () => {
  expect(quietHoursIn(' 20:00-08:00 ')).toEqual(hours);
  for (const text of [undefined, '', 'off', '25:00-08:00', '20:00', '08:00-20:00', '20:00-20:00']) expect(quietHoursIn(text)).toBeNull();
});
