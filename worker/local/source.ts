/** A mail as it goes over the wire: RFC 5322, written by a mail library and not by us. */
import MailComposer from 'nodemailer/lib/mail-composer';

export interface Letter {
  from: string;
  to: string;
  replyTo?: string | undefined;
  subject: string;
  html: string;
  text: string;
  /** ISO instant. */
  date: string;
  messageId: string;
  headers?: Record<string, string>;
  attachments: { filename: string; contentType: string; base64: string }[];
}

export async function sourceOf(letter: Letter): Promise<Uint8Array> {
  const { from, to, replyTo, subject, html, text, messageId, headers = {} } = letter;
  const composer = new MailComposer({
    from,
    to,
    replyTo,
    subject,
    html,
    text,
    messageId,
    headers,
    date: new Date(letter.date),
    attachments: letter.attachments.map(({ filename, contentType, base64 }) => ({
      filename,
      contentType,
      content: base64,
      encoding: 'base64',
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return new Uint8Array(await composer.compile().build());
}
