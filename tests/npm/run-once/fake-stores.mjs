/** Stores for tests: one that counts, one that fails when told to. */

/** A store in front of another. `before(operation, args)` may throw, or wait; `log` has each call. */
export function watched(store, before = () => undefined, after = () => undefined) {
  const log = [];
  const wrap =
    (operation) =>
    async (...args) => {
      log.push(operation);
      await before(operation, args, log);
      const answer = await store[operation](...args);
      await after(operation, args, log);
      return answer;
    };
  return {
    log,
    acquire: wrap("acquire"),
    renew: wrap("renew"),
    complete: wrap("complete"),
    release: wrap("release"),
  };
}

/** A promise and its two ends. */
export function deferred() {
  const ends = {};
  ends.promise = new Promise((resolve, reject) => Object.assign(ends, { resolve, reject }));
  return ends;
}

/** Counts events by type. */
export function counter() {
  const counts = {};
  const onEvent = ({ type }) => {
    counts[type] = (counts[type] ?? 0) + 1;
  };
  return { counts, onEvent };
}
