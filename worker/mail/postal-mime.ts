/**
 * What of postal-mime the deployed Worker needs: its reader of addresses. Resend's client has a copy of the whole for a call that is
 * never made here, forwarding a received mail; this stands in for both (`alias` in wrangler.toml).
 */
export { default as addressParser } from '../../node_modules/postal-mime/dist/esm/address-parser.js';

const PostalMime = {
  parse(): never {
    throw new Error('mails are read by worker/mail/reading');
  },
};
export default PostalMime;
