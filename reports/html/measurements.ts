// The measurements section: a card for each number that has a distribution, with its chart and the table that says the
// same in figures; numbers without one stand in a plain table.
import type { ClaimResult, Measurement, ResultDocument } from "../../contract/result/document.js";
import { histogram, percentileMarks } from "../charts/distribution.js";
import { heatMap } from "../charts/heat.js";
import { timeSeries } from "../charts/series.js";
import { figure, plural, quantity } from "../words.js";
import type { Threshold } from "./chart-svg.js";
import { histogramSvg, percentileSvg, seriesSvg } from "./chart-svg.js";
import { heatTable } from "./heat-table.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { sign, table } from "./parts.js";

/** Cards on one page; beyond it numbers go to the table. */
const cardsShown = 60;
const rowsShown = 500;

export function measurementsSection(document: ResultDocument): Markup {
  const all = Object.values(document.measurements);
  const charted = all.filter(hasDistribution).slice(0, cardsShown);
  const plain = all.filter((one) => !charted.includes(one)).slice(0, rowsShown);
  if (all.length === 0) return html`<p>Nothing was measured.</p>`;
  const rows = plain.map((one) => [html`<code>${one.id}</code>`, html`<span class="number">${quantity(one.value, one.unit)}</span>`, html`<span class="number">${one.n}</span>`, html`${conditions(one)}${voided(one)}`]);
  return html`<div class="cards">${charted.map((one) => card(one, document))}</div>
${plain.length === 0 ? undefined : table("Numbers without a distribution", ["Measurement", "Value", "n", "Conditions"], rows)}
${charted.length + plain.length < all.length ? html`<p>… and ${all.length - charted.length - plain.length} more in result.json.</p>` : undefined}`;
}

function hasDistribution(measurement: Measurement): boolean {
  return (measurement.samples?.length ?? 0) > 1 || (measurement.series?.length ?? 0) > 1 || (measurement.matrix?.length ?? 0) > 0 || percentileMarks(measurement).length > 1;
}

function card(measurement: Measurement, document: ResultDocument): Markup {
  const judges = document.claims.filter((claim) => judgesIt(claim, measurement));
  const thresholds = thresholdsOf(judges, measurement.unit);
  const marks = percentileMarks(measurement);
  const bars = histogram(measurement.samples ?? [], thresholds.map(({ value }) => value));
  const series = timeSeries(measurement, document.faults);
  const heat = heatMap(measurement, document.target.pops.map((pop) => pop.id));
  const { id, unit } = measurement;
  return html`<article class="${(heat?.columns.length ?? 0) > 6 ? "card wide" : "card"}">
<h3><code>${id}</code></h3>
<p class="big"><span class="number">${quantity(measurement.value, unit)}</span> <span class="soft">n = ${measurement.n}</span></p>
${voided(measurement)}${judges.map((claim) => html`<p class="judged">${claim.kind === "context" ? undefined : sign(claim.verdict)} <span>${claim.statement} <span class="soft">(${claim.id}, documented ${claim.documented})</span></span></p>`)}
${series === undefined ? undefined : html`<figure>${seriesSvg(series, unit, id)}${series.silences.length === 0 ? undefined : html`<figcaption class="soft">${plural(series.silences.length, "time")} nothing came, longest ${quantity(Math.max(...series.silences.map(({ fromS, toS }) => (toS - fromS) * 1000)), "ms")}.</figcaption>`}${more("Points", ["Second", unit], series.points.slice(0, 60).map(([second, value]) => [figureOf(second, "s"), figureOf(value, unit)]), series.n)}</figure>`}
${bars === undefined ? undefined : html`<figure>${histogramSvg(bars, marks, unit, id, thresholds)}${more("Histogram", ["From", "To", "Samples"], bars.bins.filter((bin) => bin.count > 0).map((bin) => [figureOf(bin.from, unit), figureOf(bin.to, unit), figureOf(bin.count, "count")]))}</figure>`}
${bars === undefined && series === undefined && marks.length > 1 ? html`<figure>${percentileSvg(marks, unit, id, thresholds)}</figure>` : undefined}
${marks.length === 0 ? undefined : html`<div class="scroll" tabindex="0" role="group" aria-label="Percentiles of ${id}"><table class="percentiles"><caption class="unseen">Percentiles of ${id} in ${unit}</caption><thead><tr>${marks.map((mark) => html`<th scope="col">${mark.name}</th>`)}</tr></thead><tbody><tr>${marks.map((mark) => html`<td class="number">${figure(mark.value)}</td>`)}</tr></tbody></table></div>`}
${heat === undefined ? undefined : heatTable(heat, unit, id)}
${conditions(measurement)}
</article>`;
}

function figureOf(value: number, unit: string): Markup {
  return html`<span class="number">${quantity(value, unit)}</span>`;
}

/** The table under a chart, folded until somebody wants the figures. */
function more(title: string, heads: readonly string[], rows: readonly (readonly Markup[])[], n?: number): Markup {
  return html`<details class="data"><summary>${title} as a table</summary>${table(title, heads, rows, "figures")}${n !== undefined && n > rows.length ? html`<p class="soft">The first ${rows.length} of ${plural(n, "point")}; all are in result.json.</p>` : undefined}</details>`;
}

function conditions(measurement: Measurement): Markup | undefined {
  const entries = Object.entries(measurement.conditions).slice(0, 24);
  if (entries.length === 0) return undefined;
  return html`<dl class="chips">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${String(value)}</dd></div>`)}</dl>`;
}

function voided(measurement: Measurement): Markup | undefined {
  return measurement.voidBecause === undefined ? undefined : html`<p class="void">${sign("inconclusive")} <span>Void, not to be judged: ${measurement.voidBecause}</span></p>`;
}

/** A claim judges a measurement when its path names it. */
function judgesIt(claim: ClaimResult, measurement: Measurement): boolean {
  const path = claim.path;
  if (path === undefined || measurement.id === "") return false;
  return path.includes(`'${measurement.id}'`) || path.includes(`"${measurement.id}"`);
}

/** The figures that claims hold this measurement against, each once; what they judge stands at the end of their path. */
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
