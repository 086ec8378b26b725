/**
 * `&copy;` and its like for the parser of Markdown: from the table that the reader of mails has already, so that the deployed
 * Worker carries one (`alias` in wrangler.toml). The same as `decode-named-character-reference`.
 */
import { decodeHTMLStrict } from 'entities/decode';

/** The character that a name stands for, without `&` and `;`; false for no name. */
export function decodeNamedCharacterReference(value: string): string | false {
  const said = `&${value};`;
  const meant = decodeHTMLStrict(said);
  return meant === said || !/^[A-Za-z\d]+$/.test(value) ? false : meant;
}
