// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "worker-wait-until-dropped",
  defect: "Promises given to waitUntil() are dropped when the response is sent.",
  file: "reference-impl/supervisor/user-service.ts",
  find: "file(path, module.content);",
  replace: 'file(path, module.kind === "esm" ? new TextDecoder().decode(module.content).replaceAll("waitUntil(", "valueOf(") : module.content);',
  caughtBy: ["workers.wait-until.continuation"],
} satisfies Mutant;
