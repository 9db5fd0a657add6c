// A simulated edge for tests of chaos: PoPs in memory whose objects live at one of them, that can be killed, frozen and cut
// off, and that have one named defect each, planted to be found.
import { setMaxListeners } from "node:events";
import { EdgemarkError } from "../contract/errors.js";
import type { Capability, FaultSpec, TargetDescription } from "../contract/target/types.js";
import { type ChaosAnswer, type ChaosPort, type ChaosRequest, NotSent } from "./port.js";
import { randomOf } from "./random.js";
import { carryOut, isChange, type Operated, type Stored } from "./simulated-object.fixture.js";
import { harm, lateMs, newPop, type Pop } from "./simulated-pop.fixture.js";
import { virtualTime, type VirtualTime } from "./virtual-time.fixture.js";

export type Defect =
  | "two-owners" // whoever loses its peers or its home goes on alone, with a copy
  | "lost-write" // the death of an object's home undoes its last change
  | "lost-after-pause" // the same, by a pause of PoP b alone
  | "stale-read" // PoP c answers now and then what was before
  | "stale-under-fire" // the same at every PoP, from the first fault on
  | "forgets" // now and then a change is acknowledged and not made
  | "forgets-under-fire" // the same, from the first fault on
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
  "fault.isolate-control",
  "fault.partition",
  "fault.slow-link",
  "fault.lossy-link",
  "fault.reset-connections",
  "fault.slow-disk",
  "fault.full-disk",
  "fault.overload",
  "fault.clock-skew",
];
/** How often a defect shows that does not show always. */
const defectRatio = 0.3;
const rareRatio = 0.05;

/**
 * @param options.seed draws latencies and when a defect shows
 * @param options.skews which clock a clock-skew sets wrong; default KV's
 */
