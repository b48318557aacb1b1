/** The loop of the fuzzer: case after case until time or count is up, or until two results differ. */

import { show } from "../../conformance/report.mjs";
import { Random } from "../../support/random.mjs";
import { makeCase } from "./cases.mjs";
import { shrink } from "./shrink.mjs";

/** Spreads case numbers, so that neighbours have nothing in common. */
const SPREAD = 0x9e3779b1;

/**
 * Compares until `milliseconds` or `count` are up. `sides` are two functions of a case. Resolves to
 * how many cases were compared, and the difference found, if any, made small.
 */
export async function fuzz({ seed, count = Infinity, milliseconds = Infinity, sides }) {
  const end = Date.now() + milliseconds;
  let compared = 0;
  for (; compared < count && Date.now() < end; compared++) {
    const generated = makeCase(new Random(seed + Math.imul(compared, SPREAD)));
    if (await differs(generated, sides)) {
      const smallest = await shrink(generated, (variant) => isSoundAndDiffers(variant, generated, sides));
      return { compared, difference: { case: show(smallest), results: await results(smallest, sides) } };
    }
  }
  return { compared, difference: undefined };
}

async function results(one, sides) {
  return Promise.all(sides.map(async (side) => show(await ended(side, one)))).then(([a, b]) => [a, b]);
}

async function ended(side, one) {
  try {
    return await side(one);
  } catch (error) {
    return { threw: `${error.name}: ${error.message}` };
  }
}

async function differs(one, sides) {
  const found = [];
  // One after the other: both read the same global context.
  for (const side of sides) found.push(show(await ended(side, one)));
  return found[0] !== found[1];
}

/** A variant counts only if it is still a case of the same kind that both sides take. */
async function isSoundAndDiffers(variant, { kind }, sides) {
  if (variant.kind !== kind || !isSound(variant)) return false;
  return differs(variant, sides);
}

function isSound({ key, keys, ctx, options }) {
  const isPart = (part) =>
    part?.$key === undefined ? part !== null && ["string", "number", "bigint", "boolean"].includes(typeof part) : isMaterial(part.$key);
  const isMaterial = (material) => (Array.isArray(material) ? material.every(isPart) : isPart(material));
  const hasKeys = keys === undefined ? isMaterial(key) : keys.every(isMaterial);
  const isScope = [undefined, null, "run", "attempt", "global"].includes(options?.scope);
  return hasKeys && isScope && (ctx === undefined || (typeof ctx.run?.id === "string" && ctx.attempt?.number !== undefined));
}
