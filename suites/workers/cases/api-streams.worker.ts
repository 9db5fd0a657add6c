// Minimum common web API: streams, compression and text streams.
import type { IsolateCase } from "../case.js";
import { alike, ascii, holds, rejects, same, textOf, throws } from "./assert.js";

async function collect(stream: ReadableStream<unknown>): Promise<unknown[]> {
  const reader = stream.getReader();
  const chunks: unknown[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

async function collectBytes(stream: ReadableStream<unknown>): Promise<Uint8Array> {
  const bytes: number[] = [];
  for (const chunk of await collect(stream)) {
    holds(chunk instanceof Uint8Array, "each chunk is a Uint8Array");
    for (const byte of chunk) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function sourceOf<T>(...chunks: readonly T[]): ReadableStream<T> {
  return new ReadableStream<T>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

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
    id: "workers.api.byte-length-queuing-strategy",
    entry: "ByteLengthQueuingStrategy",
    subject: "ByteLengthQueuingStrategy",
    promise: "ByteLengthQueuingStrategy measures a chunk by its bytes",
    async run() {
      const strategy = new ByteLengthQueuingStrategy({ highWaterMark: 10 });
      let desiredSize: number | null = null;
      const stream = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            controller.enqueue(new Uint8Array(4));
            desiredSize = controller.desiredSize;
            controller.close();
          },
        },
        strategy,
      );

      same(strategy.highWaterMark, 10, "highWaterMark");
      same(strategy.size(new Uint8Array(7)), 7, "size of seven bytes");
      same(desiredSize, 6, "desiredSize after four bytes");
      same((await collectBytes(stream)).length, 4, "bytes read");
    },
  },
  {
    id: "workers.api.count-queuing-strategy",
    entry: "CountQueuingStrategy",
    subject: "CountQueuingStrategy",
    promise: "CountQueuingStrategy counts each chunk as one",
    async run() {
      const strategy = new CountQueuingStrategy({ highWaterMark: 3 });
      let desiredSize: number | null = null;
      const stream = new ReadableStream<string>(
        {
          start(controller) {
            controller.enqueue("long as you like");
            desiredSize = controller.desiredSize;
            controller.close();
          },
        },
        strategy,
      );

      same(strategy.highWaterMark, 3, "highWaterMark");
      same(desiredSize, 2, "desiredSize after one chunk");
      alike(await collect(stream), ["long as you like"], "chunks read");
    },
  },
  {
    id: "workers.api.readable-byte-stream-controller",
    entry: "ReadableByteStreamController",
    subject: "ReadableStream",
    promise: "A stream of type bytes is fed through a ReadableByteStreamController",
    async run() {
      let controller: unknown;
      const stream = new ReadableStream({
        type: "bytes",
        start(given: ReadableByteStreamController) {
          controller = given;
          given.enqueue(ascii("ab"));
          given.enqueue(ascii("cd"));
          given.close();
        },
      });

      holds(controller instanceof ReadableByteStreamController, "start() gets a ReadableByteStreamController");
      throws(() => controller instanceof ReadableByteStreamController && controller.enqueue(ascii("late")), ["TypeError"], "enqueue after close");
      same(textOf(await collectBytes(stream)), "abcd", "bytes read");
    },
  },
  {
    id: "workers.api.readable-stream",
    entry: "ReadableStream",
    subject: "ReadableStream",
    promise: "ReadableStream pulls on demand, delivers in order, tees, and passes cancel to its source",
    async run() {
      let pulls = 0;
      const counted = new ReadableStream<number>(
        {
          pull(controller) {
            pulls += 1;
            controller.enqueue(pulls);
            if (pulls === 3) controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      await Promise.resolve();
      same(pulls, 0, "pulls before anybody reads");

      const [left, right] = counted.tee();
      const both = await Promise.all([collect(left), collect(right)]);
      alike(both, [[1, 2, 3], [1, 2, 3]], "both branches of tee()");

      let cancelled: unknown;
      const endless = new ReadableStream({ cancel: (reason) => void (cancelled = reason) });
      await endless.cancel("enough");
      same(cancelled, "enough", "the reason given to cancel");
    },
  },
  {
    id: "workers.api.readable-stream-byob-reader",
    entry: "ReadableStreamBYOBReader",
    subject: "ReadableStreamBYOBReader",
    promise: "ReadableStreamBYOBReader fills the caller's buffer, part by part",
    async run() {
      const stream = new ReadableStream({
        type: "bytes",
        start(controller: ReadableByteStreamController) {
          controller.enqueue(ascii("abcdef"));
          controller.close();
        },
      });

      const reader = new ReadableStreamBYOBReader(stream);
      const first = await reader.read(new Uint8Array(4));
      const second = await reader.read(new Uint8Array(4));
      const last = await reader.read(new Uint8Array(4));

      same(textOf(first.value ?? new Uint8Array()), "abcd", "the first four bytes");
      same(textOf(second.value ?? new Uint8Array()), "ef", "the rest");
      alike([first.done, second.done, last.done], [false, false, true], "done");
      throws(() => new ReadableStreamBYOBReader(sourceOf("not bytes")), ["TypeError"], "a BYOB reader on a stream that is not of bytes");
    },
  },
  {
    id: "workers.api.readable-stream-byob-request",
    entry: "ReadableStreamBYOBRequest",
    subject: "ReadableStreamBYOBRequest",
    promise: "A byte source writes straight into the reader's buffer through a ReadableStreamBYOBRequest",
    async run() {
      let request: unknown;
      const stream = new ReadableStream({
        type: "bytes",
        pull(controller: ReadableByteStreamController) {
          request = controller.byobRequest;
          const view = controller.byobRequest?.view;
          if (view === null || view === undefined) return;
          new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set([7, 8]);
          controller.byobRequest?.respond(2);
        },
      });

      const { value } = await stream.getReader({ mode: "byob" }).read(new Uint8Array(5));

      holds(request instanceof ReadableStreamBYOBRequest, "byobRequest is a ReadableStreamBYOBRequest");
      alike(Array.from(value ?? []), [7, 8], "bytes written by the source");
    },
  },
  {
    id: "workers.api.readable-stream-default-controller",
    entry: "ReadableStreamDefaultController",
    subject: "ReadableStreamDefaultController",
    promise: "ReadableStreamDefaultController says how much is wanted, and its error reaches the reader",
    async run() {
      let controller: unknown;
      const sizes: (number | null)[] = [];
      const stream = new ReadableStream<string>(
        {
          start(given) {
            controller = given;
            sizes.push(given.desiredSize);
            given.enqueue("one");
            sizes.push(given.desiredSize);
            given.error(new RangeError("source broke"));
          },
        },
        { highWaterMark: 2 },
      );

      holds(controller instanceof ReadableStreamDefaultController, "start() gets a ReadableStreamDefaultController");
      alike(sizes, [2, 1], "desiredSize before and after a chunk");
      await rejects(() => stream.getReader().read(), ["RangeError"], "reading an errored stream");
    },
  },
  {
    id: "workers.api.readable-stream-default-reader",
    entry: "ReadableStreamDefaultReader",
    subject: "ReadableStreamDefaultReader",
    promise: "ReadableStreamDefaultReader locks its stream, reads to the end, and releases the lock",
    async run() {
      const stream = sourceOf("a", "b");

      const reader = new ReadableStreamDefaultReader(stream);
      const locked = stream.locked;
      throws(() => stream.getReader(), ["TypeError"], "a second reader");
      const first = await reader.read();
      reader.releaseLock();
      const rest = await collect(stream);

      same(locked, true, "locked with a reader");
      alike([first.done, first.value], [false, "a"], "the first read");
      alike(rest, ["b"], "what another reader gets after releaseLock()");
    },
  },
  {
    id: "workers.api.transform-stream",
    entry: "TransformStream",
    subject: "TransformStream",
    promise: "TransformStream maps each chunk and can add one at the end",
    async run() {
      const upper = new TransformStream<string, string>({
        transform: (chunk, controller) => { controller.enqueue(chunk.toUpperCase()); },
        flush: (controller) => { controller.enqueue("END"); },
      });

      const chunks = await collect(sourceOf("a", "b").pipeThrough(upper));

      alike(chunks, ["A", "B", "END"], "chunks that came out");
    },
  },
  {
    id: "workers.api.transform-stream-default-controller",
    entry: "TransformStreamDefaultController",
    subject: "TransformStreamDefaultController",
    promise: "TransformStreamDefaultController can end its stream early, and can fail both sides",
    async run() {
      let controller: unknown;
      const first = new TransformStream<string, string>({
        transform(chunk, given) {
          controller = given;
          given.enqueue(chunk);
          given.terminate();
        },
      });
      const taken = collect(first.readable);
      await first.writable.getWriter().write("only").catch(() => undefined);
      alike(await taken, ["only"], "chunks before terminate()");
      holds(controller instanceof TransformStreamDefaultController, "transform() gets a TransformStreamDefaultController");

      const broken = new TransformStream<string, string>({ transform: (_chunk, given) => { given.error(new RangeError("no")); } });
      const reading = rejects(() => collect(broken.readable), ["RangeError"], "the readable side after error()");
      await broken.writable.getWriter().write("x").catch(() => undefined);
      await reading;
    },
  },
  {
    id: "workers.api.writable-stream",
    entry: "WritableStream",
    subject: "WritableStream",
    promise: "WritableStream hands chunks to its sink one at a time, then closes it",
    async run() {
      const log: string[] = [];
      let busy = 0;
      const sink = new WritableStream<string>({
        async write(chunk) {
          busy += 1;
          log.push(`${chunk}${busy}`);
          await new Promise((resolve) => setTimeout(resolve, 0));
          busy -= 1;
        },
        close: () => void log.push("closed"),
      });

      await sourceOf("a", "b", "c").pipeTo(sink);

      alike(log, ["a1", "b1", "c1", "closed"], "calls of the sink, each with how many were under way");
    },
  },
  {
    id: "workers.api.writable-stream-default-controller",
    entry: "WritableStreamDefaultController",
    subject: "WritableStreamDefaultController",
    promise: "WritableStreamDefaultController fails its stream, and its signal tells the sink of an abort",
    async run() {
      const given: WritableStreamDefaultController[] = [];
      const aborted = new WritableStream({ start: (controller) => void given.push(controller) });
      const [controller] = given;
      holds(controller instanceof WritableStreamDefaultController, "start() gets a WritableStreamDefaultController");
      const { signal } = controller;
      await aborted.abort("stop");
      same(signal.aborted, true, "controller.signal after abort()");

      const failed = new WritableStream({ write: (_chunk, failing) => { failing.error(new RangeError("full")); } });
      const writer = failed.getWriter();
      writer.closed.catch(() => undefined);
      await writer.write("x").catch(() => undefined);
      await rejects(() => writer.write("y"), ["RangeError"], "a write after error()");
    },
  },
  {
    id: "workers.api.writable-stream-default-writer",
    entry: "WritableStreamDefaultWriter",
    subject: "WritableStreamDefaultWriter",
    promise: "WritableStreamDefaultWriter makes back pressure visible: ready waits until the sink has taken the chunk",
    async run() {
      let take: () => void = () => undefined;
      const sink = new WritableStream<string>({ write: () => new Promise<void>((resolve) => (take = resolve)) }, new CountQueuingStrategy({ highWaterMark: 1 }));

      const writer = new WritableStreamDefaultWriter(sink);
      await writer.ready;
      const before = writer.desiredSize;
      const written = writer.write("a");
      const after = writer.desiredSize;
      let ready = false;
      const becameReady = Promise.resolve(writer.ready).then(() => (ready = true));
      await new Promise((resolve) => setTimeout(resolve, 0));
      const readyWhileBusy = ready;
      take();
      await Promise.all([written, becameReady]);

      alike([before, after, readyWhileBusy, ready], [1, 0, false, true], "desiredSize before and after, ready while busy and after");
      same(sink.locked, true, "locked with a writer");
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
