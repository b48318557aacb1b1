/** The names of tables: a part of every statement, so one that would need quoting is refused. */
import { checkSettings } from "../../shared.js";
import { InvalidArgumentError } from "../errors.js";

const NAME = /^[a-z_][a-z0-9_]*$/;
const NAME_WITH_SCHEMA = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;

function check(table: string, pattern: RegExp, more: string): void {
  if (typeof table !== "string" || !pattern.test(table)) {
    throw new InvalidArgumentError(
      `the table's name is ${JSON.stringify(table)}, expected lower-case letters, digits and "_"${more}`,
    );
  }
}

/** In PostgreSQL. */
export function checkPostgresTable(table: string): void {
  check(table, NAME_WITH_SCHEMA, ", with a schema or without");
}

/** In SQLite, where a schema is another file. */
export function checkSqliteTable(table: string): void {
  check(table, NAME, "");
}

/**
 * The table that a store's settings name.
 *
 * @param checkName One of the functions above.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a name that would need quoting, and for settings that no store has.
 */
export function tableOf(options: { readonly table?: string | undefined }, checkName: (table: string) => void): string {
  checkSettings(options, ["table"]);
  const { table = "run_once" } = options;
  checkName(table);
  return table;
}
