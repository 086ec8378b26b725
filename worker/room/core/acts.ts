/**
 * Acting by mail: what the first line of a reply asks for, in either language whatever the writer's own, and the command
 * that it stands for where it was written. Words are data; what is not understood is a comment, never an error.
 */
import { ROOM_THREAD, sharedOf } from './audience.ts';
import type { Command } from './commands.ts';
import { addDays, dayIn, type Due } from './due.ts';
import type { ParticipantId, TaskId, ThreadId } from './ids.ts';
import { owedBy } from './next-step.ts';
import { likelyLocale, type MailWish, type Participant, present, withAddress } from './people.ts';
import { can } from './permissions.ts';
import type { Task } from './plan.ts';
import { proposalsFor } from './plan-truth.ts';
import type { RoomState } from './room.ts';
import { nameFromAddress } from './task-line.ts';
import type { ValueNumber } from './value.ts';
import { readWhen } from './when.ts';
import { likelyZone } from './zones.ts';

/** Acts that are one word or phrase by themselves. The first of each language is the one that our own buttons write. */
const WORDS = {
  done: [
    'done',
    'completed',
    'complete',
    'finished',
    'it is done',
    "it's done",
    'all done',
    '完成',
    '已完成',
    '完成了',
    '做完了',
    '搞定',
    '搞定了',
    '办好了',
    '已办理',
    '已处理',
  ],
  reopen: ['reopen', 'not done', 'not done yet', '重新打开', '还没完成', '没完成', '未完成'],
  notMe: ['not me', 'not mine', 'wrong person', '不是我', '不归我', '不归我管', '不是我负责', '找错人了'],
  confirm: ['still right', 'still correct', 'still true', 'plan confirmed', '计划没问题', '仍然正确'],
  accept: [
    'ok',
    'okay',
    'accept',
    'accepted',
    'agreed',
    'that answers it',
    'this answers it',
    'answered',
    'thanks, that answers it',
    'solved',
    'resolved',
    'all clear',
    'clear now',
    '可以',
    '可以了',
    '好',
    '好的',
    '行',
    '行了',
    '同意',
    '接受',
    '明白',
    '明白了',
    '清楚了',
    '解决了',
    '没有问题了',
  ],
  /** Of somebody who was put in copy: to be forgotten. Of whoever a new device is reported to: not me. */
  no: [
    'no',
    'nope',
    'nein',
    'no thanks',
    'no thank you',
    'not interested',
    'i am not interested',
    "i'm not interested",
    'forget me',
    'please forget me',
    'remove me',
    'please remove me',
    'delete me',
    'please delete me',
    'leave me out',
    'not for me',
    '不',
    '不用',
    '不用了',
    '不必',
    '不必了',
    '不需要',
    '不了',
    '不要',
    '否',
    '不是',
    '算了',
    '不参与',
    '不参加',
    '不感兴趣',
    '没兴趣',
    '与我无关',
    '忘了我',
    '忘记我',
    '删除我',
    '请删除我',
    '请忘记我',
    '请不要联系我',
    '不要联系我',
    '别再联系我',
  ],
  /** Means something only to whoever was asked. */
  yes: [
    'yes',
    'yes it is',
    'correct',
    'confirmed',
    'no change',
    'no changes',
    '是',
    '是的',
    '对',
    '对的',
    '没问题',
    '照旧',
    '确认',
    '确认无误',
    '没有变化',
    '无变化',
  ],
  notEnough: [
    'not enough',
    'not yet',
    'that is not enough',
    'does not answer it',
    'that does not answer it',
    "that doesn't answer it",
    'not answered',
    'not accepted',
    'still open',
    '不够',
    '还不够',
    '不行',
    '不可以',
    '不接受',
    '不同意',
    '没解决',
    '没有解决',
    '还没解决',
    '没回答',
    '没有回答',
  ],
  undo: ['undo', 'undo that', '撤销', '撤回', '恢复'],
  mine: ['only me', 'only mine', '只看我的', '仅与我有关', '只发与我有关的'],
  daily: ['daily', 'once a day', '每日', '每天', '每天一次', '日报'],
  weekly: ['weekly', '每周', '每周一次', '周报'],
  each: ['each', 'every mail', 'all mails', '每封', '全部'],
  none: ['stop', 'unsubscribe', '退订', '停止', '不要再发', '别再发了'],
  english: ['english', 'in english', '英文', '英语'],
  chinese: ['中文', '简体中文', '用中文', 'chinese', 'in chinese'],
  myData: ['mydata', 'my data', '我的数据'],
  export: ['export', 'take a copy', '导出', '导出副本'],
} as const;

