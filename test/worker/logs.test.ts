/** What the logs say of a mail, from its coming in to what goes out because of it: one id, and nobody's name, address or words. */
import { expect, test, vi } from 'vitest';
import { browserIn, deliverMail, bring, invite, joinedCustomer, mailsTo, newSeller, openRoom, request } from '../support/front-door.ts';
import type { CommentId, ThreadId } from '#core/ids.ts';
import { fresh } from '../../worker/access/tokens.ts';
import { withoutPeople } from '../../worker/log.ts';

/** What is said while something is done, line by line. */
async function said(work: () => Promise<unknown>): Promise<{ lines: Record<string, unknown>[]; text: string }> {
  const lines: string[] = [];
  const spies = (['log', 'error', 'warn', 'info'] as const).map((kind) =>
    vi.spyOn(console, kind).mockImplementation((...words: unknown[]) => void lines.push(words.map(String).join(' '))),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { lines: lines.map((one) => JSON.parse(one) as Record<string, unknown>), text: lines.join('\n') };
}

test('a mail, the comment that it becomes and the mail about it carry one id, and no address, name or word of anybody', async () => {
  const seller = await newSeller('Li Dan-Unmistakable');
  const opened = await openRoom(seller);
  const invitation = await invite(seller, opened);
  const before = (await mailsTo(seller.seller.email)).length;
  const { lines, text } = await said(async () => {
    await bring({
      from: opened.customerEmail,
      to: invitation.replyTo ?? '',
      name: 'Chen Wei',
      subject: 'Re: unmistakable subject',
      text: 'Unmistakable words.',
    });
    await deliverMail(opened.room);
  });
  expect((await mailsTo(seller.seller.email)).length).toBeGreaterThan(before);
  const of = (what: string, more: object = {}) =>
    lines.find((one) => Object.entries({ what, ...more }).every(([key, value]) => one[key] === value));
  const id = of('mail in')?.['id'];
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(of('command', { command: 'comment.post', via: 'mail', outcome: 'done' })?.['id']).toBe(id);
  expect(of('chore', { chore: 'notify' })?.['id']).toBe(id);
  expect(of('mail out', { kind: 'news', state: 'sent' })?.['id']).toBe(id);
  for (const word of ['@', 'nmistakable', 'Chen', 'Li Dan', 'reply+', invitation.replyTo?.slice(6, 32) ?? '@'])
    expect(text).not.toContain(word);
});

test('a request is one line, under the id that its answer names', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  let header: string | null = null;
  const { lines } = await said(async () => {
    const response = await request(`/api/rooms/${opened.room}/commands?as=seller`, {
      method: 'POST',
      cookie: seller.cookie,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'a-command-of-a-test', command: { type: 'room.rename', name: 'Called anew' } }),
    });
    header = response.headers.get('x-request-id');
  });
  expect(lines.filter((one) => one['what'] === 'request')).toMatchObject([{ id: header, method: 'POST', status: 202 }]);
  expect(lines.find((one) => one['what'] === 'command')?.['id']).toBe(header);
  expect(JSON.stringify(lines)).not.toMatch(/Called anew|a-command/);
});

test('a command that comes by a socket carries an id of its own, and so do the notice and the mail of it', async () => {
  const seller = await newSeller();
  const opened = await openRoom(seller);
  await joinedCustomer(seller, opened);
  await deliverMail(opened.room);
  const { lines, text } = await said(async () => {
    const browser = await browserIn(seller, opened.room);
    const id = browser.do({ type: 'comment.post', comment: fresh<CommentId>(), thread: 'room' as ThreadId, body: 'Unmistakable words.' });
    await browser.next('accepted', (one) => one.id === id);
    browser.close();
    await deliverMail(opened.room);
  });
  const command = lines.find((one) => one['what'] === 'command');
  expect(command).toMatchObject({ command: 'comment.post', via: 'app', outcome: 'done' });
  expect(command?.['id']).toMatch(/^[0-9a-f-]{36}$/);
  for (const what of ['chore', 'mail out'])
    expect(lines.find((one) => one['what'] === what && (one['chore'] ?? 'notify') === 'notify')?.['id']).toBe(command?.['id']);
  expect(text).not.toContain('nmistakable');
});

test('what a machine says is cleaned of addresses and tokens', () => {
  expect(withoutPeople(`550 <chen@corp.example>: no such user at /join/${'a2'.repeat(26)}`)).toBe('550 <…@…>: no such user at /join/…');
});
