/**
 * Stands in the bundle for the libraries by which @simplewebauthn/server reads certificates of authenticators (wrangler.toml, `alias`):
 * we ask for no attestation and take none, so none is ever read, and the Worker is 30 kB lighter. Whatever gets here is refused.
 */
function NeverRead(): never {
  throw new Error('no attestation was asked for');
}
export const AuthorityKeyIdentifierExtension = NeverRead;
export const CRLDistributionPointsExtension = NeverRead;
export const KeyDescription = NeverRead;
export const RSAPublicKey = NeverRead;
export const SubjectKeyIdentifierExtension = NeverRead;
export const X509Certificate = NeverRead;
export const X509ChainBuilder = NeverRead;
export const X509Crl = NeverRead;
/** Names of algorithms in certificates. */
export const id_ce_keyDescription = '';
export const id_ml_dsa_44 = '';
export const id_ml_dsa_65 = '';
export const id_ml_dsa_87 = '';
export const id_rsaEncryption = '';
export const id_sha1WithRSAEncryption = '';
export const id_sha256WithRSAEncryption = '';
export const id_sha384WithRSAEncryption = '';
export const id_sha512WithRSAEncryption = '';
