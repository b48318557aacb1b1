/**
 * One row of the table in docs/runtimes.md.
 *
 * - `where` and `how`: what runs, and what is particular about it;
 * - `engine`: the one that has to answer;
 * - `run(staged)`: answers `{ version, report }`, or throws `Missing`;
 * - `required`: run by `make test`, not just by `make test-all`;
 * - `pinned`: its version is in a lock file, and so the same on every machine.
 */
export function row(where, how, engine, run, { required = true, pinned = true } = {}) {
  return { where, how, engine, run, required, pinned };
}

export const SIMD = "wasm-simd";
