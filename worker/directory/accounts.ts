/** Accounts: the companies that a workspace sells to. Each is one thing, however often and however differently it is entered. */
import { and, asc, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as v from 'valibot';
import { line } from '#core/commands.ts';
import { ID_PATTERN, type AccountId, type WorkspaceId } from '#core/ids.ts';
import { sums } from '#core/amount.ts';
import { isClosed } from '#core/qualification.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { read } from '../access/sellers.ts';
import { fresh } from '../access/tokens.ts';
import type { Env } from '../env.ts';
import { roomStub } from '../room/stub.ts';
import type { AccountMatch, AccountPage, AccountPerson, AccountRow, OpportunityRow, Seller } from '../services.ts';
import { companyDomain, companyKey, likeCompany } from './company-name.ts';
import { account as accounts, accountDomain as accountDomains, participant, room as rooms, task } from './schema.ts';
import { into, Within } from './within.ts';

export const accountName = line(120, 'name_missing', 'title_too_long');
export const renaming = v.object({ name: accountName });
export const merging = v.object({ into: v.pipe(v.string('malformed'), v.regex(ID_PATTERN, 'malformed')) });
export const naming = v.object({
  domain: v.pipe(
    v.string('bad_address'),
    v.maxLength(253, 'bad_address'),
    v.trim(),
    v.regex(/^(?:[^\s@]{1,64}@)?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+$/u, 'bad_address'),
  ),
});

/** More accounts than a form can usefully compare with. */
const MANY = 2_000;

export class Accounts {
  readonly #env: Env;
  readonly #db;

  constructor(env: Env) {
    this.#env = env;
    this.#db = drizzle(env.DB);
  }

  #of(workspace: WorkspaceId): Within {
    return new Within(this.#env.DB, workspace);
  }

  /** For every account that was merged, the one that it is now. One query, of few rows. */
  async #merged(
    workspace: WorkspaceId,
  ): Promise<{ rootOf: (id: AccountId) => AccountId; rows: { id: AccountId; name: string; into: AccountId | null }[] }> {
    const account = this.#of(workspace).rows(accounts);
    const rows = await this.#db
      .select({ id: account.id, name: account.name, into: account.mergedInto })
      .from(account)
      .where(isNotNull(account.mergedInto));
    const into = new Map(rows.map((row) => [row.id, row.into]));
    const rootOf = (id: AccountId): AccountId => {
      let root = id;
      for (let step = 0; step <= rows.length; step += 1) {
        const next = into.get(root);
        if (!next) break;
        root = next;
      }
      return root;
    };
    return { rootOf, rows };
  }

  async #rooms(workspace: WorkspaceId, of?: AccountId[]) {
    const room = this.#of(workspace).rows(rooms);
    return this.#db
      .select()
      .from(room)
      .where(of && sql`${room.accountId} IN (SELECT value FROM json_each(${JSON.stringify(of)}))`)
      .orderBy(sql`${room.lastActivityAt} DESC`)
      .limit(MANY);
  }

  async #people(rooms: string[]) {
    return rooms.length === 0
      ? []
      : this.#db
          .select()
          .from(participant)
          .where(
            and(sql`${participant.roomId} IN (SELECT value FROM json_each(${JSON.stringify(rooms)}))`, ne(participant.status, 'left')),
          );
  }

  /** The workspace's accounts by name; `search` is part of a name or a domain, however it is written. */
  async list(seller: Seller, search = ''): Promise<AccountRow[]> {
    const account = this.#of(seller.workspace).rows(accounts);
    const [all, domains, own, merged] = await Promise.all([
      this.#db
        .select({ id: account.id, name: account.name })
        .from(account)
        .where(isNull(account.mergedInto))
        .orderBy(asc(account.name))
        .limit(MANY),
      this.#domains(seller.workspace),
      this.#rooms(seller.workspace),
      this.#merged(seller.workspace),
    ]);
    const wanted = search.normalize('NFKC').trim().toLowerCase();
    const key = companyKey(search);
    return all.flatMap((one) => {
      const theirs = own.filter((row) => merged.rootOf(row.accountId) === one.id);
      const names = domains.filter((row) => merged.rootOf(row.account) === one.id).map((row) => row.domain);
      const fits =
        wanted === '' ||
        one.name.toLowerCase().includes(wanted) ||
        names.some((name) => name.includes(wanted)) ||
        (key !== '' && companyKey(one.name).includes(key));
      if (!fits) return [];
      const open = theirs.filter((row) => !isClosed(row.stage));
      return [
        {
          account: one.id,
          name: one.name,
          domains: names,
          rooms: theirs.length,
          open: open.length,
          amounts: sums(
            open.flatMap((row) =>
              row.qualified && row.amount !== null && row.currency ? [{ minor: row.amount, currency: row.currency }] : [],
            ),
          ),
          lastActivityAt: theirs[0]?.lastActivityAt ?? null,
        },
      ];
    });
  }

  #domains(workspace: WorkspaceId) {
    const accountDomain = this.#of(workspace).rows(accountDomains);
    return this.#db
      .select({ domain: accountDomain.domain, account: accountDomain.accountId })
      .from(accountDomain)
      .orderBy(asc(accountDomain.createdAt))
      .limit(MANY);
  }

  async #own(seller: Seller, id: string) {
    if (!ID_PATTERN.test(id)) return undefined;
    const account = this.#of(seller.workspace).rows(accounts);
    const [row] = await this.#db
      .select()
      .from(account)
      .where(eq(account.id, id as AccountId));
    return row;
  }

  async page(seller: Seller, id: string): Promise<Result<AccountPage>> {
    const own = await this.#own(seller, id);
    if (!own) return refuse('not_found', 'no_such_account');
    const merged = await this.#merged(seller.workspace);
    const family = [own.id, ...merged.rows.filter((row) => merged.rootOf(row.id) === own.id).map((row) => row.id)];
    const [rooms, domains, target] = await Promise.all([
      this.#rooms(seller.workspace, family),
      this.#domains(seller.workspace),
      own.mergedInto ? this.#own(seller, merged.rootOf(own.id)) : undefined,
    ]);
    const ids = rooms.map((row) => row.id);
    const [people, objections] = await Promise.all([
      this.#people(ids),
      ids.length === 0
        ? []
        : this.#db
            .select({ count: sql<number>`count(*)` })
            .from(task)
            .where(
              and(
                sql`${task.roomId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
                eq(task.kind, 'objection'),
                isNull(task.completedAt),
                eq(task.removed, false),
              ),
            ),
    ]);
    const opportunities = rooms.map((row): OpportunityRow => {
      const sellers = people.filter((one) => one.roomId === row.id && one.side === 'seller');
      return {
        room: row.id,
        name: row.name,
        demo: row.demo,
        mine: sellers.some((one) => one.personId === seller.person),
        stage: row.stage,
        qualified: row.qualified,
        confirmed: row.confirmed,
        needed: row.needed,
        amount: row.amount !== null && row.currency ? { minor: row.amount, currency: row.currency } : null,
        close: row.close,
        sellers: sellers.map((one) => one.name),
        lastActivityAt: row.lastActivityAt,
      };
    });
    const byAddress = new Map<string, AccountPerson>();
    for (const one of people) {
      if (one.side !== 'customer') continue;
      const before = byAddress.get(one.email);
      const where = rooms.find((row) => row.id === one.roomId);
      const entry = where
        ? [{ room: where.id, name: where.name, mine: opportunities.some((row) => row.room === where.id && row.mine) }]
        : [];
      if (before) before.rooms.push(...entry);
      else byAddress.set(one.email, { name: one.name, email: one.email, joined: one.status === 'joined', rooms: entry });
      if (before && one.status === 'joined') before.joined = true;
    }
    return done({
      account: own.id,
      name: own.name,
      domains: domains.filter((row) => family.includes(row.account)).map((row) => row.domain),
      opportunities,
      people: [...byAddress.values()].sort((a, b) => a.name.localeCompare(b.name)),
      openObjections: objections[0]?.count ?? 0,
      merged: merged.rows.filter((row) => row.into === own.id).map((row) => ({ account: row.id, name: row.name })),
      mergedInto: target ? { account: target.id, name: target.name } : null,
    });
  }

  /** Accounts that what is typed may mean: by the address's domain, by a name like it. The likeliest first. */
  async match(seller: Seller, address: string, name: string): Promise<AccountMatch[]> {
    const domain = companyDomain(address);
    const own = this.#of(seller.workspace);
    const [account, accountDomain] = [own.rows(accounts), own.rows(accountDomains)];
    const [all, byDomain, merged] = await Promise.all([
      this.#db.select({ id: account.id, name: account.name }).from(account).limit(MANY),
      domain ? this.#db.select({ account: accountDomain.accountId }).from(accountDomain).where(eq(accountDomain.domain, domain)) : [],
      this.#merged(seller.workspace),
    ]);
    const found = new Map<AccountId, AccountMatch['why']>();
    for (const row of byDomain) found.set(merged.rootOf(row.account), 'domain');
    const rank = { same: 0, domain: 1, similar: 2 } as const;
    for (const one of all) {
      const like = likeCompany(one.name, name);
      const root = merged.rootOf(one.id);
      const before = found.get(root);
      if (like && (!before || rank[like] < rank[before])) found.set(root, like);
    }
    if (found.size === 0) return [];
    const rooms = await this.#rooms(
      seller.workspace,
      all.filter((one) => found.has(merged.rootOf(one.id))).map((one) => one.id),
    );
    const people = await this.#people(rooms.map((row) => row.id));
    return [...found]
      .flatMap(([id, why]): AccountMatch[] => {
        const one = all.find((row) => row.id === id);
        const own = rooms.filter((row) => merged.rootOf(row.accountId) === id);
        const sellers = people.filter((row) => row.side === 'seller' && own.some((about) => about.id === row.roomId));
        // The demo's companies are nobody's customers.
        if (own.length > 0 && own.every((row) => row.demo)) return [];
        return one
          ? [{ account: id, name: one.name, why, rooms: own.length, sellers: [...new Set(sellers.map((row) => row.name))].slice(0, 4) }]
          : [];
      })
      .sort((a, b) => rank[a.why] - rank[b.why] || b.rooms - a.rooms)
      .slice(0, 3);
  }

  /** The account of a new room: the one that was chosen, the one of just this name, or a new one. Its domain is learnt. */
  async forRoom(
    seller: Seller,
    typed: string,
    address: string,
    choice: string | undefined,
  ): Promise<Result<{ id: AccountId; name: string }>> {
    let known: { id: AccountId; name: string } | undefined;
    if (choice !== undefined && choice !== 'new') {
      const own = await this.#own(seller, choice);
      const root = own?.mergedInto ? await this.#own(seller, (await this.#merged(seller.workspace)).rootOf(own.id)) : own;
      if (!root) return refuse('not_found', 'no_such_account', 'choice');
      known = root;
    } else if (choice === undefined) {
      const account = this.#of(seller.workspace).rows(accounts);
      [known] = await this.#db
        .select({ id: account.id, name: account.name })
        .from(account)
        .where(and(isNull(account.mergedInto), sql`lower(${account.name}) = lower(${typed})`))
        .limit(1);
    }
    const at = new Date().toISOString();
    const domain = companyDomain(address);
    const made = known ?? { id: fresh<AccountId>(), name: typed };
    if (!known)
      await this.#db.insert(into(accounts)).values({ id: made.id, workspaceId: seller.workspace, name: typed, domain, createdAt: at });
    if (domain) {
      await this.#db
        .insert(into(accountDomains))
        .values({ workspaceId: seller.workspace, domain, accountId: made.id, createdAt: at })
        .onConflictDoNothing();
    }
    return done(made);
  }

  /** Gives an account another name, in its rooms too. Giving the old one back undoes it. */
  async rename(seller: Seller, id: string, input: unknown): Promise<Result<{ was: string }>> {
    const asked = read(renaming, input);
    if (!asked.ok) return asked;
    const own = await this.#own(seller, id);
    if (!own) return refuse('not_found', 'no_such_account');
    await this.#of(seller.workspace).update(accounts, { name: asked.value.name }, (one) => eq(one.id, own.id));
    if (!own.mergedInto) await this.#tellRooms(seller, own.id, asked.value.name);
    return done({ was: own.name });
  }

  /** Two entries were one company: the first is shown as the second from now on. Nothing is lost; `separate` undoes it. */
  async merge(seller: Seller, id: string, input: unknown): Promise<Result<{ into: AccountId }>> {
    const asked = read(merging, input);
    if (!asked.ok) return asked;
    const [own, chosen] = await Promise.all([this.#own(seller, id), this.#own(seller, asked.value.into)]);
    if (!own || !chosen) return refuse('not_found', 'no_such_account', chosen ? undefined : 'into');
    const { rootOf } = await this.#merged(seller.workspace);
    const root = await this.#own(seller, rootOf(chosen.id));
    if (!root || root.id === own.id) return refuse('conflict', 'no_such_account', 'into');
    // Only where both still stand for themselves: two merges at once can't make a ring.
    const moved = await this.#env.DB.prepare(
      `UPDATE account SET merged_into = ?1 WHERE id = ?2 AND workspace_id = ?3 AND merged_into IS NULL
         AND EXISTS (SELECT 1 FROM account WHERE id = ?1 AND workspace_id = ?3 AND merged_into IS NULL)`,
    )
      .bind(root.id, own.id, seller.workspace)
      .run();
    if (moved.meta.changes === 0 && own.mergedInto !== root.id) return refuse('conflict', 'no_such_account', 'into');
    await this.#tellRooms(seller, root.id, root.name);
    return done({ into: root.id });
  }

  /** Takes a merged account out again, with its own name, domains and rooms. */
  async separate(seller: Seller, id: string): Promise<Result<null>> {
    const own = await this.#own(seller, id);
    if (!own) return refuse('not_found', 'no_such_account');
    await this.#of(seller.workspace).update(accounts, { mergedInto: null }, (one) => eq(one.id, own.id));
    await this.#tellRooms(seller, own.id, own.name);
    return done(null);
  }

  /** A further domain by which the account is known again. Free mail says nothing and is refused. */
  async addDomain(seller: Seller, id: string, input: unknown): Promise<Result<{ domain: string }>> {
    const asked = read(naming, input);
    if (!asked.ok) return asked;
    const own = await this.#own(seller, id);
    if (!own) return refuse('not_found', 'no_such_account');
    const domain = companyDomain(asked.value.domain);
    if (!domain) return refuse('invalid', 'free_mail', 'domain');
    await this.#db
      .insert(into(accountDomains))
      .values({ workspaceId: seller.workspace, domain, accountId: own.id, createdAt: new Date().toISOString() })
      .onConflictDoNothing();
    return done({ domain });
  }

  async removeDomain(seller: Seller, id: string, domain: string): Promise<Result<null>> {
    const own = await this.#own(seller, id);
    if (!own) return refuse('not_found', 'no_such_account');
    const merged = await this.#merged(seller.workspace);
    const family = [own.id, ...merged.rows.filter((row) => merged.rootOf(row.id) === own.id).map((row) => row.id)];
    await this.#of(seller.workspace).remove(accountDomains, (one) =>
      and(eq(one.domain, domain.toLowerCase()), sql`${one.accountId} IN (SELECT value FROM json_each(${JSON.stringify(family)}))`),
    );
    return done(null);
  }

  /** Rooms carry their customer's name in their own history: each hears of a new one. */
  async #tellRooms(seller: Seller, id: AccountId, name: string): Promise<void> {
    const { rootOf, rows } = await this.#merged(seller.workspace);
    const family = [id, ...rows.filter((row) => rootOf(row.id) === id).map((row) => row.id)];
    const rooms = await this.#rooms(seller.workspace, family);
    for (const one of rooms) await roomStub(this.#env, one.id).nameAccount(name, { person: seller.person, name: seller.name });
  }
}
