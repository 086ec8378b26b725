/** What stands between the internet and the Worker in production: checks who sent a mail, says so on top of it, hands it in. */
// By its path: the name stands for less (worker/mail/postal-mime.ts).
import PostalMime, { type Email } from '../../node_modules/postal-mime/dist/esm/postal-mime.js';

export interface Envelope {
  from: string;
  to: string;
}

/** What the sending server is told. */
export interface Delivery {
  accepted: boolean;
  reason?: string;
}

/** What the edge found out about the sender. `absent`: an edge that writes nothing, so only what the mail brings is there. */
export type Verdict = 'pass' | 'fail' | 'none' | 'absent';
export const VERDICTS: readonly Verdict[] = ['pass', 'fail', 'none', 'absent'];

/** Only the head is read here: a mail of 25 MiB passes through whole and unparsed. */
function readHead(raw: Uint8Array): Promise<Email> {
  let end = 0;
  while (end < raw.length && !(raw[end] === 10 && (raw[end + 1] === 10 || (raw[end + 1] === 13 && raw[end + 2] === 10)))) end += 1;
  return PostalMime.parse(raw.subarray(0, end + 1));
}

/** Where the envelope is not given: the mail's own sender and first recipient. */
export async function envelopeOf(raw: Uint8Array): Promise<Envelope> {
  const mail = await readHead(raw);
  return { from: mail.from?.address ?? '', to: mail.deliveredTo ?? mail.to?.[0]?.address ?? '' };
}

/** Lays the edge's Authentication-Results (RFC 8601) over the mail. What the mail itself claims stays below it. */
export async function stamped(raw: Uint8Array, { from }: Envelope, verdict: Verdict, authservId: string): Promise<Uint8Array> {
  if (verdict === 'absent') return raw;
  const author = (await readHead(raw)).from?.address ?? from;
  const domain = author.split('@').at(-1) || 'unknown.invalid';
  const line = `Authentication-Results: ${authservId}; dkim=${verdict} header.d=${domain}; dmarc=${verdict} header.from=${domain}; spf=${verdict} smtp.mailfrom=${from}\r\n`;
  const head = new TextEncoder().encode(line);
  const out = new Uint8Array(head.length + raw.length);
  out.set(head);
  out.set(raw, head.length);
  return out;
}

/** Hands a mail to the Worker's own `email()`, as the platform would: an exception means "try again later". */
export async function deliverInbound<Bindings, Ctx>(
  handler: (message: ForwardableEmailMessage, env: Bindings, ctx: Ctx) => void | Promise<void>,
  raw: Uint8Array,
  envelope: Envelope,
  env: Bindings,
  ctx: Ctx,
): Promise<Delivery> {
  const parsed = await readHead(raw);
  const headers = new Headers();
  for (const { key, value } of parsed.headers) {
    // A header that HTTP can't carry is in the raw mail all the same.
    if (/^[\x20-\x7e\t]*$/.test(value)) headers.append(key, value);
  }
  let rejected: string | undefined;
  const message: ForwardableEmailMessage = {
    from: envelope.from,
    to: envelope.to,
    headers,
    raw: new Blob([raw]).stream(),
    rawSize: raw.length,
    canBeForwarded: false,
    setReject: (reason) => {
      rejected = reason;
    },
    forward: () => Promise.reject(new Error('the local edge forwards nothing')),
    reply: () => Promise.reject(new Error('the local edge sends no direct reply')),
  };
  try {
    await handler(message, env, ctx);
  } catch (error) {
    return { accepted: false, reason: `451 try again: ${error instanceof Error ? error.message : String(error)}` };
  }
  return rejected === undefined ? { accepted: true } : { accepted: false, reason: `550 ${rejected}` };
}
