// Trends: each number of a target over its runs, with a line where it changed and the medians on both sides.
import { scaleFor } from "../../charts/scale.js";
import type { Trend, Trends } from "../../matrix/trends.js";
import { figure, moment, plural, quantity } from "../../words.js";
import { html, trusted, type Markup } from "../markup.js";
import { table } from "../parts.js";
import { anchorAt, right, round, valueAxis, width } from "../svg/axis.js";

const rowsShown = 60;

export function trendsSection({ shown, leftOut }: Trends): Markup {
  return html`<p>A dashed line: from there on the number is another one (E-divisive, tested by permutation; on a page without any change, one in twenty shows one).</p><div class="cards">${shown.map(trendCard)}</div>${leftOut === 0 ? undefined : html`<p class="soft">${plural(leftOut, "number")} more, all without a change.</p>`}`;
}

function trendCard(trend: Trend): Markup {
  const { target, id, unit, points, changes } = trend;
  const said = changes.map(({ index, before, after, p, isWorse }) => html`<li><span class="strong">${isWorse ? "Worse" : "Better"}</span> from ${moment(points[index]?.atMs ?? Number.NaN)} (${points[index]?.version}): ${quantity(before, unit)} → ${quantity(after, unit)}, p = ${figure(p)}</li>`);
  const rows = points.slice(-rowsShown).map(({ atMs, version, value }) => [moment(atMs), version, html`<span class="number">${quantity(value, unit)}</span>`]);
  return html`<article class="card"><h3>${id}</h3><p class="meta">${target}, ${plural(points.length, "run")}</p>${changes.length === 0 ? html`<p class="soft">No change.</p>` : html`<ul class="notes">${said}</ul>`}<figure>${trendSvg(trend)}<details class="data"><summary>Runs as a table<span class="unseen"> (${id} of ${target})</span></summary>${table(`Runs of ${target}: ${id}`, ["Run", "Version", unit], rows, "figures")}${points.length > rowsShown ? html`<p class="soft">The newest ${rowsShown} of ${points.length}.</p>` : undefined}</details></figure></article>`;
}

function trendSvg({ id, unit, points, changes }: Trend): Markup {
  const [top, base] = [26, 112];
  // By number and not by date: a week without runs is no slow week.
  const value = scaleFor(points.map((point) => point.value));
  const { from, down, markup: values } = valueAxis(value, unit, top, base);
  const at = (index: number): number => round(from + (index / Math.max(1, points.length - 1)) * (right - from));
  const path = points.map((point, index) => `${index === 0 ? "M" : "L"}${at(index)} ${down(point.value)}`).join("");
  const marks = changes.map(({ index, before, after, isWorse }, number) => {
    const x = round((at(index - 1) + at(index)) / 2);
    return html`<line class="limit" x1="${x}" x2="${x}" y1="${top - 4}" y2="${base}"/><text class="limit-text" x="${x}" y="${top - 8 - (number % 2) * 10}" text-anchor="${anchorAt(x, 50)}">${isWorse ? "▲" : "▼"} ${quantity(before, unit)} → ${quantity(after, unit)}</text>`;
  });
  const dots = points.length > 80 ? undefined : points.map((point, index) => html`<circle class="dot" cx="${at(index)}" cy="${down(point.value)}" r="2.2"/>`);
  const label = `${id} over ${plural(points.length, "run")}, ${changes.length === 0 ? "no change" : plural(changes.length, "change")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} 132" role="img" aria-label="${label}">${values}<path class="line" d="${trusted(path)}"/>${dots}${marks}<line class="axis" x1="${from}" x2="${right}" y1="${base}" y2="${base}"/><text class="tick" x="${from}" y="${base + 14}">oldest</text><text class="tick" x="${right}" y="${base + 14}" text-anchor="end">newest of ${points.length} runs</text></svg>`;
}
