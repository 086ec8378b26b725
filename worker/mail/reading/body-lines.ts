/**
 * One model for HTML and text: a list of lines, each with its quotation depth and with what the
 * client's own marks say about it. HTML is read as a stream of tags, never as a tree, so time is
 * linear in the body's length.
 */
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { CLIENT_MARKS, HIDDEN_STYLE, type ClientMark, type MarkEffect } from './clients.ts';
import type { MailFile, Segment } from './read-mail.ts';
import { dictionary } from '../../outside.ts';

export const QUOTE = 1;
export const ATTRIBUTION = 2;
export const SIGNATURE = 4;
export const SIGNATURE_REST = 8;
export const FORWARD = 16;
/** The line is exactly RFC 3676's signature separator, trailing blank included. */
export const SEPARATOR = 32;
/** All of the line is in a saturated colour: how people answer inside an unmarked quotation. */
export const COLOURED = 64;

export type Line = {
  text: string;
  /** Depth of quotation the client vouches for: `>` or a blockquote of a known kind. */
  depth: number;
  /** Innermost bare blockquote, 0 for none. Bare ones are quotations only if something else says so. */
  block: number;
  marks: number;
};

/** Stands for an image in a line's text until the reply is put together. */
export const IMAGE = '\ufffc';

export type BodyLines = { lines: Line[]; /** Content ids or files, one for each IMAGE, in order. */ images: (string | MailFile)[] };

