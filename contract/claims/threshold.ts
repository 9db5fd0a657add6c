// The one place that turns a claim into the numbers that are compared: divided by the time scale, widened by the
// tolerance. The judge and the specs both come here, so they can never disagree about a threshold.
import { EdgemarkError } from "../errors.js";
import type { Claim } from "./types.js";

/** What a value must lie within, both ends included; an open end is infinite. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * The range in which a claim holds on a target. The documented figure is divided by the time scale when the claim is
 * scaled; the tolerance is added after that, because the harness and the network do not run faster on a scaled target.
 * @param claim a claim with a numeric comparator
 * @param timeScale how many times faster the target's platform timers run; 1 is real time
 * @returns both ends in the claim's unit
 * @throws EdgemarkError usage.claims when the claim has no numeric comparator, target.contract when the scale is not a positive number
 */
export function boundsOf(claim: Claim, timeScale: number): Bounds {
  const bounds = rangeOf(claim, claim.scaled === true ? positive(timeScale) : 1, claim.tolerance?.value ?? 0);
  if (bounds === undefined) throw withoutNumber(claim);
  return bounds;
}

function rangeOf({ holds }: Claim, scale: number, slack: number): Bounds | undefined {
  if (holds === undefined || "every" in holds) return undefined;
  if ("atMost" in holds) return { low: -Infinity, high: holds.atMost / scale + slack };
  if ("atLeast" in holds) return { low: holds.atLeast / scale - slack, high: Infinity };
  if ("between" in holds) return { low: holds.between[0] / scale - slack, high: holds.between[1] / scale + slack };
  return typeof holds.equals === "number" ? { low: holds.equals / scale - slack, high: holds.equals / scale + slack } : undefined;
}

/**
 * The single threshold of a claim on a target, for a spec that asserts or waits by it.
 * @returns atMost: the highest value that holds; atLeast: the lowest; equals: the figure itself, without tolerance
 * @throws EdgemarkError usage.claims when the claim states no number or two (between: use boundsOf; limits: use limitOf)
 */
export function thresholdOf(claim: Claim, timeScale: number): number {
  const bounds = boundsOf(claim, timeScale);
  if (bounds.low === -Infinity) return bounds.high;
  if (bounds.high === Infinity) return bounds.low;
  if (claim.holds !== undefined && "equals" in claim.holds) return (bounds.low + bounds.high) / 2;
  throw withoutNumber(claim);
}

/**
 * The documented figure on a target, after the time scale and before the tolerance, for a report to show.
 * @returns undefined when the claim states no single number or the scale is not a positive number
 */
export function figureOf(claim: Claim, timeScale: number): number | undefined {
  const bounds = rangeOf(claim, claim.scaled === true ? timeScale : 1, 0);
  if (bounds === undefined) return undefined;
  const figure = bounds.low === -Infinity ? bounds.high : bounds.low;
  const isSingle = bounds.low === bounds.high || bounds.low === -Infinity || bounds.high === Infinity;
  return isSingle && Number.isFinite(figure) && figure >= 0 ? figure : undefined;
}

/**
 * One of the further figures of a claim.
 * @param name with its unit, as the claim writes it: keyBytes. A name that ends in Ms is divided by the time scale when the claim is scaled.
 * @throws EdgemarkError usage.claims when the claim has no such figure
 */
export function limitOf(claim: Claim, name: string, timeScale = 1): number {
  const value = claim.limits !== undefined && Object.hasOwn(claim.limits, name) ? claim.limits[name] : undefined;
  if (value === undefined) {
    const known = Object.keys(claim.limits ?? {}).join(", ") || "none";
    throw new EdgemarkError("usage.claims", `claim ${claim.id}: expected a figure named ${name}; it has ${known}; add it to the claim`);
  }
  return claim.scaled === true && name.endsWith("Ms") ? value / positive(timeScale) : value;
}

function positive(timeScale: number): number {
  if (Number.isFinite(timeScale) && timeScale > 0) return timeScale;
  throw new EdgemarkError("target.contract", `expected a time scale above 0; the target declares ${timeScale}; correct its Describe`);
}

function withoutNumber(claim: Claim): EdgemarkError {
  const given = claim.holds === undefined ? "nothing" : JSON.stringify(claim.holds);
  return new EdgemarkError("usage.claims", `claim ${claim.id}: expected one numeric threshold in holds; it has ${given}; use boundsOf or limitOf, or give it one`);
}
