/** Sellers: a workspace founded, a link to sign in, a session. Nothing here tells whether an address is known. */
import { and, eq, gt, isNull, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import { email, line, locale, name, zone } from '#core/commands.ts';
import type { PersonId, WorkspaceId } from '#core/ids.ts';
import type { Locale } from '#core/people.ts';
import { done, refuse, tooOften, type Reason, type Result } from '#core/refusal.ts';
import { colleague as colleagueMail } from '#emails/colleague.tsx';
import { signIn as signInMail } from '#emails/sign-in.tsx';
import { openDemo } from '../directory/demo.ts';
import { note } from '../directory/audit.ts';
import { attempt, membership as memberships, person, signIn, workspace } from '../directory/schema.ts';
import { into, ofAll, Within } from '../directory/within.ts';
import type { Env } from '../env.ts';
import { envelop } from '../mail/compose.ts';
import { enqueue } from '../mail/postbox.ts';
import type { Seller } from '../services.ts';
import { tried } from './limits.ts';
import { Sessions } from './sessions.ts';
import { fresh, hashOf } from './tokens.ts';

export const SIGN_IN_MINUTES = 30;
const COLLEAGUE_DAYS = 7;

const workspaceName = line(80, 'name_missing', 'title_too_long');
export const starting = v.object({ name, email, workspace: workspaceName, zone: v.optional(zone) });
export const asking = v.object({ email });
export const describing = v.object({ name: v.optional(name), locale: v.optional(locale), zone: v.optional(zone) });
export const invitingColleague = v.object({ email, name });

/** Checks an input against its schema; the first fault is the refusal, with the field it is about. */
export function read<Schema extends v.GenericSchema>(schema: Schema, input: unknown): Result<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return done(parsed.output);
  const [issue] = parsed.issues;
  return refuse('invalid', issue.message as Reason, v.getDotPath(issue)?.split('.').at(-1));
}

const inDays = (days: number, from = Date.now()) => new Date(from + days * 86_400_000).toISOString();
const now = () => new Date().toISOString();

