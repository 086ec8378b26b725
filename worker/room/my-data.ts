/** Everything that a room keeps about one of its people, as they may have it: what others write among themselves is theirs. */
import type { Recorded } from '#core/events.ts';
import type { ThreadId } from '#core/ids.ts';
import type { Participant } from '#core/people.ts';
import type { Opening } from '#core/protocol.ts';
import * as m from '#messages';

export interface MyData {
  takenAt: string;
  room: { id: string; name: string; workspace: string; account: string };
  you: Omit<Participant, 'person' | 'broughtBy'> & { broughtBy: string | null; broughtInFor: string | null };
  /** ISO instants. */
  lastSeen: string | null;
  devices: { browser: string; firstSeen: string; lastSeen: string; ended: boolean }[];
  /** Up to which event each discussion was read. */
  readUpTo: Record<ThreadId, number>;
  opened: Opening[];
  readingTimeIsRecorded: boolean;
  mailsToYou: { at: string; subject: string }[];
  mailsByYou: { at: string; outcome: string; id: string }[];
  /** Null where the directory could not be asked. */
  weeklyMails: { week: string; state: string; at: string }[] | null;
  /** In full, what was deleted later among them. */
  byYou: Recorded[];
  /** What others did that names you, as you may see it. */
  aboutYou: Recorded[];
}

/** The same in a few lines of a mail. */
export function summaryOf(data: MyData, locale: Participant['locale']): string[] {
  const say = { locale };
  const { you } = data;
  const when = (at: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: you.zone }).format(Date.parse(at));
  return [
    m.mail_data_is({ name: you.name, email: you.email }, say),
    m.mail_data_wishes({ language: you.locale === 'zh-CN' ? '中文' : 'English', zone: you.zone }, say),
    data.lastSeen ? m.mail_data_seen({ when: when(data.lastSeen) }, say) : m.mail_data_never({}, say),
    m.mail_data_devices({ count: data.devices.length }, say),
    m.mail_data_deeds({ count: data.byYou.length }, say),
    m.mail_data_about({ count: data.aboutYou.length }, say),
    m.mail_data_opens({ count: data.opened.length }, say),
    data.readingTimeIsRecorded ? m.mail_data_reading_on({}, say) : m.mail_data_reading_off({}, say),
    m.mail_data_mails({ sent: data.mailsByYou.length, received: data.mailsToYou.length }, say),
  ];
}
