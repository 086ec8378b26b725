import { describe, expect, test } from 'vitest';
import { withoutKeys } from '../../worker/access/tokens.ts';
import { toldBy } from '../../worker/mail/original.ts';
import { intake, tokenOf } from '../../worker/mail/reading/intake.ts';
import { keyOf } from '../../worker/mail/reading/key.ts';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { organisationalDomain, verdict } from '../../worker/mail/reading/verdict.ts';
import { doorway, DOMAIN, ENVELOPE, mail, OWNER, PASS, TOKEN } from './doorway.ts';

const ID = 'mx.cloudflare.net';
const FROM = 'grace@harbour.example';

describe('the verdict', () => {
  test('is read only from the header the edge adds: a forged one below it changes nothing', () => {
    expect(verdict([`${ID}; dmarc=fail header.from=harbour.example`, `${ID}; dmarc=pass header.from=harbour.example`], ID, FROM)).toEqual({
      authenticated: false,
      reason: 'dmarc_failed',
    });
  });
  test('ignores headers of other servers', () => {
    expect(verdict(['mx.evil.example; dmarc=pass header.from=harbour.example'], ID, FROM).authenticated).toBe(false);
    expect(verdict([`${ID}.evil.example; dmarc=pass header.from=harbour.example`], ID, FROM).authenticated).toBe(false);
  });
  test('is not fooled by words inside comments or quoted strings', () => {
    expect(
      verdict(
        [`${ID}; spf=fail (domain of dmarc=pass@evil; dmarc=pass header.from=harbour.example) smtp.mailfrom=x@evil.example; dmarc=none`],
        ID,
        FROM,
      ).authenticated,
    ).toBe(false);
    expect(
      verdict([`${ID}; spf=fail smtp.mailfrom="a; dmarc=pass header.from=harbour.example"@evil.example`], ID, FROM).authenticated,
    ).toBe(false);
    expect(verdict([`${ID}; spf=fail (never closed smtp.mailfrom=x; dmarc=pass header.from=harbour.example`], ID, FROM).authenticated).toBe(
      false,
    );
  });
  test('lets no DKIM or SPF pass mend a DMARC failure or error', () => {
    for (const result of ['fail', 'temperror', 'permerror'])
      expect(
        verdict(
          [`${ID}; dkim=pass header.d=harbour.example; dmarc=${result} header.from=harbour.example; spf=pass smtp.mailfrom=${FROM}`],
          ID,
          FROM,
        ).authenticated,
      ).toBe(false);
  });
  test('without a DMARC record asks for an aligned DKIM or SPF pass', () => {
    expect(verdict([`${ID}; dmarc=none; dkim=pass header.d=mail.harbour.example`], ID, FROM)).toEqual({ authenticated: true, by: 'dkim' });
    expect(verdict([`${ID}; spf=pass smtp.mailfrom=bounce@out.harbour.example`], ID, FROM)).toEqual({ authenticated: true, by: 'spf' });
    expect(verdict([`${ID}; dmarc=none; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example`], ID, FROM)).toEqual({
      authenticated: false,
      reason: 'not_aligned',
    });
  });
  test('takes no neighbour for the sender, wherever many register beside each other', () => {
    for (const [from, other] of [
      ['sami@buyer.com.kw', 'evil.com.kw'],
      ['grace@harbour.onmicrosoft.com', 'evil.onmicrosoft.com'],
      ['grace@harbour.example', 'example'],
    ] as const) {
      expect(verdict([`${ID}; dmarc=none; dkim=pass header.d=${other}`], ID, from).authenticated).toBe(false);
      expect(verdict([`${ID}; spf=pass smtp.mailfrom=x@${other}`], ID, from).authenticated).toBe(false);
      expect(verdict([`${ID}; dmarc=pass header.from=${other}`], ID, from).authenticated).toBe(false);
    }
    expect(verdict([`${ID}; dkim=pass header.d=buyer.com.kw.`], ID, 'sami@mail.buyer.com.kw').authenticated).toBe(true);
  });
  test('does not let a pass for another domain count for this sender', () => {
    expect(verdict([`${ID}; dmarc=pass header.from=evil.example`], ID, FROM)).toEqual({ authenticated: false, reason: 'from_differs' });
  });
  test('knows suffixes of two labels', () => {
    expect(organisationalDomain('mail.huanan.com.cn')).toBe('huanan.com.cn');
    expect(organisationalDomain('a.b.harbour.co.uk')).toBe('harbour.co.uk');
    expect(organisationalDomain('mail.harbour.example')).toBe('harbour.example');
  });
});

