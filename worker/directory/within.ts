/**
 * The walls between workspaces. A table whose rows are a workspace's is opaque: no query takes it, so one that forgets the workspace
 * does not type-check. `within` gives a workspace's own rows of it; `ofAll` gives all rows, to whoever says why.
 */
import { and, eq, getTableName, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { AnySQLiteColumn, SQLiteTable, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { WorkspaceId } from '#core/ids.ts';

declare const inside: unique symbol;

type OfWorkspaces = SQLiteTable & { workspaceId: AnySQLiteColumn };

/** A table of which nobody gets a row without saying of which workspace. */
export interface Walled<Table extends OfWorkspaces> {
  readonly [inside]: Table;
}

export type TableOf<Of> = Of extends Walled<infer Table> ? Table : never;
export type RowOf<Of> = Of extends Walled<infer Table> ? Table['$inferSelect'] : never;

/** Puts a table behind the wall. At run time it stays what it is: migrations are made from it. */
export const walled = <Table extends OfWorkspaces>(table: Table): Walled<Table> => table as unknown as Walled<Table>;

const opened = <Table extends OfWorkspaces>(table: Walled<Table>): Table => table as unknown as Table;

/** Why somebody may see rows of all workspaces. */
type Why =
  /** What the product does by itself for everybody, by the clock. */
  | 'the cron'
  /** Somebody is only known by their person yet: they sign in, or choose among their own workspaces. */
  | 'signing in';

/** All rows of a table. */
export const ofAll = <Table extends OfWorkspaces>(table: Walled<Table>, _why: Why): Table => opened(table);

/** A table to put rows into: each must name its workspace. */
export const into = <Table extends OfWorkspaces>(table: Walled<Table>): Table => opened(table);

/** All columns of what `rows` gave, to be selected beside others. */
export function columnsOf<Table extends OfWorkspaces>(rows: Table): Table['_']['columns'] {
  const { selectedFields } = rows._ as unknown as { selectedFields: Table['_']['columns'] };
  return selectedFields;
}

/** One workspace's rows, to read, to change, to take out. */
export class Within {
  readonly #db;
  readonly #workspace: WorkspaceId;

  constructor(db: D1Database, workspace: WorkspaceId) {
    this.#db = drizzle(db);
    this.#workspace = workspace;
  }

  #own(table: OfWorkspaces, which: SQL | undefined): SQL | undefined {
    return and(eq(table.workspaceId, this.#workspace), which);
  }

  /** The table as if it had no other rows: a query of the same columns under the same name. For reading only. */
  rows<Table extends OfWorkspaces>(walls: Walled<Table>): Table {
    const table: OfWorkspaces = opened(walls);
    return this.#db.select().from(table).where(this.#own(table, undefined)).as(getTableName(table)) as unknown as Table;
  }

  async update<Table extends OfWorkspaces>(
    walls: Walled<Table>,
    values: SQLiteUpdateSetSource<Table>,
    which: (table: Table) => SQL | undefined,
  ): Promise<void> {
    const table = opened(walls);
    await this.#db
      .update(table)
      .set(values)
      .where(this.#own(table, which(table)));
  }

  /** Gives what was taken out. */
  async remove<Table extends OfWorkspaces>(
    walls: Walled<Table>,
    which: (table: Table) => SQL | undefined,
  ): Promise<Table['$inferSelect'][]> {
    const table = opened(walls);
    return this.#db
      .delete(table)
      .where(this.#own(table, which(table)))
      .returning() as unknown as Promise<Table['$inferSelect'][]>;
  }
}
