// Bodies of values: small ones are read into memory and kept in the shard's row, large ones stream to the bucket and
// back. A body whose length is not announced is held only until it is known to be large.
import { limits, sizes } from "./limits.js";
import { Refusal } from "./refusal.js";
import { checkValueBytes } from "./validate.js";

/** A value as it arrives: whole, or too large to hold. */
export type Incoming =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  /** `sent` tells the length, once the body was read to its end. */
  | { readonly kind: "stream"; readonly body: ReadableStream<Uint8Array>; readonly sentBytes: () => number };

/** @throws Refusal when the value is larger than allowed and its length was announced */
export async function receive(request: Request): Promise<Incoming> {
  const announced = request.headers.get("content-length");
  if (request.body === null) return { kind: "inline", bytes: new Uint8Array(0) };
  if (announced !== null) {
    const bytes = Number(announced);
    checkValueBytes(bytes);
    if (bytes <= sizes.inlineBytes) return { kind: "inline", bytes: new Uint8Array(await request.arrayBuffer()) };
    return { kind: "stream", body: request.body, sentBytes: () => bytes };
  }
  return receiveUnannounced(request.body);
}

async function receiveUnannounced(body: ReadableStream<Uint8Array>): Promise<Incoming> {
  const reader = body.getReader();
  const held: Uint8Array[] = [];
  let total = 0;
  while (total <= sizes.inlineBytes) {
    const { done, value } = await reader.read();
    if (done) return { kind: "inline", bytes: joined(held, total) };
    held.push(value);
    total += value.byteLength;
  }
  const counted = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const first = held.shift();
      if (first !== undefined) return controller.enqueue(first);
      const { done, value } = await reader.read();
      if (done) return controller.close();
      total += value.byteLength;
      if (total <= limits.valueBytes) return controller.enqueue(value);
      // The rest is only counted: the refusal names the whole length.
      for (let next = await reader.read(); !next.done; next = await reader.read()) total += next.value.byteLength;
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { kind: "stream", body: counted, sentBytes: () => total };
}

function joined(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/**
 * Writes a large value.
 * @returns its length, bytes
 * @throws Refusal when it turns out larger than allowed, or the bucket did not take it
 */
export async function putBlob(bucket: Fetcher, blob: string, incoming: Extract<Incoming, { kind: "stream" }>): Promise<number> {
  const answer = await bucket.fetch(`http://bucket/${blob}`, { method: "PUT", body: incoming.body });
  await answer.body?.cancel();
  checkValueBytes(incoming.sentBytes());
  if (!answer.ok) throw new Refusal(503, "Service Unavailable");
  return incoming.sentBytes();
}

/** Reads a large value; null when the bucket does not have it (any more). @throws Refusal when the bucket fails */
export async function getBlob(bucket: Fetcher, blob: string): Promise<Response | null> {
  const answer = await bucket.fetch(`http://bucket/${blob}`);
  if (answer.ok) return answer;
  await answer.body?.cancel();
  if (answer.status === 404) return null;
  throw new Refusal(503, "Service Unavailable");
}
