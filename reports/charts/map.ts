// Where PoPs stand on a map and where their labels fit without covering each other. Pure; coordinates are degrees, x to
// the east and y to the south, as a plate carrée is drawn.
import type { Pop } from "../../contract/target/types.js";

export interface PopPlace {
  readonly id: string;
  readonly region: string;
  readonly x: number;
  readonly y: number;
  readonly labelX: number;
  readonly labelY: number;
  readonly anchor: "start" | "end" | "middle";
}

const placesDrawn = 64;
const lineHeight = 9;
const letterWidth = 5;

/** PoPs with a position on the globe, in the target's order. */
export function popPlaces(pops: readonly Pop[]): readonly PopPlace[] {
  const placed: (PopPlace & Box)[] = [];
  const known = pops.filter((pop) => Math.abs(pop.latitude) <= 90 && Math.abs(pop.longitude) <= 180).slice(0, placesDrawn);
  for (const pop of known) {
    const x = Math.round(pop.longitude * 10) / 10;
    const y = Math.round(-pop.latitude * 10) / 10;
    const wide = Math.min(24, pop.id.length) * letterWidth;
    const choices = [0, 1, -1, 2, -2, 3, -3, 4, -4].flatMap((step) => [label(x, y, wide, "start", step), label(x, y, wide, "end", step)]);
    const isInside = (box: Box) => box.left >= -180 && box.right <= 180 && box.top >= -85 && box.bottom <= 60;
    const chosen = choices.find((box) => isInside(box) && !placed.some((other) => overlaps(box, other))) ?? choices[0];
    if (chosen !== undefined) placed.push({ id: pop.id, region: pop.region, x, y, ...chosen });
  }
  return placed.map(({ id, region, x, y, labelX, labelY, anchor }) => ({ id, region, x, y, labelX, labelY, anchor }));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function label(x: number, y: number, wide: number, anchor: "start" | "end", step: number): Box & Pick<PopPlace, "labelX" | "labelY" | "anchor"> {
  const labelX = anchor === "start" ? x + 6 : x - 6;
  const labelY = y + 3 + step * lineHeight;
  return { labelX, labelY, anchor, left: anchor === "start" ? labelX : labelX - wide, right: anchor === "start" ? labelX + wide : labelX, top: labelY - 8, bottom: labelY + 1 };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
