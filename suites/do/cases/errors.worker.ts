// Failures: what a caller learns of an exception in an object, and what it costs the object.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import type { Case, Env } from "../env.worker.js";

const anyError = ["Error", "TypeError", "RangeError", "CustomError"];

interface Flags {
  readonly remote: unknown;
  readonly retryable: unknown;
  readonly overloaded: unknown;
  readonly durableObjectReset: unknown;
}

/** The flags of an error, false where one is not set. */
function flagsOf(error: unknown): Flags {
  const flag = (name: string): unknown => Reflect.get(error as object, name) ?? false;
  return { remote: flag("remote"), retryable: flag("retryable"), overloaded: flag("overloaded"), durableObjectReset: flag("durableObjectReset") };
}

/** Until a call of wait() is in the object: asked through other stubs, whose calls may overtake it. */
async function begun(env: Env, name: string): Promise<void> {
  for (let turn = 0; turn < 200; turn++) if ((await env.PROBES.getByName(name).waiting()) > 0) return;
  throw new Error("the call did not begin within 200 others");
}

const messageOf = (error: unknown): string => (error as Error).message;

export const cases: readonly Case[] = [
  {
    id: "do.error.type",
    promise: "an exception of a method reaches the caller with its type and message",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);
      const type = await rejects(() => stub.fail("type"), ["TypeError"], "a TypeError");
      const range = await rejects(() => stub.fail("range"), ["RangeError"], "a RangeError");
      const plain = await rejects(() => stub.fail("plain"), ["Error"], "an Error");

      alike([messageOf(type), messageOf(range), messageOf(plain)], ["wrong type", "out of range", "failed as asked"], "messages");
      holds(type instanceof TypeError && range instanceof RangeError, "instances of their classes");
    },
  },
  {
    id: "do.error.custom",
    promise: "the message of an error of the program's own class reaches the caller",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const error = await rejects(() => env.PROBES.getByName(unique).fail("custom"), anyError, "the call");

      holds(messageOf(error).includes("custom failure"), `the message in: ${messageOf(error)}`);
    },
  },
  {
    id: "do.error.asynchronous",
    promise: "an exception that a method throws later reaches the caller too",
    async run({ env, unique }) {
      same(messageOf(await rejects(() => env.PROBES.getByName(unique).asyncFail(), ["TypeError"], "the call")), "refused after a while", "the message");
    },
  },
  {
    id: "do.error.remote",
    promise: "an exception that the object's own code throws is marked remote, and neither retryable nor overloaded",
    claims: ["DO-27"],
    isAlsoRemote: true,
    async run({ env, unique }) {
      const called = await rejects(() => env.PROBES.getByName(unique).fail("plain"), anyError, "a call");
      const fetched = await rejects(() => env.PROBES.getByName(unique).fetch("https://object.example/fail"), anyError, "a fetch");

      for (const [how, error] of [["of a call", called], ["of a fetch", fetched]] as const) {
        alike(flagsOf(error), { remote: true, retryable: false, overloaded: false, durableObjectReset: false }, `flags ${how}`);
      }
    },
  },
  {
    id: "do.error.local",
    promise: "an error of the caller's own making is not marked remote",
    claims: ["DO-27"],
    async run({ env, unique }) {
      const error = await rejects(() => env.PROBES.getByName(unique).echo(Symbol("unsendable")), ["DataCloneError"], "a call with what cannot be sent");

      same(flagsOf(error).remote, false, "remote");
    },
  },
  {
    id: "do.error.after",
    promise: "an object answers after an exception, and what it has stored is there",
    claims: ["DO-61"],
    async run({ env, unique }) {
      await env.PROBES.getByName(unique).store("word", "kept");
      await rejects(() => env.PROBES.getByName(unique).fail("plain"), anyError, "the call");

      same(await env.PROBES.getByName(unique).load("word"), "kept", "what was stored before");
    },
  },
  {
    id: "do.error.after.fetch",
    promise: "an object answers after an exception in its fetch, and what it has stored is there",
    claims: ["DO-61"],
    async run({ env, unique }) {
      await env.PROBES.getByName(unique).store("word", "kept");
      await rejects(() => env.PROBES.getByName(unique).fetch("https://object.example/fail"), anyError, "the fetch");

      same(await env.PROBES.getByName(unique).load("word"), "kept", "what was stored before");
    },
  },
  {
    id: "do.abort.flags",
    promise: "a call that is cut off by ctx.abort() fails with the reason, marked as a reset of the object",
    claims: ["DO-27"],
    isAlsoRemote: true,
    async run({ env, unique }) {
      const error = await rejects(() => env.PROBES.getByName(unique).abort("enough of this"), anyError, "the call");

      holds(messageOf(error).includes("enough of this"), `the reason in: ${messageOf(error)}`);
      same(flagsOf(error).durableObjectReset, true, "durableObjectReset");
      same(flagsOf(error).overloaded, false, "overloaded");
    },
  },
  {
    id: "do.abort.memory",
    promise: "ctx.abort() ends the instance: its memory is lost, its storage is not",
    claims: ["DO-61"],
    isAlsoRemote: true,
    async run({ env, unique }) {
      const before = await env.PROBES.getByName(unique).store("word", "kept");
      await (env.PROBES.getByName(unique) as unknown as { remember(value: string): Promise<void> }).remember("lost");
      await rejects(() => env.PROBES.getByName(unique).abort("reset"), anyError, "the call");
      const next = env.PROBES.getByName(unique);

      same(await next.load("word"), "kept", "what was stored");
      same(await (next as unknown as { recall(): Promise<unknown> }).recall(), undefined, "what was in memory");
      holds((await next.nonce()) !== before, "another instance");
    },
  },
  {
    id: "do.abort.in-flight",
    promise: "ctx.abort() cuts off the object's other calls, and none of another object",
    async run({ env, unique }) {
      const neighbour = env.PROBES.getByName(`${unique}-neighbour`);
      const waits = env.PROBES.getByName(unique).wait("never");
      const neighbourWaits = neighbour.wait("go on");
      const settled = rejects(() => waits, anyError, "the call in flight");
      await begun(env, unique);
      await begun(env, `${unique}-neighbour`);
      await rejects(() => env.PROBES.getByName(unique).abort("reset"), anyError, "the call that aborts");
      await settled;
      await neighbour.signal("go on");

      same(await neighbourWaits, "go on", "the other object's call");
    },
  },
  {
    id: "do.stub.broken",
    promise: "after an exception that ends the instance the old stub stays broken, and a new one reaches the object",
    claims: ["DO-28"],
    async run({ env, unique }) {
      const old = env.PROBES.getByName(unique);
      await rejects(() => old.abort("broken for good"), anyError, "the call");
      const error = await rejects(() => old.nonce(), anyError, "a call through the old stub");

      holds(messageOf(error).includes("broken for good"), `the first reason in: ${messageOf(error)}`);
      holds((await env.PROBES.getByName(unique).nonce()).length > 0, "a call through a new stub");
    },
  },
  {
    id: "do.error.constructor",
    promise: "an exception in the constructor is thrown at every caller, fetch and calls alike",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const called = await rejects(() => env.PROBES.getByName(`${unique}/broken`).nonce(), anyError, "a call");
      const fetched = await rejects(() => env.PROBES.getByName(`${unique}/broken`).fetch("https://object.example/nonce"), anyError, "a fetch");

      for (const error of [called, fetched]) holds(messageOf(error).includes("broken in the constructor"), `the message in: ${messageOf(error)}`);
    },
  },
  {
    id: "do.error.constructor.again",
    promise: "an object whose constructor failed is constructed anew for the next caller",
    claims: ["DO-48"],
    async run({ env, unique }) {
      const error = await rejects(() => env.PROBES.getByName(`${unique}/refusing`).nonce(), anyError, "the first call");

      holds(messageOf(error).includes("refused in blockConcurrencyWhile"), `the message in: ${messageOf(error)}`);
      holds((await env.PROBES.getByName(`${unique}/refusing`).nonce()).length > 0, "the second call");
    },
  },
  {
    id: "do.error.blocking",
    promise: "an exception in blockConcurrencyWhile() resets the object: memory lost, storage intact",
    claims: ["DO-48"],
    async run({ env, unique }) {
      const before = await env.PROBES.getByName(unique).store("word", "kept");
      await rejects(() => env.PROBES.getByName(unique).blockAndFail(), anyError, "the call");
      const next = env.PROBES.getByName(unique);

      same(await next.load("word"), "kept", "what was stored");
      holds((await next.nonce()) !== before, "another instance");
    },
  },
];
