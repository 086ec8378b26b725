/** The answer to "not me": that device is out, and what to do if the mailbox itself is somebody else's too. */
import * as m from '#messages';
import type { DeviceOutFacts, Rendered } from './facts.ts';
import { greet, mail, Title, Words } from './layout.tsx';
import { sayAt } from './moment.ts';
import { Device } from './new-device.tsx';

export function deviceOut(facts: DeviceOutFacts): Rendered {
  const { reader, roomName: room, device, contact } = facts;
  const say = { locale: reader.locale };
  const when = sayAt(facts.at, reader);
  const hello = greet(reader);
  const lead = m.mail_device_out_lead({ room }, say);
  const next = m.mail_device_out_code({}, say);
  const mailbox = contact && m.mail_device_out_mailbox(contact, say);
  return mail({
    kind: 'device-out',
    mark: facts.mark,
    locale: reader.locale,
    subject: m.mail_device_out_subject({ room }, say),
    preheader: m.mail_device_out_preheader({ device, when }, say),
    head: room,
    footer: [{ says: m.mail_reply_posts({}, say) }],
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        <Device name={device} when={when} />
        <Words>{next}</Words>
        {mailbox && <Words>{mailbox}</Words>}
      </>
    ),
    text: [hello, lead, `${device} · ${when}`, next, mailbox],
  });
}
