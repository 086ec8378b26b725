/** What was done with a workspace itself, beside its rooms: for its owners to read and to take along. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { RoomId, WorkspaceId } from '#core/ids.ts';
import type { Env } from '../env.ts';
import type { Seller } from '../services.ts';
import { audit } from './schema.ts';

/** Each kind of deed with the names that tell what it was about. Names are kept as they were: what they named may be gone. */
export type Deed =
  | { type: 'member.invited'; email: string }
  | { type: 'member.joined'; email: string }
  | { type: 'member.removed'; name: string; email: string }
  | { type: 'member.role'; name: string; role: 'owner' | 'member' }
  | { type: 'session.opened'; device: string; by: 'link' | 'passkey' }
  | { type: 'session.ended'; device: string }
  | { type: 'passkey.added'; device: string }
  | { type: 'passkey.removed'; device: string }
  | { type: 'qualification.changed' }
  | { type: 'template.saved'; name: string }
  | { type: 'template.removed'; name: string }
  | { type: 'copy.taken'; room: RoomId; name: string }
  | { type: 'copy.brought'; room: RoomId; name: string }
  | { type: 'demo.removed' };

export interface AuditRow {
  id: number;
  at: string;
  name: string;
  deed: Deed;
}

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
      .insert(audit)
      .values({ workspaceId: by.workspace, at: new Date().toISOString(), personId: by.person, name: by.name, deed });
  } catch (error) {
    console.error(JSON.stringify({ what: 'audit failed', deed: deed.type, error: String(error) }));
  }
}

/** A page of a workspace's deeds, newest first; `before` is the id of the last one seen. */
export async function auditOf(env: Pick<Env, 'DB'>, workspace: WorkspaceId, before: number | null, most = PAGE): Promise<AuditRow[]> {
  return drizzle(env.DB)
    .select({ id: audit.id, at: audit.at, name: audit.name, deed: audit.deed })
    .from(audit)
    .where(and(eq(audit.workspaceId, workspace), before === null ? undefined : lt(audit.id, before)))
    .orderBy(desc(audit.id))
    .limit(most);
}
