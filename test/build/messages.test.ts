/** Every word in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as m from '#messages';
import { reasons } from '#core/refusal.ts';
import { heldReasons } from '#core/held-mail.ts';
import { taskKinds } from '#core/plan.ts';

const LOCALES = ['en', 'zh-CN'] as const;
const files = readdirSync('messages/en').filter((name) => name.endsWith('.json'));
const read = (locale: string, file: string) => JSON.parse(readFileSync(`messages/${locale}/${file}`, 'utf8')) as Record<string, unknown>;
const flat = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
/** The names in braces, of a plain message or of all its variants. */
const inputs = (value: unknown): string[] =>
  [...new Set([...flat(value).matchAll(/\{([a-zA-Z_]+)\}/g)].map((match) => match[1] ?? ''))].sort();

describe.each(files)('%s', (file) => {
  const [en, zh] = LOCALES.map((locale) => read(locale, file));

  test('says the same things in both languages', () => {
    expect(Object.keys(zh ?? {}).sort()).toEqual(Object.keys(en ?? {}).sort());
  });

  test('leaves nothing empty and forgets nothing that is filled in', () => {
    for (const [key, value] of Object.entries(en ?? {})) {
      if (key === '$schema') continue;
      expect(flat(value).trim(), key).not.toBe('');
      expect(flat(zh?.[key]).trim(), key).not.toBe('');
      expect(inputs(zh?.[key]), key).toEqual(inputs(value));
    }
  });
});

test('no message stands in two files', () => {
  const keys = files.flatMap((file) => Object.keys(read('en', file)).filter((key) => key !== '$schema'));
  expect(keys.length).toBe(new Set(keys).size);
});

test('the compiler made a function of every message', () => {
  const keys = files.flatMap((file) => Object.keys(read('en', file)).filter((key) => key !== '$schema'));
  expect(keys.length).toBeGreaterThan(150);
  for (const key of keys) expect(m, key).toHaveProperty(key);
});

test('every refusal, every reason to hold a mail and every kind of task has words', () => {
  for (const reason of reasons) expect(m).toHaveProperty(`refusal_${reason}`);
  for (const kind of taskKinds) expect(m).toHaveProperty(`kind_${kind}`);
  for (const reason of heldReasons) expect(m).toHaveProperty(`held_${reason}`);
});
