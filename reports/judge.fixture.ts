// Small documents and claims for the tests of judging, each valid until a test bends it.
import type { Claim } from "../contract/claims/types.js";
import type { CheckResult, Measurement, ResultDocument } from "../contract/result/document.js";
import { resultSchema } from "../contract/result/document.js";

/** A claim that its checks hold, at level storage. */
export function claim(id: string, rest: Partial<Claim> = {}): Claim {
  return {
    id,
    product: "kv",
    level: "storage",
    kind: "must",
    nature: "semantics",
    statement: `statement of ${id}`,
    figure: "figure",
    source: { document: "docs/kv.mdx", quote: "quote" },
    ...rest,
  };
}

/** A claim on a measured number: at most `atMost` ms. */
export function numberClaim(id: string, measurementId: string, atMost: number, rest: Partial<Claim> = {}): Claim {
  return claim(id, { kind: "number", nature: "performance", path: `$.measurements['${measurementId}'].value`, unit: "ms", holds: { atMost }, ...rest });
}

export function check(id: string, rest: Partial<CheckResult> = {}): CheckResult {
  const product = /^do\.(?:serialization|migration)(?=\.)/.exec(id)?.[0] ?? id.split(".")[0] ?? id;
  return {
    id,
    product,
    level: product === "workers" ? "isolate" : ["failover", "do.serialization", "do.migration"].includes(product) ? "distributed" : "storage",
    promise: `promise of ${id}`,
    claims: [],
    verdict: "pass",
    durationMs: 1,
    evidence: [],
    replay: `edgemark certify --only ${id}`,
    ...rest,
  };
}

export function measurement(id: string, value: number, rest: Partial<Measurement> = {}): Measurement {
  return { id, value, unit: "ms", n: 100, conditions: {}, ...rest };
}

export interface DocumentParts {
  readonly checks?: readonly CheckResult[];
  readonly measurements?: readonly Measurement[];
  readonly run?: Partial<ResultDocument["run"]>;
  readonly target?: Partial<ResultDocument["target"]>;
  readonly staleKnown?: readonly string[];
}

const none = { pass: 0, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 };
const pop = (id: string): ResultDocument["target"]["pops"][number] => ({ id, region: "WEUR", latitude: 0, longitude: 0, httpAddress: "127.0.0.1:1" });

/** A run on a target with three PoPs that declares workers, kv, durable-objects and anycast. */
export function resultDocument(parts: DocumentParts = {}): ResultDocument {
  return {
    schema: resultSchema,
    run: { id: "r", startedAtMs: 0, durationMs: 1, seed: 1, profile: "quick", suites: ["workers", "kv", "failover"], replay: "edgemark certify", ...parts.run },
    target: {
      name: "t",
      version: "1",
      vendor: "v",
      capabilities: ["workers", "kv", "durable-objects", "anycast"],
      unknownCapabilities: [],
      timeScale: 1,
      pops: [pop("a"), pop("b"), pop("c")],
      anycastAddress: "127.0.0.1:2",
      limits: {},
      notes: [],
      compatibilityDate: "2026-01-01",
      address: "127.0.0.1:3",
      ...parts.target,
    },
    environment: { cpu: "c", cores: 2, memoryMb: 1, kernel: "k", node: "n", platform: "p", loadAverage: 0, edgemarkVersion: "0", gitCommit: "g", gitDirty: false },
    checks: parts.checks ?? [],
    measurements: Object.fromEntries((parts.measurements ?? []).map((taken) => [taken.id, taken])),
    histories: [],
    faults: [],
    claims: [],
    counts: none,
    claimCounts: none,
    verdict: "inconclusive",
    level: null,
    staleKnown: parts.staleKnown ?? [],
  };
}
