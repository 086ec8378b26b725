/**
 * Everything that may be asked of a room: the one schema for each input, whether it comes from a form, a socket,
 * the API or a mail. The browser takes only the types from here.
 */
import { mailWishes } from './people.ts';
import * as v from 'valibot';
import { frameworks, openStages, outcomes } from './deal.ts';
import { isDay, isZone } from './due.ts';
import { ID_PATTERN } from './ids.ts';
import { reactions } from './discussion.ts';
import type {
  CheckId,
  CommentId,
  FileId,
  HeldMailId,
  MaterialId,
  MilestoneId,
  ParticipantId,
  PlaceholderId,
  ShiftId,
  TaskId,
  ThreadId,
  ValueLineId,
} from './ids.ts';
import { currencies } from './money.ts';
import { isCurrency, MAX_MINOR } from './amount.ts';
import { taskKinds } from './plan.ts';
import { answers, LENGTH, MAX_TIMES } from './meetings.ts';
import type { Reason } from './refusal.ts';
import { purchaseRoles } from './stakeholders.ts';
import { periods, stances, valueKinds, valueParts } from './value.ts';

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

/** Text of several lines, cleaned of what the eye can't see. */
export const text = (max: number) =>
  v.pipe(v.string(because('malformed')), v.maxLength(max, because('text_too_long')), v.transform(cleanText));
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
  /** The function that they are brought in for: a placeholder of their side. */
  placeholder: v.optional(v.nullable(id<PlaceholderId>())),
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
    mail: v.optional(v.picklist(mailWishes, because('malformed'))),
  }),
] as const;

const placeholder = id<PlaceholderId>();
/** A function in a few words. */
const what = line(80, 'name_missing', 'title_too_long');

const stakeholders = [
  v.object({ type: v.literal('placeholder.add'), placeholder, side: v.picklist(['seller', 'customer'], because('malformed')), what }),
  v.object({ type: v.literal('placeholder.change'), placeholder, what }),
  v.object({ type: v.literal('placeholder.remove'), placeholder }),
  v.object({ type: v.literal('placeholder.restore'), placeholder }),
  /** The part of a person or a placeholder in the purchase; none takes it away. */
  v.object({
    type: v.literal('stakeholder.cast'),
    of: v.union([participant, placeholder]),
    roles: v.pipe(
      v.array(v.picklist(purchaseRoles, because('malformed'))),
      v.maxLength(purchaseRoles.length, because('too_many')),
      v.transform((roles) => purchaseRoles.filter((one) => roles.includes(one))),
    ),
  }),
  /** Lets go of somebody who was put in copy and has not answered: their address is deleted. */
  v.object({ type: v.literal('newcomer.withdraw'), newcomer: participant }),
] as const;

const kind = v.picklist(taskKinds, because('malformed'));
const owners = v.pipe(v.array(participant), v.maxLength(20, because('too_many')));

const after = v.pipe(v.array(task), v.maxLength(50, because('too_many')));
const check = id<CheckId>();
const checkText = line(500, 'title_missing', 'title_too_long');
/** A date that has passed is refused as a slip of the pen, unless its writer says that it is meant. */
const past = v.optional(v.boolean(because('malformed')));
const many = <Item extends v.GenericSchema>(item: Item) => v.optional(v.pipe(v.array(item), v.maxLength(1_000, because('too_many'))), []);

