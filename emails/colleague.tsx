/** A seller asks a colleague into the workspace. */
import * as m from '#messages';
import type { ColleagueFacts, Rendered } from './facts.ts';
import { Button, greet, mail, SpelledOut, Title, Words } from './layout.tsx';
import { saySpan } from './moment.ts';

export function colleague(facts: ColleagueFacts): Rendered {
  const { reader, workspaceName: workspace, url } = facts;
  const { locale } = reader;
  const from = facts.from.name;
  const time = saySpan(facts.minutes, locale);
  const subject = m.mail_colleague_subject({ from, workspace }, { locale });
  const hello = greet(reader);
  const lead = m.mail_colleague_lead({ from, email: facts.from.email, workspace }, { locale });
  const button = m.mail_colleague_button({ workspace }, { locale });
  const limits = m.mail_colleague_limits({ from, time }, { locale });
  const footer = [{ says: m.mail_colleague_why({ from }, { locale }) }];

  return mail({
    kind: 'colleague',
    mark: facts.mark,
    locale,
    subject,
    preheader: m.mail_colleague_preheader({ from, workspace, time }, { locale }),
    head: workspace,
    footer,
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        <Button url={url}>{button}</Button>
        <Words soft>{limits}</Words>
        <SpelledOut url={url} locale={locale} />
      </>
    ),
    text: [hello, lead, m.mail_link_to({ title: button, url }, { locale }), limits],
  });
}
