// Minimum common web API: writable and transform streams.
import type { IsolateCase } from "../../tools/case.js";
import { alike, holds, rejects, same } from "../../tools/assert.js";
import { collect, sourceOf } from "./collect.js";

export const cases: readonly IsolateCase[] = [
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
];
