// Judges a folder of nights: where each number changed for good, and whether the last nights got worse. A single bad night is
// no change. Pure: documents in, verdicts out, the same every time.
import { compareChecks } from "../comparison/checks.js";
import { differencesBetween, metricsOf } from "../comparison/metrics.js";
import { percent } from "../comparison/paired.js";
import { verdictOfAll, type ComparisonVerdict, type Direction } from "../comparison/types.js";
import { changePoints } from "../statistics/change-points.js";
import { shiftBetween } from "../statistics/shift.js";
import type { Night, Nights } from "./store.js";
import { nightsSchema, type NightChange, type NightsJudgement, type NightsMetric } from "./types.js";

export interface JudgeNightsOptions {
  /** Smallest relative change that matters: 0.05 is 5 %. */
  readonly minEffect: number;
  /** A change that began in the last so many nights decides tonight's verdict; an older one is known. */
  readonly recentNights: number;
  /** Of the permutations. */
  readonly seed: number;
}

/** All numbers of a folder together show a change that is none at most this often. */
const familyError = 0.05;
/** With fewer, not even a clear change is more than chance. */
const fewestNights = 10;
/** Older ones are history: a test of so many nights takes a third of a second where there is a change, and grows with their square. */
const mostNights = 200;

export function judgeNights({ nights, leftOut }: Nights, options: JudgeNightsOptions): NightsJudgement {
  const tonight = nights.at(-1);
  if (tonight === undefined) return { ...emptyOf(leftOut), verdict: "cannot tell", reason: "there is no night that can be used" };
  const apart = nights.flatMap((night) => {
    const reason = apartBecause(night, tonight);
    return reason === undefined ? [] : [{ file: night.file, reason }];
  });
  const aside = new Set(apart.map(({ file }) => file));
  const together = nights.filter(({ file }) => !aside.has(file)).slice(-mostNights);
  const metrics = judgedMetrics(together, options);
  const previous = together.at(-2);
  const { checks } = previous === undefined ? { checks: [] } : compareChecks([previous.document], [tonight.document]);
  const problems = [...(tonight.document.run.interrupted === undefined ? [] : [`the last night was interrupted: ${tonight.document.run.interrupted}`]), ...recentlyLost(nights, leftOut, options.recentNights), ...(metrics.length === 0 ? ["no number can be judged"] : [])];
  const verdict = verdictOfAll([...metrics.map((one) => one.verdict), ...checks.map((one) => one.verdict), ...(problems.length > 0 ? (["cannot tell"] as const) : [])]);
  return {
    schema: nightsSchema,
    target: tonight.document.target.name,
    nights: together.length,
    firstAtMs: together[0]?.document.run.startedAtMs ?? 0,
    lastAtMs: tonight.document.run.startedAtMs,
    leftOut,
    apart,
    metrics,
    checks,
    verdict,
    reason: reasonOf({ metrics, checks, problems, leftOut: leftOut.length, apart: apart.length }),
  };
}

/** Why a night is not judged with the last one. */
function apartBecause({ document }: Night, tonight: Night): string | undefined {
  if (document.target.name !== tonight.document.target.name) return `its target is ${document.target.name}, not ${tonight.document.target.name}`;
  const differences = differencesBetween(document, tonight.document);
  if (differences.length > 0) return `other conditions than the last night's: ${differences.join("; ")}`;
  return document.run.interrupted === undefined ? undefined : `interrupted: ${document.run.interrupted}`;
}

/** Documents that are lost among the last nights: what they held might be the change. */
function recentlyLost(nights: readonly Night[], leftOut: Nights["leftOut"], recentNights: number): readonly string[] {
  const from = nights.at(-recentNights)?.file ?? "";
  return leftOut.filter(({ file }) => /^\d/.test(file) && file >= from).map(({ file, reason }) => `${file} is left out (${reason})`);
}

interface Series {
  readonly id: string;
  readonly unit: string;
  readonly direction: Direction;
  readonly points: readonly { readonly night: Night; readonly value: number }[];
  readonly missing: number;
  /** Why the last night has no value. */
  readonly missingTonight?: string;
}

function judgedMetrics(together: readonly Night[], options: JudgeNightsOptions): readonly NightsMetric[] {
  const all = seriesOf(together, options.recentNights);
  return all.map((series, index): NightsMetric => {
    const { id, unit, direction, points, missing, missingTonight } = series;
    const about = { id, unit, direction, values: points.map(({ night, value }) => [night.document.run.startedAtMs, value] as const), missingNights: missing };
    const told = (verdict: ComparisonVerdict, reason: string, changes: readonly NightChange[] = []): NightsMetric => ({ ...about, changes, verdict, reason: missing === 0 || (missing === 1 && missingTonight !== undefined) ? reason : `${reason}; ${missing === 1 ? "1 night lacks" : `${missing} nights lack`} it` });
    const changes = points.length < fewestNights ? [] : changesOf(series, { ...options, alpha: familyError / all.length, seed: options.seed + index });
    if (missingTonight !== undefined) return told("cannot tell", `the last night lacks it: ${missingTonight}`, changes);
    if (points.length < fewestNights) return told("cannot tell", `${points.length === 1 ? "1 night has" : `${points.length} nights have`} it, and ${fewestNights} are needed`);
    const last = changes.at(-1);
    if (last === undefined) return told("same", `no change in ${points.length} nights`);
    if (last.nightsAfter > options.recentNights) return told("same", `no change in the last ${last.nightsAfter} nights`, changes);
    return told(last.kind, changeInWords(last), changes);
  });
}

