/** What a room asks D1, kept apart so that the room needs nothing else of it. */
import { and, eq, inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { defaultRule, type QualificationRule } from '#core/deal.ts';
import type { PersonId, RoomId, WorkspaceId } from '#core/ids.ts';
import type { Key, MailedKind } from '../room/doors.ts';
import { digest, inboundMail, mailedKey, membership as memberships, person, workspace } from './schema.ts';
import { Within } from './within.ts';

/** Members of a workspace by address: only they may stand on the seller side of its rooms. */
export async function colleaguesByAddress(db: D1Database, workspace: WorkspaceId, emails: string[]): Promise<Record<string, PersonId>> {
  const membership = new Within(db, workspace).rows(memberships);
  const rows = await drizzle(db)
    .select({ id: person.id, email: person.email })
    .from(membership)
    .innerJoin(person, eq(person.id, membership.personId))
    .where(inArray(person.email, emails));
  return Object.fromEntries(rows.map((row) => [row.email, row.id]));
}

/** The owners of a workspace, as a mail about it needs them. */
export async function ownersOf(db: D1Database, id: WorkspaceId) {
  const membership = new Within(db, id).rows(memberships);
  return drizzle(db)
    .select({
      person: person.id,
      name: person.name,
      email: person.email,
      locale: person.locale,
      zone: person.zone,
      workspaceName: workspace.name,
    })
    .from(membership)
    .innerJoin(person, eq(person.id, membership.personId))
    .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
    .where(eq(membership.role, 'owner'));
}

/** What qualifies a deal in a workspace, unless a room says otherwise. */
export async function qualificationRuleOf(db: D1Database, id: WorkspaceId): Promise<QualificationRule> {
  const [row] = await drizzle(db).select({ rule: workspace.qualification }).from(workspace).where(eq(workspace.id, id));
  return row?.rule ?? defaultRule;
}

/** What the directory keeps of somebody's mail: what they sent to a room, and their weekly mails of its workspace. */
export async function storedMailsOf(db: D1Database, workspace: WorkspaceId, room: RoomId, email: string) {
  const [mails, weekly] = await Promise.all([
    drizzle(db)
      .select({ id: inboundMail.id, at: inboundMail.at, outcome: inboundMail.outcome })
      .from(inboundMail)
      .where(and(eq(inboundMail.roomId, room), eq(inboundMail.envelopeFrom, email))),
    drizzle(db)
      .select({ week: digest.week, state: digest.state, at: digest.at })
      .from(digest)
      .where(and(eq(digest.workspaceId, workspace), eq(digest.email, email))),
  ]);
  return { mails, weekly };
}

/** A key that was minted without the room, for a digest. */
export async function findMailedKey(db: D1Database, room: RoomId, kind: MailedKind, hash: string): Promise<Key | undefined> {
  const [row] = await drizzle(db)
    .select({ participant: mailedKey.participantId, thread: mailedKey.thread })
    .from(mailedKey)
    .where(and(eq(mailedKey.hash, hash), eq(mailedKey.roomId, room), eq(mailedKey.kind, kind)));
  return row;
}
