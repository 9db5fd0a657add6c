// What the charts of the page share: the size of their coordinates, axes, and the lines of documented figures. Colours are
// classes of the style sheet.
import type { Threshold } from "../../charts/definition.js";
import type { Scale } from "../../charts/scale.js";
import type { Markup } from "../markup.js";
import { html } from "../markup.js";

export const width = 340;
export const left = 8;
export const right = 332;

/** Lines of text above a chart, one for each threshold. */
const thresholdsDrawn = 3;
const labelHeight = 11;

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function across(scale: Scale, value: number): number {
  return round(left + scale.at(value) * (right - left));
}

/** Text near an edge must grow inwards. */
export function anchorAt(x: number, room = 34): "start" | "middle" | "end" {
  return x < left + room ? "start" : x > right - room ? "end" : "middle";
}

export function horizontalAxis(scale: Scale, y: number, label: (value: number) => string): Markup {
  const every = Math.ceil(scale.ticks.length / 6);
  const ticks = scale.ticks.map((tick, index) => {
    const x = across(scale, tick);
    const text = index % every === 0 ? html`<text class="tick" x="${x}" y="${y + 15}" text-anchor="${anchorAt(x, 12)}">${label(tick)}</text>` : undefined;
    return html`<line class="axis" x1="${x}" x2="${x}" y1="${y}" y2="${y + 4}"/>${text}`;
  });
  return html`<line class="axis" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>${ticks}`;
}

/** @param top where the chart itself begins; labels stand above it, the first highest */
export function thresholdLines(scale: Scale, thresholds: readonly Threshold[], top: number, bottom: number): readonly Markup[] {
  const shown = thresholds.slice(0, thresholdsDrawn);
  return shown.map((threshold, index) => {
    const isBeyond = threshold.value > scale.high * (1 + 1e-9);
    const x = isBeyond ? right : across(scale, threshold.value);
    const y = top - (shown.length - index) * labelHeight;
    const label = isBeyond ? `${threshold.label} →` : threshold.label;
    return html`${isBeyond ? undefined : html`<line class="limit" x1="${x}" x2="${x}" y1="${y + 3}" y2="${bottom}"/>`}<text class="limit-text" x="${x}" y="${y}" text-anchor="${anchorAt(x, 70)}">${label}</text>`;
  });
}

export function roomFor(thresholds: readonly Threshold[]): number {
  return Math.min(thresholds.length, thresholdsDrawn) * labelHeight;
}
