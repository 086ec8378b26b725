import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ParticipantId } from '../../worker/room/core/ids.ts';
import { nameFromAddress, parseTaskLine, type TaskLineContext } from '../../worker/room/core/task-line.ts';

const person = (id: string, name: string, email: string, side: 'seller' | 'customer' = 'customer') => ({
  id: id as ParticipantId,
  name,
  email,
  side,
});

/** Tuesday 24 November 2026, 10:00 in Shanghai. */
const ctx: TaskLineContext = {
  now: Date.parse('2026-11-24T02:00:00Z'),
  zone: 'Asia/Shanghai',
  locale: 'en',
  people: [
    person('chen', 'Chen Wei', 'chen@corp.cn'),
    person('wei', '陈伟', 'wei@corp.cn'),
    person('weiming', '陈伟明', 'weiming@corp.cn'),
    person('anna', 'Anna Becker', 'anna@kraft.de'),
    person('jose', 'José Silva', 'js@kraft.de'),
    person('tomlee', 'Tom Lee', 'tl@corp.cn'),
    person('tomray', 'Tom Ray', 'tr@corp.cn'),
    person('yifan', '周一帆', 'zyf@corp.cn'),
    person('maya', 'Maya Lin', 'maya@seller.com', 'seller'),
  ],
  colleagues: [
    { name: 'Maya Lin', email: 'maya@seller.com' },
    { name: 'Oskar Hahn', email: 'oskar@seller.com' },
    { name: '林海', email: 'linhai@seller.com' },
  ],
};

/** title | kind | owners | newcomers | due */
function told(line: string): string {
  const { title, kind, owners, newcomers, due } = parseTaskLine(line, ctx);
  return [
    title,
    kind,
    owners.join(' '),
    newcomers.map((one) => one.email).join(' '),
    due ? `${due.date}${due.time ? ` ${due.time}` : ''}` : '',
  ].join(' | ');
}

describe('a task in one line', () => {
  test.each([
    ['邀约客户进行产品演示 @Chen 周五 15:00', '邀约客户进行产品演示 | demo | chen |  | 2026-11-27 15:00'],
    ['Invite the customer to a product demo @Chen Fri 15:00', 'Invite the customer to a product demo | demo | chen |  | 2026-11-27 15:00'],
    ['@陈伟周五前回复', '回复 | task | wei |  | 2026-11-27'],
    ['@陈伟明天回复', '回复 | task | wei |  | 2026-11-25'],
    ['@陈伟明 明天回复', '回复 | task | weiming |  | 2026-11-25'],
    ['周五 @Chen 15:00 演示', '演示 | demo | chen |  | 2026-11-27 15:00'],
    ['@周一帆 准备资料', '准备资料 | material | yifan |  | '],
    ['准备周五的演示', '准备演示 | demo |  |  | 2026-11-27'],
    ['签合同（12月3日前）@陈伟', '签合同 | task | wei |  | 2026-12-03'],
    ['跟进@陈伟和@周一帆 +3d', '跟进 | task | wei yifan |  | 2026-11-27'],
    ['发送报价给@林海，下周三上午', '发送报价给 | material |  | linhai@seller.com | 2026-12-02 10:00'],
    ['处理价格异议', '处理价格异议 | objection |  |  | '],
    ['下周一上午10点开会', '开会 | meeting |  |  | 2026-11-30 10:00'],
    ['Send the deck to @Anna and @jose tomorrow 9am', 'Send the deck | material | anna jose |  | 2026-11-25 09:00'],
    ['send @Chen the deck tomorrow', 'send the deck | material | chen |  | 2026-11-25'],
    ['Call with @Chen Fri 3pm', 'Call | meeting | chen |  | 2026-11-27 15:00'],
    ['@Chen: please sign', 'please sign | task | chen |  | '],
    ['Review (by Fri)', 'Review | task |  |  | 2026-11-27'],
    ['Review pricing, by Fri, with legal', 'Review pricing, with legal | task |  |  | 2026-11-27'],
    ['Ask @chen wei, tomorrow.', 'Ask | task | chen |  | 2026-11-25'],
    ['Price list for 100 pallets v1.5 $500', 'Price list for 100 pallets v1.5 $500 | task |  |  | '],
    ['mail me at a@b.com', 'mail me at a@b.com | task |  |  | '],
    ['Handle the security objection by 12/15', 'Handle the security objection | objection |  |  | 2026-12-15'],
    ['确认报价', '确认报价 | task |  |  | '],
    ['', ' | task |  |  | '],
    ['Call center pricing', 'Call center pricing | task |  |  | '],
  ])('%s', (line, expected) => expect(told(line)).toBe(expected));

  test('somebody of the room is named by whole name, any word of it, the address, without regard to case or accents', () => {
    for (const name of ['@Anna Becker', '@anna', '@BECKER', '@Anna  Becker', '@anna@kraft.de', '＠Anna'])
      expect(parseTaskLine(`Call ${name} x`, ctx).owners, name).toEqual(['anna']);
    expect(parseTaskLine('@Jose x', ctx).owners).toEqual(['jose']);
    expect(parseTaskLine('@josé x', ctx).owners).toEqual(['jose']);
  });

  test('two of a name are nobody, and the name stays in the title', () => {
    expect(told('@Tom check the contract')).toBe('@Tom check the contract | task |  |  | ');
    expect(told('@Tom Lee check')).toBe('check | task | tomlee |  | ');
  });

  test('a name is not found inside a longer word or an address', () => {
    expect(told('@Chenille sample')).toBe('@Chenille sample | task |  |  | ');
    expect(parseTaskLine('x@Chen', ctx).owners).toEqual([]);
  });

  test('an unknown address is a newcomer, with a name guessed from it', () => {
    expect(parseTaskLine('Security review @li.na+crm@corp.cn +2w', ctx)).toMatchObject({
      title: 'Security review',
      newcomers: [{ email: 'li.na+crm@corp.cn', name: 'Li Na' }],
      owners: [],
      due: { date: '2026-12-08' },
    });
    expect(parseTaskLine('@a@b.com.', ctx).newcomers).toEqual([{ email: 'a@b.com', name: 'A' }]);
    expect(parseTaskLine('请@li.na@corp.cn回复', ctx)).toMatchObject({ title: '请回复', newcomers: [{ email: 'li.na@corp.cn' }] });
  });

  test('a colleague who is not in the room is a newcomer; one who is, is an owner', () => {
    expect(parseTaskLine('@Oskar pricing', ctx).newcomers).toEqual([{ email: 'oskar@seller.com', name: 'Oskar Hahn' }]);
    expect(parseTaskLine('@Maya pricing', ctx)).toMatchObject({ owners: ['maya'], newcomers: [] });
  });

  test('nobody is named twice', () => {
    expect(parseTaskLine('@Chen @chen wei @x@y.io @X@y.io go', ctx)).toMatchObject({
      owners: ['chen'],
      newcomers: [{ email: 'x@y.io' }],
      title: 'go',
    });
  });

  test('the parts say where in the line they stand', () => {
    const line = '邀约客户进行产品演示 @Chen 周五 15:00';
    expect(parseTaskLine(line, ctx).parts.map(({ start, end, kind, label }) => [line.slice(start, end), kind, label])).toEqual([
      ['演示', 'kind', 'demo'],
      ['@Chen', 'owner', 'Chen Wei'],
      ['周五 15:00', 'due', '周五 15:00'],
    ]);
  });
});

