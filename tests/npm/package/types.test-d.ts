/** Compiles or fails; nothing runs. Each `@ts-expect-error` fails where the mistake is accepted. */

import {
  type CreateOptions,
  type ErrorCode,
  IdempotencyKey,
  IdempotencyKeyError,
  type IdempotencyKeyOptions,
  idempotencyKeys,
  type IdempotencyKeyScope,
  type IdempotencyKeys,
} from "idempotency-keys";
import type { IdempotencyKey as ImportedKey } from "idempotency-keys" with { "resolution-mode": "import" };
import type { IdempotencyKey as RequiredKey } from "idempotency-keys" with { "resolution-mode": "require" };

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const equal = <A, B>(_: Equal<A, B>): void => undefined;

const key = idempotencyKeys.createSync("a", { scope: "run", ctx: { run: { id: "run_1" } } });
equal<typeof key, IdempotencyKey>(true);
equal<typeof key.hash, string>(true);
equal<typeof key.scope, IdempotencyKeyScope>(true);
equal<typeof key.options, IdempotencyKeyOptions>(true);
equal<ReturnType<IdempotencyKeys["create"]>, Promise<IdempotencyKey>>(true);
equal<ReturnType<IdempotencyKeys["createMany"]>, IdempotencyKey[]>(true);
equal<ReturnType<IdempotencyKeys["planReset"]>, { candidates: string[] }>(true);

// A key of the ES module is one for the CommonJS module, and the other way round.
const required: RequiredKey = key;
const imported: ImportedKey = required;
idempotencyKeys.createSync([imported, required]);
idempotencyKeys.createSync([key, "child"] as const);
idempotencyKeys.createMany(["a", ["b", key], key]);
idempotencyKeys.with({ ctx: () => undefined }).planReset(key, { attemptNumber: 1 });

const unknown: unknown = key;
if (IdempotencyKey.isIdempotencyKey(unknown)) {
  equal<typeof unknown, IdempotencyKey>(true);
}
const error = new Error() as unknown;
if (error instanceof IdempotencyKeyError) {
  equal<typeof error.code, ErrorCode>(true);
}

idempotencyKeys.createSync([1, 2n, true]);
idempotencyKeys.createSync(42, { scope: undefined, ctx: undefined });
idempotencyKeys.planReset("a", { parentRunId: undefined, attemptNumber: undefined, scope: undefined, ctx: undefined });
idempotencyKeys.fromPayload({}, { operation: undefined });
const scope = "global" as const;
equal<typeof scope, "global">(true);
idempotencyKeys.createSync("a", { scope });
// A key is no string for TypeScript.
new Headers({ "Idempotency-Key": `${key}` });

// @ts-expect-error a promise is no key part
idempotencyKeys.createSync(Promise.resolve("a"));
// @ts-expect-error null is no key part
idempotencyKeys.createSync(["a", null]);
// @ts-expect-error no such option
idempotencyKeys.createSync("a", { scop: "run" });
// @ts-expect-error no list inside a list
idempotencyKeys.createSync(["a", ["b"]]);
// @ts-expect-error no such scope
const options: CreateOptions = { scope: "task" };
// @ts-expect-error immutable
key.hash = "b";
// @ts-expect-error keys are made by idempotencyKeys
new IdempotencyKey();
// @ts-expect-error not public
IdempotencyKey.make;

void options;
