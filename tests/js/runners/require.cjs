/** Node and Bun, as CommonJS. */
const main = require("idempotency-keys");

import("./suite.mjs")
  .then(({ report }) => report({ main }))
  .then((answer) => console.log(JSON.stringify(answer)));
