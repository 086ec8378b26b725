/**
 * A room's forms before (or without) script: `command` is the command as JSON, the other fields are laid over it,
 * `line` is a task written in one line, `words` are times as typed, `at` one that was picked, `file` fields are uploads. The result meets the same schema as any other.
 */
import type { ParticipantId } from '#core/ids.ts';
import { readTimes } from '#core/meeting-times.ts';
import { LENGTH } from '#core/meetings.ts';
import { present } from '#core/people.ts';
import type { RoomView } from '#core/protocol.ts';
import { done, refuse, type Result } from '#core/refusal.ts';
import { parseTaskLine } from '#core/task-line.ts';
import { fresh } from '../access/tokens.ts';
import { shallowJson } from '../outside.ts';

export interface FormSubmission {
  id: string;
  command: Record<string, unknown>;
}

const NOT_FIELDS = new Set(['command', 'id', 'line', 'file', 'words', 'at']);

export function commandOfForm(
  form: FormData,
): Result<{ submission: FormSubmission; files: File[]; line: string | null; words: string | null }> {
  const parsed = shallowJson(String(form.get('command') ?? ''));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return refuse('invalid', 'malformed');
  const command: Record<string, unknown> = { ...parsed };
  for (const [name, value] of form) {
    // An object of another kind than all others is no command, and can't be handed on.
    if (NOT_FIELDS.has(name) || typeof value !== 'string' || name.includes('__proto__')) continue;
    // What is a list in the command is made of every field of that name.
    if (Array.isArray(command[name])) command[name] = form.getAll(name).filter((one) => typeof one === 'string');
    else layOver(command, name, value);
  }
  // A field is text; a length is a number.
  if (String(command['type']).startsWith('meeting.') && typeof command['length'] === 'string')
    command['length'] = Number(command['length']);
  const times = [form.get('words'), form.get('at')].filter((one): one is string => typeof one === 'string' && one.trim() !== '');
  if (command['due'] && typeof command['due'] === 'object' && !(command['due'] as { date?: string }).date) command['due'] = null;
  const id = form.get('id');
  const line = form.get('line');
  return done({
    submission: { id: typeof id === 'string' && id ? id : fresh(), command },
    files: form.getAll('file').filter((one): one is File => typeof one !== 'string' && one.size > 0),
    line: typeof line === 'string' ? line : null,
    words: form.has('words') ? times.map((one) => one.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ')).join(', ') : null,
  });
}

/** Fields that are empty when there is none. */
const NULLABLE = new Set(['date', 'milestone', 'time']);

/** A form knows only texts: `owners[]` is one of a list (an empty one says that there may be none), `due.date` a part of a whole. */
function layOver(into: Record<string, unknown>, name: string, value: string): void {
  const [whole, part] = name.split('.');
  if (whole && part) {
    const kept = into[whole];
    const inner = typeof kept === 'object' && kept !== null ? { ...kept } : {};
    into[whole] = inner;
    layOver(inner as Record<string, unknown>, part, value);
  } else if (name.endsWith('[]')) {
    const list = name.slice(0, -2);
    const kept: unknown = into[list];
    into[list] = [...(Array.isArray(kept) ? (kept as unknown[]) : []), ...(value === '' ? [] : [value])];
  } else if (name === 'past') into[name] = value === 'on';
  else if (name === 'days') into[name] = Number(value);
  else into[name] = value === '' && NULLABLE.has(name) ? null : value;
}

/** The command that a line such as "Product demo @Chen Fri 15:00" stands for. */
export function taskFromLine(submission: FormSubmission, line: string, view: RoomView): FormSubmission {
  const me = view.state.people[view.me];
  const locale = me?.locale ?? 'en';
  const zone = me?.zone ?? 'UTC';
  const read = parseTaskLine(line, { now: Date.now(), zone, locale, people: present(view.state), colleagues: [] });
  const invite = read.newcomers.map((one) => ({
    participant: fresh<ParticipantId>(),
    side: 'customer',
    name: one.name,
    email: one.email,
    locale,
    zone,
    invite: true,
    note: '',
  }));
  return {
    ...submission,
    command: {
      task: fresh(),
      ...submission.command,
      type: 'task.add',
      title: read.title,
      kind: read.kind,
      owners: [...read.owners, ...invite.map((one) => one.participant)],
      due: read.due,
      invite,
    },
  };
}

/** The command that times in words, such as "Fri 15:00, next Tue 10:00", make whole; one of them is all that another time needs. */
export function timesFromWords(submission: FormSubmission, words: string, view: RoomView): FormSubmission {
  const me = view.state.people[view.me];
  const { length, ...command } = submission.command;
  const ctx = { now: Date.now(), zone: me?.zone ?? 'UTC', locale: me?.locale ?? 'en' };
  const { times } = readTimes(words, typeof length === 'number' ? length : LENGTH, ctx);
  return { ...submission, command: command['type'] === 'meeting.propose' ? { ...command, times } : { ...command, time: times[0] ?? null } };
}
