/** What an error of a client library says about the transaction. */

/** Prisma's code for a write conflict or a deadlock. */
const PRISMA_CONFLICT = "P2034";
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** A server that ends a session says so with an SQLSTATE, too: it says nothing about the COMMIT. */
const SESSION_ENDED = /^(08|57P|58|XX)/;

/** Every error in the chain of causes, the error itself first. */
function* chain(error: unknown): Generator<Record<string, unknown>> {
  const seen = new Set<unknown>();
  for (let next = error; typeof next === "object" && next !== null && !seen.has(next); ) {
    seen.add(next);
    yield next as Record<string, unknown>;
    next = (next as { cause?: unknown }).cause;
  }
}

/** The SQLSTATE (or Prisma's code) of an error, whichever library wrapped it. */
export function codeOf(error: unknown): string | undefined {
  for (const link of chain(error)) {
    const meta = link["meta"] as
      | { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } }
      | undefined;
    const found = [meta?.driverAdapterError?.cause?.originalCode, meta?.code, link["originalCode"], link["code"]].find(
      (code) => typeof code === "string" && (SQLSTATE.test(code) || code === PRISMA_CONFLICT),
    );
    if (found !== undefined) {
      return found as string;
    }
  }
  return undefined;
}

/** Whether PostgreSQL ended the transaction so that it can run again: 40001 or 40P01. */
export function isDeadlockOrSerialization(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01" || code === PRISMA_CONFLICT;
}

/** Whether the server itself refused, so that nothing was committed; a lost connection says nothing. */
export function isRefusedByServer(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && SQLSTATE.test(code) && !SESSION_ENDED.test(code);
}
