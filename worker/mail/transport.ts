/** The port through which mail leaves: Resend in production, the local mailbox in `npm start` and tests. */

export interface OutgoingMail {
  /** Idempotency key: the same mail is sent once, however often it is asked for. At most 200 characters. */
  key: string;
  /** `"Name" <address>`. */
  from: string;
  to: string;
  replyTo: string | null;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  attachments: { filename: string; contentType: string; base64: string }[];
  /** With angle brackets. */
  messageId: string;
}

export type SendResult =
  | { state: 'sent'; providerId: string }
  /**
   * Worth another try: an outage or a rate limit. `after` in seconds, when the provider said so. `alone`: it was sent by itself under its
   * own key, which must be so from now on.
   */
  | { state: 'later'; reason: string; after: number | null; alone?: true }
  /** Will never work as it is. */
  | { state: 'failed'; reason: string };

export interface MailTransport {
  /** Sends up to `limit` mails under one batch key; a result for each, in order. Never throws. */
  send(batchKey: string, mails: OutgoingMail[]): Promise<SendResult[]>;
  /** Mails in one call. */
  readonly limit: number;
}

/** RFC 5322 display name: quoted, so that commas and Chinese names both stand. */
export const mailbox = (name: string, address: string): string => `"${name.replace(/[\\"\r\n]/g, ' ').trim()}" <${address}>`;
