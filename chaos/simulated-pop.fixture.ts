// A PoP of the simulated edge, and what each kind of fault does to it.
import { EdgemarkError } from "../contract/errors.js";
import type { FaultSpec } from "../contract/target/types.js";

/** What was done to a link. */
interface Link {
  delayMs: number;
  lossRatio: number;
  stallMs: number;
}

export interface Pop {
  readonly id: string;
  isDown: boolean;
  isPaused: boolean;
  isCutOff: boolean;
  isWithoutStorage: boolean;
  isWithoutPeers: boolean;
  isFull: boolean;
  diskDelayMs: number;
  cpuRatio: number;
  skewMs: number;
  readonly links: { readonly clients: Link; readonly peers: Link; readonly storage: Link };
  /** PoPs whose words do not come through to it. */
  readonly isDeafTo: Set<string>;
  /** Break the requests that are open. */
  readonly resets: Set<() => void>;
  /** Break those that are open at another PoP. */
  readonly peerResets: Set<() => void>;
}

export function newPop(id: string): Pop {
  const link = (): Link => ({ delayMs: 0, lossRatio: 0, stallMs: 0 });
  return {
    id,
    isDown: false,
    isPaused: false,
    isCutOff: false,
    isWithoutStorage: false,
    isWithoutPeers: false,
    isFull: false,
    diskDelayMs: 0,
    cpuRatio: 1,
    skewMs: 0,
    links: { clients: link(), peers: link(), storage: link() },
    isDeafTo: new Set(),
    resets: new Set(),
    peerResets: new Set(),
  };
}

/** How much later a piece comes over a link. @param random uniform in [0, 1) */
export function lateMs({ delayMs, lossRatio, stallMs }: Link, random: () => number): number {
  return delayMs + (lossRatio > 0 && random() < lossRatio ? stallMs : 0);
}

/**
 * Puts a fault into effect.
 * @param popOf the other PoPs, for a partition
 * @returns what heals it
 */
export function harm(pop: Pop, { kind, scope, parameters }: FaultSpec, popOf: (id: string) => Pop): () => void {
  const set = (change: Partial<Pop>, back: Partial<Pop>): (() => void) => {
    Object.assign(pop, change);
    return () => void Object.assign(pop, back);
  };
  const link = pop.links[scope === "peers" || scope === "storage" ? scope : "clients"];
  switch (kind) {
    case "kill":
    case "stop":
      for (const reset of [...pop.resets, ...pop.peerResets]) reset();
      return set({ isDown: true }, { isDown: false });
    case "pause":
      return set({ isPaused: true }, { isPaused: false });
    case "isolate":
      if (scope === "control") return () => undefined;
      if (scope === "clients") return set({ isCutOff: true }, { isCutOff: false });
      return scope === "storage" ? set({ isWithoutStorage: true }, { isWithoutStorage: false }) : set({ isWithoutPeers: true }, { isWithoutPeers: false });
    case "partition": {
      const others = (scope ?? "").split(",").map(popOf);
      for (const other of others) {
        other.isDeafTo.add(pop.id);
        if (parameters?.["oneWay"] !== 1) pop.isDeafTo.add(other.id);
      }
      return () => {
        for (const other of others) {
          other.isDeafTo.delete(pop.id);
          pop.isDeafTo.delete(other.id);
        }
      };
    }
    case "slow-link":
      link.delayMs = parameters?.["delayMs"] ?? 0;
      return () => void (link.delayMs = 0);
    case "lossy-link":
      Object.assign(link, { lossRatio: parameters?.["lossRatio"] ?? 0, stallMs: parameters?.["stallMs"] ?? 0 });
      return () => void (link.lossRatio = 0);
    case "reset-connections":
      for (const reset of scope === "peers" ? pop.peerResets : scope === "storage" ? [] : pop.resets) reset();
      return () => undefined;
    case "slow-disk":
      return set({ diskDelayMs: parameters?.["delayMs"] ?? 0 }, { diskDelayMs: 0 });
    case "full-disk":
      return set({ isFull: true }, { isFull: false });
    case "overload":
      return set({ cpuRatio: parameters?.["cpuRatio"] ?? 0.1 }, { cpuRatio: 1 });
    case "clock-skew":
      return set({ skewMs: parameters?.["skewMs"] ?? 0 }, { skewMs: 0 });
    default:
      kind satisfies never;
      throw new EdgemarkError("target.unimplemented", `no ${String(kind)} here`);
  }
}
