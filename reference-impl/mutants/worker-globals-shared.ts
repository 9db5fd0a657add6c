// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "worker-globals-shared",
  defect: "Deployments of one program share an isolate, and with it their globals.",
  file: "reference-impl/supervisor/config.ts",
  find: "${http}, service = ${quote(serviceName(worker.name))})`),",
  replace: "${http}, service = ${quote(serviceName((workers.find((other) => String(other.modules[0]?.content) === String(worker.modules[0]?.content)) ?? worker).name))})`),",
  caughtBy: ["workers.isolation.globals"],
} satisfies Mutant;
