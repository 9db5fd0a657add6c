// Every chart of a document, in the order in which they are told: what failed, gaps and cold starts side by side, where the
// PoPs are, then each measurement. Whatever id a measurement has, what it carries decides how it is drawn.
import type { CheckResult, ClaimResult, Evidence, Measurement, ResultDocument } from "../../contract/result/document.js";
import { quantity } from "../words.js";
import { percentileCurve } from "./curve.js";
import type { Cell, Chart, ChartOf, ChartTable, Threshold } from "./definition.js";
import { histogram, percentileMarks } from "./distribution.js";
import { heatMap } from "./heat.js";
import { isRoundTrip, popMap } from "./map.js";
import { bySize, isColdStart, isGap, strips } from "./strips.js";
import { timeSeries } from "./series.js";
import { timelineOf } from "./timeline.js";

/** Rows of a table under a chart; the document has all. */
const rowsShown = 60;
const stretchesShown = 16;
const percentilesShown = 12;

/** The charts of one measurement: over time, its distribution, its percentiles, by pair of PoPs. */
export function measurementCharts(measurement: Measurement, document: ResultDocument): readonly Chart[] {
  const { id, unit } = measurement;
  const thresholds = thresholdsOf(claimsOf(measurement, document.claims), unit);
  const values = thresholds.map(({ value }) => value);
  const named = (kind: string) => ({ name: `${fileSafe(id)}.${kind}`, title: id, unit });
  const series = timeSeries(measurement, document.faults);
  const bars = histogram(measurement.samples ?? [], values);
  const marks = percentileMarks(measurement);
  const curve = percentileCurve(measurement, values);
  const heat = heatMap(measurement, document.target.pops.map((pop) => pop.id));
  const charts: Chart[] = [];
  if (series !== undefined) {
    const ofSeries = measurement.seriesOf?.unit ?? unit;
    const rows = largestOfStretches(series.points).map(([at, value]) => [inUnit(at, series.along === undefined ? "s" : "count"), inUnit(value, ofSeries)]);
    charts.push({ ...named("series"), unit: ofSeries, kind: "series", data: series, table: tableOf(rows.length < series.n ? "Largest of each stretch" : "Points", [series.along ?? "Second", ofSeries], rows, series.n) });
  }
  if (bars !== undefined) {
    const rows = bars.bins.filter((bin) => bin.count > 0).map((bin) => [`${quantity(bin.from, unit)} to ${quantity(bin.to, unit)}`, inUnit(bin.count, "count")]);
    charts.push({ ...named("histogram"), kind: "histogram", data: bars, marks, thresholds, table: tableOf("Histogram", ["Between", "Samples"], rows) });
  }
  if (curve !== undefined) {
    const every = Math.max(1, Math.ceil(curve.points.length / percentilesShown));
    const rows = curve.points.filter((_, index) => index % every === 0 || index === curve.points.length - 1).map(({ quantile, value }) => [`${Number((quantile * 100).toFixed(3))} %`, inUnit(value, unit)]);
    charts.push({ ...named("percentiles"), kind: "curve", data: curve, thresholds, table: tableOf("Percentile curve", ["Percentile", unit], rows) });
  } else if (bars === undefined && series === undefined && marks.length > 1) {
    charts.push({ ...named("percentiles"), kind: "percentiles", marks, thresholds, table: tableOf("Percentiles", ["Percentile", unit], marks.map(({ name, value }) => [name, inUnit(value, unit)])) });
  }
  if (heat !== undefined) {
    const rows = heat.cells.flat().flatMap((cell) => (cell === undefined ? [] : [[cell.row, cell.column, inUnit(cell.value, unit)]]));
    charts.push({ ...named("heat"), kind: "heat", data: heat, table: tableOf("By row and column", ["Row", "Column", unit], rows.slice(0, rowsShown), rows.length) });
  }
  return charts;
}

/** The whole time in a few rows, in which no spike is lost. */
function largestOfStretches(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  if (points.length <= stretchesShown) return points;
  return Array.from({ length: stretchesShown }, (_, index) => points.slice(Math.floor((index * points.length) / stretchesShown), Math.floor(((index + 1) * points.length) / stretchesShown))).flatMap((stretch) => (stretch.length === 0 ? [] : [stretch.reduce((a, b) => (b[1] > a[1] ? b : a))]));
}

