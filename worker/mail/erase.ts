/** Takes an address out of everything that mail has left behind. Doing it again changes nothing. */
import type { RoomId } from '#core/ids.ts';
import type { Env } from '../env.ts';
import { fileKey } from '../files/store.ts';
import { mailKey } from './inbound.ts';

export interface Traces {
  email: string;
  /** The mail of somebody else in which the address stood in copy: it stays, without it. */
  copied: string;
  /** Mails and files of the address's own: they go. */
  own: string[];
  files: string[];
}

export async function erase(env: Env, room: RoomId, { email, copied, own, files }: Traces): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE inbound_mail SET envelope_from = '' WHERE (room_id = ?1 AND lower(envelope_from) = ?2) OR id IN (SELECT value FROM json_each(?3))",
    ).bind(room, email, JSON.stringify(own)),
  ]);
  await Promise.all([
    ...own.map((mail) => env.FILES.delete(mailKey(mail))),
    ...files.map((file) => env.FILES.delete(fileKey(room, file as Parameters<typeof fileKey>[1]))),
    env.POSTBOX.get(env.POSTBOX.idFromName('main')).forget(room, email),
  ]);
  const kept = await env.FILES.get(mailKey(copied));
  if (!kept) return;
  const bytes = new Uint8Array(await kept.arrayBuffer());
  const cleaned = withoutAddress(bytes, email);
  if (cleaned) await env.FILES.put(mailKey(copied), cleaned, { httpMetadata: { contentType: 'message/rfc822' } });
}

/** The mail with every letter of the address replaced; null where it does not stand. Byte for byte, so that nothing else moves. */
function withoutAddress(bytes: Uint8Array, email: string): Uint8Array | null {
  const wanted = new TextEncoder().encode(email.toLowerCase());
  const lower = (byte: number | undefined) => (byte !== undefined && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  const [first] = wanted;
  let out: Uint8Array | null = null;
  for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    if (lower(bytes[at]) !== first || !wanted.every((byte, index) => lower(bytes[at + index]) === byte)) continue;
    out ??= bytes.slice();
    out.fill(42, at, at + wanted.length);
    at += wanted.length - 1;
  }
  return out;
}
