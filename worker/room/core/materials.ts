/**
 * What the deal is decided with: files and links, each with a title, a place and its versions. One may be the seller
 * side's own until it is shared. Who opened what is no event: it is in the room's own table (../opens.ts).
 */
import type { Audience } from './audience.ts';
import type { FileFact } from './discussion.ts';
import type { FileId, MaterialId, ParticipantId, TaskId } from './ids.ts';

export type Content = { kind: 'file'; file: FileFact } | { kind: 'link'; url: string };

export interface Version {
  /** 1, 2, 3 …: stays the same for a reader who does not see the earlier ones. */
  number: number;
  content: Content;
  by: ParticipantId | 'system';
  /** ISO instant. */
  at: string;
  /** Whether the customer may have it: what came before a material was shared stays on the seller side. */
  shared: boolean;
}

export interface Material {
  id: MaterialId;
  title: string;
  /** The name of its section; empty for none. */
  section: string;
  note: string;
  /** Oldest first; never empty. */
  versions: Version[];
  /** `seller` until it is shared. */
  audience: Audience;
  addedBy: ParticipantId | 'system';
  /** ISO instant. */
  addedAt: string;
  /** The request that it answered. */
  for: TaskId | null;
  /** Removed ones stay, so that undo brings them back with their thread. */
  removed: boolean;
}

export interface Materials {
  byId: Record<MaterialId, Material>;
  order: MaterialId[];
  /** Names of sections in the order that somebody gave them; others follow as their first material does. */
  sections: string[];
  /** Those who let their reading time be recorded. */
  timed: ParticipantId[];
}

export const emptyMaterials: Materials = { byId: {}, order: [], sections: [], timed: [] };

/** `audience` in these is the audience of the material at that time: the event goes no further than it. */
export type MaterialsEvent =
  | {
      type: 'material.added';
      material: MaterialId;
      title: string;
      section: string;
      note: string;
      content: Content;
      audience: Audience;
      for: TaskId | null;
    }
  | { type: 'material.versioned'; material: MaterialId; number: number; content: Content; audience: Audience }
  | { type: 'material.changed'; material: MaterialId; title?: string; section?: string; note?: string; audience: Audience }
  | { type: 'material.moved'; material: MaterialId; before: MaterialId | null; section?: string; audience: Audience }
  | { type: 'material.removed'; material: MaterialId; audience: Audience }
  | { type: 'material.restored'; material: MaterialId; audience: Audience }
  /** The customer gets the material as it may be had, and its place before the next that they know. */
  | { type: 'material.shared'; material: MaterialId; as: Material; before: MaterialId | null }
  /** Taken back from the customer; `material.kept` follows, for the seller side alone. */
  | { type: 'material.withdrawn'; material: MaterialId }
  | { type: 'material.kept'; material: MaterialId; as: Material; before: MaterialId | null }
  | { type: 'section.renamed'; from: string; to: string; audience: Audience }
  | { type: 'section.ordered'; sections: string[] }
  | { type: 'reading.allowed'; allowed: boolean };

/** By what name looks at a version are counted: a file is the same file wherever it stands. */
export const subjectOf = (material: MaterialId, version: Version): string =>
  version.content.kind === 'file' ? version.content.file.id : `${material}.${version.number}`;

/** The materials that are there, in order. */
export const materialsOf = (materials: Materials): Material[] =>
  materials.order.flatMap((id) => {
    const one = materials.byId[id];
    return one && !one.removed ? [one] : [];
  });

export const newest = (material: Material): Version | undefined => material.versions.at(-1);

/** Names of sections as they are shown: those that were put in order, then the others; the nameless one first. */
export function sectionsOf(materials: Materials): string[] {
  const used = new Set(materialsOf(materials).map((one) => one.section));
  const named = [...materials.sections.filter((name) => used.has(name)), ...used].filter((name) => name !== '');
  return [...(used.has('') ? [''] : []), ...new Set(named)];
}

/** What the customer side may have of a material: the versions that were shared. */
const asShared = (material: Material): Material => ({ ...material, versions: material.versions.filter((one) => one.shared) });

