/** The page's state as code to copy. */

/** A value as JavaScript source, on one line. */
export function source(value) {
  if (Array.isArray(value)) return `[${value.map(source).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return fields.length === 0 ? "{}" : `{ ${fields.map(([name, field]) => `${name}: ${source(field)}`).join(", ")} }`;
  }
  return JSON.stringify(value);
}

/** How the key is made. `key` is what came of it, nothing if it was refused. */
export function creationCode({ material, scope, ctx }, key) {
  const options = [`scope: ${source(scope)}`, ...(ctx === undefined ? [] : ["ctx"])].join(", ");
  return [
    'import { idempotencyKeys } from "idempotency-keys";',
    "",
    ...(ctx === undefined ? [] : ["// Inside a Trigger.dev task, leave ctx out: it is found.", `const ctx = ${source(ctx)};`]),
    `const key = await idempotencyKeys.create(${source(material)}, { ${options} });`,
    ...(key === undefined ? [] : ["", `key.hash; // ${source(key.hash)}`, `key.options; // ${source(key.options)}`]),
  ].join("\n");
}

/** How it is reset, by whoever holds `held`: the key, what it was made from, or its hash. */
export function resetCode({ material }, held, options, hash) {
  const target = { key: "key", material: source(material), hash: source(hash) }[held];
  const rest = held === "material" ? `, ${source(options)}` : "";
  return `await idempotencyKeys.reset("my-task", ${target}${rest});`;
}
