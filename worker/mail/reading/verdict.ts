/**
 * Whose word a mail is, as the receiving edge found it. Only the topmost Authentication-Results
 * header that carries the edge's own authserv-id is read (RFC 8601 §5): headers further down came
 * with the mail and may be anybody's.
 */
import { withoutComments } from './mime-tree.ts';

export type Verdict =
  | { authenticated: true; by: 'dmarc' | 'dkim' | 'spf' | 'trusted' }
  | { authenticated: false; reason: 'no_verdict' | 'dmarc_failed' | 'dmarc_error' | 'from_differs' | 'not_aligned' };

type Result = { method: string; result: string; properties: Record<string, string> };

/** Public suffixes of more than one label that occur in business mail. Others are one label. */
const SUFFIXES = new Set(
  'com.cn net.cn org.cn gov.cn edu.cn ac.cn com.tw net.tw org.tw edu.tw gov.tw idv.tw com.hk net.hk org.hk edu.hk gov.hk com.mo co.jp ne.jp or.jp ac.jp go.jp ad.jp gr.jp co.kr or.kr ne.kr go.kr re.kr ac.kr pe.kr co.uk org.uk me.uk ltd.uk plc.uk net.uk ac.uk gov.uk nhs.uk com.au net.au org.au edu.au gov.au asn.au id.au co.nz net.nz org.nz ac.nz govt.nz com.br net.br org.br gov.br ind.br eng.br com.mx org.mx gob.mx com.ar com.co com.pe com.ve com.ec com.uy com.bo com.py co.cr com.gt com.sg edu.sg gov.sg com.my net.my org.my gov.my com.ph co.id or.id ac.id web.id go.id co.th in.th or.th ac.th go.th com.vn net.vn gov.vn co.in net.in org.in firm.in gov.in ac.in com.pk com.bd com.np com.lk com.tr net.tr org.tr gov.tr bel.tr com.ua in.ua net.ua kiev.ua com.ru msk.ru spb.ru com.pl net.pl org.pl waw.pl co.il org.il net.il ac.il gov.il com.sa com.eg co.za org.za net.za web.za co.ke com.ng com.gh co.tz com.gr com.cy com.mt com.pt com.es nom.es com.ro co.rs com.hr co.at or.at ac.at gv.at co.hu asso.fr com.fr gouv.fr'.split(
    ' ',
  ),
);

/** The registrable domain (RFC 7489 §3.2), by a short built-in list of suffixes. */
export function organisationalDomain(domain: string): string {
  const labels = domain.trim().toLowerCase().replace(/\.$/, '').split('.');
  const keep = SUFFIXES.has(labels.slice(-2).join('.')) ? 3 : 2;
  return labels.slice(-keep).join('.');
}

/**
 * Whether a domain speaks for another: it is the same, or one is a part of the other. Narrower than RFC 7489 §3.1: two neighbours may be of
 * two owners wherever many register (`com.kw`, `onmicrosoft.com`), and no short list knows all such places.
 */
function aligned(domain: string, from: string): boolean {
  const [short = '', long = ''] = [domain, from].map((one) => one.replace(/\.$/, '')).sort((a, b) => a.length - b.length);
  return short.includes('.') && (long === short || long.endsWith(`.${short}`));
}

