// Node's modules behind nodejs_compat. They are imported inside of each case, so that a missing one loses only its own
// case; what is used of them is typed here, because the type libraries of Node and of Workers exclude each other.
import type { IsolateCase } from "../../tools/case.js";
import { alike, rejects, same, throws } from "../../tools/assert.js";

interface Bytes extends Uint8Array {
  toString(encoding?: string): string;
  subarray(start?: number, end?: number): Bytes;
  readUInt16BE(offset: number): number;
}
interface BufferClass {
  from(text: string, encoding?: string): Bytes;
  concat(parts: readonly Bytes[]): Bytes;
  compare(left: Bytes, right: Bytes): number;
}
interface Digest {
  update(text: string): Digest;
  digest(encoding: "hex"): string;
}
interface Crypto {
  createHash(name: string): Digest;
  createHmac(name: string, key: string): Digest;
  scryptSync(password: string, salt: string, sizeBytes: number, cost: { N: number; r: number; p: number }): Bytes;
  randomBytes(sizeBytes: number): Bytes;
}
interface AsyncHooks {
  AsyncLocalStorage: new () => { run<T>(value: number, action: () => T): T; getStore(): number | undefined };
}
interface Events {
  EventEmitter: new () => Record<"on" | "once", (name: string, listener: (value: unknown) => void) => void> & { emit(name: string, value: unknown): boolean };
}
type Step = (error: Error | null, chunk?: string) => void;
interface Streams {
  Readable: { from(chunks: readonly string[]): object };
  Transform: new (options: { transform(chunk: unknown, encoding: string, done: Step): void }) => object;
}
interface StreamPromises {
  pipeline(...stages: readonly unknown[]): Promise<void>;
}
interface Util {
  promisify(action: (value: number, done: (error: Error | null, result: number) => void) => void): (value: number) => Promise<number>;
}

/** Imports a module of Node. The name is a variable, so that bundlers leave the import alone. */
async function node<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.node.buffer",
    subject: "node:buffer",
    promise: "node:buffer encodes, slices and compares",
    async run() {
      const { Buffer } = await node<{ Buffer: BufferClass }>("node:buffer");
      const buffer = Buffer.concat([Buffer.from("ä€", "utf8"), Buffer.from("/+8=", "base64")]);

      same(buffer.toString("hex"), "c3a4e282acffef", "bytes as hexadecimal");
      same(buffer.subarray(0, 2).toString(), "ä", "a slice");
      same(buffer.readUInt16BE(5), 0xffef, "a number read");
      same(Buffer.compare(Buffer.from("a"), Buffer.from("b")), -1, "compare");
    },
  },
  {
    id: "workers.node.crypto",
    subject: "node:crypto",
    promise: "node:crypto hashes, authenticates and derives keys with the published results",
    async run() {
      const { createHash, createHmac, scryptSync, randomBytes } = await node<Crypto>("node:crypto");

      same(createHash("sha256").update("a").update("bc").digest("hex"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256");
      same(createHmac("sha256", "key").update("message").digest("hex"), "6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a", "HMAC");
      same(scryptSync("", "", 16, { N: 16, r: 1, p: 1 }).toString("hex"), "77d6576238657b203b19ca42c18a0497", "scrypt (RFC 7914)");
      same(randomBytes(12).length, 12, "random bytes");
    },
  },
  {
    id: "workers.node.async-local-storage",
    subject: "node:async_hooks",
    promise: "AsyncLocalStorage keeps its value across awaits and timers, apart for each run",
    async run() {
      const { AsyncLocalStorage } = await node<AsyncHooks>("node:async_hooks");
      const storage = new AsyncLocalStorage();
      const read = async (): Promise<number | undefined> => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return storage.getStore();
      };

      const values = await Promise.all([storage.run(1, read), storage.run(2, read), read()]);

      alike(values, [1, 2, undefined], "values in the three runs");
    },
  },
  {
    id: "workers.node.events",
    subject: "node:events",
    promise: "EventEmitter calls listeners in order, honours once, and throws an error nobody listens to",
    async run() {
      const { EventEmitter } = await node<Events>("node:events");
      const emitter = new EventEmitter();
      const seen: unknown[] = [];
      emitter.on("x", (value) => seen.push(["on", value]));
      emitter.once("x", (value) => seen.push(["once", value]));

      emitter.emit("x", 1);
      emitter.emit("x", 2);

      alike(seen, [["on", 1], ["once", 1], ["on", 2]], "calls");
      throws(() => emitter.emit("error", new RangeError("unheard")), ["RangeError"], "an error nobody listens to");
    },
  },
  {
    id: "workers.node.stream",
    subject: "node:stream",
    promise: "node:stream pipes through a transform and passes errors on",
    async run() {
      const { Readable, Transform } = await node<Streams>("node:stream");
      const { pipeline } = await node<StreamPromises>("node:stream/promises");
      const seen: string[] = [];
      const upper = new Transform({ transform: (chunk, _encoding, done) => { done(null, String(chunk).toUpperCase()); } });

      await pipeline(Readable.from(["a", "b"]), upper, async (source: AsyncIterable<unknown>) => {
        for await (const chunk of source) seen.push(String(chunk));
      });

      same(seen.join(""), "AB", "what came out");
      await rejects(() => pipeline(Readable.from(["a"]), new Transform({ transform: (_chunk, _encoding, done) => { done(new RangeError("no")); } })), ["RangeError"], "a transform that fails");
    },
  },
  {
    id: "workers.node.util-path-assert",
    subject: "node:util",
    promise: "node:util, node:path and node:assert do what Node documents",
    async run() {
      const { promisify } = await node<Util>("node:util");
      const path = await node<{ posix: { join(...parts: readonly string[]): string } }>("node:path");
      const { strict } = await node<{ strict: { deepEqual(left: unknown, right: unknown): void } }>("node:assert");
      const later = promisify((value, done) => { done(null, value + 1); });

      same(await later(1), 2, "promisify");
      same(path.posix.join("/a", "../b", "c.txt"), "/b/c.txt", "path.join");
      throws(() => { strict.deepEqual({ a: 1 }, { a: "1" }); }, ["AssertionError"], "a strict comparison that fails");
    },
  },
  {
    id: "workers.node.globals",
    subject: "process",
    promise: "process.env and Buffer are globals beside Node's modules",
    async run() {
      const { Buffer } = await node<{ Buffer: BufferClass }>("node:buffer");

      same(typeof Reflect.get(globalThis, "process"), "object", "typeof process");
      same(Reflect.get(globalThis, "Buffer"), Buffer, "the global Buffer is that of node:buffer");
      same(typeof Reflect.get(Reflect.get(globalThis, "process") as object, "env"), "object", "typeof process.env");
    },
  },
];
