// A simulated object with several clients whose operations take effect at a known moment: histories that are valid by
// construction, for the benchmark and the tests of the checkers that judge orders.
import type { Operation } from "../../contract/history/types.js";

type Act = (state: { value: unknown }, random: () => number, serial: number) => Pick<Operation, "action" | "input" | "output">;

export interface SimulatedObjectOptions {
  readonly act: Act;
  readonly initial: unknown;
  readonly keys: number;
  readonly clients: number;
  readonly operationsPerClient: number;
  /** How many answers are lost; half of those took no effect. 0..1. */
  readonly lostRatio?: number;
  readonly random: () => number;
}

/** @returns operations in the order of their calls; the clients of each key are always busy */
export function simulateObject(options: SimulatedObjectOptions): Operation[] {
  const { random, lostRatio = 0 } = options;
  const operations: Operation[] = [];
  for (let key = 0; key < options.keys; key++) {
    const moments: { callNs: number; atNs: number; returnNs: number; client: number }[] = [];
    for (let client = 0; client < options.clients; client++) {
      let nowNs = Math.floor(random() * 1_000);
      for (let index = 0; index < options.operationsPerClient; index++) {
        const callNs = nowNs + 1 + Math.floor(random() * 1_000);
        const atNs = callNs + Math.floor(random() * 1_000);
        nowNs = atNs + Math.floor(random() * 1_000);
        moments.push({ callNs, atNs, returnNs: nowNs, client });
      }
    }
    const state = { value: options.initial };
    const ofKey: Operation[] = [];
    for (const [serial, { callNs, returnNs, client }] of moments.sort((a, b) => a.atNs - b.atNs).entries()) {
      const isLost = random() < lostRatio;
      const before = state.value;
      const { output, ...asked } = options.act(state, random, serial);
      if (isLost && random() < 0.5) state.value = before;
      const call = { process: key * options.clients + client, key: `key-${key}`, ...asked, callNs: BigInt(callNs) };
      ofKey.push(isLost ? { ...call, outcome: "info", returnNs: null } : { ...call, outcome: "ok", output, returnNs: BigInt(returnNs) });
    }
    for (const one of ofKey.sort((a, b) => (a.callNs < b.callNs ? -1 : 1))) operations.push(one);
  }
  return operations;
}

export const actRegister: Act = (state, random, serial) => {
  if (random() < 0.5) return { action: "read", output: state.value };
  state.value = `v${serial}`;
  return { action: "write", input: state.value };
};

export const actCounter: Act = (state, random) => {
  if (random() < 0.5) return { action: "read", output: state.value };
  state.value = Number(state.value) + 1;
  return { action: "increment", output: state.value };
};

/** Five values, as compare-and-swap histories mostly have. */
export const actCas: Act = (state, random) => {
  const choice = random();
  const [from, to] = [Math.floor(random() * 5), Math.floor(random() * 5)];
  if (choice < 0.33) return { action: "read", output: state.value };
  if (choice < 0.66) {
    state.value = to;
    return { action: "write", input: to };
  }
  const output = state.value === from;
  if (output) state.value = to;
  return { action: "cas", input: [from, to], output };
};

/** Elements come and go; some reads see the whole set. */
export const actSet: Act = (state, random, serial) => {
  const now: readonly unknown[] = Array.isArray(state.value) ? state.value : [];
  const choice = random();
  if (choice < 0.3) return { action: "read", output: now };
  const element = choice < 0.8 ? serial : Math.floor(random() * serial);
  const isAdd = choice < 0.8;
  const has = now.includes(element);
  state.value = isAdd ? (has ? now : [...now, element]) : now.filter((one) => one !== element);
  return { action: isAdd ? "add" : "remove", input: element, output: has !== isAdd };
};

/**
 * Gives one late answered read the answer of a read long before it.
 * @returns the history with that one answer changed; the same when there is no such read
 */
export function withStaleRead(operations: readonly Operation[]): Operation[] {
  const late = operations.findLastIndex(({ action, outcome }, index) => action === "read" && outcome === "ok" && index < operations.length * 0.9);
  const key = operations[late]?.key;
  const earlier = operations.filter((one, index) => one.key === key && index < late - 40 && one.action === "read" && one.outcome === "ok");
  const stale = earlier.findLast((one) => JSON.stringify(one.output) !== JSON.stringify(operations[late]?.output));
  return operations.map((one, index) => (index === late && stale !== undefined ? { ...one, output: stale.output } : one));
}
