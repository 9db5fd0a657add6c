// A simulated edge for tests of chaos: PoPs in memory whose objects live at one of them, that can be killed, frozen and cut
// off, and that have one named defect each, planted to be found.
import { setMaxListeners } from "node:events";
import { EdgemarkError } from "../contract/errors.js";
import type { Capability, FaultSpec, TargetDescription } from "../contract/target/types.js";
import { type ChaosAnswer, type ChaosPort, type ChaosRequest, NotSent } from "./port.js";
import { randomOf } from "./random.js";
import { virtualTime, type VirtualTime } from "./virtual-time.fixture.js";

export type Defect =
  | "two-owners" // whoever loses its peers or its home goes on alone, with a copy
  | "lost-write" // the death of an object's home undoes its last change
  | "lost-after-pause" // the same, by a pause of PoP b alone
  | "stale-read" // PoP c answers now and then what was before
  | "idle-nemesis" // faults are told and do nothing
  | "silent-nemesis" // faults do something and give no evidence
  | "unimplemented-nemesis"
  | "never-heals" // a killed PoP does not come back
  | "hanging-heal"
  | "refusing-heal" // the first try to heal is refused
  | "lost-object"; // after a kill one object never answers again

export interface SimulatedEdge {
  readonly port: ChaosPort;
  readonly time: VirtualTime;
  /** Faults in effect now. */
  readonly inEffect: () => number;
  readonly abort: (reason: Error) => void;
}

interface Stored {
  cell: unknown;
  list: unknown[];
  before: { cell: unknown; list: unknown[] };
  home: string;
}

interface Pop {
  readonly id: string;
  isDown: boolean;
  isPaused: boolean;
  isCutOff: boolean;
  isWithoutStorage: boolean;
  isWithoutPeers: boolean;
  delayMs: number;
  readonly resets: Set<() => void>;
}

export const simulatedPops = ["a", "b", "c"] as const;
const can: readonly Capability[] = [
  "workers",
  "durable-objects",
  "locate",
  "fault.kill",
  "fault.stop",
  "fault.pause",
  "fault.isolate-clients",
  "fault.isolate-storage",
  "fault.isolate-peers",
  "fault.slow-link",
  "fault.reset-connections",
];

