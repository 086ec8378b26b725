/** Tells readers who can't see the page what came in: politely, and at most once in five seconds. */
import type { Recorded } from '#core/events.ts';
import type { RoomState } from '#core/room.ts';

const PAUSE = 5_000;

export class Announcer {
  text = $state('');
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Says at once what its listener did themselves. */
  tell(text: string): void {
    // The same words twice would not be read again.
    this.text = text === this.text ? `${text}\u00a0` : text;
  }

  async hear(news: Recorded[], state: RoomState): Promise<void> {
    if (news.length === 0) return;
    const words = await import('./sentences.ts').catch(() => null);
    if (!words) return;
    const { many, sentence } = words;
    this.#waiting.push(...news.flatMap((one) => sentence(one, state) ?? []));
    if (this.#waiting.length > 0 && this.#timer === undefined) this.#speak(many);
  }

  #speak(many: (count: number) => string): void {
    const [first] = this.#waiting;
    this.text = this.#waiting.length > 1 ? many(this.#waiting.length) : (first ?? '');
    this.#timer = this.#waiting.length > 0 ? setTimeout(() => this.#speak(many), PAUSE) : undefined;
    this.#waiting = [];
  }
}
