/** What can have happened in a room. Events are facts: a type’s meaning is never edited, and a changed shape is a new version (versions.ts). */
import type { Audience } from './audience.ts';
import type { DealEvent } from './deal.ts';
import type { DiscussionEvent } from './discussion.ts';
import type { HeldMailEvent } from './held-mail.ts';
import type { AdminEvent } from './lines.ts';
import type { MaterialsEvent } from './materials.ts';
import type { MeetingEvent } from './meetings.ts';
import type { AccountId, OpportunityId, ParticipantId, PersonId, RoomId, WorkspaceId } from './ids.ts';
import type { PeopleEvent } from './people.ts';
import type { ObjectionEvent } from './objections.ts';
import type { PlanEvent } from './plan.ts';
import type { ReflectionEvent } from './reflection.ts';
import type { ShelfEvent } from './shelf.ts';
import type { StakeholderEvent } from './stakeholders.ts';
import type { TruthEvent } from './plan-truth.ts';
import type { ValueEvent } from './value.ts';

export type RoomOnlyEvent =
  | {
      type: 'room.opened';
      room: RoomId;
      workspace: WorkspaceId;
      account: AccountId;
      opportunity: OpportunityId;
      accountName: string;
      workspaceName: string;
      name: string;
      demo: boolean;
    }
  /** The room was brought from a copy. What stands before it is its history elsewhere, word for word. */
  | {
      type: 'room.imported';
      room: RoomId;
      workspace: WorkspaceId;
      workspaceName: string;
      account: AccountId;
      accountName: string;
      opportunity: OpportunityId;
      /** Who brought it, and as whom they are in the room. */
      person: PersonId;
      participant: ParticipantId;
      /** SHA-256 of the log that was brought, and how many events it has. */
      hash: string;
      events: number;
    }
  | { type: 'room.renamed'; name: string }
  /** The customer's company is now called this in the directory. */
  | { type: 'room.accountNamed'; accountName: string }
  | { type: 'room.codeRuled'; alwaysAskCode: boolean };

export type RoomEvent =
  | RoomOnlyEvent
  | ShelfEvent
  | PeopleEvent
  | StakeholderEvent
  | PlanEvent
  | TruthEvent
  | MeetingEvent
  | DiscussionEvent
  | HeldMailEvent
  | MaterialsEvent
  | ObjectionEvent
  | ValueEvent
  | DealEvent
  | AdminEvent
  | ReflectionEvent;

/** Which door a command came through. */
export type Via = 'app' | 'mail' | 'api' | 'system';

/** An event with its place in the room's history. `seq` is the room's truth about order. */
export interface Recorded<E extends RoomEvent = RoomEvent> {
  seq: number;
  /** ISO instant, server time. */
  at: string;
  by: ParticipantId | 'system';
  via: Via;
  audience: Audience;
  event: E;
}
