/**
 * Big mails are read one after the other within an isolate, whose memory they share. Nobody waits for another's promise: the runtime
 * ends a request that waits for nothing of its own, and one that was ended never says that it is done. So everybody in the line looks
 * from time to time whether it is its turn, and passes over those who show no more sign of life.
 */

interface Place {
  seen: number;
}

export class Turns {
  readonly #line: Place[] = [];
  readonly #look: number;
  readonly #gone: number;
  readonly #patience: number;

  /** Milliseconds: `look` between two looks, `gone` without a sign of life, `patience` until waiting is an error. */
  constructor({ look = 50, gone = 20_000, patience = 240_000 } = {}) {
    this.#look = look;
    this.#gone = gone;
    this.#patience = patience;
  }

  /**
   * Does the work when all who came before have done theirs; the work calls `alive` as it gets on. Throws when the wait has no end,
   * before the sending server stops listening (RFC 5321 section 4.5.3.2.6: ten minutes).
   */
  async take<Done>(work: (alive: () => void) => Promise<Done>): Promise<Done> {
    const began = Date.now();
    const mine = { seen: began };
    const alive = () => void (mine.seen = Date.now());
    this.#line.push(mine);
    try {
      while (!this.#isFirst(mine)) {
        if (Date.now() - began > this.#patience) throw new Error('too many big mails at once');
        await scheduler.wait(this.#look);
        alive();
      }
      return await work(alive);
    } finally {
      this.#line.splice(this.#line.indexOf(mine), 1);
    }
  }

  #isFirst(mine: Place): boolean {
    const now = Date.now();
    return this.#line.find((one) => one === mine || now - one.seen < this.#gone) === mine;
  }
}
