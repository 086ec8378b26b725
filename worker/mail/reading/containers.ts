/**
 * Mail inside other formats: Outlook's winmail.dat (MS-OXTNEF) and opaque S/MIME (RFC 8551 §3.5.2,
 * RFC 5652). Both are read only as far as needed to hand on what the sender wrote and attached.
 */
import { decodeText } from './charsets.ts';
import { joinBytes } from './mime-tree.ts';

export type TnefFile = { name: string; type: string; bytes: Uint8Array; contentId: string | null };
export type Tnef = { text: string | null; html: string | null; files: TnefFile[] };

type Property = { id: number; type: number; bytes: Uint8Array };

const ATT_BODY = 0x0002800c;
const ATT_MESSAGE_PROPERTIES = 0x00069003;
const ATT_CODEPAGE = 0x00069007;
const ATT_ATTACH_START = 0x00069002;
const ATT_ATTACH_TITLE = 0x00018010;
const ATT_ATTACH_DATA = 0x0006800f;
const ATT_ATTACH_PROPERTIES = 0x00069005;

/** Reads winmail.dat; `null` when the bytes are no TNEF stream. */
export function readTnef(bytes: Uint8Array): Tnef | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== 0x223e9f78) return null;
  let at = 6;
  let codepage = 'windows-1252';
  const out: Tnef = { text: null, html: null, files: [] };
  let file: { title: string; longName: string; type: string; contentId: string | null; bytes: Uint8Array } | null = null;
  const finish = (): void => {
    if (file !== null && file.bytes.length > 0) {
      out.files.push({
        name: file.longName || file.title || 'attachment',
        type: file.type || 'application/octet-stream',
        bytes: file.bytes,
        contentId: file.contentId,
      });
    }
    file = null;
  };
  while (at + 9 <= bytes.length) {
    const id = view.getUint32(at + 1, true);
    const length = view.getUint32(at + 5, true);
    const from = at + 9;
    if (from + length > bytes.length) break;
    const data = bytes.subarray(from, from + length);
    at = from + length + 2;
    if (id === ATT_CODEPAGE && length >= 4) codepage = codepageName(view.getUint32(from, true));
    else if (id === ATT_BODY) out.text ??= zeroless(decodeText(data, codepage));
    else if (id === ATT_MESSAGE_PROPERTIES) {
      for (const property of readProperties(data)) {
        if (property.id === 0x1000) out.text ??= propertyText(property, codepage);
        if (property.id === 0x1013)
          out.html ??= property.type === 0x102 ? zeroless(decodeText(property.bytes, codepage)) : propertyText(property, codepage);
      }
    } else if (id === ATT_ATTACH_START) {
      finish();
      file = { title: '', longName: '', type: '', contentId: null, bytes: new Uint8Array(0) };
    } else if (file !== null) {
      if (id === ATT_ATTACH_TITLE) file.title = zeroless(decodeText(data, codepage));
      else if (id === ATT_ATTACH_DATA) file.bytes = data;
      else if (id === ATT_ATTACH_PROPERTIES) {
        for (const property of readProperties(data)) {
          if (property.id === 0x3707) file.longName = propertyText(property, codepage);
          else if (property.id === 0x3704 && file.title === '') file.title = propertyText(property, codepage);
          else if (property.id === 0x370e) file.type = propertyText(property, codepage).toLowerCase();
          else if (property.id === 0x3712) file.contentId = propertyText(property, codepage);
          else if (property.id === 0x3701 && file.bytes.length === 0)
            file.bytes = property.type === 0x0d ? property.bytes.subarray(16) : property.bytes;
        }
      }
    }
  }
  finish();
  return out;
}

function codepageName(page: number): string {
  const names: Record<number, string> = {
    932: 'shift_jis',
    936: 'gb18030',
    949: 'euc-kr',
    950: 'big5',
    65001: 'utf-8',
    54936: 'gb18030',
    20866: 'koi8-r',
  };
  return names[page] ?? `windows-${page}`;
}

function zeroless(text: string): string {
  return text.replaceAll('\0', '');
}

function propertyText(property: Property, codepage: string): string {
  return zeroless(decodeText(property.bytes, property.type === 0x1f ? 'utf-16le' : codepage));
}

