/** Words for what the core only names: refusals, kinds, sides. The one place where a name meets its message. */
import * as m from '#messages';
import type { HeldReason } from '#core/held-mail.ts';
import type { MailWish, Participant, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import type { Reason, Refusal } from '#core/refusal.ts';

/** The sentences of refusals. They are many, and a room's page is drawn without: they come with what acts (refusals.ts). */
let refusals: Partial<Record<Reason, (refusal: Refusal) => string>> = {};
export const learnRefusals = (words: Record<Reason, (refusal: Refusal) => string>): void => void (refusals = words);

/** A no, in a sentence that says what to do. A reason from a newer server is said in general words. */
export const say = (refusal: Refusal): string => (refusals[refusal.reason] ?? m.refusal_unavailable)(refusal);

const kinds: Record<TaskKind, () => string> = {
  task: m.kind_task,
  material: m.kind_material,
  meeting: m.kind_meeting,
  demo: m.kind_demo,
  objection: m.kind_objection,
};
export const sayKind = (kind: TaskKind): string => kinds[kind]();

const sides: Record<Side, () => string> = { seller: m.side_seller, customer: m.side_customer };
export const saySide = (side: Side): string => sides[side]();

const statuses: Record<Participant['status'], () => string> = {
  added: m.status_added,
  invited: m.status_invited,
  joined: m.status_joined,
  left: m.status_left,
};
export const sayStatus = (status: Participant['status']): string => statuses[status]();

const wishes: Record<MailWish, () => string> = {
  each: m.wish_each,
  mine: m.wish_mine,
  daily: m.wish_daily,
  weekly: m.wish_weekly,
  none: m.wish_none,
};
export const sayWish = (wish: MailWish): string => wishes[wish]();

const troubles: Record<NonNullable<Participant['trouble']>, () => string> = {
  bounced: m.trouble_bounced,
  complained: m.trouble_complained,
  failed: m.trouble_failed,
};
export const sayTrouble = (trouble: NonNullable<Participant['trouble']>): string => troubles[trouble]();

const held: Record<HeldReason, () => string> = {
  unknown_token: m.held_unknown_token,
  other_sender: m.held_other_sender,
  not_authenticated: m.held_not_authenticated,
  empty: m.held_empty,
  too_large: m.held_too_large,
  unreadable: m.held_unreadable,
  encrypted: m.held_encrypted,
  two_senders: m.held_two_senders,
  left: m.held_left,
  deleted: m.held_deleted,
  refused: m.held_refused,
  colleague: m.held_colleague,
};
export const sayHeld = (reason: HeldReason): string => held[reason]();
