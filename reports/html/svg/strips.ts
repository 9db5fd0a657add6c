// Every sample as a dot in its measurement's row, as inline SVG: a bar for the median, a dashed line for what is documented.
import type { ChartOf } from "../../charts/definition.js";
import { grouped, visible } from "../../text.js";
import { quantity } from "../../words.js";
import type { Markup } from "../markup.js";
import { html } from "../markup.js";
import { across, horizontalAxis, left, right, width } from "./axis.js";

const rowHeight = 40;

export function stripsSvg({ data, title }: ChartOf<"strips">): Markup {
  const base = data.rows.length * rowHeight + 4;
  const rows = data.rows.map((row, index) => {
    const y = index * rowHeight + 27;
    const median = across(data.scale, row.median);
    const dots = row.samples.map((value) => html`<circle class="${row.isVoid ? "dot hollow" : "dot thin"}" cx="${across(data.scale, value)}" cy="${y}" r="3.5"/>`);
    const { threshold } = row;
    const isBeyond = threshold !== undefined && threshold.value > data.scale.high;
    const limit = threshold === undefined || isBeyond ? undefined : html`<line class="limit" x1="${across(data.scale, threshold.value)}" x2="${across(data.scale, threshold.value)}" y1="${y - 8}" y2="${y + 8}"><title>${threshold.label}: ${quantity(threshold.value, data.unit)}</title></line>`;
    return html`<text class="row-text" x="${left}" y="${y - 12}">${visible(row.label, { limit: 34 })}</text><text class="tick" x="${right}" y="${y - 12}" text-anchor="end">${row.isVoid ? "void, " : ""}n = ${grouped(row.n)}, median ${quantity(row.median, data.unit)}</text><line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>${dots}<line class="mark" x1="${median}" x2="${median}" y1="${y - 7}" y2="${y + 7}"/>${limit}`;
  });
  const label = `${title}: ${data.rows.map((row) => `${row.label} median ${quantity(row.median, data.unit)}, largest ${quantity(row.samples.at(-1) ?? row.median, data.unit)}`).join("; ")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${base + 22}" role="img" aria-label="${label}">${rows}${horizontalAxis(data.scale, base, (value) => quantity(value, data.unit))}</svg>`;
}

/** The same in a line of a table: where the samples lie, where the documented figure is. */
export function sampleStrip(samples: readonly number[], at: (value: number) => number, label: string, threshold: number | undefined, verdict: string): Markup {
  const x = (value: number): number => Math.round((4 + at(value) * 112) * 10) / 10;
  const every = Math.max(1, Math.ceil(samples.length / 80));
  const shown = samples.filter((_, index) => index % every === 0 || index === samples.length - 1);
  return html`<svg class="strip" viewBox="0 0 120 14" preserveAspectRatio="none" role="img" aria-label="${label}"><line class="grid" x1="0" x2="120" y1="7" y2="7"/><path class="tickmark ${verdict}" d="${shown.map((value) => `M${x(value)} 3V11`)}"/>${threshold === undefined ? undefined : html`<line class="limit" x1="${x(threshold)}" x2="${x(threshold)}" y1="0" y2="14"/>`}</svg>`;
}
