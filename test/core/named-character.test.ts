/** The stand-in for the table of named characters says what the table says. */
import { characterEntities } from 'character-entities';
import { expect, test } from 'vitest';
import { decodeNamedCharacterReference } from '../../worker/room/named-character.ts';

test('every name stands for its character, and nothing else for any', () => {
  const wrong = Object.entries(characterEntities).filter(([name, character]) => decodeNamedCharacterReference(name) !== character);
  expect(wrong).toEqual([]);
  for (const none of ['', 'amp;', 'ampx', 'notaname', '#38', '#x26', 'a b', '&amp', 'constructor'])
    expect(decodeNamedCharacterReference(none)).toBe(false);
});
