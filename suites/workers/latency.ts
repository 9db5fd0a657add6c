// How long a small request takes at a low rate: the whole exchange, through whatever the target puts before its isolates.
import type { Check } from "../check.js";
import { latencyTimeoutMs, measureLatency } from "../latency.js";
import { helloFixture } from "./fixtures.js";

export const latencyChecks: readonly Check[] = [
  {
    id: "workers.request.latency",
    promise: "small requests at a low rate are all answered; their latency is measured",
    level: "isolate",
    needs: ["workers"],
    claims: ["SEED-04", "SEED-05"],
    fixture: helloFixture,
    timeoutMs: latencyTimeoutMs,
    run: (context) =>
      measureLatency(context, {
        id: "workers.request.latency",
        path: "/",
        what: "the whole HTTP exchange with a hello-world worker, on loopback: no network distance is in it",
        ratePerSecond: 100,
        thresholdMs: context.threshold("SEED-05"),
      }),
  },
];
