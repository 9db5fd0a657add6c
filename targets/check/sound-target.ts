// A target for tests that keeps the contract: its workers are evaluated in this process, which is all that the probes
// need. Tests break one part of it at a time.
import { type Server, createServer } from "node:http";
import type { Capability, Pop, TargetDescription, TargetServer } from "../../contract/target/types.js";

interface EvaluatedWorker {
  readonly fetch: (request: unknown, env: Readonly<Record<string, string>>) => Response | Promise<Response>;
  readonly scheduled?: (controller: unknown) => unknown;
}

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

export interface SoundTarget {
  readonly description: Changeable<Omit<TargetDescription, "capabilities" | "pops">> & { capabilities: Capability[]; pops: Pop[] };
  readonly server: Changeable<TargetServer>;
  readonly workers: {
    readonly deployed: Map<string, { readonly worker: EvaluatedWorker; readonly env: Readonly<Record<string, string>> }>;
    /** Changes the text of every worker before it is evaluated. */
    edit: (program: string) => string;
  };
  close(): Promise<void>;
}

/** Serves its workers on a free loopback port until it is closed. */
export async function openSoundTarget(): Promise<SoundTarget> {
  const deployed: SoundTarget["workers"]["deployed"] = new Map();
  let isPaused = false;
  let versions = 0;
  const http = createServer((request, response) => {
    if (isPaused) return;
    const found = deployed.get(request.headers.host ?? "");
    if (found === undefined) return void response.writeHead(404).end();
    void Promise.resolve(found.worker.fetch(request, found.env)).then(async (answer) => response.end(await answer.text()));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(http)}`;
  const workers: SoundTarget["workers"] = { deployed, edit: (program) => program };
  const description: SoundTarget["description"] = {
    name: "sound",
    version: "1",
    vendor: "",
    capabilities: ["workers", "deploy", "workers.multiple", "workers.env", "workers.scheduled", "reset", "evict", "watch", "fault.pause"],
    unknownCapabilities: [],
    timeScale: 1,
    pops: [{ id: "a", region: "", latitude: 0, longitude: 0, httpAddress: "" }],
    anycastAddress: "",
    limits: {},
    notes: [],
    compatibilityDate: "",
  };
  const workerOf = (id: string): EvaluatedWorker => {
    const found = deployed.get(id);
    if (found === undefined) throw new Error(`expected a deployment; ${id} is none`);
    return found.worker;
  };
  const server: SoundTarget["server"] = {
    describe: async () => description,
    async deploy({ name, modules, bindings }) {
      const program = workers.edit(Buffer.from(modules[0]?.content ?? "").toString("utf8"));
      const worker = await evaluate(program);
      deployed.set(name, { worker, env: Object.fromEntries(bindings.flatMap((one) => (one.kind === "text" ? [[one.name, one.value]] : []))) });
      return { deploymentId: name, version: `v${++versions}`, endpoints: [{ popId: "a", url, host: name }] };
    },
    async undeploy(id) {
      workerOf(id);
      deployed.delete(id);
    },
    reset: async () => undefined,
    evict: async (id) => void workerOf(id),
    watch: () => () => undefined,
    async triggerCron({ deploymentId, cron, scheduledTimeMs }) {
      await workerOf(deploymentId).scheduled?.({ cron, scheduledTime: scheduledTimeMs });
      return { outcome: "ok", noRetry: false };
    },
    async injectFault({ kind, popId }) {
      if (kind !== "pause" || popId !== "a") throw new Error(`expected a pause at a; ${kind} at ${popId} came`);
      isPaused = true;
      return { faultId: "f", evidence: "the listener no longer answers", effectiveAtMs: 1 };
    },
    async healFault(faultId) {
      if (faultId !== "f") throw new Error(`expected the fault f; ${faultId} came`);
      isPaused = false;
      return { evidence: "the listener answers", effectiveAtMs: 2 };
    },
  };
  const close = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return { description, server, workers, close };
}

async function evaluate(program: string): Promise<EvaluatedWorker> {
  const module = (await import(`data:text/javascript;base64,${Buffer.from(program).toString("base64")}`)) as { readonly default: EvaluatedWorker };
  return module.default;
}

function portOf(http: Server): number {
  const address = http.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
