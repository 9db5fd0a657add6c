// Where PoPs stand on a map and where their labels fit without covering each other. Pure; coordinates are degrees, x to
// the east and y to the south, as a plate carrée is drawn.
import type { Measurement } from "../../contract/result/document.js";
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

/** A line between two PoPs with the round-trip time that was measured. */
export interface PopLink {
  readonly from: PopPlace;
  readonly to: PopPlace;
  readonly value: number;
  readonly unit: string;
  /** 0 for the shortest, 1 for the longest. */
  readonly share: number;
}

export interface PopMap {
  readonly places: readonly PopPlace[];
  readonly links: readonly PopLink[];
  /** Every pair that was measured, those that cannot be drawn too. */
  readonly times: readonly { readonly row: string; readonly column: string; readonly value: number; readonly unit: string }[];
}

/** @param measurement the round-trip times between PoPs, where the run has them */
export function popMap(pops: readonly Pop[], measurement: Measurement | undefined): PopMap {
  const places = popPlaces(pops);
  const byId = new Map(places.map((place) => [place.id, place]));
  const times = (measurement?.matrix ?? []).filter(({ value }) => Number.isFinite(value)).map((one) => ({ ...one, unit: measurement?.unit ?? "ms" }));
  const drawn = new Map<string, (typeof times)[number]>();
  // There and back are one line: the longer of both.
  for (const one of times) {
    const pair = JSON.stringify([one.row, one.column].sort());
    const before = drawn.get(pair);
    if (one.row !== one.column && (before === undefined || before.value < one.value)) drawn.set(pair, one);
  }
  const values = [...drawn.values()].map(({ value }) => value);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const links = [...drawn.values()].slice(0, linksDrawn).flatMap(({ row, column, value, unit }) => {
    const [from, to] = [byId.get(row), byId.get(column)];
    return from === undefined || to === undefined ? [] : [{ from, to, value, unit, share: high > low ? (value - low) / (high - low) : 0.5 }];
  });
  return { places, links, times };
}

/** Whether a measurement holds the round-trip times between PoPs. */
export function isRoundTrip({ id, matrix }: Measurement): boolean {
  return (matrix?.length ?? 0) > 0 && /round-?trip|(?:^|[.-])rtt(?:[.-]|$)/i.test(id);
}

const linksDrawn = 66;
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
