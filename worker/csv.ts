/** Tables for spreadsheets (RFC 4180). */

/** A cell that a spreadsheet shows and does not run: what begins like a formula, in either width, gets an apostrophe before it. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows of cells as CSV, with a byte order mark: spreadsheets then read it as UTF-8. */
export const csv = (rows: readonly (readonly string[])[]): string => `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
