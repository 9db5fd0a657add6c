// Minimum common web API: readable streams and what they are made of.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, holds, rejects, same, textOf, throws } from "../../tools/assert.js";
import { collect, collectBytes, sourceOf } from "./collect.js";

export const cases: readonly IsolateCase[] = [
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
];
