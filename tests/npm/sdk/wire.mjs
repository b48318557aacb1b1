/** What arrived at the mock API, in the shape of tests/vectors/trigger.json. */

const FIELDS = ["idempotencyKey", "idempotencyKeyOptions", "idempotencyKeyTTL"];

const pick = (source = {}) => Object.fromEntries(FIELDS.filter((field) => field in source).map((field) => [field, source[field]]));

/** The requests of case `index`, with the ids that the recording server gave. */
export function requestsOf(standIn, index) {
  return standIn.requests
    .filter(({ headers }) => headers.authorization === `Bearer tr_case_${index}`)
    .map(({ method, path, body, lines }) => ({
      method,
      path: path.replace(/(batch|waitpoint)_\d+/, "$1_1").replace(/runs\/run_\d+\/cancel/, "runs/run_child/cancel"),
      ...(body?.options && { options: pick(body.options) }),
      ...(body && { top: pick(body) }),
      ...(lines && { items: lines.map(({ index: at, task, options }) => ({ index: at, task, options: pick(options) })) }),
    }));
}

/** The cases with `itemCount` record sums instead. */
export function sumsOf(requests) {
  const options = requests.flatMap(({ items = [] }) => items.map((item) => item.options));
  return {
    itemsSent: options.length,
    withKey: options.filter(({ idempotencyKey }) => idempotencyKey).length,
    withOptions: options.filter(({ idempotencyKeyOptions }) => idempotencyKeyOptions).length,
    firstWithOptions: options.findIndex(({ idempotencyKeyOptions }) => idempotencyKeyOptions),
  };
}