export class Sellers {
  readonly #env: Env;
  readonly #db;
  readonly #sessions: Sessions;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
    this.#sessions = new Sessions(env);
  }

  /** Counts a link that is asked for. 0, or the seconds until one may be again. */
  async #asked(address: string, ip: string): Promise<number> {
    return Math.max(...(await Promise.all([tried(this.#env.DB, 'signInMail', address), tried(this.#env.DB, 'signInFrom', ip)])));
  }

  /** Founds a workspace once the link that is mailed here is followed. */
  async start(input: unknown, from: { ip: string; locale: Locale; zone: string }): Promise<Result<{ email: string }>> {
    const asked = read(starting, input);
    if (!asked.ok) return asked;
    const { name: who, email: address, workspace: wanted } = asked.value;
    const wait = await this.#asked(address, from.ip);
    if (wait > 0) return tooOften(wait, 'email');
    await this.#mailLink({
      email: address,
      name: who,
      locale: from.locale,
      zone: asked.value.zone ?? from.zone,
      workspaceId: null,
      workspaceName: wanted,
      isNew: true,
    });
    return done({ email: address });
  }

  /** Mails a link if the address is a seller's. The answer is the same if it is not. */
  async ask(input: unknown, from: { ip: string; locale: Locale }): Promise<Result<{ email: string }>> {
    const asked = read(asking, input);
    if (!asked.ok) return asked;
    const address = asked.value.email;
    const wait = await this.#asked(address, from.ip);
    if (wait > 0) return tooOften(wait, 'email');
    const membership = ofAll(memberships, 'signing in');
    const [known] = await this.#db
      .select({ name: person.name, locale: person.locale, zone: person.zone, workspaceId: workspace.id, workspaceName: workspace.name })
      .from(person)
      .innerJoin(membership, eq(membership.personId, person.id))
      .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
      .where(eq(person.email, address))
      .orderBy(membership.createdAt)
      .limit(1);
    if (known) await this.#mailLink({ email: address, ...known, isNew: false });
    return done({ email: address });
  }

  /** Invites a colleague into the workspace. */
  async inviteColleague(seller: Seller, input: unknown): Promise<Result<{ email: string }>> {
    const asked = read(invitingColleague, input);
    if (!asked.ok) return asked;
    const wait = await tried(this.#env.DB, 'colleagues', seller.workspace);
    if (wait > 0) return tooOften(wait, 'email');
    const secret = await this.#link(
      {
        email: asked.value.email,
        name: asked.value.name,
        locale: seller.locale,
        zone: seller.zone,
        workspaceId: seller.workspace,
        workspaceName: seller.workspaceName,
      },
      COLLEAGUE_DAYS * 1440,
    );
    const rendered = colleagueMail({
      reader: { name: asked.value.name, locale: seller.locale, zone: seller.zone },
      from: { name: seller.name, email: seller.email },
      workspaceName: seller.workspaceName,
      url: `${this.#env.APP_URL}/sign-in/${secret}?lang=${seller.locale}`,
      minutes: COLLEAGUE_DAYS * 1440,
    });
    const mail = envelop(this.#env, rendered, {
      key: `colleague/${await hashOf('sign-in', secret)}`,
      from: `${seller.name} · ${seller.workspaceName}`,
      to: asked.value,
      replyTo: seller.email,
    });
    await enqueue(this.#env, [{ ...mail, room: null }], true);
    await note(this.#env, seller, { type: 'member.invited', email: asked.value.email });
    return done({ email: asked.value.email });
  }

  async #link(
    to: { email: string; name: string; locale: Locale; zone: string; workspaceId: WorkspaceId | null; workspaceName: string },
    minutes: number,
  ): Promise<string> {
    const secret = fresh();
    await this.#db.insert(signIn).values({
      ...to,
      hash: await hashOf('sign-in', secret),
      createdAt: now(),
      expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
    });
    return secret;
  }

  async #mailLink(to: {
    email: string;
    name: string;
    locale: Locale;
    zone: string;
    workspaceId: WorkspaceId | null;
    workspaceName: string;
    isNew: boolean;
  }): Promise<void> {
    const { isNew, ...row } = to;
    const secret = await this.#link(row, SIGN_IN_MINUTES);
    const rendered = signInMail({
      reader: to,
      workspaceName: to.workspaceName,
      url: `${this.#env.APP_URL}/sign-in/${secret}?lang=${to.locale}`,
      isNew,
      minutes: SIGN_IN_MINUTES,
    });
    const mail = envelop(this.#env, rendered, { key: `sign-in/${await hashOf('sign-in', secret)}`, from: 'Atelier', to, replyTo: null });
    await enqueue(this.#env, [{ ...mail, room: null }], true);
  }

  /** A link for the demo seller, for the start script. */
  async demoLink(to: {
    email: string;
    name: string;
    locale: Locale;
    zone: string;
    workspaceId: WorkspaceId;
    workspaceName: string;
  }): Promise<string> {
    return this.#link(to, 7 * 1440);
  }

  /** Whom a link would sign in. Reads only. */
  async look(secret: string): Promise<Result<{ name: string; workspaceName: string; isNew: boolean }>> {
    const [row] = await this.#db
      .select()
      .from(signIn)
      .where(and(eq(signIn.hash, await hashOf('sign-in', secret)), isNull(signIn.usedAt), gt(signIn.expiresAt, now())));
    return row
      ? done({ name: row.name, workspaceName: row.workspaceName, isNew: row.workspaceId === null })
      : refuse('not_found', 'link_unknown');
  }

  /**
   * Uses a link up: one session, and the workspace or membership it stands for. `opened` is a secret of the browser that pressed, which
   * becomes its cookie: a second press on the same page meets the session that the first one made.
   */
  async signIn(secret: string, userAgent: string, opened?: string): Promise<Result<{ cookie: string; locale: Locale }>> {
    const [link] = await this.#db
      .update(signIn)
      .set({ usedAt: now() })
      .where(and(eq(signIn.hash, await hashOf('sign-in', secret)), isNull(signIn.usedAt), gt(signIn.expiresAt, now())))
      .returning();
    if (!link) {
      const twice = opened === undefined ? null : await this.#sessions.of(opened);
      return opened !== undefined && twice ? done({ cookie: opened, locale: twice.locale }) : refuse('not_found', 'link_unknown');
    }

    await this.#db
      .insert(person)
      .values({ id: fresh<PersonId>(), email: link.email, name: link.name, locale: link.locale, zone: link.zone, createdAt: now() })
      .onConflictDoNothing();
    const [who] = await this.#db.select().from(person).where(eq(person.email, link.email));
    if (!who) return refuse('unavailable', 'unavailable');

    let workspaceId = link.workspaceId;
    if (workspaceId === null) {
      workspaceId = fresh<WorkspaceId>();
      await this.#db.batch([
        this.#db.insert(workspace).values({ id: workspaceId, name: link.workspaceName, createdAt: now() }),
        this.#db.insert(into(memberships)).values({ workspaceId, personId: who.id, role: 'owner', createdAt: now() }),
      ]);
      // An empty list teaches nothing: the first room is a demo, marked as one and removed by one press.
      await openDemo(
        this.#env,
        who.locale === 'zh-CN' ? 'huadong' : 'contoso',
        {
          person: who.id,
          name: who.name,
          email: who.email,
          locale: who.locale,
          zone: who.zone,
          workspace: workspaceId,
          workspaceName: link.workspaceName,
        },
        { quiet: true },
      );
    } else {
      const joined = await this.#db
        .insert(into(memberships))
        .values({ workspaceId, personId: who.id, role: 'member', createdAt: now() })
        .onConflictDoNothing()
        .returning();
      if (joined.length > 0)
        await note(this.#env, { person: who.id, name: who.name, workspace: workspaceId }, { type: 'member.joined', email: who.email });
    }
    const cookie = await this.#sessions.open({ person: who.id, name: who.name, workspace: workspaceId }, userAgent, 'link', opened);
    return done({ cookie, locale: who.locale });
  }

  async describe(seller: Seller, input: unknown): Promise<Result<null>> {
    const asked = read(describing, input);
    if (!asked.ok) return asked;
    const changes = Object.fromEntries(Object.entries(asked.value).filter(([, value]) => value !== undefined));
    if (Object.keys(changes).length > 0) await this.#db.update(person).set(changes).where(eq(person.id, seller.person));
    return done(null);
  }

  /** The members of a workspace, by name. */
  async colleagues(workspaceId: WorkspaceId): Promise<{ name: string; email: string }[]> {
    const membership = new Within(this.#env.DB, workspaceId).rows(memberships);
    return this.#db
      .select({ name: person.name, email: person.email })
      .from(membership)
      .innerJoin(person, eq(person.id, membership.personId))
      .orderBy(person.name);
  }

  /** Clears away what has run out. Called by cron. */
  async sweep(): Promise<void> {
    await this.#db.batch([
      this.#db.delete(signIn).where(lt(signIn.expiresAt, inDays(-7))),
      this.#db.delete(attempt).where(lt(attempt.resetAt, Date.now())),
    ]);
  }
}