/** Measurements that say more beside each other than alone. */
export function groupCharts(document: ResultDocument): readonly ChartOf<"strips">[] {
  const all = Object.values(document.measurements);
  const claims = (measurement: Measurement): readonly ClaimResult[] => claimsOf(measurement, document.claims);
  const groups = [
    { name: "gaps", title: "Failover and migration gaps", of: all.filter(isGap) },
    { name: "cold-starts", title: "Cold starts by size", of: bySize(all.filter(isColdStart)) },
  ];
  return groups.flatMap(({ name, title, of }) => {
    const data = strips(of, claims);
    if (data === undefined) return [];
    const rows = data.rows.map(({ label, samples, median, n, threshold, isVoid }): Cell[] => [
      isVoid ? `${label} (void)` : label,
      inUnit(n, "count"),
      inUnit(samples[0] ?? median, "ms"),
      inUnit(median, "ms"),
      inUnit(samples.at(-1) ?? median, "ms"),
      threshold === undefined ? "" : inUnit(threshold.value, "ms"),
    ]);
    return [{ name, title, unit: "ms", kind: "strips" as const, data, table: tableOf(title, ["Measurement", "n", "Smallest", "Median", "Largest", "Documented"], rows) }];
  });
}

/** The map of PoPs; undefined when they stand in fewer than two places. */
export function mapChart(document: ResultDocument): ChartOf<"map"> | undefined {
  const data = popMap(document.target.pops, Object.values(document.measurements).find(isRoundTrip));
  if (new Set(data.places.map(({ x, y }) => `${x} ${y}`)).size < 2) return undefined;
  const rows = data.times.map(({ row, column, value, unit }): Cell[] => [row, column, inUnit(value, unit)]);
  const places = data.places.map(({ id, region }): Cell[] => [id, region]);
  const table = rows.length === 0 ? tableOf("PoPs", ["PoP", "Region"], places) : tableOf("Round-trip times", ["From", "To", "Round trip"], rows.slice(0, rowsShown), rows.length);
  return { name: "pops", title: "PoPs", unit: "", kind: "map", data, table };
}

/** What a check's history shows of its violation. @param ordinal of the evidence, when a check has several */
export function timelineChart(check: CheckResult, evidence: Evidence, ordinal = 0): ChartOf<"timeline"> | undefined {
  const data = timelineOf(evidence);
  if (data === undefined) return undefined;
  const rows = data.bars.slice(0, rowsShown).map(({ lane, fromMs, isOpen, toMs, operation }): Cell[] => [
    inUnit(fromMs, "ms"),
    isOpen ? "never" : inUnit(toMs, "ms"),
    data.lanes[lane] ?? "",
    operation.action,
    operation.key,
    operation.input ?? "",
    operation.output ?? "",
    operation.outcome,
  ]);
  const table = tableOf("Operations", ["Called", "Answered", "Client", "Action", "Key", "Input", "Answer", "Outcome"], rows, data.bars.length);
  return { name: `${fileSafe(check.id)}.timeline${ordinal === 0 ? "" : `-${ordinal + 1}`}`, title: `${check.id}: the operations that show it`, unit: "ms", kind: "timeline", data, table };
}

/** All charts of a document, each with a name of its own. */
export function chartsOf(document: ResultDocument): readonly Chart[] {
  const failing = document.checks.filter(({ verdict }) => verdict !== "pass" && verdict !== "not-applicable");
  const timelines = failing.flatMap((check) => check.evidence.flatMap((evidence, index) => timelineChart(check, evidence, index) ?? []));
  const map = mapChart(document);
  const all = [...timelines, ...groupCharts(document), ...(map === undefined ? [] : [map]), ...Object.values(document.measurements).flatMap((one) => measurementCharts(one, document))];
  const taken = new Map<string, number>();
  return all.map((chart) => {
    const count = (taken.get(chart.name) ?? 0) + 1;
    taken.set(chart.name, count);
    return count === 1 ? chart : { ...chart, name: `${chart.name}-${count}` };
  });
}

/** The claims that judge a measurement: their path names it. */
export function claimsOf(measurement: Measurement, claims: readonly ClaimResult[]): readonly ClaimResult[] {
  if (measurement.id === "") return [];
  return claims.filter(({ path }) => path !== undefined && (path.includes(`'${measurement.id}'`) || path.includes(`"${measurement.id}"`)));
}

/** The figures that claims hold a measurement against, each once; what they judge stands at the end of their path. */
function thresholdsOf(claims: readonly ClaimResult[], unit: string): readonly Threshold[] {
  const found = new Map<string, Threshold>();
  for (const { id, kind, threshold, measured, path } of claims) {
    if (threshold === undefined || kind !== "number" || measured?.unit !== unit || !Number.isFinite(threshold)) continue;
    const judged = /\bp\d+(\.\d+)?\b|\b(min|max)\b/.exec(path?.split("percentiles").at(1) ?? "")?.[0];
    const label = `${judged === undefined ? "" : `${judged} `}${quantity(threshold, unit)} (${id.slice(0, 20)})`;
    if (!found.has(label)) found.set(label, { value: threshold, label });
  }
  return [...found.values()];
}

function inUnit(value: number, unit: string): Cell {
  return { value, unit };
}

function tableOf(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[], all = rows.length): ChartTable {
  return { title, heads, rows, leftOut: Math.max(0, all - rows.length) };
}

/** A measurement's id as a part of a file's name: a stranger's may hold anything. */
function fileSafe(id: string): string {
  return id.slice(0, 80).replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "chart";
}