export type WordAct = keyof typeof WORDS;

/** Said beside a no, it changes nothing of it. */
const POLITE = new Set([
  'thanks',
  'thank you',
  'please',
  'sorry',
  'many thanks',
  '谢谢',
  '多谢',
  '谢了',
  '抱歉',
  '不好意思',
  '您好',
  '你好',
]);
const NAYS: ReadonlySet<WordAct> = new Set<WordAct>(['no', 'notMe', 'none']);

/** Whether a first line is a no and nothing else: "No, thank you." is, "No problem, count me in" is not. */
export function saysNo(text: string): boolean {
  const { line } = firstLine(text);
  if (line.length > LONGEST) return false;
  const parts = line
    .split(/[,，.。;；!！、–—]+/)
    .map((part) => fold(part).toLowerCase())
    .filter((part) => part !== '' && !POLITE.has(part));
  return parts.length > 0 && parts.every((part) => NAYS.has(BY_WORD.get(part) ?? 'done'));
}

/** What our own mails write into a button's reply. */
export const wordFor = (act: 'no' | 'done' | 'notMe' | 'confirm' | 'accept' | 'notEnough', locale: string): string => {
  const words: readonly string[] = WORDS[act];
  const own = words.find((word) => /\p{Script=Han}/u.test(word) === locale.startsWith('zh')) ?? words[0] ?? '';
  return own.charAt(0).toUpperCase() + own.slice(1);
};

export type Act =
  | { act: WordAct }
  | { act: 'move'; due: Due }
  /** Later by so many days than it was. */
  | { act: 'shift'; days: number }
  | { act: 'handOver'; to: string }
  /** A number by itself: one of the times that were proposed. */
  | { act: 'pick'; number: number };

const BY_WORD = new Map<string, WordAct>(
  Object.entries(WORDS).flatMap(([act, words]) => words.map((word): [string, WordAct] => [word, act as WordAct])),
);

const MOVE =
  /^(?:please\s+)?(?:move(?:\s+it)?|moved|postpone|reschedule|shift|new date|due|改到|改成|改为|改至|延到|延至|推迟到|推迟至|挪到|移到)\s*(?:to|until|till|:|：|到)?\s*(.+)$/iu;
/** "+3d", "postpone by 2 weeks", "推迟3天": counted from the date that stands. "改到3天后" is counted from today: a date as any other. */
const SHIFT =
  /^(?:please\s+)?(?:(?:move(?:\s+it)?|reschedule|shift|改到|改成|改为|改至)\s*(?:to|by)?\s*\+|(?:postpone|delay|push)(?:\s+it)?(?:\s+back)?\s*(?:by)?\s*\+?|(?:推迟|延后|延期|推后|顺延)\s*\+?|\+)\s*(\d{1,3})\s*(d|days?|天|日|w|wks?|weeks?|周|个?星期)$/iu;
const HAND_OVER =
  /^(?:please\s+)?(?:hand(?:\s+it)?\s+over\s+to|hand\s+to|assign(?:\s+it)?\s+to|reassign\s+to|forward\s+to|pass\s+to|give\s+to|转给|转交给|转交|交给|请找|移交给)\s*[:：]?\s*@?(.+)$/iu;
