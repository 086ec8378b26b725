/** Answers of the local mailbox: real MIME, each client's own way of quoting. */
import { gallery } from '#emails/gallery.ts';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { envelopeOf, stamped } from '../../worker/local/edge.ts';
import { type Client, CLIENTS, type Original, quote, write } from '../../worker/local/quote.ts';
import { sourceOf } from '../../worker/local/source.ts';
import { folded, readHtml } from './read.ts';

const typed = '预算已批，见附件 <1 份>\n\n— 陈伟';

/** What tells a reader of mail where the quotation begins. */
const SIGNS: Record<Client, { en: [html: RegExp, text: RegExp]; 'zh-CN': [html: RegExp, text: RegExp] }> = {
  gmail: {
    en: [/class="gmail_attr">On Tue, Nov 24, 2026 at 9:42 AM /, /^On Tue, Nov 24, 2026 at 9:42 AM Li Dan/m],
    'zh-CN': [/class="gmail_attr">.*于2026年11月24日周二 09:42写道：/, /于2026年11月24日周二 09:42写道：$/m],
  },
  outlook: {
    en: [/id="divRplyFwdMsg".*<b>Sent:<\/b> Tuesday, November 24, 2026 9:42 AM/, /^_{32}\nFrom: Li Dan/m],
    'zh-CN': [/id="divRplyFwdMsg".*<b>发送时间:<\/b> 2026年11月24日 9:42/, /^_{32}\n发件人: /m],
  },
  apple: {
    en: [/<blockquote type="cite"><div>On Nov 24, 2026, at 09:42, /, /^> On Nov 24, 2026, at 09:42, .* wrote:$/m],
    'zh-CN': [/<blockquote type="cite"><div>在 2026年11月24日，09:42，/, /^> 在 2026年11月24日，09:42，.* 写道：$/m],
  },
  qq: {
    en: [/-{18}&nbsp;Original&nbsp;-{18}/, /^-{18}&nbsp;Original&nbsp;-{18}\nFrom:/m],
    'zh-CN': [
      /-{18}&nbsp;原始邮件&nbsp;-{18}.*发送时间:<\/b>&nbsp;2026年11月24日\(星期二\) 上午9:42/,
      /^-{18}&nbsp;原始邮件&nbsp;-{18}\n发件人:/m,
    ],
  },
  foxmail: {
    en: [/border-top:solid #B5C4DF 1\.0pt.*<b>From:<\/b>/, /^From: Li Dan/m],
    'zh-CN': [/border-top:solid #B5C4DF 1\.0pt.*<b>发件人：<\/b>/, /^发件人： /m],
  },
  netease: {
    en: [/id="isReplyContent"/, /^At 2026-11-24 09:42:05, "Li Dan" <.*> wrote:$/m],
    'zh-CN': [/<pre>在 2026-11-24 09:42:05，.*<blockquote id="isReplyContent"/, /^在 2026-11-24 09:42:05，"李丹" <.*> 写道：$/m],
  },
};

describe.each(CLIENTS)('%s', (client) => {
  test.each(['en', 'zh-CN'] as const)('answers in %s with what was typed, then the original', async (locale) => {
    const sample = gallery().find((one) => one.locale === locale && one.name === 'news-comments');
    if (!sample) throw new Error('the gallery lost its comments');
    const original: Original = {
      from: { name: locale === 'en' ? 'Li Dan' : '李丹', address: 'room@atelier.example' },
      to: { name: '陈伟', address: 'chen.wei@huadong.example' },
      date: '2026-11-24T01:42:05Z',
      ...sample.rendered,
    };
    const raw = await sourceOf({
      ...quote(client, original, { text: typed, locale, zone: 'Asia/Shanghai' }),
      from: '"陈伟" <chen.wei@huadong.example>',
      to: 'reply+abc@in.atelier.example',
      date: '2026-11-24T02:00:00Z',
      messageId: '<a@huadong.example>',
      headers: { 'In-Reply-To': '<m1@in.atelier.example>', References: '<root@in.atelier.example> <m1@in.atelier.example>' },
      attachments: [
        { filename: '预算审批（已签）.pdf', contentType: 'application/pdf', base64: Buffer.from('%PDF-1.7').toString('base64') },
      ],
    });
    const mail = await PostalMime.parse(raw);
    const [html, text] = SIGNS[client][locale];

    expect(mail.from).toMatchObject({ name: '陈伟', address: 'chen.wei@huadong.example' });
    expect(mail.inReplyTo).toBe('<m1@in.atelier.example>');
    expect(mail.references).toContain('<root@in.atelier.example>');
    expect(mail.subject).toMatch(/^(Re|回复)\s?[:：]/);
    expect(mail.subject).toContain(original.subject);
    expect(mail.attachments.map((one) => [one.filename, one.mimeType])).toEqual([['预算审批（已签）.pdf', 'application/pdf']]);

    const plain = (mail.text ?? '').replaceAll('\r\n', '\n');
    expect(plain.startsWith(typed)).toBe(true);
    expect(plain).toMatch(text);
    const unquoted = plain.replace(/^> ?/gm, '');
    for (const words of sample.said) expect(folded(unquoted)).toContain(folded(words));

    const said = readHtml(mail.html ?? '');
    expect(mail.html?.replaceAll('\n', '')).toMatch(html);
    expect(folded(said.words).indexOf(folded(typed))).toBe(0);
    expect(said.words).toContain(sample.said[1]);
    expect(said.elements.some(({ attributes: { id } }) => id?.endsWith('atelier-mail'))).toBe(true);
    expect(said.elements.some(({ name }) => name === 'style' && client === 'gmail')).toBe(false);
  });
});

test('a second answer keeps the subject', () => {
  const original: Original = {
    from: { name: 'a', address: 'a@a.example' },
    to: { name: 'b', address: 'b@b.example' },
    subject: 'Re: Plan',
    date: '2026-11-24T01:42:05Z',
    html: '<p>x</p>',
    text: 'x',
  };
  for (const client of CLIENTS) expect(quote(client, original, { text: 'y', locale: 'en', zone: 'UTC' }).subject).toBe('Re: Plan');
});

describe('the local edge', () => {
  const letter = async (headers: Record<string, string> = {}) =>
    sourceOf({
      ...write('Hello', 'Hi'),
      from: 'Chen <chen@corp.example>',
      to: 'reply+abc@in.atelier.example',
      date: '2026-11-24T02:00:00Z',
      messageId: '<a@corp.example>',
      headers,
      attachments: [],
    });

  test('lays its verdict over whatever the mail claims', async () => {
    const forged = await letter({ 'Authentication-Results': 'mx.cloudflare.net; dmarc=pass header.from=bank.example' });
    const raw = new TextDecoder().decode(await stamped(forged, { from: 'chen@corp.example', to: 'x' }, 'fail', 'mx.cloudflare.net'));
    expect(
      raw.startsWith(
        'Authentication-Results: mx.cloudflare.net; dkim=fail header.d=corp.example; dmarc=fail header.from=corp.example; spf=fail smtp.mailfrom=chen@corp.example\r\n',
      ),
    ).toBe(true);
    expect(raw).toContain('header.from=bank.example');
    expect(await stamped(forged, { from: '', to: '' }, 'absent', 'mx')).toBe(forged);
  });

  test('takes the envelope from the mail where none is given', async () => {
    expect(await envelopeOf(await letter())).toEqual({ from: 'chen@corp.example', to: 'reply+abc@in.atelier.example' });
    expect(await envelopeOf(new TextEncoder().encode('no mail at all'))).toEqual({ from: '', to: '' });
  });
});
