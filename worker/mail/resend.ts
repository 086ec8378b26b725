/** Resend as the way out (resend.com/docs/api-reference): batches with an idempotency key, attachments one by one. */
import { Resend } from 'resend';
import type { MailTransport, OutgoingMail, SendResult } from './transport.ts';

const message = (mail: OutgoingMail) => ({
  from: mail.from,
  to: [mail.to],
  subject: mail.subject,
  html: mail.html,
  text: mail.text,
  headers: { ...mail.headers, 'Message-ID': mail.messageId },
  ...(mail.replyTo ? { replyTo: mail.replyTo } : {}),
});

/** How long (ms) an answer is waited for. Without one the mail may have left: the same key tells. */
const PATIENCE = 30_000;

/** Asks under a key, and not without end. The timer ends with the answer: it would keep the postbox from sleeping. */
async function asked<T>(key: string, ask: (options: { idempotencyKey: string; signal: AbortSignal }) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await ask({ idempotencyKey: key.slice(0, 256), signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Addresses that belong to nobody (RFC 2606): the demo's customers. Nothing leaves the house for them. */
const isNobody = (mail: OutgoingMail): boolean => /@(?:[^@>]*\.)?(?:example|test|invalid|localhost)>?$/i.test(mail.to);

export class ResendTransport implements MailTransport {
  readonly limit = 100;
  readonly #resend: Resend;

  constructor(apiKey: string) {
    this.#resend = new Resend(apiKey);
  }

  async send(batchKey: string, all: OutgoingMail[]): Promise<SendResult[]> {
    const results = await this.#send(
      batchKey,
      all.filter((mail) => !isNobody(mail)),
    );
    return all.map((mail) =>
      isNobody(mail) ? { state: 'sent', providerId: '' } : (results.shift() ?? { state: 'later', reason: 'no answer', after: null }),
    );
  }

  async #send(batchKey: string, mails: OutgoingMail[]): Promise<SendResult[]> {
    if (mails.length === 0) return [];
    const [only] = mails;
    if (mails.length === 1 && only) return [await this.#one(batchKey, only)];
    try {
      const answer = await asked(batchKey, (options) => this.#resend.batch.send(mails.map(message), options));
      if (answer.data) return mails.map((_, index) => ({ state: 'sent', providerId: answer.data.data[index]?.id ?? '' }));
      // One faulty mail refuses the whole batch: then each is tried by itself, under a key of its own, now and ever after.
      if (isFinal(answer.error)) return await Promise.all(mails.map((mail) => this.#alone(mail)));
      if (isTaken(answer.error)) return mails.map(() => ({ state: 'sent', providerId: '' }));
      return mails.map(() => later(answer.error, answer.headers));
    } catch (error) {
      return mails.map(() => ({ state: 'later', reason: String(error), after: null }));
    }
  }

  async #alone(mail: OutgoingMail): Promise<SendResult> {
    const result = await this.#one(mail.key, mail);
    return result.state === 'later' ? { ...result, alone: true } : result;
  }

  async #one(key: string, mail: OutgoingMail): Promise<SendResult> {
    try {
      const attachments = mail.attachments.map((file) => ({
        filename: file.filename,
        content: file.base64,
        contentType: file.contentType,
      }));
      const answer = await asked(key, (options) =>
        this.#resend.emails.send({ ...message(mail), ...(attachments.length ? { attachments } : {}) }, options),
      );
      if (answer.data) return { state: 'sent', providerId: answer.data.id };
      if (isTaken(answer.error)) return { state: 'sent', providerId: '' };
      return isFinal(answer.error)
        ? { state: 'failed', reason: `${answer.error?.name}: ${answer.error?.message}` }
        : later(answer.error, answer.headers);
    } catch (error) {
      return { state: 'later', reason: String(error), after: null };
    }
  }
}

interface ProviderError {
  name?: string;
  message?: string;
  statusCode?: number | null;
}

/** 4xx that another try can't mend; 429, 409 (in flight), key and quota troubles pass. */
function isFinal(error: ProviderError | null): boolean {
  const status = error?.statusCode ?? null;
  return status !== null && [400, 404, 405, 413, 422].includes(status);
}

/** The key has been used, with other words: what it stood for was sent, though its answer never came. */
const isTaken = (error: ProviderError | null): boolean => error?.name === 'invalid_idempotent_request';

function later(error: ProviderError | null, headers: Record<string, string> | null | undefined): SendResult {
  const after = Number(headers?.['retry-after']);
  return {
    state: 'later',
    reason: `${error?.name ?? 'unknown'}: ${error?.message ?? ''}`,
    after: Number.isFinite(after) && after > 0 ? after : null,
  };
}
