/** How the local mailbox looks: plain pages that work without script. */
import * as m from '#messages';
import type { Locale } from '#core/people.ts';
import type { Sample } from '#emails/gallery.ts';
import { convertIcsCalendar } from 'ts-ics';
import { raw } from 'hono/html';
import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Delivery } from './edge.ts';
import type { StoredMail } from './mailbox.ts';
import { CLIENTS, type Client } from './quote.ts';

export const BASE = '/dev/mail';

/** No script, no form; the page around may measure the mail, and its links open beside it. */
export const SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';

const CSS = `
:root{color-scheme:light dark;--ground:#f3f5f2;--paper:#fff;--line:#dfe5df;--ink:#1b2420;--soft:#56625b;--brand:#1f6f5c;--on:#fff;--bad:#a83a1c}
@media(prefers-color-scheme:dark){:root{--ground:#121614;--paper:#1b211e;--line:#38413c;--ink:#eef2ef;--soft:#a9b5ae;--brand:#8ad1bd;--on:#10201b;--bad:#ff9d80}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
main,header>div{max-width:860px;margin:0 auto;padding:0 16px}
header{background:var(--paper);border-bottom:1px solid var(--line)}
header>div{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:center;min-height:56px}
header strong{font-size:17px}header a{color:var(--ink);text-decoration:none}header a:hover{text-decoration:underline}header nav{margin-left:auto;display:flex;gap:4px 16px}
a{color:var(--brand)}h1{font-size:22px;line-height:1.3;margin:20px 0 8px;overflow-wrap:anywhere}h2{font-size:17px;margin:0 0 12px}
p.about{color:var(--soft);margin:16px 0;font-size:14px}
.chips{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 16px;padding:0;list-style:none}
.chips a{display:inline-flex;align-items:center;min-height:44px;padding:0 14px;border:1px solid var(--line);border-radius:22px;background:var(--paper);color:var(--ink);text-decoration:none;font-size:14px}
.chips a[aria-current]{background:var(--brand);border-color:var(--brand);color:var(--on)}
.paper{background:var(--paper);border:1px solid var(--line);border-radius:12px;overflow:hidden}
.mails{margin:0;padding:0;list-style:none}.mails li+li{border-top:1px solid var(--line)}
.mails a{display:grid;grid-template-columns:1fr auto;gap:0 12px;padding:12px 16px;color:inherit;text-decoration:none}
.mails a:hover,.mails a:focus-visible{background:var(--ground)}
.mails b,.mails .words{grid-column:1/-1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.mails .who{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.who,.words,time,dt{color:var(--soft);font-size:14px}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0 0 16px;font-size:14px}dd{margin:0;overflow-wrap:anywhere}
.tabs{display:flex;gap:4px;overflow-x:auto;border-bottom:1px solid var(--line)}
.tabs a{flex:none;display:inline-flex;align-items:center;min-height:44px;padding:0 14px;color:var(--soft);text-decoration:none}
.tabs a[aria-current]{color:var(--ink);box-shadow:inset 0 -3px var(--brand);font-weight:600}
iframe{display:block;width:100%;height:640px;border:0;background:#fff}
pre{margin:0;padding:16px;white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.5 ui-monospace,Consolas,Menlo,'Noto Sans Mono CJK SC',monospace}
form.letter{display:grid;gap:14px;padding:20px 16px}label{display:grid;gap:4px;font-size:14px;color:var(--soft)}label.tick{grid-template-columns:auto 1fr;align-items:center;gap:10px;min-height:44px}
input,select,textarea{font:inherit;font-size:16px;color:var(--ink);background:var(--ground);border:1px solid var(--line);border-radius:8px;padding:10px 12px;width:100%;min-height:44px}
input[type=checkbox]{width:20px;min-height:20px}textarea{min-height:130px;resize:vertical}
button{font:inherit;font-weight:600;min-height:44px;padding:0 22px;border:0;border-radius:8px;background:var(--brand);color:var(--on);cursor:pointer;justify-self:start}
button.quiet{background:none;color:var(--bad);padding:0 8px;font-weight:400;font-size:14px}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.said{margin:16px 0;padding:12px 16px;border-radius:8px;border-left:4px solid var(--brand);background:var(--paper)}.said.bad{border-color:var(--bad)}
form.calendar{border-bottom:1px solid var(--line)}form.calendar dl{margin:0}p.answers{display:flex;flex-wrap:wrap;gap:8px;align-items:end;margin:0}summary{min-height:44px;display:flex;align-items:center;cursor:pointer;color:var(--brand)}section{margin:20px 0}.pair{display:flex;flex-wrap:wrap;gap:16px;align-items:start}.pair iframe{border:1px solid var(--line);border-radius:12px}main:has(.pair){max-width:1080px}footer{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:end;margin:24px 0 48px;font-size:14px}footer form{display:flex;flex-wrap:wrap;gap:8px;align-items:end}
`;

