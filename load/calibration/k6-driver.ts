// k6 on the calibration's servers, where it is installed: its open model, as its documentation says. Its latencies count from
// the real send, so a late start is not in them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runK6 } from "../k6/run.js";
import type { K6Program } from "../k6/program.js";
import { countOf, percentileOf as percentileOfSamples, readSamples, sortedOf, sumOf } from "../k6/samples.js";
import { percentileOf, type CalibratedDriver, type CaseRun } from "./reading.js";

/** Users for each request per second: a request may take seconds, and one that finds no user is dropped. */
const vusPerRate = 3;
const mostVus = 500;

/** @param program the k6 to run */
export function k6Driver(program: K6Program): CalibratedDriver {
  return {
    name: `k6 ${program.version}`,
    isOurs: false,
    async read(run) {
      // Its arrivals are even; it has no random ones.
      if (run.arrivals !== "uniform") return undefined;
      const folder = await mkdtemp(join(tmpdir(), "edgemark-k6-"));
      try {
        const script = join(folder, "case.js");
        await writeFile(script, scriptOf(run));
        const { files } = await runK6({ program, script, folder, processes: 1, endpoints: [], signal: new AbortController().signal });
        const samples = await readSamples(files);
        const sorted = sortedOf(samples, "http_req_duration");
        const values: Record<string, number> = {};
        for (const truth of run.wanted) {
          const percentile = percentileOf(truth);
          const value = percentile === undefined ? undefined : percentileOfSamples(sorted, percentile);
          if (value !== undefined) values[truth] = value;
          else if (truth === "mean") values[truth] = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
          else if (truth === "rate") values[truth] = (1_000 * countOf(samples, "http_reqs")) / run.durationMs;
          else if (truth === "timeouts") values[truth] = sumOf(samples, "http_req_failed") / Math.max(1, sorted.length);
        }
        const dropped = sumOf(samples, "dropped_iterations");
        return { driver: `k6 ${program.version}`, n: sorted.length, values, ...(dropped === 0 ? {} : { void: `it dropped ${dropped} iterations` }) };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function scriptOf({ url, ratePerSecond, durationMs, timeoutMs }: CaseRun): string {
  const vus = Math.min(mostVus, Math.max(20, ratePerSecond * vusPerRate));
  const scenario = { executor: "constant-arrival-rate", rate: ratePerSecond, timeUnit: "1s", duration: `${durationMs}ms`, preAllocatedVUs: vus, maxVUs: vus, gracefulStop: `${timeoutMs + 5_000}ms` };
  return `import http from "k6/http";
export const options = ${JSON.stringify({ scenarios: { case: scenario }, systemTags: ["status"], discardResponseBodies: true })};
export default function () { http.get(${JSON.stringify(url)}, { timeout: "${timeoutMs}ms" }); }
`;
}
