// Calls: methods and properties of objects, what can be reached and what cannot, and capabilities that are handed around.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import type { Case, Env } from "../env.worker.js";

/** A stub seen as something that may have any member: for members that the type says are not there. */
type Anything = Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;
const anythingOf = (env: Env, name: string): Anything => env.PROBES.getByName(name) as unknown as Anything;

interface TallyStub {
  increment(by?: number): Promise<number>;
  readonly value: Promise<number>;
  readonly field: Promise<string>;
  child(): TallyStub & PromiseLike<TallyStub>;
  [Symbol.dispose](): void;
}

/** What disposing of a stub does, at the latest when the invocation is over. */
const disposed = (stub: unknown): void => (stub as Disposable)[Symbol.dispose]();

export const cases: readonly Case[] = [
  {
    id: "do.rpc.method",
    promise: "a method is called with its arguments and its result comes back",
    isAlsoRemote: true,
    async run({ env, unique }) {
      same(await env.PROBES.getByName(unique).add(2, 40), 42, "2 + 40");
    },
  },
  {
    id: "do.rpc.arguments",
    promise: "a method gets as many arguments as were given, undefined ones too",
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);

      alike([await stub.argumentCount(), await stub.argumentCount(1, 2, 3), await stub.argumentCount(undefined, undefined)], [0, 3, 2], "counts");
    },
  },
  {
    id: "do.rpc.property",
    promise: "a property that the class defines can be awaited",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique) as unknown as { readonly label: Promise<string>; readonly nested: { readonly list: Promise<number[]> } };

      same(await stub.label, "label", "a property");
      alike(await stub.nested.list, [1, 2, 3], "a property of what a property gives");
    },
  },
  {
    id: "do.rpc.inherited",
    promise: "methods and properties of a base class can be reached",
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique) as unknown as { inherited(): Promise<string>; readonly inheritedLabel: Promise<string> };

      same(await stub.inherited(), "inherited", "a method");
      same(await stub.inheritedLabel, "inherited label", "a property");
    },
  },
  {
    id: "do.rpc.own-members",
    promise: "what only the instance has cannot be reached",
    async run({ env, unique }) {
      const stub = anythingOf(env, unique);

      await rejects(() => stub["ownProperty"], ["TypeError"], "a property of the instance");
      await rejects(() => stub["ownFunction"]?.(), ["TypeError"], "a function of the instance");
    },
  },
  {
    id: "do.rpc.ctx",
    promise: "ctx and env of an object cannot be reached from outside",
    async run({ env, unique }) {
      const stub = anythingOf(env, unique);

      await rejects(() => stub["ctx"], ["TypeError"], "ctx");
      await rejects(() => stub["env"], ["TypeError"], "env");
    },
  },
  {
    id: "do.rpc.missing",
    promise: "a method that is not there is refused by a TypeError that names it",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const error = await rejects(() => anythingOf(env, unique)["missing"]?.(), ["TypeError"], "the call");

      holds((error as Error).message.includes('"missing"'), `the method's name in: ${(error as Error).message}`);
    },
  },
  ...["constructor", "alarm", "webSocketMessage", "hasOwnProperty"].map(
    (name): Case => ({
      id: `do.rpc.reserved.${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      promise: `${name} of an object cannot be called from outside`,
      async run({ env, unique }) {
        const stub = env.PROBES.getByName(unique);

        await rejects(async () => (Reflect.get(stub, name) as (of: unknown) => unknown)({}), ["TypeError"], `a call of ${name}`);
      },
    }),
  ),
  {
    id: "do.rpc.by-value",
    promise: "an object that is passed is copied: the callee's changes stay there",
    async run({ env, unique }) {
      const given = { list: [1, 2, 3] };

      same(await env.PROBES.getByName(unique).changed(given), 4, "the callee's list");
      alike(given, { list: [1, 2, 3] }, "the caller's object");
    },
  },
  {
    id: "do.rpc.instance",
    promise: "an instance of a class that is neither data nor a capability cannot be sent, either way",
    async run({ env, unique }) {
      class Local {
        readonly word = "local";
      }

      await rejects(() => env.PROBES.getByName(unique).echo(new Local()), ["DataCloneError"], "as an argument");
      await rejects(() => env.PROBES.getByName(unique).stranger(), ["DataCloneError"], "as a result");
    },
  },
  {
    id: "do.rpc.target",
    promise: "an RpcTarget that is returned stays where it is and keeps its state between calls",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const tally = (await env.PROBES.getByName(unique).tally()) as unknown as TallyStub;

      alike([await tally.increment(), await tally.increment(10), await tally.value], [1, 11, 11], "its counts");
      disposed(tally);
    },
  },
  {
    id: "do.rpc.target.own-members",
    promise: "what only the instance of an RpcTarget has cannot be reached",
    async run({ env, unique }) {
      using tally = (await env.PROBES.getByName(unique).tally()) as unknown as TallyStub;

      await rejects(() => tally.field, ["TypeError"], "a property of the instance");
    },
  },
  {
    id: "do.rpc.target.argument",
    promise: "an RpcTarget of one object can be handed to another, which calls it",
    isAlsoRemote: true,
    async run({ env, unique }) {
      using tally = (await env.PROBES.getByName(`${unique}-owner`).tally()) as unknown as TallyStub;

      same(await env.PROBES.getByName(unique).useTally(tally, 3), 3, "what the other object got");
      same(await tally.value, 3, "what the first object has");
    },
  },
  {
    id: "do.rpc.pipelining",
    promise: "calls on a result that has not come yet are sent with it",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const promised = env.PROBES.getByName(unique).tally() as unknown as TallyStub;
      const sums = await Promise.all([promised.increment(), promised.increment(5), promised.child().child().increment(7)]);

      alike(sums, [1, 6, 7], "results of calls on a promise");
    },
  },
  {
    id: "do.rpc.pipelining.failure",
    promise: "a call on the result of a call that fails, fails with the same error",
    async run({ env, unique }) {
      const promised = env.PROBES.getByName(unique).asyncFail() as unknown as TallyStub;
      const error = await rejects(() => promised.increment(), ["TypeError"], "the second call");

      same((error as Error).message, "refused after a while", "its message");
    },
  },
  {
    id: "do.rpc.callback",
    promise: "a function that is passed can be called by the object, as often as it likes",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const heard: number[] = [];
      const said = await env.PROBES.getByName(unique).callBack(async (value) => {
        heard.push(value);
        return `heard ${value}`;
      }, 5);

      alike(said, ["heard 0", "heard 1", "heard 2", "heard 3", "heard 4"], "what the object got");
      alike(heard, [0, 1, 2, 3, 4], "what the function got");
    },
  },
  {
    id: "do.rpc.callback.failure",
    promise: "an exception in a function that was passed is thrown in the object, and comes back from there",
    async run({ env, unique }) {
      const error = await rejects(
        () =>
          env.PROBES.getByName(unique).callBack(async () => {
            throw new RangeError("not again");
          }, 1),
        ["RangeError"],
        "the call",
      );

      same((error as Error).message, "not again", "its message");
    },
  },
  {
    id: "do.rpc.function",
    promise: "a function in a result can be called, and plain data beside it is there",
    isAlsoRemote: true,
    async run({ env, unique }) {
      using result = await env.PROBES.getByName(unique).functions();

      same(await (result.double as unknown as (value: number) => Promise<number>)(21), 42, "the function's result");
      same(result.name, "functions", "the data");
    },
  },
  {
    id: "do.rpc.dispose",
    promise: "an RpcTarget is told when the last stub of it is disposed of, and answers no call through it any more",
    async run({ env, unique }) {
      const probe = env.PROBES.getByName(unique);
      const tally = (await probe.tally()) as unknown as TallyStub;
      await tally.increment();
      const before = await probe.disposals();
      disposed(tally);
      // The message is on its way before the next call, on the same stub, is made.
      let after = await probe.disposals();
      for (let turn = 0; turn < 50 && after === before; turn++) after = await probe.disposals();

      same(after, before + 1, "targets that were told");
      await rejects(() => tally.increment(), ["Error"], "a call through the stub");
    },
  },
  {
    id: "do.rpc.object-stub",
    promise: "a stub of an object calls methods of the same name as those of every JavaScript object safely: then is none of them",
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);
      // An async function that returns a stub resolves to it: a stub must not look like a promise.
      const returned = await (async () => stub)();

      same(await returned.add(1, 1), 2, "a call through what came out");
    },
  },
  {
    id: "do.rpc.stream.result",
    promise: "a stream of bytes that a method returns arrives whole and in order",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const stream = (await env.PROBES.getByName(unique).stream(50, 4096)) as ReadableStream<Uint8Array>;
      const received = new Uint8Array(await new Response(stream).arrayBuffer());

      same(received.length, 50 * 4096, "bytes");
      holds(received.every((byte, index) => byte === Math.floor(index / 4096)), "each part in its place");
    },
  },
  {
    id: "do.rpc.stream.argument",
    promise: "a stream of bytes that is passed to a method is read there",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const sent = new Uint8Array(100_000).fill(3);

      alike(await env.PROBES.getByName(unique).consume(new Response(sent).body as ReadableStream<Uint8Array>), { bytes: 100_000, sum: 300_000 }, "what the object read");
    },
  },
  {
    id: "do.rpc.stream.sink",
    promise: "a WritableStream that is passed to a method is written from there, to its end",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const reading = new Response(readable).text();
      await env.PROBES.getByName(unique).fill(writable, "letter by letter");

      same(await reading, "letter by letter", "what arrived");
    },
  },
  {
    id: "do.rpc.request",
    promise: "a Request is passed to a method and a Response comes back, bodies included",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const request = new Request("https://object.example/path", { method: "POST", headers: { "x-sent": "value" }, body: "text" });
      const response = (await env.PROBES.getByName(unique).answer(request)) as unknown as Response;

      alike([response.status, response.headers.get("x-seen"), await response.text()], [201, "value", "POST /path text"], "the response");
    },
  },
  {
    id: "do.rpc.parallel",
    promise: "fifty calls at once each get their own result",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);
      const sums = await Promise.all(Array.from({ length: 50 }, (_, index) => stub.add(index, 1000)));

      alike(sums, Array.from({ length: 50 }, (_, index) => index + 1000), "sums");
    },
  },
];
