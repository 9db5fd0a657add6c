// Axes: from values to pixels and to the few round numbers a reader needs beside a chart. Pure; shared by the SVG page
// and every other drawing of the same data.

export interface Scale {
  /** linear starts at 0 or the smallest value; log for values that span more than two decades. */
  readonly kind: "linear" | "log";
  readonly low: number;
  readonly high: number;
  /** Round values within [low, high], ascending. */
  readonly ticks: readonly number[];
  /** 0 at low, 1 at high; values outside are clamped. */
  readonly at: (value: number) => number;
}

/** The largest magnitude that is drawn; anything beyond is clamped, so that arithmetic stays finite. */
const farthest = 1e15;

/** A linear scale with round ends. @param low @param high any finite numbers, in any order */
export function linearScale(low: number, high: number, wantedTicks = 5): Scale {
  const [from, to] = ordered(low, high);
  const step = roundStep((to - from) / wantedTicks);
  const start = Math.floor(from / step + 1e-9) * step;
  const end = Math.ceil(to / step - 1e-9) * step;
  const ticks: number[] = [];
  for (let index = 0; index <= Math.round((end - start) / step) && index <= 2 * wantedTicks + 2; index++) ticks.push(clean(start + index * step));
  return { kind: "linear", low: start, high: end, ticks, at: (value) => clamp((value - start) / (end - start)) };
}

/** A logarithmic scale over whole decades or their halves. @param low greater than 0 */
export function logScale(low: number, high: number): Scale {
  const [from, to] = ordered(Math.max(low, 1e-9), Math.max(high, 1e-9));
  const start = niceBelow(from);
  const end = niceAbove(to);
  const decades = Math.log10(end / start);
  const steps = decades <= 1.2 ? [1, 2, 5] : decades <= 3 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(start)); power <= Math.ceil(Math.log10(end)); power++) {
    for (const step of steps) {
      const tick = clean(step * 10 ** power);
      if (tick >= start * 0.999 && tick <= end * 1.001) ticks.push(tick);
    }
  }
  const every = Math.ceil(ticks.length / 7);
  return {
    kind: "log",
    low: start,
    high: end,
    ticks: ticks.filter((_, index) => index % every === 0),
    at: (value) => clamp(Math.log(Math.max(value, start) / start) / Math.log(end / start)),
  };
}

/** Log when all values are positive and span more than two decades, else linear from 0 where that wastes no room. */
export function scaleFor(values: readonly number[]): Scale {
  const finite = values.filter(Number.isFinite).map((value) => Math.max(-farthest, Math.min(farthest, value)));
  if (finite.length === 0) return linearScale(0, 1);
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  if (low > 0 && high / low > 100) return logScale(low, high);
  return linearScale(low > 0 && low < high * 0.6 ? 0 : low, high);
}

function ordered(low: number, high: number): [number, number] {
  const a = Math.max(-farthest, Math.min(farthest, Number.isFinite(low) ? low : 0));
  const b = Math.max(-farthest, Math.min(farthest, Number.isFinite(high) ? high : 1));
  const [from, to] = a <= b ? [a, b] : [b, a];
  if (to - from > Math.abs(to) * 1e-9 && to - from > 1e-12) return [from, to];
  // One value only: give it room on both sides.
  const room = Math.abs(to) < 1e-9 ? 1 : Math.abs(to) * 0.1;
  return [from >= 0 && from - room < 0 ? 0 : from - room, to + room];
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return clean((value / power >= 5 ? 5 : value / power >= 2 ? 2 : 1) * power);
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return clean((lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power);
}

/** Drops the dust of floating point, so that ticks print as 0.3 and not 0.30000000000000004. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}

function clamp(share: number): number {
  return Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0;
}
