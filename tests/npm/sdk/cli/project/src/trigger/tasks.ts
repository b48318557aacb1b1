import { idempotencyKeys, task } from "@trigger.dev/sdk";
import { idempotencyKeys as ownKeys } from "idempotency-keys";

export const child = task({ id: "child", run: async (payload: { index: number }) => payload.index });

/** Keys of the SDK's `create` for a batch, and then one of this package, as it is. */
export const parent = task({
  id: "parent",
  run: async ({ count }: { count: number }) => {
    const keys = await Promise.all(Array.from({ length: count }, (_, index) => idempotencyKeys.create(`item-${index}`)));
    await child.batchTrigger(keys.map((idempotencyKey, index) => ({ payload: { index }, options: { idempotencyKey } })));
    const key: unknown = await ownKeys.create("summary", { scope: "global" });
    await child.trigger({ index: count }, { idempotencyKey: key as string });
    return typeof keys[0];
  },
});
