// Bodies of values: small ones are read into memory and kept in the shard's row, large ones go to the bucket and come
// back in parts, so that a PoP holds a part at a time. A body whose length is not announced is held only until it is
// known to be large.
import { limits, sizes } from "./limits.js";
import { unavailable } from "./refusal.js";
import { checkValueBytes } from "./validate.js";

/** A value as it arrives: whole, or too large for a row. */
export type Incoming =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | { readonly kind: "large"; readonly chunks: AsyncIterable<Uint8Array> };

/** @throws Refusal when the value is larger than allowed and its length was announced */
export async function receive(request: Request): Promise<Incoming> {
  const announced = request.headers.get("content-length");
  if (request.body === null) return { kind: "inline", bytes: new Uint8Array(0) };
  if (announced !== null) {
    const bytes = Number(announced);
    checkValueBytes(bytes);
    if (bytes <= sizes.inlineBytes) return { kind: "inline", bytes: new Uint8Array(await request.arrayBuffer()) };
    return { kind: "large", chunks: request.body };
  }
  return receiveUnannounced(request.body.getReader());
}

async function receiveUnannounced(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Incoming> {
  const held: Uint8Array[] = [];
  let total = 0;
  while (total <= sizes.inlineBytes) {
    const { done, value } = await reader.read();
    if (done) return { kind: "inline", bytes: joined(held, total) };
    held.push(value);
    total += value.byteLength;
  }
  return { kind: "large", chunks: heldThenRest(held, reader) };
}

async function* heldThenRest(held: readonly Uint8Array[], reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* held;
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
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

function partUrl(blob: string, part: number): string {
  return `http://bucket/${blob}.${part}`;
}

/**
 * Writes a large value.
 * @returns its length, bytes
 * @throws Refusal when it turns out larger than allowed, or the bucket does not take it
 */
export async function putBlob(bucket: Fetcher, blob: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let part = new Uint8Array(sizes.partBytes);
  let filled = 0;
  let parts = 0;
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    // What is too much is only counted: the refusal names the whole length.
    if (total > limits.valueBytes) continue;
    for (let taken = 0; taken < chunk.byteLength; ) {
      const size = Math.min(chunk.byteLength - taken, part.byteLength - filled);
      part.set(chunk.subarray(taken, taken + size), filled);
      taken += size;
      filled += size;
      if (filled < part.byteLength) continue;
      await putPart(bucket, partUrl(blob, parts++), part);
      part = new Uint8Array(sizes.partBytes);
      filled = 0;
    }
  }
  checkValueBytes(total);
  if (filled > 0) await putPart(bucket, partUrl(blob, parts), part.subarray(0, filled));
  return total;
}

async function putPart(bucket: Fetcher, url: string, bytes: Uint8Array): Promise<void> {
  const answer = await bucket.fetch(url, { method: "PUT", body: bytes });
  await answer.body?.cancel();
  if (!answer.ok) throw unavailable();
}

/**
 * Reads a large value, part by part as it is taken.
 * @returns null when the bucket does not have it (any more)
 * @throws Refusal when the bucket fails
 */
export async function getBlob(bucket: Fetcher, blob: string, sizeBytes: number): Promise<ReadableStream<Uint8Array> | null> {
  const first = await getPart(bucket, partUrl(blob, 0));
  if (first === null) return null;
  let next: Uint8Array | null = first;
  let part = 1;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        const bytes = next ?? (await getPart(bucket, partUrl(blob, part++)));
        next = null;
        if (bytes === null) throw unavailable();
        controller.enqueue(bytes);
        if (part * sizes.partBytes >= sizeBytes) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function getPart(bucket: Fetcher, url: string): Promise<Uint8Array | null> {
  const answer = await bucket.fetch(url);
  if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  await answer.body?.cancel();
  if (answer.status === 404) return null;
  throw unavailable();
}

/** Removes a large value with however many parts it has. @returns whether the bucket says that nothing is left */
export async function deleteBlob(bucket: Fetcher, blob: string): Promise<boolean> {
  const parts = Array.from({ length: Math.ceil(limits.valueBytes / sizes.partBytes) }, (_, part) => partUrl(blob, part));
  const removed = await Promise.all(
    parts.map(async (url) => {
      const answer = await bucket.fetch(url, { method: "DELETE" }).catch(() => null);
      await answer?.body?.cancel();
      return answer?.ok === true || answer?.status === 404;
    }),
  );
  return removed.every((isGone) => isGone);
}
