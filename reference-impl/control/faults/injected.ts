// What a fault in effect is to the registry: proof, a way back, and a way to let go of everything when the edge ends.
import type { FaultSpec } from "../../../contract/target/types.js";
import { EdgemarkError } from "../../../contract/errors.js";
import type { Edge } from "../../supervisor/edge.js";
import type { Pop } from "../../supervisor/pop.js";

export interface Injected {
  /** What was seen of it, in words a reader of a report understands. */
  readonly evidence: string;
  /** Undoes it. @returns what was seen of that */
  heal(): Promise<string>;
  /** Lets go at once, when the edge ends: nothing is checked. */
  release?(): void;
}

/** Puts one kind of fault into effect. @throws EdgemarkError when it cannot be, or is seen to have no effect */
export type Inject = (edge: Edge, pop: Pop, fault: FaultSpec) => Promise<Injected>;

/** A fault that was put in and is not seen: it is taken out again, and nobody is told that it is there. */
export function withoutEffect(what: string): EdgemarkError {
  return new EdgemarkError("target.refused", `expected to see the fault take effect; ${what}; it was taken back`);
}

/** How long something took, for evidence. @param durationMs undefined: no answer */
export function shown(durationMs: number | undefined): string {
  return durationMs === undefined ? "no answer" : `${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`;
}
