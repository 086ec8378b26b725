/**
 * Everything that may be asked of a room: the one schema for each input, whether it comes from a form, a socket,
 * the API or a mail. The browser takes only the types from here.
 */
import * as v from 'valibot';
import { isDay, isZone } from './due.ts';
import { ID_PATTERN } from './ids.ts';
import type { CommentId, FileId, HeldMailId, MilestoneId, ParticipantId, TaskId, ThreadId } from './ids.ts';
import { taskKinds } from './plan.ts';
import type { Reason } from './refusal.ts';

// Zero-width, bidirectional-override and control characters let one name look like another.
// U+200D and U+FE0F stay: emoji are built with them.
// eslint-disable-next-line no-control-regex
const TRICKS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const cleanLine = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[\t\n\r]/g, ' ')
    .replace(TRICKS, '')
    .replace(/\s+/g, ' ')
    .trim();
const cleanText = (text: string) =>
  text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(TRICKS, '')
    .replace(/\u0000/g, '');

const because = (reason: Reason) => reason;

/** One line of text: a title or a name, cleaned of what the eye can't see. */
export const line = (max: number, missing: Reason, tooLong: Reason) =>
  v.pipe(
    v.string(because('malformed')),
    v.maxLength(max * 4, because(tooLong)),
    v.transform(cleanLine),
    v.minLength(1, because(missing)),
    v.maxLength(max, because(tooLong)),
  );

const text = (max: number) => v.pipe(v.string(because('malformed')), v.maxLength(max, because('text_too_long')), v.transform(cleanText));
const id = <Id extends string>() =>
  v.pipe(
    v.string(because('malformed')),
    v.regex(ID_PATTERN, because('malformed')),
    v.transform((value) => value as Id),
  );

