/** What can be done with a workspace itself, as it is written down. */
import type { RoomId } from '#core/ids.ts';
import type { Locale } from '#core/people.ts';
import * as m from '#messages';

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
  | { type: 'demo.removed' }
  | { type: 'room.archived' | 'room.unarchived' | 'room.deleted' | 'room.undeleted' | 'room.erased'; name: string }
  /** Somebody of a customer's, by their own wish. Who it was is not written down. */
  | { type: 'person.exported' | 'person.erased'; rooms: number }
  /** Years; 0 keeps everything. */
  | { type: 'retention.set'; years: number };

export interface AuditRow {
  id: number;
  at: string;
  name: string;
  deed: Deed;
}

/** A deed in words: "Invited zhou@yuncang.example". */
export function sayDeed(deed: Deed, locale: Locale): string {
  const say = { locale };
  switch (deed.type) {
    case 'member.invited':
      return m.deed_member_invited(deed, say);
    case 'member.joined':
      return m.deed_member_joined(deed, say);
    case 'member.removed':
      return m.deed_member_removed(deed, say);
    case 'member.role':
      return deed.role === 'owner' ? m.deed_member_owner(deed, say) : m.deed_member_member(deed, say);
    case 'session.opened':
      return deed.by === 'passkey' ? m.deed_session_passkey(deed, say) : m.deed_session_link(deed, say);
    case 'session.ended':
      return m.deed_session_ended(deed, say);
    case 'passkey.added':
      return m.deed_passkey_added(deed, say);
    case 'passkey.removed':
      return m.deed_passkey_removed(deed, say);
    case 'qualification.changed':
      return m.deed_qualification({}, say);
    case 'template.saved':
      return m.deed_template_saved(deed, say);
    case 'template.removed':
      return m.deed_template_removed(deed, say);
    case 'copy.taken':
      return m.deed_copy_taken({}, say);
    case 'copy.brought':
      return m.deed_copy_brought({}, say);
    case 'room.archived':
      return m.deed_room_archived(deed, say);
    case 'room.unarchived':
      return m.deed_room_unarchived(deed, say);
    case 'room.deleted':
      return m.deed_room_deleted(deed, say);
    case 'room.undeleted':
      return m.deed_room_undeleted(deed, say);
    case 'room.erased':
      return m.deed_room_erased(deed, say);
    case 'person.exported':
      return m.deed_person_exported({ count: deed.rooms }, say);
    case 'person.erased':
      return m.deed_person_erased({ count: deed.rooms }, say);
    case 'retention.set':
      return m.deed_retention({ how: deed.years === 0 ? m.retention_never({}, say) : m.retention_years({ years: deed.years }, say) }, say);
    case 'demo.removed':
      return m.deed_demo_removed({}, say);
  }
}
