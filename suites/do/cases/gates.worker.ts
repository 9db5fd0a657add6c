// Gates: what may come between the steps of an event and what may not, and how an instance ends.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import type { Actor, Acts, Beside, BesideCase, Inside, StoredCase } from "../stored-env.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];
const events = 50;

const stored = ({ env, unique }: Beside): Actor => env.STORED.getByName(unique);
const older = ({ env, unique }: Beside): Actor => env.LEGACY.getByName(unique);

/** Sends so many events at once. @returns the count that they leave */
async function counted(stub: Actor, act: string): Promise<unknown> {
  await stub.act("put", "count", 0);
  await Promise.all(Array.from({ length: events }, () => stub.act(act)));
  return stub.act("get", "count");
}

const input: readonly BesideCase[] = [
  {
    id: "do.gate.input",
    isBeside: true,
    promise: "events that read, then write, and await only storage, do not come between each other: fifty at once count fifty",
    claims: ["DO-05", "DO-11"],
    async run(parts) {
      same(await counted(stored(parts), "increment"), events, "the count");
    },
  },
  {
    id: "do.gate.input.legacy",
    isBeside: true,
    promise: "the same on storage of the older kind",
    claims: ["DO-05", "DO-11"],
    async run(parts) {
      same(await counted(older(parts), "increment"), events, "the count");
    },
  },
  {
    id: "do.gate.input.operations",
    isBeside: true,
    promise: "many storage operations in a row keep other events out all along: reads, lists, writes, deletes",
    claims: ["DO-05"],
    async run(parts) {
      same(await counted(stored(parts), "incrementSlowly"), events, "the count");
    },
  },
  {
    id: "do.gate.input.operations.legacy",
    isBeside: true,
    promise: "the same on storage of the older kind, reads past the cache included",
    claims: ["DO-05"],
    async run(parts) {
      same(await counted(older(parts), "incrementSlowly"), events, "the count");
    },
  },
  {
    id: "do.gate.input.timer",
    isBeside: true,
    promise: "an event that awaits a timer lets others in: what it read before is old after it",
    claims: ["DO-06"],
    async run(parts) {
      const count = await counted(stored(parts), "incrementAfterTimer");

      holds(typeof count === "number" && count >= 1 && count < events, `fewer than ${events}: ${String(count)}`);
    },
  },
  {
    id: "do.gate.input.call",
    isBeside: true,
    promise: "an event that awaits a call to another object lets others in",
    claims: ["DO-06"],
    async run(parts) {
      const stub = stored(parts);
      const waiting = stub.act("askOther", `${parts.unique}-other`);
      // Answered while the first event still waits: the gate is open.
      same(await stub.act("isWaiting"), true, "an event that came while the object waits for another");
      await parts.env.STORED.getByName(`${parts.unique}-other`).act("release");

      same(await waiting, "released", "the first event's answer");
    },
  },
  {
    id: "do.gate.block",
    isBeside: true,
    promise: "blockConcurrencyWhile keeps every other event out whatever is awaited in it: fifty at once count fifty",
    claims: ["DO-48"],
    async run(parts) {
      same(await counted(stored(parts), "incrementBlocked"), events, "the count");
    },
  },
  {
    id: "do.gate.block.value",
    isBeside: true,
    promise: "blockConcurrencyWhile gives what its callback returns, also from within another one's wait",
    claims: ["DO-48"],
    async run(parts) {
      alike(await stored(parts).act("blockedValue"), ["first", "second"], "values");
    },
  },
  {
    id: "do.gate.block.constructor",
    isBeside: true,
    promise: "what a constructor blocks for is done before the first event sees the object",
    claims: ["DO-48"],
    async run({ env, unique }) {
      const stub = env.PREPARED.getByName(unique);

      alike(await Promise.all(Array.from({ length: 10 }, () => stub.act("memory", "prepared"))), Array.from({ length: 10 }, () => true), "what ten events at once see");
    },
  },
  {
    id: "do.gate.block.throw",
    isBeside: true,
    promise: "a callback of blockConcurrencyWhile that throws resets the object: the error comes out, memory is lost, storage is not",
    claims: ["DO-48"],
    async run(parts) {
      await stored(parts).act("remember", "here");

      const error = await rejects(async () => stored(parts).act("throwBlocked"), anyError, "an event whose block throws");

      holds(error instanceof Error && error.message.includes("on purpose"), "its own error");
      same(await stored(parts).act("memory", "here"), undefined, "memory of the object that follows");
      same(await stored(parts).act("get", "here"), true, "its storage");
    },
  },
  {
    id: "do.gate.block.throw.others",
    isBeside: true,
    promise: "events that wait behind a block that throws are refused or are done by the object that follows, and none hangs",
    claims: ["DO-48"],
    async run(parts) {
      await stored(parts).act("remember", "here");

      const blocking = rejects(async () => stored(parts).act("throwBlocked"), anyError, "an event whose block throws");
      const waiting = await Promise.all(Array.from({ length: 5 }, () => stored(parts).act("memory", "here").then((value) => value ?? "new", () => "refused")));
      await blocking;

      holds(waiting.every((one) => one === "refused" || one === "new"), `none sees the memory of the object that ended: ${JSON.stringify(waiting)}`);
    },
  },
];

