/** The event log as lines of text: what a copy carries, what an import brings back, and the hash that says they are equal. */
import type { Recorded } from '#core/events.ts';

/** One event as one line of JSON. The order of keys is part of the format. */
export const lineOf = ({ seq, at, by, via, audience, event }: Recorded): string => JSON.stringify({ seq, at, by, via, audience, event });

/** SHA-256 over lines that come one after another, as hex. */
export class LogHash {
  readonly #stream = new crypto.DigestStream('SHA-256');
  readonly #writer = this.#stream.getWriter();

  async add(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  async end(): Promise<string> {
    await this.#writer.close();
    return [...new Uint8Array(await this.#stream.digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
