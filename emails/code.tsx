/** Six digits, large, and in the subject: often read off the lock screen. */
import * as m from '#messages';
import type { CodeFacts, Rendered } from './facts.ts';
import { Box, greet, mail, Title, Words } from './layout.tsx';
import { saySpan } from './moment.ts';

export function code(facts: CodeFacts): Rendered {
  const { reader, roomName: room, through } = facts;
  const { locale } = reader;
  const time = saySpan(facts.minutes, locale);
  const subject = m.mail_code_subject({ code: facts.code, room }, { locale });
  const hello = greet(reader);
  const lead = m.mail_code_lead({}, { locale });
  const by = through === null ? null : m.mail_code_through({ name: through }, { locale });
  const limits = m.mail_code_limits({ time }, { locale });
  const notYou = m.mail_code_not_you({}, { locale });
  const footer = [{ says: through === null ? m.mail_code_why({ room }, { locale }) : m.mail_account_footer({}, { locale }) }];

  return mail({
    kind: 'code',
    mark: facts.mark,
    locale,
    subject,
    preheader: m.mail_code_preheader({ time }, { locale }),
    head: room,
    footer,
    children: (
      <>
        <Title>{hello}</Title>
        {by && <Words>{by}</Words>}
        <Words>{lead}</Words>
        <Box
          paint={{ back: 'card', text: 'ink' }}
          style="margin:0 0 20px;"
          cell="padding:18px;border-radius:8px;text-align:center;font-family:Consolas,Menlo,'Courier New',monospace;font-size:36px;line-height:44px;font-weight:bold;letter-spacing:8px;"
        >
          {facts.code}
        </Box>
        <Words>{limits}</Words>
        <Words soft>{notYou}</Words>
      </>
    ),
    text: [hello, by, lead, facts.code, limits, notYou],
  });
}
