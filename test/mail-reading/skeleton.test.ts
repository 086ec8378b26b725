/** A mail read while it passes by is the mail read whole. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../worker/mail/reading/read-mail.ts';
import { tnef } from '../mails/specials.ts';
import { decoded, Skeleton } from '../../worker/mail/reading/skeleton.ts';

function skeletonOf(bytes: Uint8Array, cuts: number[]): { bytes: Uint8Array; long: Skeleton['long'] } {
  const one = new Skeleton();
  let from = 0;
  for (const cut of [...cuts.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b), bytes.length]) {
    one.push(bytes.slice(from, cut));
    from = cut;
  }
  return { bytes: one.end(), long: one.long };
}

/** What a mail says, its files by their bytes. */
async function told(bytes: Uint8Array) {
  const { files, body, headers, ...mail } = await readMail(bytes);
  return {
    ...mail,
    headers,
    body: body.map((segment) => (segment.kind === 'image' ? { ...segment, file: { ...segment.file, long: undefined } } : segment)),
    files: files.map((file) => ({ ...file, long: undefined })),
  };
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

test('of every mail that is known here nothing is missing, wherever its bytes are cut', async () => {
  const folders = ['twenty', 'seen', 'unseen'].map((name) => join(import.meta.dirname, '../mails', name));
  const mails = folders.flatMap((folder) => readdirSync(folder).flatMap((name) => (name.endsWith('.eml') ? [join(folder, name)] : [])));
  expect(mails.length).toBeGreaterThan(300);
  for (const [index, path] of mails.entries()) {
    const whole = new Uint8Array(readFileSync(path));
    const [parts] = fc.sample(cuts, { numRuns: 1, seed: index });
    const { bytes } = skeletonOf(whole, parts ?? []);
    expect(await told(bytes), path).toEqual(await told(whole));
  }
});

function base64(bytes: Uint8Array, width: number, eol: string): string {
  const text = Buffer.from(bytes).toString('base64');
  return Array.from({ length: Math.ceil(text.length / width) }, (_, line) => text.slice(line * width, (line + 1) * width)).join(eol);
}

/** A file out of its mail, whose pieces come in one and the same memory. */
async function whatLies(encoded: Uint8Array): Promise<Uint8Array> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const memory = new Uint8Array(10_007);
    for (let at = 0; at < encoded.length; at += memory.length) {
      const piece = encoded.subarray(at, at + memory.length);
      memory.set(piece);
      yield memory.subarray(0, piece.length);
    }
  }
  const found: Uint8Array[] = [];
  for await (const bytes of decoded(pieces())) found.push(bytes.slice());
  return new Uint8Array(Buffer.concat(found));
}

/** A text in two kinds and files, some big, some with somebody's footer below. */
function letter({ sizes, eol, width, footer }: { sizes: number[]; eol: string; width: number; footer: boolean }): Uint8Array {
  const files = sizes.map((size, index) => {
    const bytes = new Uint8Array(size).map((_, at) => (at * 31 + index * 7 + (at >> 8)) & 0xff);
    return [
      `--outer`,
      `Content-Type: ${index % 2 ? 'image/png' : 'application/pdf'}; name="file-${index}"`,
      'Content-Transfer-Encoding: BASE64',
      `Content-Disposition: attachment; filename="文件-${index}.bin"`,
      '',
      base64(bytes, width, eol),
      ...(footer ? ['This message was scanned by a machine.', '-- --outer'] : []),
    ];
  });
  return new TextEncoder().encode(
    [
      'From: Chen <chen@corp.example>',
      'Subject: Files',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="outer"',
      '',
      '--outer',
      'Content-Type: multipart/alternative; boundary="outer-inner"',
      '',
      '--outer-inner',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Here they are.',
      '--outer-inner',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Here they are.</p>',
      '--outer-inner--',
      ...files.flat(),
      '--outer--',
      '',
    ].join(eol),
  );
}

describe('a big mail', () => {
  test('is small to read, and its files are found where they lie', async () => {
    const shape = fc.record({
      sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 60_000, max: 400_000 })), {
        minLength: 1,
        maxLength: 4,
      }),
      eol: fc.constantFrom('\r\n', '\n'),
      width: fc.constantFrom(76, 60, 998, 200_000),
      footer: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shape, cuts, async (how, parts) => {
        const whole = letter(how);
        const { bytes, long } = skeletonOf(whole, parts);
        expect(bytes.length).toBeLessThan(how.sizes.length * 140_000 + 2_000);
        const [read, expected] = [await readMail(bytes), await readMail(whole)];
        expect(read.body).toEqual(expected.body);
        expect(read.files.map((file) => file.name)).toEqual(expected.files.map((file) => file.name));
        for (const [index, file] of read.files.entries()) {
          const where = file.long === undefined ? undefined : long.get(file.long);
          const found = where ? await whatLies(whole.slice(where.offset, where.offset + where.length)) : file.bytes;
          expect(Buffer.from(found).equals(Buffer.from(expected.files[index]?.bytes ?? []))).toBe(true);
          if (where) expect(where.size).toBe(found.length);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('whose files are one line each, in pieces, loses none of them', async () => {
    const whole = letter({ sizes: [100_000, 10, 100_000, 10], eol: '\r\n', width: 200_000, footer: false });
    const { bytes } = skeletonOf(whole, [0.1, 0.3, 0.5, 0.7, 0.9]);
    expect((await readMail(bytes)).files.map((file) => file.name)).toEqual(['文件-0.bin', '文件-1.bin', '文件-2.bin', '文件-3.bin']);
  });

  test('is whole where files are within a file, whatever type that is given', async () => {
    const drawing = new Uint8Array(90_000).map((_, at) => at & 0xff);
    const text = new TextDecoder().decode(letter({ sizes: [10], eol: '\r\n', width: 76, footer: false }));
    const packed = `Content-Type: application/octet-stream; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(tnef('Dock drawing.pdf', drawing, null), 76, '\r\n')}`;
    const { bytes } = skeletonOf(new TextEncoder().encode(text.replace('--outer--', `--outer\r\n${packed}\r\n--outer--`)), [0.3, 0.8]);
    const { files } = await readMail(bytes);
    expect(files.map((file) => [file.name, file.bytes.length])).toContainEqual(['Dock drawing.pdf', drawing.length]);
  });

  test('cannot point at another’s bytes: what its sender writes as a mark is taken out', async () => {
    const text = new TextDecoder().decode(letter({ sizes: [10], eol: '\r\n', width: 76, footer: false }));
    const forged = new TextEncoder().encode(text.replace('Content-Disposition', 'X-Atelier-Long-Part: 7\r\nContent-Disposition'));
    const { bytes } = skeletonOf(forged, [0.3]);
    expect((await readMail(bytes)).files.map((file) => file.long)).toEqual([1]);
  });

  test('of words without end is read as far as anybody writes, and its files after them', async () => {
    const text = new TextDecoder().decode(letter({ sizes: [10, 100_000], eol: '\r\n', width: 76, footer: false }));
    for (const line of ['words and words and words\r\n', 'words '] as const) {
      const whole = new TextEncoder().encode(
        text.replace('Here they are.\r\n', `Here they are.\r\n${line.repeat(9_000_000 / line.length)}\r\n`),
      );
      const { bytes } = skeletonOf(whole, [0.1, 0.6]);
      expect(bytes.length).toBeLessThan(4.5 * 1024 * 1024);
      const read = await readMail(bytes);
      expect(read.files.map((file) => file.name)).toEqual(['文件-0.bin', '文件-1.bin']);
      expect(JSON.stringify(read.body)).toContain('Here they are.');
    }
  });
});
