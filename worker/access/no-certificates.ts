/**
 * Stands in the bundle for the libraries by which @simplewebauthn/server reads certificates of authenticators (wrangler.toml, `alias`):
 * we ask for no attestation and take none, so none is ever read, and the Worker is 50 kB lighter. Whatever gets here is refused. Of all
 * that is written in ASN.1 a signature alone is read.
 */
function NeverRead(): never {
  throw new Error('no attestation was asked for');
}

/** Names the one thing that is read: `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 section 2.2.3). */
export const ECDSASigValue = 'r and s';

export const AsnParser = {
  /** Both numbers of an ECDSA signature as DER has them (ITU-T X.690 section 10); throws where it is anything else. */
  parse(signature: Uint8Array, what: unknown): { r: ArrayBuffer; s: ArrayBuffer } {
    if (what !== ECDSASigValue) NeverRead();
    let at = 0;
    /** The end of what begins here with this tag; `at` is then where it begins. */
    const open = (tag: number): number => {
      const isLong = signature[at + 1] === 0x81;
      const length = signature[at + (isLong ? 2 : 1)] ?? 0;
      if (signature[at] !== tag || length === 0 || length > 0x7f !== isLong) throw new Error('no signature');
      at += isLong ? 3 : 2;
      if (at + length > signature.length) throw new Error('no signature');
      return at + length;
    };
    const integer = (): ArrayBuffer => {
      const end = open(0x02);
      const bytes = signature.slice(at, end);
      at = end;
      return bytes.buffer as ArrayBuffer;
    };
    const end = open(0x30);
    const [r, s] = [integer(), integer()];
    if (at !== end || end !== signature.length) throw new Error('no signature');
    return { r, s };
  },
};

export const BasicConstraints = NeverRead;
export const Certificate = NeverRead;
export const ECParameters = NeverRead;
export const ExtendedKeyUsage = NeverRead;
export const OctetString = NeverRead;
export const SubjectAlternativeName = NeverRead;
export const AuthorityKeyIdentifierExtension = NeverRead;
export const CRLDistributionPointsExtension = NeverRead;
export const KeyDescription = NeverRead;
export const RSAPublicKey = NeverRead;
export const SubjectKeyIdentifierExtension = NeverRead;
export const X509Certificate = NeverRead;
export const X509ChainBuilder = NeverRead;
export const X509Crl = NeverRead;
/** Names of algorithms in certificates. */
export const id_ce_basicConstraints = '';
export const id_ce_extKeyUsage = '';
export const id_ce_keyDescription = '';
export const id_ce_subjectAltName = '';
export const id_ecPublicKey = '';
export const id_ecdsaWithSHA256 = '';
export const id_ecdsaWithSHA384 = '';
export const id_ecdsaWithSHA512 = '';
export const id_secp256r1 = '';
export const id_secp384r1 = '';
export const id_ml_dsa_44 = '';
export const id_ml_dsa_65 = '';
export const id_ml_dsa_87 = '';
export const id_rsaEncryption = '';
export const id_sha1WithRSAEncryption = '';
export const id_sha256WithRSAEncryption = '';
export const id_sha384WithRSAEncryption = '';
export const id_sha512WithRSAEncryption = '';
