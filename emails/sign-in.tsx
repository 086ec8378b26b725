/** A seller's way in: one link, once, for minutes. */
import * as m from '#messages';
import type { Rendered, SignInFacts } from './facts.ts';
import { Button, greet, mail, SpelledOut, Title, Words } from './layout.tsx';
import { saySpan } from './moment.ts';

export function signIn(facts: SignInFacts): Rendered {
  const { reader, workspaceName: workspace, isNew, url } = facts;
  const { locale } = reader;
  const time = saySpan(facts.minutes, locale);
  const subject = isNew ? m.mail_sign_in_subject_new({ workspace }, { locale }) : m.mail_sign_in_subject({}, { locale });
  const hello = greet(reader);
  const lead = isNew ? m.mail_sign_in_lead_new({ workspace }, { locale }) : m.mail_sign_in_lead({ workspace }, { locale });
  const button = isNew ? m.mail_sign_in_button_new({}, { locale }) : m.mail_sign_in_button({}, { locale });
  const limits = m.mail_sign_in_limits({ time }, { locale });
  const notYou = m.mail_sign_in_not_you({}, { locale });
  const footer = [{ says: m.mail_account_footer({}, { locale }) }];

  return mail({
    kind: 'sign-in',
    mark: facts.mark,
    locale,
    subject,
    preheader: m.mail_sign_in_preheader({ workspace, time }, { locale }),
    head: m.app_name({}, { locale }),
    footer,
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        <Button url={url}>{button}</Button>
        <Words>{limits}</Words>
        <Words soft>{notYou}</Words>
        <SpelledOut url={url} locale={locale} />
      </>
    ),
    text: [hello, lead, m.mail_link_to({ title: button, url }, { locale }), limits, notYou],
  });
}
