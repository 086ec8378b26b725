/**
 * Bytes to text. A declared charset is a hint, not a fact: mail is full of GBK that calls itself
 * GB2312, of UTF-8 that calls itself Big5 and of text with no label at all. The order here is the
 * one that loses least: what the bytes prove, then what they declare, then what they look like.
 */
import { dictionary } from '../../outside.ts';

const utf8Strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
const utf8Lenient = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false });

/** Names met in mail that the WHATWG list does not know, or knows as something narrower. */
const ALIASES = dictionary<string>({
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'gb_2312-80': 'gb18030',
  'x-gbk': 'gb18030',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  'euc-cn': 'gb18030',
  charset_gb2312: 'gb18030',
  gb2312_charset: 'gb18030',
  'gb-2312': 'gb18030',
  gb18030_2000: 'gb18030',
  'gb18030-2000': 'gb18030',
  cp950: 'big5',
  'windows-950': 'big5',
  'x-big5': 'big5',
  'big5-eten': 'big5',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  'windows-932': 'shift_jis',
  'iso-2022-jp-ms': 'iso-2022-jp',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  'x-euc-jp': 'euc-jp',
  cp51932: 'euc-jp',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  'windows-949': 'euc-kr',
  ks_c_5601: 'euc-kr',
  ksc5601: 'euc-kr',
  'x-windows-949': 'euc-kr',
  utf8mb4: 'utf-8',
  'utf-8mb4': 'utf-8',
  'x-utf-8': 'utf-8',
  cp65001: 'utf-8',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  cp1253: 'windows-1253',
  cp1254: 'windows-1254',
  cp1255: 'windows-1255',
  cp1256: 'windows-1256',
  cp1257: 'windows-1257',
  cp1258: 'windows-1258',
  cp874: 'windows-874',
  'tis-620': 'windows-874',
  'win-1251': 'windows-1251',
  ansi: 'windows-1252',
  'iso-8859-8-i': 'iso-8859-8-i',
});

/** Labels that say nothing: such text is judged by its bytes. */
const EMPTY_LABELS = new Set([
  '',
  'us-ascii',
  'ascii',
  'x-unknown',
  'unknown',
  'unknown-8bit',
  '8bit',
  'binary',
  'default',
  'none',
  'iso-8859-1',
  'latin1',
]);

const decoders = new Map<string, TextDecoder | null>();

function decoderFor(label: string, fatal: boolean): TextDecoder | null {
  const key = fatal ? `${label}!` : label;
  const known = decoders.get(key);
  if (known !== undefined) return known;
  let made: TextDecoder | null = null;
  try {
    made = new TextDecoder(label, { fatal, ignoreBOM: false });
  } catch {
    made = null;
  }
  // The labels come from senders: an unbounded cache would be theirs to fill.
  if (decoders.size < 200) decoders.set(key, made);
  return made;
}

function attempt(bytes: Uint8Array, label: string): string | null {
  try {
    return decoderFor(label, true)?.decode(bytes) ?? null;
  } catch {
    return null;
  }
}

export function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] ?? 0) > 0x7f) return false;
  return true;
}

/** The bytes as a string of code points 0–255, so that structure can be found before charsets are known. */
export function binaryString(bytes: Uint8Array): string {
  // ASCII is the same in every decoder here and the native one is faster by far.
  if (isAscii(bytes)) return utf8Lenient.decode(bytes);
  let out = '';
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return out;
}

export function bytesOfBinary(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i) & 0xff;
  return out;
}

/** A label folded to what the decoder understands; `''` when it says nothing. */
export function charsetLabel(raw: string | null | undefined): string {
  const label = (raw ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '')
    .replace(/^charset=/, '');
  return ALIASES[label] ?? label;
}

/**
 * Shares of two-byte characters that fall into the common half of a national set. Chance text and
 * Latin text score near zero, running prose near one.
 */
function commonShare(bytes: Uint8Array, lead: [number, number], trailLow: boolean): number {
  let pairs = 0;
  let common = 0;
  const end = Math.min(bytes.length, 65536);
  for (let i = 0; i < end; i++) {
    const a = bytes[i] ?? 0;
    if (a < 0x81) continue;
    const b = bytes[i + 1] ?? 0;
    pairs++;
    i++;
    const trailFits = trailLow ? (b >= 0x40 && b <= 0x7e) || b >= 0xa1 : b >= 0xa1;
    if (a >= lead[0] && a <= lead[1] && trailFits) common++;
    else if (a >= 0xa1 && a <= 0xa3 && trailFits) common++;
  }
  return pairs === 0 ? 0 : common / pairs;
}

function cyrillicShare(text: string): number {
  let letters = 0;
  let lower = 0;
  for (let i = 0; i < Math.min(text.length, 20000); i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) continue;
    letters++;
    if (c >= 0x430 && c <= 0x44f) lower++;
  }
  return letters === 0 ? 0 : lower / letters;
}

/** What unlabelled bytes most likely are. Asked only when they are neither ASCII nor valid UTF-8. */
function sniff(bytes: Uint8Array): string {
  if (commonShare(bytes, [0xb0, 0xd7], false) > 0.7) {
    const text = attempt(bytes, 'gb18030');
    // Hangul in EUC-KR lies in the same rows (B0–C8); read as GB it gives Han that no Chinese text
    // clusters in. Prose without one frequent Chinese character, or the comma and full stop, is Korean.
    if (text !== null && /[的是我们了在有和不请一一，。]/.test(text)) return text;
    const korean = attempt(bytes, 'euc-kr');
    if (korean !== null && /[\uac00-\ud7a3]{2}/.test(korean) && text !== null && !/[你您好公司发到这]/.test(text)) return korean;
    if (text !== null) return text;
  }
  if (commonShare(bytes, [0xa4, 0xc6], true) > 0.7) {
    const text = attempt(bytes, 'big5');
    if (text !== null && /[\u4e00-\u9fff]/.test(text)) return text;
  }
  const japanese = attempt(bytes, 'shift_jis');
  if (japanese !== null && (japanese.match(/[\u3040-\u309f]/g)?.length ?? 0) * 5 > japanese.length) return japanese;
  for (const label of ['koi8-r', 'windows-1251']) {
    const text = attempt(bytes, label);
    if (text !== null && cyrillicShare(text) > 0.7) return text;
  }
  return attempt(bytes, 'windows-1252') ?? utf8Lenient.decode(bytes);
}