export const CLIENT_NAMES: Record<Client, string> = {
  gmail: 'Gmail',
  outlook: 'Outlook',
  apple: 'Apple Mail',
  qq: 'QQ 邮箱',
  foxmail: 'Foxmail',
  netease: '163 网易邮箱',
};

export const Page: FC<PropsWithChildren<{ locale: Locale; title: string; script?: string }>> = ({ locale, title, script, children }) => (
  <html lang={locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title}</title>
      <style>{raw(CSS)}</style>
    </head>
    <body>
      <header>
        <div>
          <a href={BASE}>
            <strong>{m.mailbox_title({}, { locale })}</strong>
          </a>
          <nav>
            <a href={`${BASE}/compose`}>{m.mailbox_compose({}, { locale })}</a>
            <a href={`?lang=${locale === 'en' ? 'zh-CN' : 'en'}`} lang={locale === 'en' ? 'zh-CN' : 'en'}>
              {locale === 'en' ? '中文' : 'English'}
            </a>
          </nav>
        </div>
      </header>
      <main>{children}</main>
      {script && <script>{raw(CLOCK + script)}</script>}
    </body>
  </html>
);

export const sayDate = (date: string, locale: Locale): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(Date.parse(date));

export const Outcome: FC<{ locale: Locale; outcome: Delivery }> = ({ locale, outcome }) => (
  <p class={outcome.accepted ? 'said' : 'said bad'} role="status">
    {outcome.accepted ? m.mailbox_accepted({}, { locale }) : m.mailbox_rejected({ reason: outcome.reason ?? '–' }, { locale })}
  </p>
);

/** The Worker knows no zone but UTC; the browser knows its own. */
const CLOCK = `
const tell = () => document.querySelectorAll('time').forEach((one) => { one.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(one.dateTime)); });
tell();
`;

/** New mail shows by itself; without script, by a reload. */
const WATCH = `
const list = document.getElementById('list');
setInterval(async () => {
  if (document.hidden) return;
  const [newest] = await (await fetch('${BASE}/messages.json' + location.search)).json().catch(() => []);
  if (!newest || newest.id === list.dataset.newest) return;
  const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html').getElementById('list');
  list.dataset.newest = fresh.dataset.newest;
  list.innerHTML = fresh.innerHTML;
  tell();
}, 3000);
`;

interface ListProps {
  locale: Locale;
  mails: StoredMail[];
  recipients: { address: string; mails: number }[];
  to: string;
  outcome: Delivery | null;
}

