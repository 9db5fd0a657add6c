// What goes over the wires of D1: from the native binding to a PoP, and between the objects of a database.

/** A bound value as the binding sends it: blobs are arrays of bytes. */
export type Parameter = string | number | null | readonly number[];

export interface Query {
  readonly sql: string;
  readonly params?: readonly Parameter[];
}

/**
 * How results are given: rows beside their column names, rows as objects (both as HTTP has them), or as the binding's
 * RPC form has them.
 */
export type Form = "columns" | "objects" | "rpc";

/** What an object answers to a call: JSON of all results, or the error's text as the worker shall see it. */
export type CallAnswer = { readonly ok: true; readonly results: string; readonly bookmark: string } | { readonly ok: false; readonly error: string; readonly bookmark: string };

/** What a replica answers: it may not be the one to ask. */
export type ReplicaAnswer = CallAnswer | "ask-primary";

/** A change as the log has it. A body is JSON of changes; an entry with pages is the whole database at that point. */
export interface LogEntry {
  readonly sequence: number;
  /** Wall time of the commit at the primary, ms. */
  readonly atMs: number;
  readonly body: string;
  readonly pages: number;
}

export interface PullRequest {
  /** The database that the replica has a copy of, "" for none. */
  readonly identity: string;
  /** Sequence of the last entry that it has. */
  readonly after: number;
  readonly popId: string;
  /** How long the primary may wait for the next change, ms. */
  readonly waitMs: number;
}

export interface PullAnswer {
  readonly identity: string;
  /** Where the primary is. */
  readonly popId: string;
  /** null: the log does not reach back so far; start from a snapshot. */
  readonly entries: readonly LogEntry[] | null;
}

export interface SnapshotHead {
  readonly id: number;
  readonly identity: string;
  readonly sequence: number;
  readonly pages: number;
}

/** Header in which the binding and the service exchange constraints and bookmarks. */
export const bookmarkHeader = "x-cf-d1-session-commit-token";
