/** Bytes as text for frames and mails (RFC 4648 section 4). */

/** A frame's bytes; null if they are none. */
export function fromBase64(text: unknown): Uint8Array | null {
  if (typeof text !== 'string') return null;
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Bytes, or a text's UTF-8. */
export function toBase64(what: Uint8Array | string): string {
  const data = typeof what === 'string' ? new TextEncoder().encode(what) : what;
  let text = '';
  // In slices: a call takes only so many arguments.
  for (let at = 0; at < data.length; at += 8_192) text += String.fromCharCode(...data.subarray(at, at + 8_192));
  return btoa(text);
}

/** As the body of a mail: lines of 76 (RFC 2045 section 6.8). */
export const base64Lines = (what: Uint8Array | string): string => toBase64(what).replace(/.{76}/g, '$&\r\n');