/** MS-OXTNEF §2.1.3.4: a counted list of MAPI properties. Stops at the first thing it cannot size. */
function readProperties(data: Uint8Array): Property[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out: Property[] = [];
  if (data.length < 4) return out;
  const count = Math.min(view.getUint32(0, true), 2000);
  let at = 4;
  const need = (bytes: number): boolean => at + bytes <= data.length;
  for (let i = 0; i < count; i++) {
    if (!need(4)) return out;
    const rawType = view.getUint16(at, true);
    const id = view.getUint16(at + 2, true);
    const type = rawType & 0x0fff;
    const many = (rawType & 0x1000) !== 0;
    at += 4;
    if (id >= 0x8000) {
      if (!need(20)) return out;
      const kind = view.getUint32(at + 16, true);
      at += 20;
      if (!need(4)) return out;
      if (kind === 0) at += 4;
      else at += 4 + pad4(view.getUint32(at, true));
    }
    const size = { 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0a: 4, 0x0b: 4, 0x14: 8, 0x40: 8, 0x48: 16 }[type];
    if (size !== undefined) {
      let values = 1;
      if (many) {
        if (!need(4)) return out;
        values = view.getUint32(at, true);
        at += 4;
      }
      if (values > data.length || !need(size * values)) return out;
      if (!many) out.push({ id, type, bytes: data.subarray(at, at + size) });
      at += size * values;
      continue;
    }
    if (type !== 0x1e && type !== 0x1f && type !== 0x102 && type !== 0x0d) return out;
    if (!need(4)) return out;
    const values = view.getUint32(at, true);
    at += 4;
    if (values > data.length) return out;
    for (let value = 0; value < values; value++) {
      if (!need(4)) return out;
      const length = view.getUint32(at, true);
      at += 4;
      if (!need(length)) return out;
      if (value === 0) out.push({ id, type, bytes: data.subarray(at, at + length) });
      at += pad4(length);
    }
  }
  return out;
}

function pad4(length: number): number {
  return (length + 3) & ~3;
}

export type Cms = { kind: 'signed'; content: Uint8Array } | { kind: 'encrypted' } | { kind: 'other' };

const OID_DATA = '2a864886f70d010701';
const OID_ENVELOPED = new Set(['2a864886f70d010703', '2a864886f70d0109100117']);

/** Opens an application/pkcs7-mime body (RFC 5652 §5): the signed content, or that it is encrypted. */
export function readCms(bytes: Uint8Array): Cms {
  let type = '';
  let content: Uint8Array | null = null;
  let awaiting = false;
  let steps = 0;
  const walk = (from: number, to: number, depth: number): number => {
    let at = from;
    while (at < to && content === null) {
      if (++steps > 5000 || depth > 20) return to;
      const tag = bytes[at] ?? 0;
      if (tag === 0 && bytes[at + 1] === 0) return at + 2;
      const length = berLength(bytes, at + 1);
      const body = length.next;
      const end = length.size === null ? to : Math.min(to, body + length.size);
      if (tag === 0x06) {
        const oid = [...bytes.subarray(body, end)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        type ||= oid;
        awaiting = oid === OID_DATA;
        at = end;
      } else if (awaiting && (tag === 0x04 || tag === 0x24)) {
        content = octets(bytes, at, to).bytes;
        return end;
      } else if ((tag & 0x20) !== 0) {
        const after = walk(body, end, depth + 1);
        at = length.size === null ? after : end;
      } else at = end;
    }
    return at;
  };
  walk(0, bytes.length, 0);
  if (OID_ENVELOPED.has(type)) return { kind: 'encrypted' };
  return content === null ? { kind: 'other' } : { kind: 'signed', content };
}

function berLength(bytes: Uint8Array, at: number): { size: number | null; next: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { size: first, next: at + 1 };
  if (first === 0x80) return { size: null, next: at + 1 };
  const count = first & 0x7f;
  let size = 0;
  for (let i = 0; i < Math.min(count, 6); i++) size = size * 256 + (bytes[at + 1 + i] ?? 0);
  return { size, next: at + 1 + count };
}

/** An OCTET STRING, whole or in constructed pieces. */
function octets(bytes: Uint8Array, at: number, limit: number): { bytes: Uint8Array; next: number } {
  const tag = bytes[at] ?? 0;
  const length = berLength(bytes, at + 1);
  const end = length.size === null ? limit : Math.min(limit, length.next + length.size);
  if (tag !== 0x24) return { bytes: bytes.subarray(length.next, end), next: end };
  const pieces: Uint8Array[] = [];
  let inner = length.next;
  while (inner < end && bytes[inner] === 0x04) {
    const piece = octets(bytes, inner, end);
    if (piece.next <= inner) break;
    pieces.push(piece.bytes);
    inner = piece.next;
  }
  return { bytes: joinBytes(pieces), next: length.size === null ? inner + 2 : end };
}
