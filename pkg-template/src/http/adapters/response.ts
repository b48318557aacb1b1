/** Responses of `node:http`: what a handler writes is held back, until it is known what is to be sent. */
import { unrefTimer } from "../../run-once/duration.js";
import { type Body, encode } from "../body.js";
import { Abandoned, type HandlerAnswer, type Outcome } from "../engine.js";
import { completeReply } from "../record.js";

type Listener = (...args: never[]) => void;
type HeaderValue = string | number | readonly string[];
type Chunk = string | Uint8Array;

/** What is used of a `ServerResponse`. */
export interface OutgoingLike {
  statusCode: number;
  statusMessage: string;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly destroyed: boolean;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): void;
  getHeaders(): Readonly<Record<string, HeaderValue | undefined>>;
  writeHead(status: number, ...rest: never[]): unknown;
  write(chunk: never, ...rest: never[]): boolean;
  end(...rest: never[]): unknown;
  flushHeaders(): void;
  emit(event: string, ...args: never[]): boolean;
  on(event: string, listener: Listener): unknown;
  once(event: string, listener: Listener): unknown;
}

/** How much of a streamed answer waits to be read, in bytes. */
const BUFFERED = 65_536;
/** For how many leases a handler may say nothing once its client is gone. */
const SILENT_LEASES = 3;

/** Calls `giveUp` where the client has left and nothing came for some leases. `active` starts the time anew. */
export function watch(leaseMs: number, giveUp: () => void): { left: () => void; active: () => void; end: () => void } {
  let cancel: (() => void) | undefined;
  let ended = false;
  const left = (): void => {
    cancel?.();
    if (!ended) cancel = unrefTimer(giveUp, SILENT_LEASES * leaseMs);
  };
  return {
    left,
    active: () => (cancel === undefined ? undefined : left()),
    end() {
      ended = true;
      cancel?.();
    },
  };
}

export function standardHeaders(headers: Readonly<Record<string, HeaderValue | undefined>>): Headers {
  const standard = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const line of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (line !== undefined) standard.append(name, String(line));
    }
  }
  return standard;
}

/** A Response with that body, where its status may have one. */
export function standardResponse(status: number, headers: Headers, body: Body): Response {
  const hasBody = status >= 200 && ![204, 205, 304].includes(status);
  return new Response(hasBody ? (body as BodyInit | null) : null, { status: Math.max(status, 200), headers });
}

/** `writeHead`'s arguments after the status: a message, and headers as an object or as an array. */
function readHead(outgoing: OutgoingLike, status: number, rest: readonly unknown[]): void {
  outgoing.statusCode = status;
  const [message] = rest;
  if (typeof message === "string") outgoing.statusMessage = message;
  const headers = (typeof message === "string" ? rest[1] : message) as object | undefined;
  if (headers === undefined || headers === null) return;
  const flat = Array.isArray(headers) ? (headers as unknown[]).flat() : Object.entries(headers).flat();
  const grouped = new Map<string, unknown>();
  for (let at = 0; at < flat.length; at += 2) {
    const [name, value] = [String(flat[at]), flat[at + 1]];
    const before = Array.isArray(headers) ? grouped.get(name) : undefined;
    grouped.set(name, before === undefined ? value : [before, value].flat());
  }
  for (const [name, value] of grouped) if (value !== undefined) outgoing.setHeader(name, value as string);
}

function bytesOf(chunk: Chunk, encoding: unknown): Uint8Array {
  if (typeof chunk !== "string") return chunk;
  const isUtf8 = typeof encoding !== "string" || /^utf-?8$/i.test(encoding);
  return isUtf8 ? encode(chunk) : Buffer.from(chunk, encoding);
}

declare const Buffer: { from(text: string, encoding: string): Uint8Array };

