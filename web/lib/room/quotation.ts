/** A comment as a quotation in Markdown: readable in a mail as it is here. */
import type { Comment } from '#core/discussion.ts';

const LINES = 6;
const LETTERS = 400;

/** Its own quotations are left out: an answer quotes what was said, not what that answered. */
export function quotation(comment: Pick<Comment, 'body' | 'files'>, name: string): string {
  const said = comment.body
    .split('\n')
    .filter((line) => !line.startsWith('>'))
    .join('\n')
    .trim();
  const words = said || comment.files.map((file) => file.name).join(', ');
  const letters = Array.from(words);
  const cut = letters.length > LETTERS ? `${letters.slice(0, LETTERS).join('')}…` : words;
  const lines = cut.split('\n');
  const kept = lines.length > LINES ? [...lines.slice(0, LINES), '…'] : lines;
  return [`**${name}:**`, ...kept].map((line) => `> ${line}`.trimEnd()).join('\n') + '\n\n';
}