export function simulatedEdge(options: { readonly seed: number; readonly defect?: Defect; readonly skews?: "workers" | "kv"; readonly capabilities?: readonly Capability[] }): SimulatedEdge {
  const { defect } = options;
  const random = randomOf(options.seed, "simulated edge");
  const time = virtualTime();
  const ending = new AbortController();
  // Everybody who waits listens for the end.
  setMaxListeners(0, ending.signal);
  const pops = new Map<string, Pop>(
    simulatedPops.map((id) => [id, newPop(id)]),
  );
  const objects = new Map<string, Stored>();
  const copies = new Map<string, Stored>();
  const faults = new Map<string, () => void>();
  /** KV: when each value ends. */
  const values = new Map<string, number>();
  let faultCount = 0;
  let isHealRefused = defect === "refusing-heal";
  let lostKey: string | undefined;

  const popOf = (id: string): Pop => {
    const pop = pops.get(id);
    if (pop === undefined) throw new EdgemarkError("target.refused", `there is no PoP ${id}`);
    return pop;
  };

  /** There and back over a link of each of these PoPs. */
  async function along(link: keyof Pop["links"], ends: readonly Pop[]): Promise<void> {
    const late = ends.reduce((sum, end) => sum + lateMs(end.links[link], random) + lateMs(end.links[link], random), 0);
    if (late > 0) await time.wait(late, ending.signal);
  }

  /** Until it is so, or the deadline. */
  async function until(isSo: () => boolean, deadlineAtMs: number): Promise<void> {
    while (!isSo()) {
      if (time.nowMs() >= deadlineAtMs || ending.signal.aborted) throw new Error("no complete answer within the deadline");
      await time.wait(20, ending.signal);
    }
  }

  async function objectAt(pop: Pop, key: string, deadlineAtMs: number): Promise<Stored> {
    await until(() => !pop.isWithoutStorage, deadlineAtMs);
    await along("storage", [pop]);
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
    await until(() => !pop.isWithoutPeers && !home.isWithoutPeers && !pop.isDeafTo.has(home.id) && !home.isDeafTo.has(pop.id) && !home.isPaused && !home.isWithoutStorage, deadlineAtMs);
    await along("peers", [pop, home]);
    return found;
  }

  /** The object itself, or where the edge has a defect something that is not. */
  function seenBy(popId: string, object: Stored, asked: Operated): Stored {
    const isUnderFire = faultCount > 0;
    const isStale = !isChange(asked) && ((defect === "stale-read" && popId === "c" && random() < rareRatio) || (defect === "stale-under-fire" && isUnderFire && random() < defectRatio));
    if (isStale) return { ...object, ...object.before };
    const isForgotten = isChange(asked) && (defect === "forgets" || (defect === "forgets-under-fire" && isUnderFire)) && random() < defectRatio;
    return isForgotten ? { ...object, list: [...object.list] } : object;
  }

  async function answer({ pop: popId, path, body, deadlineMs }: ChaosRequest, pop: Pop, deadlineAtMs: number): Promise<ChaosAnswer> {
    const url = new URL(path, "http://edge");
    const key = url.searchParams.get("key") ?? "";
    const ok = (text: string): ChaosAnswer => ({ status: 200, text });
    switch (url.pathname) {
      case "/alive":
        await time.wait(Number(url.searchParams.get("afterMs") ?? 0), ending.signal);
        return ok("alive");
      case "/now":
        return ok(String(1_790_000_000_000 + time.nowMs() + (options.skews === "workers" ? pop.skewMs : 0)));
      case "/work":
        await time.wait(10 / pop.cpuRatio, ending.signal);
        return ok("1");
      case "/id":
        return ok(`id of ${key}`);
      case "/probe":
        await objectAt(pop, key, deadlineAtMs);
        await time.wait(Number(url.searchParams.get("afterMs") ?? 0) + (body === undefined ? 0 : pop.diskDelayMs), ending.signal);
        return body !== undefined && pop.isFull ? { status: 507, text: "full" } : ok("written");
      case "/operation": {
        const asked = JSON.parse(body ?? "{}") as Operated;
        const object = await objectAt(pop, asked.key, deadlineAtMs);
        if (isChange(asked) && pop.isFull) return ok(JSON.stringify({ ok: false, reason: "full" }));
        const output = carryOut(seenBy(popId, object, asked), asked);
        if (isChange(asked) && pop.diskDelayMs > 0) await time.wait(pop.diskDelayMs, ending.signal);
        return ok(JSON.stringify({ ok: true, output }));
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
    const home = objects.get(keyOf(request))?.home;
    const breaking = [pop.resets, ...(home === undefined || home === pop.id ? [] : [pop.peerResets, popOf(home).peerResets])];
    for (const resets of breaking) resets.add(reset);
    const work = async (): Promise<ChaosAnswer> => {
      await time.wait((1 + random() * 4) / pop.cpuRatio + lateMs(pop.links.clients, random), ending.signal);
      if (pop.isDown || pop.isCutOff) throw new NotSent("refused");
      await until(() => !pop.isPaused, deadlineAtMs);
      const result = await answer(request, pop, deadlineAtMs);
      await time.wait((1 + random() * 4) / pop.cpuRatio + lateMs(pop.links.clients, random), ending.signal);
      if (pop.isDown) throw new Error("the connection broke");
      await until(() => !pop.isPaused, deadlineAtMs);
      return result;
    };
    return Promise.race([work(), isReset]).finally(() => {
      for (const resets of breaking) resets.delete(reset);
    });
  }

  function undoLastChange(home: string): void {
    for (const object of objects.values()) if (object.home === home) Object.assign(object, { cell: object.before.cell, list: object.before.list });
  }

  /** @returns what heals it */
  function struck(fault: FaultSpec): () => void {
    const isDeath = fault.kind === "kill" || fault.kind === "stop";
    if (isDeath && defect === "lost-write") undoLastChange(fault.popId);
    if (isDeath && defect === "lost-object") lostKey ??= [...objects].find(([key]) => !key.includes("probe"))?.[0];
    if (fault.kind === "pause" && defect === "lost-after-pause" && fault.popId === "b") for (const id of simulatedPops) undoLastChange(id);
    const heal = harm(popOf(fault.popId), fault, popOf);
    return isDeath && defect === "never-heals" ? () => undefined : heal;
  }

  async function expirations({ pop: popId, path, body }: ChaosRequest): Promise<ChaosAnswer> {
    await time.wait(2, ending.signal);
    const { searchParams } = new URL(path, "http://edge");
    const key = searchParams.get("key") ?? "";
    const nowMs = time.nowMs() + (options.skews === "workers" ? 0 : popOf(popId).skewMs);
    if (body === undefined) return { status: 200, text: (values.get(key) ?? 0) > nowMs ? "there" : "gone" };
    values.set(key, nowMs + Number(searchParams.get("lifeSeconds")) * 1_000);
    return { status: 200, text: "written" };
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
    sendToExpirations: expirations,
    async inject(fault) {
      await time.wait(2);
      if (defect === "unimplemented-nemesis") throw new EdgemarkError("target.unimplemented", "not implemented");
      const faultId = `fault-${++faultCount}`;
      faults.set(faultId, defect === "idle-nemesis" ? () => undefined : struck(fault));
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

/** The object that a request is for. */
function keyOf({ path, body }: ChaosRequest): string {
  const asked = path === "/operation" ? (JSON.parse(body ?? "{}") as Partial<Operated>).key : undefined;
  return asked ?? new URL(path, "http://edge").searchParams.get("key") ?? "";
}
