// Takes in the bytes of an object: small ones in memory, larger ones straight to a file, with the MD5 on the way.
import { createHash } from "node:crypto";
import type { Blobs } from "./blobs.js";
import type { BlobReference } from "./record.js";

/** Bytes that have been taken in, and are durable where they are in files, but belong to no key yet. */
export interface Content {
  readonly value: Uint8Array;
  readonly blobs: readonly BlobReference[];
  readonly sizeBytes: number;
  readonly md5: string;
}

/** Values up to this stay in the log, beside their record: one flush writes both. */
export const inlineBytes = 256 * 1024;

/**
 * Takes in a stream.
 * @param limitBytes what is longer goes to a file; 0 sends everything there
 * @throws what the source throws (nothing is left behind), and what the disk throws
 */
export async function takeIn(source: AsyncIterable<Buffer>, blobs: Blobs, limitBytes = inlineBytes): Promise<Content> {
  const md5 = createHash("md5");
  const held: Buffer[] = [];
  let sizeBytes = 0;
  const chunks = source[Symbol.asyncIterator]();
  try {
    while (sizeBytes <= limitBytes) {
      const next = await chunks.next();
      if (next.done === true) {
        if (limitBytes === 0) break;
        return { value: held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held), blobs: [], sizeBytes, md5: md5.digest("hex") };
      }
      md5.update(next.value);
      held.push(next.value);
      sizeBytes += next.value.length;
    }
    const all = async function* (): AsyncGenerator<Buffer> {
      for (let chunk = held.shift(); chunk !== undefined; chunk = held.shift()) yield chunk;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        md5.update(next.value);
        sizeBytes += next.value.length;
        yield next.value;
      }
    };
    const blob = await blobs.write(all());
    return { value: new Uint8Array(0), blobs: [blob], sizeBytes, md5: md5.digest("hex") };
  } finally {
    await chunks.return?.();
  }
}
