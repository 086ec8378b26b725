/** Nobody is ranked in a room: who leads the workspace, who started last week and who buys see the same things to press. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { ParticipantId, RoomId, TaskId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { act, joinedCustomer, newColleague, newSeller, openRoom, request } from '../support/front-door.ts';

let room: RoomId;
const readers: Record<'director' | 'trainee' | 'customer', { cookie: string }> = {
  director: { cookie: '' },
  trainee: { cookie: '' },
  customer: { cookie: '' },
};

beforeAll(async () => {
  const director = await newSeller('Li Dan');
  const trainee = await newColleague(director, 'Zhou Hang');
  const opened = await openRoom(director);
  room = opened.room;
  const task = fresh<TaskId>();
  await act(director, room, {
    type: 'task.add',
    task,
    title: 'Product demo',
    kind: 'task',
    owners: [],
    due: null,
    milestone: null,
    description: '',
  });
  const customer = await joinedCustomer(director, opened);
  await act(director, room, {
    type: 'participant.add',
    participant: fresh<ParticipantId>(),
    email: trainee.seller.email,
    name: 'Zhou Hang',
    side: 'seller',
    locale: 'en',
    zone: 'Asia/Shanghai',
    invite: false,
    note: '',
  });
  Object.assign(readers, { director, trainee, customer });
});

/** What a page offers to do: the kinds of its commands, the words on its buttons, the fields to fill. */
async function offered(who: keyof typeof readers, view: string): Promise<string[]> {
  const path = who === 'customer' ? `/r/${room}` : `/rooms/${room}`;
  const html = await (await request(`${path}${view}`, { cookie: readers[who].cookie })).text();
  const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? '';
  const kinds = [...main.matchAll(/&quot;type&quot;:&quot;([a-z.]+)&quot;/g)].map((one) => one[1] ?? '');
  // Beside what belongs to one side alone: the seller's own notes of the deal, a customer's word on their own reading time.
  return [...new Set(kinds)].filter((kind) => !/^(deal|room|invitation|mail|reading)\./.test(kind)).sort();
}

describe('a director, a trainee and a customer', () => {
  test.each(['', '?view=value', '?view=materials'])('can do the same on %s', async (view) => {
    const [director, trainee, customer] = await Promise.all([
      offered('director', view),
      offered('trainee', view),
      offered('customer', view),
    ]);
    expect(director.length).toBeGreaterThan(0);
    expect(trainee).toEqual(director);
    expect(customer).toEqual(director);
  });
});
