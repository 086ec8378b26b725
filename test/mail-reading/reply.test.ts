import { describe, expect, test } from 'vitest';
import { intake } from '../../worker/mail/reading/intake.ts';
import { awayUntil } from '../../worker/mail/reading/screen.ts';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { replyText, type SentOriginal } from '../../worker/mail/reading/reply-text.ts';
import { LANGUAGES } from '../../worker/mail/reading/languages.ts';
import { doorway, ENVELOPE, mail } from './doorway.ts';

const SENT: SentOriginal = {
  text: 'Hi,\nLi Dan needs two answers from you:\n1. Can the dock doors take 3.2 m trailers?\n2. Who signs the acceptance protocol?\nReply to this mail to post in the room.\n',
  html: null,
};

async function reply(body: string, sent: SentOriginal | null = null, type?: string, headers: string[] = []): Promise<string> {
  return replyText(await readMail(mail(body, headers, type)), sent).text;
}

test('HTML that a torn tag swallowed leaves the words of the text beside it', async () => {
  const body = [
    '--b',
    'Content-Type: text/plain',
    '',
    'Agreed.',
    '--b',
    'Content-Type: text/html',
    '',
    '<p title="torn>Agreed.</p>',
    '--b--',
  ];
  expect(await reply(body.join('\r\n'), null, 'multipart/alternative; boundary=b')).toBe('Agreed.');
});

test('two dashes round a word are how people write, not where a client cuts', async () => {
  expect(await reply('Two drafts:\n\n-- original --\nthree gates\n\n-- new --\nfour gates')).toContain('three gates');
  expect(await reply('Agreed.\n\n--- Original ---\nthree gates')).toBe('Agreed.');
  expect(await reply('See what\n-- a@b.example\nwrote --\nthree gates')).toContain('three gates');
  expect(await reply('See\n-- a@b.example dock\n12:30 dock\nwrote dock\n--\nthree gates')).toContain('wrote dock');
});

describe('what we sent', () => {
  test('is recognised where no client marked it', async () => {
    expect(await reply(`Yes to both.\n\n${SENT.text}`, SENT)).toBe('Yes to both.');
  });
  test('shows its seams: answers typed between its lines stay, with the lines they answer', async () => {
    const text = await reply(
      `From: Li Dan <l@atelier.example>\nSent: 3 Nov 2026 10:12\nTo: Grace\nSubject: plan\n\nHi,\nLi Dan needs two answers from you:\n1. Can the dock doors take 3.2 m trailers?\nYes, easily.\n2. Who signs the acceptance protocol?\nTom Brook.\nReply to this mail to post in the room.\n`,
      SENT,
    );
    expect(text).toContain('Yes, easily.');
    expect(text).toContain('Tom Brook.');
    expect(text).toContain('> 2. Who signs the acceptance protocol?');
    expect(text).not.toContain('Reply to this mail');
  });
  test('a word both sides use proves nothing', async () => {
    expect(await reply('Hi,\n\nyes.', SENT)).toBe('Hi,\n\nyes.');
  });
  test('our mark in the HTML is where the quotation begins, also when Outlook renames it', async () => {
    expect(
      await reply('<div>Fine.</div><div id="x_atelier-mail"><p>Anything that we sent.</p></div>', null, 'text/html; charset=utf-8'),
    ).toBe('Fine.');
    expect(
      await reply(
        '<div>Fine.</div><table data-atelier-mail="n1"><tr><td>Anything that we sent.</td></tr></table>',
        null,
        'text/html; charset=utf-8',
      ),
    ).toBe('Fine.');
  });
});

