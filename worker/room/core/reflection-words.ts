/** A reply to the three questions, read. */
import type { ThreadId } from './ids.ts';
import type { Answers } from './reflection.ts';

/** What the reply address of these questions hangs on. No thread: whoever replies speaks for themselves. */
export const LOOKING_BACK = 'reflection' as ThreadId;

/** Characters, as the form has it. */
const LONGEST = 4_000;

/** In a line without the blanks before it: looked for here, they would be shared out in every way. */
const NUMBERED = /^[（(#]?\s*(?:第\s*)?([1-3１-３一二三])\s*(?:[.)、:：）．]|个?问题[:：]?|[-–]\s)\s*(.*)$/u;
const ORDER = '一二三';

/**
 * The answers that a reply gives: by their numbers, by three paragraphs, or all of it as the first. What it leaves out stays as
 * it was before. Null when it says nothing, or more than an answer can hold: then it is a comment like any other.
 */
export function answersIn(text: string, before: Answers | null): Answers | null {
  const said: Answers = [...(before ?? (['', '', ''] as const))] as Answers;
  const numbered: (string[] | null)[] = [null, null, null];
  const lead: string[] = [];
  let at: number | null = null;
  for (const line of text.split('\n')) {
    const [, mark, rest = ''] = NUMBERED.exec(line.trimStart()) ?? [];
    if (mark) {
      at = ORDER.includes(mark) ? ORDER.indexOf(mark) : Number(mark.normalize('NFKC')) - 1;
      (numbered[at] ??= []).push(rest);
    } else (at === null ? lead : (numbered[at] ?? lead)).push(line);
  }
  const first = numbered.findIndex((one) => one !== null);
  if (first === -1) {
    const paragraphs = text.split(/\n\s*\n/).filter((one) => one.trim() !== '');
    const [difference = '', cost = '', next = ''] = paragraphs;
    if (paragraphs.length === 3) return kept([difference, cost, next]);
    said[0] = text;
    return text.trim() === '' ? null : kept(said);
  }
  numbered.forEach((lines, place) => {
    // A greeting before the first number is not lost.
    if (lines) said[place] = [...(place === first ? lead : []), ...lines].join('\n');
  });
  return kept(said);
}

function kept(answers: Answers): Answers | null {
  const [difference, cost, next] = answers.map((one) => one.trim());
  const trimmed: Answers = [difference ?? '', cost ?? '', next ?? ''];
  return trimmed.every((one) => one === '') || trimmed.some((one) => one.length > LONGEST) ? null : trimmed;
}
