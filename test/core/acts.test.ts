/** What a reply's first line asks for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstLine, readAct, saidBelow, saysNo } from '#core/acts.ts';

// Wednesday.
const now = Date.parse('2026-11-25T02:00:00Z');
const read = (line: string, locale: 'en' | 'zh-CN' = 'en') => readAct(line, { now, zone: 'Asia/Shanghai', locale });
const day = (line: string) => {
  const act = read(line);
  return act?.act === 'move' ? `${act.due.date} ${act.due.time ?? '-'}` : act;
};

describe('one word does it, in either language from either reader', () => {
  test.each([
    ['done', 'done'],
    ['Done.', 'done'],
    ['  DONE!! ', 'done'],
    ['完成', 'done'],
    ['已完成。', 'done'],
    ['搞定了！', 'done'],
    ['not me', 'notMe'],
    ['不是我', 'notMe'],
    ['UNDO', 'undo'],
    ['撤销', 'undo'],
    ['STOP', 'none'],
    ['ONLY ME', 'mine'],
    ['weekly', 'weekly'],
    ['中文', 'chinese'],
    ['ENGLISH', 'english'],
    ['still right', 'confirm'],
    ['没问题', 'yes'],
    ['计划没问题', 'confirm'],
    ['ok', 'accept'],
    ['不够', 'notEnough'],
    ['MYDATA', 'myData'],
    ['EXPORT', 'export'],
  ])('“%s” is %s', (line, act) => {
    expect(read(line)).toEqual({ act });
  });
});

describe('a date in words', () => {
  test.each([
    ['改到周五15点', '2026-11-27 15:00'],
    ['改到 下周三上午10点', '2026-12-02 10:00'],
    ['move to Fri 15:00', '2026-11-27 15:00'],
    ['Move it to next Fri 3pm.', '2026-12-04 15:00'],
    ['推迟到12月3日', '2026-12-03 -'],
    ['new date: 2026-12-08', '2026-12-08 -'],
  ])('“%s” moves it to %s', (line, when) => {
    expect(day(line)).toBe(when);
  });
});

describe('a date that is put off', () => {
  test.each([
    ['+3d', 3],
    ['move to +3d', 3],
    ['改到+3天', 3],
    ['推迟3天', 3],
    ['延后 2 周', 14],
    ['postpone by 2 weeks', 14],
    ['Push it back 1 day.', 1],
  ])('“%s” is put off by %i days', (line, days) => {
    expect(read(line)).toEqual({ act: 'shift', days });
  });

  test('is another thing than a date that is named', () => {
    expect(day('推迟到12月3日')).toBe('2026-12-03 -');
    expect(day('改到3天后')).toBe('2026-11-28 -');
    expect(read('3 days are enough')).toBeNull();
    expect(read('postpone it, we need 3 more days')).toBeNull();
  });
});

test('a name below an act is no comment; a word of theirs is', () => {
  expect(saidBelow('Raj', 'Raj Patel')).toBe('');
  expect(saidBelow('Best regards,\nRaj Patel', 'Raj Patel')).toBe('');
  expect(saidBelow('谢谢！\n陈伟', '陈伟')).toBe('');
  expect(saidBelow('Raj Patel\nHead of IT | Contoso\n+44 20 7946 0000', 'Raj Patel')).toBe('');
  expect(saidBelow('陈伟\n13900000000\n华东制造有限公司 | 采购部', '陈伟')).toBe('');
  for (const said of [
    'Raj will send it',
    'Thanks a lot',
    '陈伟 139 0000 0000',
    'Raj Patel\nPlease call me at 5 pm.',
    'Raj\nthe scan follows tomorrow',
    'See page 3\nRaj Patel',
  ])
    expect(saidBelow(said, 'Raj Patel')).toBe(said);
});

test('a hand-over names an address or a person', () => {
  expect(read('转给 li@corp.com')).toEqual({ act: 'handOver', to: 'li@corp.com' });
  expect(read('hand over to Li Na')).toEqual({ act: 'handOver', to: 'Li Na' });
});

test('a number by itself picks one', () => {
  expect(read('2')).toEqual({ act: 'pick', number: 2 });
  expect(read('第三个')).toEqual({ act: 'pick', number: 3 });
  expect(read('option 5')).toEqual({ act: 'pick', number: 5 });
});

describe('more than an act is a comment', () => {
  test.each([
    'done, but the legal review is missing',
    'Not done with page 3, sorry',
    '完成了一半',
    '不是我不想，是预算没批',
    'move to the new office is planned for Friday',
    'Can we move to Friday? Chen is ill',
    '转给财务看了，他们下周回复',
    'ok, then let us talk about the price',
    '15',
    'the undo button is missing',
    '',
  ])('“%s”', (line) => {
    const act = read(line);
    if (act?.act === 'handOver') expect(act.to).toContain('财务');
    else expect(act).toBeNull();
  });
});

test('the first line that says something is the one that is read; the rest is kept', () => {
  expect(firstLine('\n\n  done \n\nThe scan follows.\nChen')).toEqual({ line: '  done ', rest: 'The scan follows.\nChen' });
  expect(firstLine('')).toEqual({ line: '', rest: '' });
});

test('a greeting above it is passed over, unless it is all that is said', () => {
  for (const greeting of ['Hi Sara,', 'Hello', 'Dear Ms. Li:', 'Good morning, Dan!', '李经理，您好：', '你好', '尊敬的李总：'])
    expect(firstLine(`${greeting}\n\nmove to Dec 17`).line, greeting).toBe('move to Dec 17');
  for (const said of ['Hi there, done', 'Dear me, that is a lot of work to do before Friday comes', '你好，请问什么时候可以', 'Sara'])
    expect(firstLine(`${said}\n\nok`).line, said).toBe(said);
  expect(firstLine('Hi Sara,').line).toBe('Hi Sara,');
});

test('any line is read without a fault', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (line) => void read(line)),
    { numRuns: 500 },
  );
});

test.each([
  'NO',
  'no.',
  'No, thank you!',
  'Nein',
  '不',
  '不用',
  '不用了，谢谢',
  '算了。',
  'please remove me',
  'STOP',
  '退订',
  'Not me',
  '不是我',
])('“%s” is a no', (line) => expect(saysNo(`\n${line}\nmore below`)).toBe(true));
test.each(['No problem, count me in', 'Not sure yet', '不错', '不用担心，我参加', 'thanks', '', 'no 5 is fine', 'yes'])(
  '“%s” is none',
  (line) => expect(saysNo(line)).toBe(false),
);
