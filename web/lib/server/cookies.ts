/** The cookies that pages set. `__Host-` ones can't be planted by another host or read by scripts. */
import type { Cookies } from '@sveltejs/kit';
import type { Locale } from '#core/people.ts';

export const SELLER = '__Host-seller';
export const GUEST = '__Host-guest';
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
export const keepPreference = (cookies: Cookies, name: string, value: string) => cookies.set(name, value, { ...safe, maxAge: 400 * DAY });

export const toLocale = (value: string | null | undefined): Locale | null => (value === 'en' || value === 'zh-CN' ? value : null);
