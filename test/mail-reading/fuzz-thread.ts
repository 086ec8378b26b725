/**
 * Reads damaged mails in a thread of its own, so that one which never ends can be told and ended from outside. Each mail goes the way
 * of `email()` up to the room's command, twice, as a server that tries again brings it.
 */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { intake, type Doorway, type Envelope, type Outcome } from '../../worker/mail/reading/intake.ts';
import { keyOf } from '../../worker/mail/reading/key.ts';
import { doorwayFor, fold, readCases, words } from '../bench/mail.ts';
import { Skeleton } from '../../worker/mail/reading/skeleton.ts';
import { again, type Chance, chance, damaged, within } from '../mails/damage.ts';

export type Task = {
  seed: number;
  from: number;
  to: number;
  /** The number of the mail that is being read, for whoever waits. */
  progress: SharedArrayBuffer;
};
export type Fault = { mail: number; case: string; what: string[]; why: string };
export type Told = { faults: Fault[]; outcomes: Record<string, number>; gentle: number };

type Base = { id: string; mail: string; envelope: Envelope; door: Doorway; outcome: Outcome };

const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytesOf = (mail: string): Uint8Array => new Uint8Array(Buffer.from(mail, 'latin1'));

async function corpus(): Promise<Base[]> {
  const out: Base[] = [];
  for (const name of ['twenty', 'seen', 'unseen']) {
    const { cases, context, mails } = readCases(join(import.meta.dirname, '../mails', name));
    for (const one of cases) {
      const { seen: _, ...door } = doorwayFor(context, one.envelope.to);
      const bytes = mails.get(one.file) ?? new Uint8Array(0);
      out.push({ id: one.id, mail: binary(bytes), envelope: one.envelope, door, outcome: await intake(bytes, one.envelope, door) });
    }
  }
  if (out.length < 400) throw new Error(`only ${out.length} mails to damage`);
  return out;
}

/** A mail with a big file in front of what it has: in lines as most programs write them, or in one. */
function laden(mail: string, one: Chance): string {
  const file = Buffer.alloc(50_000 + one.int(150_000), one.int(256)).toString('base64');
  const lines = one.int(2) === 0 ? file : file.replace(/.{76}/g, '$&\r\n');
  return within(mail, [['Content-Type: application/pdf; name=plan.pdf', 'Content-Transfer-Encoding: base64', '', lines]]);
}

/** What is read of a mail that is too big to be held, in pieces as they come over the wire. */
function skeletonOf(bytes: Uint8Array, one: Chance): Uint8Array {
  const skeleton = new Skeleton();
  const piece = 1_000 + one.int(70_000);
  for (let at = 0; at < bytes.length; at += piece) skeleton.push(bytes.slice(at, at + piece));
  return skeleton.end();
}

const ACTIONS = new Set(['comment', 'ignore', 'reject', 'bounce', 'calendar']);
const names = (outcome: Outcome): string[] => (outcome.action === 'comment' ? outcome.files.map((file) => file.name) : []);

