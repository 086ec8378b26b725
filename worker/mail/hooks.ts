/** Resend's webhooks: mail that came in, and what became of mail that went out. Signed, or refused. */
import { Hono } from 'hono';
import { Resend } from 'resend';
import { Webhook } from 'standardwebhooks';
import * as v from 'valibot';
import type { Bindings } from '../app.ts';
import { readAll } from '../files/store.ts';
import { MAX_MAIL, type RawMail, receiveMail } from './inbound.ts';

/** Resend receives through Amazon SES, which writes this authserv-id. */
const RESEND_AUTHSERV_ID = 'amazonses.com';

const event = v.variant('type', [
  v.object({ type: v.literal('email.received'), data: v.object({ email_id: v.string(), from: v.string(), to: v.array(v.string()) }) }),
  v.object({ type: v.literal('email.delivered'), data: v.object({ email_id: v.string() }) }),
  v.object({
    type: v.literal('email.bounced'),
    data: v.object({
      email_id: v.string(),
      bounce: v.optional(v.object({ type: v.optional(v.string()), message: v.optional(v.string()) })),
    }),
  }),
  v.object({ type: v.literal('email.complained'), data: v.object({ email_id: v.string() }) }),
]);

export const hooks = new Hono<Bindings>().post('/resend', async (c) => {
  const secret = c.env.RESEND_WEBHOOK_SECRET;
  if (!secret) return c.json({ error: 'not configured' }, 404);
  const body = await c.req.text();
  let payload: unknown;
  try {
    // Svix's scheme under its own header names.
    payload = new Webhook(secret).verify(body, {
      'webhook-id': c.req.header('svix-id') ?? '',
      'webhook-timestamp': c.req.header('svix-timestamp') ?? '',
      'webhook-signature': c.req.header('svix-signature') ?? '',
    });
  } catch {
    return c.json({ error: 'signature' }, 401);
  }
  const parsed = v.safeParse(event, payload);
  // Event types that we have no use for are taken, so that they are not sent again.
  if (!parsed.success) return c.json({ ok: true });

  const { type, data } = parsed.output;
  const postbox = c.env.POSTBOX.get(c.env.POSTBOX.idFromName('main'));
  switch (type) {
    case 'email.received': {
      for (const to of data.to) {
        const mail = await fetchRaw(c.env.RESEND_API_KEY ?? '', data.email_id);
        const receipt = await receiveMail(c.env, mail, { from: bare(data.from), to: bare(to) }, RESEND_AUTHSERV_ID);
        // Told again later; what was taken meanwhile is known by then.
        if (!receipt.accepted && receipt.after !== undefined)
          return c.json({ error: 'too many' }, 429, { 'Retry-After': String(receipt.after) });
      }
      return c.json({ ok: true });
    }
    case 'email.delivered':
      await postbox.heard(data.email_id, 'delivered', '');
      return c.json({ ok: true });
    case 'email.bounced':
      // A full mailbox may empty itself: only lasting bounces mark the participant.
      if (data.bounce?.type !== 'Transient' && data.bounce?.type !== 'Temporary')
        await postbox.heard(data.email_id, 'bounced', data.bounce?.message ?? '');
      return c.json({ ok: true });
    case 'email.complained':
      await postbox.heard(data.email_id, 'complained', '');
      return c.json({ ok: true });
  }
});

const bare = (address: string): string => /<([^>]+)>/.exec(address)?.[1] ?? address;

/** The webhook carries no body: the raw mail is fetched, so that both ways in meet the same code. Throws on an outage. */
async function fetchRaw(apiKey: string, id: string): Promise<RawMail> {
  const answer = await new Resend(apiKey).emails.receiving.get(id);
  const url = answer.data?.raw?.download_url;
  if (!url) throw new Error(`received mail ${id} is not to be had: ${answer.error?.name ?? 'no raw source'}`);
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`received mail ${id}: ${response.status}`);
  const size = Number(response.headers.get('content-length') ?? 0);
  if (size > MAX_MAIL) throw new Error(`received mail ${id} is over ${MAX_MAIL} bytes`);
  // A size that was said of a packed body is not that of the mail.
  if (size > 0 && !response.headers.get('content-encoding')) return { stream: response.body, size };
  const bytes = await readAll(response.body, MAX_MAIL);
  if (!bytes) throw new Error(`received mail ${id} is over ${MAX_MAIL} bytes`);
  return { stream: new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(), size: bytes.byteLength };
}