describe('the order of checks', () => {
  test('a mail from the owner of the token is a comment', async () => {
    const outcome = await intake(mail('Agreed.'), ENVELOPE, doorway());
    expect(outcome).toMatchObject({ action: 'comment', text: 'Agreed.', target: OWNER, verdict: { authenticated: true, by: 'dmarc' } });
  });
  test('our own mail coming back is dropped before anything else is asked', async () => {
    const outcome = await intake(
      mail('x', [`From: Li Dan <reply+${TOKEN}@${DOMAIN}>`]),
      ENVELOPE,
      doorway({ target: () => Promise.reject(new Error('asked')) }),
    );
    expect(outcome).toMatchObject({ action: 'ignore', reason: 'own_loop' });
  });
  test('the same mail twice is a duplicate, the same mail to another token is not', async () => {
    const seen = new Set<string>();
    const door = doorway({ seen: (key) => Promise.resolve(seen.size === seen.add(key).size) });
    expect((await intake(mail('a'), ENVELOPE, door)).action).toBe('comment');
    expect(await intake(mail('a'), ENVELOPE, door)).toMatchObject({ action: 'ignore', reason: 'duplicate' });
    expect((await intake(mail('a'), { ...ENVELOPE, to: `reply+${'z'.repeat(26)}@${DOMAIN}` }, door)).action).toBe('reject');
  });
  test('a mail without a Message-ID is known again by its bytes', async () => {
    const a = await intake(mail('a', ['Message-ID: ']), ENVELOPE, doorway());
    const b = await intake(mail('a', ['Message-ID: ']), ENVELOPE, doorway());
    const c = await intake(mail('b', ['Message-ID: ']), ENVELOPE, doorway());
    expect(a.mail.key).toBe(b.mail.key);
    expect(a.mail.key).not.toBe(c.mail.key);
    expect(a.mail.key).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
  test('and whatever carriers laid on top of it; an undated one by its bytes alone', async () => {
    const letter = mail('a', ['Message-ID: ']);
    const undated = mail('a', ['Message-ID: ', 'Date: ']);
    const carried = (bytes: Uint8Array) => new Uint8Array([...new TextEncoder().encode('Received: from b by c\r\n'), ...bytes]);
    const keys = await Promise.all([letter, carried(letter), undated, carried(undated)].map((bytes) => keyOf(bytes, ENVELOPE.to)));
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[3]);
  });
  test('a colleague is held, with who it is and what would have been posted', async () => {
    const outcome = await intake(mail('I answer for Grace.', ['From: Tom <tom@harbour.example>', PASS]), ENVELOPE, doorway());
    expect(outcome).toMatchObject({
      action: 'reject',
      reason: 'other_sender',
      text: 'I answer for Grace.',
      target: OWNER,
      sender: { mailbox: { name: 'Tom', address: 'tom@harbour.example' }, authenticated: true, sameCompany: true },
    });
  });
  test('people of one public mail provider are no colleagues', async () => {
    const outcome = await intake(
      mail('x', ['From: Tom <tom@qq.com>', 'Authentication-Results: mx.cloudflare.net; dmarc=pass header.from=qq.com']),
      ENVELOPE,
      doorway({ target: () => Promise.resolve({ ...OWNER, address: 'grace@qq.com' }) }),
    );
    expect(outcome).toMatchObject({ action: 'reject', reason: 'other_sender', sender: { sameCompany: false } });
  });
  test('two authors, two From or two Message-ID fields are refused', async () => {
    expect(await intake(mail('x', ['From: a@harbour.example', 'From: b@harbour.example']), ENVELOPE, doorway())).toMatchObject({
      action: 'reject',
      reason: 'two_senders',
    });
    expect(await intake(mail('x', ['From: a@harbour.example, b@harbour.example']), ENVELOPE, doorway())).toMatchObject({
      action: 'reject',
      reason: 'two_senders',
    });
    expect(await intake(mail('x', ['Message-ID: <a@x>', 'Message-ID: <b@x>']), ENVELOPE, doorway())).toMatchObject({
      action: 'reject',
      reason: 'two_message_ids',
    });
  });
  test('an automatic answer is never posted, however badly it is authenticated', async () => {
    const outcome = await intake(
      mail('I am away until 20 November.', ['Auto-Submitted: auto-replied', 'Authentication-Results: mx.cloudflare.net; dmarc=fail']),
      { ...ENVELOPE, from: '' },
      doorway(),
    );
    expect(outcome).toMatchObject({ action: 'ignore', reason: 'auto_reply', awayUntil: '2026-11-20', authenticated: false, target: OWNER });
  });
  test('a mail beyond the limit is not parsed', async () => {
    expect(await intake(new Uint8Array(27 * 1024 * 1024), ENVELOPE, doorway())).toMatchObject({ action: 'reject', reason: 'too_large' });
  });
  test('tokens are found in any case and only at our domain', () => {
    expect(tokenOf(`Reply+${TOKEN.toUpperCase()}@IN.Atelier.Example`, DOMAIN)).toBe(TOKEN);
    expect(tokenOf(`reply+${TOKEN}@evil.example`, DOMAIN)).toBeNull();
    expect(tokenOf(`reply+short@${DOMAIN}`, DOMAIN)).toBeNull();
  });
});

describe('an original mail', () => {
  test('shows no key of a quoted mail, however a guard of links has written it', () => {
    const key = 'abcdefgh234567abcdefgh2345'.repeat(2);
    const link = `https://app.example/join/${key}?lang=en`;
    for (const written of [
      link,
      `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05`,
      `https://guard.example/?u=${encodeURIComponent(encodeURIComponent(link))}`,
      `https://urldefense.proofpoint.com/v2/url?u=https-3A__app.example_join_${key}-3Flang-3Den&d=DwMF`,
      `https://urldefense.com/v3/__${link}__;!!x`,
      `mailto:reply%252B${key}@room.example`,
    ])
      expect(withoutKeys(written)).not.toContain(key);
  });
  test('is read in little time, whatever its HTML leaves open', async () => {
    for (const open of ['<', '<br ', '<style ', '<style></', '<p>&']) {
      const html = open.repeat(400_000 / open.length);
      const bytes = new TextEncoder().encode(`From: a@b.example\r\nContent-Type: text/html\r\n\r\n${html}`);
      const began = performance.now();
      toldBy(await readMail(bytes));
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });
  test('reads as its HTML does, without what is never shown', async () => {
    const html = '<head><title>x</title><style>p{}</style></head><p>One &lt;b&gt;<br>two</p><script>no()</script>three';
    const mail = await readMail(new TextEncoder().encode(`Subject: s\r\nContent-Type: text/html\r\n\r\n${html}`));
    expect(toldBy(mail)).toContain('One <b>\ntwo\nthree');
  });
});
