/**
 * Invitations as calendars read them, out and in: iCalendar (RFC 5545) by the rules of scheduling over mail (RFC 5546, 6047).
 * The room itself is the organiser, at an address of its own for each attendee, so that a calendar's answer comes back
 * to the room; each attendee gets a copy with nobody else's address in it.
 */
import { convertIcsCalendar, generateIcsCalendar, type IcsAttendeePartStatusType, type IcsCalendar } from 'ts-ics';
import { toBase64 } from '../base64.ts';
import { dayIn } from '#core/due.ts';
import { endOf, startOf, type Answer, type Slot } from '#core/meetings.ts';
import { dictionary } from '../outside.ts';

export interface Entry {
  uid: string;
  sequence: number;
  title: string;
  slot: Slot;
  place: string;
  description: string;
  organiser: { name: string; address: string };
  /** Whose copy it is; null for one that asks for no answer. */
  attendee: { name: string; address: string; answer: Answer | null } | null;
  /** Epoch ms. */
  now: number;
}

const PARTSTAT: Record<Answer, IcsAttendeePartStatusType> = { accepted: 'ACCEPTED', tentative: 'TENTATIVE', declined: 'DECLINED' };

export type CalendarMethod = 'REQUEST' | 'CANCEL' | 'PUBLISH' | 'REPLY' | 'COUNTER';

/** The calendar object of an invitation, an update, a cancellation, or of a copy to keep. Times are UTC: right in every zone. */
export function calendarOf(entry: Entry, method: CalendarMethod): string {
  const { attendee, organiser } = entry;
  const calendar: IcsCalendar = {
    version: '2.0',
    prodId: '-//Atelier//Room//EN',
    method,
    events: [
      {
        uid: entry.uid,
        sequence: entry.sequence,
        stamp: { date: new Date(entry.now) },
        start: { date: new Date(startOf(entry.slot)) },
        end: { date: new Date(endOf(entry.slot)) },
        summary: entry.title,
        status: method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED',
        timeTransparent: 'OPAQUE',
        ...(entry.description ? { description: entry.description } : {}),
        ...(entry.place ? { location: entry.place } : {}),
        ...(/^https?:\/\/\S+$/i.test(entry.place) ? { url: entry.place } : {}),
        organizer: { name: quoted(organiser.name), email: organiser.address },
        ...(attendee
          ? {
              attendees: [
                {
                  name: quoted(attendee.name),
                  email: attendee.address,
                  role: 'REQ-PARTICIPANT',
                  cutype: 'INDIVIDUAL',
                  partstat: attendee.answer ? PARTSTAT[attendee.answer] : 'NEEDS-ACTION',
                  rsvp: attendee.answer !== 'accepted' && method === 'REQUEST',
                },
              ],
            }
          : {}),
      },
    ],
  };
  return folded(generateIcsCalendar(calendar));
}

export interface CalendarAnswer {
  method: 'REPLY' | 'COUNTER';
  uid: string;
  sequence: number;
  title: string;
  /** Epoch ms; the time that is answered, or that is asked for instead. */
  start: number;
  end: number;
  organiser: string;
  attendee: { name: string; address: string };
  answer: Answer;
  comment: string;
  now: number;
}

/** What a calendar program sends back. Written by the local mailbox and by tests. */
export function answerOf(answer: CalendarAnswer): string {
  return folded(
    generateIcsCalendar({
      version: '2.0',
      prodId: '-//Atelier//Local mailbox//EN',
      method: answer.method,
      events: [
        {
          uid: answer.uid,
          sequence: answer.sequence,
          stamp: { date: new Date(answer.now) },
          start: { date: new Date(answer.start) },
          end: { date: new Date(answer.end) },
          summary: answer.title,
          organizer: { email: answer.organiser },
          attendees: [{ name: quoted(answer.attendee.name), email: answer.attendee.address, partstat: PARTSTAT[answer.answer] }],
          ...(answer.comment ? { comment: answer.comment } : {}),
        },
      ],
    }),
  );
}

/** Parameter values may hold no quotes and no line ends; whatever else stands in a name needs quotes around it (RFC 5545 section 3.2). */
const quoted = (name: string): string => `"${name.replace(/["\p{Cc}]+/gu, ' ').trim()}"`;

/** Lines of at most 75 octets, cut between characters (RFC 5545 section 3.1): the library counts letters, and Chinese has three octets each. */
function folded(text: string): string {
  const encoder = new TextEncoder();
  const lines = text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return lines
    .map((raw) => {
      const line = /^(ORGANIZER|ATTENDEE)\b/.test(raw) ? raw.replace(/:MAILTO:(?=[^:]*$)/, ':mailto:') : raw;
      let out = '';
      let length = 0;
      for (const character of line) {
        const octets = encoder.encode(character).length;
        if (length + octets > 75) {
          out += '\r\n ';
          length = 1;
        }
        out += character;
        length += octets;
      }
      return `${out}\r\n`;
    })
    .join('');
}

