// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "worker-client-headers-trusted",
  defect: "A client's own CF-* headers reach the worker.",
  file: "reference-impl/front/identity.ts",
  find: 'if (lower.startsWith("cf-") || reservedNames.has(lower)) continue;',
  replace: "if (lower === cfBlobHeader) continue;",
  caughtBy: ["workers.cf.forgery"],
} satisfies Mutant;
