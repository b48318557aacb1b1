/** The types of the public surface, each member documented where an editor shows it. */

/**
 * What a key is unique within: one run of the parent task (the same on every retry), one attempt
 * of one run, or everywhere.
 */
export type IdempotencyKeyScope = "run" | "attempt" | "global";

/** What a key was made from, in the shape in which the SDK sends it to the server. */
export interface IdempotencyKeyOptions {
  /** The caller's material, its parts joined with `-`. */
  key: string;
  /** The scope it was made in. */
  scope: IdempotencyKeyScope;
}

/** What the SDK passes to a task as `ctx`; only these fields are read. */
export interface TaskContext {
  /** The running task's run. */
  run: { id: string };
  /** The attempt of that run, counted from 1. */
  attempt?: { number: number } | undefined;
}

/** An `IdempotencyKey` of this or of any other copy of the package: ESM beside CommonJS, or two versions. */
export interface KeyLike {
  /** 64 lower-case hex digits. */
  readonly hash: string;
  /** What the key was made from, its parts joined with `-`. */
  readonly key: string;
  /** The scope it was made in. */
  readonly scope: IdempotencyKeyScope;
  /** `key` and `scope`, in the SDK's wire shape. */
  readonly options: IdempotencyKeyOptions;
}

/**
 * One part of a key. Numbers, bigints and booleans count as the strings that JavaScript makes of them, an
 * `IdempotencyKey` counts as its hash.
 */
export type KeyPart = string | number | bigint | boolean | KeyLike;

/** What a key is made from: a part, or an array of parts that are joined with `-`. */
export type KeyMaterial = KeyPart | readonly KeyPart[];

/** How to make a key. */
export interface CreateOptions {
  /** What the key is unique within. Default: `"run"`. */
  scope?: IdempotencyKeyScope | undefined;
  /** The running task. Default: the instance's, then the one that the Trigger.dev SDK runs. */
  ctx?: TaskContext | undefined;
}

/** How to hash a payload. */
export interface HashPayloadOptions {
  /** What is done with the payload, such as `"charge"`: part of the hash, after the JSON. Default: `""`. */
  operation?: string | undefined;
  /** Whether members may be in any order (RFC 8785). False: the JSON as `JSON.stringify` writes it. Default: true. */
  canonical?: boolean | undefined;
}

/** How to make a key from a payload. */
export interface FromPayloadOptions extends CreateOptions {
  /** What is done with the payload, such as `"charge"`: part of the hash, after the JSON. Default: `""`. */
  operation?: string | undefined;
}

/** How the key to reset was made. */
export interface ResetOptions {
  /** The scope it was made in. Default: `"run"`, but see `planReset` for strings of 64 characters. */
  scope?: IdempotencyKeyScope | undefined;
  /** The run that made it. Default: the context's. */
  parentRunId?: string | undefined;
  /** The attempt that made it. Default: the context's. */
  attemptNumber?: number | undefined;
  /** The running task. Default: the instance's, then the one that the Trigger.dev SDK runs. */
  ctx?: TaskContext | undefined;
}

/** When a request is sent again: on 408, 409, 429, 500 and above, and when the connection fails. */
export interface RetryOptions {
  /** How often the request is sent at most. Default: 5. */
  maxAttempts?: number | undefined;
  /** What the delay grows by from attempt to attempt. Default: 1.6. */
  factor?: number | undefined;
  /** The first delay, in milliseconds; 0 stands for no other attempt, as in the SDK. Default: 1,000. */
  minTimeoutInMs?: number | undefined;
  /** The longest delay, in milliseconds. Default: 30,000. */
  maxTimeoutInMs?: number | undefined;
  /** Whether each delay is stretched by a random factor between 1 and 2. Default: false. */
  randomize?: boolean | undefined;
}

/** How to send a request. */
export interface RequestOptions {
  /** When to send it again. What is left out keeps its default. */
  retry?: RetryOptions | undefined;
  /** More headers; they replace the request's own of the same name. */
  headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  /** Ends the call early; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The longest that the call may take, in milliseconds, all retries included. Default: no limit. */
  timeoutMs?: number | undefined;
}

/** What an instance of `IdempotencyKeys` knows beforehand. */
export interface Config {
  /** The running task, or a function that finds it at each call. */
  ctx?: TaskContext | (() => TaskContext | undefined) | undefined;
  /** The API's address. Default: the SDK's, then `TRIGGER_API_URL`, then `https://api.trigger.dev`. */
  baseURL?: string | undefined;
  /** What requests authenticate with. Default: the SDK's, then `TRIGGER_SECRET_KEY`, then `TRIGGER_ACCESS_TOKEN`. */
  accessToken?: string | undefined;
  /**
   * The preview branch that requests are about. Default: the SDK's, then `TRIGGER_PREVIEW_BRANCH`, then
   * `VERCEL_GIT_COMMIT_REF`, then `TRIGGER_DEV_BRANCH` unless that is `default`.
   */
  previewBranch?: string | undefined;
  /** What sends requests. Default: the platform's `fetch`, looked up at each call. */
  fetch?: typeof fetch | undefined;
  /** How to send every request of the instance; a call's own options win, field by field. */
  requestOptions?: RequestOptions | undefined;
}
