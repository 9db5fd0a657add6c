// The calibration drawn: each driver's error at each figure as a mark, over the band in which our driver must be. One SVG
// file that needs nothing else.
import { html, type Markup } from "../reports/html/markup.js";
import type { CalibrationChart } from "../load/calibration/table.js";

const left = 150;
const right = 620;
const rowHeight = 24;
const top = 70;
/** Errors beyond are drawn at the edge, with their figure. */
const farthest = 100;
const ticks = [-100, -50, -20, -5, 0, 5, 20, 50, 100];
const colours = ["#0b6e4f", "#b3541e", "#7a3e9d", "#1f5fa8", "#6b6b6b"];
/** Told apart without colour too. */
const shapes = ["circle", "square", "diamond", "triangle", "cross"] as const;

/** @returns the text of an SVG file */
export function calibrationSvg({ title, groups, series, allowed }: CalibrationChart): string {
  const bottom = top + groups.length * rowHeight;
  const legend = series.map(({ name }, index) => html`${mark(index, left + index * 145, 42, name)}<text x="${left + 10 + index * 145}" y="46">${name}</text>`);
  const axis = ticks.map((tick) => html`<line x1="${across(tick)}" x2="${across(tick)}" y1="${top - 6}" y2="${bottom}" stroke="#d5d5d5"/><text x="${across(tick)}" y="${bottom + 16}" text-anchor="middle">${tick > 0 ? "+" : ""}${tick} %</text>`);
  const rows = groups.map((group, row) => {
    const y = top + row * rowHeight + rowHeight / 2;
    const band = allowed[row] ?? 0;
    const marks = series.map(({ name, values }, index) => {
      const value = values[row];
      if (value === null || value === undefined) return undefined;
      return html`${mark(index, across(value), y, `${name}, ${group}: ${value} %`)}${Math.abs(value) > farthest ? html`<text x="${right + 8}" y="${y + 4}">${value} %</text>` : undefined}`;
    });
    return html`<text x="${left - 20}" y="${y + 4}" text-anchor="end">${group}</text><rect x="${across(-band)}" y="${y - 9}" width="${across(band) - across(-band)}" height="18" fill="#0b6e4f" fill-opacity="0.12"/>${marks}`;
  });
  const drawn = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${bottom + 50}" font-family="sans-serif" font-size="11" role="img" aria-label="${title}"><rect width="100%" height="100%" fill="#fff"/><text x="16" y="22" font-size="14">${title}</text>${legend}${axis}${rows}<text x="16" y="${bottom + 40}" fill="#555">Error in per cent of the truth, wider near 0; the band is what our driver is allowed.</text></svg>`;
  return `${drawn.source}\n`;
}

/** Wide near 0, where drivers that are right differ; an error is never off the page. */
function across(percent: number): number {
  const clamped = Math.max(-farthest, Math.min(farthest, percent));
  const share = Math.sign(clamped) * Math.sqrt(Math.abs(clamped) / farthest);
  return Math.round(10 * ((left + right) / 2 + (share * (right - left)) / 2)) / 10;
}

function mark(index: number, x: number, y: number, words: string): Markup {
  const colour = colours[index % colours.length] ?? "#000";
  const title = html`<title>${words}</title>`;
  switch (shapes[index % shapes.length]) {
    case "square":
      return html`<rect x="${x - 4}" y="${y - 4}" width="8" height="8" fill="${colour}">${title}</rect>`;
    case "diamond":
      return html`<path d="M${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}L${x - 5} ${y}Z" fill="${colour}">${title}</path>`;
    case "triangle":
      return html`<path d="M${x} ${y - 5}L${x + 5} ${y + 4}L${x - 5} ${y + 4}Z" fill="${colour}">${title}</path>`;
    case "cross":
      return html`<path d="M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}" stroke="${colour}" stroke-width="2">${title}</path>`;
    default:
      return html`<circle cx="${x}" cy="${y}" r="4.5" fill="${colour}">${title}</circle>`;
  }
}
