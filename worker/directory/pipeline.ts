/** A seller's rooms as a pipeline: filtered and ordered as the address says, summed by stage, written as CSV. Pure. */
import { stages, type Money, type Stage } from '#core/deal.ts';
import { plainAmount, sums } from '#core/amount.ts';
import { csv } from '../csv.ts';
import type { RoomRow } from '../services.ts';

export const orders = ['activity', 'stalled', 'amount', 'close', 'stage', 'name', 'slipped'] as const;
export type Order = (typeof orders)[number];

/** What an address asks for; whatever it says wrongly is left out. */
export interface PipelineQuery {
  stage: Stage | null;
  search: string;
  order: Order;
}

export function queryOf(params: URLSearchParams): PipelineQuery {
  const search = (params.get('q') ?? '').normalize('NFKC').trim().slice(0, 100);
  return {
    stage: stages.find((one) => one === params.get('stage')) ?? null,
    search,
    order: orders.find((one) => one === params.get('sort')) ?? 'activity',
  };
}

/** The address of a list: what is usual is left out of it. */
export function addressOf({ stage, search, order }: PipelineQuery): string {
  const params = new URLSearchParams([
    ...(stage ? [['stage', stage]] : []),
    ...(search ? [['q', search]] : []),
    ...(order === 'activity' ? [] : [['sort', order]]),
  ]);
  return params.size > 0 ? `?${params}` : '';
}

/** In the order of the funnel; without an amount or a day last. Amounts of unlike money are compared by their currency first. */
const compare: Record<Order, (a: RoomRow, b: RoomRow) => number> = {
  activity: (a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt),
  amount: (a, b) =>
    Number(a.amount === null) - Number(b.amount === null) ||
    (a.amount?.currency ?? '').localeCompare(b.amount?.currency ?? '') ||
    (b.amount?.minor ?? 0) - (a.amount?.minor ?? 0),
  close: (a, b) => (a.close ?? '9999').localeCompare(b.close ?? '9999'),
  stage: (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage),
  name: (a, b) => a.name.localeCompare(b.name),
  stalled: (a, b) => (b.stalled?.days ?? 0) - (a.stalled?.days ?? 0),
  slipped: (a, b) => b.slipped - a.slipped,
};

export function arrange(rows: RoomRow[], { stage, search, order }: PipelineQuery): RoomRow[] {
  const wanted = search.toLowerCase();
  const fits = (row: RoomRow) =>
    (stage === null || row.stage === stage) &&
    (wanted === '' || [row.name, row.accountName, row.source].some((text) => text.normalize('NFKC').toLowerCase().includes(wanted)));
  return rows.filter(fits).sort((a, b) => compare[order](a, b) || compare.activity(a, b));
}

/** One stage of the pipeline: how many rooms, and what the qualified ones among them are worth. */
export interface StageSum {
  stage: Stage;
  rooms: number;
  amounts: Money[];
}

/** Every stage that has rooms. A lead's amount is a hope and is not counted; the demo's is nobody's. */
export function stageSums(rows: RoomRow[]): StageSum[] {
  return stages.flatMap((stage) => {
    const own = rows.filter((row) => row.stage === stage);
    if (own.length === 0) return [];
    return [
      { stage, rooms: own.length, amounts: sums(own.flatMap((row) => (row.qualified && !row.demo && row.amount ? [row.amount] : []))) },
    ];
  });
}

export interface CsvWords {
  columns: readonly string[];
  stage: (stage: Stage) => string;
}

/** The rows as CSV. Numbers are plain. */
export function csvOf(rows: RoomRow[], words: CsvWords): string {
  const lines = rows.map((row) => [
    row.name,
    row.accountName,
    words.stage(row.stage),
    `${row.confirmed}/${row.needed}`,
    row.amount ? plainAmount(row.amount) : '',
    row.amount?.currency ?? '',
    row.close ?? '',
    row.source,
    row.seller?.title ?? '',
    row.seller?.due?.date ?? '',
    row.customer?.title ?? '',
    row.customer?.due?.date ?? '',
    row.lastActivityAt,
  ]);
  return csv([words.columns, ...lines]);
}
