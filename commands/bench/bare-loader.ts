// Stock workerd's Worker Loader with nothing around it: what an isolate costs on this machine before anybody's edge adds to it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "../../contract/target/types.js";
import { startEngine } from "../../reference-impl/supervisor/engine.js";

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "main.js", esModule = embed "main.js")],
    compatibilityDate = "2026-01-01",
    compatibilityFlags = ["experimental"],
    bindings = [(name = "LOADER", workerLoader = (id = "bare"))]
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;

/** Keeps what is put at a name in memory, and loads it when the name is asked for as host. */
const program = `const programs = new Map();
export default {
  async fetch(request, env) {
    const name = request.headers.get("host");
    if (request.method === "PUT") {
      programs.set(name, await request.text());
      return new Response();
    }
    const code = () => ({ compatibilityDate: "2026-01-01", mainModule: "main.js", modules: { "main.js": { js: programs.get(name) } } });
    return env.LOADER.get(name, code).getEntrypoint().fetch(request);
  },
};
`;

export interface BareLoader {
  /** @returns where a program answers that nothing has loaded yet */
  put(name: string, program: Uint8Array): Promise<Endpoint>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startBareLoader(): Promise<BareLoader> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-bare-"));
  await writeFile(join(folder, "main.js"), program);
  await writeFile(join(folder, "engine.capnp"), config);
  const engine = await startEngine({ configFile: join(folder, "engine.capnp"), sockets: ["http"], onLog: () => undefined, deadlineMs: 20_000 });
  const url = `http://127.0.0.1:${engine.ports.get("http") ?? 0}`;
  return {
    async put(name, content) {
      const { request } = await import("undici");
      const { body } = await request(url, { method: "PUT", headers: { host: name }, body: content });
      await body.dump();
      return { popId: "bare", url, host: name };
    },
    async stop() {
      engine.signal("SIGKILL");
      await engine.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
