// The measurements section: a card for each number that has a distribution, with its chart and the table that says the
// same in figures; numbers without one stand in a plain table.
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import { claimsOf, groupCharts, measurementCharts } from "../charts/catalogue.js";
import { percentileMarks } from "../charts/distribution.js";
import { condition, figure, quantity } from "../words.js";
import { chartFigure } from "./chart.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { breakable, sign, table } from "./parts.js";

/** Cards on one page; beyond it numbers go to the table. */
const cardsShown = 60;
const rowsShown = 500;
/** Up to here cards are packed into columns. */
const fewCards = 36;

export function measurementsSection(document: ResultDocument): Markup {
  const all = Object.values(document.measurements);
  const charted = all.filter(hasDistribution).slice(0, cardsShown);
  const plain = all.filter((one) => !charted.includes(one)).slice(0, rowsShown);
  if (all.length === 0) return html`<p>Nothing was measured.</p>`;
  const rows = plain.map((one) => [html`<code>${breakable(one.id)}</code>`, html`<span class="number">${quantity(one.value, one.unit)}</span>`, html`<span class="number">${figure(one.n)}</span>`, html`${conditions(one)}${voided(one)}`]);
  const groups = groupCharts(document).map((chart) => html`<article class="card"><h3>${chart.title}</h3>${chartFigure(chart)}</article>`);
  return html`<div class="${groups.length + charted.length > fewCards ? "cards many" : "cards"}">${groups}${charted.map((one) => card(one, document))}</div>
${plain.length === 0 ? undefined : table("Numbers without a distribution", ["Measurement", "Value", "n", "Conditions"], rows)}
${charted.length + plain.length < all.length ? html`<p>… and ${all.length - charted.length - plain.length} more in result.json.</p>` : undefined}`;
}

function hasDistribution(measurement: Measurement): boolean {
  return (measurement.samples?.length ?? 0) > 1 || (measurement.series?.length ?? 0) > 1 || (measurement.matrix?.length ?? 0) > 0 || percentileMarks(measurement).length > 1;
}

function card(measurement: Measurement, document: ResultDocument): Markup {
  const { id, unit } = measurement;
  const judges = claimsOf(measurement, document.claims);
  const marks = percentileMarks(measurement);
  const charts = measurementCharts(measurement, document);
  const isWide = charts.some((chart) => chart.kind === "heat" && chart.data.columns.length > 6);
  const figures = charts.filter(({ kind }) => kind !== "heat").map(chartFigure);
  const [, meaning] = meaningOf(measurement) ?? [];
  const hasSpread = new Set(marks.map(({ value }) => value)).size > 1;
  const heats = charts.filter(({ kind }) => kind === "heat").map(chartFigure);
  return html`<article class="${isWide ? "card wide" : "card"}" id="${measurementAnchor(document, id)}">
<h3><code>${breakable(id)}</code></h3>
<p class="big"><span class="number">${quantity(measurement.value, unit)}</span> <span class="soft">n = ${figure(measurement.n)}</span></p>
${meaning === undefined ? undefined : html`<p class="meta">${meaning}</p>`}${voided(measurement)}${judges.map((claim) => html`<p class="judged">${claim.kind === "context" ? undefined : sign(claim.verdict)} <span>${claim.statement} <span class="soft">(${claim.id}, documented ${claim.documented})</span></span></p>`)}
${figures}
${!hasSpread ? undefined : html`<div class="scroll" tabindex="0" role="group" aria-label="Percentiles of ${id}"><table class="percentiles"><caption class="unseen">Percentiles of ${id} in ${unit}</caption><thead><tr>${marks.map((mark) => html`<th scope="col">${mark.name}</th>`)}</tr></thead><tbody><tr>${marks.map((mark) => html`<td class="number">${figure(mark.value)}</td>`)}</tr></tbody></table></div>`}
${heats}
${conditions(measurement, meaningOf(measurement)?.[0])}
</article>`;
}

/** A place on the page for each measurement, by its number: an id of a stranger is no fragment. */
function measurementAnchor(document: ResultDocument, id: string): string {
  return `measurement-${Object.keys(document.measurements).findIndex((key) => document.measurements[key]?.id === id) + 1}`;
}

/** A condition that says in words what was measured; it belongs to the number and not into a list. */
function meaningOf({ conditions: all }: Measurement): readonly [name: string, words: string] | undefined {
  return ["counts", "what"].flatMap((name): (readonly [string, string])[] => (typeof all[name] === "string" && all[name] !== "" ? [[name, all[name]]] : []))[0];
}

function conditions(measurement: Measurement, told?: string): Markup | undefined {
  const entries = Object.entries(measurement.conditions).filter(([name, value]) => name !== told && value !== "").slice(0, 24);
  if (entries.length === 0) return undefined;
  return html`<dl class="chips">${entries.map(([name, value]) => condition(name, value)).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function voided(measurement: Measurement): Markup | undefined {
  return measurement.voidBecause === undefined ? undefined : html`<p class="void">${sign("inconclusive")} <span>${measurement.isUpperBound === true ? "Void, too large if anything (it may show that a limit is kept, and nothing else)" : "Void, not to be judged"}: ${measurement.voidBecause}</span></p>`;
}
