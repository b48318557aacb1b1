/** A token: the key that it carries. */

import { source } from "./code.mjs";
import { announce, byId, shortened, showFieldError } from "./dom.mjs";
import { showHash } from "./findings.mjs";
import { IdempotencyKey } from "./package.mjs";

function read(text) {
  try {
    return { key: text === "" ? undefined : IdempotencyKey.fromToken(text) };
  } catch (error) {
    return { error };
  }
}

export function updateToken(panel) {
  const text = byId("token-input").value.trim();
  const { key, error } = read(text);
  showFieldError(byId("token-input"), error);
  byId("token-none").hidden = text !== "";
  for (const section of panel.querySelectorAll("section")) section.hidden = key === undefined;
  if (key === undefined) {
    announce(error?.message ?? "No token");
    return;
  }
  byId("token-options").textContent = source({ ...key.options, key: shortened(key.key) });
  byId("token-material").textContent = shortened(key.material);
  showHash(byId("token-hash"), key.hash);
  announce(`The key ${shortened(key.key)}, its hash begins ${key.hash.slice(0, 8)}`);
}
