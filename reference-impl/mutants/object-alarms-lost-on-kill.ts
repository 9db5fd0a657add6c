// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-alarms-lost-on-kill",
  defect: "The alarms of a PoP that died are dropped with its lease.",
  file: "reference-impl/supervisor/processes.ts",
  find: "if (node === undefined || state.isClosing) return;",
  replace: [
    "if (node === undefined || state.isClosing) return;",
    "    for (const key of await records.list(`${prefix}/v1/alarms/${node}/`)) await records.delete(key);",
  ].join("\n"),
  caughtBy: ["do.alarm.kill"],
  isSlow: true,
} satisfies Mutant;