const plan = [
  v.object({ type: v.literal('milestone.add'), milestone, title, date: v.nullable(day), past }),
  v.object({ type: v.literal('milestone.change'), milestone, title: v.optional(title), date: v.optional(v.nullable(day)), past }),
  v.object({ type: v.literal('milestone.remove'), milestone }),
  v.object({ type: v.literal('milestone.restore'), milestone }),
  v.object({
    type: v.literal('task.add'),
    task,
    title,
    kind: v.optional(kind, 'task'),
    owners: v.optional(owners, []),
    due: v.optional(v.nullable(due), null),
    milestone: v.optional(v.nullable(milestone), null),
    description: v.optional(text(20_000), ''),
    after: v.optional(after),
    past,
    invite: newcomers,
  }),
  /** A description as its writer left it; `from` is what it said when they began. What others wrote meanwhile stays. */
  v.object({ type: v.literal('task.describe'), task, description: text(20_000), from: text(20_000) }),
  v.object({
    type: v.literal('task.change'),
    task,
    title: v.optional(title),
    kind: v.optional(kind),
    owners: v.optional(owners),
    due: v.optional(v.nullable(due)),
    milestone: v.optional(v.nullable(milestone)),
    description: v.optional(text(20_000)),
    after: v.optional(after),
    past,
    invite: newcomers,
  }),
  v.object({ type: v.literal('task.move'), task, before: v.nullable(task), milestone: v.nullable(milestone) }),
  v.object({ type: v.literal('task.complete'), task }),
  v.object({ type: v.literal('task.reopen'), task }),
  v.object({ type: v.literal('task.remove'), task }),
  v.object({ type: v.literal('task.restore'), task }),
  v.object({ type: v.literal('check.add'), task, check, text: checkText, before: v.optional(v.nullable(check), null) }),
  v.object({ type: v.literal('check.rename'), task, check, text: checkText }),
  v.object({ type: v.literal('check.tick'), task, check }),
  v.object({ type: v.literal('check.untick'), task, check }),
  v.object({ type: v.literal('check.remove'), task, check }),
  v.object({ type: v.literal('check.restore'), task, check }),
  v.object({ type: v.literal('check.move'), task, check, before: v.nullable(check) }),
  v.object({
    type: v.literal('plan.shift'),
    shift: id<ShiftId>(),
    /** Working days; below zero, to earlier. */
    days: v.pipe(
      v.number(because('malformed')),
      v.integer(because('malformed')),
      v.minValue(-500, because('bad_date')),
      v.maxValue(500, because('bad_date')),
    ),
    tasks: many(task),
    milestones: many(milestone),
  }),
  v.object({ type: v.literal('plan.unshift'), shift: id<ShiftId>() }),
] as const;

const truth = [
  v.object({ type: v.literal('plan.confirm') }),
  v.object({ type: v.literal('plan.unconfirm') }),
  v.object({ type: v.literal('proposal.accept'), task, proposer: participant }),
  v.object({ type: v.literal('proposal.decline'), task, proposer: participant }),
  v.object({ type: v.literal('proposal.withdraw'), task }),
] as const;

const length = v.pipe(
  v.number(because('malformed')),
  v.integer(because('malformed')),
  v.minValue(5, because('length_odd')),
  v.maxValue(1_440, because('length_odd')),
);
const slot = v.object({
  date: day,
  time: v.pipe(v.string(because('bad_date')), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, because('bad_date'))),
  zone,
  length: v.optional(length, LENGTH),
});
/** What a calendar's answer says it is about, and when it was given. */
const sequence = v.optional(v.nullable(v.pipe(v.number(because('malformed')), v.integer(because('malformed')))), null);
const stamp = v.optional(v.nullable(v.pipe(v.string(because('malformed')), v.isoTimestamp(because('malformed')))), null);

