// What goes over the wires of D1: from the native binding to a PoP, and between the objects of a database.
import type { Aside } from "./change.js";

/** A bound value. */
export type Parameter = string | number | null | Uint8Array;

export interface Query {
  readonly sql: string;
  readonly params: readonly Parameter[];
}

/** A query as the binding sends it over HTTP: blobs are arrays of bytes. */
export interface SentQuery {
  readonly sql: string;
  readonly params?: readonly (string | number | null | readonly number[])[];
}

/** A query with its blobs as bytes: an array of a million numbers is a heavy thing to hand on. */
export function received({ sql, params = [] }: SentQuery): Query {
  return { sql, params: params.map((value) => (typeof value === "object" && value !== null ? Uint8Array.from(value) : value)) };
}

/**
 * How results are given: rows beside their column names, rows as objects (both as HTTP has them), or as the binding's
 * RPC form has them.
 */
export type Form = "columns" | "objects" | "rpc";

/** Tells calls apart, so that one that is sent again is carried out once. */
export interface CallId {
  readonly id: string;
  /** How often it was sent before. */
  readonly attempt: number;
}

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
  /** Large values of the changes, which stand beside them. */
  readonly values: Aside;
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
