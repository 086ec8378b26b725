import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadline, isDay } from '../../worker/room/core/due.ts';
import { readWhen } from '../../worker/room/core/when.ts';

const SHANGHAI = 'Asia/Shanghai';
/** Tuesday 24 November 2026, 10:00 in Shanghai. */
const TUESDAY = Date.parse('2026-11-24T02:00:00Z');

function read(text: string, now = TUESDAY, zone = SHANGHAI): string | null {
  const when = readWhen(text, { now, zone, locale: 'en' });
  if (!when) return null;
  return [when.due.date, when.due.time, when.due.zone === zone ? null : when.due.zone].filter((one) => one !== null).join(' ');
}

const chinese: [string, string][] = [
  ['周五15点', '2026-11-27 15:00'],
  ['周五 15:00', '2026-11-27 15:00'],
  ['周五三点', '2026-11-27 15:00'],
  ['周五3点', '2026-11-27 15:00'],
  ['周五十点', '2026-11-27 10:00'],
  ['周五03:00', '2026-11-27 03:00'],
  ['周五凌晨3点', '2026-11-27 03:00'],
  ['下周三上午', '2026-12-02 10:00'],
  ['本周四下午3点半', '2026-11-26 15:30'],
  ['这周五', '2026-11-27'],
  ['后天', '2026-11-26'],
  ['大后天', '2026-11-27'],
  ['今天', '2026-11-24'],
  ['明天', '2026-11-25'],
  ['明天早上', '2026-11-25 09:00'],
  ['明早9点', '2026-11-25 09:00'],
  ['明早', '2026-11-25 09:00'],
  ['今晚', '2026-11-24 19:00'],
  ['今晚8点', '2026-11-24 20:00'],
  ['明晚七点半', '2026-11-25 19:30'],
  ['今天下午', '2026-11-24 15:00'],
  ['明天中午', '2026-11-25 12:00'],
  ['明天中午1点', '2026-11-25 13:00'],
  ['后天傍晚', '2026-11-26 18:00'],
  ['周日晚上', '2026-11-29 19:00'],
  ['晚上12点', '2026-11-24 23:59'],
  ['月底', '2026-11-30'],
  ['本月底', '2026-11-30'],
  ['下月底', '2026-12-31'],
  ['下个月底', '2026-12-31'],
  ['下月初', '2026-12-05'],
  ['下月中旬', '2026-12-15'],
  ['12月底', '2026-12-31'],
  ['一月底', '2027-01-31'],
  ['年底前', '2026-12-31'],
  ['季度末', '2026-12-31'],
  ['下个月', '2026-12-31'],
  ['12月3日', '2026-12-03'],
  ['12月3号', '2026-12-03'],
  ['12月3号下午', '2026-12-03 15:00'],
  ['十二月三日', '2026-12-03'],
  ['十二月二十五号', '2026-12-25'],
  ['2026年12月1日', '2026-12-01'],
  ['2026年12月1日14:30', '2026-12-01 14:30'],
  ['明年3月1日', '2027-03-01'],
  ['1月8日', '2027-01-08'],
  ['25号', '2026-11-25'],
  ['二十五号', '2026-11-25'],
  ['廿五号', '2026-11-25'],
  ['20号', '2026-12-20'],
  ['下个月5号', '2026-12-05'],
  ['下月5日上午9点', '2026-12-05 09:00'],
  ['3天后', '2026-11-27'],
  ['三天后', '2026-11-27'],
  ['两周后', '2026-12-08'],
  ['2个星期后', '2026-12-08'],
  ['一个月后', '2026-12-24'],
  ['半个月后', '2026-12-09'],
  ['3天内', '2026-11-27'],
  ['10天之内', '2026-12-04'],
  ['3个工作日内', '2026-11-27'],
  ['五个工作日后', '2026-12-01'],
  ['过两天', '2026-11-26'],
  ['两小时后', '2026-11-24 12:00'],
  ['半小时后', '2026-11-24 10:30'],
  ['一个半小时后', '2026-11-24 11:30'],
  ['30分钟后', '2026-11-24 10:30'],
  ['下周一', '2026-11-30'],
  ['下个星期二', '2026-12-01'],
  ['下下周二', '2026-12-08'],
  ['礼拜天', '2026-11-29'],
  ['星期日', '2026-11-29'],
  ['周末', '2026-11-28'],
  ['本周末', '2026-11-28'],
  ['下周末', '2026-12-05'],
  ['下周', '2026-12-04'],
  ['下周初', '2026-11-30'],
  ['本周内', '2026-11-27'],
  ['周五前', '2026-11-27'],
  ['周五之前', '2026-11-27'],
  ['截止周五', '2026-11-27'],
  ['下班前', '2026-11-24 18:00'],
  ['明天下班前', '2026-11-25 18:00'],
  ['下午三点一刻', '2026-11-24 15:15'],
  ['十五点三十分', '2026-11-24 15:30'],
  ['9点整', '2026-11-25 09:00'],
  ['8：30', '2026-11-25 08:30'],
  ['３天后１５：００', '2026-11-27 15:00'],
  ['週五下午兩點', '2026-11-27 14:00'],
  ['兩週後', '2026-12-08'],
  ['周四（12月3日）下午', '2026-12-03 15:00'],
  ['周五下午3点到5点', '2026-11-27 15:00'],
  ['周四 14:00-15:30', '2026-11-26 14:00'],
  ['北京时间周五15点', '2026-11-27 15:00'],
  ['星期五的十点', '2026-11-27 10:00'],
  ['下午给客户回电', '2026-11-24 15:00'],
  ['周五前往北京', '2026-11-27'],
  ['明天给客户打电话，确认周五的演示', '2026-11-25'],
  ['整理会议纪要，周五前发送给周四到会的人', '2026-11-27'],
  ['周五3个客户来访', '2026-11-27'],
  ['确认100个用户的报价，周三前', '2026-11-25'],
];

