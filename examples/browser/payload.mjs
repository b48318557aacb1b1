/** A payload: its canonical JSON, its hash, or where it can't be hashed. */

import { source } from "./code.mjs";
import { announce, byId, refusal, showFieldError } from "./dom.mjs";
import { showHash } from "./findings.mjs";
import { canonicalize, hashPayload } from "./package.mjs";

const encoder = new TextEncoder();

/** An error of JSON.parse has no code of the package. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal("Not JSON", error.message);
  }
}

function read() {
  const operation = byId("operation").value || undefined;
  try {
    const payload = parse(byId("payload").value);
    return { payload, operation, canonical: canonicalize(payload), hash: hashPayload(payload, { operation }) };
  } catch (error) {
    return { error };
  }
}

export function updatePayload(panel) {
  const { payload, operation, canonical, hash, error } = read();
  showFieldError(byId("payload"), error);
  for (const section of panel.querySelectorAll("section")) section.hidden = error !== undefined;
  if (error !== undefined) {
    announce(`No hash. ${error.message}`);
    return;
  }
  byId("canonical").textContent = canonical;
  byId("canonical-note").textContent = `${encoder.encode(canonical).length.toLocaleString("en")} bytes of UTF-8, as RFC 8785 writes them.`;
  showHash(byId("payload-hash"), hash);
  byId("payload-code").textContent = [
    'import { hashPayload } from "idempotency-keys";',
    "",
    `const payload = JSON.parse(${source(JSON.stringify(payload))});`,
    `hashPayload(payload${operation === undefined ? "" : `, ${source({ operation })}`}); // ${source(hash)}`,
  ].join("\n");
  announce(`The hash begins ${hash.slice(0, 8)}`);
}
