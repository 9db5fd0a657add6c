// A chart definition as a figure of the page: the drawing, and below it the table that says the same, folded until somebody
// wants the figures.
import type { Cell, Chart, ChartOf, ChartTable } from "../charts/definition.js";
import { plural, quantity } from "../words.js";
import { heatTable } from "./heat-table.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { table } from "./parts.js";
import { curveSvg, histogramSvg, percentileSvg } from "./svg/distribution.js";
import { mapSvg } from "./svg/map.js";
import { seriesSvg } from "./svg/series.js";
import { stripsSvg } from "./svg/strips.js";
import { timelineSvg } from "./svg/timeline.js";

export function chartFigure(chart: Chart): Markup {
  // A heat map is drawn as the table it is.
  if (chart.kind === "heat") return html`<figure>${heatTable(chart.data, chart.unit, chart.title)}</figure>`;
  return html`<figure>${drawn(chart)}${caption(chart)}${dataTable(chart.table, chart.title)}</figure>`;
}

function drawn(chart: Exclude<Chart, { readonly kind: "heat" }>): Markup {
  switch (chart.kind) {
    case "histogram":
      return histogramSvg(chart);
    case "percentiles":
      return percentileSvg(chart);
    case "curve":
      return curveSvg(chart);
    case "series":
      return seriesSvg(chart);
    case "strips":
      return stripsSvg(chart);
    case "timeline":
      return timelineSvg(chart);
    case "map":
      return mapSvg(chart);
  }
}

function caption(chart: Chart): Markup | undefined {
  if (chart.kind === "series") return seriesCaption(chart.data);
  if (chart.kind === "curve") return html`<figcaption class="soft">Percentile curve: each further nine takes as much room as all before it.</figcaption>`;
  if (chart.kind === "timeline") return html`<figcaption class="soft">From the call to the answer of each operation. Solid: it changes something. Hollow: it reads. An arrow: the answer was lost.</figcaption>`;
  if (chart.kind === "strips") return html`<figcaption class="soft">A dot for each sample, a bar for the median, a dashed line for the documented figure.${chart.data.leftOut === 0 ? undefined : ` ${plural(chart.data.leftOut, "more measurement")} in result.json.`}</figcaption>`;
  return undefined;
}

/** What is drawn, and the silences, which a line cannot show. */
function seriesCaption({ what, along, silences }: ChartOf<"series">["data"]): Markup | undefined {
  const longest = Math.max(...silences.map(({ fromS, toS }) => (toS - fromS) * 1_000));
  const words = [
    ...(what === undefined ? [] : [`Over time: ${what}.`]),
    ...(along === undefined ? [] : [`By ${along}.`]),
    ...(silences.length === 0 ? [] : [`${plural(silences.length, "time")} nothing came (marked at the bottom), longest ${quantity(longest, "ms")}.`]),
  ];
  return words.length === 0 ? undefined : html`<figcaption class="soft">${words.join(" ")}</figcaption>`;
}

function dataTable({ title, heads, rows, leftOut }: ChartTable, of: string): Markup {
  return html`<details class="data"><summary>${title} as a table<span class="unseen"> (${of})</span></summary>${table(title, heads, rows.map((row) => row.map(written)), "figures")}${leftOut === 0 ? undefined : html`<p class="soft">${plural(leftOut, "row")} more in result.json.</p>`}</details>`;
}

function written(cell: Cell): string {
  return typeof cell === "string" ? cell : quantity(cell.value, cell.unit);
}