/** Holds back what a handler writes. */
export class Capture {
  /** What the handler answers, as soon as that is known. */
  readonly answer: Promise<HandlerAnswer>;
  readonly #outgoing: OutgoingLike;
  readonly #headersBefore: ReadonlySet<string>;
  readonly #original: Pick<OutgoingLike, "write" | "end" | "emit" | "writeHead" | "flushHeaders">;
  readonly #watch: ReturnType<typeof watch>;
  #settle: { resolve: (answer: HandlerAnswer) => void; reject: (error: unknown) => void };
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #began = false;
  #ended = false;
  /** Nobody reads the answer's stream any more. */
  #cancelled = false;
  #needsDrain = false;
  #sends = false;
  /** The response's own write or end is on the stack. */
  #calls = false;
  #heldClose: unknown[] | undefined;
  #holdsClose = true;

  constructor(outgoing: OutgoingLike, leaseMs: number) {
    this.#outgoing = outgoing;
    this.#headersBefore = new Set(Object.keys(outgoing.getHeaders()));
    this.#original = {
      write: outgoing.write,
      end: outgoing.end,
      emit: outgoing.emit,
      writeHead: outgoing.writeHead,
      flushHeaders: outgoing.flushHeaders,
    };
    this.#settle = { resolve: () => undefined, reject: () => undefined };
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.answer.catch(() => undefined);
    this.#watch = watch(leaseMs, () => this.#abandon());
    this.#install();
  }

  #install(): void {
    const capture = this;
    const outgoing = this.#outgoing;
    const { emit, writeHead, flushHeaders } = this.#original;
    const hidden = (name: "headersSent" | "writableEnded", shown: () => boolean): void => {
      Object.defineProperty(outgoing, name, {
        configurable: true,
        get: () => shown() || (Reflect.get(Object.getPrototypeOf(outgoing) as object, name, outgoing) as boolean),
      });
    };
    // Bun's own write and end look at the one, those of workerd at both.
    hidden("headersSent", () => this.#began && !this.#calls);
    hidden("writableEnded", () => this.#ended && !this.#calls);
    Object.assign(outgoing, {
      // What is called when the answer is sent goes on to Node; other middlewares may have wrapped it.
      writeHead(status: number, ...rest: never[]) {
        if (capture.#sends) return writeHead.call(outgoing, status, ...rest);
        readHead(outgoing, status, rest);
        return outgoing;
      },
      flushHeaders: () => (this.#sends ? flushHeaders.call(outgoing) : this.#begin()),
      write: (chunk: Chunk, ...rest: unknown[]) => this.#write(chunk, rest),
      end: (...rest: unknown[]) => this.#end(rest),
      // To whoever writes, the client is there until the answer is complete: a pipe would stop otherwise.
      emit(event: string, ...args: unknown[]) {
        if (event !== "close" || !capture.#holdsClose) return emit.call(outgoing, event, ...(args as never[]));
        capture.#heldClose = args;
        capture.#watch.left();
        return false;
      },
    });
  }

  #respond(body: Body): void {
    this.#began = true;
    const { statusCode: status } = this.#outgoing;
    const headers = standardHeaders(this.#outgoing.getHeaders());
    this.#settle.resolve({ status, headers, body, response: () => standardResponse(status, headers, body) });
  }

  #begin(): void {
    if (this.#began) return;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => {
          if (!this.#needsDrain) return;
          this.#needsDrain = false;
          this.#original.emit.call(this.#outgoing, "drain");
        },
        cancel: () => void (this.#cancelled = true),
      },
      { highWaterMark: BUFFERED, size: (chunk) => chunk.length },
    );
    this.#respond(stream);
  }

  #write(chunk: Chunk, rest: readonly unknown[]): boolean {
    const callback = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
    if (callback !== undefined) queueMicrotask(callback);
    if (this.#ended) return false;
    this.#begin();
    this.#watch.active();
    if (this.#cancelled || this.#controller === undefined) return true;
    this.#controller.enqueue(bytesOf(chunk, rest[0]));
    const hasRoom = (this.#controller.desiredSize ?? 1) > 0;
    this.#needsDrain = !hasRoom;
    return hasRoom;
  }

  #end(rest: readonly unknown[]): OutgoingLike {
    const callback = rest.find((argument) => typeof argument === "function");
    if (callback !== undefined) this.#outgoing.once("finish", callback as Listener);
    if (this.#ended) return this.#outgoing;
    const [chunk, encoding] = rest;
    const isChunk = typeof chunk === "string" || chunk instanceof Uint8Array;
    if (this.#began && isChunk)
      this.#write(
        chunk,
        [encoding].filter((argument) => typeof argument === "string"),
      );
    this.#ended = true;
    this.#watch.end();
    if (!this.#began) this.#respond(isChunk ? bytesOf(chunk, encoding) : null);
    else if (!this.#cancelled) this.#controller?.close();
    return this.#outgoing;
  }

  #abandon(): void {
    const error = new Abandoned(this.#began ? this.#outgoing.statusCode : undefined);
    if (this.#began && !this.#cancelled) this.#controller?.error(error);
    this.#settle.reject(error);
  }

  /** The handler has failed in a way that its framework doesn't answer. */
  fail(error: unknown): void {
    this.#settle.reject(error);
  }

  /** Leaves the response to whoever writes to it next. */
  giveBack(): void {
    const outgoing = this.#outgoing;
    Object.assign(outgoing, this.#original);
    Reflect.deleteProperty(outgoing, "headersSent");
    Reflect.deleteProperty(outgoing, "writableEnded");
    this.#releaseClose();
  }

  /** Sends the answer, the handler's own or another. */
  async send(outcome: Outcome): Promise<void> {
    const outgoing = this.#outgoing;
    if ("own" in outcome) {
      outgoing.setHeader("idempotency-key", outcome.key);
      return this.#deliver(outcome.body);
    }
    for (const name of Object.keys(outgoing.getHeaders())) {
      if (!this.#headersBefore.has(name)) outgoing.removeHeader(name);
    }
    const reply = await completeReply(outcome.reply);
    outgoing.statusCode = reply.status;
    outgoing.statusMessage = "";
    for (const [name, value] of reply.headers) outgoing.setHeader(name, value);
    // Nobody reads the rest of that request.
    if (reply.status === 413) outgoing.setHeader("connection", "close");
    return this.#deliver(reply.body);
  }

  async #deliver(body: Body): Promise<void> {
    const outgoing = this.#outgoing;
    this.#sends = true;
    if (body === null || body instanceof Uint8Array) {
      this.#call("end", ...(body === null ? [] : [body]));
      return this.#releaseClose();
    }
    const reader = body.getReader();
    let isOpen = this.#heldClose === undefined;
    if (!isOpen) void reader.cancel().catch(() => undefined);
    this.#releaseClose();
    const closed = new Promise<void>((resolve) => {
      outgoing.on("close", () => {
        // workerd says it as soon as the headers are sent.
        if (!outgoing.destroyed) return;
        isOpen = false;
        resolve();
        void reader.cancel().catch(() => undefined);
      });
    });
    while (isOpen) {
      const { done, value } = await reader.read();
      if (done) break;
      if (this.#call("write", value) === true) continue;
      await Promise.race([closed, new Promise<void>((resolve) => void outgoing.once("drain", resolve))]);
    }
    this.#call("end");
  }

  #call(name: "write" | "end", ...chunks: readonly Uint8Array[]): unknown {
    this.#calls = true;
    try {
      return this.#original[name].call(this.#outgoing, ...(chunks as never[]));
    } finally {
      this.#calls = false;
    }
  }

  /** From here on the handler is told when its client leaves. */
  #releaseClose(): void {
    this.#holdsClose = false;
    this.#watch.end();
    if (this.#heldClose !== undefined)
      this.#original.emit.call(this.#outgoing, "close", ...(this.#heldClose as never[]));
  }
}
