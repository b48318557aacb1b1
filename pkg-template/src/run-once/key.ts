/** The key and the callback of a call of `runOnce`. */
import { IdempotencyKey, InvalidKeyError } from "../shared.js";
import type { IdempotencyKeys } from "../instance.js";
import type { KeyMaterial, TaskContext } from "../types.js";
import { InvalidArgumentError } from "./errors.js";

/** NaN comes from an id that is missing: as part of a key it would give every such call the first one's result. */
function refuseNaN(material: KeyMaterial): void {
  const parts: readonly unknown[] = Array.isArray(material) ? material : [material];
  const index = parts.findIndex((part) => typeof part === "number" && Number.isNaN(part));
  if (index === -1) return;
  const where = Array.isArray(material) ? `part ${index} of the key` : "the key";
  throw new InvalidKeyError(`${where} is NaN, expected a number: an id is missing, or was no number`);
}

/** An `IdempotencyKey` as it is; a `run`-scoped key of anything else. */
export function keyOfCall(
  keys: Pick<IdempotencyKeys, "createSync">,
  material: KeyMaterial,
  ctx: TaskContext | undefined,
): IdempotencyKey {
  if (IdempotencyKey.isIdempotencyKey(material)) {
    return material;
  }
  refuseNaN(material);
  return keys.createSync(material, ctx === undefined ? { scope: "run" } : { scope: "run", ctx });
}

/** @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for a callback that is none. */
export function checkCallback(callback: unknown): void {
  if (typeof callback !== "function") {
    throw new InvalidArgumentError(`the callback is ${typeof callback}, expected a function`);
  }
}
