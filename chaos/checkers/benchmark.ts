// How fast the checkers are: `node dist/chaos/checkers/benchmark.js` prints operations per second for each history; words after it
// choose the histories whose names have one of them.
import { seededRandom } from "../../contract/random.js";
import { decodeOperation, encodeOperation } from "../history/codec.js";
import { checkCounter } from "./counter.js";
import { checkLinearizability } from "./linearizability.js";
import { casModel } from "./register-model.js";
import { checkRegister } from "./register.js";
import { setModel } from "./set-model.js";
import { checkSessions } from "./sessions.js";
import { simulateCache } from "./simulated-cache.js";
import { actCas, actCounter, actRegister, actSet, simulateObject, withStaleRead } from "./simulated-object.js";
import { simulateSessions } from "./simulated-sessions.js";
import { simulateTransactions } from "./simulated-transactions.js";
import { checkStaleness } from "./staleness.js";
import { checkTransactions } from "./transactions.js";
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.includes(word));

const shapes = [
  { name: "100,000 operations on 100 keys", keys: 100, writesPerKey: 100, readsPerKey: 900, deleteEvery: 0 },
  { name: "100,000 operations on 100 keys, a tenth deletes", keys: 100, writesPerKey: 100, readsPerKey: 900, deleteEvery: 10 },
  { name: "100,000 operations on one key", keys: 1, writesPerKey: 20_000, readsPerKey: 80_000, deleteEvery: 0 },
  { name: "100,000 operations on one key, a tenth deletes", keys: 1, writesPerKey: 20_000, readsPerKey: 80_000, deleteEvery: 10 },
] as const;

for (const { name, ...shape } of shapes.filter((one) => isWanted(one.name))) {
  const history = simulateCache({
    ...shape,
    pops: ["a", "b", "c"],
    writeIntervalMs: 20,
    latencyMs: 15,
    lagMs: (_pop, random) => random() * 500,
    random: seededRandom(1),
  });
  const startedNs = process.hrtime.bigint();
  const answer = checkStaleness(history, { windowNs: 500e6 });
  const durationMs = Number(process.hrtime.bigint() - startedNs) / 1e6;
  const rate = Math.round(history.length / (durationMs / 1_000)).toLocaleString("en-US");
  console.log(`${name}: ${durationMs.toFixed(0)} ms, ${rate} operations/s, ${answer.verdict}, window ${answer.windowMs?.toFixed(3)} ms`);
}

/**
 * The history as one that was read from a file: by the same reader, so that it lies in memory as it does for whoever judges it again. A
 * simulation makes an operation when it is called and puts it in its place when it ends, and a judgement of a million of those
 * would measure how far apart they lie.
 */
function asRead(history: readonly Operation[]): Operation[] {
  return history.map((one, index) => decodeOperation(encodeOperation(one), index + 1));
}

/** What is held in objects and in typed arrays. */
function memoryBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** One judgement of all histories together, measured once: what a run of the check command costs. */
function measure(name: string, made: () => readonly (readonly Operation[])[], check: (operations: readonly Operation[]) => CheckerAnswer): void {
  if (!isWanted(name)) return;
  const histories = made().map(asRead);
  const before = memoryBytes();
  const startedNs = process.hrtime.bigint();
  const startedCpu = process.cpuUsage();
  const verdicts = new Map<string, number>();
  for (const history of histories) {
    const { verdict } = check(history);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  const durationMs = Number(process.hrtime.bigint() - startedNs) / 1e6;
  // On a busy machine the time on the wall says how busy it was; the processor's time says what the checker costs.
  const cpuMs = process.cpuUsage(startedCpu).user / 1_000;
  const operations = histories.reduce((sum, { length }) => sum + length, 0);
  const grownMb = Math.round((memoryBytes() - before) / 2 ** 20);
  const rate = (ms: number): string => Math.round(operations / (ms / 1_000)).toLocaleString("en-US");
  const words = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
  console.log(`${name}: ${durationMs.toFixed(0)} ms, ${rate(durationMs)} operations/s (${rate(cpuMs)} by processor time), ${words}, memory ${grownMb >= 0 ? "+" : ""}${grownMb} MB`);
}

const judgeCas = (operations: readonly Operation[]): CheckerAnswer => checkLinearizability(operations, casModel);
const judgeSet = (operations: readonly Operation[]): CheckerAnswer => checkLinearizability(operations, setModel);
for (const lostRatio of [0, 0.05]) {
  const shape = { keys: 1, clients: 5, operationsPerClient: 170, lostRatio };
  const logs = (): Operation[][] => Array.from({ length: 20 }, (_, index) => simulateObject({ ...shape, act: actCas, initial: null, random: seededRandom(10 + index) }));
  const lost = `${lostRatio * 100}% of answers lost`;
  measure(`compare-and-swap, 20 logs of 5 clients x 170, ${lost}`, logs, judgeCas);
  measure(`compare-and-swap, the same with a stale read each, ${lost}`, () => logs().map(withStaleRead), judgeCas);
  measure(`set, 5 clients x 170, ${lost}`, () => [simulateObject({ ...shape, act: actSet, initial: [], random: seededRandom(4) })], judgeSet);
}
measure("compare-and-swap, 20 clients x 50, one key", () => [simulateObject({ keys: 1, clients: 20, operationsPerClient: 50, act: actCas, initial: null, random: seededRandom(6) })], judgeCas);

const million = { clients: 10, keys: 10, operationsPerClient: 10_000 };
measure("register, 1,000,000 operations, 10 keys", () => [simulateObject({ ...million, act: actRegister, initial: null, random: seededRandom(2) })], checkRegister);
measure("register, 1,000,000 operations, one key", () => [simulateObject({ ...million, keys: 1, clients: 100, act: actRegister, initial: null, random: seededRandom(2) })], checkRegister);
measure("counter, 1,000,000 operations, 10 keys", () => [simulateObject({ ...million, act: actCounter, initial: 0, random: seededRandom(3) })], checkCounter);

measure("compare-and-swap, 1,000,000 operations, one key", () => [simulateObject({ keys: 1, clients: 5, operationsPerClient: 200_000, act: actCas, initial: null, random: seededRandom(5) })], judgeCas);

const sessions = { clients: 50, operationsPerClient: 20_000, items: 100, operationsPerSession: 50 };
for (const defect of [undefined, { kind: "forgotten-bookmark", ratio: 0.0005 }] as const) {
  const name = `sessions, 1,000,000 operations${defect === undefined ? "" : ", 0.05 % of them without their bookmark"}`;
  measure(name, () => [simulateSessions({ ...sessions, ...(defect === undefined ? {} : { defect }), random: seededRandom(7) }).operations], checkSessions);
}
const transactions = { clients: 50, transactions: 200_000, appendsPerList: 32, lists: 20 };
for (const level of ["serializable", "strict-serializable"] as const) {
  for (const defect of [undefined, { kind: "stale-snapshot", ratio: 0.001 }] as const) {
    const name = `list-append, ${level}, 200,000 transactions${defect === undefined ? "" : ", 0.05 % of them of a stale snapshot"}`;
    measure(name, () => [simulateTransactions({ ...transactions, ...(defect === undefined ? {} : { defect }), random: seededRandom(8) }).operations], (all) => checkTransactions(all, level));
  }
}