const endings: readonly BesideCase[] = [
  {
    id: "do.abort",
    isBeside: true,
    promise: "ctx.abort ends the instance: its caller gets the reason, memory is lost, storage is kept",
    claims: ["DO-61"],
    async run(parts) {
      await stored(parts).act("remember", "here");

      const error = await rejects(async () => stored(parts).act("abort"), anyError, "an event that aborts");

      holds(error instanceof Error && error.message.includes("on purpose"), `the reason: ${String(error)}`);
      same(await stored(parts).act("memory", "here"), undefined, "memory of the instance that follows");
      same(await stored(parts).act("get", "here"), true, "its storage");
    },
  },
  {
    id: "do.abort.others",
    isBeside: true,
    promise: "ctx.abort ends the instance's other events too: each gets an error and none hangs",
    async run(parts) {
      const stub = stored(parts);
      const waiting = Array.from({ length: 3 }, () => stub.act("waitLong").then(() => "answered", (error: unknown) => (error instanceof Error ? "refused" : "odd")));
      await stub.act("memory", "none");

      await rejects(async () => stored(parts).act("abort"), anyError, "an event that aborts");

      alike(await Promise.all(waiting), ["refused", "refused", "refused"], "events that were waiting");
    },
  },
  {
    id: "do.wait-until",
    isBeside: true,
    promise: "work that an object gave to waitUntil goes on after its answer",
    claims: ["DO-59"],
    async run(parts) {
      // The work waits for a word that is given when the answer is there: an answer that waits for the work never comes.
      await stored(parts).act("workLater");
      same(await stored(parts).act("get", "later"), undefined, "the work when the answer is there");
      await stored(parts).act("release");

      let seen: unknown;
      for (let waits = 0; seen === undefined && waits < 100; waits++) {
        await scheduler.wait(20);
        seen = await stored(parts).act("get", "later");
      }

      same(seen, "done", "the work, in the end");
    },
  },
];

async function increment({ storage }: Inside, between: () => Promise<unknown>): Promise<void> {
  const count = (await storage.get<number>("count")) ?? 0;
  await between();
  await storage.put("count", count + 1);
}

async function released(memory: Inside["memory"]): Promise<void> {
  while (memory.get("released") !== true) await scheduler.wait(5);
}

export const acts: Acts = {
  increment: (inside) => increment(inside, async () => inside.storage.get("another")),
  incrementSlowly: (inside) =>
    increment(inside, async () => {
      const { storage } = inside;
      await storage.put("scratch", 1);
      await storage.list({ prefix: "s", noCache: true });
      await storage.get(["count", "scratch"], { noCache: true });
      await storage.delete("scratch");
      await storage.get("count", { noCache: true });
    }),
  incrementAfterTimer: (inside) => increment(inside, () => scheduler.wait(1)),
  incrementBlocked: (inside) => inside.ctx.blockConcurrencyWhile(() => increment(inside, () => scheduler.wait(1))),
  blockedValue: async ({ ctx }) => {
    const first = ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(5);
      return "first";
    });
    const second = ctx.blockConcurrencyWhile(async () => "second");
    return [await first, await second];
  },
  askOther: async ({ env, memory }, name: string) => {
    memory.set("waits", true);
    return env.STORED.getByName(name).act("waitForRelease");
  },
  isWaiting: async ({ memory }) => {
    for (let waits = 0; memory.get("waits") !== true && waits < 100; waits++) await scheduler.wait(5);
    return memory.get("waits") === true;
  },
  waitForRelease: async ({ memory }) => {
    await released(memory);
    return "released";
  },
  release: ({ memory }) => void memory.set("released", true),
  remember: async ({ memory, storage }, name: string) => {
    memory.set(name, true);
    await storage.put(name, true);
  },
  memory: ({ memory }, name: string) => memory.get(name),
  throwBlocked: ({ ctx }) =>
    ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(20);
      throw new RangeError("on purpose");
    }),
  nonce: ({ memory }) => {
    if (!memory.has("nonce")) memory.set("nonce", crypto.randomUUID());
    return memory.get("nonce");
  },
  keys: async ({ storage }) => [...(await storage.list()).keys()],
  /** Three keys of a number, written without an await, through every door. */
  putGroup: ({ storage }, group: number) => {
    void storage.put(`${group}-x`, group);
    storage.kv.put(`${group}-y`, group);
    void storage.put({ [`${group}-z`]: group });
  },
  putUnconfirmed: ({ storage }, key: string, value: unknown) => storage.put(key, value, { allowUnconfirmed: true }),
  /** How long the first message after a write takes, ms, there and back. */
  writeAndAsk: async ({ storage, env }, other: string) => {
    const startMs = Date.now();
    void storage.put("key", startMs);
    await env.STORED.getByName(other).act("get", "key");
    return Date.now() - startMs;
  },
  /** Writes with allowUnconfirmed, waits for sync(), tells the witness and never answers. */
  syncAndTell: async ({ storage, env }, witness: string) => {
    void storage.put("confirmed", true, { allowUnconfirmed: true });
    await storage.sync();
    await env.STORED.getByName(witness).act("put", "heard", true);
    await scheduler.wait(120_000);
  },
  blockFor: ({ ctx }, durationMs: number) => ctx.blockConcurrencyWhile(() => scheduler.wait(durationMs)),
  workFor: async ({ storage }, durationMs: number) => {
    await storage.put("begun", true);
    await scheduler.wait(durationMs);
    await storage.put("finished", true);
  },
  waitLong: () => scheduler.wait(60_000),
  workLater: ({ ctx, storage, memory }) => {
    ctx.waitUntil(released(memory).then(() => storage.put("later", "done")));
  },
};

export const cases: readonly StoredCase[] = [...input, ...endings];