function domainOf(address: string): string {
  return address
    .slice(address.lastIndexOf('@') + 1)
    .replace(/[<>"\s]/g, '')
    .toLowerCase();
}

/** Splits at `;` outside quoted strings. */
function clauses(value: string): string[] {
  const out: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    if (c === '\\' && quoted) i++;
    else if (c === '"') quoted = !quoted;
    else if (c === ';' && !quoted) {
      out.push(value.slice(from, i));
      from = i + 1;
    }
  }
  out.push(value.slice(from));
  return out;
}

/** RFC 8601 §2.2, after comments are gone. `null` when the value does not follow the grammar. */
export function parseAuthenticationResults(raw: string): { authservId: string; results: Result[] } | null {
  const bare = withoutComments(raw);
  // A parenthesis left over is an unclosed comment: what it hides cannot be told, so nothing is believed.
  if (/[()]/.test(bare.replace(/"(?:[^"\\]|\\.)*("?)/g, (quoted, end) => (end === '' ? quoted : '')))) return null;
  const [head, ...rest] = clauses(bare);
  const authservId = (head ?? '').trim().split(/\s+/)[0]?.replace(/^"|"$/g, '').toLowerCase() ?? '';
  if (authservId === '') return null;
  const results: Result[] = [];
  for (const clause of rest) {
    const match = /^\s*([a-z0-9-]+)(?:\s*\/\s*\d+)?\s*=\s*([a-z]+)([\s\S]*)$/i.exec(clause);
    if (match === null) continue;
    const properties: Record<string, string> = {};
    for (const property of (match[3] ?? '').matchAll(
      /(?<![a-z0-9-])([a-z0-9-]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)/gi,
    )) {
      properties[`${property[1] ?? ''}.${property[2] ?? ''}`.toLowerCase()] = (property[3] ?? '').replace(/^"|"$/g, '').toLowerCase();
    }
    results.push({ method: (match[1] ?? '').toLowerCase(), result: (match[2] ?? '').toLowerCase(), properties });
  }
  return { authservId, results };
}

/**
 * Judges one mail. DMARC decides where there is a record (RFC 7489 §6.6.2): pass is good, anything
 * else but `none` is bad, and no other result can mend it. Without a record an aligned DKIM or SPF
 * pass is asked for.
 *
 * @param headers values of the mail's Authentication-Results headers, topmost first
 */
export function verdict(headers: string[], authservId: string, from: string): Verdict {
  const fromDomain = domainOf(from);
  let found: { results: Result[] } | null = null;
  for (const raw of headers) {
    const id = raw.trimStart().slice(0, 300).toLowerCase();
    if (!id.startsWith(authservId.toLowerCase()) && !id.startsWith('(')) continue;
    const parsed = parseAuthenticationResults(raw);
    if (parsed === null) {
      // The edge's own header, but not readable: somebody smuggled grammar into it. Nothing below may replace it.
      if (id.startsWith(authservId.toLowerCase())) return { authenticated: false, reason: 'no_verdict' };
      continue;
    }
    if (parsed.authservId !== authservId.toLowerCase()) continue;
    found = parsed;
    break;
  }
  if (found === null) return { authenticated: false, reason: 'no_verdict' };
  const dmarc = found.results.filter((result) => result.method === 'dmarc');
  if (dmarc.some((result) => result.result === 'fail')) return { authenticated: false, reason: 'dmarc_failed' };
  if (dmarc.some((result) => result.result === 'temperror' || result.result === 'permerror'))
    return { authenticated: false, reason: 'dmarc_error' };
  const pass = dmarc.find((result) => result.result === 'pass' || result.result === 'bestguesspass');
  if (pass !== undefined && pass.result === 'pass') {
    const about = pass.properties['header.from'];
    if (about !== undefined && !aligned(domainOf(about), fromDomain)) return { authenticated: false, reason: 'from_differs' };
    return { authenticated: true, by: 'dmarc' };
  }
  for (const result of found.results) {
    if (result.result !== 'pass') continue;
    if (result.method === 'dkim' && aligned(domainOf(result.properties['header.d'] ?? result.properties['header.i'] ?? ''), fromDomain))
      return { authenticated: true, by: 'dkim' };
  }
  for (const result of found.results) {
    if (result.result === 'pass' && result.method === 'spf' && aligned(domainOf(result.properties['smtp.mailfrom'] ?? ''), fromDomain))
      return { authenticated: true, by: 'spf' };
  }
  return { authenticated: false, reason: 'not_aligned' };
}
