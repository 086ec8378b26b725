/** Resend's webhooks: signed or refused; mail that came in goes the same way as by Email Routing. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { comments, env, invite, newSeller, openRoom, raw, request } from '../support/front-door.ts';

const SECRET = `whsec_${btoa('a secret of the test, thirty-two b')}`;

beforeEach(() => {
  env.RESEND_WEBHOOK_SECRET = SECRET;
  env.RESEND_API_KEY = 're_test';
});
afterEach(() => {
  delete env.RESEND_WEBHOOK_SECRET;
  delete env.RESEND_API_KEY;
  vi.restoreAllMocks();
});

function signed(payload: object, secret = SECRET): RequestInit {
  const body = JSON.stringify(payload);
  const at = new Date();
  const id = `msg_${at.getTime()}`;
  return {
    method: 'POST',
    body,
    headers: {
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(secret).sign(id, at, body),
      origin: 'https://api.resend.com',
    },
  };
}

describe('a webhook', () => {
  test('without a valid signature is refused', async () => {
    const event = { type: 'email.bounced', data: { email_id: 'x' } };
    expect((await request('/hooks/resend', { method: 'POST', body: JSON.stringify(event) })).status).toBe(401);
    expect((await request('/hooks/resend', signed(event, `whsec_${btoa('another secret that is not ours')}`))).status).toBe(401);
    expect((await request('/hooks/resend', signed(event))).status).toBe(200);
  });

  test('of a kind that we have no use for is taken', async () => {
    expect((await request('/hooks/resend', signed({ type: 'contact.created', data: {} }))).status).toBe(200);
  });

  test('about mail that came in fetches the raw mail and posts it, once', async () => {
    const seller = await newSeller();
    const opened = await openRoom(seller);
    const mail = await invite(seller, opened);
    const domain = opened.customerEmail.split('@')[1];
    const bytes = raw({
      from: opened.customerEmail,
      to: mail.replyTo ?? '',
      text: 'Via Resend',
      messageId: '<resend-in@corp.example>',
      verdict: `amazonses.com; spf=pass smtp.mailfrom=${opened.customerEmail}; dkim=pass header.i=@${domain}; dmarc=pass header.from=${domain}`,
    });
    vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
      const url = input instanceof Request ? input.url : String(input);
      if (url.includes('/emails/receiving/')) {
        return Promise.resolve(
          Response.json({
            object: 'email',
            id: 'in-1',
            raw: { download_url: 'https://inbound.example/in-1', expires_at: '2030-01-01T00:00:00Z' },
          }),
        );
      }
      return Promise.resolve(new Response(bytes as Uint8Array<ArrayBuffer>));
    });
    const event = { type: 'email.received', data: { email_id: 'in-1', from: `Chen <${opened.customerEmail}>`, to: [mail.replyTo] } };
    for (let turn = 0; turn < 2; turn += 1) expect((await request('/hooks/resend', signed(event))).status).toBe(200);
    vi.restoreAllMocks();
    expect((await comments(seller, opened.room)).map((one) => one.body)).toEqual(['Via Resend']);
  });

  test('about mail that can’t be fetched now answers 503, so that it is sent again', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
      Promise.resolve(Response.json({ name: 'internal_server_error', statusCode: 500, message: 'oops' }, { status: 500 })),
    );
    expect(
      (
        await request(
          '/hooks/resend',
          signed({ type: 'email.received', data: { email_id: 'x', from: 'a@b.example', to: ['reply@in.atelier.example'] } }),
        )
      ).status,
    ).toBe(503);
  });
});
