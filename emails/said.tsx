/** What somebody wrote, whole: a mail that says "open the app to read it" is no mail. */
import * as m from '#messages';
import { raw } from 'hono/html';
import type { FC } from 'hono/jsx';
import type { Reader, SaidFacts } from './facts.ts';
import { Lines, Link, paint } from './layout.tsx';
import { sayAt, saySize } from './moment.ts';

/** In a mail that is internal as a whole, the single comment need not say so again. */
function sayHead(said: SaidFacts, reader: Reader, team: boolean): string {
  const { locale } = reader;
  const head = m.mail_said({ name: said.name, when: sayAt(said.at, reader) }, { locale });
  return said.internal && !team ? `${head} · ${m.mail_news_internal_said({}, { locale })}` : head;
}

export const Said: FC<{ said: SaidFacts; reader: Reader; team: boolean }> = ({ said, reader, team }) => (
  <div
    {...paint(
      { edge: said.internal ? 'teamLine' : 'line' },
      'margin:0 0 20px;padding:0 0 0 16px;border-style:solid;border-width:0 0 0 3px;',
    )}
  >
    <p {...paint({ text: 'soft' }, 'margin:0 0 4px;font-size:14px;line-height:21px;')}>{sayHead(said, reader, team)}</p>
    <div {...paint({ text: 'ink' }, 'font-size:16px;line-height:25px;word-break:break-word;')}>
      {said.html === null ? <Lines text={said.text} /> : <div class="said">{raw(said.html)}</div>}
    </div>
    {said.files.map((file) => (
      <p {...paint({ text: 'soft' }, 'margin:8px 0 0;font-size:14px;line-height:21px;word-break:break-word;')}>
        <Link url={file.url}>{m.mail_file({ name: file.name, size: saySize(file.size) }, { locale: reader.locale })}</Link>
      </p>
    ))}
  </div>
);

export const saidText = (said: SaidFacts, reader: Reader, team: boolean): string =>
  [
    sayHead(said, reader, team),
    said.text,
    ...said.files.map((file) => m.mail_file_text({ name: file.name, size: saySize(file.size), url: file.url }, { locale: reader.locale })),
  ]
    .filter((line) => line !== '')
    .join('\n');
