// What the charts of the page share: the size of their coordinates, axes, and the lines of documented figures. Colours are
// classes of the style sheet. What looks the same is one path: a page has many charts, and every element takes its time.
import type { Threshold } from "../../charts/definition.js";
import type { Scale } from "../../charts/scale.js";
import { quantity } from "../../words.js";
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

/** @param from where the chart begins, beside the labels of its value axis */
export function across(scale: Scale, value: number, from = left): number {
  return round(from + scale.at(value) * (right - from));
}

/**
 * A line through points in as few letters as it takes: steps and not places, because a page has tens of thousands of them.
 * @param isNew whether the line begins anew at a point
 */
export function linePath(points: readonly { readonly x: number; readonly y: number }[], isNew: (index: number) => boolean = () => false): string {
  const tenths = points.map(({ x, y }) => ({ x: Math.round(x * 10), y: Math.round(y * 10) }));
  return tenths
    .map(({ x, y }, index) => {
      const before = tenths[index - 1];
      if (before === undefined || isNew(index)) return `M${x / 10} ${y / 10}`;
      return `l${step(x - before.x)}${y < before.y ? "" : " "}${step(y - before.y)}`;
    })
    .join("");
}

function step(tenths: number): string {
  return String(tenths / 10).replace(/^(-?)0(?=[.])/, "$1");
}

/** Text near an edge must grow inwards. */
export function anchorAt(x: number, room = 34): "start" | "middle" | "end" {
  return x < left + room ? "start" : x > right - room ? "end" : "middle";
}

/** About what a letter of the charts' size takes; a label that would touch the one before it is left out. */
const letterWidth = 5.8;

export function horizontalAxis(scale: Scale, y: number, label: (value: number) => string, from = left): Markup {
  const every = Math.ceil(scale.ticks.length / 6);
  let taken = -Infinity;
  const ticks = scale.ticks.map((tick, index) => {
    const x = across(scale, tick, from);
    const words = index % every === 0 ? label(tick) : "";
    const anchor = x < from + 12 ? "start" : anchorAt(x, 12);
    const wide = words.length * letterWidth;
    const begins = anchor === "start" ? x : anchor === "end" ? x - wide : x - wide / 2;
    const hasRoom = words !== "" && begins > taken + 3;
    if (hasRoom) taken = begins + wide;
    return { x, text: hasRoom ? html`<text class="tick" x="${x}" y="${y + 15}" text-anchor="${anchor}">${words}</text>` : undefined };
  });
  return html`<path class="axis" d="M${from} ${y}H${right}${ticks.map(({ x }) => `M${x} ${y}v4`)}"/>${ticks.map(({ text }) => text)}`;
}

export interface ValueAxis {
  /** Where the chart begins, right of the labels. */
  readonly from: number;
  readonly down: (value: number) => number;
  /** Lines across the chart and their labels at its left, where no curve strikes them out. */
  readonly markup: Markup;
}

export function valueAxis(scale: Scale, unit: string, top: number, base: number): ValueAxis {
  const down = (value: number): number => round(base - scale.at(value) * (base - top));
  const ticks = scale.ticks.filter((_, index) => index % Math.ceil(scale.ticks.length / 5) === 0).map((tick) => ({ y: down(tick), label: quantity(tick, unit) }));
  const from = Math.ceil(2 + Math.max(0, ...ticks.map(({ label }) => label.length)) * letterWidth + 5);
  return { from, down, markup: html`<path class="grid" d="${ticks.map(({ y }) => `M${from} ${y}H${right}`)}"/>${ticks.map(({ y, label }) => html`<text class="tick" x="${from - 5}" y="${y + 3.5}" text-anchor="end">${label}</text>`)}` };
}

/** @param top where the chart itself begins; labels stand above it, the first highest */
export function thresholdLines(scale: Scale, thresholds: readonly Threshold[], top: number, bottom: number): readonly Markup[] {
  const shown = thresholds.slice(0, thresholdsDrawn);
  const drawn = shown.map((threshold, index) => {
    const isBeyond = threshold.value > scale.high * (1 + 1e-9);
    const x = isBeyond ? right : across(scale, threshold.value);
    const y = top - (shown.length - index) * labelHeight;
    const label = isBeyond ? `${threshold.label} →` : threshold.label;
    return {
      line: isBeyond ? undefined : html`<line class="limit" x1="${x}" x2="${x}" y1="${y + 3}" y2="${bottom}"/>`,
      text: html`<text class="limit-text" x="${x}" y="${y}" text-anchor="${anchorAt(x, 70)}">${label}</text>`,
    };
  });
  // The words over all lines: the line of another figure must not strike them out.
  return [...drawn.map(({ line }) => html`${line}`), ...drawn.map(({ text }) => text)];
}

export function roomFor(thresholds: readonly Threshold[]): number {
  return Math.min(thresholds.length, thresholdsDrawn) * labelHeight;
}
