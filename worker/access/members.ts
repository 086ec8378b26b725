/** Who is in a workspace: owners, who may let people go and make others owners, and members, who may all the rest. */
import { and, eq, ne, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { PersonId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { letGo } from '#emails/let-go.tsx';
import { note } from '../directory/audit.ts';
import { membership as memberships, participant, person, room as rooms } from '../directory/schema.ts';
import { Within } from '../directory/within.ts';
import type { Env } from '../env.ts';
import { envelop } from '../mail/compose.ts';
import { enqueue } from '../mail/postbox.ts';
import { roomStub } from '../room/stub.ts';
import type { MemberRow, Seller } from '../services.ts';
import { Sessions } from './sessions.ts';

export class Members {
  readonly #env: Env;
  readonly #db;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  #of(seller: Seller): Within {
    return new Within(this.#env.DB, seller.workspace);
  }

  /** By name. */
  async list(seller: Seller): Promise<MemberRow[]> {
    const membership = this.#of(seller).rows(memberships);
    return this.#db
      .select({ person: person.id, name: person.name, email: person.email, role: membership.role })
      .from(membership)
      .innerJoin(person, eq(person.id, membership.personId))
      .orderBy(person.name);
  }

  /**
   * Lets somebody go. Their sessions here end, they leave the workspace's rooms, and where nobody else of it is in a room the owner
   * takes their place. Whoever did not go by themselves is told. Nobody leaves a workspace without an owner.
   */
  async remove(seller: Seller, id: PersonId): Promise<Result<null>> {
    const asked = await this.#may(seller, id);
    if (!asked.ok) return asked;
    const member = asked.value;
    const membership = this.#of(seller).rows(memberships);
    const [reader] = await this.#db
      .select({ name: person.name, locale: person.locale, zone: person.zone, since: membership.createdAt })
      .from(membership)
      .innerJoin(person, eq(person.id, membership.personId))
      .where(eq(membership.personId, id));
    await this.#of(seller).remove(memberships, (one) => eq(one.personId, id));
    const room = this.#of(seller).rows(rooms);
    const left = await this.#db
      .select({ id: participant.roomId })
      .from(participant)
      .innerJoin(room, eq(room.id, participant.roomId))
      .where(and(eq(participant.personId, id), ne(participant.status, 'left')));
    const { person: own, name, email, locale, zone } = seller;
    for (const one of left) await roomStub(this.#env, one.id).dismiss(id, { person: own, name, email, locale, zone });
    await new Sessions(this.#env).endIn(seller.workspace, id);
    await note(this.#env, seller, { type: 'member.removed', name: member.name, email: member.email });
    if (reader && id !== own) {
      const { workspace, workspaceName } = seller;
      const mail = envelop(this.#env, letGo({ reader, from: { name, email }, workspaceName }), {
        // Asked in again and let go again, they are told again.
        key: `let-go/${workspace}/${id}/${reader.since}`,
        from: `${name} · ${workspaceName}`,
        to: { name: member.name, email: member.email },
        replyTo: email,
      });
      await enqueue(this.#env, [{ ...mail, room: null }], true);
    }
    return done(null);
  }

  async setRole(seller: Seller, id: PersonId, role: string): Promise<Result<null>> {
    if (role !== 'owner' && role !== 'member') return refuse('invalid', 'malformed');
    const asked = await this.#may(seller, id);
    if (!asked.ok) return asked;
    await this.#of(seller).update(memberships, { role }, (one) => eq(one.personId, id));
    await note(this.#env, seller, { type: 'member.role', name: asked.value.name, role });
    return done(null);
  }

  /** Owners only, and never to the last of them. */
  async #may(seller: Seller, id: PersonId): Promise<Result<MemberRow>> {
    if (seller.role !== 'owner') return refuse('forbidden', 'owners_only');
    const member = (await this.list(seller)).find((one) => one.person === id);
    if (!member) return refuse('not_found', 'no_such_member');
    const membership = this.#of(seller).rows(memberships);
    const [owners] = await this.#db
      .select({ count: sql<number>`count(*)` })
      .from(membership)
      .where(eq(membership.role, 'owner'));
    return member.role === 'owner' && (owners?.count ?? 0) < 2 ? refuse('conflict', 'last_owner') : done(member);
  }
}
