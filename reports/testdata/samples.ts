// Result documents to try writers on: a good run, a bad one, a big one as a real night leaves it, and a hostile one.
// Made by code and not by hand, from a seed, so that each states what it is about and stays valid when the type grows.
import type { CheckResult, ClaimResult, Counts, Evidence, Measurement, ResultDocument, Verdict } from "../../contract/result/document.js";

const startedAtMs = Date.UTC(2026, 10, 12, 8, 5, 0);

/** Uniform in [0, 1); mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function check(id: string, promise: string, changes: Partial<CheckResult> = {}): CheckResult {
  const product = id.split(".")[0] ?? "";
  return {
    id,
    product,
    level: product === "workers" ? "isolate" : product === "kv" ? "storage" : "distributed",
    promise,
    claims: [],
    verdict: "pass",
    durationMs: 12 + (id.length % 7) * 5,
    evidence: [],
    replay: `edgemark run --target reference --only ${id} --seed 42`,
    ...changes,
  };
}

export function counts(results: readonly { readonly verdict: Verdict }[]): Counts {
  const of = (verdict: Verdict) => results.filter((one) => one.verdict === verdict).length;
  return { pass: of("pass"), fail: of("fail"), notApplicable: of("not-applicable"), inconclusive: of("inconclusive"), error: of("error") };
}

const base: ResultDocument = {
  schema: "edgemark.result/1",
  run: { id: "2026-11-12T08-05-00-reference-42", startedAtMs, durationMs: 112_400, seed: 42, profile: "quick", suites: ["workers", "kv", "failover"], replay: "edgemark certify --target reference --profile quick --seed 42" },
  target: {
    name: "reference",
    version: "0.1.0",
    vendor: "Edgemark",
    address: "127.0.0.1:50123",
    capabilities: ["workers", "workers.multiple", "workers.env", "workers.cf", "workers.wait-until", "workers.scheduled", "kv", "anycast", "reset", "evict", "watch", "clock", "fault.kill", "fault.pause", "fault.isolate-storage"],
    unknownCapabilities: [],
    timeScale: 60,
    pops: [
      { id: "fra", region: "weur", latitude: 50.11, longitude: 8.68, httpAddress: "127.0.0.1:41001" },
      { id: "iad", region: "enam", latitude: 38.95, longitude: -77.45, httpAddress: "127.0.0.1:41002" },
      { id: "nrt", region: "apac", latitude: 35.77, longitude: 140.39, httpAddress: "127.0.0.1:41003" },
    ],
    anycastAddress: "127.0.0.1:41000",
    limits: { "kv.valueBytes": 26_214_400, "requestBytes": 104_857_600 },
    notes: ["workerd 1.20261117.1, cluster mode, one process per PoP", "bucket: embedded, fsync on"],
    compatibilityDate: "2026-11-01",
  },
  environment: { cpu: "AMD EPYC 7B13", cores: 2, memoryMb: 7_950, kernel: "Linux 6.1.0", node: "v20.20.2", platform: "linux x64", loadAverage: 0.42, edgemarkVersion: "0.1.0", gitCommit: "617ed3b", gitDirty: false },
  checks: [],
  measurements: {},
  histories: [{ id: "kv.staleness", file: "histories/kv.staleness.jsonl", operations: 4_812, sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }],
  faults: [],
  claims: [],
  counts: counts([]),
  claimCounts: counts([]),
  verdict: "pass",
  level: "distributed",
  staleKnown: [],
};

/** A whole document from parts: the counts follow from the checks and claims. */
export function run(parts: Partial<ResultDocument>): ResultDocument {
  const document = { ...base, ...parts };
  return { ...document, counts: counts(document.checks), claimCounts: counts(document.claims.filter((claim) => claim.kind !== "context")) };
}

function claim(id: string, statement: string, documented: string, changes: Partial<ClaimResult> = {}): ClaimResult {
  const product = id.startsWith("KV") ? "kv" : id.startsWith("AN") ? "failover" : "workers";
  return {
    id, product, level: product === "kv" ? "storage" : product === "failover" ? "distributed" : "isolate", kind: "must", statement, documented,
    verdict: "pass", reason: "every check that stands for it passed", checks: [], binding: true,
    source: { document: "docs/kv/concepts/how-kv-works.mdx", quote: documented }, ...changes,
  };
}

