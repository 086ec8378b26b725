/**
 * A task in one line: "邀约客户进行产品演示 @Chen 周五 15:00". Who, when and what kind are recognised and shown before Enter;
 * what is not clearly one of them stays in the title, so nothing typed is ever lost.
 */
import type { Due } from './due.ts';
import type { ParticipantId } from './ids.ts';
import type { Locale, Side } from './people.ts';
import type { TaskKind } from './plan.ts';
import { readWhen } from './when.ts';

export interface TaskLineContext {
  /** Epoch ms. */
  now: number;
  zone: string;
  locale: Locale;
  people: { id: ParticipantId; name: string; email: string; side: Side }[];
  /** Seller-side colleagues, in the room or not. */
  colleagues: { name: string; email: string }[];
}

/** What was recognised, by its place in the line as typed. The word that shows the kind stays in the title. */
export interface TaskLinePart {
  start: number;
  end: number;
  kind: 'owner' | 'newcomer' | 'due' | 'kind';
  /** The owner's name, the newcomer's address, the date's words, or the kind. */
  label: string;
}

export interface TaskLine {
  title: string;
  kind: TaskKind;
  owners: ParticipantId[];
  /** Named by address, or colleagues who are not in the room: to be brought in with the task. */
  newcomers: { email: string; name: string }[];
  due: Due | null;
  parts: TaskLinePart[];
}

// ---------------------------------------------------------------- names

/** A name guessed from an address: "chen.wei@x" is "Chen Wei". */
export function nameFromAddress(email: string): string {
  const local = (email.split('@')[0] ?? '').split('+')[0] ?? '';
  const words = local
    .split(/[._\-\s]+/)
    .map((word) => word.replace(/^\d+|\d+$/g, ''))
    .filter((word) => word !== '');
  const name = words
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ')
    .slice(0, 80);
  // An address of digits alone (QQ) is its owner's name as well as any.
  return name || local.slice(0, 80) || email.slice(0, 80);
}

/** Case and accents folded one code unit for one, so that offsets stay. */
const fold = (text: string): string =>
  text.replace(/[A-Z\u00c0-\u024f\u1e00-\u1eff]/g, (char) => char.normalize('NFD').charAt(0).toLowerCase().charAt(0) || char);

interface Named {
  /** Folded; as long as what must be typed. */
  key: string;
  email: string;
  name: string;
  id: ParticipantId | null;
}

const LATIN = /[\p{Script=Latin}\p{Nd}]/u;

/** What may be typed after @ for a person: the whole name, a word of it, or the address's local part. */
function keysOf(name: string, email: string): string[] {
  const whole = fold(name.trim().replace(/\s+/g, ' '));
  const words = whole.split(/[\s·.,()（）]+/);
  return [...new Set([whole, ...words, fold(email.split('@')[0] ?? '')])].filter(
    (key) => key !== '' && (key.length > 1 || !LATIN.test(key)),
  );
}

function everyone(ctx: TaskLineContext): Named[] {
  const inRoom = new Set(ctx.people.map((one) => one.email.toLowerCase()));
  return [
    ...ctx.people.flatMap(({ id, name, email }) => keysOf(name, email).map((key) => ({ key, email: email.toLowerCase(), name, id }))),
    ...ctx.colleagues
      .filter((one) => !inRoom.has(one.email.toLowerCase()))
      .flatMap(({ name, email }) => keysOf(name, email).map((key) => ({ key, email: email.toLowerCase(), name, id: null }))),
  ];
}

const ADDRESS = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}(?![a-z0-9-])/iu;

/** The length of a key where it stands at the head of a text; -1 if it does not. Any white space stands for a space. */
function lengthAt(text: string, key: string): number {
  let at = 0;
  for (const char of key) {
    if (char === ' ') {
      const space = /^\s+/.exec(text.slice(at));
      if (!space) return -1;
      at += space[0].length;
    } else {
      if (!text.startsWith(char, at)) return -1;
      at += char.length;
    }
  }
  // "@Chenille" is not Chen; 陈伟周五 is 陈伟, as Chinese has no spaces.
  const [last, next] = [key.at(-1) ?? '', text.charAt(at)];
  return LATIN.test(last) && LATIN.test(next) ? -1 : at;
}

interface Owner {
  start: number;
  end: number;
  email: string;
  name: string;
  id: ParticipantId | null;
}