const english: [string, string][] = [
  ['Fri', '2026-11-27'],
  ['fri', '2026-11-27'],
  ['Friday', '2026-11-27'],
  ['Fri 15:00', '2026-11-27 15:00'],
  ['Friday @ 3pm', '2026-11-27 15:00'],
  ['next Fri 3pm', '2026-12-04 15:00'],
  ['next Monday morning', '2026-11-30 10:00'],
  ['this Fri', '2026-11-27'],
  ['Monday next week', '2026-11-30'],
  ['next week Wed', '2026-12-02'],
  ['Monday after next', '2026-12-07'],
  ['on Wed', '2026-11-25'],
  ['by Sun', '2026-11-29'],
  ['thurs 4pm', '2026-11-26 16:00'],
  ['tomorrow', '2026-11-25'],
  ['tmr', '2026-11-25'],
  ['tomorrow 9am', '2026-11-25 09:00'],
  ['9am tomorrow', '2026-11-25 09:00'],
  ['tomorrow, 10 am', '2026-11-25 10:00'],
  ['tomorrow afternoon', '2026-11-25 15:00'],
  ['tomorrow afternoon at 3', '2026-11-25 15:00'],
  ['noon tomorrow', '2026-11-25 12:00'],
  ['day after tomorrow', '2026-11-26'],
  ['today', '2026-11-24'],
  ['today at 11', '2026-11-24 11:00'],
  ['tonight', '2026-11-24 19:00'],
  ['this afternoon', '2026-11-24 15:00'],
  ['tomorrow at 5', '2026-11-25 17:00'],
  ['in 3 days', '2026-11-27'],
  ['in a week', '2026-12-01'],
  ['in two weeks', '2026-12-08'],
  ['in a couple of days', '2026-11-26'],
  ['within 3 days', '2026-11-27'],
  ['in 5 business days', '2026-12-01'],
  ['a week from now', '2026-12-01'],
  ['3 days later', '2026-11-27'],
  ['in 2 hours', '2026-11-24 12:00'],
  ['in half an hour', '2026-11-24 10:30'],
  ['+3d', '2026-11-27'],
  ['+2w', '2026-12-08'],
  ['+1m', '2026-12-24'],
  ['+4h', '2026-11-24 14:00'],
  ['+3天', '2026-11-27'],
  ['in 3 months', '2027-02-24'],
  ['end of month', '2026-11-30'],
  ['by end of the month', '2026-11-30'],
  ['eom', '2026-11-30'],
  ['end of week', '2026-11-27'],
  ['EOW', '2026-11-27'],
  ['EOD', '2026-11-24'],
  ['COB', '2026-11-24 18:00'],
  ['COB Friday', '2026-11-27 18:00'],
  ['EOD Friday', '2026-11-27'],
  ['by end of day tomorrow', '2026-11-25'],
  ['Fri EOD', '2026-11-27'],
  ['tomorrow COB', '2026-11-25 18:00'],
  ['end of quarter', '2026-12-31'],
  ['end of year', '2026-12-31'],
  ['end of December', '2026-12-31'],
  ['mid January', '2027-01-15'],
  ['next week', '2026-12-04'],
  ['next month', '2026-12-31'],
  ['this weekend', '2026-11-28'],
  ['week after next', '2026-12-11'],
  ['early next week', '2026-12-01'],
  ['mid next week', '2026-12-02'],
  ['Thu. 10:00', '2026-11-26 10:00'],
  ['12/3', '2026-12-03'],
  ['12/15 3pm', '2026-12-15 15:00'],
  ['1/8', '2027-01-08'],
  ['2026-12-01', '2026-12-01'],
  ['2026-12-01 14:00', '2026-12-01 14:00'],
  ['2026/12/1', '2026-12-01'],
  ['2026.12.01', '2026-12-01'],
  ['3.12.2026', '2026-12-03'],
  ['12/3/2026', '2026-12-03'],
  ['Dec 3', '2026-12-03'],
  ['December 3rd', '2026-12-03'],
  ['3 Dec', '2026-12-03'],
  ['5th of December', '2026-12-05'],
  ['Dec 3, 2026', '2026-12-03'],
  ['3 December 2026', '2026-12-03'],
  ['Dec 3rd at 2:30pm', '2026-12-03 14:30'],
  ['15 Dec 10:00', '2026-12-15 10:00'],
  ['Fri, Dec 4 at 10', '2026-12-04 10:00'],
  ['March 5', '2027-03-05'],
  ['Sept. 5th', '2027-09-05'],
  ['by the 25th', '2026-11-25'],
  ['on the 3rd', '2026-12-03'],
  ['by March', '2027-03-31'],
  ['half past 3 on Friday', '2026-11-27 15:30'],
  ['15:00', '2026-11-24 15:00'],
  ['9:30', '2026-11-25 09:30'],
  ['3pm', '2026-11-24 15:00'],
  ['at 3 p.m.', '2026-11-24 15:00'],
  ['3-5pm Fri', '2026-11-27 15:00'],
  ['Fri 3pm ET', '2026-11-27 15:00 America/New_York'],
  ['Fri 15:00 UTC', '2026-11-27 15:00 UTC'],
  ['Fri 3pm London time', '2026-11-27 15:00 Europe/London'],
  ['周五 3pm', '2026-11-27 15:00'],
  ['Fri 下午3点', '2026-11-27 15:00'],
  ['Tue 9am', '2026-12-01 09:00'],
  ['Tuesday 11am', '2026-11-24 11:00'],
  ['Tue', '2026-12-01'],
  ['by Friday, as agreed on Monday', '2026-11-27'],
  ['tomorrow call Chen about Friday', '2026-11-25'],
  ['ship 20 units by 12/20', '2026-12-20'],
  ['Phase 2 kickoff next Tue 10:30', '2026-12-01 10:30'],
  ['30% discount by Friday', '2026-11-27'],
  ['call 555-0123 at 4pm', '2026-11-24 16:00'],
];

