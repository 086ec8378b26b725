/** Mail clients as they write replies: HTML and text parts, headers, where the signature stands. */
import { alternative, file, html, mixed, related, text, type Part } from './mime.ts';
import type { Locale, Original } from './locales.ts';
import type { Typed } from './replies.ts';

export type Situation = {
  locale: Locale;
  person: { name: string; address: string; token: string };
  index: number;
  typed: Typed;
  original: Original & { from: { name: string; address: string } };
  sentAt: Date;
  escape: (text: string) => string;
};

export type Built = { subject: string; headers?: string[]; part: Part; text: string; attachments?: string[] };

export type Client = { name: string; languages: 'all' | string[]; rounds?: number; html?: boolean; build: (s: Situation) => Built };

const PNG = Uint8Array.from(Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAwAAAAECAIAAAA1REndAAAAEUlEQVR4nGM4ISdHEDHQVxEAOMYwwX2PXeQAAAAASUVORK5CYII=', 'base64'));

export const typedLines = (s: Situation): string[] => s.typed.paragraphs.flatMap((paragraph, index) => (index === 0 ? paragraph : ['', ...paragraph]));
export const typedText = (s: Situation): string => typedLines(s).join('\n');
const divs = (s: Situation): string => typedLines(s).map((line) => `<div>${line === '' ? '<br>' : s.escape(line)}</div>`).join('');
const brs = (s: Situation): string => typedLines(s).map((line) => s.escape(line)).join('<br>');
const fill = (template: string, name: string, address: string): string => template.replaceAll('{n}', name).replaceAll('{a}', address);
const gt = (lines: string[], prefix = '> '): string => lines.map((line) => (line === '' ? prefix.trimEnd() : prefix + line)).join('\n');

export function atelierHtml(s: Situation): string {
  const rows = s.original.lines.map((line, index, all) => {
    const last = index === all.length - 1;
    const link = /https:\S+/.exec(line)?.[0];
    if (link !== undefined) return `<tr><td style="padding:16px 24px"><a href="${link}" style="background:#1f6feb;color:#ffffff;padding:10px 18px;border-radius:6px;text-decoration:none">${s.escape(line)}</a></td></tr>`;
    return `<tr><td style="padding:${last ? '16px 24px;font-size:12px;color:#6e7781' : '6px 24px;font-size:14px;line-height:22px;color:#1f2328'}">${s.escape(line)}</td></tr>`;
  });
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;font-family:-apple-system,Segoe UI,PingFang SC,sans-serif">${rows.join('')}</table>`;
}

const charsetFor = (s: Situation): string => {
  const list = s.locale.charsets ?? ['utf-8'];
  const charset = list[s.index % list.length] ?? 'utf-8';
  const needed = `${typedText(s)}${s.original.lines.join('')}${s.original.sender}${s.original.subject}`;
  // Characters outside the charset would be written as entities; the set keeps to what fits.
  if (charset === 'utf-8' || (/^(gb|gb18030)/.test(charset) && !/\p{Extended_Pictographic}/u.test(needed))) return charset;
  return 'utf-8';
};

const narrow = (s: Situation, charset: string, content: string): string => {
  if (charset === 'utf-8') return charset;
  const latin: Record<string, RegExp> = {
    'iso-8859-1': /^[\x00-\x7e\xa0-\xff]*$/,
    'windows-1252': /^[\x00-\x7e\xa0-\xff–—’“”€]*$/,
    'iso-8859-2': /^[\x00-\x7eąćęłńóśźżĄĆĘŁŃÓŚŹŻ]*$/,
    'windows-1250': /^[\x00-\x7eąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ’]*$/,
    'koi8-r': /^[\x00-\x7eА-Яа-яёЁ]*$/,
    'koi8-u': /^[\x00-\x7eА-Яа-яіїєґІЇЄҐ]*$/,
    'windows-1251': /^[\x00-\x7eА-Яа-яёЁіїєґІЇЄҐ’]*$/,
    'iso-2022-jp': /^[\x00-\x7e\u3000-\u30ff\u4e00-\u9fff]*$/,
    'euc-kr': /^[\x00-\x7e\uac00-\ud7a3]*$/,
  };
  return latin[charset]?.test(content) === false ? 'utf-8' : charset;
};
const nationalCharset = (s: Situation, content: string): string => narrow(s, (s.locale.charsets ?? ['utf-8'])[s.index % (s.locale.charsets ?? ['utf-8']).length] ?? 'utf-8', content);

const re = (s: Situation, prefix = s.locale.re): string => `${prefix}${s.original.subject}`;

/** Outlook's header block as text lines. */
function outlookBlock(s: Situation, bold: boolean, order: 'usual' | 'subject-first' = 'usual'): string[] {
  const [from, sent, to, , subject] = s.locale.outlook;
  const tag = (label: string): string => (bold ? `<b>${label}:</b>` : `${label}:`);
  const address = (name: string, mail: string): string => (bold ? `${s.escape(name)} &lt;${mail}&gt;` : `${name} <${mail}>`);
  const lines = [
    `${tag(from)} ${address(s.original.sender, s.original.from.address)}`,
    `${tag(sent)} ${s.locale.outlookDate}`,
    `${tag(to)} ${address(s.person.name, s.person.address)}`,
    `${tag(subject)} ${bold ? s.escape(s.original.subject) : s.original.subject}`,
  ];
  const [a, b, c, d] = lines;
  return order === 'subject-first' ? [d ?? '', a ?? '', c ?? '', b ?? ''] : lines;
}

const card = (s: Situation): string[] => [s.person.name, 'Operations', '+44 20 5550 1234', s.person.address];

export const CLIENTS: Client[] = [
  {
    name: 'gmail-web', languages: 'all', rounds: 20,
    build(s) {
      const attribution = fill(s.locale.gmail, s.original.sender, s.original.from.address);
      const signed = s.index % 3 === 1;
      const signatureText = signed ? `\n\n-- \n${card(s).join('\n')}\n` : '';
      const signatureHtml = signed ? `<div><br clear="all"></div><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr">${card(s).map((line) => `<div>${s.escape(line)}</div>`).join('')}</div></div>` : '';
      // Gmail breaks the text attribution after the opening bracket when the line grows long.
      const folded = attribution.length > 78 ? attribution.replace('<', '<\n') : attribution;
      const charset = 'utf-8';
      return {
        subject: re(s, 'Re: '),
        part: alternative(`0000000000${s.index.toString(16).padStart(6, '0')}a9d4e31`,
          text(`${typedText(s)}${signatureText}\n\n${folded}\n\n${gt(s.original.lines)}\n`, charset, 'base64'),
          html(`<div dir="ltr">${divs(s)}${signatureHtml}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${s.escape(attribution).replace(/&lt;(.+?@.+?)&gt;/, '&lt;<a href="mailto:$1">$1</a>&gt;')}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${atelierHtml(s)}</blockquote></div>\n`, charset, 'quoted-printable')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'gmail-text-only', languages: 'all', html: false, rounds: 18,
    build(s) {
      const attribution = fill(s.locale.gmail, s.original.sender, s.original.from.address);
      const bottom = s.index % 4 === 2;
      const folded = attribution.length > 70 ? attribution.replace(/ (?=<|\()/, '\n') : attribution;
      const quote = gt(s.original.lines);
      const body = bottom ? `${folded}\n${quote}\n\n${typedText(s)}\n` : `${typedText(s)}\n\n${folded}\n${quote}\n`;
      const charset = nationalCharset(s, body);
      return { subject: re(s, 'Re: '), part: text(body, charset, s.index % 2 === 0 ? 'base64' : 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'gmail-android', languages: 'all', rounds: 6,
    build(s) {
      const attribution = fill(s.locale.gmail, s.original.sender, s.original.from.address);
      return {
        subject: re(s, 'Re: '),
        part: alternative(`000000000000${s.index}beef`,
          text(`${typedText(s)}\n\n${attribution}\n\n${gt(s.original.lines)}\n`, 'utf-8', 'base64'),
          html(`<p dir="ltr">${brs(s)}</p>\n<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${s.escape(attribution)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">${atelierHtml(s)}</blockquote></div>`, 'utf-8', 'base64')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'gmail-inline', languages: 'all', rounds: 4,
    build(s) {
      const attribution = fill(s.locale.gmail, s.original.sender, s.original.from.address);
      const [one, two] = [s.original.lines[2] ?? '', s.original.lines[3] ?? ''];
      const head = s.original.lines.slice(0, 3);
      const rest = s.original.lines.slice(4);
      const answers = ['3,4 m.', 'Tom Brook.'];
      const q = (lines: string[]): string => `<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${lines.map((line) => `<div>${s.escape(line)}</div>`).join('')}</blockquote>`;
      void one;
      return {
        subject: re(s, 'Re: '),
        part: alternative(`0000000000inline${s.index}`,
          text(`${attribution}\n\n${gt(head)}\n\n${answers[0]}\n\n${gt([two])}\n\n${answers[1]}\n\n${gt(rest)}\n`, 'utf-8', 'base64'),
          html(`<div dir="ltr"><div dir="ltr"></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${s.escape(attribution)}<br></div>${q(head)}<div><br></div><div>${answers[0]}</div><div> </div>${q([two])}<div><br></div><div>${answers[1]}</div><div> </div>${q(rest)}</div></div>`, 'utf-8', 'quoted-printable')),
        text: `${gt(head)}\n${answers[0]}\n\n${gt([two])}\n${answers[1]}`,
      };
    },
  },
  {
    name: 'outlook-desktop', languages: 'all', rounds: 22,
    build(s) {
      const signed = s.index % 3 === 0;
      const p = (inner: string): string => `<p class=MsoNormal><span style='font-size:11.0pt'>${inner}<o:p></o:p></span></p>`;
      const typed = typedLines(s).map((line) => p(line === '' ? '&nbsp;' : s.escape(line))).join('');
      const signature = signed ? `<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><p class=MsoNormal><a name="_MailAutoSig"><b><span>${s.escape(s.person.name)}<o:p></o:p></span></b></a></p>${card(s).slice(1).map((line) => p(s.escape(line))).join('')}${s.index % 2 === 0 ? '<p class=MsoNormal><img width=120 height=40 src="cid:image001.png@01DD4C2F.5A6B7C80"><o:p></o:p></p>' : ''}</div>` : '';
      const block = `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>${outlookBlock(s, true).join('<br>')}<o:p></o:p></p></div></div>`;
      const content = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40"><head><meta name=Generator content="Microsoft Word 15 (filtered medium)"><style><!--\np.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt;}\n--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head><body lang=EN-US link="#0563C1" vlink="#954F72"><div class=WordSection1>${typed}${signature}<p class=MsoNormal><o:p>&nbsp;</o:p></p>${block}<p class=MsoNormal><o:p>&nbsp;</o:p></p>${atelierHtml(s)}</div></body></html>`;
      const plain = `${typedLines(s).join('\n\n')}\n\n${signed ? `${card(s).join('\n\n')}\n\n` : ''}${outlookBlock(s, false).join('\n')}\n\n${s.original.lines.join('\n\n')}\n`;
      const charset = charsetFor(s);
      const body = alternative(`----=_NextPart_001_${s.index}_01DD4C2F`, text(plain, charset, 'quoted-printable'), html(content, charset, 'quoted-printable'));
      return {
        subject: re(s),
        headers: ['X-Mailer: Microsoft Outlook 16.0', 'Thread-Index: Ad1MLz5QkF0mM1cRRnqv8w==', 'X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply'],
        part: signed && s.index % 2 === 0 ? related(`----=_NextPart_000_${s.index}_01DD4C2F`, body, { kind: 'leaf', type: 'image/png; name="image001.png"', headers: ['Content-ID: <image001.png@01DD4C2F.5A6B7C80>'], body: PNG, encoding: 'base64' }) : body,
        text: typedText(s),
      };
    },
  },
  {
    name: 'outlook-text-only', languages: 'all', html: false, rounds: 20,
    build(s) {
      const styles = ['-----Original Message-----', '________________________________', ''];
      const style = styles[s.index % 3] ?? '';
      const body = `${typedText(s)}\n\n${style === '' ? '' : `${style}\n`}${outlookBlock(s, false).join('\n')}\n\n${s.original.lines.join('\n')}\n`;
      return { subject: re(s), headers: ['X-MimeOLE: Produced By Microsoft Exchange V6.5'], part: text(body, nationalCharset(s, body), 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'outlook-web', languages: 'all', rounds: 12,
    build(s) {
      const signature = s.index % 2 === 0 ? `<div id="Signature" class="elementToProof"><div style="font-family:Aptos">${card(s).map((line) => `<div>${s.escape(line)}</div>`).join('')}</div></div>` : '';
      const content = `<html><head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style>\n</head>\n<body dir="ltr">\n${typedLines(s).map((line) => `<div class="elementToProof" style="font-family: Aptos, sans-serif; font-size: 12pt;">\n${line === '' ? '<br>' : s.escape(line)}</div>`).join('\n')}\n${signature}<div id="appendonsend"></div>\n<hr style="display:inline-block;width:98%" tabindex="-1">\n<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">${outlookBlock(s, true).join('<br>\n')}</font>\n<div>&nbsp;</div>\n</div>\n<div><div>${atelierHtml(s)}</div></div>\n</body>\n</html>\n`;
      return {
        subject: re(s),
        headers: ['X-MS-Has-Attach:', 'X-MS-TNEF-Correlator:', 'x-ms-exchange-senderadcheck: 1'],
        part: alternative(`_000_AM0PR0${s.index}eurp_`,
          text(`${typedText(s)}\n\n________________________________\n${outlookBlock(s, false).join('\n')}\n\n${s.original.lines.join('\n')}\n`, 'utf-8', 'quoted-printable'),
          html(content, 'utf-8', 'quoted-printable')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'outlook-mobile', languages: 'all', rounds: 12,
    build(s) {
      const get = s.locale.getOutlook;
      const old = s.index % 2 === 0;
      const signature = `<div id="ms-outlook-mobile-signature" dir="auto"><div><br></div><a href="https://aka.ms/o0ukef">${s.escape(get)}</a></div>`;
      const header = `<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">${outlookBlock(s, true).join('<br>')}</font><div>&nbsp;</div></div>`;
      const content = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>${typedLines(s).map((line) => `<div dir="auto" style="font-family: Aptos; font-size: 12pt;">${line === '' ? '<br>' : s.escape(line)}</div>`).join('')}<div dir="auto"><br></div>${signature}${old ? `${header}${atelierHtml(s)}` : `<div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message skipProofing">${header}${atelierHtml(s)}</div>`}</body></html>`;
      return {
        subject: re(s),
        part: alternative(`_000_SI2PR04MB${s.index}_`, text(`${typedText(s)}\n\n${get}<https://aka.ms/o0ukef>\n________________________________\n${outlookBlock(s, false).join('\n')}\n\n${s.original.lines.join('\n')}\n`, 'utf-8', 'base64'), html(content, 'utf-8', 'base64')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'outlook-mac', languages: 'all', rounds: 5,
    build(s) {
      const block = `<div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in'><p class="MsoNormal"><b><span style="color:black">${outlookBlock(s, true).join('<br>').replace(/^<b>/, '').replace('</b>', '</span></b><span style="color:black">')}</span></p></div>`;
      return { subject: re(s), headers: ['User-Agent: Microsoft-MacOutlook/16.78'], part: html(`<html><body lang="EN-US" style="word-wrap:break-word"><div class="WordSection1">${typedLines(s).map((line) => `<p class="MsoNormal">${line === '' ? '<o:p>&nbsp;</o:p>' : s.escape(line)}</p>`).join('\n')}<p class="MsoNormal"><o:p>&nbsp;</o:p></p>${block}<div><p class="MsoNormal"><o:p>&nbsp;</o:p></p></div>${atelierHtml(s)}</div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'apple-mail', languages: 'all', rounds: 14,
    build(s) {
      const attribution = fill(s.locale.apple, s.original.sender, s.original.from.address);
      const signed = s.index % 3 === 0;
      const signatureHtml = signed ? `<div><br></div><div id="AppleMailSignature" dir="ltr">${card(s).map((line) => s.escape(line)).join('<br>')}</div>` : '';
      return {
        subject: re(s, 'Re: '),
        headers: ['X-Mailer: Apple Mail (2.3826.200.121)'],
        part: alternative(`Apple-Mail=_7C1E9A40-${s.index}`,
          text(`${typedText(s)}\n${signed ? `\n-- \n${card(s).join('\n')}\n` : ''}\n> ${attribution}\n> \n${gt(s.original.lines)}\n`, 'utf-8', 'quoted-printable', '; format=flowed'),
          html(`<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">${typedLines(s).map((line) => (line === '' ? '<div><br></div>' : `<div>${s.escape(line)}</div>`)).join('')}${signatureHtml}<div><br><blockquote type="cite"><div>${s.escape(attribution)}</div><br class="Apple-interchange-newline"><div>${atelierHtml(s)}</div></blockquote></div><br></body></html>`, 'utf-8', 'quoted-printable')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'ios-mail', languages: 'all', rounds: 16,
    build(s) {
      const attribution = fill(s.locale.apple, s.original.sender, s.original.from.address);
      const device = s.locale.iphone;
      return {
        subject: re(s, 'Re: '),
        headers: ['X-Mailer: iPhone Mail (23B85)'],
        part: alternative(`Apple-Mail-${s.index}-90AA-4B6E`,
          text(`${typedText(s)}\n\n${device}\n\n> ${attribution}\n> \n> \ufeff\n${gt(s.original.lines)}\n`, 'utf-8', 'base64'),
          html(`<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">${typedLines(s).map((line, index) => (index === 0 ? s.escape(line) : `<div>${line === '' ? '<br>' : s.escape(line)}</div>`)).join('')}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">${s.escape(device)}</div><div dir="ltr"><br><blockquote type="cite">${s.escape(attribution)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff${atelierHtml(s)}</div></blockquote></body></html>`, 'utf-8', 'quoted-printable')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'thunderbird-html', languages: 'all', rounds: 10,
    build(s) {
      const attribution = fill(s.locale.thunderbird, s.original.sender, s.original.from.address);
      const bottom = s.index % 3 === 0;
      const typed = `<p>${typedLines(s).map((line) => s.escape(line)).join('<br>\n')}</p>`;
      const quote = `<div class="moz-cite-prefix">${s.escape(attribution)}<br></div><blockquote type="cite" cite="mid:t-${s.index}.n1@in.atelier.example">${atelierHtml(s)}</blockquote>`;
      const signature = s.index % 2 === 0 ? `<pre class="moz-signature" cols="72">-- \n${card(s).map((line) => s.escape(line)).join('\n')}</pre>` : '';
      return { subject: re(s, 'Re: '), headers: ['User-Agent: Mozilla Thunderbird'], part: html(`<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>${bottom ? `${quote}${typed}${signature}` : `${typed}${signature}${quote}`}</body></html>`, 'utf-8', '8bit'), text: typedText(s) };
    },
  },
  {
    name: 'thunderbird-text', languages: 'all', html: false, rounds: 12,
    build(s) {
      const attribution = fill(s.locale.thunderbird, s.original.sender, s.original.from.address);
      const place = ['top', 'bottom', 'inline'][s.index % 3];
      const signature = s.index % 2 === 0 ? `\n-- \n${card(s).join('\n')}\n` : '';
      const o = s.original.lines;
      const body = place === 'top' ? `${typedText(s)}\n\n${attribution}\n${gt(o)}\n${signature}` : place === 'bottom' ? `${attribution}\n${gt(o)}\n\n${typedText(s)}\n${signature}` : `${attribution}\n${gt(o.slice(0, 3))}\n${typedText(s)}\n\n${gt(o.slice(3, 4))}\nTom Brook\n\n${gt(o.slice(4))}\n${signature}`;
      return { subject: re(s, 'Re: '), headers: ['User-Agent: Mozilla Thunderbird'], part: text(body, 'utf-8', '8bit', '; format=flowed'), text: place === 'inline' ? `${gt(o.slice(0, 3))}\n${typedText(s)}\n\n${gt(o.slice(3, 4))}\nTom Brook` : typedText(s) };
    },
  },
  {
    name: 'yahoo-web', languages: ['en', 'fr', 'de', 'es', 'it', 'zh-TW', 'pt', 'id'], rounds: 6,
    build(s) {
      const attribution = { en: `On Tuesday, November 3, 2026 at 10:12:07 AM GMT+8, ${s.original.sender} <${s.original.from.address}> wrote:`, fr: `Le mardi 3 novembre 2026 à 10:12:07 UTC+1, ${s.original.sender} <${s.original.from.address}> a écrit :`, de: `Am Dienstag, 3. November 2026 um 10:12:07 MEZ hat ${s.original.sender} <${s.original.from.address}> Folgendes geschrieben:`, es: `El martes, 3 de noviembre de 2026, 10:12:07 CET, ${s.original.sender} <${s.original.from.address}> escribió:`, it: `Il martedì 3 novembre 2026 alle ore 10:12:07 CET, ${s.original.sender} <${s.original.from.address}> ha scritto:`, 'zh-TW': `${s.original.sender} <${s.original.from.address}> 在 2026年11月3日 星期二 上午10:12:07 [GMT+8] 寫道：`, pt: `Em terça-feira, 3 de novembro de 2026 10:12:07 BRT, ${s.original.sender} <${s.original.from.address}> escreveu:`, id: `Pada Selasa, 3 November 2026 pukul 10.12.07 WIB, ${s.original.sender} <${s.original.from.address}> menulis:` }[s.locale.code] ?? '';
      return {
        subject: re(s, 'Re: '),
        part: alternative(`----=_Part_${s.index}_1402958473`,
          text(` ${typedText(s)}\n\n    ${attribution}  \n \n${s.original.lines.map((line) => ` ${line}`).join('\n')}\n`, 'utf-8', 'quoted-printable'),
          html(`<html><head></head><body><div class="ydp1a2bcd0yahoo-style-wrap" style="font-family:Helvetica Neue, Helvetica, Arial, sans-serif;font-size:13px;"><div></div>\n${typedLines(s).map((line) => `<div dir="ltr" data-setdir="false">${line === '' ? '<br>' : s.escape(line)}</div>`).join('')}<div><br></div>\n</div><div id="yahoo_quoted_49${s.index}" class="yahoo_quoted">\n<div style="font-family:'Helvetica Neue', Helvetica, Arial, sans-serif;font-size:13px;color:#26282a;">\n<div>\n${s.escape(attribution)}\n</div>\n<div><br></div>\n<div><br></div>\n<div><div id="yiv123">${atelierHtml(s)}</div></div>\n</div>\n</div></body></html>`, 'utf-8', 'quoted-printable')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'yahoo-mobile', languages: ['en', 'es', 'fr'], rounds: 3,
    build(s) {
      const line = { en: 'Yahoo Mail: Search, Organize, Conquer', es: 'Enviado desde Yahoo Mail para Android', fr: 'Envoyé depuis Yahoo Mail pour Android' }[s.locale.code] ?? '';
      return { subject: re(s, 'Re: '), part: html(`${brs(s)}<br><br><div id="ymail_android_signature"><a href="https://mail.onelink.me/107872968">${line}</a></div> <br> <blockquote style="margin: 0 0 20px 0;"> <div style="font-family:Roboto, sans-serif; color:#6D00F6;"> <div>On Tue, Nov 3, 2026 at 10:12, ${s.escape(s.original.sender)}</div><div>&lt;${s.original.from.address}&gt; wrote:</div> </div> <div style="padding: 10px 0 0 20px; margin: 10px 0 0 0; border-left: 1px solid #6D00F6;"> ${atelierHtml(s)} </div> </blockquote>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'proton', languages: ['en', 'de', 'fr', 'it', 'pl', 'ca', 'hr'], rounds: 6,
    build(s) {
      const own = s.index % 2 === 0;
      return {
        subject: re(s, 'Re: '),
        part: alternative(`b1_proton${s.index}`,
          text(`${typedText(s)}\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email.\n\nOn Tuesday, November 3rd, 2026 at 10:12 AM, ${s.original.sender} <${s.original.from.address}> wrote:\n\n${gt(s.original.lines)}\n`, 'utf-8', 'base64'),
          html(`<div style="font-family: Arial, sans-serif; font-size: 14px;">${typedLines(s).map((line) => `<div>${line === '' ? '<br>' : s.escape(line)}</div>`).join('')}</div><div style="font-family: Arial, sans-serif; font-size: 14px;"><br></div>\n<div class="protonmail_signature_block" style="font-family: Arial, sans-serif; font-size: 14px;">\n    <div class="protonmail_signature_block-user${own ? '' : ' protonmail_signature_block-empty'}">${own ? s.escape(s.person.name) : ''}</div>\n<div class="protonmail_signature_block-proton">Sent with <a target="_blank" href="https://proton.me/mail/home">Proton Mail</a> secure email.</div>\n</div>\n<div style="font-family: Arial, sans-serif; font-size: 14px;"><br></div><div class="protonmail_quote">\n        On Tuesday, November 3rd, 2026 at 10:12 AM, ${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt; wrote:<br>\n        <blockquote class="protonmail_quote" type="cite">\n${atelierHtml(s)}\n        </blockquote><br>\n    </div>`, 'utf-8', 'base64')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'samsung', languages: 'all', rounds: 8,
    build(s) {
      const titles: Record<string, string> = { en: 'Original message', de: 'Ursprüngliche Nachricht', fr: 'Message d\'origine', es: 'Mensaje original', it: 'Messaggio originale', pt: 'Mensagem original', zh: '原始邮件', 'zh-TW': '原始郵件', ko: '원본 이메일', pl: 'Oryginalna wiadomość', nl: 'Oorspronkelijk bericht', ru: 'Исходное сообщение' };
      const [from, , to, , subject] = s.locale.outlook;
      const dates: Record<string, string> = { en: 'Date', de: 'Datum', fr: 'Date ', es: 'Fecha', it: 'Data', pt: 'Data', zh: '日期', 'zh-TW': '日期', ko: '날짜', pl: 'Data', nl: 'Datum', ru: 'Дата' };
      const title = titles[s.locale.code] ?? 'Original message';
      const known = titles[s.locale.code] !== undefined;
      const labels = known ? [from, dates[s.locale.code] ?? 'Date', to, subject] : ['From', 'Date', 'To', 'Subject'];
      return {
        subject: re(s),
        part: html(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body dir="auto">${typedLines(s).map((line) => `<div dir="auto">${line === '' ? '<br>' : s.escape(line)}</div>`).join('')}<div dir="auto"><br></div><div id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757" dir="auto">${s.escape(s.locale.android)}</div></div><div dir="auto"><br></div><div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- ${title} --------</div><div>${labels[0]}: ${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt; </div><div>${labels[1]}: 03.11.26  10:12  (GMT+08:00) </div><div>${labels[2]}: ${s.escape(s.person.name)} &lt;${s.person.address}&gt; </div><div>${labels[3]}: ${s.escape(s.original.subject)} </div><div><br></div></div>${atelierHtml(s)}</body></html>`, 'utf-8', 'base64'),
        text: typedText(s),
      };
    },
  },
  {
    name: 'spark', languages: 'all', rounds: 5,
    build(s) {
      const attribution = fill(s.locale.gmail, s.original.sender, s.original.from.address);
      return { subject: re(s, 'Re: '), part: html(`<html xmlns="http://www.w3.org/1999/xhtml"><head><title></title></head><body><div name="messageBodySection" style="font-size: 14px;"><div dir="auto">${brs(s)}</div></div><div name="messageSignatureSection"><br />${s.escape(s.person.name)}<div>Sent with <a href="https://sparkmailapp.com/source">Spark</a></div></div><div name="messageReplySection">${s.escape(attribution)}<br /><blockquote type="cite" class="spark_quote" style="margin: 5px 5px; padding-left: 10px; border-left: thin solid #1abc9c;">${atelierHtml(s)}</blockquote></div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'qq-web', languages: ['zh'], rounds: 8,
    build(s) {
      const english = s.index % 4 === 3;
      const title = english ? 'Original' : '原始邮件';
      const row = '------------------';
      const charset = charsetFor(s);
      const block = english ? `<div><b>From: </b> "${s.escape(s.original.sender)}"&lt;${s.original.from.address}&gt;;</div><div><b>Date: </b> Tue, Nov 3, 2026 10:12 AM</div><div><b>To: </b> "${s.person.name}"&lt;${s.person.address}&gt;;</div><div><b>Subject: </b> ${s.escape(s.original.subject)}</div>` : `<div><b>发件人:</b>&nbsp;"${s.escape(s.original.sender)}"&lt;${s.original.from.address}&gt;;</div><div><b>发送时间:</b>&nbsp;2026年11月3日(星期二) 上午10:12</div><div><b>收件人:</b>&nbsp;"${s.person.name}"&lt;${s.person.address}&gt;;</div><div></div><div><b>主题:</b>&nbsp;${s.escape(s.original.subject)}</div>`;
      const plainBlock = `${row}&nbsp;${title}&nbsp;${row}\n发件人: "${s.original.sender}"<${s.original.from.address}&gt;;\n发送时间: 2026年11月3日(星期二) 上午10:12\n收件人: "${s.person.name}"<${s.person.address}&gt;;\n\n主题: ${s.original.subject}\n\n\n\n${s.original.lines.join('\n')}`;
      return {
        subject: re(s, '回复：'),
        headers: ['X-QQ-mid: webmail812t1793673612t7a', 'X-Mailer: QQMail 2.x'],
        part: alternative(`----=_NextPart_${s.index}C1A2_0E5A8C00`, text(`${typedText(s)}\n\n\n\n${plainBlock}`, charset, 'base64'), html(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=GB18030"></head><body>${divs(s)}<div><br></div><div><includetail><!--<![endif]--></includetail></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">${row}&nbsp;${title}&nbsp;${row}</div><div style="font-size: 12px;background:#efefef;padding:8px;">${block}</div><div><br></div>${atelierHtml(s)}</body></html>`, charset, 'base64')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'qq-new', languages: ['zh'], rounds: 4,
    build(s) {
      return { subject: re(s, '回复：'), headers: ['X-QQ-mid: xmsmtpt1793673613t', 'X-Mailer: QQMail 2.x'], part: html(`<div class="qmbox"><style>.qmbox p{margin:0}</style>${divs(s)}<div><br></div><div class="xm_mail_sign"><hr style="margin: 0 0 10px 0;border: 0;border-bottom:1px solid #E4E5E6;height:0;line-height:0;font-size:0;padding: 20px 0 0 0;width: 50px;"><div class="xm_sign"><div>${s.person.name}</div><div>${s.person.address}</div></div></div><div>&nbsp;</div><div style="padding:0;margin:0"><div style="font-size:12px;">原始邮件</div><hr style="border-width: 1px 0 0 0;"></div><table data-uneditable="true"><tbody><tr><td>发件人：${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt;</td></tr><tr><td>发件时间：2026年11月3日 10:12</td></tr><tr><td>收件人：${s.person.name} &lt;${s.person.address}&gt;</td></tr><tr><td>主题：${s.escape(s.original.subject)}</td></tr></tbody></table><br>${atelierHtml(s)}</div>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'qq-app', languages: ['zh'], html: false, rounds: 3,
    build(s) {
      return { subject: re(s, '回复：'), headers: ['X-QQ-mid: webmail12t'], part: text(`${typedText(s)}\n\n\n---原始邮件---\n发件人: "${s.original.sender}"<${s.original.from.address}>\n发送时间: 2026年11月3日(周二) 上午10:12\n收件人: "${s.person.name}"<${s.person.address}>;\n主题: ${s.original.subject}\n\n${s.original.lines.join('\n')}`, charsetFor(s), 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'netease-web', languages: ['zh', 'en'], rounds: 6,
    build(s) {
      const attribution = s.locale.code === 'en' ? `At 2026-11-03 10:12:07, "${s.original.sender}" <${s.original.from.address}> wrote:` : `在 2026-11-03 10:12:07，"${s.original.sender}" <${s.original.from.address}> 写道：`;
      const charset = s.locale.code === 'en' ? 'utf-8' : charsetFor(s);
      const footer = s.index % 3 === 0 ? '<span title="neteasefooter"><p>&nbsp;</p></span>' : '';
      return {
        subject: re(s, 'Re:'),
        headers: ['X-Mailer: Coremail Webmail Server Version 2026.3 Copyright (c) 2002-2026 www.mailtech.cn 163com'],
        part: alternative(`----=_Part_${s.index}_1402958473.1793673612001`, text(`${typedText(s)}\n\n\n\n\n\n\n\n\n\n${attribution}\n\n${s.original.lines.map((line) => `>${line}`).join('\n')}`, charset, 'base64'), html(`<div style="line-height:1.7;color:#000000;font-size:14px;font-family:Arial">${typedLines(s).map((line) => `<p style="margin:0;">${line === '' ? '<br>' : s.escape(line)}</p>`).join('')}<br><br><div style="position:relative;zoom:1"></div><div id="divNeteaseMailCard"></div><p style="margin: 0;">${s.escape(attribution)}</p><blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">${atelierHtml(s)}</blockquote></div>${footer}`, charset, 'base64')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'mail-master', languages: ['zh', 'en'], rounds: 6,
    build(s) {
      const zh = s.locale.code === 'zh';
      const rows: [string, string][] = zh ? [['发件人', `${s.original.sender}<${s.original.from.address}>`], ['日期', '2026年11月03日 10:12'], ['收件人', `${s.person.name}<${s.person.address}>`], ['抄送至', ''], ['主题', s.original.subject]] : [['From', `${s.original.sender}<${s.original.from.address}>`], ['Date', '11/03/2026 10:12'], ['To', `${s.person.name}<${s.person.address}>`], ['Subject', s.original.subject]];
      const title = zh ? '---- 回复的原邮件 ----' : '---- Replied Message ----';
      const textOnly = s.index % 2 === 1;
      const plain = `${typedText(s)}\n\n\n\n| |\n${s.person.name}\n|\n|\n${s.person.address}\n|\n${title}\n${rows.map(([label, value]) => `| ${label} | ${value} |`).join('\n')}\n${s.original.lines.join('\n')}`;
      const content = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>${divs(s)}<div><br></div><div id="imail_signature" class="ntes-signature"><table><tbody><tr><td><div>${s.escape(s.person.name)}</div><div>${s.person.address}</div></td></tr></tbody></table></div><div class="J-reply" style="background-color:#f2f2f2;color:black;padding-top:6px;padding-bottom:6px;border-radius:3px;margin-top:45px;margin-bottom:20px;"><div style="font-size:14px;line-height:1.5;word-break:break-all;margin-left:10px;margin-right:10px">${title}</div><table>${rows.map(([label, value]) => `<tr><td style="width:44px">${label}</td><td>${s.escape(value)}</td></tr>`).join('')}</table></div><blockquote id="ntes-pcmac-mailmaster-quote" class="ntes-mailmaster-quote" style="margin:0;padding:0">${atelierHtml(s)}</blockquote></body></html>`;
      return { subject: re(s, zh ? '回复：' : 'Re: '), headers: ['X-Mailer: MailMasterPC/5.3.0 (Win10)'], part: textOnly ? html(content, 'utf-8', 'base64') : alternative(`----=_Part_${s.index}_mm`, text(plain, 'utf-8', 'base64'), html(content, 'utf-8', 'base64')), text: typedText(s) };
    },
  },
  {
    name: 'foxmail', languages: ['zh', 'en'], rounds: 8,
    build(s) {
      const zh = s.locale.code === 'zh';
      const labels = zh ? ['发件人：', '发送时间：', '收件人：', '主题：'] : ['From:', 'Date:', 'To:', 'Subject:'];
      const values = [s.original.sender, '2026-11-03 10:12', s.person.name, s.original.subject];
      const signed = s.index % 2 === 0;
      const signatureLines = zh ? [`华南电子 采购部 ${s.person.name}`, '电话：0757-5555-0101', s.person.address] : [s.person.name, 'Tel: +44 20 5550 1234', s.person.address];
      const charset = zh ? 'GB2312' : 'us-ascii';
      const ok = zh || /^[\x00-\x7e]*$/.test(typedText(s));
      const used = ok && !/\p{Extended_Pictographic}/u.test(typedText(s)) ? charset : 'utf-8';
      const plain = `${typedLines(s).map((line, index) => (index > 0 && line !== '' ? `    ${line}` : line)).join('\n')}\n\n\n\n${signed ? `${signatureLines.join('\n')}\n \n` : ''}${labels.map((label, index) => `${label} ${values[index] ?? ''}`).join('\n')}\n${s.original.lines.join('\n')}`;
      return {
        subject: re(s, zh ? '回复: ' : 'Re: '),
        headers: ['X-Mailer: Foxmail 7.2.25.331[cn]', 'X-Has-Attach: no'],
        part: alternative(`----=_002_NextPart${s.index}7462195_=----`, text(plain, used, used === 'us-ascii' ? '7bit' : 'quoted-printable'), html(`<html><head><style>body { line-height: 1.5; }blockquote { margin-top: 0px; margin-bottom: 0px; margin-left: 0.5em; }</style></head><body>\n${typedLines(s).map((line) => `<div>${line === '' ? '<br>' : `<span></span>${s.escape(line)}`}</div>`).join('')}\n<div><br></div><hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left">\n<div><span>${signed ? `<div style="MARGIN: 10px; FONT-FAMILY: verdana; FONT-SIZE: 10pt">${signatureLines.map((line) => `<div>${line}</div>`).join('')}</div>` : ''}</span></div>\n<blockquote style="margin-Top: 0px; margin-Bottom: 0px; margin-Left: 0.5em"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div style="PADDING-RIGHT: 8px; PADDING-LEFT: 8px; FONT-SIZE: 12px;FONT-FAMILY:tahoma;COLOR:#000000; BACKGROUND: #efefef">${labels.map((label, index) => `<div><b>${label}</b>&nbsp;${index === 0 ? `<a href="mailto:${s.original.from.address}">${s.escape(values[index] ?? '')}</a>` : s.escape(values[index] ?? '')}</div>`).join('')}</div></div><div>${atelierHtml(s)}</div></blockquote>\n</body></html>`, used, used === 'us-ascii' ? '7bit' : 'quoted-printable')),
        text: typedText(s),
      };
    },
  },
  {
    name: 'coremail', languages: ['zh'], rounds: 3,
    build(s) {
      return { subject: re(s, '回复: '), headers: ['X-Mailer: Coremail Webmail Server Version XT5.0.14'], part: alternative(`----=_Part_${s.index}_core`, text(`${typedText(s)}\n\n-----原始邮件-----\n发件人:${s.original.sender} <${s.original.from.address}>\n发送时间:2026-11-03 10:12:07 (星期二)\n收件人: ${s.person.name} <${s.person.address}>\n抄送: \n主题: ${s.original.subject}\n\n${s.original.lines.join('\n')}`, charsetFor(s), 'base64'), html(`${typedLines(s).map((line) => `<p>${line === '' ? '<br>' : s.escape(line)}</p>`).join('')}<br><br><blockquote name="replyContent" class="ReferenceQuote" style="padding-left:5px;margin-left:5px;border-left:#b6b6b6 2px solid;margin-right:0;">-----原始邮件-----<br><b>发件人:</b><span>${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt;</span><br><b>发送时间:</b><span>2026-11-03 10:12:07 (星期二)</span><br><b>收件人:</b> <span>${s.person.name} &lt;${s.person.address}&gt;</span><br><b>主题:</b> <span>${s.escape(s.original.subject)}</span><br><br>${atelierHtml(s)}</blockquote>`, charsetFor(s), 'base64')), text: typedText(s) };
    },
  },
  {
    name: 'aliyun', languages: ['zh'], rounds: 5,
    build(s) {
      const block = [`发件人：${s.original.sender} <${s.original.from.address}>`, '发送时间：2026年11月3日(星期二) 10:12', `收件人：${s.person.name} <${s.person.address}>`, `主　题：${s.original.subject}`];
      return { subject: re(s, '回复：'), headers: ['X-Mailer: [Alimail-Mailagent revision 5][W4_5562379][DEFAULT][Chrome]'], part: alternative(`----=ALIBOUNDARY_${s.index}_5f8a1b40`, text(`${typedText(s)}\n${'-'.repeat(66)}\n${block.join('\n')}\n\n${s.original.lines.join('\n')}`, 'utf-8', 'base64'), html(`<div class="__aliyun_email_body_block"><div style="clear:both;font-family:Tahoma,Arial,STHeitiSC-Light,SimSun">${divs(s)}</div><div style="clear:both"><br></div><blockquote style="margin-right:0;margin-top:0;margin-bottom:0;font-family:Tahoma,Arial">${['-'.repeat(66), ...block].map((line) => `<div style="clear:both">${s.escape(line)}</div>`).join('')}<div style="clear:both"><br></div>${atelierHtml(s)}</blockquote></div>`, 'utf-8', 'base64')), text: typedText(s) };
    },
  },
  {
    name: 'wecom', languages: ['zh'], rounds: 4,
    build(s) {
      return { subject: re(s, '回复：'), headers: ['X-QQ-mid: bizesmtp21t', 'X-Mailer: QQMail 2.x'], part: html(`<div style="font-family: -apple-system, system-ui; font-size: 14px;">${divs(s)}</div><div><br></div><div data-signid="1"><div class="xm_sign"><div>${s.person.name}</div><div>华南电子 | 设备部</div></div></div><div><br></div><div style="font:Verdana normal 14px;color:#000;"><div style="FONT-SIZE: 12px;FONT-FAMILY: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;Original&nbsp;------------------</div><div style="FONT-SIZE: 12px;background:#efefef;padding:8px;"><div><b>From: </b>&nbsp;"${s.escape(s.original.sender)}"&lt;${s.original.from.address}&gt;;</div><div><b>Date: </b>&nbsp;Tue, Nov 3, 2026 10:12 AM</div><div><b>To: </b>&nbsp;"${s.person.name}"&lt;${s.person.address}&gt;; </div><div><b>Subject: </b>&nbsp;${s.escape(s.original.subject)}</div></div><div>&nbsp;</div>${atelierHtml(s)}</div>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'lark', languages: ['zh', 'en'], rounds: 5,
    build(s) {
      const zh = s.locale.code === 'zh';
      const rows = zh ? [['发件人', `${s.original.sender}&lt;${s.original.from.address}&gt;`], ['时间', '2026年11月3日 (周二) 10:12'], ['主题', s.original.subject], ['收件人', `${s.person.name}&lt;${s.person.address}&gt;`]] : [['From', `${s.original.sender}&lt;${s.original.from.address}&gt;`], ['Date', 'Tue, Nov 3, 2026, 10:12'], ['Subject', s.original.subject], ['To', `${s.person.name}&lt;${s.person.address}&gt;`]];
      return { subject: re(s, zh ? '回复：' : 'Re: '), part: html(`<div id="lark-mail-editor"><div style="margin-top: 4px; margin-bottom: 4px;">${typedLines(s).map((line) => `<div dir="auto" style="font-size: 14px;">${line === '' ? '<br>' : s.escape(line)}</div>`).join('')}</div></div><div class="history-quote-wrapper"><div data-html-block="quote" data-mail-html-ignore><div style="border-left: none; padding-left: 0px;" class="adit-html-block adit-html-block--collapsed"><div><div class="adit-html-block__attr history-quote-meta-wrapper history-quote-gap-tag" id="lark-mail-quote-${s.index}" style="padding: 12px; background: rgb(245, 246, 247);"><div id="lark-mail-meta-cli${s.index}">${rows.map(([label, value]) => `<div style="word-break: break-word;"><span style="white-space:nowrap;">${label}: </span> ${value}</div>`).join('')}</div></div>${atelierHtml(s)}</div></div></div></div>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'lark-text', languages: ['zh'], html: false, rounds: 2,
    build(s) {
      return { subject: re(s, '回复：'), part: text(`${typedText(s)}\n\n发件人: ${s.original.sender} <${s.original.from.address}>\n时间: 2026年11月3日 (周二) 10:12\n主题: ${s.original.subject}\n收件人: ${s.person.name} <${s.person.address}>\n\n${s.original.lines.join('\n')}`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'sina', languages: ['zh'], rounds: 2,
    build(s) {
      return { subject: re(s, '回复：'), headers: ['X-Mailer: Sina WebMail 4.0'], part: html(`<div>${brs(s)}</div><div id="origbody"><div style="background:#f2f2f2"> ----- 原始邮件 -----<br>发件人：${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt;<br>收件人：${s.person.name} &lt;${s.person.address}&gt;<br>主题：${s.escape(s.original.subject)}<br>日期：2026年11月03日 10点12分<br></div><br>${atelierHtml(s)}</div>`, 'gbk', 'base64'), text: typedText(s) };
    },
  },
  {
    name: '139', languages: ['zh'], rounds: 2,
    build(s) {
      return { subject: re(s, '回复:'), part: html(`${divs(s)}<div><br></div><div id="sign139Content"><p>${s.person.name}</p></div><hr id="replySplit"/><div id="reply139content" sourcename="Sourcemailcontent"><style></style><div style="margin-bottom:10px; padding:10px;background:#e8eff6;"><b>发件人：</b>${s.escape(s.original.sender)}<br/><b>时间：</b>2026/11/03 10:12:07 (星期二)<br/><b>收件人：</b>${s.person.name};<br/><b>主题：</b>${s.escape(s.original.subject)}</div>${atelierHtml(s)}</div>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'zoho', languages: ['en', 'hi', 'es'], rounds: 3,
    build(s) {
      return { subject: re(s, 'Re: '), headers: ['X-Mailer: Zoho Mail'], part: html(`<!DOCTYPE HTML><html><head><meta content="text/html;charset=UTF-8" http-equiv="Content-Type"></head><body ><div style="font-family: Verdana; font-size: 10pt;">${divs(s)}<div id="Zm-_Id_-Sgn" data-zbluepencil-ignore="true" data-sigid="17">${s.escape(s.person.name)}<br></div><div><br></div><div class="zmail_extra_hr" style="border-top: 1px solid rgb(204, 204, 204); height: 0px;"><br></div><div class="zmail_extra" data-zbluepencil-ignore="true"><div><br></div><div id="Zm-_Id_-Sgn1">---- On Tue, 03 Nov 2026 10:12:07 +0800 <b>${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt;</b> wrote ---<br></div><div><br></div><blockquote style="border-left: 1px solid rgb(204, 204, 204); padding-left: 6px; margin: 0px 0px 0px 5px;">${atelierHtml(s)}</blockquote></div></div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'zoho-text', languages: ['en', 'es'], html: false, rounds: 2,
    build(s) {
      return { subject: re(s, 'Re: '), part: text(`${typedText(s)}\n\n\n\n\n---- On Tue, 03 Nov 2026 10:12:07 +0800 ${s.original.sender} <${s.original.from.address}> wrote ---\n\n${s.original.lines.join('\n')}`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'gmx', languages: ['de', 'en'], rounds: 3,
    build(s) {
      const labels = s.locale.code === 'de' ? ['Gesendet', 'Von', 'An', 'Betreff'] : ['Sent', 'From', 'To', 'Subject'];
      return { subject: re(s), part: html(`<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;"><div>${divs(s)}</div><div>&nbsp;<div>&nbsp;<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5; word-wrap: break-word;"><div style="margin:0 0 10px 0;"><b>${labels[0]}:</b>&nbsp;Dienstag, 03. November 2026 um 10:12 Uhr<br/><b>${labels[1]}:</b>&nbsp;&quot;${s.escape(s.original.sender)}&quot; &lt;${s.original.from.address}&gt;<br/><b>${labels[2]}:</b>&nbsp;${s.person.address}<br/><b>${labels[3]}:</b>&nbsp;${s.escape(s.original.subject)}</div><div name="quoted-content">${atelierHtml(s)}</div></div></div></div></div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'tutanota', languages: ['de', 'en'], rounds: 2,
    build(s) {
      return { subject: re(s, 'Re: '), part: html(`${divs(s)}<div><br></div><div>-- <br></div><div> Secured with Tuta Mail: <br></div><div> https://tuta.com/free-email <br></div><br><br><div class="tutanota_quote_header">03.11.2026, 10:12 von ${s.original.from.address}:</div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8; padding-left: 10px; margin-left: 5px;">${atelierHtml(s)}</blockquote>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'fastmail', languages: ['en', 'fr', 'nl'], rounds: 3,
    build(s) {
      return { subject: re(s, 'Re: '), headers: ['User-Agent: Cyrus-JMAP/3.11.0'], part: html(`<!DOCTYPE html><html><head><title></title><style type="text/css">p.MsoNormal{margin:0}</style></head><body>${divs(s)}<div><br></div><div id="sig1234"><div class="signature">-- </div><div class="signature">${s.escape(s.person.name)}</div></div><div>On Tue, 3 Nov 2026, at 10:12 AM, ${s.escape(s.original.sender)} wrote:<br></div><blockquote type="cite" id="qt" style="">${atelierHtml(s)}</blockquote><div><br></div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'k9-text', languages: 'all', html: false, rounds: 6,
    build(s) {
      const attribution = fill(s.locale.thunderbird.replace('{n}', '{n} <{a}>'), s.original.sender, s.original.from.address);
      const bottom = s.index % 2 === 0;
      return { subject: re(s, 'Re: '), headers: ['User-Agent: K-9 Mail for Android'], part: text(bottom ? `${attribution}\n${gt(s.original.lines, '>')}\n\n${typedText(s)}\n` : `${typedText(s)}\n\n${attribution}\n${gt(s.original.lines, '>')}\n`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'evolution', languages: ['en', 'de', 'cs', 'hu'], rounds: 3,
    build(s) {
      return { subject: re(s, 'Re: '), headers: ['User-Agent: Evolution 3.50.3'], part: html(`<html dir="ltr"><head></head><body style="text-align:left; direction:ltr;">${divs(s)}<div><br></div><div>On Tue, 2026-11-03 at 10:12 +0800, ${s.escape(s.original.sender)} wrote:</div><blockquote type="cite" style="margin:0 0 0 .8ex; border-left:2px #729fcf solid;padding-left:1ex">${atelierHtml(s)}</blockquote><div><br></div><div><span><pre>-- <br></pre><div>${s.escape(s.person.name)}</div></span></div></body></html>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'zimbra', languages: ['en', 'fr', 'pt', 'it'], rounds: 4,
    build(s) {
      const [from, sent, to, , subject] = s.locale.outlook;
      void sent;
      return { subject: re(s, 'Re: '), headers: ['X-Mailer: Zimbra 9.0.0_GA_4717 (ZimbraWebClient - FF130 (Win)/9.0.0_GA_4717)'], part: html(`<html><body><div style="font-family: arial, helvetica, sans-serif; font-size: 12pt; color: #000000">${divs(s)}<div><br></div><div data-marker="__SIG_PRE__">${s.escape(s.person.name)}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>${from}: </b>"${s.escape(s.original.sender)}" &lt;${s.original.from.address}&gt;<br><b>${to}: </b>${s.person.address}<br><b>Sent: </b>Tuesday, November 3, 2026 10:12:07 AM<br><b>${subject}: </b>${s.escape(s.original.subject)}<br></div><div><br></div><div data-marker="__QUOTED_TEXT__">${atelierHtml(s)}</div></div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'notes', languages: ['en', 'de', 'it'], rounds: 3,
    build(s) {
      const [from, , to, , subject] = s.locale.outlook;
      return { subject: re(s), headers: ['X-Mailer: HCL Notes Release 12.0'], part: text(`${typedText(s)}\n\n\n\n\n${from}:        ${s.original.sender} <${s.original.from.address}>\n${to}:        ${s.person.address}\n${s.locale.code === 'de' ? 'Datum' : s.locale.code === 'it' ? 'Data' : 'Date'}:        03.11.2026 10:12\n${subject}:        ${s.original.subject}\n\n\n\n${s.original.lines.join('\n')}`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
    html: false,
  },
  {
    name: 'mutt', languages: ['en', 'de', 'cs', 'ru', 'sv'], html: false, rounds: 4,
    build(s) {
      const o = s.original.lines;
      return { subject: re(s, 'Re: '), headers: ['User-Agent: Mutt/2.2.12 (2023-09-09)'], part: text(`On Tue, Nov 03, 2026 at 10:12:07AM +0800, ${s.original.sender} wrote:\n${gt(o)}\n\n${typedText(s)}\n\n-- \n${s.person.name}\nhttps://key.example/0xDEADBEEF\n`, 'utf-8', '8bit'), text: typedText(s) };
    },
  },
  {
    name: 'mailru', languages: ['ru'], rounds: 2,
    build(s) {
      return { subject: re(s, 'Re: '), part: html(`<HTML><BODY>${divs(s)}<div>&nbsp;</div><div data-signature-widget="container"><div data-signature-widget="content"><div>--<br>${s.person.name}</div></div></div><div>&nbsp;</div><blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;"><div>Вторник, 3 ноября 2026, 10:12 +08:00 от ${s.escape(s.original.sender)} &lt;${s.original.from.address}&gt;:</div><div>&nbsp;</div><div id="">${atelierHtml(s)}</div></blockquote></BODY></HTML>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'yandex', languages: ['ru'], rounds: 2,
    build(s) {
      return { subject: re(s, 'Re: '), headers: ['X-Mailer: Yamail [ http://yandex.ru ] 5.0'], part: html(`${divs(s)}<div> </div><div>03.11.2026, 10:12, "${s.escape(s.original.sender)}" &lt;${s.original.from.address}&gt;:</div><blockquote>${atelierHtml(s)}</blockquote><div> </div><div> </div><div>-- </div><div>${s.person.name}</div>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'naver', languages: ['ko'], rounds: 2,
    build(s) {
      return { subject: re(s), part: html(`<div style='font-size:10pt; font-family: Gulim;'>${divs(s)}<p><br></p><p>-----Original Message-----</p><p><b>From:</b> "${s.escape(s.original.sender)}"&lt;${s.original.from.address}&gt;<br><b>To:</b> "${s.person.name}"&lt;${s.person.address}&gt;; <br><b>Cc:</b> <br><b>Sent:</b> 2026-11-03 (화) 10:12:07 (GMT+09:00)<br><b>Subject:</b> ${s.escape(s.original.subject)}</p>${atelierHtml(s)}</div>`, 'utf-8', 'base64'), text: typedText(s) };
    },
  },
  {
    name: 'windows-mail', languages: ['en', 'de', 'zh', 'fr'], rounds: 4,
    build(s) {
      const device = { en: 'Sent from Mail for Windows', de: 'Gesendet von Mail für Windows', zh: '从 Windows 版邮件发送', fr: 'Provenance : Courrier pour Windows' }[s.locale.code] ?? '';
      return { subject: re(s), part: html(`<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang=EN-US><div class=WordSection1>${typedLines(s).map((line) => `<p class=MsoNormal>${line === '' ? '<o:p>&nbsp;</o:p>' : s.escape(line)}</p>`).join('')}<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>${device}</p><p class=MsoNormal><span style='font-size:12.0pt'><o:p>&nbsp;</o:p></span></p><div style='mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal style='border:none;padding:0cm'>${outlookBlock(s, true).join('<br>')}</p></div>${atelierHtml(s)}</div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'em-client', languages: ['en', 'cs', 'de'], rounds: 3,
    build(s) {
      return { subject: re(s, 'Re: '), headers: ['User-Agent: eM_Client/9.2.2258.0'], part: html(`<html><head></head><body>${divs(s)}<div id="signature_old"><br /></div><div><br /></div>\n<div>------ Original Message ------</div>\n<div>From "${s.escape(s.original.sender)}" &lt;<a href="mailto:${s.original.from.address}">${s.original.from.address}</a>&gt;</div>\n<div>To ${s.person.address}</div>\n<div>Date 03.11.2026 10:12:07</div>\n<div>Subject ${s.escape(s.original.subject)}</div><div><br /></div>\n<div id="x1"><blockquote cite="t@x" type="cite" class="cite2">${atelierHtml(s)}</blockquote></div></body></html>`, 'utf-8', 'quoted-printable'), text: typedText(s) };
    },
  },
  {
    name: 'disclaimer-gateway', languages: ['en', 'de', 'zh', 'fr', 'es', 'ru', 'ja', 'nl'], rounds: 8,
    build(s) {
      const notices: Record<string, string> = {
        en: 'This message and any attachments are confidential and intended only for the named recipient. If you are not the intended recipient, please delete it and notify the sender. Any unauthorised copying or disclosure is prohibited.',
        de: 'Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten haben, informieren Sie bitte sofort den Absender und löschen Sie diese Mail.',
        zh: '本邮件及其附件含有华南电子的保密信息，仅限于发送给上面地址中列出的个人或群组。禁止任何其他人以任何形式使用本邮件中的信息。如果您错收了本邮件，请您立即电话或邮件通知发件人并删除本邮件！',
        fr: 'Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à leur destinataire. Si vous avez reçu ce message par erreur, merci d’en avertir l’expéditeur et de le détruire.',
        es: 'Este mensaje y sus adjuntos son confidenciales y se dirigen exclusivamente a su destinatario. Si lo ha recibido por error, le rogamos que lo comunique al remitente y proceda a su eliminación.',
        ru: 'Настоящее сообщение и любые приложения к нему являются конфиденциальными и предназначены исключительно для получателя. Если вы получили это сообщение по ошибке, сообщите отправителю и удалите его.',
        ja: 'このメールには機密情報が含まれている場合があります。誤って受信された場合は、送信者にご連絡の上、本メールを削除してください。無断転送を禁じます。',
        nl: 'Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Indien u dit bericht ten onrechte heeft ontvangen, verzoeken wij u het te verwijderen en de afzender te informeren.',
      };
      const notice = notices[s.locale.code] ?? notices.en ?? '';
      const attribution = fill(s.locale.gmail, s.original.sender, s.original.from.address);
      const where = s.index % 2 === 0;
      return { subject: re(s), part: alternative(`--gw${s.index}`, text(`${typedText(s)}\n\n${where ? `${notice}\n\n` : ''}${attribution}\n${gt(s.original.lines)}\n${where ? '' : `\n${notice}\n`}`, 'utf-8', 'base64'), html(`<html><body>${divs(s)}<br>${where ? `<p style="font-size:8pt;color:gray">${notice}</p>` : ''}<div class="gmail_quote"><div dir="ltr" class="gmail_attr">${s.escape(attribution)}<br></div><blockquote class="gmail_quote">${atelierHtml(s)}</blockquote></div>${where ? '' : `<br><hr><p style="font-size:8pt;color:gray">${notice}</p>`}</body></html>`, 'utf-8', 'base64')), text: typedText(s) };
    },
  },
  {
    name: 'attachment-2047', languages: ['zh', 'de', 'ja', 'ru', 'fr'], rounds: 6,
    build(s) {
      const names: Record<string, string> = { zh: '验收标准（第二版）修订说明与附表.xlsx', de: 'Prüfprotokoll – Größe & Maße.pdf', ja: '検収書（最終版）.pdf', ru: 'Протокол приёмки.docx', fr: 'Procès-verbal de réception – été 2026.pdf' };
      const name = names[s.locale.code] ?? 'a.pdf';
      const style = (['2231', '2047', 'raw'] as const)[s.index % 3] ?? '2231';
      return { subject: re(s), part: mixed(`mixed${s.index}`, text(`${typedText(s)}\n\n${fill(s.locale.gmail, s.original.sender, s.original.from.address)}\n${gt(s.original.lines)}\n`, 'utf-8', 'quoted-printable'), file(name, 'application/octet-stream', new TextEncoder().encode('%PDF-1.4 x'), style)), text: typedText(s), attachments: [name] };
    },
  },
];
