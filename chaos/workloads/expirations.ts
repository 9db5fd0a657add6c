// The fixture beside a workload's own that shows a PoP's clock by what it lets expire; deployed where a clock is set wrong.
import type { WorkloadFixture } from "./workload.js";

export const expirationsFixture: WorkloadFixture = {
  name: "chaos-expirations",
  program: new URL("./expirations.worker.js", import.meta.url),
  bindings: [{ kind: "kv", name: "KV", namespace: "edgemark-chaos-expirations" }],
};
