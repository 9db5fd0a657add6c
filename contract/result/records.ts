// What a run writes down as it goes, a JSON line each: the document it begins with, then every check with what it recorded.
// So a run can be followed while it goes on, and told of when it was killed.
import type { CheckResult, FaultRecord, HistoryReference, Measurement, ResultDocument } from "./document.js";

export type RunRecord =
  | { readonly kind: "opening"; readonly total: number; readonly document: ResultDocument }
  | {
      readonly kind: "check";
      readonly result: CheckResult;
      readonly measurements: readonly Measurement[];
      /** All of the run so far that belong to this check or came meanwhile. */
      readonly faults: readonly FaultRecord[];
      readonly histories: readonly HistoryReference[];
    };

/** Name of the file in the run's folder; it is gone when the document is written. */
export const recordsFile = "records.jsonl";

/** A line of the file: the opening also names the process that runs, so that a reader can see whether it still does. */
export type RecordLine = RunRecord & { readonly pid?: number };
