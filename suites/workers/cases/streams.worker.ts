// Streams beyond the first look: pipes, errors in both directions, tees, iteration, and what Workers adds.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, holds, rejects, same, textOf } from "../../tools/assert.js";

const numbers = (count: number): ReadableStream<number> => {
  let next = 0;
  return new ReadableStream<number>({
    pull(controller) {
      next += 1;
      controller.enqueue(next);
      if (next === count) controller.close();
    },
  });
};

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.streams.pipe-error-forward",
    subject: "ReadableStream.prototype.pipeTo",
    promise: "An error of the source aborts the destination of a pipe, and fails the pipe",
    async run() {
      let aborted: unknown;
      const source = new ReadableStream({ pull: (controller) => { controller.error(new RangeError("source")); } });
      const sink = new WritableStream({ abort: (reason) => void (aborted = reason) });

      await rejects(() => source.pipeTo(sink), ["RangeError"], "the pipe");

      holds(aborted instanceof RangeError, "the destination was aborted with the source's error");
    },
  },
  {
    id: "workers.streams.pipe-error-backward",
    subject: "ReadableStream.prototype.pipeTo",
    promise: "An error of the destination cancels the source of a pipe, and fails the pipe",
    async run() {
      let cancelled: unknown;
      const source = new ReadableStream({
        pull: (controller) => { controller.enqueue("x"); },
        cancel: (reason) => void (cancelled = reason),
      });
      const sink = new WritableStream({
        write: () => {
          throw new RangeError("sink");
        },
      });

      await rejects(() => source.pipeTo(sink), ["RangeError"], "the pipe");

      holds(cancelled instanceof RangeError, "the source was cancelled with the destination's error");
    },
  },
  {
    id: "workers.streams.pipe-options",
    subject: "ReadableStream.prototype.pipeTo",
    promise: "A pipe with preventClose leaves the destination open for more",
    async run() {
      const seen: unknown[] = [];
      const sink = new WritableStream({ write: (chunk) => void seen.push(chunk), close: () => void seen.push("closed") });

      await numbers(2).pipeTo(sink, { preventClose: true });
      const writer = sink.getWriter();
      await writer.write("more");
      await writer.close();

      alike(seen, [1, 2, "more", "closed"], "what the sink saw");
    },
  },
  {
    id: "workers.streams.pipe-abort",
    subject: "ReadableStream.prototype.pipeTo",
    promise: "A pipe ends when its signal aborts, and both ends are told",
    async run() {
      const told: string[] = [];
      const controller = new AbortController();
      const source = new ReadableStream({
        async pull(puller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          puller.enqueue("x");
        },
        cancel: () => void told.push("source"),
      });
      const sink = new WritableStream({ abort: () => void told.push("sink") });

      const piping = rejects(() => source.pipeTo(sink, { signal: controller.signal }), ["AbortError"], "the pipe");
      controller.abort();
      await piping;

      alike(told.sort(), ["sink", "source"], "ends that were told");
    },
  },
  {
    id: "workers.streams.async-iteration",
    subject: "ReadableStream.prototype.values",
    promise: "A stream is iterated with for await, and leaving the loop cancels it",
    async run() {
      let cancelled = false;
      const stream = new ReadableStream<number>({
        pull: (controller) => { controller.enqueue(1); },
        cancel: () => void (cancelled = true),
      });
      let sum = 0;

      for await (const value of stream.values()) {
        sum += value;
        if (sum === 3) break;
      }

      alike([sum, cancelled], [3, true], "the sum, and whether the stream was cancelled");
    },
  },
  {
    id: "workers.streams.from",
    subject: "ReadableStream.from",
    promise: "ReadableStream.from makes a stream of an async generator",
    async run() {
      async function* letters(): AsyncGenerator<string> {
        yield "a";
        yield "b";
      }
      const seen: string[] = [];

      // By name: the type library of the isolate leaves it out.
      const from = Reflect.get(ReadableStream, "from") as (source: AsyncIterable<string>) => unknown;
      const stream = Reflect.apply(from, ReadableStream, [letters()]);
      holds(stream instanceof ReadableStream, "a ReadableStream");
      const reader = stream.getReader();
      for (;;) {
        const chunk = await reader.read();
        if (chunk.done) break;
        seen.push(chunk.value as string);
      }

      alike(seen, ["a", "b"], "chunks");
    },
  },
  {
    id: "workers.streams.tee-cancel",
    subject: "ReadableStream.prototype.tee",
    promise: "Cancelling one branch of a tee leaves the other; cancelling both cancels the source",
    async run() {
      let cancelled: unknown;
      let next = 0;
      const source = new ReadableStream<number>(
        { pull: (controller) => { controller.enqueue((next += 1)); }, cancel: (reason) => void (cancelled = reason) },
        { highWaterMark: 0 },
      );

      const [left, right] = source.tee();
      const cancellingLeft = left.cancel("left");
      const reader = right.getReader();
      const first = await reader.read();
      const cancelledEarly = cancelled !== undefined;
      await Promise.all([cancellingLeft, reader.cancel("right")]);

      alike([first.value, cancelledEarly], [1, false], "the other branch's chunk, and whether the source was cancelled early");
      holds(cancelled !== undefined, "the source was cancelled in the end");
    },
  },
  {
    id: "workers.streams.byob-respond",
    subject: "ReadableStream",
    promise: "A byte stream cuts its chunks to the buffers that readers bring",
    async run() {
      const stream = new ReadableStream({
        type: "bytes",
        start(controller: ReadableByteStreamController) {
          controller.enqueue(ascii("0123456789"));
          controller.close();
        },
      });
      const reader = stream.getReader({ mode: "byob" });
      const parts: string[] = [];
      let buffer = new ArrayBuffer(4);
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(buffer, 0, 4));
        if (done || value === undefined) break;
        parts.push(textOf(value));
        buffer = value.buffer;
      }

      alike(parts, ["0123", "4567", "89"], "what each read brought");
    },
  },
  {
    id: "workers.streams.transform-backpressure",
    subject: "TransformStream",
    promise: "A TransformStream that nobody reads stops taking chunks",
    async run() {
      let taken = 0;
      const { readable, writable } = new TransformStream<number, number>({
        transform(chunk, controller) {
          taken += 1;
          controller.enqueue(chunk);
        },
      });
      const writer = writable.getWriter();
      const writing = Promise.all([1, 2, 3, 4, 5].map((chunk) => writer.write(chunk))).then(() => writer.close());
      await new Promise((resolve) => setTimeout(resolve, 5));
      const takenUnread = taken;

      const reader = readable.getReader();
      const seen: number[] = [];
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        seen.push(value);
      }
      await writing;

      holds(takenUnread <= 1, `chunks taken before anybody read: ${takenUnread}, at most 1`);
      alike(seen, [1, 2, 3, 4, 5], "chunks in all");
    },
  },
  {
    id: "workers.streams.identity-transform",
    subject: "IdentityTransformStream",
    promise: "IdentityTransformStream, which Workers adds, passes bytes on as they are, and bytes only",
    async run() {
      const { readable, writable } = new IdentityTransformStream();

      const reading = new Response(readable).text();
      const writer = writable.getWriter();
      await writer.write(ascii("one "));
      await writer.write(ascii("two"));
      await writer.close();

      same(await reading, "one two", "what came out");
      const other = new IdentityTransformStream();
      other.readable.cancel().catch(() => undefined);
      await rejects(() => other.writable.getWriter().write({ not: "bytes" } as unknown as Uint8Array), ["TypeError"], "writing what is not bytes");
    },
  },
  {
    id: "workers.streams.fixed-length",
    subject: "FixedLengthStream",
    promise: "FixedLengthStream, which Workers adds, refuses more and less than its length",
    async run() {
      const exact = new FixedLengthStream(5);
      const reading = new Response(exact.readable).text();
      const writer = exact.writable.getWriter();
      await writer.write(ascii("hello"));
      await writer.close();
      same(await reading, "hello", "exactly five bytes");

      const over = new FixedLengthStream(2);
      const overRead = new Response(over.readable).text().catch(() => undefined);
      await rejects(() => over.writable.getWriter().write(ascii("hello")), ["TypeError", "RangeError"], "writing too much");
      const under = new FixedLengthStream(9);
      const underRead = rejects(() => new Response(under.readable).text(), ["TypeError", "RangeError"], "reading what was closed too early");
      const underWriter = under.writable.getWriter();
      await underWriter.write(ascii("hello"));
      await underWriter.close().catch(() => undefined);
      await underRead;
      void overRead;
    },
  },
];