export const List: FC<ListProps> = ({ locale, mails, recipients, to, outcome }) => {
  const last = mails.at(-1);
  return (
    <Page locale={locale} title={m.mailbox_title({}, { locale })} script={WATCH}>
      <p class="about">{m.mailbox_about({}, { locale })}</p>
      {outcome && <Outcome locale={locale} outcome={outcome} />}
      <div id="list" data-newest={mails[0]?.id ?? ''}>
        <ul class="chips">
          <li>
            <a href={BASE} aria-current={to === '' ? 'page' : undefined}>
              {m.mailbox_everyone({}, { locale })}
            </a>
          </li>
          {recipients.map((one) => (
            <li>
              <a href={`${BASE}?to=${encodeURIComponent(one.address)}`} aria-current={to === one.address ? 'page' : undefined}>
                {one.address} · {one.mails}
              </a>
            </li>
          ))}
        </ul>
        <div class="paper">
          {mails.length === 0 && (
            <p class="about" style="padding:0 16px">
              {m.mailbox_empty({}, { locale })}
            </p>
          )}
          <ul class="mails">
            {mails.map((mail) => (
              <li>
                <a href={`${BASE}/${mail.id}`}>
                  <span class="who">
                    {mail.from.name} → {mail.to.name === mail.to.address ? mail.to.address : `${mail.to.name} <${mail.to.address}>`}
                  </span>
                  <time datetime={mail.date}>{sayDate(mail.date, locale)}</time>
                  <b>{mail.subject}</b>
                  <span class="words">{mail.text.slice(0, 160)}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
        {mails.length === 50 && last && (
          <p>
            <a href={`${BASE}?${new URLSearchParams({ to, before: last.id })}`}>{m.mailbox_older({}, { locale })}</a>
          </p>
        )}
      </div>
      <footer>
        <form method="post" action={`${BASE}/inbound`} enctype="multipart/form-data">
          <label>
            {m.mailbox_upload({}, { locale })}
            <input type="file" name="eml" accept=".eml,message/rfc822" required />
          </label>
          <button>{m.mailbox_upload_do({}, { locale })}</button>
        </form>
        <a href={`${BASE}/gallery`}>{m.mailbox_gallery({}, { locale })}</a>
        <form method="post" action={`${BASE}/clear`}>
          <button class="quiet">{m.mailbox_clear({}, { locale })}</button>
        </form>
      </footer>
    </Page>
  );
};

const Fails: FC<{ locale: Locale }> = ({ locale }) => (
  <label class="tick">
    <input type="checkbox" name="auth" value="fail" />
    {m.mailbox_fails({}, { locale })}
  </label>
);

const Files: FC<{ locale: Locale }> = ({ locale }) => (
  <label>
    {m.mailbox_files({}, { locale })}
    <input type="file" name="files" multiple />
  </label>
);

export const VIEWS = ['html', 'text', 'source', 'headers'] as const;
export type View = (typeof VIEWS)[number];

/** The mail's frame grows to the mail; without script it scrolls. */
const FIT = `
for (const frame of document.querySelectorAll('iframe')) {
  const fit = () => { const root = frame.contentDocument && frame.contentDocument.documentElement; if (root) frame.style.height = root.scrollHeight + 'px'; };
  frame.addEventListener('load', fit);
  addEventListener('resize', fit);
  fit();
}
`;

/** What a mail program shows above an invitation, with the buttons of its calendar. */
const CalendarCard: FC<{ locale: Locale; mail: StoredMail }> = ({ locale, mail }) => {
  if (!mail.calendar) return null;
  const [event] = convertIcsCalendar(undefined, mail.calendar.ics).events ?? [];
  if (!event) return null;
  const isOver = mail.calendar.method === 'CANCEL';
  const buttons: [string, string][] = [
    ['accepted', m.mailbox_calendar_accept({}, { locale })],
    ['tentative', m.mailbox_calendar_maybe({}, { locale })],
    ['declined', m.mailbox_calendar_decline({}, { locale })],
  ];
  return (
    <form class="letter calendar" method="post" action={`${BASE}/${mail.id}/calendar`} enctype="multipart/form-data">
      <h2>{isOver ? m.mailbox_calendar_cancelled({ title: event.summary }, { locale }) : event.summary}</h2>
      <dl>
        <dt>{m.mailbox_calendar_when({}, { locale })}</dt>
        <dd>
          <time datetime={event.start.date.toISOString()}>{sayDate(event.start.date.toISOString(), locale)}</time>
        </dd>
        {event.location && <dt>{m.mailbox_calendar_where({}, { locale })}</dt>}
        {event.location && <dd>{event.location}</dd>}
        <dt>{m.mailbox_calendar_organiser({}, { locale })}</dt>
        <dd>{event.organizer?.name?.replace(/^"|"$/g, '') ?? ''}</dd>
      </dl>
      {!isOver && (
        <>
          <label>
            {m.mailbox_calendar_note({}, { locale })}
            <input name="text" />
          </label>
          <p class="answers">
            {buttons.map(([answer, words]) => (
              <button name="answer" value={answer}>
                {words}
              </button>
            ))}
          </p>
          <details>
            <summary>{m.mailbox_calendar_other({}, { locale })}</summary>
            <p class="answers">
              <label>
                {m.mailbox_calendar_date({}, { locale })}
                <input type="date" name="date" />
              </label>
              <label>
                {m.mailbox_calendar_time({}, { locale })}
                <input type="time" name="time" />
              </label>
              <label>
                {m.mailbox_calendar_zone({}, { locale })}
                <input name="zone" value="Asia/Shanghai" />
              </label>
              <button name="answer" value="counter">
                {m.mailbox_calendar_propose({}, { locale })}
              </button>
            </p>
          </details>
          <Fails locale={locale} />
        </>
      )}
    </form>
  );
};

interface MailPageProps {
  locale: Locale;
  mail: StoredMail;
  view: View;
  source: string;
  outcome: Delivery | null;
}

export const MailPage: FC<MailPageProps> = ({ locale, mail, view, source, outcome }) => {
  const names: Record<View, string> = {
    html: m.mailbox_view_html({}, { locale }),
    text: m.mailbox_view_text({}, { locale }),
    source: m.mailbox_view_source({}, { locale }),
    headers: m.mailbox_view_headers({}, { locale }),
  };
  const head = source.split(/\r?\n\r?\n/, 1)[0] ?? '';
  return (
    <Page locale={locale} title={mail.subject} script={FIT}>
      <h1>{mail.subject}</h1>
      <dl>
        <dt>{m.mailbox_from({}, { locale })}</dt>
        <dd>
          {mail.from.name} &lt;{mail.from.address}&gt;
        </dd>
        <dt>{m.mailbox_to({}, { locale })}</dt>
        <dd>
          {mail.to.name} &lt;{mail.to.address}&gt;
        </dd>
        {mail.replyTo && <dt>{m.mailbox_reply_to({}, { locale })}</dt>}
        {mail.replyTo && <dd>{mail.replyTo}</dd>}
        <dt>{m.mailbox_date({}, { locale })}</dt>
        <dd>
          <time datetime={mail.date}>{sayDate(mail.date, locale)}</time>
        </dd>
      </dl>
      {outcome && <Outcome locale={locale} outcome={outcome} />}
      <div class="paper">
        <nav class="tabs">
          {VIEWS.map((one) => (
            <a href={`${BASE}/${mail.id}?view=${one}`} aria-current={one === view ? 'page' : undefined}>
              {names[one]}
            </a>
          ))}
        </nav>
        {view === 'html' && <CalendarCard locale={locale} mail={mail} />}
        {view === 'html' && <iframe src={`${BASE}/${mail.id}/html`} sandbox={SANDBOX} title={mail.subject} />}
        {view === 'text' && <pre>{mail.text}</pre>}
        {view === 'source' && <pre>{source}</pre>}
        {view === 'headers' && <pre>{head}</pre>}
      </div>
      <section class="paper" id="reply">
        <form class="letter" method="post" action={`${BASE}/${mail.id}/reply`} enctype="multipart/form-data">
          <h2>{m.mailbox_reply({ name: mail.to.name }, { locale })}</h2>
          <label>
            {m.mailbox_client({}, { locale })}
            <select name="client">
              {CLIENTS.map((one) => (
                <option value={one}>{CLIENT_NAMES[one]}</option>
              ))}
            </select>
          </label>
          <label>
            {m.mailbox_text({}, { locale })}
            <textarea name="text" />
          </label>
          <Files locale={locale} />
          <Fails locale={locale} />
          <button>{m.mailbox_send({}, { locale })}</button>
        </form>
      </section>
      <p>
        <a href={`${BASE}?to=${encodeURIComponent(mail.to.address)}`}>{m.mailbox_back({}, { locale })}</a>
      </p>
    </Page>
  );
};

export interface Draft {
  from: string;
  to: string;
  subject: string;
  text: string;
}

export const Compose: FC<{ locale: Locale; draft: Draft; outcome: Delivery | null }> = ({ locale, draft, outcome }) => (
  <Page locale={locale} title={m.mailbox_compose({}, { locale })}>
    <h1>{m.mailbox_compose({}, { locale })}</h1>
    {outcome && <Outcome locale={locale} outcome={outcome} />}
    <section class="paper">
      <form class="letter" method="post" action={`${BASE}/compose`} enctype="multipart/form-data">
        <label>
          {m.mailbox_from({}, { locale })}
          <input name="from" value={draft.from} required />
        </label>
        <label>
          {m.mailbox_to({}, { locale })}
          <input name="to" value={draft.to} required />
        </label>
        <label>
          {m.mailbox_subject({}, { locale })}
          <input name="subject" value={draft.subject} />
        </label>
        <label>
          {m.mailbox_text({}, { locale })}
          <textarea name="text">{draft.text}</textarea>
        </label>
        <Files locale={locale} />
        <Fails locale={locale} />
        <button>{m.mailbox_send({}, { locale })}</button>
      </form>
    </section>
  </Page>
);

/** Frames as wide as a phone and as a reading pane. */
export const Gallery: FC<{ locale: Locale; samples: Sample[] }> = ({ locale, samples }) => (
  <Page locale={locale} title={m.mailbox_gallery({}, { locale })} script={FIT}>
    <h1>{m.mailbox_gallery({}, { locale })}</h1>
    {samples.map(({ name, rendered }) => (
      <section id={name}>
        <h2>{rendered.subject}</h2>
        <div class="pair">
          {[375, 640].map((width) => (
            <iframe
              src={`${BASE}/gallery/${locale}/${name}`}
              style={`width:${width}px;max-width:100%`}
              sandbox={SANDBOX}
              loading="lazy"
              title={`${name}, ${width}`}
            />
          ))}
        </div>
      </section>
    ))}
  </Page>
);

export const Gone: FC<{ locale: Locale }> = ({ locale }) => (
  <Page locale={locale} title={m.mailbox_title({}, { locale })}>
    <h1>{m.mailbox_gone({}, { locale })}</h1>
    <p>
      <a href={BASE}>{m.mailbox_back({}, { locale })}</a>
    </p>
  </Page>
);
