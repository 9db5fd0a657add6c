// Stock workerd with one worker and nothing around it: the rate that everything else is compared with.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../../reference-impl/supervisor/engine.js";

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "main.js", esModule = embed "main.js")], compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;

/** Starts it. @param program source of the worker's module */
export async function startBareWorkerd(program: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-bare-"));
  await writeFile(join(folder, "main.js"), program);
  await writeFile(join(folder, "engine.capnp"), config);
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