/** A read that no window explains, as a checker leaves it. */
const staleRead: Evidence = {
  kind: "history",
  text: "kv.staleness.window: no window up to 1,000 ms explains the history",
  operations: [
    { process: 0, outcome: "ok", action: "write", key: "k", input: "k#3", popId: "fra", callMs: 0, returnMs: 4.1 },
    { process: 0, outcome: "ok", action: "write", key: "k", input: "k#4", popId: "fra", callMs: 810.2, returnMs: 816.9 },
    { process: 2, outcome: "info", action: "write", key: "k", input: "k#5", popId: "iad", callMs: 3_720, returnMs: null },
    { process: 4, outcome: "ok", action: "read", key: "k", output: "k#4", popId: "iad", callMs: 1_204, returnMs: 1_205.4 },
    { process: 3, outcome: "fail", action: "write", key: "k", input: "k#6", popId: "iad", callMs: 2_000, returnMs: 2_310 },
    { process: 5, outcome: "ok", action: "read", key: "k", output: "k#3", popId: "nrt", callMs: 4_937, returnMs: 4_941.2 },
  ],
};

const kills = [4, 19, 34];

function measurements(seed: number): Readonly<Record<string, Measurement>> {
  const random = seeded(seed);
  const latencies = Array.from({ length: 400 }, () => 0.28 + 0.22 * -Math.log(1 - random()) + (random() > 0.985 ? 2.5 * random() : 0)).map((value) => Math.round(value * 1000) / 1000).sort((a, b) => a - b);
  const gaps = Array.from({ length: 10 }, () => Math.round(22 + 31 * random())).sort((a, b) => a - b);
  const series = Array.from({ length: 180 }, (_, index): readonly [number, number] => {
    const second = index / 4;
    const since = Math.min(...kills.map((kill) => (second >= kill ? second - kill : Infinity)));
    return [second, Math.round((since < 0.5 ? 38 - 60 * since + 5 * random() : 1.1 + 0.7 * random()) * 100) / 100];
  }).filter(([second]) => second < 34 || second >= 36.5);
  const pops = base.target.pops.map((pop) => pop.id);
  const windows = pops.flatMap((row) => pops.map((column) => ({ row, column, value: Math.round(row === column ? 3 + 4 * random() : 780 + 190 * random()) })));
  const rank = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
  const all: readonly Measurement[] = [
    { id: "kv.staleness.window", value: Math.max(...windows.map((one) => one.value)), unit: "ms", n: 4_812, conditions: { pops: 3, writers: 2, timeScale: 60 }, matrix: windows },
    { id: "kv.read.hit", value: rank(0.5), unit: "ms", n: 400, conditions: { mode: "open loop", ratePerSecond: 50, pop: "fra" }, percentiles: { min: rank(0), p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) }, samples: latencies },
    { id: "kv.read.miss", value: 4.1, unit: "ms", n: 120, conditions: { mode: "open loop", ratePerSecond: 20 }, percentiles: { min: 2.2, p50: 4.1, p90: 6.6, p99: 11.8, max: 14.2 } },
    { id: "failover.gap", value: gaps[5] ?? 0, unit: "ms", n: 10, conditions: { mode: "open loop", ratePerSecond: 200, fault: "kill" }, percentiles: { min: gaps[0] ?? 0, p50: gaps[5] ?? 0, max: gaps[9] ?? 0 }, samples: gaps },
    { id: "failover.latency", value: 1.4, unit: "ms", n: 9_000, conditions: { mode: "open loop", ratePerSecond: 200, address: "anycast" }, series, startedAtMs: startedAtMs + 60_000, percentiles: { p50: 1.4, p99: 31, max: 43 } },
    ...[["do.migration.gap", 140], ["failover.pause.gap", 1_150]].map(([id, middle], row): Measurement => {
      const own = Array.from({ length: 5 }, () => Math.round(Number(middle) * (0.8 + 0.5 * random()))).sort((a, b) => a - b);
      return { id: String(id), value: own[2] ?? 0, unit: "ms", n: 5, conditions: { fault: row === 0 ? "kill" : "pause" }, samples: own, percentiles: { min: own[0] ?? 0, p50: own[2] ?? 0, max: own[4] ?? 0 }, ...(row === 1 ? { voidBecause: "the driver was saturated" } : {}) };
    }),
    ...[["small", 1_024], ["medium", 102_400], ["large", 3_145_728]].map(([name, sizeBytes], row): Measurement => {
      const own = Array.from({ length: 24 }, () => Math.round((3 + row * 9 + 4 * random() * (row + 1)) * 100) / 100).sort((a, b) => a - b);
      return { id: `workers.cold-start.${String(name)}`, value: own[12] ?? 0, unit: "ms", n: 24, conditions: { scriptBytes: Number(sizeBytes) }, samples: own, percentiles: { p50: own[12] ?? 0, p99: own[23] ?? 0 } };
    }),
    { id: "pop.round-trip", value: 96, unit: "ms", n: 60, conditions: { how: "table of the topology" }, matrix: [["fra", "iad", 88], ["iad", "fra", 88], ["fra", "nrt", 226], ["iad", "nrt", 157]].map(([row, column, value]) => ({ row: String(row), column: String(column), value: Number(value) })) },
    { id: "failover.errors", value: 0, unit: "count", n: 9_000, conditions: { fault: "kill" } },
    { id: "workers.rate", value: 11_240, unit: "requests/s", n: 3, conditions: { mode: "closed loop", connections: 32 }, voidBecause: "the driver lagged by 14 ms at p99" },
  ];
  return Object.fromEntries(all.map((one) => [one.id, one]));
}

