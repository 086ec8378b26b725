/** What a person may be told no for. Worded in both languages in messages/<locale>/room.json as `refusal_<reason>`. */
export const reasons = [
  'malformed',
  'not_a_participant',
  'not_for_your_side',
  'not_a_colleague',
  'already_here',
  'no_such_participant',
  'no_such_member',
  'no_such_session',
  'no_such_passkey',
  'passkey_unknown',
  'not_a_member',
  'owners_only',
  'last_owner',
  'no_such_placeholder',
  'placeholder_filled',
  'already_asked',
  'said_no',
  'no_such_task',
  'not_your_task',
  'nothing_to_confirm',
  'no_such_milestone',
  'no_such_check',
  'task_cycle',
  'checklist_full',
  'no_such_thread',
  'no_such_file',
  'no_such_material',
  'material_empty',
  'link_malformed',
  'no_such_mail',
  'not_your_comment',
  'no_such_comment',
  'no_such_criterion',
  'not_by_customer',
  'no_criteria',
  'bad_minimum',
  'bad_amount',
  'bad_currency',
  'no_such_account',
  'free_mail',
  'someone_must_stay',
  'empty_comment',
  'title_missing',
  'title_too_long',
  'text_too_long',
  'bad_address',
  'bad_date',
  'date_in_past',
  'not_a_meeting',
  'time_missing',
  'time_over',
  'times_same',
  'times_overlap',
  'too_many_times',
  'no_such_time',
  'no_time_yet',
  'time_as_it_is',
  'not_attending',
  'someone_must_come',
  'length_odd',
  'name_missing',
  'sender_not_here',
  'reused_id',
  'too_many',
  'too_large',
  'room_full',
  'file_type',
  'link_unknown',
  'press_again',
  'code_wrong',
  'code_expired',
  'only_asker_closes',
  'no_such_objection',
  'no_such_line',
  'number_is_theirs',
  'number_unclear',
  'no_proposal',
  'sign_in_first',
  'not_a_copy',
  'room_deleted',
  'no_such_room',
  'unavailable',
] as const;

export type Reason = (typeof reasons)[number];
export type RefusalCode = 'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'too_many' | 'unavailable';

/** A no that a person can cause: data, never an exception. `field` names the input it is about. */
export interface Refusal {
  code: RefusalCode;
  reason: Reason;
  field?: string;
  /** Of what is asked too often: the seconds after which it may be asked again. */
  after?: number;
}

export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export const done = <T>(value: T): Result<T> => ({ ok: true, value });

export function refuse(code: RefusalCode, reason: Reason, field?: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: field === undefined ? { code, reason } : { code, reason, field } };
}

/** A no to whoever asks too often, for so many seconds. */
export const tooOften = (after: number, field?: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { ...refuse('too_many', 'too_many', field).refusal, after },
});

const STATUS: Record<RefusalCode, 401 | 403 | 404 | 409 | 422 | 429 | 503> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_many: 429,
  unavailable: 503,
};

/** The one mapping from a refusal to an HTTP status. */
export const statusOf = (refusal: Refusal) => STATUS[refusal.code];