/** What is wrong with how a mail was read; null if nothing. */
function wrong(base: Outcome, isGentle: boolean, first: Outcome): string | null {
  if (!ACTIONS.has(first.action)) return `an outcome without a name: ${first.action}`;
  if (first.action === 'comment' || first.action === 'reject') {
    if (first.text.includes('\0')) return 'a zero byte in the text';
    // What is damaged may be read as text, but no letter of it twice.
    if (first.files.some((file) => file.name === '' || /[\u0000-\u001f]/.test(file.name))) return 'a file without a proper name';
  }
  if (first.action === 'comment' && first.text === '' && first.files.length === 0) return 'a comment of nothing';
  if (base.action === 'reject' && base.reason === 'not_authenticated' && first.action === 'comment') return 'a forged mail was believed';
  if (!isGentle) return null;
  if (base.action !== 'comment')
    return first.action === 'comment' ? `${base.action} has become a comment: ${first.text.slice(0, 80)}` : null;
  if (first.action !== 'comment') return `a comment has become ${first.action} ${'reason' in first ? first.reason : ''}`;
  const had = words(base.text);
  const got = words(first.text);
  for (const [word, count] of had)
    if ((got.get(word) ?? 0) < count)
      return `lost ${JSON.stringify(word)}: ${JSON.stringify(first.text.slice(0, 300))} for ${JSON.stringify(base.text.slice(0, 300))}`;
  for (const [word, count] of got)
    if ((had.get(word) ?? 0) < count)
      return `not theirs ${JSON.stringify(word)}: ${JSON.stringify(first.text.slice(0, 300))} for ${JSON.stringify(base.text.slice(0, 300))}`;
  if (fold(first.text) !== fold(base.text)) return `words in another order: ${JSON.stringify(first.text.slice(0, 300))}`;
  if (!isDeepStrictEqual(names(first), names(base))) return `files ${JSON.stringify(names(first))} for ${JSON.stringify(names(base))}`;
  return null;
}

/** What is done with a mail, without what is told of its way. */
const gist = (outcome: Outcome): unknown => ({ ...outcome, mail: null });
/** The same without the bytes of files. */
const named = (outcome: Outcome): unknown => ({
  ...outcome,
  mail: null,
  ...('files' in outcome
    ? { files: outcome.files.map(({ name, type, disposition, standsAt }) => ({ name, type, disposition, standsAt })) }
    : {}),
});

async function run({ seed, from, to, progress }: Task): Promise<Told> {
  const bases = await corpus();
  const at = new Int32Array(progress);
  const told: Told = { faults: [], outcomes: {}, gentle: 0 };
  for (let mail = from; mail < to; mail++) {
    Atomics.store(at, 0, mail);
    const one = chance(seed + mail * 7919);
    const base = one.of(bases);
    const { mail: text, what, isGentle } = damaged(base.mail, one.of(bases).mail, one);
    const fault = (why: string): void => void told.faults.push({ mail, case: base.id, what, why });
    if (isGentle) told.gentle++;
    try {
      const room = new Set<string>();
      // The room's command is done once for each key, and a mail that is known is not read again.
      const door: Doorway = { ...base.door, seen: (key) => Promise.resolve(room.has(key)) };
      const first = await intake(bytesOf(text), base.envelope, door);
      room.add(await keyOf(bytesOf(text), base.envelope.to));
      const bad = wrong(base.outcome, isGentle, first);
      if (bad !== null) fault(bad);
      told.outcomes[first.action] = (told.outcomes[first.action] ?? 0) + 1;
      // Brought once more: known by its key, unless what is on top of it can't be read as a head any more.
      const redelivered = bytesOf(again(text, mail % 60));
      const second = await intake(redelivered, base.envelope, door);
      const isDouble = second.action === 'comment' && first.action === 'comment';
      if (isDouble && first.mail.date !== null) fault(`posted twice: ${first.mail.key} and ${second.mail.key}`);
      if (mail % 10 === 0 && !isDeepStrictEqual(gist(await intake(bytesOf(text), base.envelope, base.door)), gist(first)))
        fault('read in another way the second time');
      if (mail % 10 === 5) {
        const torn = damaged(laden(base.mail, one), base.mail, one);
        const big = bytesOf(torn.mail);
        const passing = await intake(skeletonOf(big, one), base.envelope, base.door);
        if (!ACTIONS.has(passing.action)) fault('a big mail came to nothing');
        // Where its structure is broken, of a file that is taken for text only the beginning stays.
        if (torn.isGentle && !isDeepStrictEqual(named(await intake(big, base.envelope, base.door)), named(passing)))
          fault(`read in another way while it passed: ${torn.what.join(', ')}`);
      }
    } catch (error) {
      fault(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return told;
}

// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
parentPort?.postMessage(await run(workerData as Task));
