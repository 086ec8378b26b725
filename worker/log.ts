/**
 * What the logs say: one JSON object a line, with the id of the request, mail or alarm that it belongs to. The id goes along into the room,
 * its later chores and the postbox. Ids, kinds and counts only: no names, no addresses, nothing that anybody wrote, no tokens.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { withoutTokens } from '#core/ids.ts';

const asked = new AsyncLocalStorage<string>();

/** The id of what is being done now; null where nobody asked for it. */
export const requestId = (): string | null => asked.getStore() ?? null;

/** Does something on behalf of a request; without an id, as it stands. */
export const underRequest = <T>(id: string | null, work: () => T): T => (id === null ? work() : asked.run(id, work));

/** A path or a machine's words as they may stand in a log. */
export const withoutPeople = (text: string): string => withoutTokens(text.replace(/[^\s<>"'/=:]+@[^\s<>"'/]+/g, '…@…')).slice(0, 400);

type Facts = Record<string, string | number | boolean | null | undefined>;

const line = (what: string, facts: Facts): string => JSON.stringify({ what, id: requestId(), ...facts });

export const log = (what: string, facts: Facts = {}): void => console.log(line(what, facts));

/** Something failed. Of the error its words and where it was, without whatever it quotes. */
export function logError(what: string, error: unknown, facts: Facts = {}): void {
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((one) => /^\s*at /.test(one)) : [];
  console.error(
    line(what, { ...facts, error: withoutPeople(String(error)), ...(stack.length > 0 && { stack: stack.slice(0, 8).join('\n') }) }),
  );
}