describe('a name from an address', () => {
  test.each([
    ['chen.wei@corp.cn', 'Chen Wei'],
    ['CHEN@corp.cn', 'CHEN'],
    ['li_na-88@corp.cn', 'Li Na'],
    ['anna+deals@kraft.de', 'Anna'],
    ['123456@qq.com', '123456'],
    ['陈伟@例子.cn', '陈伟'],
  ])('%s is %s', (email, name) => expect(nameFromAddress(email)).toBe(name));
  test('is never empty', () =>
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(nameFromAddress(email)).not.toBe('');
      }),
    ));
});

describe('laws', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '@Chen',
      '@陈伟',
      '@Tom',
      '@x@y.io',
      '@',
      '周五',
      '15:00',
      'by Fri',
      '下周三上午',
      '+3d',
      '演示',
      'demo',
      '，',
      ',',
      '(',
      ')',
      'and',
      '和',
      'for',
      '的',
      '前',
      'send',
      '报价',
      "'s",
      '12/3',
      '@林海',
      'tomorrow',
      '100',
      '\u3000',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const lines = fc.array(fc.tuple(word, fc.constantFrom('', ' ', '  ')), { maxLength: 10 }).map((words) => words.flat().join(''));
  const letters = (text: string) =>
    [...text]
      .filter((char) => /[\p{L}\p{N}]/u.test(char))
      .toSorted()
      .join('');

  test('nothing typed is lost: title and parts hold every letter and digit of the line, once', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const { title, parts } = parseTaskLine(line, ctx);
        const taken = parts.filter((part) => part.kind !== 'kind').map((part) => line.slice(part.start, part.end));
        expect(letters(title + taken.join(''))).toBe(letters(line));
      }),
      { numRuns: 2000 },
    );
  });

  test('the parts follow each other, inside the line, and only the kind may lie in the title', () => {
    fc.assert(
      fc.property(lines, (line) => {
        let last = 0;
        for (const part of parseTaskLine(line, ctx).parts) {
          expect(part.start).toBeGreaterThanOrEqual(last);
          expect(part.end).toBeGreaterThan(part.start);
          last = part.end;
        }
        expect(last).toBeLessThanOrEqual(line.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('a line without names and dates is its own title', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('review', 'pricing,', 'with', 'legal', '(v2)', '100', 'users', '确认', '价格。', '-', '$500'), {
          minLength: 1,
        }),
        (words) => {
          const line = words.join(' ');
          expect(parseTaskLine(`  ${line} `, ctx).title).toBe(line);
        },
      ),
    );
  });
});
