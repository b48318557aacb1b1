/** SHA-256 by the runtime's own means: nothing of this package has a part in it. */

/** The hash of a text as UTF-8, in hex. */
export async function sha256(text) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
