// How fast the checkers are: `node dist/chaos/checkers/benchmark.js` prints operations per second for each history.
import { seededRandom, simulateCache } from "./simulated-cache.js";
import { checkStaleness } from "./staleness.js";

const shapes = [
  { name: "100,000 operations on 100 keys", keys: 100, writesPerKey: 100, readsPerKey: 900, deleteEvery: 0 },
  { name: "100,000 operations on 100 keys, a tenth deletes", keys: 100, writesPerKey: 100, readsPerKey: 900, deleteEvery: 10 },
  { name: "100,000 operations on one key", keys: 1, writesPerKey: 20_000, readsPerKey: 80_000, deleteEvery: 0 },
  { name: "100,000 operations on one key, a tenth deletes", keys: 1, writesPerKey: 20_000, readsPerKey: 80_000, deleteEvery: 10 },
] as const;

for (const { name, ...shape } of shapes) {
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
