// The largest run that a report must still be quick about: 5,000 checks, 60 measurements with their distributions, 10
// histories with the violation they show. Drawn from a seed, so that every benchmark renders the same page.
import { resultSchema, verdicts, type CheckResult, type Measurement, type ResultDocument, type ShownOperation, type Verdict } from "../contract/result/document.js";
import { edgemarkVersion } from "../contract/version.js";
import { seededRandom } from "../contract/random.js";

export interface LargeRun {
  readonly checks: number;
  readonly histograms: number;
  readonly histories: number;
}

const products = ["workers", "kv", "durable-objects", "d1", "r2", "cache", "failover"];
const startedAtMs = Date.UTC(2026, 10, 12, 8, 5);

/** @returns a whole document, its verdicts made up: one check in fifty fails, one in a hundred cannot tell */
export function largeRun({ checks, histograms, histories }: LargeRun): ResultDocument {
  const random = seededRandom(1);
  const results = Array.from({ length: checks }, (_, index) => checkOf(index, index < histories, random));
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict === "not-applicable" ? "notApplicable" : verdict, results.filter((one) => one.verdict === verdict).length])) as unknown as ResultDocument["counts"];
  const measurements = Array.from({ length: histograms }, (_, index) => measurementOf(index, random));
  const pops = ["fra", "iad", "nrt"].map((id, index) => ({ id, region: "any", latitude: [50.03, 38.94, 35.77][index] ?? 0, longitude: [8.57, -77.46, 140.39][index] ?? 0, httpAddress: `127.0.0.1:${41_000 + index}` }));
  return {
    schema: resultSchema,
    run: { id: "large", startedAtMs, durationMs: 3_600_000, seed: 1, profile: "full", suites: products, replay: "edgemark certify --profile full --seed 1" },
    target: { name: "large", version: "1", vendor: "nobody", capabilities: [], unknownCapabilities: [], timeScale: 1, pops, anycastAddress: "127.0.0.1:41009", limits: {}, notes: [], compatibilityDate: "2026-01-01", address: "large" },
    environment: { cpu: "any", cores: 2, memoryMb: 8_192, kernel: "any", node: process.version, platform: "linux-x64", loadAverage: 0, edgemarkVersion: edgemarkVersion(), gitCommit: "", gitDirty: false },
    checks: results,
    measurements: Object.fromEntries(measurements.map((one) => [one.id, one])),
    histories: Array.from({ length: histories }, (_, index) => ({ id: `history.${index}`, file: `histories/${index}.jsonl`, operations: 100_000, sha256: "0".repeat(64) })),
    faults: Array.from({ length: 40 }, (_, index) => ({ kind: "kill", popId: pops[index % 3]?.id ?? "", scope: "", evidence: `process ${1_000 + index} got SIGKILL`, injectedAtMs: startedAtMs + index * 60_000, healedAtMs: startedAtMs + index * 60_000 + 4_000 })),
    claims: [],
    counts,
    claimCounts: { pass: 0, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 },
    verdict: "fail",
    level: null,
    staleKnown: [],
  };
}

function checkOf(index: number, hasHistory: boolean, random: () => number): CheckResult {
  const verdict: Verdict = hasHistory || index % 50 === 7 ? "fail" : index % 100 === 9 ? "inconclusive" : index % 20 === 3 ? "not-applicable" : "pass";
  const product = products[index % products.length] ?? "workers";
  const id = `${product}.subject-${index}`;
  return {
    id,
    product,
    level: "isolate",
    promise: `a promise of the usual length, number ${index}, says what ${product} does when it is asked to`,
    claims: [`ANY-${index % 280}`],
    verdict,
    durationMs: Math.round(random() * 900),
    ...(verdict === "pass" ? {} : { reason: "expected the value that was written last; another came" }),
    ...(verdict === "fail" ? { expected: '{"value":"the last"}', observed: '{"value":"another"}' } : {}),
    evidence: hasHistory ? [{ kind: "history", text: "no order of these operations explains the last read", operations: operations(random) }] : verdict === "fail" ? [{ kind: "exchange", text: `GET /get?key=${index}\nhost: any.example\n\n200 OK\ncontent-type: application/json\n\n{"value":"another"}` }] : [],
    replay: `edgemark run --target large --only ${id} --seed 1`,
  };
}

function operations(random: () => number): readonly ShownOperation[] {
  return Array.from({ length: 60 }, (_, index) => ({ process: index % 8, outcome: index % 17 === 3 ? "info" : "ok", action: index % 3 === 0 ? "write" : "read", key: "key", input: String(index), output: String(index), popId: ["fra", "iad", "nrt"][index % 3] ?? "", callMs: index * 4 + random() * 3, returnMs: index % 17 === 3 ? null : index * 4 + 5 + random() * 9 }));
}

function measurementOf(index: number, random: () => number): Measurement {
  const samples = Array.from({ length: 512 }, () => Math.exp(random() * 4)).sort((a, b) => a - b);
  const at = (share: number): number => samples[Math.floor(share * 511)] ?? 0;
  return {
    id: `any.latency.${index}`,
    value: at(0.5),
    unit: "ms",
    n: 100_000,
    conditions: { mode: "open loop", ratePerSecond: 100 },
    percentiles: { min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    samples,
    series: Array.from({ length: 512 }, (_, second) => [second, at(random())] as const),
    startedAtMs,
  };
}