const faults: ResultDocument["faults"] = kills.map((second, index) => ({
  kind: "kill", popId: ["fra", "iad", "fra"][index] ?? "fra", scope: "", evidence: `process ${4_100 + index} exited by SIGKILL; the socket refused 3 ms later`,
  injectedAtMs: startedAtMs + 60_000 + second * 1000, healedAtMs: startedAtMs + 60_000 + second * 1000 + 4_200,
}));

function figures(all: Readonly<Record<string, Measurement>>): readonly ClaimResult[] {
  const figure = (id: string, statement: string, documented: string, of: string, threshold: number, changes: Partial<ClaimResult> = {}): ClaimResult => {
    const one = all[of];
    const holds = one !== undefined && one.value <= threshold;
    return claim(id, statement, documented, {
      kind: "number", path: `$.measurements['${of}'].value`, threshold, verdict: holds ? "pass" : "fail", reason: `${one?.value ?? "nothing"} against at most ${threshold}`, checks: [of],
      ...(one === undefined ? {} : { measured: { value: one.value, unit: one.unit, n: one.n } }), ...changes,
    });
  };
  return [
    figure("KV-01", "A write becomes visible in every PoP within the documented window", "up to 60 s (1 s at time scale 60)", "kv.staleness.window", 1_000, { source: { document: "docs/kv/concepts/how-kv-works.mdx", quote: "may take up to 60 seconds or more" } }),
    figure("KV-40", "A read that the PoP has cached answers in about a millisecond", "p50 below 1 ms", "kv.read.hit", 1, { binding: false, source: { document: "seed:003", quote: "hot reads under 1 ms" } }),
    figure("AN-02", "A PoP's death leaves a gap below 100 ms", "< 100 ms", "failover.gap", 100, { binding: false, source: { document: "seed:001", quote: "failover in under 100 ms" } }),
    claim("AN-09", "The network spans hundreds of cities", "330 cities", { kind: "context", verdict: "not-applicable", reason: "a figure this laboratory cannot reproduce", binding: false }),
    claim("KV-30", "Namespaces per account", "1000", { verdict: "not-applicable", reason: "no check stands for it yet" }),
  ];
}

/** A run in which everything that applied passed. */
export function goodRun(): ResultDocument {
  const all = measurements(7);
  const checks = [
    check("workers.fetch.handler", "a fetch handler answers a request", { claims: ["WK-01"] }),
    check("workers.websocket.pair", "a WebSocketPair echoes both ways", { verdict: "not-applicable", reason: "the target does not declare workers.websocket" }),
    check("kv.missing", "a missing key reads as null", { claims: ["KV-25"] }),
    check("kv.staleness.window", "a write is visible in every PoP within the documented window", { level: "distributed", claims: ["KV-01"], durationMs: 9_820, evidence: [{ kind: "observation", text: "smallest window that explains 4,812 operations: 967 ms (iad reads what fra wrote)" }] }),
    check("failover.gap", "killing a PoP leaves a gap below 100 ms on the anycast address", { claims: ["AN-02"], durationMs: 45_100, evidence: [{ kind: "fault", text: "kill fra: process 4100 exited by SIGKILL" }] }),
  ];
  return run({ checks, measurements: all, faults, claims: [...figures(all), claim("KV-25", "get() of a missing key resolves to null", "null", { checks: ["kv.missing"] })] });
}

