/** The frame of every mail: one column, tables and inline styles, readable with nothing but text. */
import * as m from '#messages';
import type { Locale } from '#core/people.ts';
import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { raw } from 'hono/html';
import type { Frame, Reader, Rendered } from './facts.ts';
import { colour, font, width, type Colour } from './tokens.ts';

interface Paint {
  back?: Colour;
  text?: Colour;
  edge?: Colour;
}

/** Light colours inline, for clients that read nothing else; a class each, so that dark mode can replace them. */
export function paint({ back, text, edge }: Paint, style: string): { class: string; style: string } {
  const classes = [back && `b-${back}`, text && `t-${text}`, edge && `e-${edge}`];
  const colours = [
    back && `background-color:${colour[back][0]};`,
    text && `color:${colour[text][0]};`,
    edge && `border-color:${colour[edge][0]};`,
  ];
  return { class: classes.filter(Boolean).join(' '), style: colours.filter(Boolean).join('') + style };
}

const dark = Object.entries(colour)
  .map(
    ([name, [, value]]) =>
      `.b-${name}{background-color:${value}!important}.t-${name}{color:${value}!important}.e-${name}{border-color:${value}!important}`,
  )
  .join('');

const STYLE = `
.said p,.said ul,.said ol,.said pre,.said blockquote{margin:0 0 8px}
.said pre{white-space:pre-wrap}
.said a{color:${colour.brand[0]}}
@media (max-width:480px){.pad{padding-left:20px!important;padding-right:20px!important}.edge{padding-left:0!important;padding-right:0!important}}
@media (prefers-color-scheme:dark){${dark}.said a{color:${colour.brand[1]}!important}}
`;

/** A component with something inside. */
type Part<Props = object> = FC<PropsWithChildren<Props>>;

const tableProps = { role: 'presentation', cellpadding: '0', cellspacing: '0' } as const;

/** A table that a screen reader takes for what it is: layout. */
export const Box: Part<{ paint?: Paint; style?: string; cell: string; class?: string }> = ({
  paint: paints = {},
  style = '',
  cell,
  class: name = '',
  children,
}) => {
  const { class: painted, style: colours } = paint(paints, cell);
  return (
    <table {...tableProps} width="100%" style={`width:100%;border-collapse:separate;border-spacing:0;${style}`}>
      <tr>
        <td class={`${painted} ${name}`.trim()} style={colours}>
          {children}
        </td>
      </tr>
    </table>
  );
};

export const Title: Part = ({ children }) => (
  <h1 {...paint({ text: 'ink' }, 'margin:0 0 16px;font-size:22px;line-height:30px;font-weight:bold;word-break:break-word;')}>{children}</h1>
);

export const Section: Part = ({ children }) => (
  <h2 {...paint({ text: 'soft' }, 'margin:24px 0 8px;font-size:14px;line-height:20px;font-weight:bold;')}>{children}</h2>
);

export const Words: Part<{ soft?: boolean }> = ({ soft, children }) => (
  <p
    {...paint(
      { text: soft ? 'soft' : 'ink' },
      soft ? 'margin:0 0 12px;font-size:14px;line-height:21px;' : 'margin:0 0 16px;font-size:16px;line-height:25px;',
    )}
  >
    {children}
  </p>
);

export const Link: Part<{ url: string; style?: string }> = ({ url, style = '', children }) => (
  <a href={url} {...paint({ text: 'brand' }, `text-decoration:underline;${style}`)}>
    {children}
  </a>
);

/** A link that can be copied, for where buttons are not shown. */
export const SpelledOut: Part<{ url: string; locale: Locale }> = ({ url, locale }) => (
  <Words soft>
    {m.mail_link_fallback({}, { locale })}
    <br />
    <Link url={url} style="word-break:break-all;">
      {url}
    </Link>
  </Words>
);

/** Somebody who wrote to us is not always known by name. */
export const greet = ({ name, locale }: Reader): string =>
  name.trim() ? m.mail_hello({ name }, { locale }) : m.mail_hello_nameless({}, { locale });

/** Line breaks as they were written. */
export const Lines: FC<{ text: string }> = ({ text }) => (
  <>
    {text.split(/\r?\n/).map((line, index) => (
      <>
        {index > 0 && <br />}
        {line}
      </>
    ))}
  </>
);

/** The one button. The cell carries the colour and, for Outlook's Word engine, the padding; elsewhere all of it can be pressed. */
export const Button: Part<{ url: string; team?: boolean }> = ({ url, team, children }) => {
  const back = team ? 'teamButton' : 'button';
  return (
    <table {...tableProps} style="margin:24px 0 16px;border-collapse:separate;">
      <tr>
        <td {...paint({ back }, 'border-radius:8px;mso-padding-alt:13px 26px;')}>
          <a
            href={url}
            {...paint(
              { text: 'onButton' },
              'display:inline-block;padding:13px 26px;font-size:16px;line-height:22px;font-weight:bold;text-decoration:none;',
            )}
          >
            {children}
          </a>
        </td>
      </tr>
    </table>
  );
};

