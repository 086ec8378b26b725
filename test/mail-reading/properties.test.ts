import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intake } from '../../worker/mail/reading/intake.ts';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { replyText } from '../../worker/mail/reading/reply-text.ts';
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
  };

  /** The main thread's own time in milliseconds, best of three, so that a busy machine does not count. */
  async function cost(body: string, type: string): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const before = process.threadCpuUsage();
      await intake(mail(body, [], type), ENVELOPE, trusting);
      const used = process.threadCpuUsage(before);
      best = Math.min(best, (used.user + used.system) / 1000);
    }
    return best;
  }

  for (const [name, shape] of Object.entries(shapes)) {
    test(`grows no faster than the mail: ${name}`, async () => {
      const type = shape(60).startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
      const small = await cost(shape(250_000), type);
      const large = await cost(shape(1_000_000), type);
      // Four times the input: sixteen would be quadratic. The room between is for the machine.
      expect(large).toBeLessThan(Math.max(small, 8) * 9);
      expect(large).toBeLessThan(1500);
    });
  }
});
