/**
 * The recipe of docs/run-once.md.
 *
 * @param keys AES keys by name.
 * @param current The name of the one that seals.
 */
export function sealWithAes(keys, current) {
  const data = (text) => new TextEncoder().encode(text);
  const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return {
    async seal(result, hash) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: data(hash) }, keys[current], data(result));
      return `${current}.${toBase64(iv)}.${toBase64(new Uint8Array(sealed))}`;
    },
    async open(stored, hash) {
      const [name, iv, sealed] = stored.split(".");
      if (keys[name] === undefined) throw new Error(`there is no key ${JSON.stringify(name)}`);
      const result = await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(iv), additionalData: data(hash) }, keys[name], fromBase64(sealed));
      return new TextDecoder().decode(result);
    },
  };
}