const meetings = [
  v.object({
    type: v.literal('meeting.propose'),
    task,
    times: v.pipe(v.array(slot), v.minLength(1, because('time_missing')), v.maxLength(MAX_TIMES, because('too_many_times'))),
  }),
  v.object({ type: v.literal('meeting.pick'), task, time: slot }),
  v.object({
    type: v.literal('meeting.answer'),
    task,
    answer: v.picklist(answers, because('malformed')),
    note: v.optional(text(2_000), ''),
    sequence,
    stamp,
  }),
  v.object({ type: v.literal('meeting.counter'), task, time: slot, note: v.optional(text(2_000), ''), sequence }),
  v.object({ type: v.literal('meeting.acceptCounter'), task, proposer: participant }),
  v.object({ type: v.literal('meeting.dropCounter'), task, proposer: participant }),
  v.object({ type: v.literal('meeting.length'), task, length }),
  v.object({
    type: v.literal('meeting.place'),
    task,
    place: v.pipe(
      v.string(because('malformed')),
      v.maxLength(2_000, because('text_too_long')),
      v.transform(cleanLine),
      v.maxLength(500, because('text_too_long')),
    ),
  }),
  /** `from`: what it said when its writer began. What others wrote meanwhile stays; without it, it is as its writer says. */
  v.object({ type: v.literal('meeting.agenda'), task, agenda: text(20_000), from: v.optional(text(20_000)) }),
  v.object({ type: v.literal('meeting.minutes'), task, minutes: text(20_000), from: v.optional(text(20_000)) }),
  v.object({ type: v.literal('meeting.attend'), task, attendees: v.pipe(owners, v.minLength(1, because('someone_must_come'))) }),
  v.object({ type: v.literal('meeting.cancel'), task }),
  v.object({ type: v.literal('meeting.restore'), task }),
] as const;

/** Characters of a comment. */
export const LONGEST_COMMENT = 20_000;

const discussion = [
  v.object({
    type: v.literal('comment.post'),
    comment,
    thread,
    body: text(LONGEST_COMMENT),
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
    body: v.pipe(text(20_000), v.minLength(1, because('empty_comment'))),
  }),
  v.object({ type: v.literal('comment.delete'), comment, thread }),
  v.object({ type: v.literal('comment.restore'), comment, thread }),
  v.object({ type: v.literal('comment.react'), comment, thread, reaction: v.picklist(reactions, because('malformed')), on: v.boolean() }),
] as const;

const objections = [
  v.object({
    type: v.literal('objection.raise'),
    task,
    title,
    description: v.optional(text(20_000), ''),
    owners: v.optional(owners, []),
    /** The comment it is raised from: its author is who asks. The room looks the author up. */
    comment: v.optional(v.nullable(comment), null),
    author: v.optional(v.nullable(participant), null),
  }),
  /** Marks a comment as the answer; with a body it is said at once. */
  v.object({ type: v.literal('objection.answer'), task, comment, body: v.optional(text(20_000), '') }),
  v.object({ type: v.literal('objection.accept'), task }),
  v.object({ type: v.literal('objection.reopen'), task }),
] as const;

const valueLine = id<ValueLineId>();
/** A number, also as a form field writes it. */
const quantity = (min: number, max: number) =>
  v.pipe(
    v.union(
      [
        v.number(because('number_unclear')),
        v.pipe(v.string(because('number_unclear')), v.regex(/^\s*\d{1,15}(\.\d+)?\s*$/, because('number_unclear')), v.transform(Number)),
      ],
      because('number_unclear'),
    ),
    v.number(because('number_unclear')),
    v.finite(because('number_unclear')),
    v.minValue(min, because('number_unclear')),
    v.maxValue(max, because('number_unclear')),
  );
const short = (max: number) => v.pipe(text(max), v.transform(cleanLine));
const per = v.picklist(periods, because('malformed'));
const sum = quantity(0, 1e12);
const weight = v.pipe(quantity(1, 5), v.integer(because('number_unclear')));
const range = v.object({ low: sum, high: sum });
const factor = v.object({ label: v.optional(short(60), ''), value: quantity(0, 1e12), unit: v.optional(short(30), '') });
const amount = v.variant('unit', [
  v.object({
    unit: v.literal('money'),
    per,
    ...range.entries,
    /** Low and high are their product, if there are any. */
    factors: v.optional(v.pipe(v.array(factor), v.maxLength(8, because('too_many'))), []),
  }),
  v.object({ unit: v.literal('weight'), weight, words: v.optional(short(200), '') }),
]);
/** One number in any of three ways: as it is, as a line of text that is read, or as a weight where money says little. */
const numberFields = {
  amount: v.optional(v.nullable(amount), null),
  text: v.optional(text(200), ''),
  per: v.optional(per),
  weight: v.optional(weight),
  words: v.optional(short(200), ''),
};
const valueKind = v.picklist(valueKinds, because('malformed'));
const note = text(2_000);

