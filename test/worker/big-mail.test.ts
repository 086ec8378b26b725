/** Big mails are read as they pass by: what they bring arrives whole, and what broke off leaves nothing behind. */
import { describe, expect, test } from 'vitest';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { Turns } from '../../worker/mail/turns.ts';
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

test('big mails that come at once are each taken once, with their own files', async () => {
  const { seller, opened, letter } = await reply('', []);
  const letters = Array.from({ length: 5 }, (_, nth) => ({
    ...letter,
    text: `List ${nth}`,
    messageId: `<${crypto.randomUUID()}@corp.example>`,
    files: [{ name: `list-${nth}.bin`, type: 'application/octet-stream', content: BIG.slice(0, 400_000 + nth) }],
  }));
  expect(await Promise.all(letters.map(bring))).toEqual(letters.map(() => ({ rejected: null })));
  const said = (await comments(seller, opened.room)).filter((one) => one.body.startsWith('List '));
  expect(said.map((one) => [one.body, ...one.files.map(({ name, size }) => `${name} ${size}`)]).sort()).toEqual(
    letters.map((one, nth) => [one.text, `list-${nth}.bin ${400_000 + nth}`]),
  );
});

test('a mail that can’t be read where it lies is not taken, and comes whole the next time', async () => {
  const { seller, opened, letter } = await reply('Twice.', [['list.bin', BIG]]);
  const bytes = raw(letter);
  // Storage gives the mail itself, and then fails over its file.
  let gets = 0;
  const FILES = new Proxy(env.FILES, {
    get: (bucket, name) => {
      if (name === 'get' && (gets += 1) > 1) return () => Promise.reject(new Error('no storage'));
      return Reflect.get(bucket, name).bind(bucket);
    },
  });
  const message = { from: letter.from, to: letter.to, raw: new Response(bytes).body, rawSize: bytes.byteLength, setReject() {} };
  await expect(worker.email(message as unknown as ForwardableEmailMessage, { ...env, FILES })).rejects.toThrow('no storage');
  expect((await comments(seller, opened.room)).filter((one) => one.body === 'Twice.')).toEqual([]);

  expect(await bring(letter)).toEqual({ rejected: null });
  const said = (await comments(seller, opened.room)).filter((one) => one.body === 'Twice.');
  expect(said.map((one) => one.files.map((file) => file.size))).toEqual([[BIG.length]]);
});

test('a text that no comment holds is a file beside its beginning', async () => {
  const text = Array.from({ length: 100_000 }, (_, line) => `${line}: the gate is open`).join('\n');
  const { seller, opened, letter } = await reply(text, []);
  expect(await bring(letter)).toEqual({ rejected: null });
  const said = (await comments(seller, opened.room)).find((one) => one.body.startsWith('0: the gate'));
  expect(said?.body.length).toBeLessThanOrEqual(20_000);
  expect(said?.body.endsWith('…')).toBe(true);
  const [file] = said?.files ?? [];
  const served = await request(`/files/${opened.room}/${file?.id}?as=seller&download`, { cookie: seller.cookie });
  expect((await served.text()) === text).toBe(true);
});

test('a text that is longer than anybody writes says that it goes on, and its original is whole', async () => {
  const text = Array.from({ length: 200_000 }, (_, line) => `${line}: the gate is still open`).join('\n');
  const { seller, opened, letter } = await reply(text, []);
  expect(await bring(letter)).toEqual({ rejected: null });
  const said = (await comments(seller, opened.room)).find((one) => one.body.startsWith('0: the gate'));
  const [file] = said?.files ?? [];
  const served = await request(`/files/${opened.room}/${file?.id}?as=seller&download`, { cookie: seller.cookie });
  expect((await served.text()).slice(-80)).toMatch(/\n\n\[This mail goes on\. All of it is in the original\.\]$/);
});

describe('turns', () => {
  const quick = { look: 1, gone: 60_000, patience: 60_000 };

  test('come one after the other, in the order of asking, whatever becomes of those before', async () => {
    const turns = new Turns(quick);
    const done: string[] = [];
    const work = (name: string) => async () => {
      done.push(`${name} begins`);
      await scheduler.wait(5);
      if (name === 'b') throw new Error('torn');
      done.push(`${name} ends`);
    };
    const told = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => turns.take(work(name))));
    expect(told.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(done).toEqual(['a begins', 'a ends', 'b begins', 'c begins', 'c ends', 'd begins', 'd ends']);
  });

  test('pass over whoever was ended from outside, and wait for whoever says that it gets on', async () => {
    const turns = new Turns({ ...quick, gone: 500 });
    void turns.take(() => new Promise(() => {}));
    const done: string[] = [];
    const slow = turns.take(async (alive) => {
      for (let step = 0; step < 20; step++) {
        await scheduler.wait(50);
        alive();
      }
      done.push('slow');
    });
    await Promise.all([slow, turns.take(() => Promise.resolve(done.push('next')))]);
    expect(done).toEqual(['slow', 'next']);
  });

  test('end the wait by an error before the sending server stops listening', async () => {
    const turns = new Turns({ ...quick, patience: 50 });
    const over = new AbortController();
    const busy = turns.take(async (alive) => {
      while (!over.signal.aborted) {
        await scheduler.wait(5);
        alive();
      }
    });
    await expect(turns.take(() => Promise.resolve())).rejects.toThrow('too many big mails at once');
    over.abort();
    await busy;
    await expect(turns.take(() => Promise.resolve('now'))).resolves.toBe('now');
  });
});
