/** "You came in on a new device. Not you? Reply NO." Below it, their own way in: whoever came by another's link has no other. */
import * as m from '#messages';
import type { FC } from 'hono/jsx';
import type { NewDeviceFacts, Rendered } from './facts.ts';
import { Box, Button, greet, mail, Title, Words } from './layout.tsx';
import { sayAt } from './moment.ts';

/** Which device, and when. */
export const Device: FC<{ name: string; when: string }> = ({ name, when }) => (
  <Box
    paint={{ back: 'card', text: 'ink' }}
    style="margin:0 0 16px;"
    cell="padding:14px 18px;border-radius:6px;font-size:16px;line-height:24px;"
  >
    <strong>{name}</strong> · {when}
  </Box>
);

export function newDevice(facts: NewDeviceFacts): Rendered {
  const { reader, roomName: room, device } = facts;
  const { locale } = reader;
  const when = sayAt(facts.at, reader);
  const subject = m.mail_new_device_subject({ room }, { locale });
  const hello = greet(reader);
  const lead = m.mail_new_device_lead({ room }, { locale });
  const you = m.mail_new_device_you({}, { locale });
  const notYou = m.mail_new_device_not_you({}, { locale });
  const button = m.mail_open_room({}, { locale });
  const own = m.mail_new_device_own({}, { locale });
  const footer = [{ says: m.mail_new_device_why({ room }, { locale }) }];

  return mail({
    kind: 'new-device',
    mark: facts.mark,
    locale,
    subject,
    preheader: m.mail_new_device_preheader({ device, when }, { locale }),
    head: room,
    footer,
    children: (
      <>
        <Title>{hello}</Title>
        <Words>{lead}</Words>
        <Device name={device} when={when} />
        <Words>
          <strong>{notYou}</strong>
        </Words>
        <Words soft>{you}</Words>
        <Button url={facts.url}>{button}</Button>
        <Words soft>{own}</Words>
      </>
    ),
    text: [hello, lead, `${device} · ${when}`, notYou, you, m.mail_link_to({ title: button, url: facts.url }, { locale }), own],
  });
}
