/** Every colour, size and font of the mails. Names say what for; layout.tsx pairs each colour with its dark one. */

import type { Locale } from '#core/people.ts';

/** Light value first, dark value second: mail clients without `prefers-color-scheme` show the first. */
export const colour = {
  ground: ['#f3f5f2', '#121614'],
  paper: ['#ffffff', '#1b211e'],
  card: ['#f7f9f6', '#232a26'],
  line: ['#dfe5df', '#38413c'],
  ink: ['#1b2420', '#eef2ef'],
  soft: ['#56625b', '#a9b5ae'],
  brand: ['#1f6f5c', '#8ad1bd'],
  button: ['#1f6f5c', '#2b8570'],
  onButton: ['#ffffff', '#ffffff'],
  late: ['#a83a1c', '#ff9d80'],
  /** The team's own colours, which no mail to a customer ever wears. */
  teamGround: ['#fff9e8', '#1b170b'],
  team: ['#fff0c2', '#3a2f10'],
  teamLine: ['#e2b93b', '#8a6d1d'],
  teamInk: ['#5c4300', '#ffe09a'],
  teamButton: ['#5c4300', '#8a6d1d'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type Colour = keyof typeof colour;

/** System fonts only. Chinese faces stand before the generic, so that no client falls back to a Song face; in English mail they would lend it their wide quotation marks. */
const latin = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,";
export const font: Record<Locale, string> = {
  en: `${latin}sans-serif`,
  'zh-CN': `${latin}'PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans CJK SC',sans-serif`,
};

export const width = 600;
