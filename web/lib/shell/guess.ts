/** Guesses that a seller sees before they count; the Worker makes the same ones for forms without script. */

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
