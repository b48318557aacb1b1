/** What is stored of an answer, and which of its headers. */
import { byteString, encode } from "./body.js";

/** An answer as it is stored. */
export interface StoredAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  /** A string; base64 where the bytes are not UTF-8; null: there is no body. */
  readonly body: string | null;
  readonly base64?: true;
}

/** In place of an answer that is not stored, since the handler must not run again all the same. */
export interface Tombstone {
  readonly dropped: "too-large" | "stream";
  readonly status: number;
}

/** A complete answer, to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

const REPLAYED = [
  "content-type",
  "content-language",
  "content-location",
  "content-disposition",
  "content-encoding",
  "location",
  "etag",
  "last-modified",
  "link",
];

/** About the first caller, the connection or the moment, or set anew. `proxy-*` besides. */
const NEVER = new Set([
  "set-cookie",
  "set-cookie2",
  "cookie",
  "authorization",
  "authentication-info",
  "www-authenticate",
  "date",
  "age",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "content-length",
  "idempotency-key",
  "idempotent-replayed",
]);

/** The names of the headers that are replayed. */
export function replayedHeaders(more: readonly string[] | undefined): readonly string[] {
  const asked = (more ?? []).map((name) => name.trim().toLowerCase());
  return [...new Set([...REPLAYED, ...asked])].filter((name) => !NEVER.has(name) && !name.startsWith("proxy-"));
}

const NAME = /^[!#$%&'*+.^`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function fromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
}

/**
 * Whether bytes are compressed, as their content encoding says: a proxy's `fetch` has decoded them, and kept the header.
 * What gzip, Brotli, Zstandard and deflate make is no UTF-8.
 */
export function isCompressed(bytes: Uint8Array): boolean {
  return text(bytes) === undefined;
}

export function storedAnswer(
  status: number,
  headers: Headers,
  names: readonly string[],
  bytes: Uint8Array | null,
): StoredAnswer {
  const kept: [string, string][] = [];
  for (const name of names) {
    const value = headers.get(name);
    if (value === null) continue;
    if (name === "content-encoding" && (bytes === null || !isCompressed(bytes))) continue;
    kept.push([name, value]);
  }
  if (bytes === null) return { status, headers: kept, body: null };
  const body = text(bytes);
  return body === undefined
    ? { status, headers: kept, body: btoa(byteString(bytes)), base64: true }
    : { status, headers: kept, body };
}

/** A stored answer, to be sent. What a header may not contain is left out: a store can be written to by others. */
export function replyFrom(stored: StoredAnswer, key: string): Reply {
  const body = stored.body === null ? null : stored.base64 ? fromBase64(stored.body) : encode(stored.body);
  const headers = stored.headers.filter(([name, value]) => NAME.test(name) && VALUE.test(value) && !NEVER.has(name));
  return {
    status: stored.status,
    headers: [
      ...headers,
      ...(body === null ? [] : [["content-length", String(body.length)] as const]),
      ["idempotency-key", key],
      ["idempotent-replayed", "true"],
    ],
    body,
  };
}

/** An answer of the configuration's `problem` with its body read. */
export async function completeReply(reply: Reply | Response): Promise<Reply> {
  if (!(reply instanceof Response)) return reply;
  const body = reply.body === null ? null : new Uint8Array(await reply.arrayBuffer());
  return { status: reply.status, headers: [...reply.headers], body };
}
