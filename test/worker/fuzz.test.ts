/**
 * Damaged mails through `email()` into a real room, each brought three times: twice at once, as two servers of one sender would, and
 * once more after a try that died half-way. `FUZZ_SEED=n` brings those of another run back.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { fresh } from '../../worker/access/tokens.ts';
import { stamped } from '../../worker/local/edge.ts';
import { CLIENTS, quote } from '../../worker/local/quote.ts';
import { sourceOf } from '../../worker/local/source.ts';
import { rawField, readHead } from '../../worker/mail/reading/mime-tree.ts';
import { again, chance, damaged } from '../mails/damage.ts';
import { bringRaw, env, invite, newSeller, openRoom } from '../support/front-door.ts';

const MAILS = 60;
const seed = Number(bindings.FUZZ_SEED);

const bytesOf = (mail: string): Uint8Array => Uint8Array.from(mail, (letter) => letter.charCodeAt(0));
const binary = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

test(`${MAILS} damaged mails, each brought three times, are posted once at most (FUZZ_SEED=${seed})`, { timeout: 120_000 }, async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const original = await invite(seller, opened);
  const envelope = { from: opened.customerEmail, to: original.replyTo ?? '' };
  const write = (nth: number) => {
    const locale = nth % 2 === 0 ? ('en' as const) : ('zh-CN' as const);
    const text = locale === 'en' ? `Number ${nth}: the quantities are right.` : `第${nth}封：数量没有问题。`;
    const written = quote(CLIENTS[nth % CLIENTS.length] ?? 'gmail', original, { text, locale, zone: 'Asia/Shanghai' });
    return sourceOf({
      ...written,
      ...envelope,
      attachments: nth % 3 === 0 ? [{ filename: '数量.pdf', contentType: 'application/pdf', base64: btoa(`%PDF-1.4 ${nth}`) }] : [],
      messageId: `<${fresh()}@corp.example>`,
      date: new Date().toISOString(),
    });
  };
  const stub = env.ROOM.get(env.ROOM.idFromName(opened.room));
  const postings = () =>
    runInDurableObject(stub, (_, state) =>
      state.storage.sql
        .exec<{ mail: string; times: number }>(
          `SELECT event ->> '$.mail' AS mail, count(*) AS times FROM event WHERE event ->> '$.type' = 'comment.posted' GROUP BY 1`,
        )
        .toArray(),
    );
  const last = () =>
    runInDurableObject(stub, (_, state) => state.storage.sql.exec<{ seq: number }>('SELECT max(seq) AS seq FROM event').one().seq);

  for (let nth = 0; nth < MAILS; nth += 1) {
    const one = chance(seed + nth);
    const [mail, other] = [binary(await write(nth)), binary(await write(nth + 1))];
    const { mail: torn, what } = damaged(mail, other, one);
    const bring = async (turn: number) =>
      bringRaw(await stamped(bytesOf(turn === 0 ? torn : again(torn, turn)), envelope, 'pass', env.AUTHSERV_ID), envelope);
    const said = `mail ${nth}: ${what.join(', ')}`;
    // How many mails somebody may send in an hour is another test's.
    await env.DB.exec('DELETE FROM attempt');
    await Promise.all([bring(0), bring(0)]);
    const seq = await last();
    await env.DB.exec("UPDATE inbound_mail SET outcome = 'pending'");
    await bring(0);
    expect(await last(), `${said}: something happened though it had come before`).toBe(seq);
    const before = (await postings()).length;
    await bring(1);
    // With neither a Message-ID nor a date that can be read, nothing says that it is the same mail.
    const head = readHead(bytesOf(torn));
    if (/[^<>\s]/.test(rawField(head, 'message-id') ?? '') || rawField(head, 'date'))
      expect((await postings()).length, `${said}: the same mail another way`).toBe(before);
  }
  const all = await postings();
  expect(all.filter((one) => one.times > 1)).toEqual([]);
  expect(all.length).toBeGreaterThan(MAILS / 3);
});
