// A heat map as the table it is: every cell has its figure, the shade only helps the eye, so that it reads without
// colours, without sight and on paper.
import type { HeatMap } from "../charts/heat.js";
import { figure, plural, quantity } from "../words.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";

const shades = 8;

export function heatTable(chart: HeatMap, unit: string, name: string): Markup {
  const head = chart.columns.map((column) => html`<th scope="col">${column}</th>`);
  const rows = chart.rows.map((row, index) => html`<tr><th scope="row">${row}</th>${chart.columns.map((_, column) => cell(chart.cells[index]?.[column]))}</tr>`);
  return html`<p class="scale">${quantity(chart.low, unit)} <span class="ramp" aria-hidden="true">${Array.from({ length: shades }, (_, shade) => html`<span class="${`h${shade}`}"></span>`)}</span> ${quantity(chart.high, unit)}</p><div class="scroll" tabindex="0" role="group" aria-label="${name} by row and column"><table class="heat"><caption class="unseen">${name} by row and column, in ${unit}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table></div>${chart.leftOut === 0 ? undefined : html`<p class="soft">${plural(chart.leftOut, "row or column", "rows and columns")} more in result.json.</p>`}`;
}

function cell(value: HeatMap["cells"][number][number]): Markup {
  if (value === undefined) return html`<td class="none"><span class="unseen">not measured</span>·</td>`;
  return html`<td class="${`h${Math.min(shades - 1, Math.floor(value.share * shades))}`}">${figure(value.value)}</td>`;
}
