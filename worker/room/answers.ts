/** The words by which an accepted answer is found again, in any language: words of Latin letters, and pairs of Han characters. */

/** At most this many different words of one text are kept. */
const MOST = 300;
const COMMON = new Set(
  'the and for are was with that this you your our can how what when where why does not have has will would from about into they them of to in is it we do be on or an as at by if'.split(
    ' ',
  ),
);

/** Two neighbouring Han characters make a word: Chinese writes none between them, and a dictionary is not needed. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const [run] of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/\p{Script=Han}+|[\p{L}\p{N}]+/gu)) {
    if (!/\p{Script=Han}/u.test(run)) {
      if (run.length > 1 && !COMMON.has(run)) words.add(stem(run).slice(0, 40));
      continue;
    }
    const letters = Array.from(run);
    if (letters.length === 1) words.add(run);
    for (let at = 0; at + 1 < letters.length; at += 1) words.add(`${letters[at]}${letters[at + 1]}`);
  }
  return [...words].slice(0, MOST);
}

/** "backups" is found by "backup", "stored" by "store": ends are cut alike on both sides. */
const stem = (word: string): string => (word.length > 4 && /^[a-z]+$/.test(word) ? word.replace(/(?:ies|ing|ed|es|s|e|y)$/, '') : word);
