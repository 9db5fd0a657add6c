// Distributions as inline SVG: bars, the strip of percentiles, and the percentile curve. Every chart says in its label what
// it shows, for those who cannot see it.
import type { ChartOf } from "../../charts/definition.js";
import type { PercentileMark } from "../../charts/distribution.js";
import { stripScale } from "../../charts/distribution.js";
import type { Scale } from "../../charts/scale.js";
import { plural, quantity } from "../../words.js";
import type { Markup } from "../markup.js";
import { html, trusted } from "../markup.js";
import { across, anchorAt, horizontalAxis, linePath, right, roomFor, round, thresholdLines, valueAxis, width } from "./axis.js";

/** Bars with the percentiles marked on their own line below the bars' tops. */
export function histogramSvg({ data: chart, marks, unit, title: name, thresholds }: ChartOf<"histogram">): Markup {
  const top = 24 + roomFor(thresholds);
  const base = top + 94;
  const bars = chart.bins.filter((bin) => bin.count > 0).map((bin) => {
    const x = across(chart.scale, bin.from);
    const height = Math.max(1.5, (bin.count / chart.tallest) * (base - top));
    const wide = Math.max(1, round(across(chart.scale, bin.to) - x - 1));
    return `M${round(x + 0.5)} ${base}v${round(-height)}h${wide}V${base}z`;
  });
  const named = marks.filter((mark) => mark.name === "p50" || mark.name === "p99");
  const first = chart.bins.find((bin) => bin.count > 0);
  const last = chart.bins.findLast((bin) => bin.count > 0);
  const label = `Histogram of ${name}, ${plural(chart.n, "sample")} from ${quantity(first?.from ?? 0, unit)} to ${quantity(last?.to ?? 0, unit)}${named.map((mark) => `, ${mark.name} ${quantity(mark.value, unit)}`).join("")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${base + 22}" role="img" aria-label="${label}"><path class="bar" d="${bars}"/>${markLines(chart.scale, named, base, top)}${thresholdLines(chart.scale, thresholds, top - 14, base)}${horizontalAxis(chart.scale, base, (value) => quantity(value, unit))}</svg>`;
}

function markLines(scale: Scale, marks: readonly PercentileMark[], base: number, top: number): readonly Markup[] {
  let taken = -Infinity;
  return marks.map((mark) => {
    const x = across(scale, mark.value);
    // Two labels at one place: the second goes to the other side of its line.
    const isCrowded = x - taken < 30;
    taken = x;
    const side = anchorAt(x, 14) === "end" ? "end" : isCrowded ? "start" : "middle";
    return html`<line class="mark" x1="${x}" x2="${x}" y1="${top - 4}" y2="${base}"/><text class="mark-text" x="${side === "start" ? x + 3 : x}" y="${isCrowded ? top + 4 : top - 8}" text-anchor="${side}">${mark.name}</text>`;
  });
}

/** A line from the smallest to the largest percentile, with a dot for each. */
export function percentileSvg({ marks, unit, title: name, thresholds }: ChartOf<"percentiles">): Markup {
  const scale = stripScale(marks, thresholds.map(({ value }) => value));
  const y = 26 + roomFor(thresholds);
  const from = across(scale, marks[0]?.value ?? 0);
  const to = across(scale, marks.at(-1)?.value ?? 0);
  let lastLabel = -Infinity;
  const dots = marks.map((mark) => {
    const x = across(scale, mark.value);
    const hasRoom = x - lastLabel > 26;
    if (hasRoom) lastLabel = x;
    return html`<circle class="dot" cx="${x}" cy="${y}" r="4"><title>${mark.name}: ${quantity(mark.value, unit)}</title></circle>${hasRoom ? html`<text class="mark-text" x="${x}" y="${y - 9}" text-anchor="${anchorAt(x, 10)}">${mark.name}</text>` : undefined}`;
  });
  const label = `Percentiles of ${name}: ${marks.map((mark) => `${mark.name} ${quantity(mark.value, unit)}`).join(", ")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${y + 40}" role="img" aria-label="${label}"><line class="span" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>${thresholdLines(scale, thresholds, y - 16, y + 16)}${dots}${horizontalAxis(scale, y + 16, (value) => quantity(value, unit))}</svg>`;
}

/** Value over percentile; every further nine takes as much room as all before it. */
export function curveSvg({ data, unit, title, thresholds }: ChartOf<"curve">): Markup {
  const top = 14;
  const base = 128;
  const { from, down, markup: values } = valueAxis(data.value, unit, top, base);
  const at = (share: number): number => round(from + share * (right - from));
  const path = linePath(data.points.map((point) => ({ x: at(point.across), y: down(point.value) })));
  const nines = data.ticks.map(({ across: share, label }) => html`<text class="tick" x="${at(share)}" y="${base + 15}" text-anchor="${at(share) < from + 10 ? "start" : anchorAt(at(share), 16)}">${label}</text>`);
  // A curve rises to the right: what is above its middle has room at the left.
  const middle = data.points.find(({ quantile }) => quantile >= 0.5)?.value ?? 0;
  const limits = thresholds.filter(({ value }) => value >= data.value.low && value <= data.value.high).slice(0, 3).map((limit) => html`<line class="limit" x1="${from}" x2="${right}" y1="${down(limit.value)}" y2="${down(limit.value)}"/><text class="limit-text" x="${limit.value > middle ? from + 3 : right}" y="${down(limit.value) - 3}" text-anchor="${limit.value > middle ? "start" : "end"}">${limit.label}</text>`);
  const named = [0.5, 0.99, 0.999].flatMap((quantile) => data.points.find((point) => point.quantile >= quantile - 1e-9) ?? []);
  const dots = named.map((point) => html`<circle class="dot" cx="${at(point.across)}" cy="${down(point.value)}" r="3"><title>${Number((point.quantile * 100).toFixed(3))} %: ${quantity(point.value, unit)}</title></circle>`);
  const label = `Percentile curve of ${title}, ${plural(data.n, "sample")}: ${named.map((point) => `${Number((point.quantile * 100).toFixed(2))} % at most ${quantity(point.value, unit)}`).join(", ")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${base + 22}" role="img" aria-label="${label}">${values}<path class="axis" d="M${from} ${base}H${right}${data.ticks.map(({ across: share }) => `M${at(share)} ${base}v4`)}"/><path class="line" d="${trusted(path)}"/>${limits}${dots}${nines}</svg>`;
}