/** @param seed draws latencies and when a defect shows */
export function simulatedEdge(options: { readonly seed: number; readonly defect?: Defect; readonly capabilities?: readonly Capability[] }): SimulatedEdge {
  const { defect } = options;
  const random = randomOf(options.seed, "simulated edge");
  const time = virtualTime();
  const ending = new AbortController();
  // Everybody who waits listens for the end.
  setMaxListeners(0, ending.signal);
  const pops = new Map<string, Pop>(
    simulatedPops.map((id) => [id, { id, isDown: false, isPaused: false, isCutOff: false, isWithoutStorage: false, isWithoutPeers: false, delayMs: 0, resets: new Set() }]),
  );
  const objects = new Map<string, Stored>();
  const copies = new Map<string, Stored>();
  const faults = new Map<string, () => void>();
  let faultCount = 0;
  let isHealRefused = defect === "refusing-heal";
  let lostKey: string | undefined;

  const popOf = (id: string): Pop => {
    const pop = pops.get(id);
    if (pop === undefined) throw new EdgemarkError("target.refused", `there is no PoP ${id}`);
    return pop;
  };

  /** Until it is so, or the deadline. */
  async function until(isSo: () => boolean, deadlineAtMs: number): Promise<void> {
    while (!isSo()) {
      if (time.nowMs() >= deadlineAtMs || ending.signal.aborted) throw new Error("no complete answer within the deadline");
      await time.wait(20, ending.signal);
    }
  }

  async function objectAt(pop: Pop, key: string, deadlineAtMs: number): Promise<Stored> {
    await until(() => !pop.isWithoutStorage, deadlineAtMs);
    let object = objects.get(key);
    if (object === undefined) {
      object = { cell: null, list: [], before: { cell: null, list: [] }, home: pop.id };
      objects.set(key, object);
    }
    if (key === lostKey) await until(() => false, deadlineAtMs);
    const found = object;
    const home = popOf(found.home);
    if (home === pop) return found;
    if (defect === "two-owners" && (home.isDown || home.isPaused || pop.isWithoutPeers)) {
      const name = `${pop.id} ${key}`;
      const copy = copies.get(name) ?? { ...found, list: [...found.list] };
      copies.set(name, copy);
      return copy;
    }
    if (home.isDown) {
      // Taken over.
      found.home = pop.id;
      return found;
    }
    await until(() => !pop.isWithoutPeers && !home.isWithoutPeers && !home.isPaused && !home.isWithoutStorage, deadlineAtMs);
    return found;
  }

  async function answer({ pop: popId, path, body, deadlineMs }: ChaosRequest, pop: Pop, deadlineAtMs: number): Promise<ChaosAnswer> {
    const url = new URL(path, "http://edge");
    const key = url.searchParams.get("key") ?? "";
    const ok = (text: string): ChaosAnswer => ({ status: 200, text });
    switch (url.pathname) {
      case "/alive":
        await time.wait(Number(url.searchParams.get("afterMs") ?? 0), ending.signal);
        return ok("alive");
      case "/work":
        return ok("1");
      case "/id":
        return ok(`id of ${key}`);
      case "/probe":
        await objectAt(pop, key, deadlineAtMs);
        return ok("written");
      case "/operation": {
        const asked = JSON.parse(body ?? "{}") as { workload: string; action: string; key: string; input?: unknown };
        const object = await objectAt(pop, asked.key, deadlineAtMs);
        const isStale = defect === "stale-read" && popId === "c" && asked.action === "read" && random() < 0.05;
        return ok(JSON.stringify({ ok: true, output: carryOut(isStale ? { ...object, ...object.before } : object, asked) }));
      }
      default:
        throw new Error(`nothing at ${path} within ${deadlineMs} ms`);
    }
  }

  async function send(request: ChaosRequest): Promise<ChaosAnswer> {
    const pop = popOf(request.pop);
    const deadlineAtMs = time.nowMs() + request.deadlineMs;
    let reset: () => void = () => undefined;
    const isReset = new Promise<never>((_, reject) => {
      reset = () => reject(new Error("the connection was reset"));
    });
    pop.resets.add(reset);
    const work = async (): Promise<ChaosAnswer> => {
      await time.wait(1 + random() * 4 + pop.delayMs, ending.signal);
      if (pop.isDown || pop.isCutOff) throw new NotSent("refused");
      await until(() => !pop.isPaused, deadlineAtMs);
      const result = await answer(request, pop, deadlineAtMs);
      await time.wait(1 + random() * 4 + pop.delayMs, ending.signal);
      if (pop.isDown) throw new Error("the connection broke");
      await until(() => !pop.isPaused, deadlineAtMs);
      return result;
    };
    return Promise.race([work(), isReset]).finally(() => pop.resets.delete(reset));
  }

  function undoLastChange(home: string): void {
    for (const object of objects.values()) if (object.home === home) Object.assign(object, { cell: object.before.cell, list: object.before.list });
  }

  /** @returns what heals it */
  function harm({ kind, popId, scope, parameters }: FaultSpec): () => void {
    const pop = popOf(popId);
    const set = (change: Partial<Omit<Pop, "id" | "resets">>, back: Partial<Omit<Pop, "id" | "resets">>): (() => void) => {
      Object.assign(pop, change);
      return () => void Object.assign(pop, back);
    };
    switch (kind) {
      case "kill":
      case "stop":
        if (defect === "lost-write") undoLastChange(popId);
        if (defect === "lost-object") lostKey ??= [...objects].find(([key]) => !key.includes("probe"))?.[0];
        for (const reset of pop.resets) reset();
        return set({ isDown: true }, defect === "never-heals" ? {} : { isDown: false });
      case "pause":
        if (defect === "lost-after-pause" && popId === "b") for (const id of simulatedPops) undoLastChange(id);
        return set({ isPaused: true }, { isPaused: false });
      case "isolate":
        if (scope === "clients") return set({ isCutOff: true }, { isCutOff: false });
        return scope === "storage" ? set({ isWithoutStorage: true }, { isWithoutStorage: false }) : set({ isWithoutPeers: true }, { isWithoutPeers: false });
      case "slow-link":
        return set({ delayMs: parameters?.["delayMs"] ?? 0 }, { delayMs: 0 });
      case "reset-connections":
        for (const reset of pop.resets) reset();
        return () => undefined;
      default:
        throw new EdgemarkError("target.unimplemented", `no ${kind} here`);
    }
  }

  const port: ChaosPort = {
    target: {
      name: "simulated",
      version: "1",
      vendor: "",
      capabilities: options.capabilities ?? can,
      unknownCapabilities: [],
      timeScale: 1,
      pops: simulatedPops.map((id) => ({ id, region: id, latitude: 0, longitude: 0, httpAddress: "" })),
      anycastAddress: "",
      limits: {},
      notes: [],
      compatibilityDate: "",
    } satisfies TargetDescription,
    signal: ending.signal,
    send,
    async inject(fault) {
      await time.wait(2);
      if (defect === "unimplemented-nemesis") throw new EdgemarkError("target.unimplemented", "not implemented");
      const faultId = `fault-${++faultCount}`;
      faults.set(faultId, defect === "idle-nemesis" ? () => undefined : harm(fault));
      return { faultId, evidence: defect === "silent-nemesis" ? "" : `${fault.kind} of ${fault.popId} is in effect`, effectiveAtMs: 0 };
    },
    async heal(faultId) {
      await time.wait(defect === "hanging-heal" ? 3_600_000 : 2);
      if (isHealRefused) {
        isHealRefused = false;
        throw new EdgemarkError("target.refused", "not now");
      }
      const back = faults.get(faultId);
      if (back === undefined) throw new EdgemarkError("target.refused", `${faultId} is not in effect`);
      back();
      faults.delete(faultId);
      return { evidence: "healed", effectiveAtMs: 0 };
    },
    locate: async (objectId) => {
      const object = objects.get(objectId.replace("id of ", ""));
      return { found: object !== undefined, popId: object?.home ?? "", epoch: "1" };
    },
    now: () => time.now(),
    wait: (milliseconds, signal) => time.wait(milliseconds, signal),
  };
  return { port, time, inEffect: () => faults.size, abort: (reason) => ending.abort(reason) };
}

/** One operation of any workload, at once. */
function carryOut(object: Stored, { workload, action, input }: { readonly workload: string; readonly action: string; readonly input?: unknown }): unknown {
  const change = (next: Partial<Pick<Stored, "cell" | "list">>): void => {
    object.before = { cell: object.cell, list: object.list };
    Object.assign(object, next);
  };
  const has = object.list.includes(input);
  switch (`${workload} ${action}`) {
    case "register write":
    case "cas write":
      change({ cell: input });
      return null;
    case "cas cas": {
      const [from, to] = Array.isArray(input) ? (input as unknown[]) : [];
      if (object.cell !== from) return false;
      change({ cell: to });
      return true;
    }
    case "counter increment":
      change({ cell: Number(object.cell ?? 0) + 1 });
      return object.cell;
    case "counter read":
      return object.cell ?? 0;
    case "set add":
      if (!has) change({ list: [...object.list, input] });
      return !has;
    case "set remove":
      if (has) change({ list: object.list.filter((one) => one !== input) });
      return has;
    case "set contains":
      return has;
    case "append append":
      change({ list: [...object.list, input] });
      return null;
    case "set read":
    case "append read":
      return object.list;
    default:
      return object.cell;
  }
}
