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

/** The calendar object among a mail's files, if it carries one. */
export function calendarIn(attachments: Letter['attachments']): { method: string; filename: string; ics: string } | null {
  for (const { filename, contentType, base64 } of attachments) {
    const method = /^text\/calendar;.*\bmethod=([A-Z]+)/i.exec(contentType)?.[1];
    if (method) return { method: method.toUpperCase(), filename, ics: Buffer.from(base64, 'base64').toString('utf8') };
  }
  return null;
}

export async function sourceOf(letter: Letter): Promise<Uint8Array> {
  const { from, to, replyTo, subject, html, text, messageId, headers = {} } = letter;
  const calendar = calendarIn(letter.attachments);
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
    // Beside the text and once more as a file: so every calendar program finds it (RFC 6047 section 4).
    ...(calendar && { icalEvent: { method: calendar.method, filename: calendar.filename, content: calendar.ics } }),
    attachments: letter.attachments
      .filter(({ filename }) => filename !== calendar?.filename)
      .map(({ filename, contentType, base64 }) => ({
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
