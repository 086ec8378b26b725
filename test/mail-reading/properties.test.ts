import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstLine, readAct, saysNo } from '#core/acts.ts';
import type { ValueLineId } from '#core/ids.ts';
import { objectionIn, objectionWordIn } from '#core/objection-words.ts';
import { answersIn } from '#core/reflection-words.ts';
import { valueNumberIn } from '#core/value-reading.ts';
import { withoutKeys } from '../../worker/access/tokens.ts';
import { spanIn } from '../../worker/mail/calendar.ts';
import { intake } from '../../worker/mail/reading/intake.ts';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { replyText } from '../../worker/mail/reading/reply-text.ts';
import { Skeleton } from '../../worker/mail/reading/skeleton.ts';
import { richText } from '../../worker/room/rich-text.ts';
import { words } from '../bench/mail.ts';
import { doorway, ENVELOPE, mail } from './doorway.ts';

const trusting = doorway({ authservId: null });

test('random bytes are survived', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => void (await intake(bytes, ENVELOPE, trusting))),
    { numRuns: 500 },
  );
});

const word = fc.constantFrom(
  'dock',
  'Thursday',
  '3.2',
  'm',
  'yes',
  'wrote',
  'From',
  'sent',
  '报价',
  '周四',
  '确认',
  'original',
  'message',
  'Gruß',
  '12:30',
  'http://x.example/a',
  'a@b.example',
  '>',
  '--',
  '-',
  '1.',
  '*',
  '|',
);
const line = fc
  .array(word, { minLength: 1, maxLength: 9 })
  .map((list) => list.join(' '))
  .filter((text) => !/^[>＞]/.test(text.trim()));
const typed = fc
  .array(fc.oneof(line, fc.constant('')), { minLength: 1, maxLength: 8 })
  .map((lines) => ['First words.', ...lines, 'Last words of mine are these here.'].join('\n'));

describe('nothing typed is lost', () => {
  test('above a quotation that the client marked', async () => {
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        const html = `<div>${text
          .split('\n')
          .map((one) => `<div>${one === '' ? '<br>' : one.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</div>`)
          .join(
            '',
          )}</div><div class="gmail_quote"><div class="gmail_attr">On Tue, 3 Nov 2026 at 10:12, Li Dan &lt;l@a.example&gt; wrote:<br></div><blockquote class="gmail_quote">quoted zebra</blockquote></div>`;
        const reply = replyText(await readMail(mail(html, [], 'text/html; charset=utf-8')), null);
        const got = words(reply.text);
        for (const [one, count] of words(text))
          expect(got.get(one) ?? 0, `${one} of ${JSON.stringify(text)} in ${JSON.stringify(reply.text)}`).toBeGreaterThanOrEqual(count);
        expect(reply.text).not.toContain('zebra');
      }),
      { numRuns: 600 },
    );
  });

  test('in a mail without any quotation, and what is cut is kept with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(line, fc.constant('')), { maxLength: 14 }), async (lines) => {
        const reply = replyText(await readMail(mail(lines.join('\n'))), null);
        const got = words(`${reply.text}\n${reply.cut.map((cut) => cut.text).join('\n')}`);
        for (const [one, count] of words(lines.join('\n'))) expect(got.get(one) ?? 0, one).toBeGreaterThanOrEqual(count);
      }),
      { numRuns: 600 },
    );
  });
});

test('a body that is closed before it begins has the words below it, and only up to its neighbour', async () => {
  const closed = (name: string, words: string) =>
    `--b\r\nContent-Type: multipart/related; boundary=${name}\r\n\r\n--${name}--\r\n${words}\r\n`;
  const body = `${closed('one', 'The first words.')}${closed('two', 'The second words.')}--b--\r\n`;
  const reply = replyText(await readMail(mail(body, [], 'multipart/mixed; boundary=b')), null);
  expect(reply.text.match(/The \w+ words\./g)).toEqual(['The first words.', 'The second words.']);
});

