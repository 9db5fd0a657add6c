// Deployments: modules of every kind, bindings in env, versions, programs that do not compile, and tenants that must not
// notice each other.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { Deployment } from "../../contract/target/types.js";
import type { Check, CheckContext } from "../check.js";
import { addressOf, calleeFixture, callerFixture, deploySource, envFixture, get, tenantFixture, withSource, type SourceModule } from "./fixtures.js";

const base = { level: "isolate", needs: ["workers"] } as const;
const severalModules = { level: "isolate", needs: ["workers", "workers.modules"] } as const;

const esm = (path: string, content: string): SourceModule => ({ path, kind: "esm", content });
/** A program that answers with an expression. */
const answering = (expression: string, imports = ""): SourceModule => esm("main.js", `${imports}\nexport default { async fetch(request, env, ctx) { return new Response(${expression}); } };\n`);

/** (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)) */
const additionModule = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0,
  32, 1, 106, 11,
]);

/** Deploys modules and expects the answer of the worker. */
async function answers(context: CheckContext, modules: readonly SourceModule[], expected: string): Promise<void> {
  await withSource(context, { name: `modules-${context.unique}`, modules }, async (deployment) => {
    const response = await get(addressOf(deployment), "/", context.signal);

    assert.deepEqual([response.status, response.text], [200, expected]);
  });
}

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

async function json(response: Promise<{ json(): unknown }>): Promise<unknown> {
  return (await response).json();
}

