/** Taking a person out of words, and out of nothing else. */
import { expect, test } from 'vitest';
import { redacted, redactedText, redactorOf } from '../../worker/room/redaction.ts';

const out = (names: string[], emails: string[] = []) => redactorOf(names, emails, '∅');

test.each([
  [['Chen Wei'], 'Chen  Wei, CHEN WEI and Chen Weiss', '∅, ∅ and Chen Weiss'],
  [['Mark'], 'Mark made a mark on Markdown', '∅ made a mark on Markdown'],
  [['Jean-Luc d/E (\\x) [a-z] $1+?^{2}|'], 'Jean-Luc d/E (\\x) [a-z] $1+?^{2}| was here', '∅ was here'],
  [['陈伟'], '请陈伟明天来', '请∅明天来'],
  [['O’Neil & Co "Bob"'], 'by O’Neil & Co "Bob" or O’Neil &amp; Co &quot;Bob&quot;', 'by ∅ or ∅'],
  [['X'], 'X is too short to be known by', 'X is too short to be known by'],
])('names: %s', (names, text, expected) => {
  expect(out(names)(text)).toBe(expected);
});

test('addresses in any case, and no longer one that only contains it', () => {
  const redact = out([], ['chen@corp.example']);
  expect(redact('Chen@Corp.example, <chen@corp.example>; le.chen@corp.example')).toBe('∅, <∅>; le.chen@corp.example');
});

test('an address of any signs that an address may have', () => {
  const email = "o'n-e_i+l.{x}/y|z^$&=?~!#%*@corp-x.example";
  expect(out([], [email])(`write to <${email}>.`)).toBe('write to <∅>.');
});

test('a name that is one of our own words changes texts and no rule', () => {
  const redact = out(['customer', 'Done']);
  const event = { type: 'participant.added', side: 'customer', name: 'customer', body: 'the customer is Done', id: 'a'.repeat(26) };
  expect(redacted(event, redact)).toEqual({ ...event, name: '∅', body: 'the ∅ is ∅' });
  expect(redactedText('{"type":"x","title":"Done"}', redact)).toBe('{"type":"x","title":"∅"}');
});
