/** Branded ids: a task's id can't be passed where a participant's is wanted. */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type WorkspaceId = Id<'workspace'>;
export type PersonId = Id<'person'>;
export type SessionId = Id<'session'>;
export type AccountId = Id<'account'>;
export type OpportunityId = Id<'opportunity'>;
export type RoomId = Id<'room'>;
export type ParticipantId = Id<'participant'>;
export type MilestoneId = Id<'milestone'>;
export type TaskId = Id<'task'>;
export type CheckId = Id<'check'>;
export type ShiftId = Id<'shift'>;
export type CommentId = Id<'comment'>;
export type FileId = Id<'file'>;
export type MaterialId = Id<'material'>;
export type HeldMailId = Id<'heldMail'>;
export type TemplateId = Id<'template'>;
export type ValueLineId = Id<'valueLine'>;
export type PlaceholderId = Id<'placeholder'>;
/** `room`, `internal`, a task's id, or a task's id followed by `:internal`. */
export type ThreadId = Id<'thread'>;

/** 128 random bits as 26 lower-case base32 characters: survives mail clients that fold case. */
export const ID_PATTERN = /^[a-z2-7]{26}$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Writes bytes as lower-case base32 without padding (RFC 4648 section 6). */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      out += ALPHABET[(buffer >> (bits - 5)) & 31];
      bits -= 5;
    }
  }
  if (bits > 0) out += ALPHABET[(buffer << (5 - bits)) & 31];
  return out;
}

/** A path or text for a log: ids and tokens look alike, and a token must not stand in a log. */
export const withoutTokens = (text: string): string => text.replace(/[a-z2-7]{26,}/gi, '…');
