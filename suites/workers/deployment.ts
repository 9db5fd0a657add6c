// Deployments: modules of every kind, bindings in env, versions, programs that do not compile, and tenants that must not
// notice each other.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { Deployment } from "../../contract/target/types.js";
import type { Check, CheckContext } from "../check.js";
import { addressOf, calleeFixture, callerFixture, deploySource, edgeFixture, envFixture, get, handlerFixture, modulesFixture, withSource, type SourceModule } from "./fixtures.js";

const base = { level: "isolate", needs: ["workers"] } as const;
/** A deploy reaches every PoP; what the checks of the quick profile show already is left to the longer ones. */
const thorough = ["full", "nightly"] as const;
const severalModules = { level: "isolate", needs: ["workers", "workers.modules"], fixture: modulesFixture } as const;

const esm = (path: string, content: string): SourceModule => ({ path, kind: "esm", content });
/** A program that answers with an expression. */
const answering = (expression: string): SourceModule => esm("main.js", `export default { async fetch(request, env, ctx) { return new Response(${expression}); } };\n`);

/** A module of the modules fixture is imported and answers as expected. */
async function imports({ fixture }: CheckContext, path: string, expected: unknown): Promise<void> {
  assert.deepEqual((await fixture.request({ path })).json(), { answer: expected });
}

/** What compilers say of a program that is none. */
const compilersWords = /syntax|unexpected|missing \)|expected/i;

