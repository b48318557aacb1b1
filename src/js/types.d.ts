export type IdempotencyKeyScope = "run" | "attempt" | "global";
/** The wire shape of the Trigger.dev SDK. */
export interface IdempotencyKeyOptions {
  key: string;
  scope: IdempotencyKeyScope;
}
/** What the SDK passes to a task as `ctx`; only these members are read. */
export interface TaskContext {
  run: { id: string };
  attempt?: { number: number } | undefined;
}
/** A key of this or of any other copy of the package. */
export interface KeyLike {
  readonly hash: string;
  readonly key: string;
  readonly scope: IdempotencyKeyScope;
  readonly options: IdempotencyKeyOptions;
}
/** An immutable key that carries its options. Where a string is wanted, it is its hash. */
export interface IdempotencyKey extends KeyLike {
  /** All that was hashed: `key` and what the scope added. */
  readonly material: string;
  toString(): string;
  toJSON(): string;
  /** The key and its options as one URL-safe string. */
  toToken(): string;
  /** A UUID of version 8 (RFC 9562 5.8): the first 16 bytes of the hash. */
  toUUID(): string;
}
export type KeyPart = string | number | bigint | boolean | KeyLike;
export type KeyMaterial = KeyPart | readonly KeyPart[];
export interface CreateOptions {
  /** `"run"` without one. */
  scope?: IdempotencyKeyScope | undefined;
  ctx?: TaskContext | undefined;
}
export interface PayloadKeyOptions extends CreateOptions {
  /** What is done with the payload, so that it has a key for each operation. */
  operation?: string | undefined;
}
export interface HashPayloadOptions {
  operation?: string | undefined;
  /** `true` without one; `false`: the order of members counts. */
  canonical?: boolean | undefined;
}
export interface ResetOptions {
  scope?: IdempotencyKeyScope | undefined;
  parentRunId?: string | undefined;
  attemptNumber?: number | undefined;
  ctx?: TaskContext | undefined;
}
export interface ResetPlan {
  /** One or two keys, in the order in which they are tried. */
  candidates: string[];
}
/** What every function throws. */
export interface IdempotencyKeyError extends Error {
  readonly code: string;
}
