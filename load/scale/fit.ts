// A line through what was measured, to extend it on paper: how well it fits is said with it, since a curve that is no line must
// not be extended. Pure.

export interface Line {
  /** What it costs without any. */
  readonly base: number;
  /** What each further one costs. */
  readonly each: number;
  /** The share of the variation that the line explains, 0 to 1; below 0.9 it is no line. */
  readonly explained: number;
}

/** Least squares. @returns undefined for fewer than three places: a line through two explains everything and shows nothing */
export function lineThrough(points: readonly (readonly [at: number, value: number])[]): Line | undefined {
  const n = points.length;
  if (n < 3) return undefined;
  const meanAt = points.reduce((sum, [at]) => sum + at, 0) / n;
  const meanValue = points.reduce((sum, [, value]) => sum + value, 0) / n;
  const spread = points.reduce((sum, [at]) => sum + (at - meanAt) ** 2, 0);
  if (!(spread > 0)) return undefined;
  const each = points.reduce((sum, [at, value]) => sum + (at - meanAt) * (value - meanValue), 0) / spread;
  const base = meanValue - each * meanAt;
  const whole = points.reduce((sum, [, value]) => sum + (value - meanValue) ** 2, 0);
  const left = points.reduce((sum, [at, value]) => sum + (value - base - each * at) ** 2, 0);
  return { base, each, explained: whole === 0 ? 1 : 1 - left / whole };
}

/** @returns in words what the line says of one place, or why it says nothing */
export function extended(line: Line | undefined, to: number, unit: string, digits = 1): string {
  if (line === undefined) return "too few points to extend";
  const each = `${line.base.toFixed(digits)} + ${line.each.toFixed(digits + 1)} x n ${unit}`;
  if (line.explained < 0.9) return `${each}, which explains only ${(100 * line.explained).toFixed(0)} % of it and is not extended`;
  return `${each}: ${(line.base + line.each * to).toFixed(digits)} ${unit} for ${to}`;
}
