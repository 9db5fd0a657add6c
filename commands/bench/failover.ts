// The failover part of the benchmark: the suite's own check, so that the benchmark and a certificate measure the same.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSuites } from "../../suites/runner/run.js";
import type { OpenedTarget } from "../../targets/open.js";
import type { MutantParts } from "../mutants.js";

/** Kills the serving PoP again and again under open-loop load. @returns the median of the longest gaps */
export async function failoverGaps(target: OpenedTarget, kills: number, parts: MutantParts): Promise<{ readonly medianMs: number; readonly n: number; readonly detail: string }> {
  const scratch = await mkdtemp(join(tmpdir(), "edgemark-bench-"));
  try {
    const document = await runSuites({
      suites: parts.suites,
      session: { verbs: target.verbs, description: target.description, address: "reference" },
      // The full profile kills ten times; more is more runs of it.
      profile: kills <= 3 ? "quick" : "full",
      seed: 1,
      only: ["failover.kill"],
      known: [],
      claims: await parts.loadClaims([]),
      runDirectory: scratch,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      totalBudgetMs: 300_000,
      replayOptions: "",
      replay: "edgemark bench",
    });
    const gap = document.measurements["failover.gap"];
    const check = document.checks[0];
    if (gap === undefined) return { medianMs: Number.NaN, n: 0, detail: check?.reason ?? "nothing was measured" };
    const percentiles = Object.entries(gap.percentiles ?? {}).map(([name, value]) => `${name} ${value.toFixed(1)}`);
    return { medianMs: gap.value, n: gap.n, detail: `${percentiles.join(", ")} ms; ${gap.voidBecause ?? `${String(gap.conditions["requestsFailed"])} requests failed in all`}` };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
