// The matrix of targets and checks or claims: first what divides them, then everything, folded by product, with a filter
// that finds "fails here, passes there".
import type { Cell, Column, Matrix, Row } from "../../matrix/matrix.js";
import { grouped, visible } from "../../text.js";
import { plural, productName, quantity, verdictWords } from "../../words.js";
import { html, type Markup, type Value } from "../markup.js";
import { breakable, sign } from "../parts.js";

const dividedShown = 200;

/** What holds for some and not for others; readable without scripts. */
export function dividedSection(rows: readonly Row[], columns: readonly Column[]): Markup {
  if (columns.length < 2) return html`<p>There is one target only; nothing to compare it with.</p>`;
  if (rows.length === 0) return html`<p class="calm">Nothing fails for one target that passes for another.</p>`;
  return html`${grid("What fails for one target and passes for another", rows.slice(0, dividedShown), columns)}${rows.length > dividedShown ? html`<p>… and ${rows.length - dividedShown} more, in <a href="#matrix">all checks and claims</a>.</p>` : undefined}`;
}

/** Everything, a fold for each product. */
export function matrixSection({ columns, checks, claims }: Matrix): Markup {
  const choices = ["pass", "fail", "not-applicable", "inconclusive", "error", "missing"] as const;
  const selects = columns.map(({ name, version }, index) => html`<label>${name} ${version} <select data-column="${index}"><option value="">any</option>${choices.map((cell) => html`<option value="${cell}">${cell === "missing" ? "not in it" : verdictWords[cell]}</option>`)}</select></label>`);
  const groups = [...byProduct("Checks", checks), ...byProduct("Claims", claims)];
  return html`<form id="filter" class="filter" role="search" aria-label="Filter the matrix" hidden>
<label class="search">Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
<label><input type="checkbox" id="only-divided"> only what differs</label>
<fieldset><legend class="unseen">Verdict of each target</legend>${selects}</fieldset><output id="found" aria-live="polite"></output></form>
${groups.map(({ title, rows }) => html`<details class="product"><summary><h3>${title}</h3> <span class="soft">${plural(rows.length, "row")}</span> ${differing(rows)}</summary>${grid(title, rows, columns)}</details>`)}`;
}

function differing(rows: readonly Row[]): Markup | undefined {
  const count = rows.filter(({ isDivided }) => isDivided).length;
  return count === 0 ? undefined : html`<span class="tallies"><span>${grouped(count)} ${count === 1 ? "differs" : "differ"}</span></span>`;
}

function byProduct(kind: string, rows: readonly Row[]): readonly { readonly title: string; readonly rows: readonly Row[] }[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const group = found.get(row.product);
    if (group === undefined) found.set(row.product, [row]);
    else group.push(row);
  }
  return [...found].map(([product, group]) => ({ title: `${kind}: ${productName(product)}`, rows: group }));
}

function grid(caption: string, rows: readonly Row[], columns: readonly Column[]): Markup {
  // On a narrow screen a row is a block, and each sign stands beside the name of its target.
  const names = columns.map(({ name }) => visible(name, { limit: 24 }));
  const heads = columns.map(({ name, version }) => html`<th scope="col">${name}<span class="meta">${version}</span></th>`);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table class="matrix"><caption class="unseen">${caption}</caption><thead><tr><th scope="col">What</th>${heads}</tr></thead><tbody>${rows.map((row) => rowMarkup(row, names))}</tbody></table></div>`;
}

function rowMarkup({ id, words, cells, measured, isDivided }: Row, names: readonly string[]): Markup {
  return html`<tr data-cells="${cells.join(" ")}"${isDivided ? html` data-divided=""` : undefined}><th scope="row">${words}<span class="meta"><code>${breakable(id)}</code></span></th>${cells.map((cell, column) => html`<td data-head="${names[column]}">${cellMarkup(cell)}${figureOf(measured[column])}</td>`)}</tr>`;
}

function cellMarkup(cell: Cell): Value {
  return cell === "missing" ? html`<span class="soft"><span aria-hidden="true">·</span><span class="unseen">not in its run</span></span>` : sign(cell);
}

function figureOf(measured: Row["measured"][number]): Markup | undefined {
  return measured === undefined ? undefined : html`<span class="meta number">${quantity(measured.value, measured.unit)}</span>`;
}
