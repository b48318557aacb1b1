import { engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError } from "idempotency-keys";

import { check } from "./check.mjs";

export const report = () => check({ engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError });
