/** The way to a room's object: its public methods, each answering with a promise of plain data. */
import type { RoomId } from '#core/ids.ts';
import type { Env } from '../env.ts';
import { requestId } from '../log.ts';
import type { Room } from './object.ts';

type Remote<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer Args) => infer Answer ? (...args: Args) => Promise<Awaited<Answer>> : never;
};

/** Never `name`, `id` or `then`: a stub has those of its own. */
export type RoomStub = Remote<Omit<Room, 'name' | 'id' | 'then' | 'alarm' | 'webSocketMessage' | 'webSocketClose' | 'webSocketError'>>;

/** The room of this id; it exists from its first call on, but has no facts before it was founded. */
export function roomStub(env: Pick<Env, 'ROOM'>, room: RoomId | 'healthz'): RoomStub {
  // The platform's own stub type wraps unions until they no longer match themselves; what crosses here is plain data.
  return traced(env.ROOM.get(env.ROOM.idFromName(room)) as unknown as RoomStub);
}

/** The same room, told on whose behalf it is called (log.ts): one method of its takes the id along with any other. */
function traced(stub: RoomStub): RoomStub {
  const id = requestId();
  if (id === null) return stub;
  return new Proxy(stub, {
    get: (target, name) => {
      if (name === 'fetch') return (request: Request) => target.fetch(request);
      if (typeof name !== 'string' || name === 'then') return Reflect.get(target, name) as unknown;
      return (...args: unknown[]) => target.traced(id, name, args);
    },
  });
}

/** The room behind an object's own id, 64 hexadecimal digits; null if it is none. */
export function objectStub(env: Pick<Env, 'ROOM'>, object: string): RoomStub | null {
  if (!/^[0-9a-f]{64}$/.test(object)) return null;
  try {
    return env.ROOM.get(env.ROOM.idFromString(object)) as unknown as RoomStub;
  } catch {
    // An id of another namespace.
    return null;
  }
}
