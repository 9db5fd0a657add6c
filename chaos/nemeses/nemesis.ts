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
  /** A schedule chooses nothing nearer to zero than this: it could not be seen. */
  readonly leastSize?: number;
}

/** The links of a PoP: with its clients, with other PoPs, with storage. */
export const linkScopes = ["clients", "peers", "storage"] as const;
export type LinkScope = (typeof linkScopes)[number];

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
 * unanswered: a request to each PoP gets no answer. unwritable: an object that is new to all cannot be written there. starved: the
 * same work takes it much longer than just before. cut: a request that was open over a link of each PoP breaks. slow: each request
 * over the link takes so much longer than before. lossy: a part of the requests over it comes later by a stall. apart: an object at
 * a PoP of one side cannot be reached through the other. clock: a clock of the platform there is wrong by so much. nothing: no
 * client can see it, and why: what the target says is all there is, and a run says so.
 */
export type Observation =
  | { readonly see: "unanswered" | "unwritable" | "starved"; readonly popIds: readonly string[] }
  | { readonly see: "cut"; readonly over: LinkScope; readonly popIds: readonly string[] }
  | { readonly see: "slow"; readonly over: LinkScope; readonly popIds: readonly string[]; readonly leastMs: number }
  | { readonly see: "lossy"; readonly over: LinkScope; readonly popIds: readonly string[]; readonly lossRatio: number; readonly stallMs: number }
  | { readonly see: "apart"; readonly from: string; readonly to: readonly string[] }
  | { readonly see: "clock"; readonly popIds: readonly string[]; readonly skewMs: number }
  | { readonly see: "nothing"; readonly because: string };

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
  /** What a client can see of it. */
  readonly observation: (aim: Aim) => Observation;
}
