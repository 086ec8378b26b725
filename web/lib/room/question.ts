/** Words as an open question: its first line is what stands on top of the room, the rest is said below it. */
const LETTERS = 200;

export function questionIn(words: string): { title: string; rest: string } {
  const text = words.trim();
  const [first = '', ...more] = text.split('\n');
  const letters = Array.from(first.replace(/^[>#*\-\s]+/, '').trim() || text);
  // A line that had to be cut is said whole below.
  if (letters.length > LETTERS) return { title: `${letters.slice(0, LETTERS - 1).join('')}…`, rest: text };
  return { title: letters.join(''), rest: more.join('\n').trim() };
}
