/**
 * The buyer's mail budget: a customer gets at most so many mails a week from a room, and nothing that a seller can set
 * makes it more. What comes above it waits for their summary; only who is named in what is due within a day hears at once.
 */
import { dayIn, deadline, mondayOf } from './due.ts';
import type { NoticeKind } from './notices.ts';
import type { Participant } from './people.ts';
import type { Task } from './plan.ts';

/** Mails a week and room to one customer. Invitations, entries of a calendar, receipts and the summary itself are not counted. */
export const MAIL_CAP = 5;
const DAY = 86_400_000;

/** The Monday of the reader's week, as `YYYY-MM-DD` in their zone. */
export const weekOf = (zone: string, now: number): string => mondayOf(dayIn(zone, now));

/** Whether news can't wait: an invitation, or somebody named in what is due within a day. `now` in epoch ms. */
export function isPressing(kinds: readonly NoticeKind[], task: Task | null, now: number): boolean {
  if (kinds.includes('invitation')) return true;
  const isDueSoon = task !== null && task.completedAt === null && task.due !== null && deadline(task.due) < now + DAY;
  return isDueSoon && kinds.includes('mention');
}

/** Whether one more mail may go out at once. `sent`: how many this week had; `now` in epoch ms. */
export const fitsBudget = (to: Participant, sent: number, kinds: readonly NoticeKind[], task: Task | null, now: number): boolean =>
  to.side !== 'customer' || sent < MAIL_CAP || isPressing(kinds, task, now);
