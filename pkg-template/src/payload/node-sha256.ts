/** SHA-256 by Node, where there is one. */

type Hash = (bytes: Uint8Array) => string;

/** SHA-256 of `"abc"` (FIPS 180-4): a mocked or patched module is not believed. */
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

let found: Hash | undefined | false;

/**
 * Node's own SHA-256, which uses the processor's instructions for it: four times as fast as wasm can
 * be, and so what makes large payloads fast. Looked for on first use, since loading it takes
 * milliseconds.
 */
export function hostSha256(): Hash | undefined {
  if (found === undefined) {
    found = find() ?? false;
  }
  return found === false ? undefined : found;
}

function find(): Hash | undefined {
  try {
    const { process } = globalThis as {
      process?: {
        getBuiltinModule?(name: string): { hash?(algorithm: string, bytes: Uint8Array): string } | undefined;
      };
    };
    const hash = process?.getBuiltinModule?.("node:crypto")?.hash;
    if (hash?.("sha256", new Uint8Array([0x61, 0x62, 0x63])) === ABC) {
      return (bytes) => hash("sha256", bytes);
    }
  } catch {
    // Then the crate hashes.
  }
  return undefined;
}