/** Windows' names of the zones that Exchange writes without their rules now and then. */
const WINDOWS_ZONES = dictionary<string>({
  'China Standard Time': 'Asia/Shanghai',
  'Taipei Standard Time': 'Asia/Taipei',
  'Singapore Standard Time': 'Asia/Singapore',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'Korea Standard Time': 'Asia/Seoul',
  'India Standard Time': 'Asia/Kolkata',
  'W. Europe Standard Time': 'Europe/Berlin',
  'Romance Standard Time': 'Europe/Paris',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Central European Standard Time': 'Europe/Warsaw',
  'GMT Standard Time': 'Europe/London',
  'Greenwich Standard Time': 'Atlantic/Reykjavik',
  'Russian Standard Time': 'Europe/Moscow',
  'Eastern Standard Time': 'America/New_York',
  'Central Standard Time': 'America/Chicago',
  'Mountain Standard Time': 'America/Denver',
  'Pacific Standard Time': 'America/Los_Angeles',
  'AUS Eastern Standard Time': 'Australia/Sydney',
});

/** Characters. Programs answer in three thousand. */
const LONGEST_CALENDAR = 64 * 1024;
/** Rules of zones. Theirs with the most history name a dozen. */
const MOST_TURNS = 40;
const ZONE_LINE = /^(?:BEGIN|END):(?:VTIMEZONE|STANDARD|DAYLIGHT)\s*$|^(?:TZID|TZOFFSETFROM|TZOFFSETTO|DTSTART|RDATE|RRULE)[:;]/;
const EVENT_LINE = /^(?:BEGIN|END):VEVENT\s*$|^(?:DTSTART|DTEND|DURATION)[:;]/;
/** How zones say when their clocks turn: once a year, on one day of a month. */
const TURN =
  /^RRULE:FREQ=YEARLY(?:;(?:BYMONTH=\d{1,2}|BYDAY=[-+]?\d?[A-Z]{2}|BYMONTHDAY=[-\d,]{1,40}|INTERVAL=1|WKST=[A-Z]{2}|UNTIL=\w{1,20}|COUNT=\d{1,4}))*\s*$/;
const isTurn = (line: string): boolean => TURN.test(line) && (!/BYDAY=[A-Z]/.test(line) || line.includes('BYMONTHDAY='));

/**
 * What of a calendar object says when it is: its zones, and the time of its first event. Null where that can't be read. The rule of a zone
 * is played from its first year to today, and again for each time that is in the zone: second by second, if it said so, it would not end.
 */
function timesOf(ics: string): string | null {
  if (ics.length > LONGEST_CALENDAR) return null;
  const lines: string[] = [];
  let within = '';
  let isRead = false;
  let turns = 0;
  const said = new Set<string>();
  for (const line of ics.replace(/\r?\n[ \t]/g, '').split(/\r\n|\r|\n/)) {
    const begins = /^BEGIN:(VTIMEZONE|VEVENT)\s*$/.exec(line)?.[1] ?? '';
    if (within === '' && !(begins === 'VEVENT' && isRead)) within = begins;
    if (within === 'VTIMEZONE' && ZONE_LINE.test(line)) {
      if (line.startsWith('RRULE') && (!isTurn(line) || (turns += 1) > MOST_TURNS)) return null;
      lines.push(line);
    }
    if (within === 'VEVENT' && EVENT_LINE.test(line)) {
      const name = line.slice(0, line.search(/[:;]/));
      if (!/^DT|^DU/.test(name) || !said.has(name)) lines.push(line);
      said.add(name);
    }
    if (within === '' || line.trimEnd() !== `END:${within}`) continue;
    isRead ||= within === 'VEVENT';
    within = '';
  }
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n');
}

/** The time that a calendar object is about, in epoch ms; null if it names none that can be read. */
export function spanIn(ics: string, zone: string): { start: number; end: number } | null {
  let text = timesOf(ics);
  if (text === null) return null;
  // A zone that is named and not described is meant by its name; a time without any is the reader's own.
  if (!/^BEGIN:VTIMEZONE/im.test(text))
    text = text.replace(
      /^((?:DTSTART|DTEND)[^:\r\n]*;TZID=)"?([^";:\r\n]+)"?/gim,
      (_, head: string, name: string) => `${head}${WINDOWS_ZONES[name] ?? name}`,
    );
  text = text.replace(/^(DTSTART|DTEND):(\d{8}T\d{6})\s*$/gim, `$1;TZID=${zone}:$2`);
  try {
    const [event] = convertIcsCalendar(undefined, text).events ?? [];
    if (!event || event.start.type === 'DATE') return null;
    const start = event.start.date.getTime();
    const { duration } = event;
    const end = event.end
      ? event.end.date.getTime()
      : start + (((duration?.days ?? 0) * 24 + (duration?.hours ?? 0)) * 60 + (duration?.minutes ?? 0)) * 60_000;
    return Number.isFinite(start) && end > start ? { start, end } : null;
  } catch {
    return null;
  }
}

/** A stretch of time as it is said in a zone. */
export function slotOf(span: { start: number; end: number }, zone: string): Slot {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    span.start,
  );
  const length = Math.min(1_440, Math.max(5, Math.round((span.end - span.start) / 60_000)));
  return { date: dayIn(zone, span.start), time, zone, length };
}

/** A part of a mail that calendar programs take for an invitation (RFC 6047 section 2.4). */
export const calendarPart = (ics: string, method: CalendarMethod): { filename: string; contentType: string; base64: string } => ({
  filename: method === 'CANCEL' ? 'cancel.ics' : 'invite.ics',
  contentType: `text/calendar; charset=utf-8; method=${method}`,
  base64: toBase64(ics),
});