export const deploymentChecks: readonly Check[] = [
  {
    ...severalModules,
    id: "workers.module.import",
    promise: "a worker of several modules imports them by relative path, also from a folder and around a cycle",
    run: (context) =>
      answers(
        context,
        [
          answering("[shout('a'), depth(3)].join(' ')", `import { shout } from "./lib/shout.js";\nimport { depth } from "./lib/cycle.js";`),
          esm("lib/shout.js", `import { mark } from "../mark.js";\nexport const shout = (text) => text.toUpperCase() + mark;`),
          esm("lib/cycle.js", `import { down } from "./back.js";\nexport const depth = (n) => (n === 0 ? "end" : down(n));`),
          esm("lib/back.js", `import { depth } from "./cycle.js";\nexport const down = (n) => n + depth(n - 1);`),
          esm("mark.js", `export const mark = "!";`),
        ],
        "A! 321end",
      ),
  },
  {
    ...severalModules,
    id: "workers.module.dynamic-import",
    promise: "a module of the deployment can be imported while a request runs",
    run: (context) => answers(context, [answering(`(await import("./late.js")).word`), esm("late.js", `export const word = "late";`)], "late"),
  },
  {
    ...severalModules,
    id: "workers.module.text",
    promise: "a text module is imported as a string",
    run: (context) => answers(context, [answering("typeof text + text", `import text from "./page.txt";`), { path: "page.txt", kind: "text", content: "<p>ä</p>\n" }], "string<p>ä</p>\n"),
  },
  {
    ...severalModules,
    id: "workers.module.data",
    promise: "a data module is imported as an ArrayBuffer, byte for byte",
    run: (context) =>
      answers(
        context,
        [answering(`[data instanceof ArrayBuffer, ...new Uint8Array(data)].join(" ")`, `import data from "./bytes.bin";`), { path: "bytes.bin", kind: "data", content: Uint8Array.from([0, 255, 10, 13]) }],
        "true 0 255 10 13",
      ),
  },
  {
    ...severalModules,
    id: "workers.module.json",
    promise: "a JSON module is imported as its value",
    run: (context) => answers(context, [answering("value.list[1].deep", `import value from "./value.json";`), { path: "value.json", kind: "json", content: '{"list":[1,{"deep":"found"}]}' }], "found"),
  },
  {
    ...severalModules,
    id: "workers.module.commonjs",
    promise: "a CommonJS module is imported with what it exports as the default",
    run: (context) => answers(context, [answering("legacy.word", `import legacy from "./legacy.cjs";`), { path: "legacy.cjs", kind: "commonjs", content: `module.exports = { word: "common" };` }], "common"),
  },
  {
    ...severalModules,
    id: "workers.module.wasm",
    promise: "a WebAssembly module is imported as a WebAssembly.Module and runs",
    run: (context) =>
      answers(
        context,
        [
          answering(
            `[add instanceof WebAssembly.Module, new WebAssembly.Instance(add).exports.add(40, 2), (await WebAssembly.instantiate(add)).exports.add(1, 2), WebAssembly.Module.exports(add)[0].name].join(" ")`,
            `import add from "./add.wasm";`,
          ),
          { path: "add.wasm", kind: "wasm", content: additionModule },
        ],
        "true 42 3 add",
      ),
  },
  {
    ...base,
    id: "workers.module.default-export",
    promise: "handlers are found on the default export, not among the other exports",
    run: (context) =>
      answers(context, [esm("main.js", `export function fetch() { return new Response("wrong"); }\nexport default { word: "right", fetch() { return new Response(this.word); } };`)], "right"),
  },
  {
    ...base,
    id: "workers.global-scope.restrictions",
    promise: "timers and requests are refused outside of a handler, and work inside of one",
    run: (context) =>
      answers(
        context,
        [
          esm(
            "main.js",
            `let outside = [];
for (const action of [() => setTimeout(() => {}, 1), () => fetch("https://edge.test/")]) {
  try { const result = action(); if (result && result.catch) outside.push(result.then(() => "allowed", () => "refused")); else outside.push("allowed"); } catch { outside.push("refused"); }
}
export default { async fetch() { await new Promise((resolve) => setTimeout(resolve, 1)); return new Response((await Promise.all(outside)).join(" ")); } };`,
          ),
        ],
        "refused refused",
      ),
  },
  {
    ...base,
    id: "workers.deploy.syntax-error",
    promise: "a program that does not compile is refused with the compiler's words",
    async run(context) {
      const message = await refusal(context, `broken-${context.unique}`, "export default { fetch() { return new Response('x' } };");

      assert.match(message, /syntax|unexpected|missing \)|expected/i);
    },
  },
  {
    ...base,
    id: "workers.deploy.top-level-error",
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
    promise: "when a new version is refused, the one before goes on serving",
    async run(context) {
      const name = `keeping-${context.unique}`;
      await withSource(context, { name, modules: [answering('"good"')] }, async (deployment) => {
        await refusal(context, name, "this is no program {");

        const after = await get(addressOf(deployment), "/", context.signal);

        assert.deepEqual([after.status, after.text], [200, "good"]);
      });
    },
  },
  {
    ...base,
    id: "workers.deploy.removal",
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
      const env: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, "env") : undefined;
      const own = Object.fromEntries(Object.entries(typeof env === "object" && env !== null ? env : {}).filter(([name]) => ["TEXT", "SECRET", "JSON_VALUE"].includes(name)));

      assert.deepEqual(own, { TEXT: "plain ä", SECRET: "s3cret", JSON_VALUE: { list: [1, { two: null }], text: "x" } });
    },
  },
  {
    ...base,
    id: "workers.env.import",
    needs: ["workers", "workers.env"],
    promise: "env can be imported from cloudflare:workers, also at the top level",
    async run(context) {
      const program = {
        name: `env-import-${context.unique}`,
        modules: [answering("atTop + env.WORD", `import { env } from "cloudflare:workers";\nconst atTop = env.WORD;`)],
        bindings: [{ kind: "text", name: "WORD", value: "imported " }],
      } as const;
      await withSource(context, program, async (deployment) => {
        assert.equal((await get(addressOf(deployment), "/", context.signal)).text, "imported imported ");
      });
    },
  },
  {
    ...base,
    id: "workers.env.tenants",
    needs: ["workers", "workers.env", "workers.multiple"],
    promise: "two deployments of the same program each get their own env",
    async run(context) {
      const program = (word: string) => ({ name: `env-${word}-${context.unique}`, modules: [answering("env.WORD")], bindings: [{ kind: "text", name: "WORD", value: word }] as const });
      await withSource(context, program("left"), (left) =>
        withSource(context, program("right"), async (right) => {
          const [fromLeft, fromRight] = [await get(addressOf(left), "/", context.signal), await get(addressOf(right), "/", context.signal)];

          assert.deepEqual([fromLeft.text, fromRight.text], ["left", "right"]);
        }),
      );
    },
  },
  {
    ...base,
    id: "workers.isolation.globals",
    needs: ["workers", "workers.multiple"],
    fixture: tenantFixture,
    promise: "what one worker leaves on its global object, its prototypes or its top level is not seen by another",
    async run(context) {
      const other = await context.deploy(tenantFixture, { name: `tenant-${context.unique}` });
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
    needs: ["workers", "workers.multiple"],
    fixture: tenantFixture,
    promise: "a worker that never answers and one that throws do not disturb another worker",
    async run(context) {
      const program = { name: `bad-${context.unique}`, modules: [esm("main.js", `export default { fetch(request) { if (request.url.endsWith("/throw")) throw new Error("on purpose"); return new Promise(() => {}); } };`)] };
      await withSource(context, program, async (bad) => {
        const failing = ["/never", "/throw", "/never"].map((path) => get(addressOf(bad), path, context.signal).catch(() => undefined));

        const answers = await Promise.all(Array.from({ length: 10 }, () => context.fixture.request({ path: "/look?word=none" })));
        await Promise.all(failing);

        assert.deepEqual(answers.map((answer) => answer.status), Array(10).fill(200));
      });
    },
  },
  {
    ...base,
    id: "workers.service.request",
    needs: ["workers", "workers.multiple", "workers.service"],
    promise: "a request through a service binding reaches the other worker with method, headers and body, and its answer comes back",
    async run(context) {
      await context.deploy(calleeFixture, { name: "callee" });
      const caller = await context.deploy(callerFixture);

      const answer = await json(caller.request({ method: "PUT", path: "/through?x=1", headers: { "x-word": context.unique }, body: "content" }));

      const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
      const headers = field("headers");
      assert.deepEqual([field("method"), field("url"), field("text")], ["PUT", "https://callee.test/through?x=1", "content"]);
      assert.ok(Array.isArray(headers) && headers.some((pair: unknown) => Array.isArray(pair) && pair[0] === "x-word" && pair[1] === context.unique), "the header that was sent");
    },
  },
  {
    ...base,
    id: "workers.service.exception",
    needs: ["workers", "workers.multiple", "workers.service"],
    promise: "an exception of the other worker reaches the caller, as an exception or as a 5xx, and not its client",
    async run(context) {
      await context.deploy(calleeFixture, { name: "callee" });
      const caller = await context.deploy(callerFixture);

      const response = await caller.request({ path: "/throwing" });
      const answer = response.json();

      const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
      assert.equal(response.status, 200);
      assert.ok(/thrown on purpose/.test(String(field("thrown"))) || Number(field("status")) >= 500, `the exception expected; ${JSON.stringify(answer)} came`);
    },
  },
];
