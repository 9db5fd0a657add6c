// What a claim is: one documented statement as data, judged against the result document and nothing else.
import type { Level } from "../result/document.js";

/** How the documents' figure is compared with what was measured. */
export type Comparator =
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly equals: number | string | boolean }
  | { readonly between: readonly [number, number] }
  /** Every value the path selects is this; for verdicts of checks. Selecting nothing never holds. */
  | { readonly every: string };

export interface ClaimSource {
  /** Path of the document, or seed:<file>. */
  readonly document: string;
  /** The few words of the document that carry the figure. */
  readonly quote: string;
  /** The version of the document that was read, when known. */
  readonly version?: string;
}

export type ClaimNature = "semantics" | "limit" | "performance" | "api" | "platform";

export interface Claim {
  /** For example KV-01. Never changes its meaning. */
  readonly id: string;
  readonly product: string;
  readonly level: Level;
  /** must: a promise, held when its checks pass. number: a measured value against a threshold. context: shown, never judged. */
  readonly kind: "must" | "number" | "context";
  readonly nature: ClaimNature;
  readonly statement: string;
  /** The documented figure in words, as a report shows it. */
  readonly figure: string;
  readonly source: ClaimSource;
  /** JSONPath into the result document. A must claim without one selects the verdicts of the checks that name it. */
  readonly path?: string;
  readonly unit?: string;
  readonly holds?: Comparator;
  /** Further figures of the same claim by name, unit in the name (keyBytes: 512); specs take them with limitOf. */
  readonly limits?: Readonly<Record<string, number>>;
  /** The threshold is divided by the target's time scale. */
  readonly scaled?: boolean;
  /** Slack added to the threshold, in its unit, with the reason it is needed. */
  readonly tolerance?: { readonly value: number; readonly reason: string };
  /** False for seeds' and marketing figures: judged and shown, but not failing the run. Default true. */
  readonly binding?: boolean;
  /** Ids of claims whose documents disagree with this one. */
  readonly conflicts?: readonly string[];
  /** Other documented figures for the same thing, by document version. */
  readonly versions?: readonly { readonly figure: string; readonly document: string }[];
  /** Set by the loader on a claim of a user's own file: it can fail the run, and is no part of a level. */
  readonly own?: true;
}
