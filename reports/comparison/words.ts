// Comparisons and nights in words: for a terminal, and as Markdown for a pull request or a job's summary.
import { changeInWords } from "../nights/judge-nights.js";
import type { NightsJudgement, NightsMetric } from "../nights/types.js";
import { escapeMarkdown, markdownCode, visible } from "../text.js";
import { plural } from "../words.js";
import { confidenceInWords, percent } from "./paired.js";
import { comparisonVerdicts, type ComparedCheck, type ComparedMetric, type Comparison, type ComparisonVerdict } from "./types.js";

export const comparisonSigns: Readonly<Record<ComparisonVerdict, string>> = { worse: "✗", "cannot tell": "?", better: "✓", same: "=" };

/** Rows that Markdown shows of each list; the document has all. */
const rowsShown = 40;

/** @returns lines for a terminal, the verdict last */
export function comparisonInWords(comparison: Comparison): string {
  const { a, b, metrics, checks, leftOut, verdict, reason } = comparison;
  return [
    `a  ${plain(a.name)}: ${plain(a.target)} ${plain(a.version)}, ${plural(a.runs, "run")}`,
    `b  ${plain(b.name)}: ${plain(b.target)} ${plain(b.version)}, ${plural(b.runs, "run")}`,
    ...leftOut.map(({ file, reason: why }) => `left out: ${plain(file)}: ${plain(why)}`),
    ...byVerdict(metrics).map((metric) => `${comparisonSigns[metric.verdict]} ${metric.verdict.padEnd(11)}  ${plain(metric.id)}: ${figures(metric)}${metric.reason}`),
    ...byVerdict(checks).map((check) => `${comparisonSigns[check.verdict]} ${check.verdict.padEnd(11)}  ${plain(check.id)}: ${plain(check.reason)}`),
    `${comparisonSigns[verdict]} ${verdict}: ${plain(reason)}`,
  ].join("\n");
}

/** @returns lines for a terminal, the verdict last */
export function nightsInWords({ target, nights, metrics, checks, leftOut, apart, verdict, reason }: NightsJudgement): string {
  return [
    `${target === "" ? "no target" : plain(target)}: ${plural(nights, "night is", "nights are")} judged together`,
    ...leftOut.map(({ file, reason: why }) => `warning: ${plain(file)} is left out: ${plain(why)}`),
    ...apart.map(({ file, reason: why }) => `${plain(file)} is set apart: ${plain(why)}`),
    ...alike(byVerdict(metrics)).flatMap(([metric, ...others]) => [
      `${comparisonSigns[metric.verdict]} ${metric.verdict.padEnd(11)}  ${[metric, ...others].map(({ id }) => plain(id)).join(", ")}: ${plain(metric.reason)}`,
      ...metric.changes.map((change) => `    changed ${change.kind === "worse" ? "for the worse" : "for the better"}: ${changeInWords(change)}`),
    ]),
    ...byVerdict(checks).map((check) => `${comparisonSigns[check.verdict]} ${check.verdict.padEnd(11)}  ${plain(check.id)}: ${plain(check.reason)}`),
    `${comparisonSigns[verdict]} ${verdict}: ${plain(reason)}`,
  ].join("\n");
}

/** @returns Markdown of a comparison */
export function comparisonMarkdown(comparison: Comparison): string {
  const { a, b, metrics, checks, verdict, reason, confidence, minEffect } = comparison;
  return [
    `### ${comparisonSigns[verdict]} ${verdict}: ${markdownCode(plain(b.name))} against ${markdownCode(plain(a.name))}`,
    "",
    `${escapeMarkdown(plain(reason))}. Each interval has ${confidenceInWords(confidence)} confidence; less than ${percent(1 + minEffect)} either way does not matter.`,
    "",
    ...table(
      ["", "metric", "before", "after", "change", "interval", "pairs"],
      byVerdict(metrics).map((metric) => [`${comparisonSigns[metric.verdict]} ${metric.verdict}`, markdownCode(plain(metric.id)), amount(metric.a, metric.unit), amount(metric.b, metric.unit), metric.ratio === undefined ? "" : percent(metric.ratio.value), intervalOf(metric), String(metric.pairs)]),
    ),
    ...checkTable(checks),
  ].join("\n");
}

/** @returns Markdown of a folder of nights */
export function nightsMarkdown({ target, nights, metrics, checks, leftOut, verdict, reason }: NightsJudgement): string {
  return [
    `### ${comparisonSigns[verdict]} ${verdict}: ${nights} nights of ${markdownCode(plain(target))}`,
    "",
    `${escapeMarkdown(plain(reason))}.`,
    "",
    ...leftOut.slice(0, rowsShown).map(({ file, reason: why }) => `- left out: ${markdownCode(plain(file))}: ${escapeMarkdown(plain(why))}`),
    ...(leftOut.length === 0 ? [] : [""]),
    ...table(
      ["", "metric", "nights", "what is known"],
      byVerdict(metrics).map((metric) => [`${comparisonSigns[metric.verdict]} ${metric.verdict}`, markdownCode(plain(metric.id)), String(metric.values.length), escapeMarkdown(plain(metric.reason))]),
    ),
    ...checkTable(checks),
  ].join("\n");
}

function checkTable(checks: readonly ComparedCheck[]): string[] {
  return table(
    ["", "check", "what changed"],
    byVerdict(checks).map((check) => [`${comparisonSigns[check.verdict]} ${check.verdict}`, markdownCode(plain(check.id)), escapeMarkdown(plain(check.reason))]),
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const more = rows.length > rowsShown ? [line([`${rows.length - rowsShown} more`, ...heads.slice(1).map(() => "")])] : [];
  return [line(heads), line(heads.map(() => "---")), ...rows.slice(0, rowsShown).map(line), ...more, ""];
}

type Alike = readonly [NightsMetric, ...NightsMetric[]];

/** Numbers of which the same is known are told together, where the first of them stands: in the first nights that is most of them. */
function alike(metrics: readonly NightsMetric[]): readonly Alike[] {
  const groups = new Map<string, [NightsMetric, ...NightsMetric[]]>();
  for (const metric of metrics) {
    const key = metric.changes.length > 0 ? metric.id : `${metric.verdict} ${metric.reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [metric]);
    else group.push(metric);
  }
  return [...groups.values()];
}

function byVerdict<T extends { readonly verdict: ComparisonVerdict }>(all: readonly T[]): readonly T[] {
  return comparisonVerdicts.flatMap((verdict) => all.filter((one) => one.verdict === verdict));
}

function figures({ a, b, unit }: ComparedMetric): string {
  return a === undefined || b === undefined ? "" : `${amount(a, unit)} before, ${amount(b, unit)} after; `;
}

function intervalOf({ ratio }: ComparedMetric): string {
  return ratio?.low === undefined || ratio.high === undefined ? "none" : `${percent(ratio.low)} to ${percent(ratio.high)}`;
}

function amount(value: number | undefined, unit: string): string {
  return value === undefined ? "" : `${Number(value.toPrecision(4))} ${unit}`;
}

function plain(text: string): string {
  return visible(text, { limit: 300 });
}
