// A simulated store with a cache per PoP whose true staleness is known: what the checker and its benchmark are proven on.
import type { Operation } from "../../contract/history/types.js";

export interface SimulatedCacheOptions {
  readonly pops: readonly string[];
  readonly keys: number;
  readonly writesPerKey: number;
  readonly readsPerKey: number;
  /** Time between two writes of a key, ms. */
  readonly writeIntervalMs: number;
  /** Every so many writes is a delete; 0 for none. */
  readonly deleteEvery: number;
  /** How old the answer at a PoP is, drawn for every read, ms. */
  readonly lagMs: (readerPopId: string, random: () => number) => number;
  /** Longest time between call and effect, and between effect and return, ms. */
  readonly latencyMs: number;
  readonly random: () => number;
}

/** @returns operations in the order of their calls; every write from one PoP after the other */
export function simulateCache(options: SimulatedCacheOptions): Operation[] {
  const { pops, random } = options;
  const operations: Operation[] = [];
  const pick = (): string => pops[Math.floor(random() * pops.length)] ?? "a";
  for (let keyIndex = 0; keyIndex < options.keys; keyIndex++) {
    const key = `key-${keyIndex}`;
    const states: { readonly atMs: number; readonly value: string | null }[] = [{ atMs: -Infinity, value: null }];
    const add = (action: string, popId: string, atMs: number, fields: Pick<Operation, "input" | "output">): void => {
      const [callMs, returnMs] = [atMs - random() * options.latencyMs, atMs + random() * options.latencyMs];
      operations.push({ process: 0, outcome: "ok", action, key, popId, callNs: nanoseconds(callMs), returnNs: nanoseconds(returnMs), ...fields });
    };
    for (let index = 1; index <= options.writesPerKey; index++) {
      const atMs = index * options.writeIntervalMs;
      const isDeleted = options.deleteEvery > 0 && index % options.deleteEvery === 0;
      states.push({ atMs, value: isDeleted ? null : `${index}` });
      add(isDeleted ? "delete" : "write", pick(), atMs, isDeleted ? {} : { input: `${index}` });
    }
    const endMs = (options.writesPerKey + 2) * options.writeIntervalMs;
    for (let index = 0; index < options.readsPerKey; index++) {
      const popId = pick();
      const atMs = options.latencyMs + random() * endMs;
      const seenMs = atMs - options.lagMs(popId, random);
      const state = states[Math.min(states.length - 1, Math.max(0, Math.floor(seenMs / options.writeIntervalMs)))];
      add("read", popId, atMs, { output: state?.value ?? null });
    }
  }
  return operations.sort((a, b) => (a.callNs < b.callNs ? -1 : 1));
}

function nanoseconds(valueMs: number): bigint {
  return BigInt(Math.max(0, Math.round((valueMs + 1_000) * 1e6)));
}
