/** A person who asks what is kept of them, or to be forgotten: found by their address in the rooms of a workspace. */
import { and, eq, ne, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import { email } from '#core/commands.ts';
import { done, type Result } from '#core/refusal.ts';
import { roomActor } from '../access/actor.ts';
import { read } from '../access/sellers.ts';
import type { Env } from '../env.ts';
import type { MyData } from '../room/my-data.ts';
import { roomStub } from '../room/stub.ts';
import { asSeller, type KnownPerson, type Seller } from '../services.ts';
import { note } from './audit.ts';
import { participant, room as rooms } from './schema.ts';
import { Within } from './within.ts';

const asked = v.object({ email });

export class People {
  readonly #env: Env;
  readonly #db;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  /** The rooms in which an address stands on the customer's side: a seller's own; an owner's, all of the workspace. Deleted ones, too. */
  async at(seller: Seller, input: unknown): Promise<Result<KnownPerson>> {
    const typed = read(asked, input);
    if (!typed.ok) return typed;
    const room = new Within(this.#env.DB, seller.workspace).rows(rooms);
    const mine = sql`EXISTS (SELECT 1 FROM participant AS me WHERE me.room_id = ${room.id} AND me.person_id = ${seller.person} AND me.status != 'left')`;
    const found = await this.#db
      .selectDistinct({ room: room.id, name: room.name, called: participant.name })
      .from(participant)
      .innerJoin(room, eq(room.id, participant.roomId))
      .where(
        and(eq(participant.email, typed.value.email), ne(participant.side, 'seller'), or(sql`${seller.role === 'owner' ? 1 : 0}`, mine)),
      );
    return done({ email: typed.value.email, rooms: found });
  }

  /** Everything that those rooms keep of them, as they may have it themselves. */
  async data(seller: Seller, input: unknown): Promise<Result<{ rooms: MyData[] }>> {
    const found = await this.at(seller, input);
    if (!found.ok) return found;
    const who = await roomActor(asSeller(seller));
    const rooms: MyData[] = [];
    for (const one of found.value.rooms) {
      const data = await roomStub(this.#env, one.room).dataAt(who, seller.role === 'owner', found.value.email);
      if (data.ok) rooms.push(...data.value.data);
    }
    await note(this.#env, seller, { type: 'person.exported', rooms: rooms.length });
    return done({ rooms });
  }

  /** Erases them there. Doing it again, or going on where it was interrupted, is harmless. */
  async erase(seller: Seller, input: unknown): Promise<Result<{ rooms: number }>> {
    const found = await this.at(seller, input);
    if (!found.ok) return found;
    const who = await roomActor(asSeller(seller));
    let count = 0;
    for (const one of found.value.rooms) {
      const erased = await roomStub(this.#env, one.room).eraseAt(who, seller.role === 'owner', found.value.email);
      if (erased.ok && erased.value.count > 0) count += 1;
    }
    if (count > 0) await note(this.#env, seller, { type: 'person.erased', rooms: count });
    return done({ rooms: count });
  }
}
