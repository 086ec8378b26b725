/** Stored events of every age: their shapes are all known, each opens today, and none changes without a version. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { audienceOf } from '#core/audience.ts';
import type { Recorded, RoomEvent } from '#core/events.ts';
import { apply, emptyRoom, type RoomState } from '#core/room.ts';
import { stamped, upcast, UPCASTERS, versionOf } from '#core/versions.ts';
import { id } from '../support/cast.ts';
import { shapesIn } from './versions/shapes.ts';

const here = join(import.meta.dirname, 'versions');
/** Of each type: its versions, oldest first, and of each the shapes that it had while it only grew. */
const known = JSON.parse(readFileSync(join(here, 'shapes.json'), 'utf8')) as Record<string, string[][]>;
const now = shapesIn(join(import.meta.dirname, '../../worker/room/core/events.ts'));

const logs = readdirSync(join(here, 'stored')).map((name) => ({
  name,
  log: readFileSync(join(here, 'stored', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded),
}));
const fold = (log: Recorded[]): RoomState =>
  log.map((one) => ({ ...one, event: upcast(structuredClone(one.event)) })).reduce(apply, emptyRoom);

/** What the compiler says of lines, one by one: nothing where it agrees. */
function complaints(lines: string[]): (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-shapes-'));
  const file = join(folder, 'shapes.ts');
  writeFileSync(file, [...lines, 'export {};'].join('\n'));
  const program = ts.createProgram([file], { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2024, skipLibCheck: true });
  const said: string[] = [];
  for (const one of ts.getPreEmitDiagnostics(program)) {
    if (!one.file) throw new Error(ts.flattenDiagnosticMessageText(one.messageText, ' '));
    const { line } = one.file.getLineAndCharacterOfPosition(one.start ?? 0);
    said[line] ??= ts.flattenDiagnosticMessageText(one.messageText, ' ');
  }
  rmSync(folder, { recursive: true });
  return lines.map((_, index) => said[index]);
}

test('no event has another shape than is written down for its version', () => {
  const said = [...now].flatMap(([type, shape]) => {
    const versions = known[type] ?? [];
    if (versions.length !== versionOf(type as RoomEvent['type']))
      return `${type}: shapes.json knows ${versions.length} versions of it, core/versions.ts ${versionOf(type as RoomEvent['type'])}`;
    return versions.at(-1)?.at(-1) === shape
      ? []
      : `${type} is now ${shape}. If all that was stored is still of this shape, add it to the last version in test/core/versions/shapes.json; else write an upcaster in core/versions.ts and begin a new version with it. Either way put an event as it was into test/core/versions/stored.`;
  });
  expect(said).toEqual([]);
});

test('no type of event was ever taken out', () => {
  expect(Object.keys(known).filter((type) => !now.has(type))).toEqual([]);
});

const pairs = Object.values(known).flatMap((versions) =>
  versions.flatMap((shapes) => shapes.slice(1).map((shape, index) => [shapes[index] ?? '', shape] as const)),
);

test('within a version a shape only grows: what was stored before is of the later shape, too', () => {
  expect(pairs.length).toBeGreaterThan(8);
  const union = (shape: string) => shape.replaceAll('||', '|');
  const lines = pairs.map(
    ([before, after], n) => `declare const before${n}: ${union(before)}; export const after${n}: ${union(after)} = before${n};`,
  );
  expect(complaints(lines).filter(Boolean)).toEqual([]);
});

test('of every shape that is no longer written an event is kept, and the compiler says it is of that shape', () => {
  const stored = logs.flatMap(({ log }) => log.map(({ event }) => event as RoomEvent & Record<string, unknown>));
  const old = Object.entries(known).flatMap(([type, versions]) =>
    versions
      .flat()
      .slice(0, -1)
      .map((shape) => ({ type, shape })),
  );
  const tries = old.flatMap(({ type, shape }) =>
    stored
      .filter((event) => event.type === type)
      .map((event) => {
        const { type: _, v: __, ...fields } = event;
        return { type, shape, value: JSON.stringify(fields) };
      }),
  );
  const said = complaints(tries.map(({ shape, value }, n) => `export const one${n}: ${shape} = ${value};`));
  const fits = new Set(tries.flatMap(({ type, shape }, n) => (said[n] === undefined ? `${type} ${shape}` : [])));
  expect(old.map(({ type, shape }) => `${type} ${shape}`).filter((one) => !fits.has(one))).toEqual([]);
});

test.each(logs)('the log $name opens as it did', ({ log }) => {
  for (const one of log) expect(audienceOf(upcast(one.event))).toBe(one.audience);
  const state = fold(log);
  expect(state.seq).toBe(log.length);
  expect(state.room?.name).toBe('Corp · Warehouse');
  // Read and written again, and read again: nothing changes any more.
  const again = log.map((one) => ({ ...one, event: stamped(upcast(one.event)) }));
  expect(fold(JSON.parse(JSON.stringify(again)) as Recorded[])).toEqual(state);
});

test('what old logs say is what they said then', () => {
  const [first, deal, deletions] = logs.map(({ log }) => fold(log));
  const survey = id<keyof RoomState['threads'] & string>('survey') as keyof RoomState['threads'];
  expect(first?.threads[survey]).toMatchObject({ count: 1 });
  // Then a deleted comment left its files behind.
  expect(first?.files.map(({ name }) => name)).toEqual(['list.txt']);
  expect(Object.values(first?.held ?? {})).toHaveLength(1);
  expect(Object.values(first?.people ?? {}).map(({ name, mail }) => [name, mail])).toEqual([
    ['Li Dan', 'each'],
    ['Chen Wei', 'weekly'],
  ]);
  expect(Object.values(first?.plan.tasks ?? {}).map(({ title, after }) => [title, after])).toEqual([['The survey', undefined]]);
  expect(deal?.deal.evidence).toMatchObject({ pain: [{ excerpt: 'It is done on Friday' }], metrics: [{ gone: true }], champion: [] });
  expect(deletions?.files).toEqual([]);
});

test('an event goes through every version between its own and today’s, and one of a later server stays as it is', () => {
  type Any = Record<string, unknown>;
  const table = {
    'task.added': [({ name, ...rest }: Any) => ({ ...rest, title: name }), ({ title, ...rest }: Any) => ({ ...rest, titles: [title] })],
  };
  const all = (event: Any) => upcast(event, table) as unknown;
  expect(all({ type: 'task.added', name: 'A' })).toEqual({ type: 'task.added', v: 3, titles: ['A'] });
  expect(all({ type: 'task.added', v: 2, title: 'A' })).toEqual({ type: 'task.added', v: 3, titles: ['A'] });
  expect(all({ type: 'task.added', v: 3, titles: ['A'] })).toEqual({ type: 'task.added', v: 3, titles: ['A'] });
  expect(all({ type: 'task.added', v: 4, what: 'A' })).toEqual({ type: 'task.added', v: 4, what: 'A' });
  expect(all({ type: 'star.added', v: 9 })).toEqual({ type: 'star.added', v: 9 });
});

test('a type with versions is stored with today’s, right behind its type', () => {
  for (const type of Object.keys(UPCASTERS) as RoomEvent['type'][])
    expect(JSON.stringify(stamped({ type, x: 1 } as unknown as RoomEvent))).toBe(`{"type":"${type}","v":${versionOf(type)},"x":1}`);
  expect(stamped({ type: 'room.renamed', name: 'A' })).toEqual({ type: 'room.renamed', name: 'A' });
});
