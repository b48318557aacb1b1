/** The names of tables: a part of every statement, so one that would need quoting is refused. */
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
