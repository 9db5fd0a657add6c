// The user scenarios as data: what each needs of a target, how often it runs, and which of its figures a claim limits. Pure:
// from this come k6's own options, the thresholds that judge the merged samples, and the operator's manifests.
import type { Claim } from "../../contract/claims/types.js";
import { thresholdOf } from "../../contract/claims/threshold.js";
import type { Capability } from "../../contract/target/types.js";

export interface K6Scenario {
  /** The file under scenarios/, and the function it exports. */
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Capability[];
  /** Iterations per second, for each of the rates' unit. */
  readonly rateShare: number;
  /** What is measured, by k6's name with its tag. */
  readonly figures: readonly { readonly metric: string; readonly tag?: string; readonly percentile: number; readonly claim?: string }[];
}

export const k6Scenarios: readonly K6Scenario[] = [
  {
    id: "login",
    title: "login and session in KV",
    needs: ["kv"],
    rateShare: 1,
    figures: [
      { metric: "http_req_duration", tag: "name:login", percentile: 99, claim: "SEED-05" },
      { metric: "http_req_duration", tag: "name:session", percentile: 50, claim: "SEED-04" },
      { metric: "http_req_duration", tag: "name:session", percentile: 99, claim: "SEED-05" },
    ],
  },
  { id: "chat", title: "chat room over WebSocket to a Durable Object", needs: ["durable-objects", "workers.websocket"], rateShare: 0.2, figures: [{ metric: "chat_round_trip", percentile: 99, claim: "SEED-05" }] },
  {
    id: "orders",
    title: "order flow in D1 with bookmarks",
    needs: ["d1"],
    rateShare: 0.5,
    figures: [
      { metric: "http_req_duration", tag: "name:order", percentile: 99, claim: "SEED-05" },
      { metric: "http_req_duration", tag: "name:order-status", percentile: 99, claim: "SEED-05" },
    ],
  },
  {
    id: "mixed",
    title: "read-heavy traffic by region",
    needs: ["kv"],
    rateShare: 5,
    figures: [
      { metric: "http_req_duration", tag: "name:page", percentile: 50, claim: "SEED-04" },
      { metric: "http_req_duration", tag: "name:page", percentile: 99, claim: "SEED-05" },
      { metric: "http_req_duration", tag: "name:page-write", percentile: 99, claim: "SEED-05" },
    ],
  },
];

/** A threshold: a figure of one metric, and the most it may be. */
export interface K6Threshold {
  readonly metric: string;
  readonly tag?: string;
  readonly percentile: number;
  readonly atMostMs: number;
  readonly claim: string;
}

export interface K6Plan {
  readonly scenarios: readonly K6Scenario[];
  readonly thresholds: readonly K6Threshold[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface PlanSettings {
  readonly scenarios: readonly K6Scenario[];
  readonly claims: readonly Claim[];
  readonly timeScale: number;
  /** Iterations per second that a share of 1 has. */
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** Users that may be under way in each scenario; an iteration that finds none is dropped, and the run void. */
  readonly vus: number;
}

/** @throws EdgemarkError usage.claims when a claim that gives a threshold has no number */
export function planOf({ scenarios, claims, timeScale, ratePerSecond, durationMs, vus }: PlanSettings): K6Plan {
  const thresholds = scenarios.flatMap(({ figures }) =>
    figures.flatMap(({ claim: id, metric, tag, percentile }): K6Threshold[] => {
      const claim = claims.find((one) => one.id === id);
      return claim === undefined ? [] : [{ metric, ...(tag === undefined ? {} : { tag }), percentile, atMostMs: thresholdOf(claim, timeScale), claim: claim.id }];
    }),
  );
  const byMetric: Record<string, string[]> = {
    // What k6 drops it does not count in any latency: dropping is how a slow target would look fast.
    dropped_iterations: ["count==0"],
    checks: ["rate==1"],
  };
  for (const { metric, tag, percentile, atMostMs } of thresholds) (byMetric[tag === undefined ? metric : `${metric}{${tag}}`] ??= []).push(`p(${percentile})<=${atMostMs}`);
  const options = {
    scenarios: Object.fromEntries(
      scenarios.map(({ id, rateShare }) => {
        // k6 takes whole rates only: as many in ten seconds.
        const rate = Math.max(1, Math.round(10 * ratePerSecond * rateShare));
        return [id, { executor: "constant-arrival-rate", exec: id, rate, timeUnit: "10s", duration: `${durationMs}ms`, preAllocatedVUs: vus, maxVUs: vus, gracefulStop: "15s" }];
      }),
    ),
    thresholds: byMetric,
    summaryTrendStats: ["min", "med", "p(90)", "p(99)", "p(99.9)", "max", "count"],
    systemTags: ["name", "scenario", "status", "error_code"],
    noVUConnectionReuse: false,
  };
  return { scenarios, thresholds, options };
}