function ownersIn(line: string, ctx: TaskLineContext): Owner[] {
  const named = everyone(ctx);
  const folded = fold(line);
  const owners: Owner[] = [];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] !== '@' && line[at] !== '＠') continue;
    // The @ inside an address is none of ours.
    if (/[a-z0-9._%+-]/i.test(line.charAt(at - 1))) continue;
    const rest = line.slice(at + 1);

    const address = ADDRESS.exec(rest)?.[0];
    if (address !== undefined) {
      const email = address.toLowerCase();
      const known = named.find((one) => one.email === email);
      owners.push({ start: at, end: at + 1 + address.length, email, name: known?.name ?? nameFromAddress(email), id: known?.id ?? null });
      at += address.length;
      continue;
    }

    const foldedRest = folded.slice(at + 1);
    const matches = named.map((one) => ({ one, length: lengthAt(foldedRest, one.key) })).filter(({ length }) => length > 0);
    // "@陈伟明天" is 陈伟 and tomorrow, even if there is a 陈伟明.
    const whole = matches.filter(
      ({ length }) => !/[今明后]$/.test(foldedRest.slice(0, length)) || !/^[天日早晚]/.test(foldedRest.slice(length)),
    );
    const longest = Math.max(0, ...(whole.length ? whole : matches).map(({ length }) => length));
    const best = matches.filter(({ length }) => length === longest).map(({ one }) => one);
    // Who is in the room comes before who could be; two of a name are nobody.
    const here = best.filter((one) => one.id !== null);
    const meant = new Map((here.length ? here : best).map((one) => [one.email, one]));
    const [only] = meant.values();
    if (meant.size !== 1 || only === undefined) continue;
    owners.push({ start: at, end: at + 1 + longest, email: only.email, name: only.name, id: only.id });
    at += longest;
  }
  return owners;
}

// ---------------------------------------------------------------- kinds

const GIVE = '(?:发送|发给|发一?[份下]|发|提供|准备|分享|上传|补充|更新|寄送?|索取|send|share|provide|prepare|upload|forward|resend|email)';
const MATERIAL =
  '(?:资料|材料|报价单?|白皮书|手册|说明书|案例|方案|样本|合同|文件|录像|录屏|清单|报告|quotes?|quotation|proposal|brochure|data ?sheet|slides|deck|white ?paper|price list|case stud(?:y|ies)|documents?|documentation|contract|recording|report)';

/** The first that matches; a plain task when in doubt. */
const KINDS: [TaskKind, RegExp][] = [
  ['material', new RegExp(`(?<![a-z])${GIVE}(?![a-z]).{0,40}?(?<word>(?<![a-z])${MATERIAL}(?![a-z]))`, 'iu')],
  ['material', /^\s*(?<word>send|share|forward|发送)(?!\s*(?:an?\s+|the\s+)?(?:invit|calendar)|.{0,4}(?:邀请|邀约|会议))(?![a-z])/iu],
  ['demo', /(?<word>演示|试用|(?<![a-z])(?:demos?|demonstrations?|poc)(?![a-z]))/iu],
  ['objection', /(?<word>异议|顾虑|疑虑|(?<![a-z])objections?(?![a-z]))/iu],
  [
    'meeting',
    /(?<word>会议|开会|例会|会面|面谈|拜访|启动会|沟通会|研讨会|电话会|通话|视频会|(?<![a-z])(?:meetings?|kick-?off|workshop|webinar|conference call|(?:video |phone )?call(?! cent(?:er|re)))(?![a-z]))/iu,
  ],
];

function kindOf(line: string): { kind: TaskKind; start: number; end: number } | null {
  for (const [kind, pattern] of KINDS) {
    const match = new RegExp(pattern.source, `${pattern.flags}d`).exec(line);
    const place = match?.indices?.groups?.['word'];
    if (place) return { kind, start: place[0], end: place[1] };
  }
  return null;
}

// ---------------------------------------------------------------- the line

/** Words that only lead to what was taken out: "… for @Chen", "@Chen and @Lin". */
const CONNECTOR =
  /(?<=^|\s)(?:for|by|to|with|cc|and|on|at|&|\+|-|–|—|->)\s*$|(?<=^|\s|[\p{Script=Han}])(?:和|与|跟|及|、|由|请)\s*$|[,，、;；:：/→]\s*$/iu;
const PUNCTUATION = /^[\s,，、;；:：.。\-–—/|]+/u;

interface Hole {
  start: number;
  end: number;
}

