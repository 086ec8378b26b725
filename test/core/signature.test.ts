/** The one thing of ASN.1 that the deployed Worker reads, against the library that stands there in development. */
import { webcrypto } from 'node:crypto';
import { AsnParser as Library } from '@peculiar/asn1-schema';
import { ECDSASigValue as Signature } from '@peculiar/asn1-ecc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AsnParser, Certificate, ECDSASigValue } from '../../worker/access/no-certificates.ts';

const hex = (bytes: ArrayBuffer) => Buffer.from(bytes).toString('hex');

/** As an authenticator writes it: the shortest form of each number, with a zero before a first bit of one. */
function der(r: Uint8Array, s: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    let start = 0;
    while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
    const short = bytes.subarray(start);
    const body = (short[0] ?? 0) > 0x7f ? [0, ...short] : [...short];
    return [0x02, body.length, ...body];
  };
  const body = [...integer(r), ...integer(s)];
  return Uint8Array.from([0x30, ...(body.length > 0x7f ? [0x81] : []), body.length, ...body]);
}

const number = fc.constantFrom(32, 48, 66).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

test('a signature’s numbers are read as the library reads them, of every curve and with zeros in front', () => {
  fc.assert(
    fc.property(number, number, fc.nat(4), (r, s, zeros) => {
      r.fill(0, 0, zeros);
      const bytes = der(r, s);
      const [ours, theirs] = [AsnParser.parse(bytes, ECDSASigValue), Library.parse(bytes, Signature)];
      expect([hex(ours.r), hex(ours.s)]).toEqual([hex(theirs.r), hex(theirs.s)]);
    }),
    { numRuns: 500 },
  );
});

test('a real signature is read to what WebCrypto takes', async () => {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  for (let n = 0; n < 50; n += 1) {
    const data = webcrypto.getRandomValues(new Uint8Array(40));
    const raw = new Uint8Array(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, data));
    const { r, s } = AsnParser.parse(der(raw.subarray(0, 32), raw.subarray(32)), ECDSASigValue);
    const whole = [r, s].map((one) => Buffer.from(one).toString('hex').padStart(64, '0').slice(-64)).join('');
    const isTheirs = await webcrypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, pair.publicKey, Buffer.from(whole, 'hex'), data);
    expect(isTheirs).toBe(true);
  }
});

test('whatever is no signature is refused, and so is everything else that ASN.1 can say', () => {
  const good = der(new Uint8Array(32).fill(7), new Uint8Array(32).fill(9));
  expect(() => AsnParser.parse(good, Certificate)).toThrow('no attestation');
  fc.assert(
    fc.property(fc.nat(good.length - 1), (length) => {
      expect(() => AsnParser.parse(good.subarray(0, length), ECDSASigValue)).toThrow('no signature');
    }),
  );
  expect(() => AsnParser.parse(Uint8Array.from([...good, 0]), ECDSASigValue)).toThrow('no signature');
  expect(() => AsnParser.parse(Uint8Array.from([0x31, ...good.subarray(1)]), ECDSASigValue)).toThrow('no signature');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        const { r, s } = AsnParser.parse(bytes, ECDSASigValue);
        expect(r.byteLength + s.byteLength).toBeLessThan(bytes.length);
      } catch (error) {
        expect(String(error)).toContain('no signature');
      }
    }),
    { numRuns: 1_000 },
  );
});
