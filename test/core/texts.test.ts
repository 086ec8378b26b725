/** Two versions of a text become one. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { ParticipantId, TaskId } from '#core/ids.ts';
import { command } from '#core/commands.ts';
import { described, describing, fieldOf, isTextId, merge, placeAfter, spliceBetween, textId, textsIn } from '#core/texts.ts';

const apply = (text: string, splice: ReturnType<typeof spliceBetween>) =>
  splice ? text.slice(0, splice.at) + splice.added + text.slice(splice.at + splice.removed) : text;
const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '词', '😀', '👍'), maxLength: 30 });

describe('a change', () => {
  test('makes the one text of the other, wherever the caret stands, and cuts no character in two', () => {
    fc.assert(
      fc.property(words, words, fc.nat(40), (before, after, caret) => {
        const splice = spliceBetween(before, after, caret);
        expect(apply(before, splice)).toBe(after);
        if (splice) expect(splice.added.isWellFormed() || !after.isWellFormed()).toBe(true);
      }),
    );
  });

  test('stands where it was typed among letters that are all alike', () => {
    expect(spliceBetween('aaa', 'aaaa', 2)).toEqual({ at: 1, removed: 0, added: 'a' });
  });

  test('moves what stands behind it and nothing before', () => {
    expect(placeAfter(3, { at: 5, removed: 0, added: 'xx' })).toBe(3);
    expect(placeAfter(6, { at: 5, removed: 0, added: 'xx' })).toBe(8);
    expect(placeAfter(7, { at: 5, removed: 4, added: 'x' })).toBe(6);
  });
});

describe('two changes', () => {
  test('in different places both stand', () => {
    expect(merge('Agree on the terms.', 'Agree on all terms.', 'Agree on the terms. Sign.')).toBe('Agree on all terms. Sign.');
    expect(merge('Agree on the terms.', 'We agree on the terms.', 'Agree on terms.')).toBe('We agree on terms.');
  });

  test('of the same words keep both versions', () => {
    expect(merge('due Monday', 'due Tuesday', 'due Friday')).toContain('Tues');
    expect(merge('due Monday', 'due Tuesday', 'due Friday')).toContain('Fri');
  });

  test('of which one is none give the other', () => {
    fc.assert(
      fc.property(words, words, (base, other) => {
        expect(merge(base, other, base)).toBe(other);
        expect(merge(base, base, other)).toBe(other);
        expect(merge(base, other, other)).toBe(other);
      }),
    );
  });
});

describe('each text', () => {
  const task = 'a'.repeat(26) as TaskId;
  const one = 'anna' as ParticipantId;
  const other = 'bo' as ParticipantId;

  test.each(['task', 'agenda', 'minutes'] as const)('is a command, an event and a field of its own (%s)', (kind) => {
    const text = textId(kind, task);
    expect(isTextId(text)).toBe(true);
    const asked = describing(text, 'all', 'a');
    expect(v.parse(command, asked)).toEqual(asked);
    expect(asked).toHaveProperty(fieldOf(text), 'all');
    expect(textsIn(described(text, 'all', [one]))).toEqual([{ text, words: 'all' }]);
    expect(described(text, 'all', [one])).not.toHaveProperty('writers');
    expect(described(text, 'all', [one, other])).toHaveProperty('writers', [one, other]);
  });

  test('is named by what can be written, and by nothing else', () => {
    for (const wrong of ['place:' + task, 'task:', 'minutes:' + task + ':x', task, 7, null]) expect(isTextId(wrong)).toBe(false);
  });
});
