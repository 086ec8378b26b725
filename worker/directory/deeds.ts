/** What can be done with a workspace itself, as it is written down. */
import type { RoomId } from '#core/ids.ts';

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
  | { type: 'copy.taken'; room: RoomId }
  | { type: 'copy.brought'; room: RoomId }
  | { type: 'demo.removed' };

export interface AuditRow {
  id: number;
  at: string;
  name: string;
  deed: Deed;
}
