/**
 * The one table of who may do what. Rooms are rank-free: sides differ, people of a side do not.
 * Nothing outside this file and audience.ts compares sides.
 */
import type { Participant, Side } from './people.ts';
import type { Comment } from './discussion.ts';
import type { ParticipantId } from './ids.ts';
import type { Task } from './plan.ts';

export type Act = keyof typeof can;

export const can = {
  /** Customers bring in their colleagues; sellers bring in anyone (a seller must also be a member of the workspace). */
  add: (who: Participant, side: Side) => who.side === 'seller' || side === 'customer',
  /** Any member can revoke anyone of the customer's side; sellers also each other. */
  remove: (who: Participant, about: Participant) => about.side === 'customer' || who.side === 'seller',
  /** Taking somebody's name and address out for good: a customer's, at their own wish, which a seller may carry out. */
  erase: (who: Participant, about: Participant) => about.side === 'customer' && (who.id === about.id || who.side === 'seller'),
  /** Your own name, language, zone and mail wishes; nobody sets another's. */
  describe: (who: Participant, about: Participant) => who.id === about.id,
  /** Functions that nobody is named for yet: either side may say that somebody is missing, on either side. */
  placehold: (_who: Participant) => true,
  /** Who plays which part in the purchase is the seller side's own reading of it. */
  cast: (who: Participant) => who.side === 'seller',
  /** Whoever was put in copy may be let go of before they answer, by anybody who could remove them after it. */
  letGo: (who: Participant, side: Side) => side === 'customer' || who.side === 'seller',
  /** Tasks are everyone's: add, change, move, finish, reopen, remove. */
  plan: (_who: Participant) => true,
  /** What is proposed for a task is for those who own it to take or leave, whoever they are. */
  settleProposal: (who: Participant, task: Pick<Task, 'owners'>) => task.owners.includes(who.id),
  comment: (who: Participant, audience: 'all' | 'seller') => audience === 'all' || who.side === 'seller',
  editComment: (who: Participant, comment: Pick<Comment, 'by'>) => comment.by === who.id,
  /** Held mail is not proven to be the customer's: only sellers see and settle it. */
  settleHeldMail: (who: Participant) => who.side === 'seller',
  /** Lines of the value case and their words are everyone's; a number that the customer has set is the customer's to change. */
  shapeValue: (_who: Participant) => true,
  setNumber: (who: Participant, owner: Side | null) => owner !== 'customer' || who.side === 'customer',
  /** Currency and horizon say what a number means: once one is the customer's, so are they. */
  settleValue: (who: Participant, isCustomers: boolean) => !isCustomers || who.side === 'customer',
  /** Only who asks says that it is answered; somebody of their side when they are gone, anybody when nobody is known. */
  closeObjection: (who: Participant, asker: { id: ParticipantId | null; side: Side | null }) =>
    asker.id === null ? asker.side === null || who.side === asker.side : who.id === asker.id,
  answerObjection: (who: Participant, asker: { id: ParticipantId | null; side: Side | null }) => who.id !== asker.id,
  /** The opportunity and what speaks for it are the selling side's own business. */
  deal: (who: Participant) => who.side === 'seller',
  /** Materials are everyone's; what the seller side still keeps to itself is its own. */
  material: (who: Participant, audience: 'all' | 'seller') => audience === 'all' || who.side === 'seller',
  share: (who: Participant) => who.side === 'seller',
  /** Whose opens are counted, and who may let reading time be recorded: the customer's side, each for themselves. */
  beCounted: (who: Participant) => who.side === 'customer',
  /** Sellers see what customers opened; everyone sees what is recorded of themselves. */
  seeOpens: (who: Participant, of: ParticipantId) => who.side === 'seller' || who.id === of,
  /** The question goes to both sides; the selling side says when a deal has come to its end. */
  askToReflect: (who: Participant) => who.side === 'seller',
  /** Templates are the workspace's. */
  saveTemplate: (who: Participant) => who.side === 'seller',
  rename: (who: Participant) => who.side === 'seller',
  /** Putting a room away, and deleting it. Owners of the workspace may as well, from outside. */
  shelve: (who: Participant) => who.side === 'seller',
  alwaysAskCode: (_who: Participant) => true,
} as const;