const neither = [
  '',
  ' ',
  '@',
  '$500',
  '8000元',
  '8000元/月',
  '¥3,000',
  '€12.50',
  '3 users',
  '3个用户',
  '2.0',
  '版本2.0上线',
  'v1.5',
  '发布v1.5',
  '30%',
  '3.5',
  '10-20',
  'Q3',
  'Q4 2026',
  'B2',
  '2027',
  '13812345678',
  '+86 138 1234 5678',
  '555-1234',
  '0571-88888888',
  '100 pallets',
  '100托盘',
  '5 days of training',
  '3 weeks',
  '1.5 days',
  '24/7 support',
  '提供24/7支持',
  '16:9',
  '1:1会议',
  '3/4 of users',
  '1/2 price',
  'call at 3 sites',
  'review 3 documents',
  'ISO 27001 audit',
  'room 12:30B',
  '第3点',
  '三点意见',
  '2点建议',
  '第3期',
  '3号楼',
  '1号方案',
  '2号线',
  '一日',
  '1日游',
  '每周一例会',
  '一周三次例会',
  '周一到周五',
  '上周五',
  '昨天',
  '前天',
  '等3天',
  '半天',
  '早上好',
  '晚上好',
  '下午茶',
  '今年计划',
  '3月报告',
  '三月份总结',
  '下周计划',
  '周报',
  '发周报',
  'may',
  'march on',
  'we may 3 times',
  'sat down with',
  'call the sun team',
  'wed the two teams',
  'second',
  '5 sec',
  'Mon-Fri support',
  'Tue/Thu office hours',
  'every Friday sync',
  'last Friday',
  'Black Friday campaign',
  'good morning',
  'May budget',
  'March report',
  'today 9am',
  '今天9点',
  '2025-12-01',
  '2026-11-01',
  '13/45',
  '32号',
  '13月5日',
  '2月30日',
  '25:00',
  'Mondays',
  'fridge',
  'Sunny',
  'monitor',
  'decide',
  'marble',
];

