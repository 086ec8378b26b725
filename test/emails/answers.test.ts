/** Our mails are made to come back readable: every letter, answered in every program, yields what was typed and nothing else. */
import { gallery } from '#emails/gallery.ts';
import { describe, expect, test } from 'vitest';
import { stamped } from '../../worker/local/edge.ts';
import { type Client, CLIENTS, quote } from '../../worker/local/quote.ts';
import { sourceOf } from '../../worker/local/source.ts';
import { type Doorway, intake } from '../../worker/mail/reading/intake.ts';

const TOKEN = 'kq7wz3n5c2f6jx4t5b2m7d3avy';
const ENVELOPE = { from: 'chen.wei@huadong.example', to: `reply+${TOKEN}@in.room.example` };
const target = { room: 'room', participant: 'chen', address: ENVELOPE.from, name: '陈伟', thread: 'task' };

const answerable = gallery().filter(({ name }) =>
  /^(invitation|news-(assigned|mention|comments|internal)|digest|new-device|device-out)$/.test(name),
);

const TYPED = [
  '预算已批，见附件',
  'NO',
  '好的\n\n周五下午三点可以，请把会议链接发给我。',
  'Yes, but two things:\n1. the price is per seat\n2. please move it to Friday 15:00',
];

async function readBack(client: Client, { locale, rendered }: (typeof answerable)[number], typed: string, known: boolean) {
  const original = {
    from: { name: '李丹 · 华东制造 MES 项目', address: 'room@room.example' },
    to: { name: '陈伟', address: ENVELOPE.from },
    date: '2026-11-24T01:42:05Z',
    ...rendered,
  };
  const written = quote(client, original, { text: typed, locale, zone: 'Asia/Shanghai' });
  const raw = await sourceOf({
    ...written,
    from: `"陈伟" <${ENVELOPE.from}>`,
    to: ENVELOPE.to,
    date: '2026-11-24T02:00:00Z',
    messageId: '<answer@huadong.example>',
    attachments: [],
    headers: { ...written.headers, 'In-Reply-To': '<m1@in.room.example>', References: '<m1@in.room.example>' },
  });
  const doorway: Doorway = {
    authservId: 'mx.cloudflare.net',
    replyDomain: 'in.room.example',
    bounceAddress: 'bounce@in.room.example',
    target: async (token) => (token === TOKEN ? target : null),
    sentOriginal: async () => (known ? { text: rendered.text, html: rendered.html } : null),
  };
  const outcome = await intake(await stamped(raw, ENVELOPE, 'pass', 'mx.cloudflare.net'), ENVELOPE, doorway);
  return outcome.action === 'comment' ? outcome.text : `${outcome.action} ${'reason' in outcome ? outcome.reason : ''}`;
}

describe.each(CLIENTS)('answered in %s', (client) => {
  test.each([true, false])('every letter gives back what was typed (the original is known: %s)', async (known) => {
    const wrong: [letter: string, typed: string, read: string][] = [];
    for (const letter of answerable) {
      for (const typed of TYPED) {
        const read = await readBack(client, letter, typed, known);
        if (read !== typed) wrong.push([`${letter.locale} ${letter.name}`, typed, read]);
      }
    }
    expect(wrong).toEqual([]);
  });
});