describe('what is cut', () => {
  test('is kept beside the reply with its reason', async () => {
    const outcome = await intake(
      mail('Fine.\n\nSent from my iPhone\n\nOn Tue, 3 Nov 2026 at 10:12, Li Dan <l@a.example> wrote:\n> Hi\n'),
      ENVELOPE,
      doorway(),
    );
    expect(outcome).toMatchObject({
      action: 'comment',
      text: 'Fine.',
      cut: [{ reason: 'device' }, { reason: 'attribution' }, { reason: 'quotation', text: 'Hi' }],
    });
  });
  test('a mail of nothing but a quotation and a phone line is empty', async () => {
    expect(await intake(mail('Sent from my iPhone\n\n> Hi\n> there\n> you\n'), ENVELOPE, doorway())).toMatchObject({
      action: 'reject',
      reason: 'empty',
    });
  });
  test('addresses and numbers that a sentence announced are no signature', async () => {
    const body = 'Please send it to:\n\nGrace Hopper\nDock 7\n+44 20 5550 1234\ngrace@harbour.example';
    expect(await reply(body)).toBe(body);
  });
  test('answers in colour inside an unmarked quotation count when the sender says so', async () => {
    const html =
      '<p>See my answers below in blue.</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Li Dan &lt;l@a.example&gt;<br><b>Sent:</b> 3 Nov 2026 10:12<br><b>To:</b> Grace<br><b>Subject:</b> plan</p></div><p>Who signs?</p><p><span style="color:#0070C0">Tom Brook.</span></p><p>When?</p><p><span style="color:#0070C0">Friday.</span></p><p>Thanks</p>';
    const text = await reply(html, null, 'text/html; charset=utf-8');
    expect(text).toContain('Tom Brook.');
    expect(text).toContain('Friday.');
    expect(text).toContain('> When?');
    expect(text).not.toContain('Thanks');
  });
});

describe('languages', () => {
  test('there are at least twenty-five, each with a verb and all labels', () => {
    expect(LANGUAGES.length).toBeGreaterThanOrEqual(25);
    for (const language of LANGUAGES) {
      expect(language.wrote.length, language.code).toBeGreaterThan(0);
      for (const role of ['from', 'sent', 'to', 'cc', 'subject'] as const)
        expect(language[role].length, `${language.code} ${role}`).toBeGreaterThan(0);
    }
  });
  test('a header block in each of them is found', async () => {
    for (const language of LANGUAGES) {
      const body = `OK\n\n${language.from[0] ?? ''}: Li Dan <l@a.example>\n${language.sent[0] ?? ''}: 2026-11-03 10:12\n${language.to[0] ?? ''}: Grace <g@h.example>\n${language.subject[0] ?? ''}: plan\n\nquoted\n`;
      expect(await reply(body), language.code).toBe('OK');
    }
  });
});

describe('away until', () => {
  const sent = new Date('2026-11-12T02:40:00Z');
  test.each([
    ['I am away until Monday 16 November with no access.', '2026-11-16'],
    ['Back in the office on November 23rd.', '2026-11-23'],
    ['Ich bin bis zum 18.11.2026 nicht im Büro.', '2026-11-18'],
    ['Je suis absent jusqu’au 20 novembre.', '2026-11-20'],
    ['Estaré fuera hasta el 20 de noviembre.', '2026-11-20'],
    ['我在出差，11月19日回来。', '2026-11-19'],
    ['11月13日至11月20日休假', '2026-11-20'],
    ['I am out of office from 13 January to 17 January.', '2027-01-17'],
    ['No date here.', null],
  ])('%s', (text, day) => {
    expect(awayUntil(text, sent)).toBe(day);
  });
});

describe('inline images', () => {
  test('keep the place where they stood', async () => {
    const body =
      '--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<div>Gate:</div><div><img src="cid:g@x"></div><div>Wide enough?</div>\r\n--b\r\nContent-Type: image/png; name=gate.png\r\nContent-ID: <g@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--';
    const outcome = await intake(mail(body, [], 'multipart/related; boundary=b'), ENVELOPE, doorway());
    expect(outcome.action).toBe('comment');
    if (outcome.action !== 'comment') return;
    expect(outcome.files).toMatchObject([{ name: 'gate.png', disposition: 'inline', contentId: 'g@x' }]);
    const at = outcome.files[0]?.standsAt ?? -1;
    expect(outcome.text.slice(0, at)).toContain('Gate:');
    expect(outcome.text.slice(at)).toContain('Wide enough?');
  });
});
