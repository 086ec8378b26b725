/** What a short reply to an answer means: it does, or it does not. Anything else is a comment and nothing more. */

const ENOUGH =
  /^(?:ok(?:ay)?|好的?|可以(?:了)?|行(?:了)?|没问题|明白(?:了)?|清楚了|接受|同意|that answers it|answered|accept(?:ed)?|agreed|solved|resolved|all clear|clear now)$/i;
const NOT_ENOUGH =
  /^(?:不够|还不够|不行|不可以|没(?:有)?(?:解决|回答)|不接受|不同意|not enough|not answered|that does(?:n'?t| not) answer it|not accepted|reopen|no)$/i;
const RAISED = /^(?:objection|open question|question|异议|疑问|有疑问|顾虑)\s*[::]\s*(\S.{2,190})$/iu;

/** Characters. A longer line is prose, whatever it begins with. */
const LONGEST = 1_000;

function firstLine(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  if (line.length > LONGEST) return '';
  return line
    .normalize('NFKC')
    .replaceAll('’', "'")
    .replace(/[\s.,!。、~]+$/u, '')
    .trim();
}

/** "ok", "可以": accepted. "不够", "not enough": open again. The word must be all that its line says. */
export function objectionWordIn(text: string): 'accept' | 'reopen' | null {
  const line = firstLine(text).replace(/^(?:yes|是的?|嗯),?\s*/i, '');
  if (NOT_ENOUGH.test(line)) return 'reopen';
  return ENOUGH.test(line) ? 'accept' : null;
}

/** "异议：数据放在哪里？" gives the question; null where none is named so. */
export const objectionIn = (text: string): string | null => RAISED.exec(firstLine(text))?.[1]?.trim() ?? null;
