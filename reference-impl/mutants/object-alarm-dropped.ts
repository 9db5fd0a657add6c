// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-alarm-dropped",
  defect: "An alarm that is set is forgotten at once.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "storage.setAlarm = () => Promise.resolve();",
  ].join("\n"),
  caughtBy: ["do.alarm.get"],
} satisfies Mutant;
