/**
 * What the keys of one batch share: their texts and hashes, each one behind another. A key of a
 * batch is a place in it: half the memory of strings of its own, and a tenth of the time to make
 * them. One live key keeps its whole batch alive, up to 40 kB.
 */

import type { Origin } from "./key.js";

/** Hex digits of a hash. */
export const HASH_LENGTH = 64;
const INDEX_BITS = 8;
const LENGTH_BITS = 7;

/** Keys of a batch at most. */
export const BATCH_KEYS = 1 << INDEX_BITS;
/** UTF-16 units of one key's material at most. */
export const BATCH_TEXT = (1 << LENGTH_BITS) - 1;

export interface Batch {
  readonly origin: Origin;
  /** The keys' materials. */
  texts: string;
  /** The keys' hashes. */
  digits: string;
}

/**
 * Where a key's texts are in its batch: as one number of 30 bits, which every engine stores without
 * an object of its own.
 */
export function placeOf(index: number, start: number, length: number): number {
  return (start << (LENGTH_BITS + INDEX_BITS)) | (length << INDEX_BITS) | index;
}

/** The material of the key at that place. */
export function textAt({ texts }: Batch, place: number): string {
  const start = place >>> (LENGTH_BITS + INDEX_BITS);
  return texts.slice(start, start + ((place >>> INDEX_BITS) & BATCH_TEXT));
}

/** The hash of the key at that place. */
export function hashAt({ digits }: Batch, place: number): string {
  const start = (place & (BATCH_KEYS - 1)) * HASH_LENGTH;
  return digits.slice(start, start + HASH_LENGTH);
}
