// While a run is on, V8 does not collect garbage only to give memory back. Left alone it does so eight seconds after a process has
// grown calm, which is in the middle of every load of ten seconds: at 40/s to 100/s that stood still for 5 to 13 ms, measured on
// two cores, and latencies were the driver's. What V8 needs room for it still collects, at one go instead of in steps.
import { setFlagsFromString } from "node:v8";

let runs = 0;

/** @returns ends it; call it once */
export function keepCalm(): () => void {
  if (runs++ === 0) setFlagsFromString("--no-incremental-marking");
  return () => {
    if (--runs === 0) setFlagsFromString("--incremental-marking");
  };
}
