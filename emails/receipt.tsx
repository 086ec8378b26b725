/** What a reply has done, and the word that takes it back. */
import * as m from '#messages';
import type { ReceiptFacts, Rendered } from './facts.ts';
import { AnswerLinks, answersText } from './answers.tsx';
import { fewerMails, mail, Title, Words } from './layout.tsx';

export function receipt(facts: ReceiptFacts): Rendered {
  const { reader, roomName: room, changed, canUndo, replyTo } = facts;
  const { locale } = reader;
  // That of the news about it: every mail program puts them together.
  const subject = facts.about
    ? m.mail_news_subject({ room, title: facts.about }, { locale })
    : m.mail_receipt_subject({ room }, { locale });
  const undo = m.mail_receipt_undo({}, { locale });
  const answers = canUndo
    ? { address: replyTo, subject, answers: [{ says: m.act_undo({}, { locale }), body: m.act_word_undo({}, { locale }) }] }
    : null;
  return mail({
    kind: 'receipt',
    mark: facts.mark,
    locale,
    subject,
    preheader: changed,
    head: room,
    footer: [...fewerMails(facts, locale)],
    children: (
      <>
        <Title>{changed}</Title>
        {canUndo && <Words soft>{undo}</Words>}
        {answers && <AnswerLinks {...answers} />}
      </>
    ),
    text: [changed, canUndo && undo, answers && answersText(answers)],
  });
}
