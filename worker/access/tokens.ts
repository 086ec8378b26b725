/**
 * Secrets and their hashes. A secret is 128 random bits; only its SHA-256 is kept, under a name that says what it
 * opens, so a reply key is no entry key. A fast hash is right for secrets of full entropy (OWASP ASVS 5.0, 6.5).
 */
import { base32, ID_PATTERN, type RoomId } from '#core/ids.ts';
import { toBase64 } from '../base64.ts';

export const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** A fresh id or secret: 26 lower-case base32 characters. */
export const fresh = <Id extends string>(): Id => base32(random(16)) as Id;

export type KeyKind = 'feed' | 'enter' | 'reply' | 'wishes' | 'device' | 'session' | 'sign-in' | 'code' | 'challenge';

/** SHA-256 of a secret for one purpose, as base64url. */
export async function hashOf(kind: KeyKind, secret: string): Promise<string> {
  return digest(new TextEncoder().encode(`${kind}:${secret}`));
}

/** SHA-256 of any bytes, as base64url. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return toBase64(hash).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** An id that is always the same for the same text: 128 bits of its SHA-256. */
export async function idFor<Id extends string>(bytes: Uint8Array): Promise<Id> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return base32(hash.subarray(0, 16)) as Id;
}

/** What stands in a link or reply address: the secret, then the room it opens. 52 characters, case-insensitive. */
export const tokenOf = (room: RoomId, secret: string): string => `${secret}${room}`;

export function readToken(token: string): { secret: string; room: RoomId } | null {
  const lower = token.toLowerCase();
  const secret = lower.slice(0, 26);
  const room = lower.slice(26);
  return ID_PATTERN.test(secret) && ID_PATTERN.test(room) ? { secret, room: room as RoomId } : null;
}

/**
 * A text without the keys that stand in our mails: whoever quotes a mail gives its links away, and they are the
 * addressee's alone. Services that guard links write them into links of their own, slashes as `%2F` or `_`.
 */
export const withoutKeys = (text: string): string =>
  text
    .replace(/((\/|_|%(?:25)*2F)(?:join|unsubscribe|sign-in)\2)[a-z2-7]{26,52}/gi, '$1…')
    .replace(/(reply(?:\+|%(?:25)*2B))[a-z2-7]{52}/gi, '$1…');

/** Six digits, evenly drawn. */
export function sixDigits(): string {
  for (;;) {
    const [value] = crypto.getRandomValues(new Uint32Array(1));
    // Reject the uneven rest of 2^32 modulo one million.
    if (value !== undefined && value < 4_294_000_000) return String(value % 1_000_000).padStart(6, '0');
  }
}

/** `c•••i@corp.com`: enough to recognise one's own address, too little to learn another's. */
export function masked(email: string): string {
  const [local = '', domain = ''] = email.split('@');
  return `${local.slice(0, 1)}•••${local.length > 2 ? local.slice(-1) : ''}@${domain}`;
}
