// Stock workerd with a configuration of the benchmark's own and nothing around it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../../reference-impl/supervisor/engine.js";

export interface BareEngine {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts one worker.
 * @param program source of its module
 * @param more fields of the worker's configuration beyond modules and compatibility date, each beginning with a comma
 */
export async function startBareEngine(program: string, more = ""): Promise<BareEngine> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-bare-"));
  await writeFile(join(folder, "main.js"), program);
  await writeFile(join(folder, "engine.capnp"), configOf(more));
  const engine = await startEngine({ configFile: join(folder, "engine.capnp"), sockets: ["http"], onLog: () => undefined, deadlineMs: 20_000 });
  return {
    url: `http://127.0.0.1:${engine.ports.get("http") ?? 0}`,
    async stop() {
      engine.signal("SIGKILL");
      await engine.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(more: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "main.js", esModule = embed "main.js")], compatibilityDate = "2026-01-01"${more}))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;
}
