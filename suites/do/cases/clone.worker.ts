// What calls carry: each type of the structured clone that is documented for RPC goes to an object and comes back.
import { CaseFailure, show } from "../../tools/assert.js";
import type { Case, Env } from "../env.worker.js";

/** Methods that take anything: their types on a stub would say what may be sent. */
interface Echo {
  echo(value: unknown): Promise<unknown>;
  describe(value: unknown): Promise<string>;
}
const echoOf = (env: Env, name: string): Echo => env.PROBES.getByName(name) as unknown as Echo;

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/** A value as text that tells types apart where JSON does not. */
function told(value: unknown, depth = 0): string {
  if (depth > 6) return "...";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : typeof value === "bigint" ? `${value}n` : typeof value === "string" ? JSON.stringify(value) : String(value);
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (value instanceof RegExp) return `RegExp ${String(value)}`;
  if (value instanceof Error) return `${value.name} ${value.message}`;
  if (value instanceof Map) return `Map ${[...value].map(([key, one]) => `${told(key, depth + 1)}=>${told(one, depth + 1)}`).join()}`;
  if (value instanceof Set) return `Set ${[...value].map((one) => told(one, depth + 1)).join()}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${show(new Uint8Array(value))}`;
  if (ArrayBuffer.isView(value)) return `${tagOf(value)} ${show(value)}`;
  if (value instanceof Headers) return `Headers ${show([...value])}`;
  // A hole in an array is not the same as undefined.
  if (Array.isArray(value)) return `[${Array.from({ length: value.length }, (_, index) => (index in value ? told(value[index], depth + 1) : "hole")).join()}]`;
  return `{${Object.entries(value).map(([key, one]) => `${key}:${told(one, depth + 1)}`).join()}}`;
}

const samples: Readonly<Record<string, () => unknown[]>> = {
  primitives: () => [undefined, null, true, false, 0, -0, NaN, Infinity, 1.5, "", "ä😀\u0000", 2n ** 80n],
  objects: () => [{}, { a: { b: { c: [1, { d: null }] } } }, [], [1, , 3], { "": 1, "with space": undefined }],
  date: () => [new Date(0), new Date(1_700_000_000_123), new Date(NaN)],
  regexp: () => [/a+b/giu, /^$/],
  map: () => [new Map(), new Map<unknown, unknown>([["a", 1], [2, new Map([[{}, null]])]])],
  set: () => [new Set(), new Set<unknown>([1, "1", new Date(5)])],
  "array-buffer": () => [new ArrayBuffer(0), Uint8Array.from([1, 2, 255]).buffer],
  "typed-array": () => [Uint8Array.from([0, 255]), Int16Array.from([-1, 1]), Float64Array.from([0.5, -0.25]), BigInt64Array.from([-5n]), new DataView(Uint8Array.from([7, 8]).buffer), Uint8Array.from([9, 8, 7, 6]).subarray(1, 3)],
  error: () => [new Error("plain"), new TypeError("typed"), new RangeError("ranged"), { inside: new SyntaxError("nested") }],
  headers: () => [new Headers({ a: "1", "x-b": "2" })],
};

const promises: Readonly<Record<string, string>> = {
  primitives: "numbers, texts, booleans, undefined, null and bigints",
  objects: "plain objects and arrays, with holes and members that are undefined,",
  date: "dates, an invalid one too,",
  regexp: "regular expressions, flags included,",
  map: "maps, nested and with keys of any type,",
  set: "sets",
  "array-buffer": "array buffers",
  "typed-array": "typed arrays and views of a part of a buffer",
  error: "errors",
  headers: "headers",
};

export const cases: readonly Case[] = [
  ...Object.entries(samples).map(
    ([type, make]): Case => ({
      id: `do.rpc.value.${type}`,
      promise: `${promises[type]} are passed to an object and come back as they were`,
      async run({ env, unique }) {
        const stub = echoOf(env, unique);
        for (const value of make()) {
          const arrived = await stub.describe(value);
          const returned = await stub.echo(value);
          const isPlain = typeof value !== "object" || value === null;
          if (!isPlain && !arrived.startsWith(tagOf(value))) throw new CaseFailure("what arrived", tagOf(value), arrived);
          if (told(returned) !== told(value)) throw new CaseFailure("what came back", told(value), told(returned));
        }
      },
    }),
  ),
  {
    id: "do.rpc.value.cycle",
    promise: "an object that contains itself, or something twice, keeps its shape",
    async run({ env, unique }) {
      const inner = { word: "inner" };
      const sent: Record<string, unknown> = { first: inner, second: inner };
      sent["self"] = sent;
      const returned = (await echoOf(env, unique).echo(sent)) as Record<string, unknown>;

      if (returned["self"] !== returned) throw new CaseFailure("the cycle", "the object itself", show(typeof returned["self"]));
      if (returned["first"] !== returned["second"]) throw new CaseFailure("what is there twice", "one object", "two");
    },
  },
  {
    id: "do.rpc.value.large",
    promise: "values of 2 MiB are passed to an object and come back whole",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const sent = new Uint8Array(2 * 1024 * 1024).map((_, index) => index % 253);
      const returned = (await echoOf(env, unique).echo(sent)) as Uint8Array;

      if (returned.length !== sent.length) throw new CaseFailure("bytes", show(sent.length), show(returned.length));
      if (!returned.every((byte, index) => byte === index % 253)) throw new CaseFailure("each byte", "as it was", "another");
    },
  },
];
