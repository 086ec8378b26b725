/** Who did what, as a table (CSV, RFC 4180): the same counts as the page. Pure. */
import { measures, type LedgerRow } from '#core/ledger.ts';
import type { Locale } from '#core/people.ts';
import * as m from '#messages';
import { csv } from '../csv.ts';

/** A row for each person, with their counts. */
export function ledgerCsv(rows: readonly LedgerRow[], locale: Locale): string {
  const say = { locale };
  const head = [
    m.ledger_person({}, say),
    m.ledger_side({}, say),
    m.ledger_made({}, say),
    m.ledger_kept({}, say),
    m.ledger_late({}, say),
    m.ledger_asked({}, say),
    m.ledger_answered({}, say),
    m.ledger_files({}, say),
    m.ledger_replies({}, say),
    m.ledger_median_hours({}, say),
  ];
  const lines = rows.map((row) => [
    row.name,
    row.side === 'seller' ? m.side_seller({}, say) : m.side_customer({}, say),
    ...measures.map((measure) => String(row.entries[measure].length)),
    row.medianAnswer === null ? '' : String(Math.round(row.medianAnswer / 360_000) / 10),
  ]);
  return csv([head, ...lines]);
}