/** A run with every kind of trouble: failures, an error, undecided, known, stale, a binding figure missed. */
export function badRun(): ResultDocument {
  const all = { ...measurements(7), "failover.gap": { ...(measurements(7)["failover.gap"] ?? { id: "", unit: "ms", n: 0, conditions: {}, value: 0 }), value: 4_310, samples: [38, 41, 44, 3_900, 4_310, 4_480, 5_020, 5_240], percentiles: { min: 38, p50: 4_310, max: 5_240 } } } satisfies Readonly<Record<string, Measurement>>;
  const checks = [
    check("workers.fetch.handler", "a fetch handler answers a request", { claims: ["WK-01"] }),
    check("workers.global.isolation", "a global set by one worker is not seen by another", {
      claims: ["WK-14"], verdict: "fail", reason: "globalThis.secret was visible to the second worker", expected: "undefined", observed: '"left by the first worker"',
      evidence: [{ kind: "exchange", text: 'GET http://127.0.0.1:41001/read\nHost: second.workers.test\n\nHTTP/1.1 200 OK\ncontent-type: application/json\n\n{"secret":"left by the first worker"}' }],
    }),
    check("workers.body.stream", "a response streams while the worker still writes", { verdict: "inconclusive", reason: "the driver lagged by 212 ms; the first byte cannot be placed" }),
    ...["list", "get", "put"].map((name) => check(`kv.late.${name}`, `${name}() answers while the store is slow`, { verdict: "inconclusive", reason: "out of time: the run was over before" })),
    check("workers.alarm.clock", "a cron fires at its time", { verdict: "error", reason: "harness.internal: the clock of the target answered twice" }),
    check("workers.html.rewriter", "HTMLRewriter rewrites an attribute", { verdict: "fail", reason: "HTMLRewriter is not defined", known: { kind: "failing", reason: "the runtime has no HTMLRewriter; tracked by its vendor" } }),
    check("workers.timer.drift", "setTimeout fires within 20 ms of its time", { verdict: "inconclusive", reason: "known flaky", known: { kind: "flaky", reason: "timers are coarse on shared machines" } }),
    check("kv.missing", "a missing key reads as null", { claims: ["KV-25"], known: { kind: "failing", reason: "returned undefined before version 2" } }),
    check("kv.staleness.window", "a write is visible in every PoP within the documented window", {
      level: "distributed", claims: ["KV-01"], verdict: "fail", durationMs: 9_820, reason: "no window up to 1,000 ms explains the history: nrt still read version 3, 4,120 ms after version 4 was acknowledged", expected: "at most 1000 ms", observed: "4120 ms",
      evidence: [staleRead, { kind: "history", text: "  0.000 ms  process 0 fra  write k=4          ok\n  2.114 ms  process 0 fra  acknowledged\n4120.551 ms  process 5 nrt  read  k -> 3       ok   <- explained by no window up to 1,000 ms" }, { kind: "observation", text: "smallest window that explains the rest: 967 ms" }],
    }),
    check("failover.gap", "killing a PoP leaves a gap below 100 ms on the anycast address", { claims: ["AN-02"], verdict: "fail", durationMs: 45_100, reason: "the longest gap was 5,240 ms", expected: "at most 100 ms", observed: "5240 ms" }),
    check("failover.return", "a killed PoP serves again after it came back", { verdict: "not-applicable", reason: "the target has one PoP" }),
  ];
  return run({
    checks, measurements: all, faults, verdict: "fail", level: null, staleKnown: ["kv.missing"],
    claims: [...figures(all).map((one) => (one.id === "AN-02" ? { ...one, binding: true } : one)), claim("KV-25", "get() of a missing key resolves to null", "null", { checks: ["kv.missing"] })],
  });
}

/** A run cut short by Ctrl-C before anything was judged. */
export function interruptedRun(): ResultDocument {
  return run({ checks: [check("kv.missing", "a missing key reads as null")], run: { ...base.run, interrupted: "SIGINT after 3 of 212 checks" }, verdict: "inconclusive", level: null });
}

const subjects: Readonly<Record<string, readonly string[]>> = {
  workers: ["fetch", "Headers", "Request", "Response", "URL", "URLPattern", "TextEncoder", "ReadableStream", "TransformStream", "crypto.subtle", "AbortSignal", "structuredClone", "queueMicrotask", "Blob", "FormData", "caches.default", "env", "waitUntil", "scheduled", "request.cf"],
  kv: ["get", "put", "delete", "list", "getWithMetadata", "expirationTtl", "cacheTtl", "cursor", "bulk get"],
  failover: ["kill", "come-back"],
};
const manners = ["answers as documented", "refuses what the document refuses", "keeps order", "survives a concurrent call", "handles an empty value", "handles the largest value", "throws the documented text"];

