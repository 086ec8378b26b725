/**
 * What to ask a customer about each criterion. Content, not words of the interface: a question goes out in the
 * customer's language, whichever the seller reads.
 */
import { type Locale, present } from '#core/people.ts';
import { ownName } from '#core/qualification.ts';
import type { RoomState } from '#core/room.ts';

const QUESTIONS: Record<string, Record<Locale, string>> = {
  metrics: {
    en: 'If this works, which number will be different a year from now, and by how much?',
    'zh-CN': '如果这件事做成了，一年后哪个数字会不一样？大概变化多少？',
  },
  economic_buyer: {
    en: 'Who releases the money for this, and what does that person need to see first?',
    'zh-CN': '这笔预算最终由哪位批准？他在批准前需要看到什么？',
  },
  decision_criteria: {
    en: 'What will you compare the options by? Which two points weigh most?',
    'zh-CN': '你们会按哪些标准来比较方案？其中最看重的两点是什么？',
  },
  decision_process: {
    en: 'Which steps lie between today and a signature on your side, and who takes part in each?',
    'zh-CN': '从今天到签字，你们内部还要走哪几步？每一步有谁参与？',
  },
  pain: {
    en: 'What does it cost you today to leave things as they are?',
    'zh-CN': '如果维持现状不变，现在每个月要付出什么代价？',
  },
  champion: {
    en: 'Who in your company would be most glad if this went ahead, and may we talk with them?',
    'zh-CN': '贵公司里谁最希望这件事做成？方便我们和他聊一聊吗？',
  },
  competition: {
    en: 'Which other ways are you looking at, doing it yourselves or not at all included?',
    'zh-CN': '除了我们，你们还在考虑哪些办法？包括自己做，或者先不做。',
  },
  budget: { en: 'Is there a budget for this, and in which range?', 'zh-CN': '这件事有预算吗？大概在什么范围？' },
  authority: { en: 'Who decides on this, and who is heard before?', 'zh-CN': '这件事由谁决定？决定之前会听取谁的意见？' },
  need: { en: 'What must be better afterwards for this to have been worth it?', 'zh-CN': '做完之后哪些方面必须变好，这件事才算值得？' },
  timeline: {
    en: 'By when do you need it running, and what happens if it is later?',
    'zh-CN': '最晚什么时候要用上？如果晚了会有什么影响？',
  },
};

/** The language that most of the customers read. */
export function customersLocale(state: RoomState, otherwise: Locale): Locale {
  const locales = present(state).flatMap((one) => (one.side === 'customer' ? [one.locale] : []));
  const chinese = locales.filter((one) => one === 'zh-CN').length;
  if (locales.length === 0 || chinese * 2 === locales.length) return locales[0] ?? otherwise;
  return chinese * 2 > locales.length ? 'zh-CN' : 'en';
}

export function questionFor(criterion: string, locale: Locale): string {
  const known = QUESTIONS[criterion]?.[locale];
  if (known) return known;
  const name = ownName(criterion) ?? criterion;
  return locale === 'zh-CN' ? `关于“${name}”，你们目前是怎么考虑的？` : `What can you tell us about “${name}”?`;
}
