/** Requests of `node:http`: as the fetch standard has them, and their bodies without taking them away. */
import { InvalidArgumentError } from "../../run-once/errors.js";
import { encode, join } from "../body.js";

type Listener = (...args: never[]) => void;

/** What is used of an `IncomingMessage`. */
export interface IncomingLike {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly complete: boolean;
  readonly readableDidRead: boolean;
  readonly readableLength: number;
  readonly socket: unknown;
  read(size: number): Uint8Array | null;
  unshift(chunk: Uint8Array): void;
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
}

/** The request as the fetch standard has it, without its body. */
export function standardRequest(incoming: IncomingLike, target: string): Request {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    const name = incoming.rawHeaders[at] ?? "";
    if (!name.startsWith(":")) headers.append(name, incoming.rawHeaders[at + 1] ?? "");
  }
  const protocol = (incoming.socket as { encrypted?: boolean } | null)?.encrypted === true ? "https" : "http";
  const init = { method: incoming.method ?? "GET", headers };
  const path = target.startsWith("/") ? target : "/";
  for (const base of [`${protocol}://${headers.get("host") ?? "localhost"}`, `${protocol}://localhost`]) {
    const url = `${base}${path}`;
    if (URL.canParse(url)) return new Request(url, init);
  }
  return new Request(`${protocol}://localhost/`, init);
}

/** The lines of the header. */
export function keyLines({ headers, rawHeaders }: IncomingLike): string[] {
  if (headers["idempotency-key"] === undefined) return [];
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "idempotency-key");
}

/** One line of a header. */
export function headerOf({ headers }: IncomingLike, name: string): string | null {
  const value = headers[name];
  return value === undefined ? null : String(value);
}

/** Where nobody has read the body yet: reads it, and puts it back. undefined: it has more bytes than allowed. */
function readAndPutBack(incoming: IncomingLike, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const end = (settle: () => void): void => {
      incoming.removeListener("readable", look);
      incoming.removeListener("error", fail);
      incoming.removeListener("close", fail);
      settle();
    };
    const fail = (error?: unknown): void =>
      end(() => reject(error instanceof Error ? error : new Error("the client left before its request was complete")));
    const look = (): void => {
      // To the last byte, but not beyond: the stream must not know that it was read to its end.
      for (let available = incoming.readableLength; available > 0; available = incoming.readableLength) {
        const chunk = incoming.read(available);
        if (chunk === null) break;
        chunks.push(chunk);
        length += chunk.length;
      }
      if (length > limit) return end(() => resolve(undefined));
      if (!incoming.complete) return;
      const bytes = join(chunks, length);
      if (length > 0) incoming.unshift(bytes);
      // A later listener is not told of what is there already, as long as this one is on the stream.
      end(() => setImmediate(() => resolve(bytes)));
    };
    incoming.on("readable", look);
    incoming.on("error", fail);
    incoming.on("close", fail);
  });
}

declare function setImmediate(callback: () => void): void;

/**
 * The body of a request; undefined where it has more bytes than `limit`. One that a parser has read
 * already is what the parser made of it.
 */
export async function bodyOf(
  incoming: IncomingLike & { readonly body?: unknown; readonly rawBody?: unknown },
  limit: number,
): Promise<Uint8Array | undefined> {
  if (Number(headerOf(incoming, "content-length") ?? 0) > limit) return undefined;
  if (!incoming.readableDidRead) {
    return incoming.complete && incoming.readableLength === 0 ? new Uint8Array() : readAndPutBack(incoming, limit);
  }
  const parsed = incoming.rawBody ?? incoming.body;
  if (incoming.rawBody === undefined && /^multipart\//i.test(headerOf(incoming, "content-type") ?? "")) {
    throw new InvalidArgumentError(
      "the multipart body was parsed already, and its files can't be compared any more: put idempotency() before the parser",
    );
  }
  const bytes =
    parsed === undefined
      ? new Uint8Array()
      : parsed instanceof Uint8Array
        ? parsed
        : encode(typeof parsed === "string" ? parsed : JSON.stringify(parsed));
  return bytes.length > limit ? undefined : bytes;
}