const value = [
  v.object({
    type: v.literal('value.add'),
    line: valueLine,
    side: v.picklist(['gain', 'cost'], because('malformed')),
    title,
    kind: v.optional(valueKind, 'other'),
    expectation: v.optional(note, ''),
    need: v.optional(note, ''),
    motive: v.optional(note, ''),
    source: v.optional(short(300), ''),
    ...numberFields,
  }),
  v.object({
    type: v.literal('value.change'),
    line: valueLine,
    title: v.optional(title),
    kind: v.optional(valueKind),
    expectation: v.optional(note),
    need: v.optional(note),
    motive: v.optional(note),
    source: v.optional(short(300)),
  }),
  v.object({ type: v.literal('value.number'), line: valueLine, ...numberFields }),
  /** One factor of a product. */
  v.object({
    type: v.literal('value.factor'),
    line: valueLine,
    factor: v.pipe(quantity(0, 7), v.integer(because('malformed'))),
    value: quantity(0, 1e12),
  }),
  v.object({ type: v.literal('value.propose'), line: valueLine, ...numberFields, note: v.optional(note, '') }),
  v.object({ type: v.literal('value.acceptProposal'), line: valueLine }),
  v.object({ type: v.literal('value.declineProposal'), line: valueLine }),
  v.object({
    type: v.literal('value.stance'),
    line: valueLine,
    stance: v.nullable(v.picklist(stances, because('malformed'))),
    range: v.optional(v.nullable(range), null),
    text: v.optional(text(200), ''),
    note: v.optional(note, ''),
  }),
  v.object({ type: v.literal('value.remove'), line: valueLine }),
  v.object({ type: v.literal('value.restore'), line: valueLine }),
  v.object({
    type: v.literal('value.settings'),
    currency: v.optional(v.picklist(currencies, because('malformed'))),
    months: v.optional(v.pipe(quantity(1, 120), v.integer(because('number_unclear')))),
  }),
] as const;

const material = id<MaterialId>();
const audience = v.picklist(['all', 'seller'], because('malformed'));
/** A line that may be left empty. */
const looseLine = (max: number) =>
  v.pipe(
    v.string(because('malformed')),
    v.maxLength(max * 4, because('title_too_long')),
    v.transform(cleanLine),
    v.maxLength(max, because('title_too_long')),
  );
