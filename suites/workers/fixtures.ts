// The fixtures of the Workers suite that are driven from outside, and a way to deploy programs that a check writes itself.
import { EdgemarkError } from "../../contract/errors.js";
import type { Binding, Deployment, ModuleKind, WorkerModule } from "../../contract/target/types.js";
import type { CheckContext, Fixture } from "../check.js";
import { openExchange, type Address } from "../tools/wire.js";

const fixture = (name: string, more: Partial<Fixture> = {}): Fixture => ({
  name,
  program: new URL(`../fixtures/${name}.worker.js`, import.meta.url),
  bindings: [],
  ...more,
});

export const crons = { fine: "*/5 * * * *", failing: "15 3 * * *", final: "30 3 * * *" } as const;

export const helloFixture = fixture("hello");
export const handlerFixture = fixture("handler", { crons: Object.values(crons) });
export const httpFixture = fixture("http");
/** The documents ask for the flag before request.signal follows the client. */
export const streamFixture = fixture("stream", { compatibilityFlags: ["enable_request_signal"] });
export const websocketFixture = fixture("websocket");
export const edgeFixture = fixture("edge");
const moduleOf = (path: string, kind: ModuleKind, content: string | Uint8Array): WorkerModule => ({
  path,
  kind,
  content: typeof content === "string" ? new TextEncoder().encode(content) : content,
});

/** One module of each kind beside the main one; the libraries import each other statically. */
export const modulesFixture = fixture("modules", {
  modules: [
    moduleOf("lib/shout.js", "esm", 'import { mark } from "../mark.js";\nexport const shout = (text) => text.toUpperCase() + mark;\nexport { depth } from "./cycle.js";\n'),
    moduleOf("lib/cycle.js", "esm", 'import { down } from "./back.js";\nexport const depth = (count) => (count === 0 ? "end" : down(count));\n'),
    moduleOf("lib/back.js", "esm", 'import { depth } from "./cycle.js";\nexport const down = (count) => count + depth(count - 1);\n'),
    moduleOf("mark.js", "esm", 'export const mark = "!";\n'),
    moduleOf("page.txt", "text", "<p>ä</p>\n"),
    moduleOf("bytes.bin", "data", Uint8Array.from([0, 255, 10, 13])),
    moduleOf("value.json", "json", '{"list":[1,{"deep":"found"}]}'),
    moduleOf("legacy.cjs", "commonjs", 'module.exports = { word: "common" };\n'),
    // (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
    moduleOf(
      "add.wasm",
      "wasm",
      Uint8Array.from([
        0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32,
        0, 32, 1, 106, 11,
      ]),
    ),
  ],
});
export const calleeFixture: Fixture = { ...httpFixture, name: "callee" };
export const callerFixture = fixture("caller", { bindings: [{ kind: "service", name: "CALLEE", service: "callee" }] });
export const envFixture = fixture("env", {
  bindings: [
    { kind: "text", name: "TEXT", value: "plain ä" },
    { kind: "secret", name: "SECRET", value: "s3cret" },
    { kind: "json", name: "JSON_VALUE", value: JSON.stringify({ list: [1, { two: null }], text: "x" }) },
  ],
});

/** The compatibility date of programs that a check writes itself: a date that every current runtime accepts. */
const compatibilityDate = "2026-01-01";

export interface SourceModule {
  readonly path: string;
  readonly kind: ModuleKind;
  readonly content: string | Uint8Array;
}

export interface SourceProgram {
  readonly name: string;
  /** The first one is the main module. */
  readonly modules: readonly SourceModule[];
  readonly bindings?: readonly Binding[];
}

/**
 * Deploys a program given as source; a second deploy of the same name is a new version.
 * @throws EdgemarkError of kind target when the target refuses it
 */
export async function deploySource(context: CheckContext, { name, modules, bindings = [] }: SourceProgram): Promise<Deployment> {
  const [main] = modules;
  if (main === undefined) throw new EdgemarkError("harness.internal", "a program of at least one module expected; none came");
  return context.verbs.deploy({
    name,
    mainModule: main.path,
    modules: modules.map(({ path, kind, content }) => ({ path, kind, content: typeof content === "string" ? new TextEncoder().encode(content) : content })),
    compatibilityDate,
    compatibilityFlags: [],
    bindings: [...bindings],
    crons: [],
  });
}

/** Deploys a program, hands it to `use`, and undeploys it whatever happens. */
export async function withSource<T>(context: CheckContext, program: SourceProgram, use: (deployment: Deployment) => Promise<T>): Promise<T> {
  const deployment = await deploySource(context, program);
  try {
    return await use(deployment);
  } finally {
    await context.verbs.undeploy(deployment.deploymentId);
  }
}

/** Where a deployment answers at the first PoP. @throws EdgemarkError target.contract when it answers nowhere */
export function addressOf(deployment: Deployment): Address {
  const endpoint = deployment.endpoints[0] ?? deployment.anycast;
  if (endpoint === undefined) throw new EdgemarkError("target.contract", `an endpoint of ${deployment.deploymentId} expected; Deploy answered none`);
  return endpoint;
}

/** One GET, on a connection of its own. */
export async function get(address: Address, path: string, signal: AbortSignal): Promise<{ readonly status: number; readonly text: string }> {
  const exchange = openExchange(address, { path }, signal);
  exchange.end();
  const answer = await exchange.answer();
  return { status: answer.status, text: (await answer.rest()).toString("utf8") };
}
