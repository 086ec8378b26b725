/** What every mail must be, in both languages. */
import { gallery } from '#emails/gallery.ts';
import { caniemail } from 'caniemail';
import { HtmlValidate } from 'html-validate/node';
import * as m from '#messages';
import { describe, expect, test } from 'vitest';
import { folded, readHtml } from './read.ts';

const samples = gallery().map((sample) => ({ ...sample, title: `${sample.locale} ${sample.name}`, read: readHtml(sample.rendered.html) }));

/**
 * What some client does not do, and why nothing is lost there. Anything else that a client can't do fails the test.
 * Meaning, order and every link stand in plain table cells, paragraphs and inline colours.
 */
/**
 * The data knows no Chinese client. QQ Mail, Foxmail and 163 draw with the system's WebKit or Blink and take style elements out, as
 * Samsung's, Yahoo's and Mail.ru's do.
 */
const CLIENTS = ['gmail.*', 'outlook.*', 'apple-mail.*', 'samsung-email.*', 'yahoo.*', 'mail-ru.*'] satisfies Parameters<
  typeof caniemail
>[0]['clients'];

const ENHANCEMENT = new Map([
  ['<style> element', 'dark colours and narrow padding'],
  ['Class selector', 'dark colours and narrow padding'],
  ['Type selector', 'spacing inside a formatted comment'],
  ['Descendant combinator', 'spacing inside a formatted comment'],
  ['@media', 'dark colours and narrow padding; Outlook for Windows recolours by itself'],
  ['color-scheme meta tag', 'dark colours'],
  ['display:none', 'the preheader is also one pixel high and has the colour of its ground'],
  ['max-height property', 'the preheader is also hidden by display and mso-hide'],
  ['overflow', 'the preheader is also hidden by display and mso-hide'],
  ['border-radius', 'square corners'],
  ['border-spacing', 'cellspacing says the same'],
  ['role attribute', 'Windows Mail, at its end'],
  ['<body> element', 'the outermost div has the same colours'],
  ['target attribute', 'links in comments; mail clients open links outside anyway'],
  ['white-space', 'long lines of code in a comment are not broken'],
  ['word-break', 'a very long word may make Windows Mail scroll'],
]);

const validate = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // Mail clients read inline styles, presentational table attributes and Outlook's conditional comments.
    'no-inline-style': 'off',
    'no-deprecated-attr': 'off',
    'no-conditional-comment': 'off',
    'prefer-tbody': 'off',
    // Older screen readers know the longer word.
    'presentation-role-style': 'off',
    'void-style': ['error', { style: 'selfclosing' }],
    'doctype-style': ['error', { style: 'lowercase' }],
    'long-title': 'off',
  },
});

