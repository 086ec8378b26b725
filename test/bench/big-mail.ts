/**
 * `npm run bench:big-mail`: twenty mails of 25 MiB at once through `email()` of the bundle that is deployed, on workerd with its D1 and
 * R2. The last line is one JSON object. See README.md beside this file.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrontDoor } from './room/people.ts';
import { bundle, ours } from './room/systems.ts';

const COUNT = 20;
/** Bytes of the file; with base64 and its line ends the mail is just below 25 MiB. */
const FILE = Math.floor(18.2 * 1024 * 1024);
const MIB = 1024 * 1024;

const state = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
const system = await ours(bundle(join(state, 'code')), join(state, 'data'));
try {
  const door = new FrontDoor(system);
  const seller = await door.seller();
  const { room } = await door.room(seller, 1);
  const invitation = system.mails.findLast((one) => one.to.some((to) => to.includes('chen0')));
  const reply = /reply\+[^>]+/.exec([invitation?.reply_to].flat().join())?.[0] ?? '';
  const look = async () => {
    const answer = await door.request(`/api/rooms/${room}?as=seller`, { cookie: seller.cookie });
    const { view } = (await answer.json()) as {
      view: { state: { people: Record<string, { side: string; email: string }>; files: { size: number }[] } };
    };
    return view.state;
  };
  if (reply === '') throw new Error('an invitation that nobody can reply to');
  const from = Object.values((await look()).people).find((one) => one.side === 'customer')?.email ?? '';
  const file = randomBytes(FILE).toString('base64').replace(/.{76}/g, '$&\r\n');

  const send = async (nth: number, body: string): Promise<string> => {
    const mail = [
      `Authentication-Results: mx.cloudflare.net; dmarc=pass header.from=${from.split('@')[1]}`,
      `From: <${from}>`,
      `To: <${reply}>`,
      'Subject: Re: files',
      `Date: ${new Date().toUTCString()}`,
      `Message-ID: <${nth}.${Date.now()}@corp.bench>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="part"',
      '',
      '--part',
      'Content-Type: text/plain; charset=utf-8',
      '',
      `Number ${nth}`,
      '--part',
      'Content-Type: application/octet-stream; name="list.bin"',
      'Content-Disposition: attachment; filename="list.bin"',
      'Content-Transfer-Encoding: base64',
      '',
      body,
      '--part--',
      '',
    ].join('\r\n');
    const answer = await fetch(`${system.url}/bench/mail`, { method: 'POST', headers: { 'x-from': from, 'x-to': reply }, body: mail });
    return answer.text();
  };
  for (let nth = 0; nth < 20; nth += 1) await send(nth, 'c21hbGw=');
  const before = system.memory('now');
  // What storing alone takes, on this R2: it runs in the same process.
  await Promise.all(Array.from({ length: COUNT }, () => fetch(`${system.url}/bench/put`, { method: 'POST', body: file })));
  const stored = system.memory('most');
  const [cpu, began] = [system.cpu(), Date.now()];
  const answers = await Promise.all(Array.from({ length: COUNT }, (_, nth) => send(100 + nth, file)));
  const seconds = (Date.now() - began) / 1000;
  const refused = answers.find((one) => one !== 'taken');
  if (refused !== undefined) throw new Error(refused);
  // Only what stands in the room, whole, was taken.
  const taken = (await look()).files.filter((one) => one.size === FILE).length;
  console.log(
    JSON.stringify({
      mails: COUNT,
      mailMiB: Number(((file.length + 900) / MIB).toFixed(1)),
      taken,
      grownMiB: Math.round((system.memory('most') - stored) / MIB),
      storingMiB: Math.round((stored - before) / MIB),
      beforeMiB: Math.round(before / MIB),
      seconds: Number(seconds.toFixed(1)),
      cpuSeconds: Number(((system.cpu() - cpu) / 1e9).toFixed(1)),
    }),
  );
} finally {
  await system.stop();
  rmSync(state, { recursive: true, force: true });
}