/** Web addresses alone, and none that hides its host behind a name and an @. */
const link = v.pipe(
  v.string(because('link_malformed')),
  v.transform(cleanLine),
  v.transform((typed) => (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#:]|$)/u.test(typed) ? `https://${typed}` : typed)),
  v.maxLength(2_000, because('link_malformed')),
  v.regex(/^https?:\/\/[^\s/?#@<>"'`\\]+([/?#][^\s<>"`\\]*)?$/iu, because('link_malformed')),
);
/** What stands behind a material: a file that was uploaded or said, or an address. */
const content = {
  file: v.optional(v.nullable(file), null),
  link: v.optional(
    v.nullable(
      v.union(
        [
          v.pipe(
            v.literal(''),
            v.transform(() => null),
          ),
          link,
        ],
        because('link_malformed'),
      ),
    ),
    null,
  ),
  /** The request that this answers. */
  for: v.optional(v.nullable(task), null),
};

const materials = [
  v.object({
    type: v.literal('material.add'),
    material,
    ...content,
    /** Left empty, the file's name or the address stands for it. */
    title: v.optional(looseLine(200), ''),
    section: v.optional(looseLine(80), ''),
    note: v.optional(text(2_000), ''),
    audience: v.optional(audience, 'all'),
  }),
  v.object({ type: v.literal('material.version'), material, ...content }),
  v.object({
    type: v.literal('material.change'),
    material,
    title: v.optional(title),
    section: v.optional(looseLine(80)),
    note: v.optional(text(2_000)),
  }),
  v.object({ type: v.literal('material.move'), material, before: v.nullable(material), section: v.optional(looseLine(80)) }),
  v.object({ type: v.literal('material.remove'), material }),
  v.object({ type: v.literal('material.restore'), material }),
  v.object({ type: v.literal('material.share'), material }),
  v.object({ type: v.literal('material.withdraw'), material }),
  v.object({ type: v.literal('section.rename'), from: looseLine(80), to: looseLine(80) }),
  v.object({ type: v.literal('section.order'), sections: v.pipe(v.array(looseLine(80)), v.maxLength(100, because('too_many'))) }),
  v.object({ type: v.literal('reading.allow'), allowed: v.boolean() }),
] as const;

const heldMail = [
  v.object({ type: v.literal('mail.settle'), held: id<HeldMailId>(), how: v.picklist(['dismissed', 'posted'], because('malformed')) }),
] as const;

const currency = v.pipe(v.string(because('bad_currency')), v.toUpperCase(), v.check(isCurrency, because('bad_currency')));
const criterion = v.pipe(v.string(because('malformed')), v.maxLength(80, because('malformed')));
/** One line that may be empty. */
const optionalLine = (max: number) => v.pipe(text(max * 4), v.transform(cleanLine), v.maxLength(max, because('title_too_long')));
/** What qualifies a deal; the workspace's own rule is checked by the same. */
export const qualificationRule = v.object({
  framework: v.picklist(frameworks, because('malformed')),
  own: v.optional(
    v.pipe(
      v.union([
        v.array(v.string(because('malformed'))),
        // A form's box: one criterion a line.
        v.pipe(
          v.string(because('malformed')),
          v.maxLength(4_000, because('text_too_long')),
          v.transform((lines) => lines.split('\n').filter((one) => one.trim() !== '')),
        ),
      ]),
      v.array(line(60, 'name_missing', 'title_too_long')),
      v.maxLength(12, because('too_many')),
      v.transform((names) => [...new Set(names)]),
    ),
    [],
  ),
  minimum: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,2}$/, because('bad_minimum')), v.transform(Number))], because('bad_minimum')),
    v.integer(because('bad_minimum')),
    v.minValue(1, because('bad_minimum')),
    v.maxValue(12, because('bad_minimum')),
  ),
});

const cited = {
  of: v.union([comment, task, valueLine]),
  /** Of a line: which part, and of a stance whose. */
  part: v.optional(v.picklist(valueParts, because('malformed'))),
  by: v.optional(participant),
};

const deal = [
  v.object({
    type: v.literal('deal.change'),
    /** Minor units as a number, or as a person writes it (`1,200,000`, `120万`); null or nothing takes it away. */
    amount: v.optional(
      v.nullable(
        v.union(
          [
            v.pipe(
              v.number(),
              v.safeInteger(because('bad_amount')),
              v.minValue(0, because('bad_amount')),
              v.maxValue(MAX_MINOR, because('bad_amount')),
            ),
            v.pipe(
              v.string(),
              v.maxLength(40, because('bad_amount')),
              v.transform((typed) => typed.trim()),
            ),
          ],
          because('bad_amount'),
        ),
      ),
    ),
    currency: v.optional(currency),
    close: v.optional(
      v.nullable(
        v.union(
          [
            v.pipe(
              v.literal(''),
              v.transform(() => null),
            ),
            day,
          ],
          because('bad_date'),
        ),
      ),
    ),
    source: v.optional(optionalLine(120)),
    notes: v.optional(text(5_000)),
  }),
  v.object({ type: v.literal('deal.stage'), stage: v.picklist(openStages, because('malformed')) }),
  v.object({ type: v.literal('deal.close'), outcome: v.picklist(outcomes, because('malformed')) }),
  v.object({
    type: v.literal('deal.rule'),
    ...qualificationRule.entries,
    /** Whether the room goes by its workspace's rule from now on; the room then takes that rule, whatever is sent. */
    follows: v.optional(v.boolean(), false),
  }),
  v.object({ type: v.literal('deal.claim'), criterion, claimed: v.boolean(because('malformed')) }),
  v.object({
    type: v.literal('deal.cite'),
    criterion,
    /** A comment of a customer's, a task that one of them finished, or what one of them said of a line of the value case. */
    kind: v.picklist(['comment', 'task', 'value'], because('malformed')),
    ...cited,
    /** What the comment says: a browser's guess for its own screen. The room looks it up and never believes it. */
    said: v.optional(
      v.nullable(
        v.object({
          by: participant,
          at: v.string(),
          via: v.picklist(['app', 'mail', 'api', 'system']),
          thread,
          body: text(20_000),
        }),
      ),
      null,
    ),
  }),
  v.object({ type: v.literal('deal.uncite'), criterion, ...cited }),
] as const;

