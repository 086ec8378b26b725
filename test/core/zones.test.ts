/** Where a newcomer's clock most likely stands. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isZone, offsetIn, sayDue } from '#core/due.ts';
import { isZoneGuessed, likelyZone, zoneByClock } from '#core/zones.ts';

const winter = Date.parse('2026-11-27T10:00:00Z');
const summer = Date.parse('2026-07-01T10:00:00Z');

describe('a newcomer’s zone', () => {
  test.each([
    ['anna@werk.de', 'en', 'Asia/Shanghai', 'Europe/Berlin'],
    ['li@corp.com.cn', 'zh-CN', 'Europe/Berlin', 'Asia/Shanghai'],
    ['chen@qq.com', 'zh-CN', 'Europe/Berlin', 'Asia/Shanghai'],
    ['chen@corp.com', 'zh-CN', 'Asia/Singapore', 'Asia/Singapore'],
    ['mike@contoso.com', 'en', 'Asia/Shanghai', 'Asia/Shanghai'],
    ['mike@contoso.io', 'en', 'America/New_York', 'America/New_York'],
  ] as const)('%s (%s) brought in from %s lives by %s', (email, locale, inviters, zone) => {
    expect(likelyZone(email, locale, inviters)).toBe(zone);
  });
});

describe('the clock of a mail', () => {
  test.each([
    [60, winter, 'mike@contoso.com', 'Europe/Berlin'],
    [120, summer, 'mike@contoso.com', 'Europe/Berlin'],
    [120, winter, 'mike@contoso.com', 'Europe/Helsinki'],
    [60, winter, 'jean@usine.fr', 'Europe/Paris'],
    [-300, winter, 'mike@contoso.com', 'America/New_York'],
    [330, winter, 'raj@contoso.com', 'Asia/Kolkata'],
    [0, winter, 'mike@contoso.com', null],
    [17, winter, 'mike@contoso.com', null],
  ])('%i minutes ahead of UTC speaks for a zone', (offset, at, email, zone) => {
    expect(zoneByClock(offset, at, email)).toBe(zone);
  });

  test('never names a zone whose clock shows another time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -900, max: 900 }), fc.integer({ min: summer, max: summer + 3e10 }), (offset, at) => {
        const zone = zoneByClock(offset, at, 'a@b.com');
        if (zone !== null) expect(isZone(zone) && offsetIn(zone, at)).toBe(offset);
      }),
    );
  });
});

test('a time names its zone where that is a guess', () => {
  const due = { date: '2026-11-27', time: '17:00', zone: 'Asia/Shanghai' };
  expect(sayDue(due, { locale: 'en', zone: 'Asia/Shanghai', zoneGuessed: true })).toBe('Fri, Nov 27, 17:00 (Shanghai)');
  expect(sayDue(due, { locale: 'en', zone: 'Asia/Shanghai' })).toBe('Fri, Nov 27, 17:00');
  expect(sayDue(due, { locale: 'en', zone: 'Europe/Berlin', zoneGuessed: true })).toBe('Fri, Nov 27, 10:00 (17:00 Shanghai)');
  const mike = { side: 'customer', locale: 'en', zone: 'Asia/Shanghai' } as const;
  expect(isZoneGuessed(mike)).toBe(true);
  expect(isZoneGuessed({ ...mike, zoneTold: true })).toBe(false);
  expect(isZoneGuessed({ ...mike, locale: 'zh-CN' })).toBe(false);
});
