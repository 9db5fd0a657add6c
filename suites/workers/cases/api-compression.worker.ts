// Minimum common web API: compression and text streams.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, holds, rejects, same, textOf, throws } from "../../tools/assert.js";
import { collect, collectBytes, sourceOf } from "./collect.js";

/** Long enough for a real compressed form, and not one letter repeated. */
const prose = ascii(Array.from({ length: 400 }, (_, line) => `line ${line} of ${line * line}\n`).join(""));

type Format = "gzip" | "deflate" | "deflate-raw";
const formats: readonly Format[] = ["gzip", "deflate", "deflate-raw"];

/** "edge" deflated by another implementation, so that both directions are not merely wrong in the same way. */
const known: Readonly<Record<Format, readonly number[]>> = {
  gzip: [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 77, 73, 79, 5, 0, 102, 211, 6, 117, 4, 0, 0, 0],
  deflate: [120, 156, 75, 77, 73, 79, 5, 0, 3, 247, 1, 150],
  "deflate-raw": [75, 77, 73, 79, 5, 0],
};

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.api.compression-stream",
    entry: "CompressionStream",
    subject: "CompressionStream",
    promise: "CompressionStream compresses gzip, deflate and deflate-raw so that the text comes back whole",
    async run() {
      for (const format of formats) {
        const packed = await collectBytes(sourceOf(prose).pipeThrough(new CompressionStream(format)));
        const unpacked = await collectBytes(sourceOf(packed).pipeThrough(new DecompressionStream(format)));

        holds(packed.length > 0 && packed.length < prose.length / 2, `${format} is less than half as long (${packed.length} of ${prose.length} bytes)`);
        same(textOf(unpacked), textOf(prose), `${format} there and back`);
      }
      throws(() => new CompressionStream("rot13" as Format), ["TypeError"], "an unknown format");
    },
  },
  {
    id: "workers.api.decompression-stream",
    entry: "DecompressionStream",
    subject: "DecompressionStream",
    promise: "DecompressionStream reads bytes compressed elsewhere, and refuses damaged ones",
    async run() {
      for (const format of formats) {
        const text = await collectBytes(sourceOf(Uint8Array.from(known[format])).pipeThrough(new DecompressionStream(format)));
        same(textOf(text), "edge", `${format} of another implementation`);
      }
      await rejects(
        () => collectBytes(sourceOf(ascii("this is not gzip at all")).pipeThrough(new DecompressionStream("gzip"))),
        ["TypeError"],
        "damaged gzip",
      );
    },
  },
  {
    id: "workers.api.text-decoder-stream",
    entry: "TextDecoderStream",
    subject: "TextDecoderStream",
    promise: "TextDecoderStream joins a character that is split between two chunks",
    async run() {
      const euro = Uint8Array.from([0x31, 0xe2, 0x82, 0xac]);

      const chunks = await collect(sourceOf(euro.slice(0, 2), euro.slice(2)).pipeThrough(new TextDecoderStream()));

      same(chunks.join(""), "1€", "text read");
    },
  },
  {
    id: "workers.api.text-encoder-stream",
    entry: "TextEncoderStream",
    subject: "TextEncoderStream",
    promise: "TextEncoderStream joins a surrogate pair that is split between two chunks",
    async run() {
      const bytes = await collectBytes(sourceOf("a\ud83d", "\ude00").pipeThrough(new TextEncoderStream()));

      alike(Array.from(bytes), [0x61, 0xf0, 0x9f, 0x98, 0x80], "bytes read");
    },
  },
];
