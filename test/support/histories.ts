/** Random doings of four people, and what they need to be decided: for laws that hold over any history. */
import fc from 'fast-check';
import { valueParts } from '#core/value.ts';
import type { Command } from '#core/commands.ts';
import { applyComments, reactions, type Comment } from '#core/discussion.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import type { CommentId, ParticipantId, ThreadId } from '#core/ids.ts';
import { broughtInCopy } from '#core/deciding/carbon-copy.ts';
import type { RoomState } from '#core/room.ts';
import { AT, added, chen, facts, id, joined, lidan, opened, record, zhao, zhou } from './cast.ts';

export const SECRET = 'internal-secret-';
export const people = [lidan, zhou, chen, zhao];
export const founding = record([opened, ...people.flatMap((one) => [added(one), joined(one)])]);

const name = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
export const anyTask = name.map((one) => id(`task${one}`));
const anyLine = name.map((one) => id(`line${one}`));
export const anyMilestone = fc.constantFrom('begin', 'decide').map((one) => id(`mile${one}`));
export const anyCheck = name.map((one) => id(`check${one}`));
export const anyShift = fc.constantFrom('one', 'two').map((one) => id(`shift${one}`));
const anyDay = fc.constantFrom('2026-11-30', '2026-12-04', '2026-12-18');
export const anyPerson = fc.constantFrom(...people);
/** Some that may be shared, and some that never are: those carry the secret. */
const anyOpenMaterial = name.map((one) => id(`material${one}`));
const anySecretMaterial = name.map((one) => id(`hidden${one}`));
const anyMaterial = fc.oneof(anyOpenMaterial, anySecretMaterial);
const section = fc.constantFrom('', 'One', 'Two', 'Three');
const anySection = fc.oneof(section, fc.constant(`${SECRET}section`));
export const materialCommand: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({
    type: fc.constant('material.add'),
    material: anyOpenMaterial,
    link: fc.constantFrom('https://a.example', 'https://b.example'),
    title: fc.constantFrom('', 'Offer'),
    section,
    audience: fc.constantFrom('all', 'seller'),
    for: fc.option(anyTask),
  }),
  fc.record({
    type: fc.constant('material.add'),
    material: anySecretMaterial,
    link: fc.constant(`https://x.example/${SECRET}`),
    title: fc.constantFrom('', `${SECRET}title`),
    note: fc.constant(`${SECRET}note`),
    section: anySection,
    audience: fc.constant('seller'),
  }),
  fc.record({
    type: fc.constant('material.version'),
    material: anyOpenMaterial,
    link: fc.constantFrom('https://c.example', 'https://d.example'),
  }),
  fc.record({ type: fc.constant('material.version'), material: anySecretMaterial, link: fc.constant(`https://y.example/${SECRET}`) }),
  fc.record({ type: fc.constant('material.change'), material: anyMaterial, section }),
  fc.record({
    type: fc.constant('material.change'),
    material: anySecretMaterial,
    title: fc.constant(`${SECRET}other`),
    section: anySection,
  }),
  fc.record(
    { type: fc.constant('material.move'), material: anyMaterial, before: fc.option(anyMaterial), section },
    { requiredKeys: ['type', 'material', 'before'] },
  ),
  fc.record({ type: fc.constantFrom('material.remove', 'material.restore'), material: anyMaterial }),
  fc.record({ type: fc.constantFrom('material.share', 'material.withdraw'), material: anyOpenMaterial }),
  fc.record({ type: fc.constant('section.rename'), from: anySection, to: section }),
  fc.record({ type: fc.constant('section.order'), sections: fc.array(anySection, { maxLength: 4 }) }),
  fc.record({ type: fc.constant('reading.allow'), allowed: fc.boolean() }),
);
const thread = fc.oneof(
  fc.constant('room'),
  fc.constant('room:internal'),
  anyLine,
  anyLine.map((one) => `${one}:internal`),
  anyOpenMaterial,
  anyMaterial.map((one) => `${one}:internal`),
  anyTask,
  anyTask.map((one) => `${one}:internal`),
);
/** Few ids for comments, so that they are edited, deleted and answered after they were posted. */
export const anyComment = fc.constantFrom('ant', 'bee', 'cat', 'dog', 'eel', 'fox').map((one) => id<CommentId>(one));
let counter = 0;
const unique = () => id(`u${(counter += 1).toString(32).replace(/[0189]/g, 'z')}`);

