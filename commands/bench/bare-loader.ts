// Stock workerd's Worker Loader with nothing around it: what an isolate costs on this machine before anybody's edge adds to it.
import type { Endpoint } from "../../contract/target/types.js";
import { type BareEngine, startBareEngine } from "./bare-engine.js";

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

export interface BareLoader extends BareEngine {
  /** @returns where a program answers that nothing has loaded yet */
  put(name: string, program: Uint8Array): Promise<Endpoint>;
}

/** Starts it. */
export async function startBareLoader(): Promise<BareLoader> {
  const engine = await startBareEngine(program, `, compatibilityFlags = ["experimental"], bindings = [(name = "LOADER", workerLoader = (id = "bare"))]`);
  const { url } = engine;
  return {
    ...engine,
    async put(name, content) {
      const { request } = await import("undici");
      const { body } = await request(url, { method: "PUT", headers: { host: name }, body: content });
      await body.dump();
      return { popId: "bare", url, host: name };
    },
  };
}
