// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-ids-by-pop",
  defect: "Each PoP gives a name an id of its own, so that it has an object of its own.",
  file: "reference-impl/supervisor/config.ts",
  find: "...workers.map((worker, index) => userService(worker, index, workers, file)),",
  replace: '...workers.map((worker, index) => userService(worker, index, workers, file).replaceAll(`uniqueKey = "`, `uniqueKey = "${settings.popId}-`)),',
  caughtBy: ["do.serialization.ids"],
} satisfies Mutant;
