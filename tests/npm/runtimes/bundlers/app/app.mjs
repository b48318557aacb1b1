import { engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError } from "idempotency-keys";
import { createIdempotencyKey } from "idempotency-keys/trigger-sdk";

import { check } from "./check.mjs";

export const report = () => check({ createIdempotencyKey, engineName, IdempotencyKey, idempotencyKeys, InvalidKeyError });
