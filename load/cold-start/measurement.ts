// A series of cold starts as a measurement of the result document, with what "cold" means on the target it was taken of.
import type { Measurement } from "../../contract/result/document.js";
import type { TargetDescription } from "../../contract/target/types.js";
import type { ColdReading } from "./measure.js";
import { thinnedTo, type ColdStart } from "./statistics.js";

/** What is cold differs from target to target, and is said with every figure. */
export function coldConditionsOf({ name, notes, pops }: TargetDescription): Record<string, string | number> {
  const isOnDemand = notes.some((note) => note.includes("loaded on demand"));
  const cold =
    name === "reference"
      ? isOnDemand
        ? "an isolate that is loaded when the request comes, in a process that runs"
        : "a new process with the version in its configuration, which loads it before it listens"
      : name === "deno" || name === "bun" || name === "edge-runtime"
        ? "a new process of this version alone, which has loaded it before Deploy answers"
        : name === "miniflare" || name === "workerd-cluster"
          ? "a runtime that every deployment starts anew"
          : "whatever a new version is to this target";
  return { what: "what the first request of a version takes longer to its first byte than those right after it; the value is the median", cold, pops: pops.length };
}

/** The median as the value, percentiles with their intervals, and of the samples at most 400. @param conditions those of the series */
export function coldMeasurementOf(id: string, found: ColdStart, reading: ColdReading, conditions: Measurement["conditions"]): Measurement {
  const { percentiles, n, notCold, addedMs, firstByteP50Ms, warmP50Ms, waitedP50Ms, voidBecause } = found;
  const named = Object.entries(percentiles).flatMap(([percentile, { value, low, high }]) => [
    [`p${percentile}`, value] as const,
    ...(low === undefined ? [] : [[`p${percentile}.low`, low] as const]),
    ...(high === undefined ? [] : [[`p${percentile}.high`, high] as const]),
  ]);
  return {
    id,
    value: percentiles[50].value,
    unit: "ms",
    n,
    conditions: { ...conditions, notCold, firstByteP50Ms, warmP50Ms, waitedP50Ms, deployMs: reading.deployMs, ...(reading.endedEarly === undefined ? {} : { endedEarly: reading.endedEarly }) },
    percentiles: { min: addedMs[0] ?? 0, ...Object.fromEntries(named), max: addedMs.at(-1) ?? 0 },
    samples: thinnedTo(addedMs, 400),
    ...(voidBecause === undefined ? {} : { voidBecause }),
  };
}