const PICK = /^(?:第\s*)?(?:option|time|number|no\.?|#)?\s*([1-5]|[一二三四五])\s*(?:个|项|号)?$/iu;
const NUMERALS = '一二三四五';

/** Characters. A longer line is prose, and folding it would take the time of its square. */
const LONGEST = 1_000;

const fold = (line: string): string =>
  line
    .normalize('NFKC')
    .replaceAll('’', "'")
    .replace(/^[\s"'“”‘’「」*_>-]+|[\s"'“”‘’「」*_.!。！～~,，;；👍🙏✅]+$/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** "Hi Sara,", "陈经理，您好：": said to somebody, and nothing by itself. */
const GREETING =
  /^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))(?:[ ,]+[\p{L}\p{M}.' -]{1,40})?|(?:尊敬的)?[\p{L}\p{M}.' -]{0,20}[，, ]?(?:您好|你好|早上好|上午好|下午好)|尊敬的[\p{L}\p{M}.' -]{1,20})[\s,，:：!！.。]*$/iu;

/** The first line that says something beyond a greeting, and what comes after it. */
export function firstLine(text: string): { line: string; rest: string } {
  const lines = text.split('\n');
  const said = lines.flatMap((one, at) => (one.trim() === '' ? [] : [at]));
  const [first = -1, second] = said;
  const at = second !== undefined && GREETING.test((lines[first] ?? '').trim().slice(0, 80)) ? second : first;
  return at === -1
    ? { line: '', rest: '' }
    : {
        line: lines[at] ?? '',
        rest: lines
          .slice(at + 1)
          .join('\n')
          .trim(),
      };
}

/** Lines of a card that somebody puts under their name: who they are and how they are reached. A sentence is none. */
const CARD = { lines: 6, letters: 60 };
const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{M}\d]+/gu) ?? [];

/** What a reply says below its first line, but for a name that its author put under it, with what stands below a name: "Raj", "Best, Raj Patel / +44 20 …". */
export function saidBelow(rest: string, name: string): string {
  const names = new Set(words(name));
  const own = new Set([...names, 'best', 'kind', 'regards', 'thanks', 'cheers', '谢谢', '此致', '祝好']);
  const lines = rest.split('\n').filter((line) => line.trim() !== '');
  const signed = lines.findIndex((line) => line.length <= CARD.letters && words(line).some((word) => names.has(word)));
  const isOwn = (line: string) => words(line).every((word) => own.has(word));
  const isCard = (line: string) =>
    line.length <= CARD.letters &&
    (isOwn(line) || /[@\d|]|^\p{Lu}\S*(?: (?:\p{Lu}|&|of\b|and\b)\S*){0,6}$/u.test(line.trim())) &&
    !/[.!?。！？]$/.test(line.trim());
  if (lines.length > CARD.lines) return rest;
  if (signed === -1) return lines.every(isOwn) ? '' : rest;
  return lines.slice(0, signed + 1).every(isOwn) && lines.slice(signed + 1).every(isCard) ? '' : rest;
}

/** The act that a text's first line is, when it is one word or phrase and nothing else. */
export function wordIn(text: string): WordAct | null {
  const { line } = firstLine(text);
  const said = line.length > LONGEST ? '' : fold(line).toLowerCase();
  return BY_WORD.get(said) ?? BY_WORD.get(said.replace(/^(?:yes|是的?|嗯), ?/, '')) ?? null;
}

/**
 * What a line asks for; null when it is no act. `now` in epoch ms, `zone` where dates are meant.
 * A line that holds more than the act is no act: "done, but the legal review is missing" is a comment.
 */
export function readAct(line: string, ctx: { now: number; zone: string; locale: Participant['locale'] }): Act | null {
  if (line.length > LONGEST) return null;
  const said = fold(line);
  if (said === '' || said.length > 120) return null;
  const word = BY_WORD.get(said.toLowerCase());
  if (word) return { act: word };

  const pick = PICK.exec(said)?.[1];
  if (pick) return { act: 'pick', number: NUMERALS.includes(pick) ? NUMERALS.indexOf(pick) + 1 : Number(pick) };

  const to = HAND_OVER.exec(said)?.[1]?.trim();
  if (to && !/\s(and|but|because)\s/i.test(to)) return { act: 'handOver', to };

  const [, count, unit] = SHIFT.exec(said) ?? [];
  if (count && unit) return { act: 'shift', days: Number(count) * (/^(?:w|周|个?星期)/iu.test(unit) ? 7 : 1) };

  const when = MOVE.exec(said)?.[1]?.trim();
  if (when) {
    const read = readWhen(when, ctx);
    // All of it must be the date: a sentence that only begins like an act stays a comment.
    const left = read ? (when.slice(0, read.start) + when.slice(read.end)).replace(/[\s,.，。吧please]+/giu, '') : when;
    if (read && left === '') return { act: 'move', due: read.due };
  }
  return null;
}

/** The one person whom a name or an address means. */
function personNamed(state: RoomState, said: string): Participant | undefined {
  const address = /[^\s<>()]+@[^\s<>()]+/.exec(said)?.[0];
  if (address) return withAddress(state, address);
  const wanted = said.toLowerCase();
  const all = present(state);
  const exact = all.filter((one) => one.name.toLowerCase() === wanted);
  const close = exact.length > 0 ? exact : all.filter((one) => one.name.toLowerCase().split(/\s+/).includes(wanted));
  return close.length === 1 ? close[0] : undefined;
}

/**
 * The command that an act stands for where it was written; null where it means nothing there (then it is a comment).
 * `freshId` is for somebody who is brought in by the act.
 */
export function commandOfAct(
  state: RoomState,
  who: Participant,
  thread: ThreadId,
  act: Act,
  freshId: () => ParticipantId,
  now: number,
): Command | null {
  const here = state.plan.tasks[sharedOf(thread) as string as TaskId];
  const task = here ?? (ABOUT_ONE.has(act.act) && thread === ROOM_THREAD ? theOne(owedBy(state, who.id)) : undefined);
  const own = (change: { mail?: MailWish; locale?: Participant['locale'] }): Command => ({
    type: 'participant.describe',
    participant: who.id,
    ...change,
  });

  switch (act.act) {
    case 'daily':
    case 'weekly':
    case 'each':
    case 'mine':
    case 'none':
      return own({ mail: act.act });
    case 'english':
      return own({ locale: 'en' });
    case 'chinese':
      return own({ locale: 'zh-CN' });
    default:
  }
  // An answer to whether the plan is still right, wherever it was written.
  if (act.act === 'confirm') return { type: 'plan.confirm' };
  if ((act.act === 'yes' || act.act === 'accept') && !accepts(state, who, task?.id))
    return act.act === 'yes' && state.truth.turned?.asked.includes(who.id) ? { type: 'plan.confirm' } : null;
  if (!task || task.removed) return null;

  switch (act.act) {
    case 'yes':
    case 'accept':
      return accepts(state, who, task.id);
    case 'done':
      return task.completedAt === null ? { type: 'task.complete', task: task.id } : null;
    case 'reopen':
      return task.completedAt === null ? null : { type: 'task.reopen', task: task.id };
    case 'move':
      return { type: 'task.change', task: task.id, due: { ...act.due }, invite: [] };
    case 'shift': {
      // What is over already is put off from today, or it would be over still.
      const today = dayIn(who.zone, now);
      const from = task.due && task.due.date > today ? task.due.date : today;
      const due = { ...(task.due ?? { time: null, zone: who.zone }), date: addDays(from, act.days) };
      return { type: 'task.change', task: task.id, due, invite: [] };
    }
    case 'notMe':
      return task.owners.includes(who.id)
        ? { type: 'task.change', task: task.id, owners: task.owners.filter((one) => one !== who.id), invite: [] }
        : null;
    case 'handOver': {
      const known = personNamed(state, act.to);
      const address = /[^\s<>()，,]+@[^\s<>()，,]+\.[^\s<>()，,]+/.exec(act.to)?.[0]?.toLowerCase();
      if (!known && !address) return null;
      const id = known?.id ?? freshId();
      const owners = [
        ...new Set(task.owners.includes(who.id) ? task.owners.map((one) => (one === who.id ? id : one)) : [...task.owners, id]),
      ];
      if (known || !address) return { type: 'task.change', task: task.id, owners, invite: [] };
      const name = nameFromAddress(address);
      const locale = likelyLocale(who.locale === 'zh-CN' ? '中' : '', address);
      const invite = [
        {
          participant: id,
          side: who.side,
          name,
          email: address,
          locale,
          zone: likelyZone(address, locale, who.zone),
          invite: true,
          note: '',
        },
      ];
      return { type: 'task.change', task: task.id, owners, invite };
    }
    default:
      return null;
  }
}

/** What can be said of a task without naming it, in answer to an invitation or a summary, by somebody who owes no other. */
const ABOUT_ONE: ReadonlySet<Act['act']> = new Set<Act['act']>(['done', 'move', 'shift', 'handOver', 'notMe']);
const theOne = (tasks: Task[]): Task | undefined => (tasks.length === 1 ? tasks[0] : undefined);

/** The command by which an owner accepts what was proposed last for a task; null when nothing is for them to accept. */
function accepts(state: RoomState, who: Participant, task: TaskId | undefined): Command | null {
  const about = task && state.plan.tasks[task];
  const last = about && can.settleProposal(who, about) ? proposalsFor(state, about.id).at(-1) : undefined;
  return last ? { type: 'proposal.accept', task: last.task, proposer: last.by } : null;
}

/** A number as a command asks for it. */
const asAsked = (number: ValueNumber): NonNullable<Extract<Command, { type: 'value.number' }>['amount']> =>
  number.unit === 'weight' ? number : { ...number, factors: number.factors.map(({ label, unit, value }) => ({ label, unit, value })) };

/** Whether a change, once asked for, was taken as a proposal: the task in the state after it is not as the command wants it. */
export function isProposed(after: RoomState, command: Command): boolean {
  if (command.type !== 'task.change') return false;
  const task = after.plan.tasks[command.task];
  if (!task) return false;
  const differs = (wanted: unknown, is: unknown) => wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(is);
  return differs(command.due, task.due) || differs(command.owners, task.owners);
}

/** The command that takes another one back, given the state before it; null when nothing does. */
export function undoOf(before: RoomState, command: Command, by: ParticipantId): Command | null {
  switch (command.type) {
    case 'task.complete':
      return { type: 'task.reopen', task: command.task };
    case 'task.reopen':
      return { type: 'task.complete', task: command.task };
    case 'task.change': {
      const task = before.plan.tasks[command.task];
      if (!task) return null;
      return {
        type: 'task.change',
        task: task.id,
        invite: [],
        ...(command.due !== undefined && { due: task.due }),
        ...(command.owners !== undefined && { owners: task.owners }),
      };
    }
    case 'plan.confirm':
      return { type: 'plan.unconfirm' };
    case 'value.number':
    case 'value.factor': {
      const line = before.value.lines[command.line];
      // Somebody else's number can't be set back in its owner's name, nor a proposal made again in its author's.
      if (!line?.number || line.owner?.by !== by || line.proposal !== null) return null;
      return { type: 'value.number', line: line.id, amount: asAsked(line.number), text: '', words: '' };
    }
    case 'value.stance': {
      const { stance, range, note } = before.value.lines[command.line]?.stances[by] ?? { stance: null, range: null, note: '' };
      return { type: 'value.stance', line: command.line, stance, range, text: '', note };
    }
    case 'value.propose':
      return { type: 'value.declineProposal', line: command.line };
    case 'objection.accept':
      return { type: 'objection.reopen', task: command.task };
    case 'objection.reopen':
      return { type: 'objection.accept', task: command.task };
    case 'objection.raise':
      return { type: 'task.remove', task: command.task };
    case 'proposal.accept': {
      const task = before.plan.tasks[command.task];
      const changes = before.truth.proposals.find((one) => one.task === command.task && one.by === command.proposer)?.changes;
      if (!task || !changes) return null;
      const { due, owners, title } = task;
      return {
        type: 'task.change',
        task: task.id,
        invite: [],
        past: true,
        ...(changes.due !== undefined && { due }),
        ...(changes.owners && { owners }),
        ...(changes.title && { title }),
      };
    }
    case 'participant.describe': {
      const one = before.people[command.participant];
      if (!one) return null;
      return {
        type: 'participant.describe',
        participant: one.id,
        ...(command.mail !== undefined && { mail: one.mail }),
        ...(command.locale !== undefined && { locale: one.locale }),
      };
    }
    default:
      return null;
  }
}
