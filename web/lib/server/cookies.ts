/** The cookies that pages set. `__Host-` ones can't be planted by another host or read by scripts. */
import type { Cookies } from '@sveltejs/kit';
import type { Locale } from '#core/people.ts';

export const SELLER = '__Host-seller';
export const GUEST = '__Host-guest';
/** Where somebody was going when they were asked to sign in. */
export const WAY = '__Host-way';
export const PRESS = '__Host-press';
export const LOCALE = 'locale';
export const THEME = 'theme';
export const STEPS = 'first-steps';

const DAY = 86_400;
const safe = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;

export const keepSeller = (cookies: Cookies, value: string) => cookies.set(SELLER, value, { ...safe, maxAge: 90 * DAY });
export const keepGuest = (cookies: Cookies, device: string) => cookies.set(GUEST, device, { ...safe, maxAge: 400 * DAY });
/** For a page that stays open: a day. */
export const keepPress = (cookies: Cookies, value: string) => cookies.set(PRESS, value, { ...safe, maxAge: DAY });
/** Until they have signed in, or an hour is over. */
export const keepWay = (cookies: Cookies, { pathname, search }: URL) =>
  cookies.set(WAY, (pathname + search).slice(0, 500), { ...safe, maxAge: 3_600 });

/** A seller's page to go on to: the one that was asked for, once. Anything else in the cookie leads to the rooms. */
export function takeWay(cookies: Cookies): string {
  const way = cookies.get(WAY);
  if (way !== undefined) cookies.delete(WAY, safe);
  return way && /^\/(rooms|accounts|answers|settings)([/?][\w\-./?&=%:]*)?$/.test(way) ? way : '/rooms';
}

export const keepPreference = (cookies: Cookies, name: string, value: string) => cookies.set(name, value, { ...safe, maxAge: 400 * DAY });

export const toLocale = (value: string | null | undefined): Locale | null => (value === 'en' || value === 'zh-CN' ? value : null);