describe('a date in words', () => {
  test.each(chinese)('"%s" is %s', (text, expected) => expect(read(text)).toBe(expected));
  test.each(english)('"%s" is %s', (text, expected) => expect(read(text)).toBe(expected));
  test.each(neither)('"%s" is no date', (text) => expect(read(text)).toBeNull());

  test.each([
    ['请周五前回复', '周五前'],
    ['Send it by Friday, please', 'by Friday'],
    ['Review (Fri 15:00) once', '(Fri 15:00)'],
    ['准备周五的演示', '周五的'],
    ['I will know on Thursday.', 'on Thursday'],
    ["Prepare Friday's demo", "Friday's"],
    ['签合同（12月3日前）', '（12月3日前）'],
    ['deadline: Dec 3', 'deadline: Dec 3'],
    ['截止日期：12月3日', '截止日期：12月3日'],
  ])('takes the words that belong to it: %s', (text, words) => {
    const when = readWhen(text, { now: TUESDAY, zone: SHANGHAI, locale: 'zh-CN' });
    expect(when && text.slice(when.start, when.end)).toBe(words);
  });
});

describe('the calendar', () => {
  const NEW_YORK = 'America/New_York';

  test('"tomorrow" is tomorrow where the reader is, not in Greenwich', () => {
    const evening = Date.parse('2026-11-25T03:30:00Z'); // 22:30 on the 24th in New York
    expect(read('tomorrow', evening, NEW_YORK)).toBe('2026-11-25');
    expect(read('明天', evening, SHANGHAI)).toBe('2026-11-26');
  });

  test('days across the start and end of daylight saving are calendar days', () => {
    const before = Date.parse('2027-03-13T17:00:00Z'); // Saturday noon; clocks go forward on the 14th
    expect(read('tomorrow 9am', before, NEW_YORK)).toBe('2027-03-14 09:00');
    expect(read('in 2 days', before, NEW_YORK)).toBe('2027-03-15');
    const autumn = Date.parse('2026-10-31T23:30:00-04:00'); // the day that follows has 25 hours
    expect(read('+1d', autumn, NEW_YORK)).toBe('2026-11-01');
    expect(read('3天后', autumn, NEW_YORK)).toBe('2026-11-03');
  });

  test('hours are real hours, whatever the clock does', () => {
    expect(read('in 3 hours', Date.parse('2027-03-14T01:00:00-05:00'), NEW_YORK)).toBe('2027-03-14 05:00');
    expect(read('两小时后', Date.parse('2026-11-01T01:30:00-04:00'), NEW_YORK)).toBe('2026-11-01 02:30');
  });

  test('months end where they end', () => {
    expect(read('+1m', Date.parse('2027-01-31T02:00:00Z'))).toBe('2027-02-28');
    expect(read('月底', Date.parse('2028-02-10T02:00:00Z'))).toBe('2028-02-29');
    expect(read('2月29日', Date.parse('2027-01-10T02:00:00Z'))).toBe('2028-02-29');
    expect(read('31号', Date.parse('2026-11-24T02:00:00Z'))).toBe('2026-12-31');
  });

  test('on a Sunday, 下周一 and "next Monday" are the day after', () => {
    const sunday = Date.parse('2026-11-29T02:00:00Z');
    expect(read('下周一', sunday)).toBe('2026-11-30');
    expect(read('next Monday', sunday)).toBe('2026-11-30');
    expect(read('本周内', sunday)).toBe('2026-12-04');
    expect(read('周末', sunday)).toBe('2026-11-29');
  });

  test('本周一 said on Tuesday is over and is not taken', () => expect(read('本周一')).toBeNull());

  const words = fc.constantFrom(...chinese, ...english).map(([text]) => text);
  const zones = fc.constantFrom(
    'Asia/Shanghai',
    'America/New_York',
    'Europe/Berlin',
    'Pacific/Apia',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Asia/Kathmandu',
    'UTC',
  );
  const instants = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2035-01-01') });

  test('what is read lies ahead, is a real day, and stands where it says', () => {
    fc.assert(
      fc.property(words, zones, instants, (text, zone, now) => {
        const when = readWhen(text, { now, zone, locale: 'en' });
        if (!when) return;
        expect(deadline(when.due)).toBeGreaterThan(now);
        expect(isDay(when.due.date)).toBe(true);
        expect(when.due.time ?? '00:00').toMatch(/^([01]\d|2[0-3]):[0-5]\d$/);
        expect(when.start).toBeLessThan(when.end);
        expect(when.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('any text is read without a fault, and a long one in no time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'周一五日月年点半前后内下本个号123:/-. 天上午tomnexfridaypd@（）的'), maxLength: 60 }),
        instants,
        (text, now) => {
          readWhen(text, { now, zone: SHANGHAI, locale: 'en' });
        },
      ),
      { numRuns: 2000 },
    );
    const started = performance.now();
    for (const unit of ['周', '1', '一', ' ', 'by ', '周五', 'next ', '在', '12/', '下', '3点到'])
      readWhen(unit.repeat(2000), { now: TUESDAY, zone: SHANGHAI, locale: 'en' });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
