// How fast a read is that finds its value in the PoP's cache.
import assert from "node:assert/strict";
import { latencyTimeoutMs, measureAddedLatency } from "../latency.js";
import { kvClient } from "./client.js";
import { kvCheck } from "./check.js";

export const latencyChecks = [
  kvCheck({
    id: "kv.read.hit",
    // What runs beside it would be in its figures.
    isDisturbing: true,
    promise: "reads of a key that the PoP has cached are all answered; their latency is measured",
    claims: ["SEED-11", "SEED-12"],
    timeoutMs: latencyTimeoutMs,
    async run(context) {
      const kv = kvClient(context.fixture);
      await kv.put(context.unique, "value");
      assert.equal(await kv.get(context.unique), "value");

      await measureAddedLatency(
        context,
        {
          id: "kv.read.hit",
          path: `/?key=${context.unique}`,
          what: "the whole HTTP exchange with a worker that reads one key",
          ratePerSecond: 50,
          thresholdMs: context.threshold("SEED-12"),
        },
        { id: "kv.read.added", path: "/", what: "median of the exchange with a worker that reads one key, less that of the same worker without the read" },
      );
    },
  }),
];