export const name = line(80, 'name_missing', 'title_too_long');
export const title = line(200, 'title_missing', 'title_too_long');
export const email = v.pipe(
  v.string(because('bad_address')),
  v.trim(),
  v.toLowerCase(),
  v.maxLength(254, because('bad_address')),
  v.regex(/^[^\s@<>"(),;:\\[\]\u0000-\u001f]{1,64}@[^\s@<>"(),;:\\[\]]+\.[^\s@<>"(),;:\\[\].]{2,63}$/u, because('bad_address')),
);
export const locale = v.picklist(['en', 'zh-CN'], because('malformed'));
export const zone = v.pipe(v.string(because('malformed')), v.maxLength(64, because('malformed')), v.check(isZone, because('malformed')));
const day = v.pipe(v.string(because('bad_date')), v.check(isDay, because('bad_date')));
const due = v.object({
  date: day,
  time: v.nullable(v.pipe(v.string(because('bad_date')), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, because('bad_date')))),
  zone,
});

const participant = id<ParticipantId>();
const task = id<TaskId>();
const milestone = id<MilestoneId>();
const comment = id<CommentId>();
const file = id<FileId>();
export const thread = v.pipe(
  v.string(because('malformed')),
  v.regex(/^(room|[a-z2-7]{26})(:internal)?$/, because('malformed')),
  v.transform((value) => value as ThreadId),
);

const newcomer = v.object({
  participant,
  side: v.picklist(['seller', 'customer'], because('malformed')),
  name,
  email,
  locale,
  zone,
  /** Whether the invitation goes out at once. */
  invite: v.boolean(),
  note: text(2_000),
});
/** Somebody to bring in; as a command of its own, or named in passing in a task or comment. */
export type AddParticipant = v.InferOutput<typeof newcomer>;
const newcomers = v.optional(v.pipe(v.array(newcomer), v.maxLength(5, because('too_many'))), []);

const people = [
  v.object({ type: v.literal('participant.add'), ...newcomer.entries }),
  v.object({ type: v.literal('participant.invite'), participant, note: text(2_000) }),
  v.object({ type: v.literal('participant.remove'), participant }),
  v.object({
    type: v.literal('participant.describe'),
    participant,
    name: v.optional(name),
    locale: v.optional(locale),
    zone: v.optional(zone),
    mail: v.optional(v.picklist(['each', 'mine', 'weekly', 'none'], because('malformed'))),
  }),
] as const;

const kind = v.picklist(taskKinds, because('malformed'));
const owners = v.pipe(v.array(participant), v.maxLength(20, because('too_many')));

const plan = [
  v.object({ type: v.literal('milestone.add'), milestone, title, date: v.nullable(day) }),
  v.object({ type: v.literal('milestone.change'), milestone, title: v.optional(title), date: v.optional(v.nullable(day)) }),
  v.object({ type: v.literal('milestone.remove'), milestone }),
  v.object({
    type: v.literal('task.add'),
    task,
    title,
    kind: v.optional(kind, 'task'),
    owners: v.optional(owners, []),
    due: v.optional(v.nullable(due), null),
    milestone: v.optional(v.nullable(milestone), null),
    description: v.optional(text(20_000), ''),
    invite: newcomers,
  }),
  v.object({
    type: v.literal('task.change'),
    task,
    title: v.optional(title),
    kind: v.optional(kind),
    owners: v.optional(owners),
    due: v.optional(v.nullable(due)),
    milestone: v.optional(v.nullable(milestone)),
    description: v.optional(text(20_000)),
    invite: newcomers,
  }),
  v.object({ type: v.literal('task.move'), task, before: v.nullable(task), milestone: v.nullable(milestone) }),
  v.object({ type: v.literal('task.complete'), task }),
  v.object({ type: v.literal('task.reopen'), task }),
  v.object({ type: v.literal('task.remove'), task }),
  v.object({ type: v.literal('task.restore'), task }),
] as const;

const truth = [
  v.object({ type: v.literal('plan.confirm') }),
  v.object({ type: v.literal('plan.unconfirm') }),
  v.object({ type: v.literal('proposal.accept'), task, proposer: participant }),
  v.object({ type: v.literal('proposal.decline'), task, proposer: participant }),
  v.object({ type: v.literal('proposal.withdraw'), task }),
] as const;

const discussion = [
  v.object({
    type: v.literal('comment.post'),
    comment,
    thread,
    body: text(20_000),
    mentions: v.optional(owners, []),
    files: v.optional(v.pipe(v.array(file), v.maxLength(20, because('too_many'))), []),
    invite: newcomers,
    /** Set by the mail door only; the room strips it from any other. */
    mail: v.optional(v.nullable(v.string()), null),
  }),
  v.object({
    type: v.literal('comment.edit'),
    comment,
    thread,
    author: participant,
    body: v.pipe(text(20_000), v.minLength(1, because('empty_comment'))),
  }),
  v.object({ type: v.literal('comment.delete'), comment, thread, author: participant }),
] as const;

const heldMail = [
  v.object({ type: v.literal('mail.settle'), held: id<HeldMailId>(), how: v.picklist(['dismissed', 'posted'], because('malformed')) }),
] as const;

const room = [
  v.object({ type: v.literal('room.rename'), name: title }),
  v.object({ type: v.literal('room.ruleCode'), alwaysAskCode: v.boolean() }),
] as const;

export const command = v.variant('type', [...room, ...people, ...plan, ...truth, ...discussion, ...heldMail]);

export type Command = v.InferOutput<typeof command>;
/** A command as a client writes it: what has a default may be left out. */
export type CommandInput = v.InferInput<typeof command>;
export type PeopleCommand = Extract<Command, { type: `participant.${string}` }>;
export type PlanCommand = Extract<Command, { type: `task.${string}` | `milestone.${string}` }>;
export type TruthCommand = Extract<Command, { type: 'plan.confirm' | 'plan.unconfirm' | `proposal.${string}` }>;
export type DiscussionCommand = Extract<Command, { type: `comment.${string}` }>;
export type HeldMailCommand = Extract<Command, { type: `mail.${string}` }>;

/** A command with the idempotency key under which it is applied once: a client's generated id. */
export const submission = v.object({
  id: v.pipe(v.string(because('malformed')), v.regex(/^[A-Za-z0-9_-]{8,64}$/, because('malformed'))),
  command,
});
export type Submission = v.InferOutput<typeof submission>;
