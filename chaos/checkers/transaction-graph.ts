// A graph of dependencies between transactions in flat arrays. Passages are nodes that are no transactions: they stand for real time, which has no end of edges.
import { integers } from "./column-memory.js";
import type { Times } from "./columns.js";
import { GrowingColumn } from "./growing-column.js";

/**
 * ww: appended before. wr: read what the other appended. rw: read before the other appended. process: the same client, earlier.
 * realtime: answered before the other was called.
 */
export const dependencyBits = { ww: 1, wr: 2, rw: 4, process: 8, realtime: 16 } as const;
export type DependencyKind = keyof typeof dependencyBits;

/** From a passage onwards: part of the edge that led into it. */
const onwards = 32;

export interface Graph {
  readonly nodes: number;
  /** Edges of node n: from offsets[n] to offsets[n + 1]. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly bits: Uint8Array;
  /** Nodes from here on are passages. */
  readonly passages: number;
}

/** Dependencies between transactions, as they are found. */
export class EdgeList {
  readonly from = new GrowingColumn();
  readonly to = new GrowingColumn();
  readonly bits = new GrowingColumn();

  add(from: number, to: number, kind: DependencyKind): void {
    this.from.add(from);
    this.to.add(to);
    this.bits.add(dependencyBits[kind]);
  }
}

/** Transactions that take part in real time: in the order of their ends, without those that end never, and of their calls. */
export interface RealTime {
  readonly byEnd: Int32Array;
  readonly byCall: Int32Array;
  readonly times: Times;
}

/** @param realTime whoever was answered before somebody was called comes before it; left out where that does not count */
export function graphOf(transactions: number, edges: EdgeList, realTime?: RealTime): Graph {
  const nodes = transactions + (realTime?.byEnd.length ?? 0);
  const offsets = integers(nodes + 1);
  const count = (from: number): void => {
    offsets[from + 1] = (offsets[from + 1] ?? 0) + 1;
  };
  for (let edge = 0; edge < edges.from.length; edge++) count(edges.from.at(edge));
  if (realTime !== undefined) passages(transactions, realTime, count);
  for (let node = 0; node < nodes; node++) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  const free = offsets.slice();
  const targets = integers(offsets[nodes] ?? 0);
  const bits = new Uint8Array(offsets[nodes] ?? 0);
  const put = (from: number, to: number, kinds: number): void => {
    const place = free[from] ?? 0;
    free[from] = place + 1;
    targets[place] = to;
    bits[place] = kinds;
  };
  for (let edge = 0; edge < edges.from.length; edge++) put(edges.from.at(edge), edges.to.at(edge), edges.bits.at(edge));
  if (realTime !== undefined) passages(transactions, realTime, put);
  return { nodes, offsets, targets, bits, passages: transactions };
}

/** A passage for each answer, in their order; a call is entered from the last one before it. */
function passages(first: number, { byEnd, byCall, times }: RealTime, add: (from: number, to: number, bits: number) => void): void {
  for (let at = 0; at < byEnd.length; at++) {
    add(byEnd[at] ?? 0, first + at, dependencyBits.realtime);
    if (at > 0) add(first + at - 1, first + at, onwards);
  }
  let answered = 0;
  for (let at = 0; at < byCall.length; at++) {
    const node = byCall[at] ?? 0;
    const call = times.call[node] ?? 0;
    while (answered < byEnd.length && (times.end[byEnd[answered] ?? 0] ?? 0) < call) answered++;
    if (answered > 0) add(first + answered - 1, node, onwards);
  }
}

/** The bits that edges of a mask may have. */
export function allowed(mask: number): number {
  return (mask & dependencyBits.realtime) === 0 ? mask : mask | onwards;
}
