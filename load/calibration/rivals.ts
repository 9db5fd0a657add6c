// The other drivers on the same servers, as people use them: shown beside ours, and never believed.
import { runPacedAutocannon } from "../autocannon/paced.js";
import { percentileOf, type CalibratedDriver } from "./reading.js";

/** autocannon's rate mode; its percentiles are the few that it prints. */
export function autocannonDriver(name: string, isCorrected: boolean): CalibratedDriver {
  return {
    name,
    isOurs: false,
    async read({ url, ratePerSecond, arrivals, durationMs, timeoutMs, wanted }) {
      if (arrivals !== "uniform") return undefined;
      const result = await runPacedAutocannon({ url, ratePerSecond, durationMs, timeoutMs, connections: Math.min(ratePerSecond, 10), isCorrected });
      const values: Record<string, number> = {};
      for (const truth of wanted) {
        const percentile = percentileOf(truth);
        if (truth === "rate") values[truth] = result.requestsPerSecond;
        else if (truth === "mean") values[truth] = result.meanMs;
        else if (truth === "timeouts") values[truth] = result.timeouts / Math.max(1, result.sent);
        else if (percentile !== undefined) {
          const value = result.percentilesMs[percentile];
          if (value !== undefined) values[truth] = value;
        }
      }
      return { driver: name, n: result.samples, values };
    },
  };
}
