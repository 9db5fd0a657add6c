// Reads a stream to its end, and makes one of given chunks: for the cases about streams.
import { holds } from "../../tools/assert.js";

export async function collect(stream: ReadableStream<unknown>): Promise<unknown[]> {
  const reader = stream.getReader();
  const chunks: unknown[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

export async function collectBytes(stream: ReadableStream<unknown>): Promise<Uint8Array> {
  const bytes: number[] = [];
  for (const chunk of await collect(stream)) {
    holds(chunk instanceof Uint8Array, "each chunk is a Uint8Array");
    for (const byte of chunk) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

export function sourceOf<T>(...chunks: readonly T[]): ReadableStream<T> {
  return new ReadableStream<T>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
