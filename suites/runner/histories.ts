// Writes histories beside the result document: one operation a line, so that a checker can be run again on it alone.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import type { HistoryReference, ShownOperation } from "../../contract/result/document.js";
import { plainLine } from "./plain.js";

/**
 * @param runDirectory the run's folder
 * @param id letters, digits, dots and dashes; one history of a run
 * @param operations in any order; times as they were taken
 * @throws EdgemarkError harness.internal for an id that is no file name, harness.environment when it cannot be written
 */
export function writeHistory(runDirectory: string, id: string, operations: readonly Operation[]): HistoryReference {
  if (!/^[a-z0-9][a-z0-9.-]*$/i.test(id)) throw new EdgemarkError("harness.internal", `a history's id of letters, digits, dots and dashes expected; ${id} came`);
  const file = `histories/${id}.jsonl`;
  const text = operations.map((operation) => `${JSON.stringify(operation, decimalBigint)}\n`).join("");
  try {
    mkdirSync(join(runDirectory, "histories"), { recursive: true });
    writeFileSync(join(runDirectory, file), text);
  } catch (cause) {
    throw new EdgemarkError("harness.environment", `${file} could not be written; see that the disk has room`, { cause });
  }
  return { id, file, operations: operations.length, sha256: createHash("sha256").update(text).digest("hex") };
}

/** What a person reads of a violation; one that needs more is read in the file. */
const operationsShown = 60;
const valueShown = 80;

/** A violation as a document carries it: in the order of the calls, times from the first call, values cut. */
export function shownOperations(violation: readonly Operation[]): readonly ShownOperation[] {
  const ordered = [...violation].sort((a, b) => (a.callNs < b.callNs ? -1 : a.callNs > b.callNs ? 1 : 0)).slice(0, operationsShown);
  const firstNs = ordered[0]?.callNs ?? 0n;
  const sinceFirstMs = (ns: bigint): number => Number(ns - firstNs) / 1e6;
  return ordered.map(({ process, outcome, action, key, input, output, popId, callNs, returnNs }) => ({
    process,
    outcome,
    action: plainLine(action, valueShown),
    key: plainLine(key, valueShown),
    ...(input === undefined ? {} : { input: shownValue(input) }),
    ...(output === undefined ? {} : { output: shownValue(output) }),
    ...(popId === undefined ? {} : { popId }),
    callMs: sinceFirstMs(callNs),
    returnMs: returnNs === null ? null : sinceFirstMs(returnNs),
  }));
}

function shownValue(value: unknown): string {
  return plainLine(typeof value === "string" ? value : (JSON.stringify(value, decimalBigint) ?? String(value)), valueShown);
}

// JSON has no integers beyond 2^53: monotonic nanoseconds are written as decimal strings.
function decimalBigint(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