/** Every number that one of the last nights has: one that is gone for longer is not asked for any more. */
function seriesOf(together: readonly Night[], recentNights: number): readonly Series[] {
  const tables = together.map((night) => ({ night, metrics: new Map(metricsOf(night.document).map((metric) => [metric.id, metric])) }));
  const wanted = new Map(tables.slice(-recentNights).flatMap(({ metrics }) => [...metrics]));
  return [...wanted.values()].map(({ id, unit, direction }) => {
    const points = tables.flatMap(({ night, metrics }) => {
      const metric = metrics.get(id);
      return metric?.value === undefined || metric.unit !== unit ? [] : [{ night, value: metric.value }];
    });
    // Before a number was measured for the first time it was not missing.
    const first = tables.findIndex(({ metrics }) => metrics.has(id));
    const tonight = tables.at(-1)?.metrics.get(id);
    return { id, unit, direction, points, missing: tables.length - Math.max(0, first) - points.length, ...(tonight?.value === undefined ? { missingTonight: tonight?.voidBecause ?? "it was not measured" } : {}) };
  });
}

function changesOf({ points, direction }: Series, { alpha, seed, minEffect }: JudgeNightsOptions & { readonly alpha: number }): readonly NightChange[] {
  // A ratio is the same size both ways only on a logarithm; a series that touches 0 has none, and is shown without changes.
  if (points.some(({ value }) => !(value > 0))) return [];
  const logs = points.map(({ value }) => Math.log(value));
  const found = changePoints(logs, { alpha, seed });
  return found.flatMap(({ index, p }, at): NightChange[] => {
    const [before, after] = [logs.slice(found[at - 1]?.index ?? 0, index), logs.slice(index, found[at + 1]?.index ?? logs.length)];
    const night = points[index]?.night;
    const { value, low, high } = shiftBetween(before, after, 0.95);
    if (night === undefined || Math.abs(value) < Math.log1p(minEffect)) return [];
    return [
      {
        night: night.document.run.id,
        file: night.file,
        atMs: night.document.run.startedAtMs,
        kind: value > 0 === (direction === "lower") ? "worse" : "better",
        ratio: { value: Math.exp(value), ...(Number.isFinite(low) ? { low: Math.exp(low), high: Math.exp(high) } : {}) },
        p,
        nightsBefore: before.length,
        nightsAfter: after.length,
      },
    ];
  });
}

/** "+20.1 % (95 %: +15.0 % to +25.2 %) since 2026-11-03 (night 20261103T...)" */
export function changeInWords({ ratio, atMs, night, nightsAfter }: NightChange): string {
  const interval = ratio.low === undefined || ratio.high === undefined ? "too few nights for an interval" : `95 %: ${percent(ratio.low)} to ${percent(ratio.high)}`;
  return `${percent(ratio.value)} (${interval}) since ${new Date(atMs).toISOString().slice(0, 10)} (${night}), ${nightsAfter} ${nightsAfter === 1 ? "night" : "nights"}`;
}

function reasonOf({ metrics, checks, problems, leftOut, apart }: { readonly metrics: readonly NightsMetric[]; readonly checks: readonly { readonly verdict: ComparisonVerdict }[]; readonly problems: readonly string[]; readonly leftOut: number; readonly apart: number }): string {
  const count = (wanted: ComparisonVerdict): string => `${[...metrics, ...checks].filter(({ verdict }) => verdict === wanted).length} ${wanted}`;
  return [
    ...problems,
    (["worse", "cannot tell", "better", "same"] as const).map(count).join(", "),
    ...(leftOut === 0 ? [] : [`warning: ${leftOut} ${leftOut === 1 ? "document is" : "documents are"} left out`]),
    ...(apart === 0 ? [] : [`${apart} ${apart === 1 ? "night is" : "nights are"} of other conditions`]),
  ].join("; ");
}

function emptyOf(leftOut: Nights["leftOut"]): Omit<NightsJudgement, "verdict" | "reason"> {
  return { schema: nightsSchema, target: "", nights: 0, firstAtMs: 0, lastAtMs: 0, leftOut, apart: [], metrics: [], checks: [] };
}
