// What a nemesis is: one kind of fault as data. Which faults it makes of the PoPs it was aimed at, how long it may last, and
// what proves that it had effect. The run injects and looks; nothing here does.
import type { Capability, FaultSpec } from "../../contract/target/types.js";

/** How a step of a schedule chooses its PoPs: any one, more than half, or the current home of the object in use. */
export const selectors = ["one", "majority", "owner"] as const;
export type Selector = (typeof selectors)[number];

/** Bounds of a number that a schedule chooses, both included. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What one step harms. */
export interface Aim {
  /** The chosen PoPs, at least one. */
  readonly popIds: readonly string[];
  readonly allPopIds: readonly string[];
  /** For nemeses that have scopes. */
  readonly scope?: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * What a client can see of a fault, and so what must be seen beside the target's own words:
 * unanswered: a request to each PoP gets no answer. cut: a request that was open at each PoP breaks. slow: a request there takes
 * at least so long. unwritable: an object that is new to all cannot be written there. late-writes: such a write takes at
 * least so long. apart: an object at a PoP of one side cannot be reached through the other. starved: the same work takes it much
 * longer than just before.
 */
export type Observation =
  | { readonly see: "unanswered" | "cut" | "unwritable" | "starved"; readonly popIds: readonly string[] }
  | { readonly see: "slow" | "late-writes"; readonly popIds: readonly string[]; readonly leastMs: number }
  | { readonly see: "apart"; readonly from: string; readonly to: readonly string[] };

export interface Nemesis {
  readonly id: string;
  /** What it does, in plain words, as --list shows it. */
  readonly description: string;
  readonly needs: Capability;
  /** PoPs a target must have; a partition needs two. */
  readonly leastPops: number;
  readonly selectors: readonly Selector[];
  /** How long a generated schedule leaves it in effect, ms; a given schedule may not exceed `most` tenfold. */
  readonly durationMs: Range;
  /** Which links, for nemeses of links; the first is the default. */
  readonly scopes?: readonly string[];
  /** Numbers it needs, by name with the unit in it. */
  readonly parameters: Readonly<Record<string, Range>>;
  /** The faults to inject, in this order. */
  readonly faults: (aim: Aim) => readonly FaultSpec[];
  /** What a client can see of it; absent where only the target can know. */
  readonly observation?: (aim: Aim) => Observation | undefined;
}