/**
 * Widens what was taken by the words that lead to it when nothing of the title follows; "Call with @Chen" is "Call", while
 * "send @Chen the deck" keeps its words.
 */
function widened<One extends Hole>(holes: One[], line: string): One[] {
  return holes.map((hole, index) => {
    let end = hole.end;
    for (const next of holes.slice(index + 1)) {
      if (!/^\s*(?:(?:and|&|和|与|跟|及|,|，|、)\s*)?$/iu.test(line.slice(end, next.start))) break;
      end = next.end;
    }
    const leads = /^\s*[,，;；.。!！]?\s*$/u.test(line.slice(end)) || end > hole.end;
    const before = line.slice(holes[index - 1]?.end ?? 0, hole.start);
    const connector = CONNECTOR.exec(before);
    const between = index > 0 && /^\s*(?:and|&|和|与|跟|及|,|，|、)\s*$/iu.test(before);
    if (!connector || !(leads || between)) return hole;
    return { ...hole, start: hole.start - connector[0].length };
  });
}

export function parseTaskLine(line: string, ctx: TaskLineContext): TaskLine {
  const named = ownersIn(line, ctx);

  // Owners are blanked so that "周五 @Chen 15:00" is one date, and no name is read as one (周一帆).
  let rest = line;
  for (const { start, end } of named) rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end);
  const when = readWhen(rest, ctx);

  const holes: TaskLinePart[] = named.map((one) => ({
    start: one.start,
    end: one.end,
    kind: one.id ? 'owner' : 'newcomer',
    label: one.id ? one.name : one.email,
  }));
  if (when) {
    // A date that runs across a name is two pieces with one label.
    const label = rest.slice(when.start, when.end).replace(/\s+/g, ' ').trim();
    const inside = named.filter((one) => one.start >= when.start && one.end <= when.end);
    const edges = [when.start, ...inside.flatMap((one) => [one.start, one.end]), when.end];
    for (let index = 0; index < edges.length; index += 2) {
      const [from, to] = [edges[index] ?? 0, edges[index + 1] ?? 0];
      const text = line.slice(from, to);
      const start = from + (text.length - text.trimStart().length);
      if (text.trim()) holes.push({ start, end: start + text.trim().length, kind: 'due', label });
    }
  }
  holes.sort((a, b) => a.start - b.start);
  const taken = widened(holes, line);

  let title = '';
  let from = 0;
  for (const hole of taken) {
    const piece = line.slice(from, hole.start);
    title = glued(title, from === 0 ? piece : piece.replace(title.trim() === '' ? PUNCTUATION : /^/, ''));
    from = hole.end;
  }
  const last = line.slice(from);
  title = glued(
    title,
    taken.length > 0 && (title.trim() === '' || PUNCTUATION.exec(last)?.[0].length === last.length) ? last.replace(PUNCTUATION, '') : last,
  );
  title = title.replace(/\s+/g, ' ').trim();
  if (taken.some((hole) => hole.end === line.trimEnd().length)) title = title.replace(/[\s,，、;；:：\-–—/|]+$/u, '');
  title = title
    .replace(/[(（[【]\s*[)）\]】]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

  const kind = kindOf(rest);
  const parts: TaskLinePart[] =
    kind && !holes.some((hole) => kind.start < hole.end && kind.end > hole.start)
      ? [...taken, { start: kind.start, end: kind.end, kind: 'kind' as const, label: kind.kind }]
      : taken;
  const owners = [...new Set(named.flatMap((one) => (one.id ? [one.id] : [])))];
  const newcomers = new Map(named.filter((one) => one.id === null).map((one) => [one.email, { email: one.email, name: one.name }]));
  return {
    title,
    kind: kind?.kind ?? 'task',
    owners,
    newcomers: [...newcomers.values()],
    due: when?.due ?? null,
    parts: parts.toSorted((a, b) => a.start - b.start),
  };
}

/** Two pieces of a title with what stood between them gone: a space only where both sides are words that need one. */
function glued(left: string, right: string): string {
  if (left === '' || right === '') return left + right;
  if (/[,，、;；]\s*$/u.test(left) && /^\s*[,，、;；]/u.test(right)) return left.trimEnd() + right.replace(/^\s*[,，、;；]/u, '');
  const needs = /[^\s\p{Script=Han}，。、：；（）]$/u.test(left) && /^[^\s\p{Script=Han}，。、：；（），.;:!?)]/u.test(right);
  return left + (needs ? ' ' : '') + right;
}
