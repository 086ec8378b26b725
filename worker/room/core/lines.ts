/**
 * Lines that a room is told from outside: somebody used a right of the workspace, and it reaches into the room. Rights like
 * these are few, and none is used without a word to those whom it concerns.
 */
import type { Audience } from './audience.ts';
import type { Framework } from './deal.ts';

/** `name`: who did it. They need not be in the room. */
export type AdminEvent =
  /** The customer's company was renamed, or put together with another. */
  | { type: 'admin.accountNamed'; name: string; from: string; to: string }
  /** What qualifies a deal is another thing now, in all rooms that go by the workspace's rule. */
  | { type: 'admin.ruleSet'; name: string; framework: Framework; minimum: number };

export interface Line {
  seq: number;
  /** ISO instant. */
  at: string;
  event: AdminEvent;
}

/** The last lines, oldest first, by whom they are for. */
export type Lines = Record<Audience, Line[]>;

export const noLines: Lines = { all: [], seller: [] };

const KEPT = 30;

export const applyLines = (lines: Lines, line: Line, audience: Audience): Lines => ({
  ...lines,
  [audience]: [...lines[audience], line].slice(-KEPT),
});
