/** Answers as the common mail programs write them: what was typed, then the original quoted in that program's own way. */
import type { Locale } from '#core/people.ts';

export const CLIENTS = ['gmail', 'outlook', 'apple', 'qq', 'foxmail', 'netease'] as const;
export type Client = (typeof CLIENTS)[number];

export interface Person {
  name: string;
  address: string;
}

export interface Original {
  from: Person;
  to: Person;
  subject: string;
  /** ISO instant. */
  date: string;
  html: string;
  text: string;
}

export interface Answer {
  text: string;
  /** The language and zone that the mail program is set to. */
  locale: Locale;
  zone: string;
}

export interface Written {
  subject: string;
  html: string;
  text: string;
  /** What the program says of itself. */
  headers: Record<string, string>;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Mail programs write one block a line. */
const blocks = (text: string, attributes = ''): string =>
  text
    .split(/\r?\n/)
    .map((line) => `<div${attributes}>${line === '' ? '<br>' : escaped(line)}</div>`)
    .join('');

const cited = (text: string): string =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');

/** Breaks at spaces, as Gmail does with the plain part it makes. A word too long stays whole. */
function folded(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const out: string[] = [];
      let current = '';
      for (const word of line.split(' ')) {
        if (current !== '' && current.length + 1 + word.length > columns) {
          out.push(current);
          current = word;
        } else current = current === '' ? word : `${current} ${word}`;
      }
      return [...out, current].join('\n');
    })
    .join('\n');
}

/** The original's body as webmails carry it: no style sheet, no comment, ids and classes renamed or not, `data-` kept or not. */
function carried(html: string, rename: string, dropData: boolean): string {
  const body = /<body[^>]*>([\s\S]*)<\/body>/i.exec(html)?.[1] ?? html;
  return body
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<style[\s\S]*?<\/style>/gi, '')
    .replace(/<[a-z][^>]*>/gi, (tag) => {
      const renamed = tag.replace(
        / (id|class)="([^"]*)"/g,
        (_, name: string, value: string) =>
          ` ${name}="${value
            .split(' ')
            .map((one) => rename + one)
            .join(' ')}"`,
      );
      return dropData ? renamed.replace(/ data-[a-z-]+="[^"]*"/g, '') : renamed;
    });
}

