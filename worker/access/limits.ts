/**
 * How often anything may be asked for: one table, counted by address, IP, workspace, participant, room or socket. Whoever asks for
 * more is refused with the seconds after which they may again (`Retry-After`).
 */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { attempt } from '../directory/schema.ts';

export interface Limit {
  most: number;
  seconds: number;
}

const HOUR = 3_600;
const DAY = 86_400;
const MIB = 1024 * 1024;

export const LIMITS = {
  /** Links to sign in: for one address, and asked for from one IP. */
  signInMail: { most: 5, seconds: HOUR },
  signInFrom: { most: 30, seconds: HOUR },
  /** Passkeys tried and asked for from one IP. */
  passkeyFrom: { most: 60, seconds: HOUR },
  /** Presses at a room's door from one IP, and codes that are mailed for one participant. */
  doorFrom: { most: 60, seconds: 600 },
  codes: { most: 5, seconds: HOUR },
  /** Colleagues that a workspace invites. */
  colleagues: { most: 50, seconds: HOUR },
  /** Commands of one participant by whatever way but mail, and of everybody in a room. */
  commands: { most: 300, seconds: 60 },
  commandsInRoom: { most: 3_000, seconds: 60 },
  /** People that one participant brings in: each of them is written to. */
  newcomers: { most: 100, seconds: HOUR },
  /** Frames of one socket. */
  frames: { most: 40, seconds: 10 },
  /** Files that one participant uploads, and everybody in a room. */
  uploads: { most: 100, seconds: HOUR },
  uploadsInRoom: { most: 400, seconds: HOUR },
  /** Mails to one participant's reply addresses, and to a room; and their bytes, which are kept. */
  mails: { most: 60, seconds: HOUR },
  mailsInRoom: { most: 600, seconds: HOUR },
  mailBytes: { most: 1024 * MIB, seconds: DAY },
  /** The same of what is held for a room's sellers. Counted apart: whoever floods a room leaves its people their turn. */
  heldInRoom: { most: 60, seconds: HOUR },
  heldBytesInRoom: { most: 200 * MIB, seconds: DAY },
} satisfies Record<string, Limit>;

/** Who stands behind an IP: an IPv6 address is one of the 2^64 that a single line has (RFC 6177), so all of them count as one. */
function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [head = [], tail = []] = ip.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const whole = ip.includes('::') ? [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail] : head;
  return whole.slice(0, 4).join(':');
}

/** Counts a try, or what it costs, in D1, exactly. 0 when it may be; else the seconds until it may again. */
export async function tried(db: D1Database, limit: keyof typeof LIMITS, of: string, cost = 1): Promise<number> {
  const { most, seconds } = LIMITS[limit];
  const now = Date.now();
  const reset = now + seconds * 1000;
  const [row] = await drizzle(db)
    .insert(attempt)
    .values({ key: `${limit}:${limit.endsWith('From') ? networkOf(of) : of}`, resetAt: reset, count: cost })
    .onConflictDoUpdate({
      target: attempt.key,
      set: {
        count: sql`CASE WHEN ${attempt.resetAt} <= ${now} THEN ${cost} ELSE ${attempt.count} + ${cost} END`,
        resetAt: sql`CASE WHEN ${attempt.resetAt} <= ${now} THEN ${reset} ELSE ${attempt.resetAt} END`,
      },
    })
    .returning({ count: attempt.count, resetAt: attempt.resetAt });
  return row && row.count > most ? secondsUntil(row.resetAt, now) : 0;
}

/** Whole seconds, one at least. */
export const secondsUntil = (at: number, now: number): number => Math.max(1, Math.ceil((at - now) / 1000));

interface Kept<Of> {
  get(of: Of): { at: number; left: number } | undefined;
  set(of: Of, allowance: { at: number; left: number }): unknown;
}

/**
 * Allowances that fill again steadily, in memory: counting must cost less than what is counted. An object that was put to sleep forgets
 * them, and it is not put to sleep while somebody keeps asking.
 */
export class Allowances<Of> {
  readonly #limit: Limit;
  readonly #left: Kept<Of>;

  constructor(limit: Limit, kept: Kept<Of>) {
    this.#limit = limit;
    this.#left = kept;
  }

  /** Takes from somebody's allowance. 0 when there was enough; else nothing is taken, and it is the seconds until there will be. */
  take(of: Of, now: number, cost = 1): number {
    const { most, seconds } = this.#limit;
    const before = this.#left.get(of) ?? { at: now, left: most };
    // A clock that was put back takes nothing away.
    const full = Math.min(most, before.left + (Math.max(0, now - before.at) / 1000) * (most / seconds));
    const lacking = Math.min(cost, most) - full;
    this.#left.set(of, { at: now, left: lacking > 0 ? full : full - cost });
    return lacking > 0 ? Math.max(1, Math.ceil((lacking * seconds) / most)) : 0;
  }
}
