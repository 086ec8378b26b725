/**
 * Scores the reading of mail on a folder of cases: `node test/bench/mail.ts DIR [--failures]`.
 * A folder holds `cases.jsonl`, the `.eml` files and, mostly, `context.json`; without it every
 * sender counts as authenticated and as the token's owner. The mails go through `intake`, as those
 * of `email()` do. The last line printed is one JSON object.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { intake, type Doorway, type Envelope, type Outcome, type ReplyTarget } from '../../worker/mail/reading/intake.ts';

export type Case = {
  id: string;
  file: string;
  envelope: Envelope;
  expect: { action: string; text: string; attachments: string[]; reason?: string };
};
type Context = {
  authservId: string;
  replyDomain: string;
  bounceAddress: string;
  tokens: Record<string, { participant: string; name: string; room: string }>;
};

export type Scored = {
  id: string;
  action: string;
  reason: string;
  expectsText: boolean;
  exact: boolean;
  noLoss: boolean;
  noLeak: boolean;
  actionRight: boolean;
  filesRight: boolean;
  reasonRight: boolean | null;
  text: string;
  files: string[];
  expect: Case['expect'];
};

export const fold = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Words as a multiset: runs of letters and digits, and each ideograph by itself. */
export function words(text: string): Map<string, number> {
  const out = new Map<string, number>();
  for (const [word] of text.normalize('NFC').matchAll(/\p{Script=Han}|[\p{L}\p{N}\p{M}]+/gu)) out.set(word, (out.get(word) ?? 0) + 1);
  return out;
}

function contains(whole: Map<string, number>, part: Map<string, number>): boolean {
  for (const [word, count] of part) if ((whole.get(word) ?? 0) < count) return false;
  return true;
}

