// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-log-listing-lags",
  defect: "The bucket lists an object's newest commit only some seconds later, so that whoever takes the object over has not got it.",
  file: "reference-impl/bucket/bucket-operations.ts",
  find: "...objects.map(({ key, metadata }): Xml => [",
  replace: '...objects.filter(({ key, metadata }) => !key.includes("/log/") || Date.now() - metadata.modifiedAtMs > 3_000).map(({ key, metadata }): Xml => [',
  caughtBy: ["do.serialization.set.stop"],
} satisfies Mutant;
