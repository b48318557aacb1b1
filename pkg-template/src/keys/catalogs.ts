/**
 * Where every copy of this package in the process (ESM beside CommonJS, two versions) tells of the keys
 * that it makes: the catalogs that `installCatalog` of any copy has installed.
 */

import type { KeyLike } from "../types.js";

/** The number changes with what the catalogs have to understand. */
const CATALOGS = Symbol.for("idempotency-keys.catalogs@1");

/** An installed catalog, as the other copies of the package see it. */
export interface KeyCatalog {
  remember(key: KeyLike): void;
}

function registered(): { [CATALOGS]?: KeyCatalog[] | undefined } {
  return globalThis as never;
}

/** The catalog that is told of new keys: the one installed last. */
export function currentCatalog(): KeyCatalog | undefined {
  return registered()[CATALOGS]?.at(-1);
}

/** The installed catalogs, oldest first. */
export function installedCatalogs(): readonly KeyCatalog[] {
  return registered()[CATALOGS] ?? [];
}

export function addCatalog(catalog: KeyCatalog): void {
  registered()[CATALOGS] = [...installedCatalogs(), catalog];
}

/** The process keeps nothing of a catalog that was removed. */
export function removeCatalog(catalog: KeyCatalog): void {
  const others = installedCatalogs().filter((installed) => installed !== catalog);
  if (others.length > 0) {
    registered()[CATALOGS] = others;
  } else {
    delete registered()[CATALOGS];
  }
}
