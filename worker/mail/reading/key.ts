/** By what a mail is known again when it is delivered twice. */
import { rawField, readHead } from './mime-tree.ts';
import { messageIds } from './read-mail.ts';

/** What a writer's own program says of a mail; all else in a head may have been laid on it on the way. */
const WRITTEN = ['from', 'to', 'cc', 'subject', 'date'];

/**
 * The same for every delivery of one mail to one address: its Message-ID, or what was written in it. A server that tries again
 * lays new lines on top (Received, another verdict), so its bytes are not the same twice. A mail without Message-ID and date is
 * known by its bytes alone: two short words might be written twice. Never throws.
 */
export async function keyOf(bytes: Uint8Array, to: string): Promise<string> {
  const head = readHead(bytes);
  const named = rawField(head, 'message-id') ?? '';
  // One of no proper shape names its mail all the same.
  const messageId = messageIds(named)[0] ?? named;
  if (/[^<>\s]/.test(messageId)) return `${messageId}\n${to.toLowerCase()}`;
  if (!rawField(head, 'date')) return `sha256:${await sha256(bytes)}`;
  const fields = head.fields.filter((field) => WRITTEN.includes(field.name)).map((field) => `${field.name}: ${field.raw}`);
  const facts = new TextEncoder().encode([to.toLowerCase(), ...fields, await sha256(bytes.subarray(head.start))].join('\n'));
  return `sha256:${await sha256(facts)}`;
}

const sha256 = async (bytes: Uint8Array): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
