/** Sellers' sessions: one row a device, known by a cookie that is replaced every day and ended at once. */
import { and, desc, eq, gt, lt, ne } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { PersonId, SessionId, WorkspaceId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { membership as memberships, participant, person, session, workspace } from '../directory/schema.ts';
import { ofAll } from '../directory/within.ts';
import { note } from '../directory/audit.ts';
import type { Env } from '../env.ts';
import { deviceName } from '../mail/compose.ts';
import { roomStub } from '../room/stub.ts';
import type { Seller, SessionRow, WorkspaceRow } from '../services.ts';
import { doorOf } from './actor.ts';
import { fresh, hashOf } from './tokens.ts';

/** Who is asked for here is a person: in which workspace they are is what is looked up. */
const membership = ofAll(memberships, 'signing in');

/** A session ends after 30 days without a visit, and after 90 days in any case (OWASP ASVS 5.0, 7.3). */
const IDLE_DAYS = 30;
const ABSOLUTE_DAYS = 90;
/** A cookie that is older is replaced; the one before is good for a minute more, for what is on its way. */
const COOKIE_HOURS = 24;
const GRACE_SECONDS = 60;

const inSeconds = (seconds: number, from = Date.now()) => new Date(from + seconds * 1000).toISOString();
const inDays = (days: number) => inSeconds(days * 86_400);
const now = () => new Date().toISOString();
const freshCookie = () => fresh() + fresh();

export class Sessions {
  readonly #env: Env;
  readonly #db;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  /** Signs a person in on a device. Gives the cookie. */
  async open(
    who: { person: PersonId; name: string; workspace: WorkspaceId },
    userAgent: string,
    by: 'link' | 'passkey',
    cookie = freshCookie(),
  ): Promise<string> {
    const device = deviceName(userAgent);
    await this.#db.insert(session).values({
      hash: await hashOf('session', cookie),
      id: fresh<SessionId>(),
      personId: who.person,
      workspaceId: who.workspace,
      device,
      createdAt: now(),
      seenAt: now(),
      issuedAt: now(),
      expiresAt: inDays(ABSOLUTE_DAYS),
    });
    await note(this.#env, who, { type: 'session.opened', device, by });
    return cookie;
  }

  /** The seller of a session. A visit is noted at most once an hour. Only who can keep a new cookie asks to `renew`. */
  async of(cookie: string | undefined, renew = false): Promise<Seller | null> {
    if (!cookie || !/^[a-z2-7]{52}$/.test(cookie)) return null;
    const hash = await hashOf('session', cookie);
    const [row] = await this.#db
      .select({
        person: person.id,
        name: person.name,
        email: person.email,
        locale: person.locale,
        zone: person.zone,
        workspace: workspace.id,
        workspaceName: workspace.name,
        role: membership.role,
        session,
      })
      .from(session)
      .innerJoin(person, eq(person.id, session.personId))
      // A member who was removed has no session there any more, whatever the cookie says.
      .innerJoin(membership, and(eq(membership.personId, session.personId), eq(membership.workspaceId, session.workspaceId)))
      .innerJoin(workspace, eq(workspace.id, session.workspaceId))
      .where(and(eq(session.hash, hash), gt(session.expiresAt, now()), gt(session.seenAt, inDays(-IDLE_DAYS))));
    if (!row) return null;
    const { session: at, ...seller } = row;
    if (at.seenAt < inSeconds(-3600)) await this.#db.update(session).set({ seenAt: now() }).where(eq(session.hash, hash));
    const isOld = (at.issuedAt ?? at.createdAt) < inSeconds(-COOKIE_HOURS * 3600) && at.expiresAt > inSeconds(GRACE_SECONDS);
    return { ...seller, session: at.id, renewed: renew && isOld ? await this.#replace(at) : null };
  }

  /** A new cookie for the same session. Two requests at once get one each; both are good. */
  async #replace(old: typeof session.$inferSelect): Promise<string> {
    const cookie = freshCookie();
    await this.#db.batch([
      this.#db.insert(session).values({ ...old, hash: await hashOf('session', cookie), issuedAt: now(), seenAt: now() }),
      this.#db
        .update(session)
        .set({ expiresAt: inSeconds(GRACE_SECONDS) })
        .where(eq(session.hash, old.hash)),
    ]);
    return cookie;
  }

  /** A person's sessions in all their workspaces, the latest visit first. */
  async list(seller: Seller): Promise<SessionRow[]> {
    const rows = await this.#db
      .select({ id: session.id, device: session.device, createdAt: session.createdAt, seenAt: session.seenAt })
      .from(session)
      .where(
        and(eq(session.personId, seller.person), gt(session.expiresAt, inSeconds(GRACE_SECONDS)), gt(session.seenAt, inDays(-IDLE_DAYS))),
      )
      .orderBy(desc(session.seenAt));
    return [...new Map(rows.map((row) => [row.id, row])).values()].map((row) => ({ ...row, current: row.id === seller.session }));
  }

  /** Ends one session of one's own, or all but this one. What it has open is closed at once. */
  async end(seller: Seller, which: SessionId | 'others'): Promise<Result<null>> {
    const own = eq(session.personId, seller.person);
    const ended = await this.#db
      .delete(session)
      .where(and(own, which === 'others' ? ne(session.id, seller.session) : eq(session.id, which)))
      .returning({ device: session.device });
    const [first] = ended;
    if (!first) return which === 'others' ? done(null) : refuse('not_found', 'no_such_session');
    await note(this.#env, seller, { type: 'session.ended', device: [...new Set(ended.map((one) => one.device))].join(', ') });
    await this.#closeSockets(seller.person);
    return done(null);
  }

  async endByCookie(cookie: string | undefined): Promise<void> {
    if (cookie) await this.#db.delete(session).where(eq(session.hash, await hashOf('session', cookie)));
  }

  /** Ends all sessions of somebody in one workspace: they are no longer a member of it. */
  async endIn(workspaceId: WorkspaceId, personId: PersonId): Promise<void> {
    await this.#db.delete(session).where(and(eq(session.personId, personId), eq(session.workspaceId, workspaceId)));
    await this.#closeSockets(personId);
  }

  /** Closes the sockets of a person: whoever is still signed in comes back by themselves. */
  async #closeSockets(personId: PersonId): Promise<void> {
    const rooms = await this.#db.select({ room: participant.roomId }).from(participant).where(eq(participant.personId, personId));
    await Promise.allSettled(rooms.map(({ room }) => roomStub(this.#env, room).closeDoor(doorOf(personId))));
  }

  /** The workspaces of a person, oldest membership first. */
  async workspaces(seller: Seller): Promise<WorkspaceRow[]> {
    const rows = await this.#db
      .select({ workspace: workspace.id, name: workspace.name, role: membership.role })
      .from(membership)
      .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
      .where(eq(membership.personId, seller.person))
      .orderBy(membership.createdAt);
    return rows.map((row) => ({ ...row, current: row.workspace === seller.workspace }));
  }

  /** Goes on in another workspace of one's own, in this session. */
  async switchTo(seller: Seller, workspaceId: WorkspaceId): Promise<Result<null>> {
    const [member] = await this.#db
      .select({ at: membership.createdAt })
      .from(membership)
      .where(and(eq(membership.personId, seller.person), eq(membership.workspaceId, workspaceId)));
    if (!member) return refuse('not_found', 'not_a_member');
    await this.#db
      .update(session)
      .set({ workspaceId })
      .where(and(eq(session.id, seller.session), eq(session.personId, seller.person)));
    return done(null);
  }

  /** Clears away what has run out. */
  async sweep(): Promise<void> {
    await this.#db.delete(session).where(lt(session.expiresAt, now()));
  }
}
