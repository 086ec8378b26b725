/** What comes from outside, where anybody may write `__proto__`. */

/** Words and what they stand for, and nothing that every object has beside. */
export const dictionary = <Meaning>(words: Record<string, Meaning>): Readonly<Record<string, Meaning>> =>
  Object.assign(Object.create(null) as Record<string, Meaning>, words);

/** How deep it may be: no schema asks for more, and what hands it on calls itself for each level. */
const DEEPEST = 32;

/** What a text says in JSON; null for what is none, and for what is nested without end. */
export function shallowJson(text: string): unknown {
  try {
    const read: unknown = JSON.parse(text);
    return isDeeper(read, DEEPEST) ? null : read;
  } catch {
    return null;
  }
}

const isDeeper = (value: unknown, than: number): boolean =>
  typeof value === 'object' && value !== null && (than === 0 || Object.values(value).some((one) => isDeeper(one, than - 1)));
