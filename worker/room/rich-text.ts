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

export const isPlain = (markdown: string): boolean => PLAIN.test(markdown) && !LINK_OR_LIST.test(markdown) && !RULE.test(markdown);

/**
 * Safe HTML of a comment; null for plain words, and for what no parser should be given: both are shown as they are. On a page, what
 * may be wider than its place scrolls there and can be reached by keyboard; a mail has no such boxes.
 */
export function richText(markdown: string, where: 'page' | 'mail' = 'mail'): string | null {
  if (isPlain(markdown) || (markdown.match(MARKS)?.length ?? 0) > MOST_MARKS) return null;
  const tree = toHast(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
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
