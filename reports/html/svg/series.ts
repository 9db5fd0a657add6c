// Values over time as inline SVG, with the faults as bands behind the line and a mark where nothing came.
import type { ChartOf } from "../../charts/definition.js";
import { plural, quantity } from "../../words.js";
import type { Markup } from "../markup.js";
import { html, trusted } from "../markup.js";
import { across, anchorAt, horizontalAxis, left, right, round, width } from "./axis.js";

/** Values over time, with the faults as bands behind the line. */
export function seriesSvg({ data: chart, unit, title: name }: ChartOf<"series">): Markup {
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
  const { along } = chart;
  const label = `${name} ${along === undefined ? "over time" : `by ${along}`}, ${plural(chart.n, "point")}, from ${quantity(values.reduce((a, b) => Math.min(a, b)), unit)} to ${quantity(values.reduce((a, b) => Math.max(a, b)), unit)}${chart.faults.length === 0 ? "" : `; faults: ${chart.faults.map((fault) => `${fault.label} at ${Math.round(fault.fromS * 10) / 10} s`).join(", ")}`}${chart.silences.length === 0 ? "" : `; nothing came for ${chart.silences.map(({ fromS, toS }) => quantity((toS - fromS) * 1000, "ms")).join(", ")}`}`;
  return html`<svg class="chart" viewBox="0 0 ${width} 150" role="img" aria-label="${label}">${bands}${silences}${grid}<path class="line" d="${trusted(path)}"/>${labels}${along === undefined ? undefined : chart.points.map(([at, value]) => html`<circle class="dot" cx="${across(chart.time, at)}" cy="${down(value)}" r="2.5"/>`)}${horizontalAxis(chart.time, base, (value) => (along === undefined ? `${value} s` : quantity(value, "count")))}</svg>`;
}
