/** Single letters: what is particular to each, and what no fact can do to it. */
import type { Locale } from '#core/people.ts';
import { code } from '#emails/code.tsx';
import { digest } from '#emails/digest.tsx';
import type { DigestFacts, NewsFacts, Reader, RejectionFacts } from '#emails/facts.ts';
import { type Deal, en, gallery, samplesOf, zh } from '#emails/gallery.ts';
import { news } from '#emails/news.tsx';
import { rejection } from '#emails/rejection.tsx';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHtml } from './read.ts';

const EVIL = `"><img src=x onerror=alert(1)><script>alert(2)</script></title></style><a href="javascript:1">&amp;'\``;

/** Every word that people could have typed, made hostile. */
function hostile(deal: Deal): Deal {
  const poison = (value: unknown): unknown => {
    if (typeof value === 'string') return `${value} ${EVIL}\r\nBcc: x@evil.example`;
    if (value && typeof value === 'object')
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, ['locale', 'zone', 'html'].includes(key) ? one : poison(one)]),
      );
    return value;
  };
  const { locale, ...words } = deal;
  return { ...(poison(words) as Omit<Deal, 'locale'>), locale };
}

describe.each([
  { deal: en, language: 'en' },
  { deal: zh, language: 'zh-CN' },
])('hostile words in $language', ({ deal }) => {
  test('stay words', () => {
    const tame = samplesOf(deal).map((one) => readHtml(one.rendered.html));
    samplesOf(hostile(deal)).forEach(({ rendered: { subject, html } }, index) => {
      const read = readHtml(html);
      expect(subject).not.toMatch(/[\r\n]/);
      expect(read.elements.flatMap(({ attributes }) => Object.keys(attributes).filter((key) => key.startsWith('on')))).toEqual([]);
      expect(read.links.filter((link) => !/^(https:|mailto:)/.test(link))).toEqual([]);
      const tags = (elements: typeof read.elements) => elements.map(({ name }) => name).filter((name) => name !== 'br');
      expect(tags(read.elements)).toEqual(tags(tame[index]?.elements ?? []));
      if (read.words.includes('onerror')) expect(read.words).toContain('<img src=x onerror=alert(1)>');
    });
  });
});

const reader: Reader = { name: 'Emma Keller', locale: 'en', zone: 'Europe/Berlin' };

const facts = (more: Partial<NewsFacts> = {}): NewsFacts => ({
  reader,
  roomName: 'Contoso roll-out',
  workspaceName: 'Northwind',
  url: 'https://room.example/x',
  wishesUrl: 'https://room.example/w',
  because: 'comment',
  actor: 'Li Dan',
  description: '',
  said: [],
  internal: false,
  replyTo: 'reply+n@in.room.example',
  task: {
    title: 'Send the budget approval',
    due: { date: '2026-11-27', time: '17:00', zone: 'Asia/Shanghai' },
    overdue: false,
    owners: ['Emma Keller'],
    mine: true,
    url: 'https://room.example/x?task=1',
  },
  ...more,
});

describe('news', () => {
  test('keeps one subject through the life of a thread', () => {
    const reasons = ['mention', 'assigned', 'comment', 'completed', 'changed'] as const;
    expect(new Set(reasons.map((because) => news(facts({ because })).subject))).toEqual(
      new Set(['[Contoso roll-out] Send the budget approval']),
    );
    expect(news(facts({ task: null })).subject).toBe('[Contoso roll-out] Discussion');
  });

  test('tells the time of the reader and of who set it', () => {
    expect(news(facts()).text).toContain('Due Fri, Nov 27, 10:00 (17:00 Shanghai)');
  });

  test('keeps a long comment whole, and its beginning in the preheader', () => {
    const text = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
    const rendered = news(facts({ said: [{ name: 'Li Dan', at: '2026-11-24T01:42:00Z', internal: false, text, html: null, files: [] }] }));
    expect(rendered.text).toContain(text);
    expect(rendered.html).toContain(text);
    expect(rendered.html).toMatch(/Li Dan: word0 [^<]*…</);
  });

  test('marks a single internal comment in a mail that is not internal as a whole', () => {
    const rendered = news(
      facts({ said: [{ name: 'Li Dan', at: '2026-11-24T01:42:00Z', internal: true, text: 'Hold the price.', html: null, files: [] }] }),
    );
    expect(rendered.text).toMatch(/Li Dan · .* · Internal\nHold the price\./);
  });
});

