// Writes histories beside the result document: one operation a line, so that a checker can be run again on it alone.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import type { HistoryReference } from "../../contract/result/document.js";

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

// JSON has no integers beyond 2^53: monotonic nanoseconds are written as decimal strings.
function decimalBigint(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
