/** Big mails are read as they pass by: what they bring arrives whole, and what broke off leaves nothing behind. */
import { expect, test } from 'vitest';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import worker from '../../worker/local/index.ts';
import { bring, comments, env, invite, newSeller, openRoom, raw, request } from '../support/front-door.ts';

const BIG = Array.from({ length: 300_000 }, (_, line) => `${line}: pallet ${line * 7919}\n`).join('');

/** A customer's reply with files, for a room of its own. */
async function reply(text: string, files: [name: string, content: string][]) {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const { replyTo } = await invite(seller, opened);
  const letter = {
    from: opened.customerEmail,
    to: replyTo ?? '',
    text,
    messageId: `<${crypto.randomUUID()}@corp.example>`,
    files: files.map(([name, content]) => ({ name, type: 'application/octet-stream', content })),
  };
  return { seller, opened, letter };
}

test('a mail of megabytes brings its files whole, beside its words', async () => {
  const { seller, opened, letter } = await reply('The stock list and a note.', [
    ['库存.bin', BIG],
    ['note.bin', 'small'],
  ]);
  const whole = await readMail(raw(letter));
  expect(raw(letter).byteLength).toBeGreaterThan(6_000_000);
  expect(await bring(letter)).toEqual({ rejected: null });

  const said = (await comments(seller, opened.room)).find((one) => one.body === 'The stock list and a note.');
  expect(said?.files.map((file) => [file.name, file.size])).toEqual(whole.files.map((file) => [file.name, file.bytes.byteLength]));
  const [file] = said?.files ?? [];
  const served = await request(`/files/${opened.room}/${file?.id}?as=seller&download`, { cookie: seller.cookie });
  expect(await served.text()).toBe(BIG);
});

test('a mail that breaks off is not taken, and comes whole the next time', async () => {
  const { seller, opened, letter } = await reply('Once more.', [['list.bin', BIG]]);
  const bytes = raw(letter);
  const torn = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.slice(0, 3_000_000));
    },
    pull(controller) {
      controller.error(new Error('connection lost'));
    },
  });
  const message = { from: letter.from, to: letter.to, raw: torn, rawSize: bytes.byteLength, headers: new Headers(), setReject() {} };
  await expect(worker.email(message as unknown as ForwardableEmailMessage, env)).rejects.toThrow();
  expect((await comments(seller, opened.room)).filter((one) => one.body === 'Once more.')).toEqual([]);

  expect(await bring(letter)).toEqual({ rejected: null });
  const said = (await comments(seller, opened.room)).filter((one) => one.body === 'Once more.');
  expect(said.map((one) => one.files.length)).toEqual([1]);
});