export function readCases(folder: string): { cases: Case[]; context: Context | null; mails: Map<string, Uint8Array> } {
  const cases = readFileSync(join(folder, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Case);
  const path = join(folder, 'context.json');
  const context = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Context) : null;
  const mails = new Map<string, Uint8Array>();
  for (const one of cases) mails.set(one.file, new Uint8Array(readFileSync(join(folder, one.file))));
  return { cases, context, mails };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** A doorway over the folder's context; each has its own memory of mails seen. */
export function doorwayFor(context: Context | null, to: string): Doorway {
  const seen = new Set<string>();
  const remember = (key: string): Promise<boolean> => {
    const known = seen.has(key);
    seen.add(key);
    return Promise.resolve(known);
  };
  return {
    authservId: context?.authservId ?? null,
    replyDomain: context?.replyDomain ?? domainOf(to),
    bounceAddress: context?.bounceAddress ?? '',
    target(token) {
      if (context === null) return Promise.resolve<ReplyTarget>({ room: 'room', participant: token, address: '', name: '', thread: token });
      const owner = context.tokens[token];
      return Promise.resolve(
        owner === undefined
          ? null
          : { room: owner.room, participant: owner.participant, address: owner.participant, name: owner.name, thread: token },
      );
    },
    sentOriginal: () => Promise.resolve(null),
    seen: remember,
  };
}

/** What the case file calls an outcome: a calendar answer is not posted, so it is `ignore` there. */
function named(outcome: Outcome): { action: string; reason: string } {
  switch (outcome.action) {
    case 'comment':
      return { action: 'comment', reason: '' };
    case 'calendar':
      return {
        action: 'ignore',
        reason: `calendar-${outcome.calendar.method.toLowerCase()} ${(outcome.calendar.partstat ?? '').toLowerCase()}`.trim(),
      };
    case 'bounce':
      return { action: 'bounce', reason: `${outcome.status ?? ''} ${outcome.address ?? ''}`.trim() };
    case 'ignore':
      return { action: 'ignore', reason: outcome.reason.replaceAll('_', '-') };
    case 'reject':
      return {
        action: 'reject',
        reason: outcome.reason === 'not_authenticated' ? 'sender-not-authenticated' : outcome.reason.replaceAll('_', '-'),
      };
  }
}

/** The envelope as the doorway wants it: without a context any local part is a token. */
function envelopeOf(one: Case, context: Context | null): Envelope {
  if (context !== null) return one.envelope;
  const local = one.envelope.to
    .slice(0, one.envelope.to.lastIndexOf('@'))
    .replace(/^.*\+/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return { from: one.envelope.from, to: `reply+${local.slice(0, 58).padStart(20, '0')}@${domainOf(one.envelope.to)}` };
}

/** Scores a folder, then reads it again and again for `timing` milliseconds to tell the speed. */
export async function score(folder: string, timing = 1500): Promise<{ scored: Scored[]; mailsPerSecond: number }> {
  const { cases, context, mails } = readCases(folder);
  const doorways = new Map<string, Doorway>();
  const doorwayOf = (one: Case): Doorway => {
    const key = context === null ? domainOf(one.envelope.to) : '';
    const known = doorways.get(key) ?? doorwayFor(context, one.envelope.to);
    doorways.set(key, known);
    return known;
  };
  const scored: Scored[] = [];
  for (const one of cases) {
    const outcome = await intake(mails.get(one.file) ?? new Uint8Array(0), envelopeOf(one, context), doorwayOf(one));
    const { action, reason } = named(outcome);
    const text = outcome.action === 'comment' ? outcome.text : '';
    const files = outcome.action === 'comment' ? outcome.files.map((file) => file.name) : [];
    const got = words(text);
    const wanted = words(one.expect.text);
    scored.push({
      id: one.id,
      action,
      reason,
      text,
      files,
      expect: one.expect,
      expectsText: one.expect.text.trim() !== '',
      exact: fold(text) === fold(one.expect.text),
      noLoss: contains(got, wanted),
      noLeak: contains(wanted, got),
      actionRight: action === one.expect.action,
      filesRight: [...files].sort().join('\n') === [...one.expect.attachments].sort().join('\n'),
      reasonRight: one.expect.reason === undefined ? null : reason === one.expect.reason,
    });
  }
  // Mails a second *and core*: the main thread's own time, so that a busy machine does not count.
  let read = 0;
  const begin = performance.now();
  const spent = process.threadCpuUsage();
  while (performance.now() - begin < timing) {
    doorways.clear();
    for (const one of cases) await intake(mails.get(one.file) ?? new Uint8Array(0), envelopeOf(one, context), doorwayOf(one));
    read += cases.length;
    if (cases.length === 0) break;
  }
  const used = process.threadCpuUsage(spent);
  return { scored, mailsPerSecond: Math.round((read * 1_000_000) / Math.max(1, used.user + used.system)) };
}

export function summary(scored: Scored[], mailsPerSecond: number): Record<string, number> {
  const share = (list: Scored[], test: (one: Scored) => boolean): number =>
    list.length === 0 ? 1 : Math.round((list.filter(test).length / list.length) * 10_000) / 10_000;
  const texts = scored.filter((one) => one.expectsText);
  return {
    cases: scored.length,
    exact: share(texts, (one) => one.exact),
    noLoss: share(texts, (one) => one.noLoss),
    noLeak: share(texts, (one) => one.noLeak),
    action: share(scored, (one) => one.actionRight),
    attachments: share(scored, (one) => one.filesRight),
    mailsPerSecond,
  };
}

/** Lines that differ, by longest common subsequence; bodies are short enough for the square of it. */
function difference(expected: string, got: string): string {
  const a = expected.split('\n').slice(0, 400);
  const b = got.split('\n').slice(0, 400);
  const table: number[][] = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      (table[i] ?? [])[j] = a[i] === b[j] ? 1 + (table[i + 1]?.[j + 1] ?? 0) : Math.max(table[i + 1]?.[j] ?? 0, table[i]?.[j + 1] ?? 0);
  const out: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push(`    ${a[i] ?? ''}`);
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) out.push(`  - ${a[i++] ?? ''}`);
    else out.push(`  + ${b[j++] ?? ''}`);
  }
  return out.join('\n');
}

function yes(flag: boolean): string {
  return flag ? 'yes' : 'NO ';
}

async function main(folder: string, failures: boolean): Promise<void> {
  const { scored, mailsPerSecond } = await score(folder);
  const width = Math.max(4, ...scored.map((one) => one.id.length));
  console.log(`${'case'.padEnd(width)}  action   right exact noLoss noLeak files`);
  for (const one of scored) {
    const texts = one.expectsText ? `${yes(one.exact)}   ${yes(one.noLoss)}    ${yes(one.noLeak)}   ` : '-     -      -     ';
    console.log(
      `${one.id.padEnd(width)}  ${one.action.padEnd(8)} ${yes(one.actionRight)}   ${texts} ${yes(one.filesRight)}  ${one.reason}`,
    );
  }
  if (failures) {
    for (const one of scored) {
      const wrongText = one.expectsText && !one.exact;
      if (!wrongText && one.actionRight && one.filesRight) continue;
      console.log(`\n== ${one.id}: ${one.action} ${one.reason} (expected ${one.expect.action} ${one.expect.reason ?? ''})`);
      if (!one.filesRight) console.log(`  files: ${JSON.stringify(one.files)} (expected ${JSON.stringify(one.expect.attachments)})`);
      if (wrongText) console.log(difference(one.expect.text, one.text));
    }
    console.log('');
  }
  console.log(JSON.stringify(summary(scored, mailsPerSecond)));
}

if (import.meta.main) {
  const folder = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
  if (folder === undefined) {
    console.error('usage: node test/bench/mail.ts DIR [--failures]');
    process.exitCode = 2;
  } else await main(folder, process.argv.includes('--failures'));
}