/** RFC 1843: HZ puts GB 2312 between `~{` and `~}` with the high bits off. */
function decodeHz(bytes: Uint8Array): string {
  const out: number[] = [];
  let chinese = false;
  for (let i = 0; i < bytes.length; i++) {
    const a = bytes[i] ?? 0;
    const b = bytes[i + 1] ?? 0;
    const escape = a === 0x7e ? b : -1;
    if (escape === 0x7b) chinese = true;
    else if (escape === 0x7d) chinese = false;
    else if (escape === 0x7e) out.push(0x7e);
    else if (chinese && a > 0x20) out.push(a | 0x80, b | 0x80);
    else if (escape !== 0x0a) {
      out.push(a);
      continue;
    }
    i++;
  }
  return sniffable(new Uint8Array(out), 'gb18030');
}

/** RFC 1557: ISO-2022-KR shifts between ASCII (SI) and KS X 1001 (SO). */
function decodeIso2022Kr(bytes: Uint8Array): string {
  const out: number[] = [];
  let korean = false;
  for (let i = 0; i < bytes.length; i++) {
    const a = bytes[i] ?? 0;
    if (a === 0x0e) korean = true;
    else if (a === 0x0f) korean = false;
    else if (a === 0x1b && bytes[i + 1] === 0x24) i += 3;
    else if (a === 0x0a) {
      korean = false;
      out.push(a);
    } else out.push(korean && a > 0x20 ? a | 0x80 : a);
  }
  return sniffable(new Uint8Array(out), 'euc-kr');
}

/** RFC 2152. Only reading, and leniently: what is not a shift sequence stays as it is. */
function decodeUtf7(bytes: Uint8Array): string {
  return binaryString(bytes).replace(/\+([A-Za-z0-9+/]*)-?/g, (whole, body: string) => {
    if (body === '') return whole === '+-' ? '+' : whole;
    let bits = 0;
    let value = 0;
    let out = '';
    for (const char of body) {
      value = ((value << 6) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(char)) & 0xffffff;
      bits += 6;
      if (bits >= 16) {
        bits -= 16;
        out += String.fromCharCode((value >> bits) & 0xffff);
      }
    }
    return out;
  });
}

function sniffable(bytes: Uint8Array, label: string): string {
  return decoderFor(label, false)?.decode(bytes) ?? utf8Lenient.decode(bytes);
}

/**
 * Text of a part whose transfer encoding is already undone.
 *
 * @param hint a second opinion, weaker than `declared`: an HTML `<meta charset>`, or the body's charset for a header.
 */
export function decodeText(bytes: Uint8Array, declared: string | null, hint: string | null = null): string {
  if (bytes.length === 0) return '';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return sniffable(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return sniffable(bytes, 'utf-16be');
  let label = charsetLabel(declared);
  if (isAscii(bytes)) {
    if (label === 'hz-gb-2312') return decodeHz(bytes);
    if (label === 'iso-2022-kr') return decodeIso2022Kr(bytes);
    if (label === 'utf-7' || label === 'unicode-1-1-utf-7') return decodeUtf7(bytes);
    if (label.startsWith('utf-16')) return sniffable(bytes, label);
    // ISO-2022 hides in seven bits; its escape is proof enough whatever the label says.
    if (bytes.includes(0x1b)) {
      const text = attempt(bytes, 'iso-2022-jp');
      if (text !== null) return text;
    }
    return utf8Lenient.decode(bytes);
  }
  if (label.startsWith('utf-16')) return sniffable(bytes, label);
  try {
    return utf8Strict.decode(bytes);
  } catch {
    // not UTF-8: go on with what the label says
  }
  if (label === 'utf-8') {
    // A cut or damaged UTF-8 text is still UTF-8: a few bad places among many good characters.
    const text = utf8Lenient.decode(bytes);
    let bad = 0;
    let good = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 0xfffd) bad++;
      else if (c > 0x7f) good++;
    }
    if (good > bad * 2) return text;
    label = '';
  }
  if (EMPTY_LABELS.has(label)) {
    const second = charsetLabel(hint);
    if (second !== '' && second !== 'utf-8' && !EMPTY_LABELS.has(second)) {
      const text = attempt(bytes, second);
      if (text !== null) return text;
    }
    return sniff(bytes);
  }
  const decoder = decoderFor(label, false);
  if (decoder === null) return sniff(bytes);
  if (label === 'big5' || label === 'shift_jis' || label === 'euc-kr' || label === 'euc-jp') {
    // A national label on another nation's bytes shows as errors: then the bytes decide.
    const strict = attempt(bytes, label);
    if (strict !== null) return strict;
    if (commonShare(bytes, [0xb0, 0xd7], false) > 0.8) return attempt(bytes, 'gb18030') ?? decoder.decode(bytes);
  }
  return decoder.decode(bytes);
}

/** `<meta charset>` or its `http-equiv` form, looked for in the first two kilobytes of an HTML part. */
export function metaCharset(bytes: Uint8Array): string | null {
  const head = binaryString(bytes.subarray(0, 2048));
  return /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ?? null;
}
