/** Node and Bun, as CommonJS. */
const main = require("idempotency-keys");
const triggerSdk = require("idempotency-keys/trigger-sdk");

import("./suite.mjs").then(({ report }) => report({ main, triggerSdk })).then((answer) => console.log(JSON.stringify(answer)));
