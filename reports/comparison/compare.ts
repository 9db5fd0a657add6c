// Compares the runs of one side with those of another, pair by pair in the order of time. Pure: documents in, verdicts out.
import type { ResultDocument } from "../../contract/result/document.js";
import { compareChecks } from "./checks.js";
import { differencesBetween, metricsOf, type Metric } from "./metrics.js";
import { comparePairs, confidenceFor } from "./paired.js";
import { comparisonSchema, verdictOfAll, type ComparedMetric, type ComparedSide, type Comparison, type ComparisonVerdict } from "./types.js";

export interface SideOfRuns {
  readonly name: string;
  /** In any order; interrupted ones are left out by whoever read them. */
  readonly documents: readonly ResultDocument[];
  readonly leftOut?: readonly { readonly file: string; readonly reason: string }[];
}

export interface CompareOptions {
  /** 0.05 is 5 %. */
  readonly minEffect: number;
  /** Only metrics whose id begins with one of these. Default: all. */
  readonly only?: readonly string[];
}

/** @param a before, @param b after */
export function compareRuns(a: SideOfRuns, b: SideOfRuns, { minEffect, only = [] }: CompareOptions): Comparison {
  const [before, after] = [inTime(a.documents), inTime(b.documents)];
  const leftOut = [...(a.leftOut ?? []), ...(b.leftOut ?? [])];
  const differences = differencesOf([...before, ...after]);
  const pairs = before.slice(0, after.length).flatMap((one, index) => {
    const other = after[index];
    return other === undefined ? [] : [[one, other] as const];
  });
  const rows = metricRows(pairs, only);
  const confidence = confidenceFor(rows.length);
  const unfair = differences.length > 0 ? "the conditions differ" : isInterleaved(pairs) ? undefined : "the runs were not made in turns, and the machine may have changed meanwhile";
  const metrics = rows.map((row) => metricOf(row, { confidence, minEffect, ...(unfair === undefined ? {} : { unfair }) }));
  const { checks, same } = compareChecks(before, after);
  const isEmpty = before.length === 0 || after.length === 0;
  const verdict = verdictOfAll([
    ...metrics.map((one) => one.verdict),
    ...checks.map((one) => one.verdict),
    ...(isEmpty || differences.length > 0 || leftOut.length > 0 || metrics.length + same + checks.length === 0 ? (["cannot tell"] as const) : []),
    ...(same > 0 && metrics.length === 0 ? (["same"] as const) : []),
  ]);
  return {
    schema: comparisonSchema,
    a: sideOf(a.name, before),
    b: sideOf(b.name, after),
    differences,
    leftOut,
    confidence,
    minEffect,
    metrics,
    checks,
    sameChecks: same,
    verdict,
    reason: isEmpty ? "a side has no run that can be used" : differences.length > 0 ? `the conditions differ: ${differences.join("; ")}` : reasonOf(verdict, [...metrics, ...checks], leftOut.length),
  };
}

interface Row extends Omit<Metric, "value" | "voidBecause"> {
  readonly pairs: readonly (readonly [number, number])[];
  readonly lost: number;
}

function metricRows(pairs: readonly (readonly [ResultDocument, ResultDocument])[], only: readonly string[]): readonly Row[] {
  const tables = pairs.map(([a, b]) => [tableOf(a), tableOf(b)] as const);
  const known = new Map(tables.flatMap(([a, b]) => [...a, ...b]));
  return [...known.values()]
    .filter(({ id }) => only.length === 0 || only.some((start) => id.startsWith(start)))
    .map(({ id, unit, direction }) => {
      const values = tables.flatMap(([a, b]) => {
        const [left, right] = [a.get(id), b.get(id)];
        return left?.value === undefined || right?.value === undefined || left.unit !== right.unit ? [] : [[left.value, right.value] as const];
      });
      return { id, unit, direction, pairs: values, lost: tables.length - values.length };
    });
}

function tableOf(document: ResultDocument): ReadonlyMap<string, Metric> {
  return new Map(metricsOf(document).map((metric) => [metric.id, metric]));
}

function metricOf({ id, unit, direction, pairs, lost }: Row, { confidence, minEffect, unfair }: { readonly confidence: number; readonly minEffect: number; readonly unfair?: string }): ComparedMetric {
  const result = comparePairs(pairs, { direction, confidence, minEffect, lostPairs: lost });
  const isJudged = result.verdict !== "cannot tell";
  return { id, unit, direction, ...result, ...(unfair === undefined || !isJudged ? {} : { verdict: "cannot tell", reason: `${unfair}; otherwise ${result.verdict}: ${result.reason}` }) };
}

/** Whether each pair was over before the next began: what drifts then meets both sides. */
function isInterleaved(pairs: readonly (readonly [ResultDocument, ResultDocument])[]): boolean {
  return pairs.every(([a, b], index) => {
    const next = pairs[index + 1];
    return next === undefined || Math.max(a.run.startedAtMs, b.run.startedAtMs) < Math.min(next[0].run.startedAtMs, next[1].run.startedAtMs);
  });
}

function inTime(documents: readonly ResultDocument[]): readonly ResultDocument[] {
  return [...documents].sort((a, b) => a.run.startedAtMs - b.run.startedAtMs);
}

function differencesOf(documents: readonly ResultDocument[]): readonly string[] {
  const [first] = documents;
  return first === undefined ? [] : [...new Set(documents.flatMap((one) => differencesBetween(first, one)))];
}

function sideOf(name: string, documents: readonly ResultDocument[]): ComparedSide {
  const last = documents.at(-1);
  return { name, target: last?.target.name ?? "", version: last?.target.version ?? "", runs: documents.length, firstAtMs: documents[0]?.run.startedAtMs ?? 0, lastAtMs: last?.run.startedAtMs ?? 0 };
}

function reasonOf(verdict: ComparisonVerdict, all: readonly { readonly verdict: ComparisonVerdict }[], leftOut: number): string {
  if (all.length === 0) return leftOut > 0 ? "documents are left out" : "nothing differs";
  const count = (wanted: ComparisonVerdict): string => `${all.filter((one) => one.verdict === wanted).length} ${wanted}`;
  const words = (["worse", "cannot tell", "better", "same"] as const).map(count).join(", ");
  return `${words}${leftOut === 0 ? "" : `; ${leftOut} documents are left out`}${verdict === "cannot tell" ? "; nothing passes that is not known" : ""}`;
}
