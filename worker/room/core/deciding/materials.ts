/** What may become of materials: added, renewed, moved, shared with the customer, asked for. */
import { type Audience, audienceOfThread, maySeeThread } from '../audience.ts';
import type { Command, MaterialsCommand } from '../commands.ts';
import { type Decision, type Facts, happened } from '../decision.ts';
import type { FileFact } from '../discussion.ts';
import type { RoomEvent } from '../events.ts';
import type { FileId, MaterialId, ParticipantId, TaskId, ThreadId } from '../ids.ts';
import { type Content, type Material, newest, nextShared } from '../materials.ts';
import type { Participant } from '../people.ts';
import { can } from '../permissions.ts';
import { done, refuse, type Result } from '../refusal.ts';
import type { RoomState } from '../room.ts';

/** So that no room grows without end. */
const MOST = 1_000;
const MOST_VERSIONS = 200;

/** `offer.v2.pdf` → `offer.v2`. */
const titleOfFile = (name: string): string => name.replace(/(?<=.)\.[A-Za-z0-9]{1,8}$/, '').slice(0, 200);

/** `https://www.example.com/a/price-list?x=1` → `example.com/a/price-list`. */
export const titleOfLink = (url: string): string =>
  url
    .replace(/^https?:\/\/(www\.)?/i, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')
    .slice(0, 200);

interface Got {
  content: Content;
  /** How far it may go: what stands in an internal note stays internal until it is shared. */
  audience: Audience;
}

/** What a command brings: a file that its sender uploaded, one that was said in a discussion, or an address. */
function bringsOf(state: RoomState, who: Participant, command: { file: FileId | null; link: string | null }, facts: Facts): Result<Got> {
  if ((command.file === null) === (command.link === null)) return refuse('invalid', 'material_empty', 'file');
  if (command.link !== null) return done({ content: { kind: 'link', url: command.link }, audience: 'all' });
  const staged = command.file === null ? undefined : facts.staged[command.file];
  if (staged) {
    if (staged.by !== who.id) return refuse('not_found', 'no_such_file', 'file');
    const { by: _, ...file } = staged;
    return done({ content: { kind: 'file', file }, audience: 'all' });
  }
  const said = state.files.find((one) => one.id === command.file);
  if (!said || !maySeeThread(who.side, said.thread)) return refuse('not_found', 'no_such_file', 'file');
  const { id, name, size, type } = said;
  return done({ content: { kind: 'file', file: { id, name, size, type } }, audience: audienceOfThread(said.thread) });
}

/** The request that something answers, if it is still open. */
const openRequest = (state: RoomState, task: TaskId | null) => {
  const one = task === null ? undefined : state.plan.tasks[task];
  return one && !one.removed && one.kind === 'material' ? one : undefined;
};

export function decideMaterials(state: RoomState, who: Participant, command: MaterialsCommand, facts: Facts): Decision {
  const { materials } = state;

  switch (command.type) {
    case 'reading.allow':
      if (!can.beCounted(who)) return refuse('forbidden', 'not_for_your_side');
      return materials.timed.includes(who.id) === command.allowed
        ? happened()
        : happened({ type: 'reading.allowed', allowed: command.allowed });
    case 'section.rename': {
      const { from, to } = command;
      const inIt = Object.values(materials.byId).filter((one) => one.section === from && can.material(who, one.audience));
      if (inIt.length === 0 || from === to) return happened();
      return happened({ type: 'section.renamed', from, to, audience: inIt.some((one) => one.audience === 'all') ? 'all' : 'seller' });
    }
    case 'section.order': {
      // Only what both sides know has a place that both are told.
      const known = new Set(Object.values(materials.byId).flatMap((one) => (one.audience === 'all' && one.section ? [one.section] : [])));
      const sections = [...new Set(command.sections)].filter((name) => known.has(name));
      const same = sections.length === materials.sections.length && sections.every((name, at) => name === materials.sections[at]);
      return same ? happened() : happened({ type: 'section.ordered', sections });
    }
    case 'material.add': {
      const known = materials.byId[command.material];
      if (known) return can.material(who, known.audience) ? happened() : refuse('conflict', 'reused_id');
      if (!can.material(who, command.audience)) return refuse('forbidden', 'not_for_your_side');
      if (materials.order.length >= MOST) return refuse('too_many', 'too_many');
      const got = bringsOf(state, who, command, facts);
      if (!got.ok) return got;
      const { content } = got.value;
      const audience: Audience = got.value.audience === 'seller' ? 'seller' : command.audience;
      const request = audience === 'all' ? openRequest(state, command.for) : undefined;
      const title = command.title || (content.kind === 'file' ? titleOfFile(content.file.name) : titleOfLink(content.url));
      return happened(
        {
          type: 'material.added',
          material: command.material,
          title,
          section: command.section,
          note: command.note,
          content,
          audience,
          for: request?.id ?? null,
        },
        ...answered(request),
      );
    }
    default:
  }

  const material = materials.byId[command.material];
  if (!material || !can.material(who, material.audience)) return refuse('not_found', 'no_such_material');
  const { id, audience } = material;

  switch (command.type) {
    case 'material.version': {
      const got = bringsOf(state, who, command, facts);
      if (!got.ok) return got;
      const { content } = got.value;
      const last = newest(material);
      if (last && sameContent(last.content, content)) return happened();
      // A note's file would be shown to the customer by becoming a version of what they see.
      if (got.value.audience === 'seller' && audience === 'all') return refuse('not_found', 'no_such_file', 'file');
      if (material.versions.length >= MOST_VERSIONS) return refuse('too_many', 'too_many');
      const request = audience === 'all' ? openRequest(state, command.for) : undefined;
      return happened(
        { type: 'material.versioned', material: id, number: (last?.number ?? 0) + 1, content, audience },
        ...answered(request),
      );
    }
    case 'material.change': {
      const { title = material.title, section = material.section, note = material.note } = command;
      const change = {
        ...(title === material.title ? {} : { title }),
        ...(section === material.section ? {} : { section }),
        ...(note === material.note ? {} : { note }),
      };
      return Object.keys(change).length === 0 ? happened() : happened({ type: 'material.changed', material: id, ...change, audience });
    }
    case 'material.move':
      return move(state, who, material, command.before, command.section);
    case 'material.remove':
      return material.removed ? happened() : happened({ type: 'material.removed', material: id, audience });
    case 'material.restore':
      return material.removed ? happened({ type: 'material.restored', material: id, audience }) : happened();
    case 'material.share': {
      if (!can.share(who)) return refuse('forbidden', 'not_for_your_side');
      if (audience === 'all') return happened();
      // The newest, and what the customer had before it was withdrawn. Drafts stay where they are.
      const versions = material.versions.filter((one) => one.shared || one === newest(material)).map((one) => ({ ...one, shared: true }));
      const as: Material = { ...material, audience: 'all', versions };
      return happened({ type: 'material.shared', material: id, as, before: nextShared(materials, id, id) });
    }
    case 'material.withdraw': {
      if (!can.share(who)) return refuse('forbidden', 'not_for_your_side');
      if (audience === 'seller') return happened();
      const before = materials.order[materials.order.indexOf(id) + 1] ?? null;
      return happened(
        { type: 'material.withdrawn', material: id },
        { type: 'material.kept', material: id, as: { ...material, audience: 'seller' }, before },
      );
    }
  }
}

const answered = (request: { id: TaskId; completedAt: string | null } | undefined): RoomEvent[] =>
  request && request.completedAt === null ? [{ type: 'task.completed', task: request.id }] : [];

const sameContent = (one: Content, other: Content): boolean =>
  one.kind === 'file' ? other.kind === 'file' && one.file.id === other.file.id : other.kind === 'link' && one.url === other.url;

/** Said to the customer in terms of what they know; where it stands among the seller side's own is said to the seller side. */
function move(state: RoomState, who: Participant, material: Material, before: MaterialId | null, section: string | undefined): Decision {
  const { materials } = state;
  const { id, audience } = material;
  const target = before === null ? undefined : materials.byId[before];
  if (before !== null && (!target || !can.material(who, target.audience))) return refuse('not_found', 'no_such_material');
  if (before === id) return happened();
  const after = materials.order[materials.order.indexOf(id) + 1] ?? null;
  const into = section === undefined || section === material.section ? {} : { section };
  if (after === before && !('section' in into)) return happened();
  if (audience === 'seller' || !target || target.audience === 'all')
    return happened({ type: 'material.moved', material: id, before, ...into, audience });
  return happened(
    { type: 'material.moved', material: id, before: nextShared(materials, before, id), ...into, audience: 'all' },
    { type: 'material.moved', material: id, before, audience: 'seller' },
  );
}

/**
 * The files of an answer to a request, as commands: for whoever takes in a reply, say by mail. None if the thread is no
 * open request's, or if it is not its owner (or a colleague of theirs on the same side) who answers. The files must be
 * said or staged by then; the first command completes the task, doing it twice changes nothing.
 */
export function answersToRequest(
  state: RoomState,
  thread: ThreadId,
  by: ParticipantId,
  files: FileFact[],
  fresh: () => MaterialId,
): Extract<Command, { type: 'material.add' }>[] {
  const task = openRequest(state, thread as string as TaskId);
  if (!task || task.completedAt !== null || !mayAnswer(state, task.owners, by)) return [];
  return files.map((file) => ({
    type: 'material.add',
    material: fresh(),
    file: file.id,
    link: null,
    title: '',
    section: '',
    note: '',
    audience: 'all',
    for: task.id,
  }));
}

/** Whether a request waits for this person: they own it, or nobody does, or a colleague beside them does. */
export function mayAnswer(state: RoomState, owners: ParticipantId[], by: ParticipantId): boolean {
  const side = state.people[by]?.side;
  return side !== undefined && (owners.length === 0 || owners.some((id) => state.people[id]?.side === side));
}
