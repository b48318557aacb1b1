/** The name of a table in PostgreSQL. */
import { InvalidArgumentError } from "../errors.js";

const TABLE = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;

/** Refuses a name that would need quoting: it becomes a part of every statement. */
export function checkTable(table: string): void {
  if (!TABLE.test(table)) {
    throw new InvalidArgumentError(
      `the table's name is ${JSON.stringify(table)}, expected lower-case letters, digits and "_", with a schema or without`,
    );
  }
}