describe('digest', () => {
  const item = {
    kind: 'owed',
    roomName: 'Contoso roll-out',
    title: 'Later',
    due: { date: '2026-12-02', time: null, zone: 'Asia/Shanghai' },
    overdue: false,
    detail: '',
    url: 'https://room.example/1',
    replyTo: 'reply+a@in.room.example',
  } as const;
  const week = (items: DigestFacts['items']): DigestFacts => ({
    reader,
    workspaceName: 'Northwind',
    items,
    more: 0,
    url: 'https://room.example',
    wishesUrl: 'https://room.example/w',
    replyRoomName: 'Contoso roll-out',
  });

  test('has the earliest due thing of the reader as its subject', () => {
    const sooner = { ...item, title: 'Sooner', due: { ...item.due, date: '2026-11-27' } };
    const theirs = { ...item, kind: 'awaited' as const, title: 'Theirs', due: { ...item.due, date: '2026-11-25' } };
    expect(digest(week([item, theirs, sooner])).subject).toBe('[Contoso roll-out] Sooner · Fri, Nov 27');
    expect(digest(week([theirs])).subject).toBe('[Contoso roll-out] Theirs · Wed, Nov 25');
  });

  test('answers item by item, with the item in the subject', () => {
    const links = readHtml(digest(week([item])).html).links;
    expect(links).toContain('mailto:reply+a@in.room.example?subject=Re%3A%20%5BContoso%20roll-out%5D%20Later');
  });

  test('shows five and counts the rest', () => {
    const { text } = digest(
      week(
        Array.from({ length: 7 }, (_, index) => ({
          ...item,
          title: `Task ${index}`,
          url: `https://room.example/${index}`,
          replyTo: `reply+${index}@in.room.example`,
        })),
      ),
    );
    expect(text).toContain('Task 4');
    expect(text).not.toContain('Task 5');
    expect(text).toContain('And 2 more');
  });
});

test('a code stands in the subject and alone on a line', () => {
  const { subject, text } = code({ reader, roomName: 'Contoso roll-out', code: '204817', minutes: 10, through: null });
  expect(subject).toMatch(/^204817 /);
  expect(text.split('\n')).toContain('204817');
  expect(text).toContain('10 minutes');
  // Why it came: by one's own link, or by a name and address that somebody typed.
  expect(text).toContain('your link to “Contoso roll-out” was opened');
  expect(code({ reader, roomName: 'Contoso roll-out', code: '204817', minutes: 10, through: 'Chen Wei' }).text).toContain(
    'entered your address',
  );
});

test('each rejection has words of its own and says whether the mail is seen', () => {
  const reasons: RejectionFacts['reason'][] = [
    'unknown_token',
    'other_sender',
    'not_authenticated',
    'empty',
    'too_large',
    'unreadable',
    'encrypted',
    'two_senders',
    'left',
    'refused',
  ];
  for (const locale of ['en', 'zh-CN'] as const) {
    const say = (reason: RejectionFacts['reason'], held: boolean) =>
      rejection({ reader: { ...reader, locale }, subject: '', reason, held, roomName: null, limit: 25 * 1024 * 1024 }).text;
    expect(new Set(reasons.map((reason) => say(reason, false))).size).toBe(reasons.length);
    expect(say('empty', true)).not.toBe(say('empty', false));
    expect(say('too_large', false)).toContain('25 MB');
    // A room that was deleted shows nobody what it holds.
    expect(say('deleted', true)).toBe(say('deleted', false));
  }
});

test('somebody without a name is greeted all the same', () => {
  const say = (locale: Locale) =>
    rejection({ reader: { ...reader, name: '', locale }, subject: 'x', reason: 'empty', held: false, roomName: null, limit: 0 }).text;
  expect(say('en')).toMatch(/^Hello,\n/);
  expect(say('zh-CN')).toMatch(/^您好：\n/);
});

test('both languages have every message, in words of their own', () => {
  const read = (locale: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(import.meta.dirname, '../../messages', locale, 'mail.json'), 'utf8'));
  const [english, chinese] = [read('en'), read('zh-CN')];
  expect(Object.keys(chinese)).toEqual(Object.keys(english));
  for (const [key, value] of Object.entries(english))
    expect([key, JSON.stringify(value)]).not.toEqual([key, expect.stringMatching(/\p{Script=Han}/u)]);
  // What consists of facts alone is the same in both.
  const wordless = Object.entries(chinese)
    .filter(([, value]) => !/\p{Script=Han}|[「」“”（）：，。]/u.test(JSON.stringify(value)))
    .map(([key]) => key);
  expect(wordless).toEqual(['mail_said', 'mail_news_subject', 'mail_digest_subject', 'mail_digest_subject_plain']);
});

test('the gallery has every letter in both languages', () => {
  const names = (locale: string) =>
    gallery()
      .filter((one) => one.locale === locale)
      .map((one) => one.name);
  expect(names('zh-CN')).toEqual(names('en'));
  expect(new Set(names('en')).size).toBe(names('en').length);
});
