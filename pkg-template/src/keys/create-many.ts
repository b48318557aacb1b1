/** Makes many keys of one scope, in batches that are hashed together. */

import type { TaskContext } from "../types.js";
import { BATCH_KEYS, INPUT_UNITS } from "../wasm/instance.js";
import { GROUP_KEYS, HASH_LENGTH, hashMany, type ResolvedScope } from "../wasm/keys.js";
import { type IdempotencyKey, makeKey } from "./key.js";
import { joinParts } from "./material.js";
import { resolveScope } from "./resolved-scope.js";

/** UTF-16 units of a key that joins a batch, at most. */
const BATCHED_UNITS = 1_024;

/** The keys of `materials`, in order. */
export function createMany(
  materials: readonly unknown[],
  scopeName: unknown,
  context: TaskContext | undefined,
): IdempotencyKey[] {
  const scope = resolveScope(scopeName, context, true);
  const { length } = materials;
  const keys: IdempotencyKey[] = [];
  let batch: string[] = [];
  let units = 0;
  for (let index = 0; index < length; index++) {
    const material = materials[index];
    const { text, hasParts } =
      typeof material === "string" ? { text: material, hasParts: true } : joinParts(material, index);
    const isBatched = hasParts && text.length <= BATCHED_UNITS;
    if (!isBatched || batch.length === BATCH_KEYS || units + text.length > INPUT_UNITS) {
      makeBatch(batch, scope, keys);
      batch = [];
      units = 0;
    }
    if (isBatched) {
      batch.push(text);
      units += text.length;
    } else {
      keys.push(makeKey(text, hasParts ? scope : resolveScope(scopeName, context, false)));
    }
  }
  makeBatch(batch, scope, keys);
  return keys;
}

function makeBatch(strings: readonly string[], scope: ResolvedScope, keys: IdempotencyKey[]): void {
  if (strings.length === 0) {
    return;
  }
  const groups = hashMany(strings, scope);
  for (let index = 0; index < strings.length; index++) {
    const digits = groups[Math.floor(index / GROUP_KEYS)];
    keys.push(makeKey(strings[index] as string, scope, digits, (index % GROUP_KEYS) * HASH_LENGTH));
  }
}
