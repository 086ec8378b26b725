/** The local mailbox over HTTP: pages for people at /dev/mail, and the few endpoints that tests use. */
import type { Locale } from '#core/people.ts';
import { gallery } from '#emails/gallery.ts';
import { addressParser } from 'postal-mime';
import * as m from '#messages';
import { type Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { getCookie, setCookie } from 'hono/cookie';
import { html as document } from 'hono/html';
import { type Delivery, type Envelope, envelopeOf, stamped, type Verdict, VERDICTS } from './edge.ts';
import { BASE, Compose, Gallery, Gone, List, MailPage, SANDBOX, VIEWS } from './look.tsx';
import { answerOf, calendarPart, spanIn } from '../mail/calendar.ts';
import { answers, type Answer } from '#core/meetings.ts';
import { instantOf } from '#core/due.ts';
import { convertIcsCalendar } from 'ts-ics';
import { type LocalEnv, mailboxOf, type StoredMail } from './mailbox.ts';
import { type Client, CLIENTS, quote, write, type Written } from './quote.ts';
import { sourceOf } from './source.ts';

type C = Context<{ Bindings: LocalEnv }>;

/** What the mailbox needs of the Worker: its real `email()`. */
export interface MailboxPorts {
  deliver(raw: Uint8Array, envelope: Envelope, env: LocalEnv, ctx: C['executionCtx']): Promise<Delivery>;
}

const LANG = 'mailbox_lang';

function localeOf(c: C): Locale {
  const asked = c.req.query('lang');
  if (asked) setCookie(c, LANG, asked, { path: BASE, sameSite: 'Lax' });
  const wish = asked ?? getCookie(c, LANG) ?? accepts(c, { header: 'Accept-Language', supports: ['en', 'zh-CN', 'zh'], default: 'en' });
  return wish.startsWith('zh') ? 'zh-CN' : 'en';
}

/** How an answer fared, carried over the redirect that follows a form. */
const outcomeOf = (c: C): Delivery | null => {
  const sent = c.req.query('sent');
  return sent === undefined ? null : { accepted: sent === 'accepted', reason: c.req.query('reason') };
};

const verdictOf = (text: unknown): Verdict => VERDICTS.find((one) => one === text) ?? 'pass';
const clientOf = (text: unknown): Client => CLIENTS.find((one) => one === text) ?? 'gmail';
const bareAddress = (header: string): string => addressParser(header, { flatten: true })[0]?.address ?? header;
const quoted = (name: string, address: string): string => (name === address ? address : `"${name.replace(/["\\]/g, '')}" <${address}>`);

/** Every address that the mail's HTML leads to. */
const linksOf = (html: string): string[] => [
  ...new Set([...html.matchAll(/ href="([^"]+)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'))),
];

const summary = (mail: StoredMail) => ({
  id: mail.id,
  date: mail.date,
  from: mail.from,
  to: mail.to,
  replyTo: mail.replyTo,
  subject: mail.subject,
  messageId: mail.messageId,
  text: mail.text,
  calendar: mail.calendar ?? null,
  links: linksOf(mail.html),
  page: `${BASE}/${mail.id}`,
  html: `${BASE}/${mail.id}/html`,
  source: `${BASE}/${mail.id}/source`,
});

interface Form {
  text: string;
  attachments: { filename: string; contentType: string; base64: string }[];
  verdict: Verdict;
  field(name: string): string;
}

async function formOf(c: C): Promise<Form> {
  const body = await c.req.parseBody({ all: true });
  const field = (name: string): string => {
    const value = body[name];
    return typeof value === 'string' ? value : '';
  };
  const files = [body['files']].flat().filter((one): one is File => one instanceof File && one.name !== '');
  const attachments = await Promise.all(
    files.map(async (file) => ({
      filename: file.name,
      contentType: file.type || 'application/octet-stream',
      base64: Buffer.from(await file.arrayBuffer()).toString('base64'),
    })),
  );
  // Forms send CRLF; what was typed has plain line ends.
  return { text: field('text').replaceAll('\r\n', '\n').trimEnd(), attachments, verdict: verdictOf(field('auth')), field };
}

/** A mail program writes its own Message-ID, in its own domain. */
const freshId = (address: string): string => `<${crypto.randomUUID()}@${address.split('@').at(-1) || 'client.invalid'}>`;

/** A mail on show runs nothing and fetches nothing. */
const FRAME = `sandbox ${SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'`;

interface Sending {
  written: Written;
  from: string;
  to: string;
  headers: Record<string, string>;
  form: Form;
}

export function mailboxRoutes({ deliver }: MailboxPorts): Hono<{ Bindings: LocalEnv }> {
  const app = new Hono<{ Bindings: LocalEnv }>();
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  const handIn = async (c: C, raw: Uint8Array, envelope: Envelope, verdict: Verdict): Promise<Delivery> =>
    deliver(await stamped(raw, envelope, verdict, c.env.AUTHSERV_ID), envelope, c.env, c.executionCtx);

  async function send(c: C, { written, from, to, headers, form }: Sending): Promise<Delivery & { messageId: string }> {
    const messageId = freshId(bareAddress(from));
    const raw = await sourceOf({
      ...written,
      from,
      to,
      headers: { ...written.headers, ...headers },
      attachments: form.attachments,
      messageId,
      date: new Date().toISOString(),
    });
    return { ...(await handIn(c, raw, { from: bareAddress(from), to: bareAddress(to) }, form.verdict)), messageId };
  }

  /** Pages go back to where they were; programs get the outcome itself. */
  function tell(c: C, back: string, outcome: Delivery): Response {
    if (c.req.header('Accept')?.includes('application/json')) return c.json(outcome);
    const query = new URLSearchParams({
      sent: outcome.accepted ? 'accepted' : 'rejected',
      ...(outcome.reason ? { reason: outcome.reason } : {}),
    });
    return c.redirect(`${back}${back.includes('?') ? '&' : '?'}${query}`, 303);
  }

  app.get('/', async (c) => {
    const mailbox = mailboxOf(c.env);
    const to = c.req.query('to')?.toLowerCase() ?? '';
    const [mails, recipients] = await Promise.all([mailbox.list({ to, before: c.req.query('before') ?? '' }), mailbox.recipients()]);
    return c.html(
      document`<!doctype html>${<List locale={localeOf(c)} mails={mails} recipients={recipients} to={to} outcome={outcomeOf(c)} />}`,
    );
  });

  app.get('/messages.json', async (c) => {
    const mails = await mailboxOf(c.env).list({ to: c.req.query('to') ?? '', before: c.req.query('before') ?? '' });
    return c.json(mails.map(summary));
  });

  app.get('/compose', (c) => {
    const draft = {
      from: c.req.query('from') ?? '',
      to: c.req.query('to') ?? '',
      subject: c.req.query('subject') ?? '',
      text: c.req.query('body') ?? '',
    };
    return c.html(document`<!doctype html>${<Compose locale={localeOf(c)} draft={draft} outcome={outcomeOf(c)} />}`);
  });

  app.post('/compose', async (c) => {
    const form = await formOf(c);
    const [from, to] = [form.field('from'), form.field('to')];
    const outcome = await send(c, { written: write(form.field('subject'), form.text), from, to, headers: {}, form });
    return tell(c, `${BASE}/compose?${new URLSearchParams({ from, to })}`, outcome);
  });

  // The raw mail as the body, as a program sends it; or in a form, as a person does.
  app.post('/inbound', async (c) => {
    let raw: Uint8Array;
    if (c.req.header('Content-Type')?.startsWith('multipart/form-data')) {
      const { eml } = await c.req.parseBody();
      raw = eml instanceof File ? new Uint8Array(await eml.arrayBuffer()) : new Uint8Array();
    } else raw = new Uint8Array(await c.req.arrayBuffer());
    const named = { from: c.req.query('from'), to: c.req.query('to') };
    const own = named.from && named.to ? { from: '', to: '' } : await envelopeOf(raw);
    const outcome = await handIn(c, raw, { from: named.from ?? own.from, to: named.to ?? own.to }, verdictOf(c.req.query('auth')));
    return c.req.header('Accept')?.includes('text/html') ? tell(c, BASE, outcome) : c.json(outcome);
  });

  app.get('/gallery', (c) => {
    const locale = localeOf(c);
    const samples = gallery().filter((one) => one.locale === locale);
    return c.html(document`<!doctype html>${<Gallery locale={locale} samples={samples} />}`);
  });

  app.get('/gallery/:locale/:name', (c) => {
    const { locale, name } = c.req.param();
    const sample = gallery().find((one) => one.locale === locale && one.name === name);
    if (!sample) return c.notFound();
    c.header('Content-Security-Policy', FRAME);
    return c.html(sample.rendered.html.replace('<head>', '<head><base target="_blank">'));
  });

  app.post('/clear', async (c) => {
    await mailboxOf(c.env).clear();
    return c.redirect(BASE, 303);
  });

  app.get('/:id{[0-9]+}', async (c) => {
    const mailbox = mailboxOf(c.env);
    const locale = localeOf(c);
    const [mail, source] = await Promise.all([mailbox.get(c.req.param('id')), mailbox.source(c.req.param('id'))]);
    if (!mail || !source) return c.html(document`<!doctype html>${<Gone locale={locale} />}`, 404);
    const view = VIEWS.find((one) => one === c.req.query('view')) ?? 'html';
    return c.html(
      document`<!doctype html>${<MailPage locale={locale} mail={mail} view={view} source={new TextDecoder().decode(source)} outcome={outcomeOf(c)} />}`,
    );
  });

  app.get('/:id{[0-9]+}/html', async (c) => {
    const mail = await mailboxOf(c.env).get(c.req.param('id'));
    if (!mail) return c.notFound();
    c.header('Content-Security-Policy', FRAME);
    return c.html(shown(mail));
  });

  app.get('/:id{[0-9]+}/source', async (c) => {
    const source = await mailboxOf(c.env).source(c.req.param('id'));
    if (!source) return c.notFound();
    return c.body(new Uint8Array(source), 200, {
      'Content-Type': 'message/rfc822',
      'Content-Disposition': `attachment; filename="${c.req.param('id')}.eml"`,
    });
  });

  app.post('/:id{[0-9]+}/reply', async (c) => {
    const mail = await mailboxOf(c.env).get(c.req.param('id'));
    if (!mail) return c.notFound();
    const form = await formOf(c);
    const locale: Locale = /<html lang="zh/.test(mail.html) ? 'zh-CN' : 'en';
    const written = quote(clientOf(form.field('client')), mail, { text: form.text, locale, zone: 'Asia/Shanghai' });
    const outcome = await send(c, {
      written,
      from: quoted(mail.to.name, mail.to.address),
      to: mail.replyTo ?? mail.from.address,
      headers: { 'In-Reply-To': mail.messageId, References: [mail.headers['References'], mail.messageId].filter(Boolean).join(' ') },
      form,
    });
    return tell(c, `${BASE}/${mail.id}`, outcome);
  });

  // What a calendar program's buttons do: the answer goes to the organiser, written as RFC 5546 has it.
  app.post('/:id{[0-9]+}/calendar', async (c) => {
    const mail = await mailboxOf(c.env).get(c.req.param('id'));
    if (!mail?.calendar) return c.notFound();
    const form = await formOf(c);
    const [event] = convertIcsCalendar(undefined, mail.calendar.ics).events ?? [];
    const span = spanIn(mail.calendar.ics, 'UTC');
    if (!event?.organizer || !span) return c.notFound();
    const locale: Locale = /<html lang="zh/.test(mail.html) ? 'zh-CN' : 'en';
    const date = form.field('date');
    const time = form.field('time');
    const isCounter = form.field('answer') === 'counter' && date !== '' && time !== '';
    const start = isCounter ? instantOf(date, time, form.field('zone') || 'Asia/Shanghai') : span.start;
    const answer: Answer = isCounter ? 'tentative' : (answers.find((one) => one === form.field('answer')) ?? 'accepted');
    const method = isCounter ? 'COUNTER' : 'REPLY';
    const words = {
      accepted: m.mailbox_calendar_accepted({ title: event.summary }, { locale }),
      tentative: m.mailbox_calendar_tentative({ title: event.summary }, { locale }),
      declined: m.mailbox_calendar_declined({ title: event.summary }, { locale }),
    }[answer];
    const ics = answerOf({
      method,
      uid: event.uid,
      sequence: event.sequence ?? 0,
      title: event.summary,
      start,
      end: start + (span.end - span.start),
      organiser: event.organizer.email,
      attendee: mail.to,
      answer,
      comment: form.text,
      now: Date.now(),
    });
    const subject = isCounter ? m.mailbox_calendar_counter({ title: event.summary }, { locale }) : words;
    const outcome = await send(c, {
      written: { ...write(subject, subject), subject },
      from: quoted(mail.to.name, mail.to.address),
      to: event.organizer.email,
      headers: { 'In-Reply-To': mail.messageId },
      form: { ...form, attachments: [calendarPart(ics, method)] },
    });
    return tell(c, `${BASE}/${mail.id}`, outcome);
  });

  return app;
}

/** The mail as a client shows it: links open beside it, an address opens a letter to it. */
function shown(mail: StoredMail): string {
  return mail.html.replace('<head>', '<head><base target="_blank">').replace(/ href="(mailto:[^"]*)"/g, (_, link: string) => {
    const address = new URL(link.replaceAll('&amp;', '&'));
    const query = new URLSearchParams({ from: quoted(mail.to.name, mail.to.address), to: decodeURIComponent(address.pathname) });
    for (const name of ['subject', 'body']) {
      // In a mailto a plus is a plus (RFC 6068), not a space.
      const value = address.searchParams.has(name) ? new URLSearchParams(address.search.replaceAll('+', '%2B')).get(name) : null;
      if (value) query.set(name, value);
    }
    return ` href="${BASE}/compose?${query.toString().replaceAll('&', '&amp;')}"`;
  });
}
