/**
 * Takes a person's names and addresses out of what is stored. The history stays the same events in the same order, so that everything that
 * is folded from it still folds; only what names the person says something neutral instead.
 */

/** Gives a text without the person; the same text where they do not stand in it. */
export type Redact = (text: string) => string;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Marks of a text that may surround a name as HTML writes them. */
const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Full names and whole addresses, in any case; one word that is a name (`Mark`) only as it is written, and never inside another word. Han
 * characters stand without spaces, so there a name is found anywhere.
 */
export function redactorOf(names: string[], emails: string[], instead: string): Redact {
  const spelled = (text: string) => [...new Set([text, text.replace(/[&<>"']/g, (char) => HTML[char] ?? char)])];
  const whole = (text: string) => (/\p{Script=Han}/u.test(text) ? text : `(?<![\\p{L}\\p{N}])${text}(?![\\p{L}\\p{N}])`);
  const source = (name: string) => whole(escaped(name.trim()).replace(/\s+/g, '\\s+'));
  const wanted = names.filter((name) => name.trim().length > 1).flatMap(spelled);
  const long = wanted.filter((name) => /\s/.test(name.trim()));
  const short = wanted.filter((name) => !long.includes(name));
  const any = [...emails.map((email) => `(?<![\\p{L}\\p{N}._+-])${escaped(email)}(?![\\p{L}\\p{N}-])`), ...long.map(source)];
  const patterns = [
    ...(any.length > 0 ? [new RegExp(any.join('|'), 'giu')] : []),
    ...(short.length > 0 ? [new RegExp(short.map(source).join('|'), 'gu')] : []),
  ];
  return (text) => patterns.reduce((now, pattern) => now.replace(pattern, instead), text);
}

/** Words of our own that a name may happen to be (`customer`, `done`): they are no texts of anybody. */
const isOurs = (key: string, value: string): boolean =>
  key === 'type' || /^[a-z2-7]{26}$/.test(value) || (/^[a-z_.-]+$/.test(value) && !['name', 'body', 'text', 'title', 'note'].includes(key));

/** Every text inside of a value, redacted. */
export function redacted<T>(value: T, redact: Redact, key = ''): T {
  if (typeof value === 'string') return (isOurs(key, value) ? value : redact(value)) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => redacted(one, redact, key)) as T;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [redact(name), redacted(one, redact, name)])) as T;
  return value;
}

/** The same of what is stored as text, which may be JSON. */
export function redactedText(text: string, redact: Redact): string {
  if (redact(text) === text) return text;
  if (!/^[[{]/.test(text)) return redact(text);
  try {
    return JSON.stringify(redacted(JSON.parse(text) as unknown, redact));
  } catch {
    return redact(text);
  }
}

/** Every text column of every table of an object but these, redacted. A new table is covered by being there. */
export function redactTables(sql: SqlStorage, redact: Redact, except: readonly string[]): void {
  const tables = sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    )
    .toArray()
    .map((one) => one.name)
    .filter((name) => !except.includes(name));
  for (const table of tables) {
    const columns = sql
      .exec<{ name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)', table)
      .toArray()
      .filter((one) => one.type === 'TEXT')
      .map((one) => one.name);
    for (const column of columns) {
      // By value, since not every table has a row id.
      const values = sql.exec<{ value: string | null }>(`SELECT DISTINCT "${column}" AS value FROM "${table}"`);
      const changed = [...values].flatMap(({ value }): [string, string][] => {
        const after = value === null ? null : redactedText(value, redact);
        return value !== null && after !== null && after !== value ? [[value, after]] : [];
      });
      for (const [before, after] of changed)
        sql.exec(`UPDATE OR REPLACE "${table}" SET "${column}" = ? WHERE "${column}" = ?`, after, before);
    }
  }
}
