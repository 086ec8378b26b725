/** The language of a text as far as its letters tell, for whoever has it read aloud. */

/** `zh-CN` or `en` where a text is plainly not in the page's own language; undefined where nothing need be said. */
export function foreign(text: string, page: string): 'zh-CN' | 'en' | undefined {
  const han = (text.match(/\p{Script=Han}/gu) ?? []).length;
  const latin = (text.match(/\p{Script=Latin}{2,}/gu) ?? []).length;
  if (han > 0 && han * 2 >= latin) return page === 'zh-CN' ? undefined : 'zh-CN';
  return han === 0 && latin > 2 && page === 'zh-CN' ? 'en' : undefined;
}
