// PoPs on a plate carrée as inline SVG, with lines and figures for the round-trip times that were measured between them.
import type { ChartOf } from "../../charts/definition.js";
import { quantity } from "../../words.js";
import { coastline } from "../../charts/coastline.js";
import type { Markup } from "../markup.js";
import { html, trusted } from "../markup.js";

/** More figures than that cover each other; the table has them all. */
const labelsDrawn = 15;

export function mapSvg({ data }: ChartOf<"map">): Markup {
  const { places, links } = data;
  const lines = links.map(({ from, to, share }) => html`<line class="${share > 0.66 ? "link far" : share > 0.33 ? "link" : "link near"}" x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}"/>`);
  const figures = links.slice(0, labelsDrawn).map(({ from, to, value, unit }) => html`<text class="link-text" x="${middle(from.x, to.x)}" y="${middle(from.y, to.y) - 2}" text-anchor="middle">${quantity(value, unit)}</text>`);
  const dots = places.map((place) => html`<circle class="dot" cx="${place.x}" cy="${place.y}" r="3.500"><title>${place.id}, ${place.region}</title></circle><text x="${place.labelX}" y="${place.labelY}" text-anchor="${place.anchor}">${place.id.slice(0, 24)}</text>`);
  const label = `Map of the PoPs: ${places.map((place) => `${place.id} (${place.region})`).join(", ")}${links.length === 0 ? "" : `; round trips ${links.slice(0, labelsDrawn).map(({ from, to, value, unit }) => `${from.id} to ${to.id} ${quantity(value, unit)}`).join(", ")}`}`;
  return html`<svg class="map" viewBox="-180 -85 360 145" role="img" aria-label="${label}"><path class="land" d="${trusted(coastline)}"/><path class="grid" d="M-180 0H180M0 -85V60M-90 -85V60M90 -85V60"/>${lines}${figures}${dots}</svg>`;
}

function middle(a: number, b: number): number {
  return Math.round(((a + b) / 2) * 10) / 10;
}
