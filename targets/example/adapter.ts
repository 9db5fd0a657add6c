// A worked example: what makes a runtime a target, in about a hundred lines. It drives stock workerd, one process per
// deployment, and declares no more than it does. Start it alone and it prints where it serves; `edgemark target check`
// examines it. An adapter in another language does the same with target.proto and its own gRPC library.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { EdgemarkError } from "../../contract/errors.js";
import { announce, serveTarget, untilStopped } from "../../contract/target/serve.js";
import type { DeploySpec, TargetServer } from "../../contract/target/types.js";

/** The program around which this target is. */
const workerd = process.env["WORKERD"] ?? "workerd";
const root = await mkdtemp(join(tmpdir(), "edgemark-example-"));
const running = new Map<string, ChildProcess>();
let versions = 0;

const server: TargetServer = {
  // Declared is what is true: a check whose capability is missing here is not applicable, one that is declared must pass.
  describe: async () => ({
    name: "example",
    version: "1.0.0",
    vendor: "Edgemark",
    capabilities: ["workers", "deploy", "workers.multiple", "workers.env"],
    unknownCapabilities: [],
    timeScale: 1,
    pops: [{ id: "here", region: "local", latitude: 0, longitude: 0, httpAddress: "" }],
    anycastAddress: "",
    limits: {},
    notes: ["one workerd process per deployment; every version has another port"],
    compatibilityDate: "2026-11-01",
  }),

  // Returns when the worker answers; throws EdgemarkError of kind usage for a worker that is at fault.
  async deploy(spec) {
    const version = `v${++versions}`;
    const folder = join(root, version);
    for (const { path, content } of spec.modules) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await writeFile(join(folder, "config.capnp"), configOf(spec));
    const { child, port } = await start(folder);
    await stop(spec.name);
    running.set(spec.name, child);
    return { deploymentId: spec.name, version, endpoints: [{ popId: "here", url: `http://127.0.0.1:${port}`, host: `${spec.name}.localhost` }] };
  },

  async undeploy(deploymentId) {
    if (!running.has(deploymentId)) throw new EdgemarkError("usage.input", `expected the id of a deployment; ${deploymentId} is none`);
    await stop(deploymentId);
  },
  // Every other verb is left out, and so answers UNIMPLEMENTED.
};

function configOf({ mainModule, modules, bindings, compatibilityDate, compatibilityFlags }: DeploySpec): string {
  const text = JSON.stringify;
  const main = modules.filter(({ path }) => path === mainModule);
  const others = modules.filter(({ path }) => path !== mainModule);
  const module = ({ path, kind }: DeploySpec["modules"][number]): string => {
    const field = { esm: "esModule", commonjs: "commonJsModule", text: "text", data: "data", json: "json", wasm: "wasm" }[kind];
    return `(name = ${text(path)}, ${field} = embed ${text(path)})`;
  };
  const binding = (one: DeploySpec["bindings"][number]): string => {
    if (one.kind === "text" || one.kind === "secret") return `(name = ${text(one.name)}, text = ${text(one.value)})`;
    if (one.kind === "json") return `(name = ${text(one.name)}, json = ${text(one.value)})`;
    throw new EdgemarkError("usage.input", `expected text, secret or json bindings; ${one.name} is ${one.kind}, which this target does not have`);
  };
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${[...main, ...others].map(module).join(", ")}],
    bindings = [${bindings.map(binding).join(", ")}],
    compatibilityDate = ${text(compatibilityDate || "2026-11-01")},
    compatibilityFlags = [${compatibilityFlags.map((flag) => text(flag)).join(", ")}],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

/** workerd writes the port it chose to the control pipe, or ends and says on stderr why the worker does not start. */
async function start(folder: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(workerd, ["serve", join(folder, "config.capnp"), "--control-fd=3"], { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => void (said = (said + chunk.toString()).slice(-2_000)));
  const control = child.stdio[3] as Readable;
  return new Promise((resolve, reject) => {
    control.once("data", (line: Buffer) => resolve({ child, port: Number(/"port":(\d+)/.exec(line.toString())?.[1]) }));
    child.once("error", (error) => reject(new EdgemarkError("usage.install", `expected ${workerd}; ${error.message}; set WORKERD to its path`, { cause: error })));
    child.once("close", () => reject(new EdgemarkError("usage.input", `expected a worker that starts; workerd says: ${said}`)));
  });
}

async function stop(name: string): Promise<void> {
  const child = running.get(name);
  running.delete(name);
  if (child === undefined || child.exitCode !== null) return;
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
}

// Listened for before the address is out: whoever reads it may stop this at once.
const stopped = untilStopped();
const served = await serveTarget(server);
announce(served.address);
await stopped;
await served.close();
await Promise.all([...running.keys()].map(stop));
await rm(root, { recursive: true, force: true });