const reflection = [
  v.object({ type: v.literal('reflection.ask') }),
  v.object({
    type: v.literal('reflection.answer'),
    answers: v.pipe(v.array(text(4_000)), v.length(3, because('malformed'))),
  }),
] as const;

const room = [
  v.object({ type: v.literal('room.rename'), name: title }),
  v.object({ type: v.literal('room.ruleCode'), alwaysAskCode: v.boolean() }),
] as const;

export const command = v.variant('type', [
  ...room,
  ...people,
  ...stakeholders,
  ...plan,
  ...truth,
  ...meetings,
  ...discussion,
  ...materials,
  ...objections,
  ...value,
  ...heldMail,
  ...deal,
  ...reflection,
]);

export type Command = v.InferOutput<typeof command>;
/** A command as a client writes it: what has a default may be left out. */
export type CommandInput = v.InferInput<typeof command>;
export type PeopleCommand = Extract<Command, { type: `participant.${string}` }>;
export type StakeholderCommand = Extract<Command, { type: `placeholder.${string}` | 'stakeholder.cast' | 'newcomer.withdraw' }>;
export type PlanCommand = Extract<
  Command,
  { type: `task.${string}` | `milestone.${string}` | `check.${string}` | 'plan.shift' | 'plan.unshift' }
>;
export type TruthCommand = Extract<Command, { type: 'plan.confirm' | 'plan.unconfirm' | `proposal.${string}` }>;
export type MeetingCommand = Extract<Command, { type: `meeting.${string}` }>;
export type DiscussionCommand = Extract<Command, { type: `comment.${string}` }>;
export type ObjectionCommand = Extract<Command, { type: `objection.${string}` }>;
export type ValueCommand = Extract<Command, { type: `value.${string}` }>;
export type DealCommand = Extract<Command, { type: `deal.${string}` }>;
export type MaterialsCommand = Extract<Command, { type: `material.${string}` | `section.${string}` | 'reading.allow' }>;
export type ReflectionCommand = Extract<Command, { type: `reflection.${string}` }>;
export type HeldMailCommand = Extract<Command, { type: `mail.${string}` }>;

/** A press on a file or a link, told by the page on which it was pressed; `read` is a minute spent before it. */
export const look = v.object({
  how: v.picklist(['opened', 'downloaded', 'read'], because('malformed')),
  file: v.optional(v.nullable(file), null),
  material: v.optional(v.nullable(material), null),
  /** Which version of a linked material. */
  version: v.optional(v.nullable(v.pipe(v.number(because('malformed')), v.integer(because('malformed')))), null),
});
export type Look = v.InferInput<typeof look>;

/** A command with the idempotency key under which it is applied once: a client's generated id. */
export const submission = v.object({
  id: v.pipe(v.string(because('malformed')), v.regex(/^[A-Za-z0-9_-]{8,64}$/, because('malformed'))),
  command,
});
export type Submission = v.InferOutput<typeof submission>;
