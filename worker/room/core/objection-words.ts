/** What a short reply to an answer means: it does, or it does not. Anything else is a comment and nothing more. */
import { firstLine, wordIn } from './acts.ts';

const RAISED = /^(?:objection|open question|question|异议|疑问|有疑问|顾虑)\s*[:：]\s*(\S.{2,190})$/iu;

/** "ok", "可以": accepted. "不够", "not enough": open again. The word must be all that its line says. */
export function objectionWordIn(text: string): 'accept' | 'reopen' | null {
  switch (wordIn(text)) {
    case 'accept':
    case 'yes':
      return 'accept';
    case 'notEnough':
    case 'no':
    case 'reopen':
      return 'reopen';
    default:
      return null;
  }
}

/** "异议：数据放在哪里？" gives the question; null where none is named so. */
export const objectionIn = (text: string): string | null => RAISED.exec(firstLine(text).line.slice(0, 400).trim())?.[1]?.trim() ?? null;