/** A line below the mail: why it came, how to answer, how to get less. */
export interface FooterLine {
  says: string;
  url?: string;
}

/** How to get fewer mails: the words that are understood in a reply, and the page for it. */
export function fewerMails({ wishesUrl, budget }: Pick<Frame, 'wishesUrl' | 'budget'>, locale: Locale): FooterLine[] {
  return [
    { says: budget ? m.mail_budget(budget, { locale }) : m.mail_words({}, { locale }) },
    { says: m.mail_wishes({}, { locale }), url: wishesUrl },
  ];
}

interface MailProps {
  /** The template's name; with `mark` it names this mail inside a quotation of it. */
  kind: string;
  mark: string | undefined;
  locale: Locale;
  subject: string;
  /** What a list of mails shows after the subject. */
  preheader: string;
  /** Whose mail it is: the room, or the product. */
  head: string;
  /** Only the team sees the thread: the mail looks like no other. */
  team?: boolean;
  footer: FooterLine[];
  children: Child;
}

const Mail: FC<MailProps> = ({ kind, mark, locale, subject, preheader, head, team, footer, children }) => (
  <html lang={locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <meta name="format-detection" content="telephone=no,date=no,address=no,email=no" />
      <title>{subject}</title>
      <style>{raw(STYLE)}</style>
    </head>
    <body {...paint({ back: team ? 'teamGround' : 'ground' }, 'margin:0;padding:0;')}>
      <div
        id="atelier-mail"
        data-atelier={mark ? `${kind}:${mark}` : kind}
        lang={locale}
        {...paint({ back: team ? 'teamGround' : 'ground', text: 'ink' }, `font-family:${font[locale]};font-size:16px;`)}
      >
        <div
          style={`display:none;max-height:0;overflow:hidden;font-size:1px;line-height:1px;color:${colour[team ? 'teamGround' : 'ground'][0]};mso-hide:all;`}
        >
          {preheader}
        </div>
        <table {...tableProps} width="100%" style="width:100%;">
          <tr>
            <td align="center" class="edge" style="padding:24px 12px;">
              {raw(`<!--[if mso]><table role="presentation" width="${width}" cellpadding="0" cellspacing="0"><tr><td><![endif]-->`)}
              <table {...tableProps} width="100%" style={`width:100%;max-width:${width}px;text-align:left;`}>
                <tr>
                  <td class="pad" style="padding:0 32px 12px;">
                    <span {...paint({ text: team ? 'teamInk' : 'brand' }, 'font-size:14px;line-height:20px;font-weight:bold;')}>
                      {head}
                    </span>
                  </td>
                </tr>
                {team && (
                  <tr>
                    <td
                      class="pad b-team t-teamInk e-teamLine"
                      style={`padding:10px 32px;background-color:${colour.team[0]};color:${colour.teamInk[0]};border:2px dashed ${colour.teamLine[0]};border-bottom:0;border-radius:12px 12px 0 0;font-size:15px;line-height:22px;font-weight:bold;`}
                    >
                      {m.mail_news_internal_band({}, { locale })}
                    </td>
                  </tr>
                )}
                <tr>
                  <td
                    class={`pad b-paper ${team ? 'e-teamLine' : 'e-line'}`}
                    style={`padding:28px 32px 20px;background-color:${colour.paper[0]};${team ? `border:2px dashed ${colour.teamLine[0]};border-top:0;border-radius:0 0 12px 12px;` : `border:1px solid ${colour.line[0]};border-radius:12px;`}`}
                  >
                    {children}
                  </td>
                </tr>
                <tr>
                  <td class="pad" style="padding:16px 32px 8px;">
                    {footer.map(({ says, url }) => (
                      <p {...paint({ text: 'soft' }, 'margin:0 0 6px;font-size:13px;line-height:19px;')}>
                        {url ? (
                          <a href={url} {...paint({ text: 'soft' }, 'text-decoration:underline;')}>
                            {says}
                          </a>
                        ) : (
                          says
                        )}
                      </p>
                    ))}
                  </td>
                </tr>
              </table>
              {raw('<!--[if mso]></td></tr></table><![endif]-->')}
            </td>
          </tr>
        </table>
      </div>
    </body>
  </html>
);

/** Paragraphs one below the other, the footer last. No rule of dashes: mail programs cut there. */
const plain = ({ text, footer, locale }: Letter): string =>
  [
    ...text.filter((one): one is string => typeof one === 'string' && one.trim() !== ''),
    footer.map(({ says, url }) => (url ? m.mail_link_to({ title: says, url }, { locale }) : says)).join('\n'),
  ].join('\n\n') + '\n';

interface Letter extends MailProps {
  /** The written text part, paragraph by paragraph; what is empty or not the case is left out. */
  text: (string | null | false)[];
}

/** One letter in its three parts. A line break in a name or title never gets into a header. */
export function mail(letter: Letter): Rendered {
  const subject = letter.subject.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return { subject, html: `<!doctype html>\n${(<Mail {...letter} subject={subject} />).toString()}`, text: plain(letter) };
}