/** Expects a deploy to be refused. @returns the refusal's message; what was deployed after all is undeployed */
async function refusal(context: CheckContext, name: string, source: string): Promise<string> {
  let deployment: Deployment;
  try {
    deployment = await deploySource(context, { name, modules: [esm("main.js", source)] });
  } catch (error) {
    if (error instanceof EdgemarkError && error.code === "target.refused") return error.message;
    throw error;
  }
  await context.verbs.undeploy(deployment.deploymentId);
  assert.fail("a deploy that is refused expected; the target accepted the program");
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

const textBinding = (answer: unknown): unknown => field(field(answer, "env"), "TEXT");

async function json(response: Promise<{ json(): unknown }>): Promise<unknown> {
  return (await response).json();
}

export const deploymentChecks: readonly Check[] = [
  {
    ...severalModules,
    id: "workers.module.import",
    promise: "modules import each other by relative path, also from a folder and around a cycle",
    run: (context) => imports(context, "/import", "A! 321end"),
  },
  {
    ...severalModules,
    id: "workers.module.text",
    promise: "a text module is imported as a string",
    run: (context) => imports(context, "/text", "string <p>ä</p>\n"),
  },
  {
    ...severalModules,
    id: "workers.module.data",
    promise: "a data module is imported as an ArrayBuffer, byte for byte",
    run: (context) => imports(context, "/data", "true 0 255 10 13"),
  },
  {
    ...severalModules,
    id: "workers.module.json",
    promise: "a JSON module is imported as its value",
    run: (context) => imports(context, "/json", "found"),
  },
  {
    ...severalModules,
    id: "workers.module.commonjs",
    promise: "a CommonJS module is imported with what it exports as the default",
    run: (context) => imports(context, "/commonjs", "common"),
  },
  {
    ...severalModules,
    id: "workers.module.wasm",
    promise: "a WebAssembly module is imported as a WebAssembly.Module and runs",
    run: (context) => imports(context, "/wasm", "true 42 3 add"),
  },
  {
    ...base,
    id: "workers.global-scope.restrictions",
    fixture: handlerFixture,
    promise: "timers and requests are refused outside of a handler",
    async run({ fixture }) {
      assert.deepEqual((await fixture.request({ path: "/outside" })).json(), { timer: "refused", fetch: "refused" });
    },
  },
  {
    ...base,
    id: "workers.deploy.syntax-error",
    profiles: thorough,
    promise: "a program that does not compile is refused with the compiler's words",
    async run(context) {
      const message = await refusal(context, `broken-${context.unique}`, "export default { fetch() { return new Response('x' } };");

      assert.match(message, compilersWords);
    },
  },
  {
    ...base,
    id: "workers.deploy.top-level-error",
    profiles: thorough,
    promise: "a program whose top level throws is refused with what it threw",
    async run(context) {
      const message = await refusal(context, `throwing-${context.unique}`, `throw new Error("top level on purpose");\nexport default { fetch() { return new Response("x"); } };`);

      assert.match(message, /top level on purpose/);
    },
  },
  {
    ...base,
    id: "workers.deploy.new-version",
    promise: "a second deploy of the same name is a new version, and it is what answers",
    async run(context) {
      const name = `version-${context.unique}`;
      const version = (word: string) => ({ name, modules: [answering(JSON.stringify(word))] });
      await withSource(context, version("one"), async (first) => {
        const before = await get(addressOf(first), "/", context.signal);
        const second = await deploySource(context, version("two"));

        await context.until(() => get(addressOf(second), "/", context.signal), ({ text }) => text === "two", { deadlineMs: 8_000, what: "the new version" });

        assert.deepEqual([before.text, second.version === first.version], ["one", false]);
      });
    },
  },
  {
    ...base,
    id: "workers.deploy.refused-version",
    promise: "a new version that does not compile is refused with the compiler's words, and the one before goes on serving",
    async run(context) {
      const name = `keeping-${context.unique}`;
      await withSource(context, { name, modules: [answering('"good"')] }, async (deployment) => {
        const message = await refusal(context, name, "this is no program {");

        const after = await get(addressOf(deployment), "/", context.signal);

        assert.deepEqual([after.status, after.text], [200, "good"]);
        assert.match(message, compilersWords);
      });
    },
  },
  {
    ...base,
    id: "workers.deploy.removal",
    profiles: thorough,
    promise: "an undeployed worker no longer answers",
    async run(context) {
      const address = await withSource(context, { name: `gone-${context.unique}`, modules: [answering('"still here"')] }, async (deployment) => {
        assert.equal((await get(addressOf(deployment), "/", context.signal)).text, "still here");
        return addressOf(deployment);
      });

      const text = await get(address, "/", context.signal).then(
        (response) => response.text,
        () => "no connection",
      );

      assert.notEqual(text, "still here");
    },
  },
  {
    ...base,
    id: "workers.env.values",
    needs: ["workers", "workers.env"],
    fixture: envFixture,
    promise: "text, secret and JSON bindings are delivered in env with their values",
    async run({ fixture }) {
      const answer = await json(fixture.request({ path: "/" }));
      const env = field(answer, "env");
      const own = Object.fromEntries(Object.entries(typeof env === "object" && env !== null ? env : {}).filter(([name]) => ["TEXT", "SECRET", "JSON_VALUE"].includes(name)));

      assert.deepEqual(own, { TEXT: "plain ä", SECRET: "s3cret", JSON_VALUE: { list: [1, { two: null }], text: "x" } });
    },
  },
  {
    ...base,
    id: "workers.env.import",
    needs: ["workers", "workers.env"],
    fixture: envFixture,
    promise: "env can be imported from cloudflare:workers",
    async run({ fixture }) {
      assert.deepEqual((await fixture.request({ path: "/imported" })).json(), { text: "plain ä", isSame: true });
    },
  },
  {
    ...base,
    id: "workers.env.tenants",
    profiles: thorough,
    needs: ["workers", "workers.env", "workers.multiple"],
    fixture: envFixture,
    promise: "two deployments of the same program each get their own env",
    async run(context) {
      const other = await context.deploy({ ...envFixture, bindings: [{ kind: "text", name: "TEXT", value: "another" }] }, { name: `env-${context.unique}` });

      const [ours, theirs] = [await json(context.fixture.request({ path: "/" })), await json(other.request({ path: "/" }))];

      assert.deepEqual([textBinding(ours), textBinding(theirs)], ["plain ä", "another"]);
    },
  },
  {
    ...base,
    id: "workers.isolation.globals",
    needs: ["workers", "workers.multiple"],
    fixture: edgeFixture,
    promise: "what one worker leaves on its global object, its prototypes or its top level is not seen by another",
    async run(context) {
      const other = await context.deploy(edgeFixture, { name: `neighbour-${context.unique}` });
      const word = `left-${context.unique}`;
      await context.fixture.request({ path: `/leave?word=${word}` });

      const own = await json(context.fixture.request({ path: `/look?word=${word}` }));
      const theirs = await json(other.request({ path: `/look?word=${word}` }));

      context.note(`the worker itself found ${JSON.stringify(own)}`);
      assert.deepEqual(theirs, { topLevel: "untouched", found: [] });
    },
  },
  {
    ...base,
    id: "workers.isolation.crash",
    profiles: thorough,
    needs: ["workers", "workers.multiple"],
    fixture: edgeFixture,
    promise: "a worker that never answers and one that throws do not disturb another worker",
    async run(context) {
      const bad = await context.deploy(handlerFixture, { name: `bad-${context.unique}` });
      const failing = ["/never", "/throw", "/never"].map((path) => bad.request({ path }).catch(() => undefined));

      const answers = await Promise.all(Array.from({ length: 10 }, () => context.fixture.request({ path: "/look?word=none" })));
      await Promise.all(failing);

      assert.deepEqual(answers.map((answer) => answer.status), Array(10).fill(200));
    },
  },
  {
    ...base,
    id: "workers.service.request",
    needs: ["workers", "workers.multiple", "workers.service"],
    promise: "a request through a service binding reaches the other worker whole, and its answer or its exception comes back",
    async run(context) {
      await context.deploy(calleeFixture, { name: "callee" });
      const caller = await context.deploy(callerFixture);

      const answer = await json(caller.request({ method: "PUT", path: "/through?x=1", headers: { "x-word": context.unique }, body: "content" }));
      const throwing = await caller.request({ path: "/throwing" });

      const headers = field(answer, "headers");
      assert.deepEqual([field(answer, "method"), field(answer, "url"), field(answer, "text")], ["PUT", "https://callee.test/through?x=1", "content"]);
      assert.ok(Array.isArray(headers) && headers.some((pair: unknown) => Array.isArray(pair) && pair[0] === "x-word" && pair[1] === context.unique), "the header that was sent");
      const outcome = throwing.json();
      assert.ok(/thrown on purpose/.test(String(field(outcome, "thrown"))) || Number(field(outcome, "status")) >= 500, `the exception expected; ${throwing.text} came`);
    },
  },
];
