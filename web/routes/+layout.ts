/** In the browser, words are in the language that the server wrote the page in. */
import { browser } from '$app/environment';
import { isLocale, overwriteGetLocale } from '#messages/runtime.js';

if (browser) {
  const lang = document.documentElement.lang;
  const locale = isLocale(lang) ? lang : 'en';
  overwriteGetLocale(() => locale);
}
