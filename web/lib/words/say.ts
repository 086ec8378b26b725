/** Words for what the core only names: refusals, kinds, sides. The one place where a name meets its message. */
import * as m from '#messages';
import type { HeldReason } from '#core/held-mail.ts';
import type { MailWish, Participant, Side } from '#core/people.ts';
import type { TaskKind } from '#core/plan.ts';
import type { Reason, Refusal } from '#core/refusal.ts';

const refusals: Record<Reason, () => string> = {
  malformed: m.refusal_malformed,
  not_a_participant: m.refusal_not_a_participant,
  not_for_your_side: m.refusal_not_for_your_side,
  not_a_colleague: m.refusal_not_a_colleague,
  already_here: m.refusal_already_here,
  no_such_participant: m.refusal_no_such_participant,
  no_such_task: m.refusal_no_such_task,
  not_your_task: m.refusal_not_your_task,
  nothing_to_confirm: m.refusal_nothing_to_confirm,
  no_such_milestone: m.refusal_no_such_milestone,
  no_such_thread: m.refusal_no_such_thread,
  no_such_file: m.refusal_no_such_file,
  no_such_mail: m.refusal_no_such_mail,
  not_your_comment: m.refusal_not_your_comment,
  no_such_comment: m.refusal_no_such_comment,
  someone_must_stay: m.refusal_someone_must_stay,
  empty_comment: m.refusal_empty_comment,
  title_missing: m.refusal_title_missing,
  title_too_long: m.refusal_title_too_long,
  text_too_long: m.refusal_text_too_long,
  bad_address: m.refusal_bad_address,
  bad_date: m.refusal_bad_date,
  date_in_past: m.refusal_date_in_past,
  name_missing: m.refusal_name_missing,
  sender_not_here: m.refusal_sender_not_here,
  reused_id: m.refusal_reused_id,
  too_many: m.refusal_too_many,
  too_large: m.refusal_too_large,
  file_type: m.refusal_file_type,
  link_unknown: m.refusal_link_unknown,
  code_wrong: m.refusal_code_wrong,
  code_expired: m.refusal_code_expired,
  sign_in_first: m.refusal_sign_in_first,
  unavailable: m.refusal_unavailable,
};

/** A no, in a sentence that says what to do. A reason from a newer server is said in general words. */
export const say = (refusal: Refusal): string => (refusals[refusal.reason] ?? m.refusal_unavailable)();

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

const wishes: Record<MailWish, () => string> = { each: m.wish_each, mine: m.wish_mine, weekly: m.wish_weekly, none: m.wish_none };
export const sayWish = (wish: MailWish): string => wishes[wish]();
export const mailWishes = Object.keys(wishes) as MailWish[];

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
  refused: m.held_refused,
};
export const sayHeld = (reason: HeldReason): string => held[reason]();