describe('time', () => {
  const shapes: Record<string, (size: number) => string> = {
    'blank lines': (size) => '\n'.repeat(size),
    'quote signs': (size) => '>\n'.repeat(size / 2),
    'quoted and typed in turns': (size) => '> a\nb\n'.repeat(size / 6),
    dashes: (size) => '-'.repeat(size),
    'rows of dashes': (size) => '-----\n'.repeat(size / 6),
    attributions: (size) => 'On Tue, 3 Nov 2026 at 10:12, X <a@b.example> wrote:\n'.repeat(size / 52),
    'header lines': (size) => 'From: a@b.example\n'.repeat(size / 18),
    'at-signs': (size) => '@'.repeat(size),
    'telephone numbers': (size) => 'Tel: 021-5555-0188\n'.repeat(size / 19),
    'Chinese verbs': (size) => '写道：\n'.repeat(size / 10),
    'nested blockquotes': (size) => '<blockquote>'.repeat(size / 12),
    'unclosed divs': (size) => '<div>'.repeat(size / 5),
    'closing tags of nothing': (size) => `${'<b>'.repeat(size / 8)}${'</i>'.repeat(size / 8)}`,
    'bars and stars': (size) => `|${'*'.repeat(2000)}\n`.repeat(size / 2002),
    'cells of one row': (size) => `<table><tr>${'<td>a b '.repeat(size / 8)}`,
    'words apart in bold': (size) => '<b>a</b> '.repeat(size / 9),
  };

  const parted = (type: string, parts: string[]): Uint8Array =>
    mail([...parts.flatMap((part) => ['--b', part]), '--b--', ''].join('\r\n'), [], `${type}; boundary=b`);
  const many = (count: number, make: (at: number) => string): string[] => Array.from({ length: count }, (_, at) => make(at));
  const calendar = (line: string) =>
    parted('multipart/alternative', [`Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VEVENT\r\n${line}\r\nEND:VEVENT`]);
  const html = (body: string) =>
    parted('multipart/alternative', ['Content-Type: text/plain\r\n\r\nhello', `Content-Type: text/html\r\n\r\n${body}`]);
  const file = (name: string) => parted('multipart/mixed', [`Content-Type: application/pdf; name=${name}\r\n\r\nx`]);
  const mails: Record<string, (size: number) => Uint8Array> = {
    'encoded words without an end': (size) => mail('hello', [`Subject: ${'=?a?b?x'.repeat(size / 7)}`]),
    'blanks in the name of a file': (size) => file(`a${' '.repeat(size)}b`),
    'semicolons of a calendar': (size) => calendar(`A${';'.repeat(size)}`),
    'semicolons of a calendar and a torn quote': (size) => calendar(`ATTENDEE${';A=b'.repeat(size / 4)};CN="x:mailto:a@b.example`),
    'quotes in the verdict': (size) => mail('hello', [`Authentication-Results: mx.cloudflare.net; "${'\\"'.repeat(size / 2)}`]),
    'letters in the verdict': (size) => mail('hello', [`Authentication-Results: mx.cloudflare.net; a=pass ${'a'.repeat(size)}`]),
    'heads that do not end': (size) =>
      parted(
        'multipart/mixed',
        many(1_900, () => 'X: y\r\n'.repeat(size / 1_900 / 6).trimEnd()),
      ),
    'parts without a head': (size) =>
      parted(
        'multipart/mixed',
        many(1_900, () => 'some words\r\n'.repeat(size / 1_900 / 12).trimEnd()),
      ),
    'multiparts without parts': (size) =>
      parted('multipart/mixed', [
        ...many(size / 600, (at) => `Content-Type: multipart/mixed; boundary=q${at}\r\n`),
        `Content-Type: text/plain\r\n\r\n${'some words\r\n'.repeat(size / 12)}`,
      ]),
    'styles without an end': (size) => html('<style>'.repeat(size / 7)),
    'torn ends of styles': (size) => html(`<style>${'</style '.repeat(size / 8)}`),
    'beginnings of tags': (size) => html('<a '.repeat(size / 3)),
    'images and files beside': (size) =>
      parted('multipart/related', [
        `Content-Type: text/html\r\n\r\n${'<img src=cid:a>'.repeat(size / 30)}`,
        ...many(size / 600, (at) => `Content-Type: image/png; name=a.png\r\nContent-ID: <c${at}>\r\n\r\nx`),
      ]),
  };
  const strict = doorway();

  test('is not spent on the clocks of a zone that turn every second', () => {
    const said = (rule: string) =>
      [
        'BEGIN:VCALENDAR',
        'BEGIN:VTIMEZONE',
        'TZID:Here',
        'BEGIN:STANDARD',
        'DTSTART:16010101T000000',
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0100',
        rule,
        'END:STANDARD',
        'END:VTIMEZONE',
        'BEGIN:VEVENT',
        'DTSTART;TZID=Here:20261124T100000',
        'DTEND;TZID=Here:20261124T110000',
        'END:VEVENT',
        'END:VCALENDAR',
      ].join('\r\n');
    const span = { start: Date.parse('2026-11-24T09:00:00Z'), end: Date.parse('2026-11-24T10:00:00Z') };
    expect(spanIn(said('RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10'), 'UTC')).toEqual(span);
    for (const rule of ['RRULE:FREQ=SECONDLY', 'RR\r\n ULE:FREQ=SECONDLY', 'RRULE:FREQ=YEARLY;INTERVAL=1\r\n;FREQ=SECONDLY'])
      expect([null, span]).toContainEqual(spanIn(said(rule), 'UTC'));
  });

  const room: Record<string, (size: number) => string> = {
    tildes: (size) => `${'~'.repeat(size)}x`,
    blanks: (size) => `a${' '.repeat(size)}x`,
    'blanks of another width': (size) => `${'\u3000'.repeat(size)}x`,
    'blank lines': (size) => `a${'\n '.repeat(size / 2)}x`,
    'a number that does not come': (size) => `第${' '.repeat(size)}x`,
    'beginnings of bold': (size) => '**a'.repeat(size / 3),
    'titles underlined': (size) => 'a\n===\n'.repeat(size / 6),
  };
  /** What a room looks for in a reply, and what a page shows of it. */
  function asked(text: string): void {
    const { line } = firstLine(text);
    saysNo(text);
    readAct(line, { now: 0, zone: 'UTC', locale: 'en' });
    objectionWordIn(text);
    objectionIn(text);
    valueNumberIn(text, { id: 'line' as ValueLineId, number: null });
    answersIn(text, null);
    withoutKeys(text);
    richText(text, 'page');
  }

  /** The main thread's own time in milliseconds, best of three, so that a busy machine does not count. */
  async function cost(work: () => unknown): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const before = process.threadCpuUsage();
      await work();
      const used = process.threadCpuUsage(before);
      best = Math.min(best, (used.user + used.system) / 1000);
    }
    return best;
  }

  const bodies = Object.entries(shapes).map(([name, shape]): [string, (size: number) => Uint8Array] => {
    const type = shape(60).startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
    return [name, (size) => mail(shape(size), [], type)];
  });
  const all: [string, (size: number) => () => unknown][] = [
    ...[...bodies, ...Object.entries(mails)].map(([name, make]): [string, (size: number) => () => unknown] => [
      name,
      (size) => {
        const bytes = make(size);
        return () => intake(bytes, ENVELOPE, name.includes('verdict') ? strict : trusting);
      },
    ]),
    ...Object.entries(room).map(([name, make]): [string, (size: number) => () => unknown] => [
      `in a room, ${name}`,
      (size) => () => asked(make(size)),
    ]),
    ['bodies within bodies, on their way', (size) => () => new Skeleton().push(nested(size / 60))],
  ];
  const nested = (depth: number) =>
    new TextEncoder().encode(
      `Content-Type: multipart/mixed; boundary=n0\r\n\r\n${many(depth, (at) => `--n${at}\r\nContent-Type: multipart/mixed; boundary=n${at + 1}\r\n\r\n`).join('')}${'--x\r\n'.repeat(depth * 10)}`,
    );

  for (const [name, make] of all) {
    test(`grows no faster than the mail: ${name}`, async () => {
      const small = await cost(make(250_000));
      const large = await cost(make(1_000_000));
      // Four times the input: sixteen would be quadratic. The room between is for the machine.
      expect(large).toBeLessThan(Math.max(small, 8) * 9);
      expect(large).toBeLessThan(1500);
    });
  }
});
