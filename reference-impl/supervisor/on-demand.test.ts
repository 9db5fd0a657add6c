// Which workers are loaded on demand, and under which names: a name is never used for two isolates.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeployedWorker } from "./deployment.js";
import { openOnDemand, type OnDemand } from "./on-demand.js";

function worker(change: Partial<DeployedWorker> & { readonly text?: string } = {}): DeployedWorker {
  const { text = "export default {}", ...rest } = change;
  const modules = [{ path: "main.js", kind: "esm", content: new TextEncoder().encode(text) }] as const;
  return { name: "a", version: 1, mainModule: "main.js", modules, compatibilityDate: "2026-01-01", compatibilityFlags: [], bindings: [], crons: [], ...rest };
}

async function withFolder(work: (onDemand: OnDemand, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-on-demand-"));
  const onDemand = await openOnDemand(folder, () => undefined);
  try {
    await work(onDemand, folder);
  } finally {
    onDemand.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const sound = (): Promise<void> => Promise.resolve();

describe("workers on demand", () => {
  it("are those that hold no state and need nothing that the loader lacks", () =>
    withFolder((onDemand) => {
      const [text] = [{ kind: "text", name: "T", value: "x" }] as const;
      assert.equal(onDemand.canLoad(worker({ bindings: [text, { kind: "json", name: "J", value: "{}" }] })), true);
      const others = [
        worker({ bindings: [{ kind: "kv", name: "KV", namespace: "n" }] }),
        worker({ bindings: [{ kind: "service", name: "S", service: "b" }] }),
        worker({ text: "export default { fetch: () => caches.default.match('http://x') }" }),
        worker({ text: "import { env, exports } from 'cloudflare:workers'" }),
        worker({ modules: [...worker().modules, { path: "x.wasm", kind: "wasm", content: new Uint8Array() }] }),
      ];
      for (const other of others) assert.equal(onDemand.canLoad(other), false, JSON.stringify(other.bindings));
      return Promise.resolve();
    }));

  it("get a new name with every version and every eviction", () =>
    withFolder(async (onDemand, folder) => {
      const checked: string[] = [];
      const check = (isolate: string): Promise<void> => {
        checked.push(isolate);
        return sound();
      };
      assert.equal(onDemand.isolateOf("a"), undefined);
      const names: (string | undefined)[] = [];
      await onDemand.deploy(worker({ bindings: [{ kind: "json", name: "J", value: "[1]" }] }), check);
      names.push(onDemand.isolateOf("a"));
      onDemand.evict("a");
      names.push(onDemand.isolateOf("a"));
      await onDemand.deploy(worker({ version: 2 }), check);
      names.push(onDemand.isolateOf("a"));
      assert.equal(new Set([...names, ...checked]).size, 5);
      assert.deepEqual((await readdir(folder)).sort(), ["a@1.json", "a@2.json"]);
      const stored = JSON.parse(await readFile(join(folder, "a@1.json"), "utf8")) as { env: object };
      assert.deepEqual(stored.env, { J: [1] });
      onDemand.remove("a");
      assert.equal(onDemand.isolateOf("a"), undefined);
    }));

  it("keep the version before when the next cannot be loaded", () =>
    withFolder(async (onDemand) => {
      await onDemand.deploy(worker(), sound);
      await assert.rejects(onDemand.deploy(worker({ version: 2 }), () => Promise.reject(new Error("no syntax"))), /no syntax/);
      assert.equal(onDemand.isolateOf("a"), "a@1");
    }));
});
