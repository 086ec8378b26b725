/** The plan from outside: what waits, checklists, dates that move together, a task's history, and forms without script. */
import { describe, expect, test } from 'vitest';
import type { CheckId, MilestoneId, ShiftId, TaskId, ThreadId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { act, browserIn, joinedCustomer, newSeller, openRoom, request, viewOf } from '../support/front-door.ts';

const on = (date: string) => ({ date, time: null, zone: 'Asia/Shanghai' });

async function scene() {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  const customer = await joinedCustomer(seller, opened);
  const [offer, sign] = [fresh<TaskId>(), fresh<TaskId>()];
  await act(seller, opened.room, { type: 'task.add', task: offer, title: 'Offer', due: on('2027-03-01') });
  await act(seller, opened.room, { type: 'task.add', task: sign, title: 'Sign', due: on('2027-03-05'), after: [offer] });
  return { seller, customer, opened, room: opened.room, offer, sign };
}
const reasonOf = async (response: Response) => ((await response.json()) as { error?: { reason: string } }).error?.reason;

describe('the plan', () => {
  test('refuses a circle, unknown people, a passed date and ten megabytes, in words, and keeps what it had', async () => {
    const { seller, room, offer, sign } = await scene();
    const before = (await viewOf(seller, room)).state.seq;
    expect(await reasonOf(await act(seller, room, { type: 'task.change', task: offer, after: [sign] }))).toBe('task_cycle');
    expect(await reasonOf(await act(seller, room, { type: 'task.change', task: offer, owners: [fresh()] }))).toBe('no_such_participant');
    expect(await reasonOf(await act(seller, room, { type: 'task.change', task: offer, due: on('2020-01-01') }))).toBe('date_in_past');
    const huge = await act(seller, room, { type: 'task.change', task: offer, description: 'x'.repeat(10_000_000) });
    expect(huge.status).toBe(422);
    expect((await viewOf(seller, room)).state.seq).toBe(before);
    expect((await act(seller, room, { type: 'task.change', task: offer, due: on('2020-01-01'), past: true })).status).toBe(202);
  });

  test('is moved along by one side and seen by the other, and moved back in one step', async () => {
    const { seller, customer, room, offer, sign } = await scene();
    const other = await browserIn(customer, room);
    await other.next('snapshot');
    const [milestone, shift] = [fresh<MilestoneId>(), fresh<ShiftId>()];
    await act(seller, room, { type: 'milestone.add', milestone, title: 'Live', date: '2027-03-10' });
    await act(seller, room, { type: 'plan.shift', shift, days: 3, tasks: [offer, sign], milestones: [milestone] });
    const seen = await other.next('events', ({ events }) => events.some(({ event }) => event.type === 'plan.shifted'));
    expect(seen.events.length).toBeGreaterThan(0);
    const moved = (await viewOf(customer, room)).state.plan;
    expect([moved.tasks[offer]?.due?.date, moved.tasks[sign]?.due?.date, moved.milestones[0]?.date]).toEqual([
      '2027-03-04',
      '2027-03-10',
      '2027-03-15',
    ]);
    await act(seller, room, { type: 'plan.unshift', shift });
    const back = (await viewOf(customer, room)).state.plan;
    expect([back.tasks[offer]?.due?.date, back.tasks[sign]?.due?.date]).toEqual(['2027-03-01', '2027-03-05']);
    other.close();
  });

  test('has a checklist that both sides tick, and a history of who did what', async () => {
    const { seller, customer, room, offer, opened } = await scene();
    const check = fresh<CheckId>();
    await act(seller, room, { type: 'check.add', task: offer, check, text: 'Price list' });
    expect((await act(customer, room, { type: 'check.tick', task: offer, check })).status).toBe(202);
    await act(seller, room, { type: 'task.change', task: offer, title: 'Written offer' });
    const response = await request(`/api/rooms/${room}/tasks/${offer}/history?as=customer`, { cookie: customer.cookie });
    const { history } = (await response.json()) as { history: { what: string; by: string }[] };
    expect(history.map((one) => one.what)).toEqual(['added', 'check', 'check', 'changed']);
    expect(history[2]?.by).toBe(opened.customer);
    expect(history[3]).toMatchObject({ changes: [{ field: 'title', from: 'Offer', to: 'Written offer' }] });
  });

  test('serves a description as safe HTML with its thread', async () => {
    const { seller, room, offer } = await scene();
    await act(seller, room, {
      type: 'task.change',
      task: offer,
      description: '**Bold** <script>alert(1)</script> ![x](https://evil.example/p.gif)',
    });
    const response = await request(`/api/rooms/${room}/threads/${offer as string as ThreadId}?as=seller`, { cookie: seller.cookie });
    const page = (await response.json()) as { html: Record<string, string> };
    expect(page.html[offer]).toContain('<strong>Bold</strong>');
    expect(page.html[offer]).not.toMatch(/<script|<img/);
  });
});

describe('without script', () => {
  test('the page of a long plan draws its first rows, and all of them for whoever asks', async () => {
    const { seller, room } = await scene();
    for (let count = 0; count < 80; count += 1)
      await act(seller, room, { type: 'task.add', task: fresh<TaskId>(), title: `Step ${count}` });
    const rowsOf = async (query: string) =>
      (await (await request(`/rooms/${room}${query}`, { cookie: seller.cookie })).text()).match(/data-row/g)?.length ?? 0;
    expect(await rowsOf('')).toBe(60);
    expect(await rowsOf('?all=1')).toBe(82);
    expect(await rowsOf('?show=board&all=1')).toBe(82);
  });
});