interface Clock {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

function clockAt(date: string, zone: string): Clock {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(Date.parse(date));
  const part = (type: keyof Clock): string => parts.find((one) => one.type === type)?.value ?? '';
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute'), second: part('second') };
}

const say = (date: string, locale: Locale, zone: string, options: Intl.DateTimeFormatOptions): string =>
  // Programs put plain spaces where Intl puts narrow ones.
  new Intl.DateTimeFormat(locale === 'en' ? 'en-US' : locale, { timeZone: zone, ...options })
    .format(Date.parse(date))
    .replaceAll('\u202f', ' ');

const chineseDay = ({ year, month, day }: Clock): string => `${year}年${Number(month)}月${Number(day)}日`;

const again = (prefix: string, subject: string): string => (/^\s*(re|回复|答复)\s*[:：]/i.test(subject) ? subject : `${prefix}${subject}`);

/** Rows of an Outlook-like header block. */
type Rows = [label: string, value: string][];

type Style = (original: Original, answer: Answer) => Omit<Written, 'headers'>;

const gmail: Style = ({ from, subject, date, html, text }, { text: typed, locale, zone }) => {
  const clock = clockAt(date, zone);
  const weekday = say(date, locale, zone, { weekday: 'short' });
  const [before, after] =
    locale === 'en'
      ? [
          `On ${weekday}, ${say(date, locale, zone, { month: 'short', day: 'numeric', year: 'numeric' })} at ${say(date, locale, zone, { hour: 'numeric', minute: '2-digit' })} ${from.name} <`,
          '> wrote:',
        ]
      : [`${from.name} <`, `> 于${chineseDay(clock)}${weekday} ${clock.hour}:${clock.minute}写道：`];
  const line = before + from.address + after;
  const link = `<a href="mailto:${escaped(from.address)}" target="_blank">${escaped(from.address)}</a>`;
  return {
    subject: again('Re: ', subject),
    text: `${folded(typed, 76)}\n\n${line.length > 78 ? `${before}\n${from.address}${after}` : line}\n\n${cited(folded(text, 74))}\n`,
    html:
      `<div dir="ltr">${blocks(typed)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${escaped(before)}${link}${escaped(after)}<br></div>` +
      `<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${carried(html, 'm_7412808535029561442', true)}</blockquote></div>`,
  };
};

const outlook: Style = ({ from, to, subject, date, html, text }, { text: typed, locale, zone }) => {
  const clock = clockAt(date, zone);
  const person = (one: Person) => `${one.name} <${one.address}>`;
  const rows: Rows =
    locale === 'en'
      ? [
          ['From:', person(from)],
          [
            'Sent:',
            `${say(date, locale, zone, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' })} ${say(date, locale, zone, { hour: 'numeric', minute: '2-digit' })}`,
          ],
          ['To:', person(to)],
          ['Subject:', subject],
        ]
      : [
          ['发件人:', person(from)],
          ['发送时间:', `${chineseDay(clock)} ${Number(clock.hour)}:${clock.minute}`],
          ['收件人:', person(to)],
          ['主题:', subject],
        ];
  const face = ' class="elementToProof" style="font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"';
  return {
    subject: again(locale === 'en' ? 'Re: ' : '回复: ', subject),
    text: `${typed}\n\n________________________________\n${rows.map(([label, value]) => `${label} ${value}`).join('\n')}\n\n${text}`,
    html:
      `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr">${blocks(typed, face)}` +
      `<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">` +
      `${rows.map(([label, value]) => `<b>${label}</b> ${escaped(value)}`).join('<br>')}</font><div>&nbsp;</div></div><div>${carried(html, 'x_', false)}</div></body></html>`,
  };
};

const apple: Style = ({ from, subject, date, html, text }, { text: typed, locale, zone }) => {
  const clock = clockAt(date, zone);
  const person = `${from.name} <${from.address}>`;
  const line =
    locale === 'en'
      ? `On ${say(date, locale, zone, { month: 'short', day: 'numeric', year: 'numeric' })}, at ${clock.hour}:${clock.minute}, ${person} wrote:`
      : `在 ${chineseDay(clock)}，${clock.hour}:${clock.minute}，${person} 写道：`;
  return {
    subject: again(locale === 'en' ? 'Re: ' : '回复：', subject),
    text: `${typed}\n\n> ${line}\n> \n${cited(text)}\n`,
    html:
      `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">${blocks(typed)}` +
      `<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>${escaped(line)}</div><br class="Apple-interchange-newline"><div>${carried(html, '', false)}</div></blockquote></div><br></body></html>`,
  };
};

const qq: Style = ({ from, to, subject, date, html, text }, { text: typed, locale, zone }) => {
  const clock = clockAt(date, zone);
  const half = Number(clock.hour) < 12 ? '上午' : '下午';
  const rows: Rows =
    locale === 'en'
      ? [
          ['From:', `"${from.name}"<${from.address}>;`],
          [
            'Date:',
            `${say(date, locale, zone, { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' })} ${say(date, locale, zone, { hour: '2-digit', minute: '2-digit' })}`,
          ],
          ['To:', `"${to.name}"<${to.address}>;`],
          ['Subject:', subject],
        ]
      : [
          ['发件人:', `"${from.name}"<${from.address}>;`],
          [
            '发送时间:',
            `${chineseDay(clock)}(${say(date, locale, zone, { weekday: 'long' })}) ${half}${Number(clock.hour) % 12 || 12}:${clock.minute}`,
          ],
          ['收件人:', `"${to.name}"<${to.address}>;`],
          ['主题:', subject],
        ];
  const line = `------------------&nbsp;${locale === 'en' ? 'Original' : '原始邮件'}&nbsp;------------------`;
  return {
    subject: again(locale === 'en' ? 'Re: ' : '回复：', subject),
    // The plain part that QQ Mail makes of its HTML leaves the entities standing.
    text: `${typed}\n\n\n\n\n${line}\n${rows.map(([label, value]) => `${label}&nbsp;${value}`).join('\n')}\n\n\n\n${text}`,
    html:
      `${blocks(typed)}<div><br></div><div><!--emptysign--></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">${line}</div>` +
      `<div style="font-size: 12px;background:#efefef;padding:8px;">${rows.map(([label, value]) => `<div><b>${label}</b>&nbsp;${escaped(value)}</div>`).join('')}</div><div><br></div>${carried(html, '', false)}`,
  };
};

const foxmail: Style = ({ from, to, subject, date, html, text }, { text: typed, locale, zone }) => {
  const clock = clockAt(date, zone);
  const at = `${clock.year}-${clock.month}-${clock.day} ${clock.hour}:${clock.minute}`;
  const rows: Rows =
    locale === 'en'
      ? [
          ['From:', from.name],
          ['Date:', at],
          ['To:', to.name],
          ['Subject:', subject],
        ]
      : [
          ['发件人：', from.name],
          ['发送时间：', at],
          ['收件人：', to.name],
          ['主题：', subject],
        ];
  return {
    subject: again(locale === 'en' ? 'Re: ' : '回复: ', subject),
    text: `${typed}\n\n\n\n${to.address}\n \n${rows.map(([label, value]) => `${label} ${value}`).join('\n')}\n${text}`,
    html:
      `<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"><style>body { line-height: 1.5; }blockquote { margin-top: 0px; margin-bottom: 0px; margin-left: 0.5em; }</style></head><body>${blocks(typed)}` +
      `<div><br></div><hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left"><div><span><div style="MARGIN: 10px; FONT-FAMILY: verdana; FONT-SIZE: 10pt"><div>${escaped(to.address)}</div></div></span></div>` +
      `<blockquote style="margin-Top: 0px; margin-Bottom: 0px; margin-Left: 0.5em; margin-Right: inherit"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm">` +
      `<div style="PADDING-RIGHT: 8px; PADDING-LEFT: 8px; FONT-SIZE: 12px;FONT-FAMILY:tahoma;COLOR:#000000; BACKGROUND: #efefef; PADDING-BOTTOM: 8px; PADDING-TOP: 8px">` +
      `${rows.map(([label, value]) => `<div><b>${label}</b>&nbsp;${escaped(value)}</div>`).join('')}</div></div><div>${carried(html, '', false)}</div></blockquote></body></html>`,
  };
};

const netease: Style = ({ from, subject, date, html, text }, { text: typed, locale, zone }) => {
  const clock = clockAt(date, zone);
  const at = `${clock.year}-${clock.month}-${clock.day} ${clock.hour}:${clock.minute}:${clock.second}`;
  const line = locale === 'en' ? `At ${at}, "${from.name}" <${from.address}> wrote:` : `在 ${at}，"${from.name}" <${from.address}> 写道：`;
  return {
    subject: again('Re:', subject),
    text: `${typed}\n\n\n\n\n\n${line}\n\n${cited(text)}\n`,
    html:
      `<div style="line-height:1.7;color:#000000;font-size:14px;font-family:Arial">${blocks(typed, ' style="margin:0;"')}<p style="margin:0;"><br></p><div style="position:relative;zoom:1"></div><div id="divNeteaseMailCard"></div>` +
      `<p style="margin: 0;"><br></p><pre>${escaped(line)}</pre><blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">${carried(html, '', false)}</blockquote></div>`,
  };
};

const styles: Record<Client, Style> = { gmail, outlook, apple, qq, foxmail, netease };

/** Gmail and Outlook on the web name no program. */
const programs: Partial<Record<Client, string>> = {
  apple: 'Apple Mail (2.3864.300.41)',
  qq: 'QQMail 2.x',
  foxmail: 'Foxmail 7.2.25.375[cn]',
  netease: 'Coremail Webmail Server Version 2023.4-cmXT',
};

/** An answer to a mail, quoting it as `client` would. */
export function quote(client: Client, original: Original, answer: Answer): Written {
  const program = programs[client];
  return { ...styles[client](original, answer), headers: program ? { 'X-Mailer': program } : {} };
}

/** A new mail, in the plain shape that all of them share. */
export const write = (subject: string, text: string): Written => ({
  subject,
  text: `${text}\n`,
  html: `<div dir="ltr">${blocks(text)}</div>`,
  headers: {},
});
