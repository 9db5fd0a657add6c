// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-loses-metadata",
  defect: "Reads give the value without its metadata.",
  file: "reference-impl/pop/kv/kv.worker.ts",
  find: 'headers: json === null ? status : { ...status, "CF-KV-Metadata": json }',
  replace: "headers: status",
  caughtBy: ["kv.metadata.value"],
} satisfies Mutant;
