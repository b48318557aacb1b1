/** Bodies: read up to a limit, and put together again. */

export type Body = Uint8Array | ReadableStream<Uint8Array> | null;

const encoder = new TextEncoder();

export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

const CHUNK = 8192;

/** A string with one UTF-16 unit for each byte. */
export function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK) as unknown as number[]);
  }
  return text;
}

export function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** What was read of a stream, and how to go on. */
interface Read {
  /** All of it; undefined where it has more bytes than allowed. */
  readonly bytes: Uint8Array | undefined;
  /** The stream as it was before; to be called at most once, where `bytes` is undefined. */
  readonly whole: () => ReadableStream<Uint8Array>;
  /** Ends the stream. */
  readonly cancel: () => void;
}

/** Reads a stream until it ends, or has more than `limit` bytes. */
export async function readUpTo(stream: ReadableStream<Uint8Array>, limit: number): Promise<Read> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  let length = 0;
  while (length <= limit) {
    const { done, value } = await reader.read();
    if (done) return { bytes: join(chunks, length), whole: () => stream, cancel };
    if (!(value instanceof Uint8Array)) {
      cancel();
      throw new TypeError("the body is a stream of something else than Uint8Array");
    }
    chunks.push(value);
    length += value.length;
  }
  const whole = (): ReadableStream<Uint8Array> =>
    new ReadableStream(
      {
        async pull(controller) {
          const chunk = chunks.shift();
          if (chunk !== undefined) {
            controller.enqueue(chunk);
            return;
          }
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  return { bytes: undefined, whole, cancel };
}
