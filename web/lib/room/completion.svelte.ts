/** Completing "@…" in an input: who fits what is being typed, and putting the chosen one in. Choosing never sends. */
import type { LiveRoom } from './live-room.svelte.ts';

export interface Candidate {
  key: string;
  name: string;
  email: string;
  /** In the room already, a colleague to bring in, or an address to invite. */
  what: 'here' | 'colleague' | 'address';
  /** What stands in the text once chosen. */
  text: string;
}

type Input = HTMLInputElement | HTMLTextAreaElement;

const ADDRESS = /^[^\s@<>"(),;:]{1,64}@[^\s@<>"(),;:]+\.[^\s@<>"(),;:.]{2,}$/u;
/** The word after the last @ before the caret. Chinese has no spaces, so the @ may stand right after a character. */
const QUERY = /(?:^|[^\w.])@([^\s@]*(?:@[^\s@]*)?)$/u;

type Pinyin = typeof import('pinyin-match').default;
/** Letters that may be pinyin, or characters that a name in Latin letters may be. */
const PINYIN = /^([a-z]+|\p{Script=Han}+)$/iu;
const startsThere = (found: boolean | readonly number[]): boolean => Array.isArray(found) && found[0] === 0;

export class Completion {
  items = $state.raw<Candidate[]>([]);
  active = $state(0);
  #start = 0;
  /** Reads Chinese names by their pinyin; fetched when somebody types letters and there is such a name. */
  #pinyin: Pinyin | null = null;
  readonly #room: LiveRoom;
  readonly #sellersOnly: () => boolean;

  constructor(room: LiveRoom, sellersOnly: () => boolean) {
    this.#room = room;
    this.#sellersOnly = sellersOnly;
  }

  get isOpen(): boolean {
    return this.items.length > 0;
  }

  /** Looks at what stands before the caret. */
  look(input: Input): void {
    const caret = input.selectionStart ?? input.value.length;
    const found = QUERY.exec(input.value.slice(0, caret));
    if (!found) return this.close();
    const query = found[1] ?? '';
    this.#start = caret - query.length;
    this.items = this.#matching(query.toLowerCase());
    this.active = 0;
    if (!this.#pinyin && PINYIN.test(query)) void this.#learnPinyin(input);
  }

  async #learnPinyin(input: Input): Promise<void> {
    const han = /\p{Script=Han}/u;
    const isMixed =
      han.test(input.value) || [...Object.values(this.#room.state.people), ...this.#room.colleagues].some((one) => han.test(one.name));
    // Its table of sounds is 50 kB that the Worker need not carry: nobody types on a server.
    if (!isMixed || import.meta.env.SSR) return;
    const loaded = await import('pinyin-match').catch(() => null);
    if (!loaded || this.#pinyin) return;
    this.#pinyin = loaded.default;
    if (document.activeElement === input) this.look(input);
  }

  /** "chenw" and "cw" find 陈伟; 陈 finds Chen. */
  #soundsLike(name: string, query: string): boolean {
    if (!this.#pinyin || query === '') return false;
    if (!/\p{Script=Han}/u.test(query)) return /\p{Script=Han}/u.test(name) && startsThere(this.#pinyin.match(name, query));
    return name
      .toLowerCase()
      .split(/\s+/)
      .some((word) => /^[a-z]+$/.test(word) && startsThere(this.#pinyin?.match(query, word) ?? false));
  }

  close(): void {
    this.items = [];
  }

  #matching(query: string): Candidate[] {
    const { state, me, colleagues } = this.#room;
    const here: Candidate[] = Object.values(state.people)
      .filter((one) => one.status !== 'left' && one.id !== me.id && (!this.#sellersOnly() || one.side === 'seller'))
      .map((one) => ({ key: one.id, name: one.name, email: one.email, what: 'here', text: `@${one.name} ` }));
    const near: Candidate[] = colleagues
      .filter((one) => !this.#room.isKnown(one.email))
      .map((one) => ({ key: one.email, name: one.name, email: one.email, what: 'colleague', text: `@${one.email} ` }));
    const fits = [...here, ...near].filter(
      (one) =>
        `${one.name} ${one.email}`
          .toLowerCase()
          .split(/[\s@]+/)
          .some((word) => word.startsWith(query)) ||
        (/\p{Script=Han}/u.test(query) && one.name.includes(query)) ||
        this.#soundsLike(one.name, query) ||
        one.email === query,
    );
    if (fits.length === 0 && ADDRESS.test(query) && !this.#sellersOnly())
      return [{ key: query, name: query, email: query, what: 'address', text: `@${query} ` }];
    return fits.slice(0, 6);
  }

  choose(input: Input, one: Candidate): void {
    const caret = input.selectionStart ?? input.value.length;
    input.setRangeText(one.text, this.#start - 1, caret, 'end');
    this.close();
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    this.close();
    input.focus();
  }

  /** True when the key was the list's. An input method's own Enter and arrows are left alone. */
  key(event: KeyboardEvent & { currentTarget: Input }): boolean {
    if (event.isComposing || event.keyCode === 229 || !this.isOpen) return false;
    const count = this.items.length;
    const chosen = this.items[this.active];
    if (event.key === 'ArrowDown') this.active = (this.active + 1) % count;
    else if (event.key === 'ArrowUp') this.active = (this.active + count - 1) % count;
    else if (event.key === 'Escape') this.close();
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) this.choose(event.currentTarget, chosen);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