export const anyCriterion = fc.constantFrom('metrics', 'champion', 'budget', `own:${SECRET}criterion`);
export const citedLine = fc.record({
  type: fc.constant('deal.cite'),
  criterion: anyCriterion,
  kind: fc.constant('value'),
  of: anyLine,
  part: fc.constantFrom(...valueParts),
  by: anyPerson.map((one) => one.id),
});
const commentNumbered = (at: number) => id(`said${'abcdefghijklmnopqrstuvwxyz'[at]}`);
const slot = fc.record({
  date: fc.constantFrom('2026-11-20', '2026-11-27', '2026-12-04'),
  time: fc.constantFrom('10:00', '10:30', '15:00'),
  zone: fc.constantFrom('Europe/Berlin', 'Asia/Shanghai'),
  length: fc.constantFrom(30, 60),
});
export const meetingCommands: fc.Arbitrary<unknown>[] = [
  fc.record({ type: fc.constant('task.add'), task: anyTask, title: fc.constant('Demo'), kind: fc.constantFrom('demo', 'meeting') }),
  fc.record({ type: fc.constant('task.change'), task: anyTask, due: slot, kind: fc.constantFrom('demo', 'meeting', 'task') }),
  fc.record({ type: fc.constant('meeting.propose'), task: anyTask, times: fc.array(slot, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('meeting.pick'), task: anyTask, time: slot }),
  fc.record({
    type: fc.constant('meeting.answer'),
    task: anyTask,
    answer: fc.constantFrom('accepted', 'declined', 'tentative'),
    note: fc.constantFrom('', 'sorry'),
    sequence: fc.option(fc.nat({ max: 4 })),
    stamp: fc.option(fc.constantFrom('2026-11-23T07:00:00Z', '2026-11-23T07:30:00Z')),
  }),
  fc.record({ type: fc.constant('meeting.counter'), task: anyTask, time: slot, note: fc.constantFrom('', 'later') }),
  fc.record({
    type: fc.constantFrom('meeting.acceptCounter', 'meeting.dropCounter'),
    task: anyTask,
    proposer: anyPerson.map((one) => one.id),
  }),
  fc.record({
    type: fc.constant('meeting.attend'),
    task: anyTask,
    attendees: fc.array(
      anyPerson.map((one) => one.id),
      { maxLength: 3 },
    ),
  }),
  fc.record({ type: fc.constant('meeting.length'), task: anyTask, length: fc.constantFrom(30, 60) }),
  fc.record({ type: fc.constant('meeting.place'), task: anyTask, place: fc.constantFrom('', 'Room 3') }),
  fc.record({ type: fc.constant('meeting.agenda'), task: anyTask, agenda: fc.constantFrom('', '- one') }),
  fc.record({ type: fc.constant('meeting.minutes'), task: anyTask, minutes: fc.constantFrom('', '- done') }),
  fc.record({ type: fc.constantFrom('meeting.cancel', 'meeting.restore'), task: anyTask }),
];

const anyPlaceholder = name.map((one) => id(`place${one}`));
export const stakeholderCommands: fc.Arbitrary<unknown>[] = [
  fc.record({
    type: fc.constant('placeholder.add'),
    placeholder: anyPlaceholder,
    side: fc.constantFrom('seller', 'customer'),
    what: fc.constantFrom('Finance', 'IT'),
  }),
  fc.record({ type: fc.constant('placeholder.change'), placeholder: anyPlaceholder, what: fc.constantFrom('Finance', 'Legal') }),
  fc.record({ type: fc.constantFrom('placeholder.remove', 'placeholder.restore'), placeholder: anyPlaceholder }),
  fc.record({
    type: fc.constant('stakeholder.cast'),
    of: fc.oneof(
      anyPerson.map((one) => one.id),
      anyPlaceholder,
    ),
    roles: fc.array(fc.constantFrom('decides', 'pays', 'champions'), { maxLength: 3 }),
  }),
];

export const anyCommand: fc.Arbitrary<unknown> = fc.oneof(
  ...stakeholderCommands,
  fc.record({ mail: fc.constantFrom('copied', 'wrote', 'no', 'answered'), at: fc.constantFrom('pia', 'tom') }),
  fc.record({ type: fc.constant('newcomer.withdraw'), newcomer: fc.constantFrom('pia', 'tom').map((one) => id(one)) }),
  fc
    .record({ type: fc.constant('participant.add'), placeholder: fc.option(anyPlaceholder), at: fc.constantFrom('mei', 'ken') })
    .map(({ at, ...one }) => ({
      ...one,
      participant: id(at),
      side: 'customer',
      name: at,
      email: `${at}@corp.example`,
      locale: 'en',
      zone: 'Europe/Berlin',
      invite: true,
      note: '',
    })),
  fc.record({
    type: fc.constant('task.add'),
    task: anyTask,
    title: fc.string({ minLength: 1, maxLength: 20 }),
    owners: fc.array(
      anyPerson.map((one) => one.id),
      { maxLength: 2 },
    ),
  }),
  fc.record({ type: fc.constantFrom('task.complete', 'task.reopen', 'task.remove', 'task.restore'), task: anyTask }),
  fc.record({ type: fc.constant('task.change'), task: anyTask, title: fc.string({ minLength: 1, maxLength: 20 }) }),
  fc.record({
    type: fc.constant('task.change'),
    task: anyTask,
    due: fc.option(
      fc.record({
        date: fc.constantFrom('2026-11-27', '2026-12-04', '2026-12-11'),
        time: fc.constant(null),
        zone: fc.constant('Europe/Berlin'),
      }),
    ),
    owners: fc.array(
      anyPerson.map((one) => one.id),
      { maxLength: 2 },
    ),
  }),
  fc.record({ type: fc.constant('task.change'), task: anyTask, after: fc.array(anyTask, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('task.change'), task: anyTask, milestone: fc.option(anyMilestone) }),
  fc.record({ type: fc.constant('milestone.add'), milestone: anyMilestone, title: fc.constant('Stage'), date: fc.option(anyDay) }),
  fc.record({ type: fc.constant('milestone.change'), milestone: anyMilestone, date: fc.option(anyDay) }),
  fc.record({ type: fc.constantFrom('milestone.remove', 'milestone.restore'), milestone: anyMilestone }),
  fc.record({ type: fc.constant('check.add'), task: anyTask, check: anyCheck, text: fc.constant('line'), before: fc.option(anyCheck) }),
  fc.record({ type: fc.constantFrom('check.tick', 'check.untick', 'check.remove', 'check.restore'), task: anyTask, check: anyCheck }),
  fc.record({ type: fc.constant('check.move'), task: anyTask, check: anyCheck, before: fc.option(anyCheck) }),
  fc.record({
    type: fc.constant('plan.shift'),
    shift: anyShift,
    days: fc.integer({ min: -2, max: 5 }),
    tasks: fc.array(anyTask, { maxLength: 3 }),
    milestones: fc.array(anyMilestone, { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('plan.unshift'), shift: anyShift }),
  fc.record({ type: fc.constantFrom('plan.confirm', 'plan.unconfirm') }),
  fc.record({ type: fc.constantFrom('proposal.accept', 'proposal.decline'), task: anyTask, proposer: anyPerson.map((one) => one.id) }),
  ...meetingCommands,
  fc.record({ type: fc.constant('proposal.withdraw'), task: anyTask }),
  fc.record({ type: fc.constant('task.move'), task: anyTask, before: fc.option(anyTask), milestone: fc.option(anyMilestone) }),
  fc
    .record({
      type: fc.constant('comment.post'),
      thread,
      body: fc.string({ minLength: 1, maxLength: 30 }),
      mentions: fc.array(
        anyPerson.map((one) => one.id),
        { maxLength: 3 },
      ),
    })
    .chain((one) => fc.oneof(anyComment, fc.constant(null)).map((comment) => ({ ...one, comment: comment ?? unique() })))
    .map((one) => ({
      ...one,
      body: one.thread.endsWith(':internal') ? SECRET + one.body : one.body,
    })),
  fc.record({
    type: fc.constant('task.add'),
    task: anyTask,
    title: fc.constant('Why?'),
    kind: fc.constant('objection'),
  }),
  fc.record({ type: fc.constantFrom('objection.accept', 'objection.reopen'), task: anyTask }),
  fc.record({ type: fc.constant('objection.answer'), task: anyTask, body: fc.constantFrom('', 'Because.') }).map((one) => ({
    ...one,
    comment: unique(),
  })),
  fc.record({ type: fc.constant('objection.raise'), task: anyTask, title: fc.constant('How?') }),
  fc.record({
    type: fc.constant('value.add'),
    line: anyLine,
    side: fc.constantFrom('gain', 'cost'),
    title: fc.constant('Hours'),
    text: fc.constantFrom('', '12k-15k', '3 h × 14 people × ¥200'),
  }),
  fc.record({ type: fc.constantFrom('value.number', 'value.propose'), line: anyLine, text: fc.constantFrom('10k', '20k a month') }),
  fc.record({ type: fc.constant('value.factor'), line: anyLine, factor: fc.nat(2), value: fc.nat(20) }),
  fc.record({ type: fc.constantFrom('value.acceptProposal', 'value.declineProposal', 'value.remove', 'value.restore'), line: anyLine }),
  fc.record({ type: fc.constant('value.stance'), line: anyLine, stance: fc.constantFrom('agrees', 'doubts', 'rejects', null) }),
  fc.record({
    type: fc.constant('value.change'),
    line: anyLine,
    need: fc.constantFrom('', 'Fewer hours'),
    motive: fc.constant('Overtime'),
  }),
  citedLine,
  fc.record({ type: fc.constant('deal.uncite'), criterion: anyCriterion, of: anyLine, part: fc.constantFrom('number', 'need') }),
  fc.record({ type: fc.constant('value.settings'), months: fc.integer({ min: 1, max: 36 }) }),
  fc.record({
    type: fc.constant('deal.change'),
    amount: fc.nat(),
    currency: fc.constantFrom('CNY', 'EUR', 'JPY'),
    close: fc.constantFrom(null, '2026-12-31'),
    notes: fc.string({ maxLength: 20 }).map((words) => SECRET + words),
    source: fc.string({ maxLength: 20 }).map((words) => SECRET + words),
  }),
  fc.record({ type: fc.constant('deal.stage'), stage: fc.constantFrom('lead', 'proposal') }),
  fc.record({ type: fc.constant('deal.close'), outcome: fc.constantFrom('won', 'lost', 'paused') }),
  fc.record({
    type: fc.constant('deal.rule'),
    framework: fc.constantFrom('meddicc', 'bant', 'own'),
    own: fc.constant([`${SECRET}criterion`]),
    minimum: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ type: fc.constant('deal.claim'), criterion: anyCriterion, claimed: fc.boolean() }),
  fc.record({ type: fc.constant('deal.cite'), criterion: anyCriterion, kind: fc.constant('task'), of: anyTask }),
  fc
    .record({ type: fc.constant('deal.cite'), criterion: anyCriterion, by: anyPerson, at: fc.nat({ max: 20 }) })
    .map(({ by, at, ...one }) => ({
      ...one,
      kind: 'comment',
      of: commentNumbered(at),
      said: { by: by.id, at: AT, via: 'app', thread: 'room', body: `${SECRET}quoted` },
    })),
  fc.record({ type: fc.constant('deal.uncite'), criterion: anyCriterion, of: anyTask }),
  fc
    .record({ type: fc.constant('comment.edit'), comment: anyComment, thread, body: fc.string({ minLength: 1, maxLength: 30 }) })
    .map((one) => ({ ...one, body: one.thread.endsWith(':internal') ? SECRET + one.body : one.body })),
  fc.record({ type: fc.constantFrom('comment.delete', 'comment.restore'), comment: anyComment, thread }),
  fc.record({
    type: fc.constant('comment.react'),
    comment: anyComment,
    thread,
    reaction: fc.constantFrom(...reactions),
    on: fc.boolean(),
  }),
  materialCommand,
  fc.record({ type: fc.constant('participant.remove'), participant: anyPerson.map((one) => one.id) }),
  fc.record({ type: fc.constant('room.rename'), name: fc.string({ minLength: 1, maxLength: 20 }) }),
  fc.record({ type: fc.constant('reflection.ask') }),
  fc.record({ type: fc.constant('reflection.answer'), answers: fc.array(fc.string({ maxLength: 20 }), { minLength: 3, maxLength: 3 }) }),
);

/** What the room looks up before it decides: the comment that a command speaks about, from the whole history. */
export const factsOf = (log: Recorded[], one: Command) => ({
  ...facts,
  comments:
    'comment' in one ? Object.fromEntries(everySaid(log).flatMap((said) => (said.id === one.comment ? [[said.id, said]] : []))) : {},
});
export const everySaid = (log: Recorded[]) => log.reduce<Comment[]>(applyComments, []);

/** What mail makes happen without a command: somebody is put in copy, writes, answers or says no. */
export function bornOfMail(state: RoomState, who: (typeof people)[number], input: unknown): RoomEvent[] {
  if (typeof input !== 'object' || input === null || !('mail' in input) || !('at' in input)) return [];
  const email = `${String(input.at)}@other.example`;
  const newcomer = id<ParticipantId>(String(input.at));
  if (state.people[who.id]?.status === 'left' || state.people[newcomer]) return [];
  const known = newcomer in state.stakeholders.newcomers;
  switch (input.mail) {
    case 'copied': {
      const silent = { colleagues: {}, forgotten: new Set<string>(), replyDomain: 'in.example', mailFrom: '', sameCompany: () => false };
      const asked = known ? new Set([email]) : new Set<string>();
      return broughtInCopy(state, who, 'room' as ThreadId, [{ email, name: '' }], { ...silent, asked }, () => newcomer).events;
    }
    case 'wrote':
      return known ? [{ type: 'newcomer.wrote', newcomer }] : [];
    case 'no':
      return known ? [{ type: 'newcomer.forgotten', newcomer, why: 'asked' }] : [];
    default: {
      const one = { ...chen, id: newcomer, name: String(input.at), email };
      return known ? [added(one), joined(one)] : [];
    }
  }
}
