// The document of a run that has not written one: put together from what it wrote down as it went. Pure; whoever reads the
// file says whether the run still goes on.
import { EdgemarkError, messageOf } from "../contract/errors.js";
import { resultSchema, type CheckResult, type Counts, type FaultRecord, type HistoryReference, type Measurement, type ResultDocument, type Verdict } from "../contract/result/document.js";
import type { RecordLine } from "../contract/result/records.js";

export interface GrowingRun {
  /** Not judged; `run.interrupted` is not set. */
  readonly document: ResultDocument;
  readonly done: number;
  readonly total: number;
  /** The process that runs it. */
  readonly pid: number | undefined;
}

/**
 * @param text the records so far; the last line may be half written
 * @param name how messages call the file
 * @throws EdgemarkError usage.input when these are no records
 */
export function growingRun(text: string, name: string): GrowingRun {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "");
  const records = lines.map((line, index) => recordIn(line, `${name}:${index + 1}`));
  const [opening] = records;
  if (opening?.kind !== "opening" || opening.document.schema !== resultSchema) throw new EdgemarkError("usage.input", `expected what a run of ${resultSchema} writes down; ${name} ${opening === undefined ? "has no whole line" : "begins with something else"}; give the folder of a run`);
  const checks: CheckResult[] = [];
  const measurements = new Map<string, Measurement>();
  const histories: HistoryReference[] = [];
  const faults: FaultRecord[] = [];
  for (const record of records) {
    if (record.kind !== "check") continue;
    checks.push(record.result);
    for (const one of record.measurements) measurements.set(one.id, one);
    histories.push(...record.histories);
    faults.push(...record.faults);
  }
  // What a check took is all that is known of the time; waiting checks overlap, so that it is no more than a bound.
  const durationMs = checks.reduce((sum, check) => sum + check.durationMs, opening.document.run.durationMs);
  const document = { ...opening.document, run: { ...opening.document.run, durationMs }, checks, measurements: Object.fromEntries(measurements), histories, faults, counts: countsOf(checks) };
  return { document, done: checks.length, total: opening.total, pid: opening.pid };
}

function recordIn(line: string, place: string): RecordLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && "kind" in value) return value as RecordLine;
    throw new Error("it is no record");
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected a record of a run at ${place}; ${messageOf(cause).slice(0, 120)}; the file was changed, or is another`, { cause });
  }
}

function countsOf(checks: readonly CheckResult[]): Counts {
  const of = (verdict: Verdict): number => checks.filter((check) => check.verdict === verdict).length;
  return { pass: of("pass"), fail: of("fail"), notApplicable: of("not-applicable"), inconclusive: of("inconclusive"), error: of("error") };
}
