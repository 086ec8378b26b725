/** Reads a mail's HTML as a machine does: elements, attributes and the words between them. */
import { Parser } from 'htmlparser2';

export interface Element {
  name: string;
  attributes: Record<string, string>;
}

export interface ReadHtml {
  elements: Element[];
  words: string;
  links: string[];
}

export function readHtml(html: string): ReadHtml {
  const elements: Element[] = [];
  let words = '';
  let muted = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      elements.push({ name, attributes: { ...attributes } });
      if (name === 'style' || name === 'title') muted += 1;
      if (name === 'br') words += '\n';
    },
    onclosetag(name) {
      if (name === 'style' || name === 'title') muted -= 1;
    },
    ontext(text) {
      if (muted === 0) words += text;
    },
  });
  parser.end(html);
  return { elements, words, links: elements.flatMap(({ attributes: { href } }) => href ?? []) };
}

/** Words without the breaks between them: what was said, however it was set. */
export const folded = (text: string): string => text.replace(/\s+/g, '');