const INVISIBLE = /\u034f|[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function cleanText(text: string): string {
  // Most lines are clean already; looking is cheaper than three replacements.
  let dirty = false;
  let last = 0x20;
  for (let i = 0; i < text.length && !dirty; i++) {
    const c = text.charCodeAt(i);
    dirty =
      c < 0x20 || c === 0xa0 || c === 0xad || (c === 0x20 && last === 0x20) || c === 0x34f || (c >= 0x2007 && c <= 0x206f) || c === 0xfeff;
    last = c;
  }
  if (!dirty && (last !== 0x20 || text === '')) return text;
  return text
    .replace(INVISIBLE, '')
    .replace(/[\t\u00a0\u2007\u202f ]+/g, ' ')
    .trim();
}

/** All segments of a body as lines, in reading order. */
export function bodyLines(body: Segment[], entities: boolean): BodyLines {
  const out: BodyLines = { lines: [], images: [] };
  for (const segment of body) {
    if (segment.kind === 'html') {
      const before = out.lines.length;
      htmlLines(segment.html, out);
      // HTML that a torn tag swallowed whole: the words are in the other form as well.
      if (segment.alternative !== null && out.lines.slice(before).every((line) => line.text === ''))
        textLines(segment.alternative, out, entities);
    } else if (segment.kind === 'text') textLines(segment.text, out, entities);
    else {
      out.images.push(segment.file);
      out.lines.push({ text: IMAGE, depth: 0, block: 0, marks: 0 });
    }
  }
  return out;
}

/** Beyond this many lines a body is data, not talk: further ones are kept, but joined to the last. */
const MAX_LINES = 20_000;

function push(out: BodyLines, line: Line): void {
  if (out.lines.length >= MAX_LINES) {
    const last = out.lines.at(-1);
    if (last !== undefined && ((last.depth === line.depth && last.block === line.block) || out.lines.length >= 2 * MAX_LINES)) {
      last.text += `\n${line.text}`;
      return;
    }
  }
  if (line.text === '') {
    // Runs of blank lines say no more than two do, and a million of them would cost a million objects.
    const last = out.lines.at(-1);
    const before = out.lines.at(-2);
    if (last?.text === '' && before?.text === '' && last.depth === line.depth && last.marks === line.marks && last.block === line.block)
      return;
  }
  out.lines.push(line);
}

/** Plain text: `>` marks depth (RFC 3676 §4.5). QQ writes entities into its text parts. */
export function textLines(text: string, out: BodyLines, entities: boolean): void {
  const source = entities
    ? text
        .replace(/&nbsp;?/g, ' ')
        .replace(/&gt;/g, '>')
        .replace(/&lt;/g, '<')
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&')
    : text;
  let from = 0;
  while (from <= source.length) {
    let end = source.indexOf('\n', from);
    if (end < 0) end = source.length;
    if (end === from) {
      push(out, { text: '', depth: 0, block: 0, marks: 0 });
      from = end + 1;
      continue;
    }
    let depth = 0;
    let at = from;
    for (let i = from; i < end && i - at < 3; i++) {
      const c = source.charCodeAt(i);
      if (c === 0x3e || c === 0xff1e) {
        depth++;
        at = i + 1;
      } else if (c !== 0x20 && c !== 0xa0 && c !== 0xfeff) break;
      else if (depth === 0 && i - from > 1) break;
    }
    const text = cleanText(source.slice(at, end));
    push(out, { text, depth, block: 0, marks: text === '--' && /^-- \r?$/.test(source.slice(at, end)) ? SEPARATOR : 0 });
    from = end + 1;
  }
}

const BLOCKS = new Set(
  'address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main menu nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
const SPACED = new Set('p h1 h2 h3 h4 h5 h6 ul ol pre dl'.split(' '));
const SILENT = new Set('script style head title template noscript object iframe svg math xml select textarea button_'.split(' '));
const VOID = new Set('br hr img meta link input area base col embed source track wbr'.split(' '));

type Frame = {
  tag: string;
  depth: number;
  block: number;
  marks: number;
  hidden: boolean;
  pre: boolean;
  spaced: boolean;
  list: { ordered: boolean; next: number } | null;
};

const MARKS_BY_KEY = indexMarks();

/** Marks sorted by the attribute they look at, so that an element without it costs nothing. */
function indexMarks(): { id: ClientMark[]; class: ClientMark[]; name: ClientMark[]; style: ClientMark[]; has: Map<string, ClientMark[]> } {
  const index = {
    id: [] as ClientMark[],
    class: [] as ClientMark[],
    name: [] as ClientMark[],
    style: [] as ClientMark[],
    has: new Map<string, ClientMark[]>(),
  };
  for (const mark of CLIENT_MARKS) {
    if (mark.id !== undefined) index.id.push(mark);
    else if (mark.class !== undefined) index.class.push(mark);
    else if (mark.name !== undefined) index.name.push(mark);
    else if (mark.style !== undefined) index.style.push(mark);
    else if (mark.has !== undefined) index.has.set(mark.has, [...(index.has.get(mark.has) ?? []), mark]);
  }
  return index;
}

function effectsOf(tag: string, attributes: Record<string, string>): MarkEffect[] {
  const effects: MarkEffect[] = [];
  const add = (marks: ClientMark[], pattern: (mark: ClientMark) => RegExp | undefined, value: string): void => {
    for (const mark of marks)
      if ((mark.tag === undefined || mark.tag === tag) && pattern(mark)?.test(value) === true) effects.push(mark.effect);
  };
  for (const name in attributes) {
    const value = attributes[name] ?? '';
    if (name === 'id') add(MARKS_BY_KEY.id, (mark) => mark.id, bare(value));
    else if (name === 'class') {
      if (value.length < 500)
        for (const token of value.split(/\s+/)) if (token !== '') add(MARKS_BY_KEY.class, (mark) => mark.class, bare(token));
    } else if (name === 'name') add(MARKS_BY_KEY.name, (mark) => mark.name, bare(value));
    else if (name === 'style') add(MARKS_BY_KEY.style, (mark) => mark.style, value.slice(0, 500));
    const present = MARKS_BY_KEY.has.get(name);
    if (present !== undefined)
      for (const mark of present)
        if ((mark.tag === undefined || mark.tag === tag) && (mark.is === undefined || mark.is.test(value))) effects.push(mark.effect);
  }
  return effects;
}

/** Outlook renames what it quotes to `x_…`, twice to `x_x_…`. */
function bare(value: string): string {
  return value
    .trim()
    .toLowerCase()
    .replace(/^(?:x_)+/, '');
}

/** HTML as lines. Broken markup is read as browsers would: unclosed elements end with their parent. */
export function htmlLines(html: string, out: BodyLines): void {
  const root: Frame = { tag: '', depth: 0, block: 0, marks: 0, hidden: false, pre: false, spaced: false, list: null };
  const stack: Frame[] = [root];
  let blocks = 0;
  let buffer = '';
  /** The last letter of the buffer. Asking the buffer itself would put its pieces together each time. */
  let last = '';
  const add = (piece: string): void => {
    buffer += piece;
    last = piece.charAt(piece.length - 1) || last;
  };
  /** Marks that every visible piece of the open line carries; `null` while it has none. */
  let common: number | null = null;
  let wanted = false;
  let signatureRest = false;
  let restFrame: Frame | null = null;
  const top = (): Frame => stack[stack.length - 1] ?? root;

  const emit = (keepEmpty: boolean): void => {
    const frame = top();
    if (buffer === '' && !keepEmpty) return;
    if (buffer.trim() === '') common = null;
    const text = cleanText(buffer);
    const separator = text === '--' && /^\s*--[ \u00a0]$/.test(buffer);
    buffer = '';
    last = '';
    if (text !== '' && wanted && out.lines.length > 0 && out.lines.at(-1)?.text !== '')
      push(out, { text: '', depth: frame.depth, block: frame.block, marks: frame.marks });
    wanted = false;
    let marks = common ?? frame.marks;
    common = null;
    if (restFrame !== null) marks |= QUOTE;
    if (separator) marks |= SEPARATOR;
    if (signatureRest) {
      if (frame.depth > 0 || (marks & (QUOTE | ATTRIBUTION)) !== 0) signatureRest = false;
      else marks |= SIGNATURE_REST;
    }
    push(out, { text, depth: frame.depth, block: frame.block, marks });
  };

  const open = (tag: string, attributes: Record<string, string>): void => {
    closeImplied(stack, tag);
    const parent = top();
    if (BLOCKS.has(tag)) emit(false);
    if (tag === 'br') {
      emit(true);
      if (attributes.id !== undefined && effectsOf(tag, attributes).includes('signature-rest')) signatureRest = true;
      return;
    }
    if (tag === 'img') {
      if (parent.hidden) return;
      const source = attributes.src ?? '';
      const alt = attributes.alt ?? '';
      if (/^cid:/i.test(source)) {
        out.images.push(safeDecode(source.slice(4).trim()));
        add(` ${IMAGE} `);
        common = common === null ? parent.marks : common & parent.marks;
      } else if (alt.length <= 12 && /\p{Extended_Pictographic}/u.test(alt) && !/[a-z]{2}/i.test(alt)) add(alt);
      return;
    }
    if ((tag === 'td' || tag === 'th') && buffer !== '' && !/\s/.test(last)) add('\t');
    const frame: Frame = {
      tag,
      depth: parent.depth,
      block: parent.block,
      marks: parent.marks,
      hidden: parent.hidden || SILENT.has(tag),
      pre: parent.pre || tag === 'pre',
      spaced: false,
      list: null,
    };
    const style = attributes.style;
    if (style !== undefined && style.length > 8) {
      if (HIDDEN_STYLE.test(style)) frame.hidden = true;
      if (/white-space:\s*pre/i.test(style)) frame.pre = true;
      const colour = /(?:^|;)\s*color:\s*([^;]+)/i.exec(style)?.[1];
      if (colour !== undefined) frame.marks = isSaturated(colour) ? frame.marks | COLOURED : frame.marks & ~COLOURED;
    }
    if (tag === 'font' && attributes.color !== undefined)
      frame.marks = isSaturated(attributes.color) ? frame.marks | COLOURED : frame.marks & ~COLOURED;
    if (tag === 'a') frame.marks &= ~COLOURED;
    const effects = effectsOf(tag, attributes);
    for (const effect of effects) {
      if (effect === 'quote' && tag !== 'blockquote') frame.marks |= QUOTE;
      else if (effect === 'attribution') frame.marks |= ATTRIBUTION;
      else if (effect === 'signature') frame.marks |= SIGNATURE;
      else if (effect === 'forward') frame.marks |= FORWARD;
      else if (effect === 'signature-rest') signatureRest = true;
      else if (effect === 'rest' && restFrame === null) restFrame = enclosingQuotation(stack, root);
    }
    if (tag === 'blockquote') {
      if (effects.includes('quote')) frame.depth++;
      else frame.block = ++blocks;
    } else if (tag === 'ul' || tag === 'ol')
      frame.list = { ordered: tag === 'ol', next: Number.parseInt(attributes.start ?? '1', 10) || 1 };
    else if (tag === 'li') {
      const list = nearestList(stack);
      buffer = '';
      add(list?.ordered === true ? `${list.next++}. ` : '- ');
    }
    if (SPACED.has(tag)) {
      // Word's paragraphs carry no space of their own; an empty one between them does.
      const tight =
        /mso(normal|listparagraph|plaintext)/i.test(attributes.class ?? '') ||
        /margin(-bottom)?:\s*0/i.test(style ?? '') ||
        parent.list !== null ||
        tag === 'ul' ||
        tag === 'ol';
      frame.spaced = !tight || tag === 'pre';
      if (frame.spaced) wanted = true;
    }
    // Nobody writes this deep; what lies deeper is read as if it stood here.
    if (!VOID.has(tag) && stack.length < MAX_DEPTH) stack.push(frame);
  };

  const text = (piece: string): void => {
    const frame = top();
    if (frame.hidden || piece === '') return;
    const visible = piece.trim() !== '';
    if (visible) common = common === null ? frame.marks : common & frame.marks;
    if (frame.pre) {
      const pieces = piece.split('\n');
      for (const [index, one] of pieces.entries()) {
        if (index > 0) emit(true);
        add(one);
      }
      return;
    }
    const folded = piece.replace(/[ \t\r\n\f]+/g, ' ');
    if (folded === ' ' && (buffer === '' || last === ' ')) return;
    add(folded);
  };

  const close = (tag: string): void => {
    if (tag === 'br') emit(true);
    if (VOID.has(tag)) return;
    if (BLOCKS.has(tag)) emit(false);
    let index = stack.length - 1;
    while (index > 0 && stack[index]?.tag !== tag) index--;
    if (index === 0) return;
    const closed = stack[index];
    stack.length = index;
    if (closed !== undefined) {
      if (closed.spaced) wanted = true;
      if (restFrame !== null && !stack.includes(restFrame)) restFrame = null;
    }
  };

  tokenize(html, open, text, close);
  emit(false);
}

const MAX_DEPTH = 400;

/** Tags whose opening closes an open one of their kind in the same list, row or paragraph run. */
const IMPLIED = dictionary<string>({
  li: 'ul ol menu dir',
  p: 'div td th li blockquote body section article form table center',
  tr: 'table tbody thead tfoot',
  td: 'tr table',
  th: 'tr table',
  dt: 'dl',
  dd: 'dl',
  option: 'select',
});

function closeImplied(stack: Frame[], tag: string): void {
  const containers = IMPLIED[tag];
  if (containers === undefined) return;
  for (let i = stack.length - 1; i > 0 && i > stack.length - 12; i--) {
    const at = stack[i]?.tag ?? '';
    if (at === tag) {
      stack.length = i;
      return;
    }
    if (containers.split(' ').includes(at)) return;
  }
}

/**
 * htmlparser2's tokenizer without its tree keeper, which looks through all open elements at every
 * closing tag: a hostile mail would make that quadratic.
 */
function tokenize(
  html: string,
  open: (tag: string, attributes: Record<string, string>) => void,
  text: (piece: string) => void,
  close: (tag: string) => void,
): void {
  let tag = '';
  let name = '';
  let value = '';
  let attributes: Record<string, string> = {};
  let pending = '';
  const flush = (): void => {
    if (pending !== '') text(pending);
    pending = '';
  };
  const callbacks: TokenizerCallbacks = {
    onopentagname(start, end) {
      flush();
      tag = html.slice(start, end).toLowerCase();
      attributes = {};
    },
    onattribname(start, end) {
      name = html.slice(start, end).toLowerCase();
      value = '';
    },
    onattribdata(start, end) {
      value += html.slice(start, end);
    },
    onattribentity(codepoint) {
      value += String.fromCodePoint(codepoint);
    },
    onattribend() {
      if (WANTED_ATTRIBUTES.has(name) && !(name in attributes)) attributes[name] = value;
      else if (name.startsWith('data-') && !(name in attributes)) attributes[name] = value;
    },
    onopentagend() {
      open(tag, attributes);
    },
    onselfclosingtag() {
      open(tag, attributes);
      // `<div/>` opens a div in HTML; only the office and vector vocabularies close themselves.
      if (tag.includes(':')) close(tag);
    },
    onclosetag(start, end) {
      flush();
      close(html.slice(start, end).trim().toLowerCase());
    },
    ontext(start, end) {
      pending += html.slice(start, end);
    },
    ontextentity(codepoint) {
      pending += String.fromCodePoint(codepoint);
    },
    oncomment: flush,
    oncdata(start, end) {
      pending += html.slice(start, end);
    },
    ondeclaration: flush,
    onprocessinginstruction: flush,
    onend: flush,
  };
  const tokenizer = new Tokenizer({ xmlMode: false, decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  flush();
}

const WANTED_ATTRIBUTES = new Set([
  'id',
  'class',
  'name',
  'style',
  'src',
  'alt',
  'color',
  'start',
  'type',
  'title',
  'signid',
  '__aliyun_signature_wrap',
]);

function isSaturated(colour: string): boolean {
  const value = colour.trim().toLowerCase();
  if (/^(?:red|blue|green|purple|fuchsia|magenta|orange|darkred|darkblue|darkgreen|navy|maroon|teal|crimson|royalblue)\b/.test(value))
    return true;
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})\b/.exec(value)?.[1];
  const digits =
    hex === undefined
      ? null
      : hex.length === 3
        ? [...hex].map((digit) => Number.parseInt(digit + digit, 16))
        : [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const rgb = digits ?? /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(value)?.slice(1, 4).map(Number);
  return rgb !== undefined && rgb !== null && Math.max(...rgb) - Math.min(...rgb) > 90;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function nearestList(stack: Frame[]): { ordered: boolean; next: number } | null {
  for (let i = stack.length - 1; i > 0 && i > stack.length - 8; i--) {
    const list = stack[i]?.list;
    if (list !== null && list !== undefined) return list;
  }
  return null;
}

/** A quotation that "begins here" ends with the blockquote it stands in, else with the mail. */
function enclosingQuotation(stack: Frame[], root: Frame): Frame {
  for (let i = stack.length - 1; i > 0; i--) {
    const frame = stack[i];
    if (frame !== undefined && frame.tag === 'blockquote') return frame;
  }
  return root;
}
