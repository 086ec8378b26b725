/** Sellers' sessions: one row a device, known by a cookie that is replaced every day and ended at once. */
import { and, desc, eq, gt, lt, ne } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { waitUntil } from 'cloudflare:workers';
import type { PersonId, RoomId, SessionId, WorkspaceId } from '#core/ids.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { membership as memberships, participant, person, room as rooms, session, workspace } from '../directory/schema.ts';
import { ofAll, Within } from '../directory/within.ts';
import { note } from '../directory/audit.ts';
import type { Env } from '../env.ts';
import { log, logError } from '../log.ts';
import { deviceName } from '../mail/compose.ts';
import { soon } from '../patience.ts';
import { roomStub } from '../room/stub.ts';
import { type Actor, asSeller, type Seller, type SessionRow, type WorkspaceRow } from '../services.ts';
import { fresh, hashOf } from './tokens.ts';

/** Who is asked for here is a person: in which workspace they are is what is looked up. */
const membership = ofAll(memberships, 'signing in');

/** A session ends after 30 days without a visit, and after 90 days in any case (OWASP ASVS 5.0, 7.3). */
const IDLE_DAYS = 30;
const ABSOLUTE_DAYS = 90;
/** A cookie that is older is replaced; the one before is good for a minute more, for what is on its way. */
const COOKIE_HOURS = 24;
const GRACE_SECONDS = 60;
/** Rooms of a person that hear of it, those where something happened last. */
const ROOMS_TOLD = 40;

const inSeconds = (seconds: number, from = Date.now()) => new Date(from + seconds * 1000).toISOString();
const inDays = (days: number) => inSeconds(days * 86_400);
const now = () => new Date().toISOString();
const freshCookie = () => fresh() + fresh();
const isCookie = (value: string | undefined): value is string => value !== undefined && /^[a-z2-7]{52}$/.test(value);

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

  /** The seller of a session. A visit is noted at most once an hour. Only who can keep a new cookie asks to `renew`. Throws while D1 is away. */
  async of(cookie: string | undefined, renew = false): Promise<Seller | null> {
    if (!isCookie(cookie)) return null;
    const asked = Date.now();
    const hash = await hashOf('session', cookie);
    const row = await soon(() => this.#row(hash));
    if (!row) return null;
    const { session: at, ...seller } = row;
    const isNoted = at.seenAt >= inSeconds(-3600) || (await this.#seen(hash));
    const isKept = at.expiresAt > inSeconds(GRACE_SECONDS);
    const isOld = (at.issuedAt ?? at.createdAt) < inSeconds(-COOKIE_HOURS * 3600);
    // Not while D1 can only be read: whoever does not hear which cookie is theirs now is out in a minute.
    const renewed = renew && isKept && isOld && isNoted ? await this.#replace(at, asked) : null;
    const proof = { session: at.id, hash: renewed?.hash ?? hash, at: asked, ends: Date.parse(at.expiresAt) };
    // A session from before they had names can't be told from others.
    return { ...seller, session: at.id, renewed: renewed?.cookie ?? null, proof: isKept && at.id ? proof : null };
  }

  /** Whom a room remembers by this cookie. Nobody may ask this of somebody whom D1 does not know, only while it can't be asked. */
  async remembered(cookie: string | undefined, room: RoomId): Promise<Actor | null> {
    if (!isCookie(cookie)) return null;
    const known = await roomStub(this.#env, room).sellerBy(await hashOf('session', cookie));
    if (known) log('seller remembered', { room });
    return known && asSeller({ ...known, proof: null });
  }

  async #row(hash: string) {
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
    return row;
  }

  /** Notes a visit; whether it could. */
  #seen(hash: string): Promise<boolean> {
    return soon(async () => this.#db.update(session).set({ seenAt: now() }).where(eq(session.hash, hash))).then(
      () => true,
      () => false,
    );
  }

  /** A new cookie for the same session. Two requests at once get one each; both are good. */
  async #replace(old: typeof session.$inferSelect, asked: number): Promise<{ cookie: string; hash: string }> {
    const cookie = freshCookie();
    const hash = await hashOf('session', cookie);
    await this.#db.batch([
      this.#db.insert(session).values({ ...old, hash, issuedAt: now(), seenAt: now() }),
      this.#db
        .update(session)
        .set({ expiresAt: inSeconds(GRACE_SECONDS) })
        .where(eq(session.hash, old.hash)),
    ]);
    // Nobody waits for it: a room that does not hear of it remembers the one before, for a day at most.
    waitUntil(this.#tellReplaced(old, hash, asked).catch((error: unknown) => logError('rooms not told', error)));
    return { cookie, hash };
  }

  /** Rooms that remember a session go on to its new cookie, and forget the one before. */
  async #tellReplaced({ id, personId, workspaceId }: typeof session.$inferSelect, hash: string, at: number): Promise<void> {
    const room = new Within(this.#env.DB, workspaceId).rows(rooms);
    const theirs = await this.#db
      .select({ room: room.id })
      .from(participant)
      .innerJoin(room, eq(room.id, participant.roomId))
      .where(and(eq(participant.personId, personId), ne(participant.status, 'left')))
      .orderBy(desc(room.lastActivityAt))
      .limit(ROOMS_TOLD);
    await Promise.allSettled(theirs.map((one) => roomStub(this.#env, one.room).replaced(personId, { session: id, hash, at })));
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
    await this.#shutOut(seller.person);
    return done(null);
  }

  async endByCookie(cookie: string | undefined): Promise<void> {
    if (!isCookie(cookie)) return;
    const [ended] = await this.#db
      .delete(session)
      .where(eq(session.hash, await hashOf('session', cookie)))
      .returning({ person: session.personId });
    if (ended) await this.#shutOut(ended.person);
  }

  /** Ends all sessions of somebody in one workspace: they are no longer a member of it. */
  async endIn(workspaceId: WorkspaceId, personId: PersonId): Promise<void> {
    await this.#db.delete(session).where(and(eq(session.personId, personId), eq(session.workspaceId, workspaceId)));
    await this.#shutOut(personId);
  }

  /** Closes the sockets of a person, and no room remembers them: whoever is still signed in comes back by themselves, and is known again. */
  async #shutOut(personId: PersonId): Promise<void> {
    const theirs = await this.#db.select({ room: participant.roomId }).from(participant).where(eq(participant.personId, personId));
    await Promise.allSettled(theirs.map(({ room }) => roomStub(this.#env, room).closeDoor(personId)));
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
