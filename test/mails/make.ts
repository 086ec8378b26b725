/**
 * Writes the mails of `seen/` and `unseen/`: `node test/mails/make.ts`. Each client below is written
 * as that client writes, from its boundary names to where it puts a signature; the replies come from
 * `replies.ts`. The halves take turns, so that each has every client but no two the same mail.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS, type Built, type Situation } from './clients.ts';
import { SPECIALS } from './specials.ts';
import { LOCALES, ORIGINALS, type Locale } from './locales.ts';
import { REPLIES, type Typed } from './replies.ts';
import { AUTHSERV, BOUNCE, DOMAIN, escapeHtml, mail, type MailParts } from './mime.ts';

const here = import.meta.dirname;
const REPLY_LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

function tokenFor(seed: string): string {
  const digest = createHash('sha256').update(seed).digest();
  let out = '';
  for (let i = 0; i < 26; i++) out += REPLY_LETTERS.charAt((digest[i] ?? 0) % 32);
  return out;
}

export type Person = { name: string; address: string; token: string };

type Written = { id: string; eml: Uint8Array; envelope: { from: string; to: string }; expect: { action: string; text: string; attachments: string[]; reason?: string } };

const people = new Map<string, Person>();

function personOf(locale: Locale): Person {
  const known = people.get(locale.address);
  if (known !== undefined) return known;
  const made = { name: locale.person, address: locale.address, token: tokenFor(locale.address) };
  people.set(locale.address, made);
  return made;
}

const written: Written[] = [];

function add(id: string, parts: MailParts, expect: Written['expect'], envelope: Written['envelope']): void {
  written.push({ id, eml: mail(parts), envelope, expect });
}

/** The reply as the HTML a person's typing becomes, and as text. */
function situation(locale: Locale, typed: Typed, index: number): Situation {
  const person = personOf(locale);
  const original = ORIGINALS[locale.original];
  const minutes = 600 + ((index * 37) % 700);
  const sentAt = new Date(Date.UTC(2026, 10, 2 + (index % 9), Math.floor(minutes / 60) - 8, minutes % 60));
  return {
    locale,
    person,
    index,
    typed,
    original: { ...original, from: { name: original.sender, address: `reply+${person.token}@${DOMAIN}` } },
    sentAt,
    escape: escapeHtml,
  };
}

let count = 0;
for (const client of CLIENTS) {
  const locales = LOCALES.filter((locale) => client.languages === 'all' || client.languages.includes(locale.code));
  const rounds = client.rounds ?? 4;
  for (let round = 0; round < rounds; round++) {
    const locale = locales[(count + round * 3) % locales.length];
    if (locale === undefined) continue;
    const pool = REPLIES.filter((reply) => (reply.languages === 'all' || reply.languages.includes(locale.code)) && (reply.htmlOnly !== true || client.html !== false));
    const typed = pool[(count * 7 + round * 5) % pool.length];
    if (typed === undefined) continue;
    const made: Built = client.build(situation(locale, typed, count));
    const person = personOf(locale);
    const id = `${String(count).padStart(3, '0')}-${client.name}-${locale.code}-${typed.name}`;
    const to = `reply+${person.token}@${DOMAIN}`;
    add(
      id,
      { id, person, to, locale, subject: made.subject, headers: made.headers ?? [], part: made.part, authentication: 'pass' },
      { action: 'comment', text: made.text, attachments: made.attachments ?? [] },
      { from: person.address, to },
    );
    count++;
  }
}

for (const special of SPECIALS) {
  const locale = LOCALES.find((one) => one.code === special.locale) ?? LOCALES[0];
  if (locale === undefined) continue;
  const person = personOf(locale);
  const id = `${String(count).padStart(3, '0')}-${special.name}`;
  const built = special.build({ ...situation(locale, { name: '', languages: 'all', paragraphs: [] }, count), id });
  const to = built.to ?? `reply+${person.token}@${DOMAIN}`;
  add(
    id,
    { id, person: built.from ?? person, to, locale, subject: built.subject, headers: built.headers ?? [], part: built.part, authentication: built.authentication ?? 'pass', ...(built.raw === undefined ? {} : { raw: built.raw }) },
    { action: built.expect.action, text: built.expect.text ?? '', attachments: built.expect.attachments ?? [], ...(built.expect.reason === undefined ? {} : { reason: built.expect.reason }) },
    { from: built.envelopeFrom ?? (built.from ?? person).address, to },
  );
  count++;
}

const context = {
  authservId: AUTHSERV,
  replyDomain: DOMAIN,
  bounceAddress: BOUNCE,
  tokens: Object.fromEntries([...people.values()].map((person) => [person.token, { participant: person.address, name: person.name, room: 'hall' }])),
};

for (const half of ['seen', 'unseen']) {
  const folder = join(here, half);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (/\.(eml|jsonl|json)$/.test(file)) rmSync(join(folder, file));
  const mine = written.filter((_, index) => (index % 2 === 0) === (half === 'seen'));
  for (const one of mine) writeFileSync(join(folder, `${one.id}.eml`), one.eml);
  writeFileSync(join(folder, 'cases.jsonl'), `${mine.map((one) => JSON.stringify({ id: one.id, file: `${one.id}.eml`, envelope: one.envelope, expect: one.expect })).join('\n')}\n`);
  writeFileSync(join(folder, 'context.json'), `${JSON.stringify(context, null, 1)}\n`);
  console.log(half, mine.length);
}
