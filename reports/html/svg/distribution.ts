// Charts of the page as inline SVG. What is drawn comes from reports/charts; here are only coordinates. Colours are
// classes of the style sheet, and every chart says in its label what it shows, for those who cannot see it.
import type { Histogram, PercentileMark } from "../charts/distribution.js";
import { stripScale } from "../charts/distribution.js";
import type { Scale } from "../charts/scale.js";
import type { TimeSeries } from "../charts/series.js";
import { plural, quantity } from "../words.js";
import type { Markup } from "./markup.js";
import { html, trusted } from "./markup.js";

const width = 340;
const left = 8;
const right = 332;

/** A claim's figure as a chart shows it: at its place, with the name of what it judges. */
export interface Threshold {
  readonly value: number;
  readonly label: string;
}

/** Lines of text above a chart, one for each threshold. */
const thresholdsDrawn = 3;
const labelHeight = 11;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function across(scale: Scale, value: number): number {
  return round(left + scale.at(value) * (right - left));
}

/** Text near an edge must grow inwards. */
function anchorAt(x: number, room = 34): "start" | "middle" | "end" {
  return x < left + room ? "start" : x > right - room ? "end" : "middle";
}

function horizontalAxis(scale: Scale, y: number, label: (value: number) => string): Markup {
  const every = Math.ceil(scale.ticks.length / 6);
  const ticks = scale.ticks.map((tick, index) => {
    const x = across(scale, tick);
    const text = index % every === 0 ? html`<text class="tick" x="${x}" y="${y + 15}" text-anchor="${anchorAt(x, 12)}">${label(tick)}</text>` : undefined;
    return html`<line class="axis" x1="${x}" x2="${x}" y1="${y}" y2="${y + 4}"/>${text}`;
  });
  return html`<line class="axis" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>${ticks}`;
}

/** @param top where the chart itself begins; labels stand above it, the first highest */
function thresholdLines(scale: Scale, thresholds: readonly Threshold[], top: number, bottom: number): readonly Markup[] {
  const shown = thresholds.slice(0, thresholdsDrawn);
  return shown.map((threshold, index) => {
    const isBeyond = threshold.value > scale.high * (1 + 1e-9);
    const x = isBeyond ? right : across(scale, threshold.value);
    const y = top - (shown.length - index) * labelHeight;
    const label = isBeyond ? `${threshold.label} →` : threshold.label;
    return html`${isBeyond ? undefined : html`<line class="limit" x1="${x}" x2="${x}" y1="${y + 3}" y2="${bottom}"/>`}<text class="limit-text" x="${x}" y="${y}" text-anchor="${anchorAt(x, 70)}">${label}</text>`;
  });
}

function roomFor(thresholds: readonly Threshold[]): number {
  return Math.min(thresholds.length, thresholdsDrawn) * labelHeight;
}

/** Bars with the percentiles marked on their own line below the bars' tops. */
export function histogramSvg(chart: Histogram, marks: readonly PercentileMark[], unit: string, name: string, thresholds: readonly Threshold[]): Markup {
  const top = 24 + roomFor(thresholds);
  const base = top + 94;
  const bars = chart.bins.map((bin) => {
    if (bin.count === 0) return undefined;
    const x = across(chart.scale, bin.from);
    const height = Math.max(1.5, (bin.count / chart.tallest) * (base - top));
    return html`<rect class="bar" x="${round(x + 0.5)}" y="${round(base - height)}" width="${Math.max(1, round(across(chart.scale, bin.to) - x - 1))}" height="${round(height)}"><title>${quantity(bin.from, unit)} to ${quantity(bin.to, unit)}: ${bin.count}</title></rect>`;
  });
  const named = marks.filter((mark) => mark.name === "p50" || mark.name === "p99");
  const first = chart.bins.find((bin) => bin.count > 0);
  const last = chart.bins.findLast((bin) => bin.count > 0);
  const label = `Histogram of ${name}, ${plural(chart.n, "sample")} from ${quantity(first?.from ?? 0, unit)} to ${quantity(last?.to ?? 0, unit)}${named.map((mark) => `, ${mark.name} ${quantity(mark.value, unit)}`).join("")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${base + 22}" role="img" aria-label="${label}">${bars}${markLines(chart.scale, named, base, top)}${thresholdLines(chart.scale, thresholds, top - 14, base)}${horizontalAxis(chart.scale, base, (value) => quantity(value, unit))}</svg>`;
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
export function percentileSvg(marks: readonly PercentileMark[], unit: string, name: string, thresholds: readonly Threshold[]): Markup {
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

/** Values over time, with the faults as bands behind the line. */
export function seriesSvg(chart: TimeSeries, unit: string, name: string): Markup {
  const top = 30;
  const base = 128;
  const down = (value: number) => round(base - chart.value.at(value) * (base - top));
  const bands = chart.faults.map((fault, index) => {
    const from = across(chart.time, fault.fromS);
    const to = fault.toS === undefined ? right : across(chart.time, fault.toS);
    return html`<rect class="fault" x="${from}" y="${top}" width="${Math.max(2, round(to - from))}" height="${base - top}"><title>${fault.label}</title></rect>${index < 6 ? html`<text class="fault-text" x="${from}" y="${top - 4 - (index % 2) * 11}" text-anchor="${anchorAt(from, 60) === "end" ? "end" : "start"}">▾ ${fault.label}</text>` : undefined}`;
  });
  // Only our own numbers, and longer than a string of a target may be shown.
  const resumes = new Set(chart.silences.map(({ toS }) => toS));
  const path = chart.points.map(([second, value], index) => `${index === 0 || resumes.has(second) ? "M" : "L"}${across(chart.time, second)} ${down(value)}`).join("");
  const silences = chart.silences.map(({ fromS, toS }) => {
    const from = across(chart.time, fromS);
    return html`<rect class="silence" x="${from}" y="${base - 10}" width="${Math.max(1, round(across(chart.time, toS) - from))}" height="10"><title>nothing for ${quantity((toS - fromS) * 1000, "ms")}</title></rect>`;
  });
  const ticks = chart.value.ticks.filter((_, index) => index % Math.ceil(chart.value.ticks.length / 5) === 0);
  const grid = ticks.map((tick) => html`<line class="grid" x1="${left}" x2="${right}" y1="${down(tick)}" y2="${down(tick)}"/>`);
  // The lowest has no room above the time axis; the rest stand over the line, so that a spike does not strike them out.
  const labels = ticks.slice(1).map((tick) => html`<text class="tick over" x="${left + 2}" y="${down(tick) - 3}">${quantity(tick, unit)}</text>`);
  const values = chart.points.map(([, value]) => value);
  const label = `${name} over time, ${plural(chart.n, "point")}, from ${quantity(values.reduce((a, b) => Math.min(a, b)), unit)} to ${quantity(values.reduce((a, b) => Math.max(a, b)), unit)}${chart.faults.length === 0 ? "" : `; faults: ${chart.faults.map((fault) => `${fault.label} at ${Math.round(fault.fromS * 10) / 10} s`).join(", ")}`}${chart.silences.length === 0 ? "" : `; nothing came for ${chart.silences.map(({ fromS, toS }) => quantity((toS - fromS) * 1000, "ms")).join(", ")}`}`;
  return html`<svg class="chart" viewBox="0 0 ${width} 150" role="img" aria-label="${label}">${bands}${silences}${grid}<path class="line" d="${trusted(path)}"/>${labels}${horizontalAxis(chart.time, base, (value) => `${value} s`)}</svg>`;
}
