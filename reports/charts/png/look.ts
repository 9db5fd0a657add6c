// How PNG charts look: colours of the page in daylight, letters, axes that follow our own scales. A picture is seen on
// unknown ground and cannot be asked, so it is always light, and shapes tell what colours tell.
import type { CartesianScaleOptions, Plugin } from "chart.js";
import { visible } from "../../text.js";
import type { Scale } from "../scale.js";

/** Okabe and Ito's, as on the page. */
export const colours = { ink: "#1c2127", soft: "#5a636e", grid: "#dcdfe3", bar: "#0072b2", limit: "#a84300", fault: "#f6e3d3", land: "#e8eaed", page: "#ffffff" } as const;

/** The first has Latin; the others are asked for what it has not. */
export const letterFamilies = ["Edgemark latin", "Edgemark latin-ext", "Edgemark greek", "Edgemark cyrillic"] as const;
export const letters = [...letterFamilies.map((name) => `"${name}"`), "sans-serif"].join(", ");

/** A string that fits a place in a picture, its end left out where it does not; the page has the whole. */
export function brief(text: string, limit = 48): string {
  // What cannot be seen is spelled out and takes room of its own; the note that it was cut would take more than there is.
  const letters = Array.from(visible(text, { limit: limit * 2 }));
  return letters.length <= limit ? letters.join("") : `${letters.slice(0, limit - 1).join("")}…`;
}

/** A linear axis of chart.js that stands for one of our scales: data are drawn at `scale.at(value)`. */
export function axisOf(scale: Scale, label: (value: number) => string, options: { readonly title?: string; readonly isGrid?: boolean } = {}): DeepPartial {
  return {
    type: "linear",
    min: 0,
    max: 1,
    afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
      axis.ticks = scale.ticks.map((tick) => ({ value: scale.at(tick) }));
    },
    border: { color: colours.ink },
    grid: { display: options.isGrid === true, color: colours.grid, tickColor: colours.ink },
    ticks: { color: colours.soft, maxRotation: 0, autoSkipPadding: 12, callback: (value: number | string) => label(nearest(scale, Number(value))) },
    ...(options.title === undefined ? {} : { title: { display: true, text: brief(options.title), color: colours.soft } }),
  };
}

/** Chart.js types its options for one axis type at a time; ours are always linear or categories. */
export type DeepPartial = Partial<Record<keyof CartesianScaleOptions | "type" | "labels" | "title", unknown>>;

function nearest(scale: Scale, share: number): number {
  return scale.ticks.reduce((best, tick) => (Math.abs(scale.at(tick) - share) < Math.abs(scale.at(best) - share) ? tick : best), scale.ticks[0] ?? 0);
}

/** An axis that only has names. */
export function namesAxis(names: readonly string[]): DeepPartial {
  return { type: "category", labels: names.map((name) => brief(name, 34)), grid: { color: colours.grid }, border: { display: false }, ticks: { color: colours.ink, autoSkip: false } };
}

/** What of a canvas is drawn with here: the project has no types of browsers, in which chart.js names its own. */
export interface Pen {
  fillStyle: string;
  strokeStyle: string;
  font: string;
  lineWidth: number;
  textAlign: "left" | "right" | "center" | "start" | "end";
  textBaseline: "middle" | "alphabetic";
  save(): void;
  restore(): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  stroke(): void;
  fill(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  setLineDash(lengths: readonly number[]): void;
  measureText(text: string): { readonly width: number };
}

/** The pen of a chart. */
export function penOf(chart: { readonly ctx: unknown }): Pen {
  return chart.ctx as Pen;
}

/** Words with a rim of the ground's colour, which keeps them legible over bars and lines. */
export function overGround(ctx: Pen, words: string, x: number, y: number): void {
  const colour = ctx.strokeStyle;
  ctx.strokeStyle = colours.page;
  ctx.lineWidth = 5;
  ctx.strokeText(words, x, y);
  ctx.strokeStyle = colour;
  ctx.fillText(words, x, y);
}

export interface Line {
  /** 0 to 1 along its axis. */
  readonly at: number;
  readonly label: string;
  readonly isLimit: boolean;
  /** Of a line from left to right: its words stand at the right end. */
  readonly isAtEnd?: boolean;
}

/** Lines across the chart with their names: percentiles dotted, documented figures dashed. */
export function linesPlugin(lines: readonly Line[], axis: "x" | "y"): Plugin {
  return {
    id: "lines",
    afterDatasetsDraw(chart) {
      const { chartArea, scales } = chart;
      const ctx = penOf(chart);
      const scale = scales[axis];
      if (scale === undefined) return;
      ctx.save();
      ctx.font = `15px ${letters}`;
      // All lines first: the line of another figure must not strike out words.
      const drawn = lines.map((line) => ({ ...line, place: scale.getPixelForValue(line.at) }));
      for (const { place, isLimit } of drawn) {
        ctx.strokeStyle = isLimit ? colours.limit : colours.ink;
        ctx.lineWidth = 1.5;
        ctx.setLineDash(isLimit ? [6, 4] : [2, 3]);
        ctx.beginPath();
        ctx.moveTo(axis === "x" ? place : chartArea.left, axis === "x" ? chartArea.top : place);
        ctx.lineTo(axis === "x" ? place : chartArea.right, axis === "x" ? chartArea.bottom : place);
        ctx.stroke();
      }
      ctx.setLineDash([]);
      for (const [index, { place, label, isLimit, isAtEnd }] of drawn.entries()) {
        ctx.fillStyle = isLimit ? colours.limit : colours.ink;
        const isRight = axis === "x" ? place > (chartArea.left + chartArea.right) / 2 : isAtEnd === true;
        ctx.textAlign = isRight ? "right" : "left";
        // Above its line, and below that of the upper edge: what stands over the chart is its title.
        const [x, y] = axis === "y" ? [isRight ? chartArea.right - 4 : chartArea.left + 8, place < chartArea.top + 20 ? place + 17 : place - 6] : [isRight ? place - 6 : place + 6, chartArea.top + 12 + index * 19];
        overGround(ctx, brief(label), x, y);
      }
      ctx.restore();
    },
  };
}
