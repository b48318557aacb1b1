/** What has to be the same each time a key is used: the digest of a request. */
import { hashPayload, InvalidPayloadError } from "../shared.js";
import { byteString } from "./body.js";
import { parseExactly } from "./json.js";

const JSON_TYPE = /^[^;]*[/+]json$/;
const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i;

const utf8 = new TextDecoder("utf-8", { fatal: true });

function jsonBody(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return parseExactly(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** The parts of a multipart body (RFC 2046, section 5.1.1), without its boundary; undefined where it has another form. */
function multipartBody(bytes: Uint8Array, contentType: string): string[] | undefined {
  const [, quoted, bare] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return undefined;
  const [before, ...parts] = `\r\n${byteString(bytes)}`.split(`\r\n--${boundary}`);
  const after = parts.pop();
  const isWhole = before === "" && after !== undefined && /^--\s*$/.test(after);
  return isWhole && parts.every((part) => part.startsWith("\r\n")) ? parts : undefined;
}

/** The digest of method, path and query, content type and body. */
export function fingerprintOf(method: string, pathAndQuery: string, contentType: string, body: Uint8Array): string {
  const type = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  const digest = (kind: string, content: unknown): string => hashPayload([method, pathAndQuery, type, kind, content]);
  if (JSON_TYPE.test(type)) {
    const json = jsonBody(body);
    if (json !== undefined) {
      try {
        return digest("json", json.value);
      } catch (error) {
        // Half of a surrogate pair, which the bytes have as an escape.
        if (!(error instanceof InvalidPayloadError)) throw error;
      }
    }
  }
  if (type.startsWith("multipart/")) {
    const parts = multipartBody(body, contentType);
    if (parts !== undefined) return digest("parts", parts);
  }
  return digest("bytes", byteString(body));
}
