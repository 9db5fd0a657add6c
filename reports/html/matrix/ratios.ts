// Ratios to the best as a table with bars: the geometric mean of each target, then number by number. Penalties are marked,
// because a mean that hides them says nothing.
import type { Column } from "../../matrix/matrix.js";
import { penaltyFactor, timeOffsetMs, type RatioCell, type Ratios } from "../../matrix/ratios.js";
import { visible } from "../../text.js";
import { figure, plural, quantity } from "../../words.js";
import { html, type Markup } from "../markup.js";
import { breakable, table } from "../parts.js";

export function ratiosSection({ rows, means }: Ratios, columns: readonly Column[]): Markup {
  if (means === undefined) return html`<p>No number was measured on two targets, or those that were are void.</p>`;
  const worst = Math.max(...means.map(({ mean }) => mean));
  const ranked = columns.map((column, index) => ({ column, ...(means[index] ?? { mean: 1, penalties: 0 }) })).sort((a, b) => a.mean - b.mean);
  const meanRows = ranked.map(({ column, mean, penalties }) => [
    html`${column.name} ${column.version}`,
    html`<span class="number strong">× ${figure(mean)}</span>${bar(mean, worst)}`,
    penalties === 0 ? "none" : html`${plural(penalties, "number")} missing of ${rows.length}`,
  ]);
  return html`<p>1 is the best of those compared; 2 is twice the time, or half the rate. To times, ${timeOffsetMs} ms is added on both sides, so that what takes less counts as equal. <strong>A missing number counts as ${penaltyFactor} times the worst one</strong> of its row: it is marked, and it is in the mean.</p>
${table("Geometric mean of the ratios, best first", ["Target", "Geometric mean", "Penalties"], meanRows)}
<details class="fold"><summary>${plural(rows.length, "number")}, each against the best</summary><div class="scroll" tabindex="0" role="group" aria-label="Ratios by number"><table class="matrix ratios"><caption class="unseen">Ratios by number</caption><thead><tr><th scope="col">Number</th>${columns.map(({ name, version }) => html`<th scope="col">${name}<span class="meta">${version}</span></th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr><th scope="row"><code>${breakable(row.id)}</code><span class="meta">${row.direction === "lower" ? "lower is better" : "higher is better"}</span></th>${row.cells.map((cell, column) => ratioCell(cell, row.unit, columns[column]?.name))}</tr>`)}</tbody></table></div></details>`;
}

function ratioCell({ value, ratio, missingBecause }: RatioCell, unit: string, name = ""): Markup {
  const head = visible(name, { limit: 24 });
  if (value === undefined) return html`<td class="penalty" data-head="${head}"><span class="number">× ${figure(ratio)}</span><span class="meta">penalty: ${missingBecause}</span></td>`;
  return html`<td class="${ratio === 1 ? "best" : "rated"}" data-head="${head}"><span class="number">${ratio === 1 ? "best" : `× ${figure(ratio)}`}</span><span class="meta number">${quantity(value, unit)}</span></td>`;
}

/** The figure beside says the same. */
function bar(mean: number, worst: number): Markup {
  const width = Math.round((mean / worst) * 1_000) / 10;
  return html`<svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" y="3" width="100" height="4"/><rect class="bar" y="3" width="${width}" height="4"/></svg>`;
}
