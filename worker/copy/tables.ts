/** The tables of a copy: what a spreadsheet or a calendar can open. */
import type { RoomState } from '#core/room.ts';
import type { Reader } from './archive.ts';

/** File name and content, as the reader may see the room. */
export function tablesOf(_state: RoomState, _reader: Reader): [string, string][] {
  return [];
}
