/** Guesses that a seller sees before they count; the Worker makes the same ones for forms without script. */
import type { Locale } from '#core/people.ts';

export const likelyLocale = (account: string, email: string): Locale =>
  /\p{Script=Han}/u.test(account) || /@(qq|163|126|foxmail|sina|aliyun|139)\.|\.cn$/i.test(email) ? 'zh-CN' : 'en';

/** "chen.wei@corp.com" is "Chen Wei"; nothing before there is an @. */
export function likelyName(email: string): string {
  const [local = '', domain] = email.split('@');
  if (!domain) return '';
  const words = (local.split('+')[0] ?? '')
    .split(/[._-]+/)
    .map((word) => word.replace(/^\d+|\d+$/g, ''))
    .filter(Boolean);
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ') || local;
}
