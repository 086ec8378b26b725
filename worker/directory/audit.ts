/** What was done with a workspace itself, beside its rooms: for its owners to read and to take along. */
import { desc, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { WorkspaceId } from '#core/ids.ts';
import { logError } from '../log.ts';
import type { Env } from '../env.ts';
import type { Seller } from '../services.ts';
import type { AuditRow, Deed } from './deeds.ts';
import { audit as audits } from './schema.ts';
import { into, Within } from './within.ts';

/** Rows of a page. */
const PAGE = 100;

/** Writes a deed down. What was done stands even if this fails: the fault is logged, never shown. */
export async function note(
  env: Pick<Env, 'DB'>,
  by: Pick<Seller, 'workspace' | 'person' | 'name'> | { workspace: WorkspaceId; person: null; name: string },
  deed: Deed,
): Promise<void> {
  try {
    await drizzle(env.DB)
      .insert(into(audits))
      .values({ workspaceId: by.workspace, at: new Date().toISOString(), personId: by.person, name: by.name, deed });
  } catch (error) {
    logError('audit failed', error, { deed: deed.type });
  }
}

/** A page of a workspace's deeds, newest first; `before` is the id of the last one seen. */
export async function auditOf(env: Pick<Env, 'DB'>, workspace: WorkspaceId, before: number | null, most = PAGE): Promise<AuditRow[]> {
  const audit = new Within(env.DB, workspace).rows(audits);
  return drizzle(env.DB)
    .select({ id: audit.id, at: audit.at, name: audit.name, deed: audit.deed })
    .from(audit)
    .where(before === null ? undefined : lt(audit.id, before))
    .orderBy(desc(audit.id))
    .limit(most);
}
