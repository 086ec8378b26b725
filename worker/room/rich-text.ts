/** Markdown to safe HTML, once, on the server. The browser gets no parser and no sanitiser. */
import { defaultSchema, sanitize, type Schema } from 'hast-util-sanitize';
import { toHtml } from 'hast-util-to-html';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';

/** Images would be fetched from wherever the writer says: a tracking pixel. Links open elsewhere and tell nothing. */
const schema: Schema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((tag) => tag !== 'img' && tag !== 'picture' && tag !== 'source'),
  protocols: { href: ['http', 'https', 'mailto', 'tel'] },
  attributes: { ...defaultSchema.attributes, a: ['href', 'title', 'rel', 'target'] },
};

/** Text in which Markdown would change nothing but line breaks needs no HTML at all. */
const PLAIN = /^[^*_`#>[\]~|\\<&]*$/;
/** Blanks before a mark are those of its own line: with those of the lines before, a page of blank lines takes the time of its square. */
const LINK_OR_LIST = /https?:\/\/|www\.|@[\w.-]+\.\w|^[^\S\r\n]*([-+]|\d+[.)])\s/m;
const RULE = /^[^\S\r\n]*(=+|-{2,})[^\S\r\n]*$/m;

/** What may be a mark, line ends among them. With more of them a text is data or malice, and the parser's time grows with their square. */
const MARKS = /[^\p{L}\p{N} .,;:!?，。；：！？]/gu;
const MOST_MARKS = 3_000;
/** Stars, lines and tildes are looked for in pairs: of these a third of a second is spent on a thousand and a half. */
const PAIRED = /[*_~]/g;
const MOST_PAIRED = 600;
/** Quotes and lists within each other that one line begins: each of them is looked at again for the next. */
const NESTED = /^(?:[^\S\r\n]*(?:>|[-+*]|\d{1,9}[.)])){12}/m;
/** Levels of a tree. What goes through one calls itself, and a stack ends. */
const DEEPEST = 100;

/** HTML of what took long, so that it does so once and not for every reader: so many texts, the last ones. */
const drawn = new Map<string, string | null>();
const MOST_DRAWN = 100;
const COSTLY = 200;

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

export const isPlain = (markdown: string): boolean => PLAIN.test(markdown) && !LINK_OR_LIST.test(markdown) && !RULE.test(markdown);

/**
 * Safe HTML of a comment; null for plain words, and for what no parser should be given: both are shown as they are. On a page, what
 * may be wider than its place scrolls there and can be reached by keyboard; a mail has no such boxes.
 */
export function richText(markdown: string, where: 'page' | 'mail' = 'mail'): string | null {
  if (isPlain(markdown)) return null;
  const marks = count(markdown, MARKS);
  if (marks > MOST_MARKS || count(markdown, PAIRED) > MOST_PAIRED || NESTED.test(markdown)) return null;
  if (marks < COSTLY) return draw(markdown, where);
  const key = `${where} ${markdown}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const html = draw(markdown, where);
  drawn.set(key, html);
  if (drawn.size > MOST_DRAWN) for (const oldest of [...drawn.keys()].slice(0, -MOST_DRAWN)) drawn.delete(oldest);
  return html;
}

function draw(markdown: string, where: 'page' | 'mail'): string | null {
  const read = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  if (isDeeper(read, DEEPEST)) return null;
  const tree = toHast(read);
  visit(tree);
  const safe = sanitize(tree, schema);
  if (where === 'page') box(safe);
  return toHtml(safe);
}

interface Node {
  type: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: unknown[];
  value?: string;
}

/** Level by level, for a tree of any depth. */
function isDeeper(tree: Node, than: number): boolean {
  let level: Node[] = [tree];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > than) return true;
    level = level.flatMap((one) => (one.children ?? []) as Node[]);
  }
  return false;
}

/** Links tell the other side nothing; single line breaks stay, as in the mail that they came from; what is ticked is a sign, not a field. */
function visit(node: Node): void {
  if (node.tagName === 'a' && node.properties)
    Object.assign(node.properties, { rel: ['noopener', 'nofollow', 'noreferrer'], target: '_blank' });
  if (!node.children) return;
  node.children = node.children.flatMap((child): unknown[] => {
    const one = child as Node;
    if (one.type === 'text' && node.tagName === 'p' && one.value?.includes('\n')) {
      return one.value.split('\n').flatMap((line, index) =>
        index
          ? [
              { type: 'element', tagName: 'br', properties: {}, children: [] },
              { type: 'text', value: line },
            ]
          : [{ type: 'text', value: line }],
      );
    }
    if (one.tagName === 'input') return [{ type: 'text', value: one.properties?.checked ? '☑' : '☐' }];
    visit(one);
    return [one];
  });
}

/** Puts tables into boxes that scroll, and lets the keyboard into those and into code. */
function box(node: Node): void {
  node.children = node.children?.map((child): unknown => {
    const one = child as Node;
    box(one);
    if (one.tagName === 'pre') return { ...one, properties: { ...one.properties, tabIndex: 0 } };
    if (one.tagName === 'table')
      return { type: 'element', tagName: 'div', properties: { className: ['wide'], tabIndex: 0 }, children: [one] };
    return one;
  });
}