/** About 200 checks, as a real night leaves them. */
export function bigRun(): ResultDocument {
  const bad = badRun();
  const random = seeded(3);
  const usual = Object.entries(subjects).flatMap(([product, names]) =>
    names.flatMap((name) =>
      manners.map((manner, index) => {
        const dice = random();
        const verdict: Verdict = dice > 0.985 ? "inconclusive" : dice > 0.95 ? "not-applicable" : "pass";
        const id = `${product}.${name.toLowerCase().replace(/[^a-z]+/g, "-")}.m${index}`;
        return check(id, `${name} ${manner}`, { verdict, claims: product === "kv" ? [`KV-${String(1 + Math.floor(random() * 33)).padStart(2, "0")}`] : [], durationMs: Math.round(3 + 80 * random()), ...(verdict === "pass" ? {} : { reason: verdict === "inconclusive" ? "the driver lagged by 31 ms" : "the target does not declare workers.cache" }) });
      }),
    ),
  );
  const kvClaims = Array.from({ length: 33 }, (_, index) => claim(`KV-${String(index + 1).padStart(2, "0")}`, `Documented rule ${index + 1} of the store, in a sentence of the usual length for such a statement`, "60 s", { checks: usual.filter((one) => one.claims.includes(`KV-${String(index + 1).padStart(2, "0")}`)).map((one) => one.id) })).filter((one) => one.id !== "KV-01" && one.id !== "KV-30");
  const pops: ResultDocument["target"]["pops"] = [...bad.target.pops, { id: "sin", region: "apac", latitude: 1.36, longitude: 103.99, httpAddress: "127.0.0.1:41004" }, { id: "gru", region: "sam", latitude: -23.43, longitude: -46.47, httpAddress: "127.0.0.1:41005" }, { id: "lhr", region: "weur", latitude: 51.47, longitude: -0.45, httpAddress: "127.0.0.1:41006" }];
  const matrix = pops.flatMap((row) => pops.map((column) => ({ row: row.id, column: column.id, value: Math.round(row === column ? 3 + 4 * random() : row.id === "fra" && column.id === "nrt" ? 4_120 : 780 + 190 * random()) })));
  const staleness = bad.measurements["kv.staleness.window"];
  return run({
    ...bad,
    checks: [...bad.checks, ...usual],
    claims: [...bad.claims.map((one): ClaimResult => (one.id === "KV-01" ? { ...one, verdict: "fail", reason: "expected at most 1000 ms; measured 4120", measured: { value: 4_120, unit: "ms", n: 4_812 } } : one)), ...kvClaims],
    target: { ...bad.target, pops },
    measurements: { ...bad.measurements, ...(staleness === undefined ? {} : { "kv.staleness.window": { ...staleness, value: 4_120, matrix } }) },
  });
}

/** What a target may put into a string: markup, script, entities, Markdown, ANSI, bidi, control, broken surrogates. */
export const hostileText =
  `\u202e"><script>alert(1)</script><img src=x onerror=alert(2)>&lt;]]>--><style>*{display:none}</style> javascript:alert(3) {{7*7}} \${7*7} ` +
  "| a | b |\n\n# heading\n\n[link](javascript:alert(4)) ![image](http://evil.test/x.png) `code` ```\n@everyone #1 www.evil.test https://evil.test\r\n" +
  "\u001b[31mred\u001b[0m gnp.exe\u2066 \u0000\u0007\u0008\u007f\u009b\ufeff\u200b\u2028\ud800 \udfff\ufffe a\u0301\u0302\u0303\u0304\u0305\u0306";

/**
 * A run with every string of it replaced.
 * @param text what stands in each string; ids get a number, so that they stay apart (huge ones are shared instead: a
 * copy of each would test the memory of the test)
 */
export function hostileRun(text: string = hostileText, source: ResultDocument = bigRun()): ResultDocument {
  let number = 0;
  const isHuge = text.length > 100_000;
  const keyed = () => `${number++} ${isHuge ? text.slice(0, 5_000) : text}`;
  const keep = new Set<string>(["schema", "verdict", "level", "kind", "unit", "profile", "outcome"]);
  const spoil = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return keep.has(key) ? value : key === "id" && !isHuge ? keyed() : text;
    if (Array.isArray(value)) return value.map((one) => spoil(one, key));
    if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [key === "conditions" || key === "limits" || key === "percentiles" ? keyed() : name, spoil(inner, name)]));
    return value;
  };
  // The shape is kept, so it is still a document.
  const spoiled = spoil(source, "") as ResultDocument;
  return { ...spoiled, run: { ...spoiled.run, interrupted: text }, faults: spoiled.faults.map((fault) => ({ ...fault, kind: text })) };
}
