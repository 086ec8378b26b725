/** Two ways of writing one customer are one customer; two customers stay two. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { companyDomain, companyKey, likeCompany } from '../../worker/directory/company-name.ts';

describe('a company’s name is known by its core', () => {
  test.each([
    ['Contoso GmbH', 'contoso'],
    ['CONTOSO  Ltd.', 'contoso'],
    ['Contoso, Inc.', 'contoso'],
    ['The Contoso Company', 'contoso'],
    ['Contoso S.A.', 'contoso'],
    ['Contoso GmbH & Co. KG', 'contoso'],
    ['Contoso (China) Co., Ltd.', 'contoso'],
    ['Contoso Holdings PLC', 'contoso'],
    ['Société Générale SA', 'societegenerale'],
    ['深圳市云帆信息技术有限公司', '云帆信息技术'],
    ['云帆（中国）有限公司', '云帆'],
    ['云帆(上海)股份有限公司', '云帆'],
    ['广东省云帆集团有限责任公司', '云帆'],
    ['雲帆集團', '云帆'],
    ['云 帆 集团', '云帆'],
  ])('%s → %s', (name, key) => expect(companyKey(name)).toBe(key));

  test('a name that is nothing but such words keeps enough to be told apart', () => {
    expect(companyKey('北京有限公司')).toBe('北京');
    expect(companyKey('科技有限公司')).toBe('科技');
    expect(companyKey('GmbH')).toBe('gmbh');
    expect(companyKey('中国公司')).toBe('中国');
  });
});

describe('alike or not', () => {
  test.each([
    ['Contoso GmbH', 'contoso ltd', 'same'],
    ['深圳云帆信息技术有限公司', '云帆信息技术', 'same'],
    ['深圳云帆信息技术有限公司', '云帆科技', 'similar'],
    ['云帆智联', '云帆智联供应链管理有限公司', 'similar'],
    ['Contoso', 'Contoso Logistics', 'similar'],
    ['Contoso', 'Cotnoso', 'similar'],
    ['Contoso', 'Fabrikam', null],
    ['云帆科技', '云飞科技', null],
    ['北京科技有限公司', '上海科技有限公司', null],
    ['华为', '华润', null],
    ['', 'Contoso', null],
    ['Arc', 'Arcade', null],
  ] as const)('%s and %s: %s', (one, other, how) => {
    expect(likeCompany(one, other)).toBe(how);
    expect(likeCompany(other, one)).toBe(how);
  });
});

describe('the domain that stands for a company', () => {
  test.each([
    ['chen@corp.com', 'corp.com'],
    ['chen@mail.corp.com.cn', 'corp.com.cn'],
    ['CHEN@Corp.CO.UK', 'corp.co.uk'],
    ['corp.de', 'corp.de'],
    ['chen@gmail.com', null],
    ['chen@qq.com', null],
    ['chen@vip.qq.com', null],
    ['chen@yahoo.co.jp', null],
    ['chen@163.com', null],
    ['chen@outlook.de', null],
    ['chen@sina.com.cn', null],
    ['chen@proton.me', null],
    ['chen', null],
    ['', null],
    ['chen@.com', null],
  ])('%s → %s', (address, domain) => expect(companyDomain(address)).toBe(domain));
});

describe('whatever is typed', () => {
  const word = fc.stringMatching(/^[a-z]{5,12}$/);
  const han = fc.array(fc.constantFrom(...'云帆智联晨曦海纳星辰鼎盛'), { minLength: 2, maxLength: 4 }).map((chars) => chars.join(''));

  const pieces = fc
    .array(
      fc.constantFrom('云帆', '科技', '有限公司', '集团', '北京', '(中国)', '市', '公司', 'contoso', ' Ltd', 'S.A.', ' & ', 'China', '　'),
      {
        maxLength: 6,
      },
    )
    .map((parts) => parts.join(''));

  test('a key is its own key, and nothing throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), pieces), (name) => {
        expect(companyKey(companyKey(name))).toBe(companyKey(name));
        companyDomain(name);
      }),
      { numRuns: 1_000 },
    );
  });

  test('likeness has no direction, and every name with a letter in it is the same as itself', () => {
    const any = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), word, han, pieces);
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(likeCompany(one, other)).toBe(likeCompany(other, one));
        if (companyKey(one) !== '') expect(likeCompany(one, one)).toBe('same');
      }),
      { numRuns: 1_000 },
    );
  });

  test('legal forms, places, case, brackets and gaps change nothing', () => {
    fc.assert(
      fc.property(word, fc.constantFrom(' GmbH', ', Inc.', ' Co., Ltd.', ' S.A.', ' (China) LLC', ' Pty. Ltd.'), (name, form) => {
        expect(companyKey(name.toUpperCase() + form)).toBe(companyKey(name));
      }),
    );
    fc.assert(
      fc.property(
        han,
        fc.constantFrom('', '北京', '深圳市', '浙江省'),
        fc.constantFrom('有限公司', '股份有限公司', '集团有限责任公司', '（中国）有限公司', '(上海) 有限公司'),
        (name, place, form) => {
          expect(companyKey(place + name + form)).toBe(companyKey(name));
        },
      ),
    );
  });
});
