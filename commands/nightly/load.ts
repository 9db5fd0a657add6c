// The load of a night, as checks: so that each is conducted, recorded, cut short and reported like every other.
import assert from "node:assert/strict";
import { runSaturation } from "../../load/autocannon/driver.js";
import { measureCold } from "../../load/cold-start/measure.js";
import { coldConditionsOf, coldMeasurementOf } from "../../load/cold-start/measurement.js";
import { coldStartOf } from "../../load/cold-start/statistics.js";
import { Inconclusive, type CheckContext, type Fixture, type Suite } from "../../suites/check.js";
import { probeProgram } from "../load/deploy.js";

export interface NightlyLoad {
  /** Cold versions. */
  readonly coldSamples: number;
  /** Length of the closed loop, ms. */
  readonly saturationMs: number;
}

const probe: Fixture = { name: "load-probe", program: probeProgram, bindings: [] };
const connections = 16;
const coldBudgetMs = 300_000;

/** @returns a suite of two checks: the largest rate, and cold starts; the suites of the products measure latencies */
export function loadSuite({ coldSamples, saturationMs }: NightlyLoad): Suite {
  return {
    id: "load",
    title: "Load",
    checks: [
      {
        id: "load.hello.rate",
        promise: `${connections} clients that never pause are all answered, and their rate is recorded`,
        level: "isolate",
        needs: ["workers"],
        fixture: probe,
        timeoutMs: saturationMs + 60_000,
        run: (context) => saturate(context, saturationMs),
      },
      {
        id: "load.cold-start",
        promise: "versions that no isolate has loaded answer their first request, and what being cold adds is recorded",
        level: "isolate",
        needs: ["workers"],
        fixture: probe,
        timeoutMs: coldBudgetMs + 60_000,
        run: (context) => startCold(context, coldSamples),
      },
    ],
  };
}

async function saturate(context: CheckContext, durationMs: number): Promise<void> {
  const { url, host } = context.fixture.endpoint();
  const result = await runSaturation({ url, host, path: "/", connections, durationMs, pipelining: 1, signal: context.signal });
  context.measure({ id: "load.hello.rate", value: result.requestsPerSecond, unit: "requests/s", n: result.n, conditions: { mode: "closed loop, autocannon, keep-alive", connections, durationMs } });
  assert.equal(result.non2xx + result.errors, 0, `every request is answered with success; ${result.non2xx} were refused and ${result.errors} broke`);
}

async function startCold(context: CheckContext, samples: number): Promise<void> {
  const [warm] = context.fixture.deployment.endpoints;
  assert.ok(warm !== undefined, "a deployment has an endpoint");
  const scope = { verbs: context.verbs, compatibilityDate: "2026-01-01", warm, seed: context.seed, signal: context.signal };
  const series = { name: "edgemark-nightly-cold", sizeBytes: 1_000, samples, budgetMs: coldBudgetMs, aheadMs: 0 };
  const reading = await measureCold(scope, series);
  const found = coldStartOf(reading.samples);
  if (found === undefined) throw new Inconclusive(`no cold sample: ${reading.endedEarly ?? "every isolate had answered before"}`);
  context.measure(coldMeasurementOf("workers.cold-start", found, reading, { ...coldConditionsOf(context.target), scriptBytes: series.sizeBytes, aheadMs: series.aheadMs }));
  if (found.voidBecause !== undefined) throw new Inconclusive(found.voidBecause);
}
