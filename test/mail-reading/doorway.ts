/** A doorway and small mails for the tests here. */
import type { Doorway, ReplyTarget, SentOriginal } from '../../worker/mail/reading/intake.ts';

export const TOKEN = 'k7m2q9x4t5w3b6n7v2c5z2d4f6';
export const DOMAIN = 'in.atelier.example';
export const OWNER: ReplyTarget = { room: 'hall', participant: 'p1', address: 'grace@harbour.example', name: 'Grace Hopper', thread: 'n1' };
export const ENVELOPE = { from: OWNER.address, to: `reply+${TOKEN}@${DOMAIN}` };

export function doorway(over: Partial<Doorway> = {}, sent: SentOriginal | null = null): Doorway {
  return {
    authservId: 'mx.cloudflare.net',
    replyDomain: DOMAIN,
    bounceAddress: `bounce@${DOMAIN}`,
    target: (token) => Promise.resolve(token === TOKEN ? OWNER : null),
    sentOriginal: () => Promise.resolve(sent),
    ...over,
  };
}

export const PASS =
  'Authentication-Results: mx.cloudflare.net; dkim=pass header.d=harbour.example; dmarc=pass header.from=harbour.example; spf=pass smtp.mailfrom=grace@harbour.example';

/** A mail from its owner; `headers` replace those of the same name. */
export function mail(body: string, headers: string[] = [], type = 'text/plain; charset=utf-8'): Uint8Array {
  const names = new Set(headers.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()));
  const usual = [
    PASS,
    'From: Grace Hopper <grace@harbour.example>',
    'Subject: Re: plan',
    'Date: Thu, 12 Nov 2026 10:40:12 +0800',
    'Message-ID: <one@harbour.example>',
    `Content-Type: ${type}`,
  ].filter((line) => !names.has(line.slice(0, line.indexOf(':')).toLowerCase()));
  return new TextEncoder().encode([...headers, ...usual, '', body].join('\r\n'));
}