describe.each(samples)('$title', ({ locale, rendered: { subject, html, text }, said, read }) => {
  test('says its whole content in both parts', () => {
    for (const words of said) {
      expect(folded(text)).toContain(folded(words));
      // Markdown is set in HTML, its words are the same.
      expect(folded(read.words)).toContain(folded(words.replace(/\*\*|^- |\[|\]\([^)]*\)/gm, '')));
    }
  });

  test('has every link of its HTML in the text part, absolute', () => {
    for (const link of read.links) {
      const url = new URL(link);
      expect(['https:', 'mailto:']).toContain(url.protocol);
      // An answer that writes itself goes where a plain reply goes: in plain text its word is what must be known.
      const word = url.protocol === 'mailto:' ? url.searchParams.get('body') : null;
      if (word !== null) expect(text.toLowerCase()).toContain(word.trim().toLowerCase());
      else expect(text).toContain(url.protocol === 'mailto:' ? decodeURIComponent(url.pathname) : link);
    }
  });

  test('fetches nothing: no image, no font, no style sheet', () => {
    expect(
      read.elements.filter(({ name: tag }) =>
        ['img', 'link', 'script', 'iframe', 'video', 'audio', 'object', 'svg', 'form', 'input'].includes(tag),
      ),
    ).toEqual([]);
    expect(html).not.toMatch(/url\(|@import|@font-face|background=/i);
    expect(Buffer.byteLength(html)).toBeLessThan(60_000);
  });

  test('has a one-line subject that says what it is about', () => {
    expect(subject).toMatch(/^\S.*\S$/u);
    expect(subject).not.toMatch(/\p{Extended_Pictographic}|notification|通知/iu);
    expect(Array.from(subject).length).toBeLessThanOrEqual(100);
  });

  test('has a preheader of its own that is a sentence', () => {
    const preheader = /mso-hide:all;?">([^<]*)</.exec(html)?.[1] ?? '';
    expect(preheader).not.toBe(subject);
    expect(preheader.length).toBeGreaterThan(locale === 'en' ? 20 : 10);
    // Where somebody's words are shown, they end as they do.
    if (said.length === 0) expect(preheader).toMatch(/[.?。？…]$/u);
  });

  test('has at most one button and asks for nothing above the line', () => {
    expect(html.match(/mso-padding-alt/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(text).not.toMatch(/above this line|此线|^-- ?$|^-{3,}/imu);
  });

  test('can be recognised in a quotation', () => {
    const marked = read.elements.filter(({ attributes: { id } }) => id === 'atelier-mail');
    expect(marked).toHaveLength(1);
    expect(marked[0]?.attributes['data-atelier']).toMatch(/^[a-z-]+(:[a-z0-9]+)?$/);
    expect(read.elements.findIndex(({ attributes: { id } }) => id === 'atelier-mail')).toBe(
      read.elements.findIndex(({ name: tag }) => tag === 'body') + 1,
    );
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
  });

  test('names the words that bring fewer wherever it offers fewer', () => {
    if (!text.includes(m.mail_wishes({}, { locale }))) return;
    for (const part of [text, read.words]) expect(part).toMatch(/DAILY.*WEEKLY.*STOP|每天.*每周.*停止/s);
  });

  test('speaks one language', () => {
    expect(read.elements.find(({ name: tag }) => tag === 'html')?.attributes['lang']).toBe(locale);
    if (locale === 'en') expect(`${subject}${read.words}${text}`).not.toMatch(/\p{Script=Han}/u);
    // Names of products and standards may stand in a Chinese mail; three English words in a row are a sentence.
    else expect(text.replace(/https?:\S+|SPF、DKIM 或 DMARC/g, '')).not.toMatch(/[a-z]+ [a-z]+ [a-z]+/i);
  });

  test('is valid HTML', async () => {
    const report = await validate.validateString(html);
    expect(
      report.results.flatMap(({ messages }) =>
        messages.map(({ ruleId, message, line, column }) => `${ruleId} ${line}:${column} ${message}`),
      ),
    ).toEqual([]);
  });

  test('loses nothing in Gmail, Outlook, Apple Mail and their kin', () => {
    const { issues } = caniemail({ clients: CLIENTS, html });
    const missing = [...issues.errors].flatMap(([client, list]) => list.map(({ title }) => ({ client, title })));
    expect(missing.filter(({ title }) => !ENHANCEMENT.has(title))).toEqual([]);
  });
});

const named = (start: string) => samples.filter(({ name }) => name.startsWith(start));

test.each(named('news-'))('$title shows whether the customer sees it', ({ locale, name, read, rendered: { subject, html, text } }) => {
  const band = locale === 'en' ? 'Internal – only your team' : '内部讨论 – 仅您的团队可见';
  const team = name === 'news-internal';
  expect(read.words.includes(band)).toBe(team);
  expect(text.startsWith(`${band}\n`)).toBe(team);
  expect(html.includes('dashed')).toBe(team);
  expect(/^\[(Internal|内部) · /.test(subject)).toBe(team);
});

test.each(named('digest'))('$title is read in a minute', ({ locale, rendered: { text } }) => {
  const words = [...new Intl.Segmenter(locale, { granularity: 'word' }).segment(text.replace(/\S*(https?:|@)\S*/g, ''))].filter(
    (one) => one.isWordLike,
  );
  expect(words.length).toBeLessThanOrEqual(150);
});