/** The materials as a side may see them. */
export function materialsFor(side: 'seller' | 'customer', materials: Materials): Materials {
  if (side === 'seller') return materials;
  const order = materials.order.filter((id) => materials.byId[id]?.audience === 'all');
  return {
    ...materials,
    order,
    byId: Object.fromEntries(order.flatMap((id) => (materials.byId[id] ? [[id, asShared(materials.byId[id])]] : []))),
  };
}

/** Whether a side may open this file because a material has it. The customer may not once it is removed or withdrawn. */
export const hasFile = (side: 'seller' | 'customer', materials: Materials, file: FileId): boolean =>
  Object.values(materials.byId).some(
    (one) =>
      (side === 'seller' || (one.audience === 'all' && !one.removed)) &&
      one.versions.some(
        (version) => version.content.kind === 'file' && version.content.file.id === file && (side === 'seller' || version.shared),
      ),
  );

/** The first material at or after a place that the customer side knows. */
export function nextShared(materials: Materials, from: MaterialId | null, except?: MaterialId): MaterialId | null {
  const start = from === null ? materials.order.length : materials.order.indexOf(from);
  return materials.order.slice(start).find((id) => id !== except && materials.byId[id]?.audience === 'all') ?? null;
}

function placed(order: MaterialId[], id: MaterialId, before: MaterialId | null): MaterialId[] {
  const rest = order.filter((one) => one !== id);
  const place = before === null ? -1 : rest.indexOf(before);
  return place < 0 ? [...rest, id] : [...rest.slice(0, place), id, ...rest.slice(place)];
}

export function applyMaterials(materials: Materials, event: MaterialsEvent, at: string, by: ParticipantId | 'system'): Materials {
  switch (event.type) {
    case 'section.renamed':
      return {
        ...materials,
        byId: Object.fromEntries(
          Object.entries(materials.byId).map(([id, one]) => [id, one.section === event.from ? { ...one, section: event.to } : one]),
        ),
        sections:
          event.audience === 'all'
            ? [...new Set(materials.sections.map((name) => (name === event.from ? event.to : name)))]
            : materials.sections,
      };
    case 'section.ordered':
      return { ...materials, sections: event.sections };
    case 'reading.allowed': {
      const others = materials.timed.filter((one) => one !== by);
      return { ...materials, timed: event.allowed && by !== 'system' ? [...others, by] : others };
    }
    case 'material.added': {
      if (materials.byId[event.material]) return materials;
      const { type: _, material: id, content, ...fields } = event;
      const first: Version = { number: 1, content, by, at, shared: event.audience === 'all' };
      const material: Material = { id, ...fields, versions: [first], addedBy: by, addedAt: at, removed: false };
      return { ...materials, byId: { ...materials.byId, [id]: material }, order: [...materials.order, id] };
    }
    case 'material.withdrawn': {
      const { [event.material]: _, ...byId } = materials.byId;
      return { ...materials, byId, order: materials.order.filter((id) => id !== event.material) };
    }
    case 'material.kept':
      return {
        ...materials,
        byId: { ...materials.byId, [event.material]: event.as },
        order: placed(materials.order, event.material, event.before),
      };
    case 'material.shared': {
      const known = materials.byId[event.material];
      const shown = new Set(event.as.versions.map((one) => one.number));
      const versions = known?.versions.map((one) => (shown.has(one.number) ? { ...one, shared: true } : one)) ?? event.as.versions;
      return {
        ...materials,
        byId: { ...materials.byId, [event.material]: { ...event.as, versions } },
        // Where it stands is known to whoever had it; the customer is told before which of theirs it comes.
        order: known ? materials.order : placed(materials.order, event.material, event.before),
      };
    }
    default:
  }

  const material = materials.byId[event.material];
  if (!material) return materials;
  const changed = (change: Partial<Material>): Materials => ({
    ...materials,
    byId: { ...materials.byId, [material.id]: { ...material, ...change } },
  });
  switch (event.type) {
    case 'material.versioned':
      return changed({
        versions: [...material.versions, { number: event.number, content: event.content, by, at, shared: event.audience === 'all' }],
      });
    case 'material.changed': {
      const { type: _, material: __, audience: ___, ...fields } = event;
      return changed(fields);
    }
    case 'material.moved':
      return {
        ...changed(event.section === undefined ? {} : { section: event.section }),
        order: placed(materials.order, material.id, event.before),
      };
    case 'material.removed':
      return changed({ removed: true });
    case 'material.restored':
      return changed({ removed: false });
  }
}
