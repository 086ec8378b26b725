/**
 * The press on a page behind a mailed link. Scanners open links, some run scripts, some send what forms they find: what counts is a
 * form that carries what its browser was given together with the page. Nothing is stored for it: the cookie is a secret, and the
 * field is its hash for this page.
 */
import type { RequestEvent } from '@sveltejs/kit';
import { base32 } from '#core/ids.ts';
import { PRESS, keepPress } from './cookies.ts';

const TOKEN = /^[a-z2-7]{26}$/;

async function hash(purpose: string, secret: string, of: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${purpose}:${secret}:${of}`)));
}

const secretOf = (event: RequestEvent): string | null => {
  const kept = event.cookies.get(PRESS);
  return kept && TOKEN.test(kept) ? kept : null;
};

/** What the forms of a page carry. */
export async function pressOf(event: RequestEvent): Promise<string> {
  const known = secretOf(event);
  const secret = known ?? base32(crypto.getRandomValues(new Uint8Array(16)));
  if (!known) keepPress(event.cookies, secret);
  return base32(await hash('press', secret, event.url.pathname));
}

/**
 * A secret of this browser for what the page opens, if its form was sent from the page as this browser got it; else null. The same for
 * a second press on it: somebody who presses twice is let in once, and by the same key.
 */
export async function pressed(event: RequestEvent, form: FormData): Promise<string | null> {
  const secret = secretOf(event);
  const said = form.get('press');
  if (!secret || said !== base32(await hash('press', secret, event.url.pathname))) return null;
  return base32(await hash('opened', secret, event.url.pathname));
}
