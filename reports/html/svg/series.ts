// Values over time as inline SVG, with the faults as bands behind the line and a mark where nothing came.
import type { ChartOf } from "../../charts/definition.js";
import { isResuming } from "../../charts/series.js";
import { plural, quantity } from "../../words.js";
import type { Markup } from "../markup.js";
import { html, trusted } from "../markup.js";
import { across, anchorAt, horizontalAxis, linePath, right, round, valueAxis, width } from "./axis.js";

/** More names of faults than that cover each other; the others are told by their bands. */
const labelled = 6;

/** Values over time, with the faults as bands behind the line. */
export function seriesSvg({ data: chart, unit, title: name }: ChartOf<"series">): Markup {
  // The names of faults stand above the chart.
  const top = chart.faults.length === 0 ? 8 : 30;
  const base = top + 98;
  const { from: begin, down, markup: values } = valueAxis(chart.value, unit, top, base);
  const at = (second: number): number => across(chart.time, second, begin);
  const bands = chart.faults.map((fault, index) => {
    const from = at(fault.fromS);
    const to = fault.toS === undefined ? right : at(fault.toS);
    return html`<rect class="fault" x="${from}" y="${top}" width="${Math.max(2, round(to - from))}" height="${base - top}">${index < labelled ? undefined : html`<title>${fault.label}</title>`}</rect>${index < labelled ? html`<text class="fault-text" x="${from}" y="${top - 4 - (index % 2) * 11}" text-anchor="${anchorAt(from, 60) === "end" ? "end" : "start"}">▾ ${fault.label}</text>` : undefined}`;
  });
  // Only our own numbers, and longer than a string of a target may be shown.
  const path = linePath(chart.points.map(([second, value]) => ({ x: at(second), y: down(value) })), (index) => isResuming(chart, index));
  const silences = chart.silences.map(({ fromS, toS }) => {
    const from = at(fromS);
    return html`<rect class="silence" x="${from}" y="${base - 10}" width="${Math.max(1, round(at(toS) - from))}" height="10"><title>nothing for ${quantity((toS - fromS) * 1000, "ms")}</title></rect>`;
  });
  const seen = chart.points.map(([, value]) => value);
  const { along } = chart;
  const label = `${name} ${along === undefined ? "over time" : `by ${along}`}, ${plural(chart.n, "point")}, from ${quantity(seen.reduce((a, b) => Math.min(a, b)), unit)} to ${quantity(seen.reduce((a, b) => Math.max(a, b)), unit)}${chart.faults.length === 0 ? "" : `; faults: ${chart.faults.map((fault) => `${fault.label} at ${Math.round(fault.fromS * 10) / 10} s`).join(", ")}`}${chart.silences.length === 0 ? "" : `; nothing came for ${chart.silences.map(({ fromS, toS }) => quantity((toS - fromS) * 1000, "ms")).join(", ")}`}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${base + 22}" role="img" aria-label="${label}">${bands}${silences}${values}<path class="line" d="${trusted(path)}"/>${along === undefined ? undefined : chart.points.map(([place, value]) => html`<circle class="dot" cx="${at(place)}" cy="${down(value)}" r="2.5"/>`)}${horizontalAxis(chart.time, base, (value) => (along === undefined ? `${value} s` : quantity(value, "count")), begin)}</svg>`;
}
