// The strongly connected parts of a graph of dependencies: Tarjan's algorithm on flat arrays, without recursion. Whatever is in no
// such part is in no cycle.
import { integers } from "./column-memory.js";
import { GrowingColumn } from "./growing-column.js";
import { allowed, type Graph } from "./transaction-graph.js";

/** Parts of a graph: `of` is the part of each node, -1 where it is alone. */
export interface Components {
  readonly of: Int32Array;
  readonly count: number;
  /** Nodes that are not alone, in their order. */
  readonly members: Int32Array;
}

/** Finds components of one graph over the edges of one mask after the other; keeps its memory in between. */
export class ComponentFinder {
  /** By node: when it was visited, from 1; the earliest visited that it leads back to; the edge to go on with. */
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #next: Int32Array;
  readonly #isOpen: Uint8Array;
  /** Nodes whose component is not complete, and the way to the one that is looked at. */
  readonly #open: Int32Array;
  readonly #path: Int32Array;

  constructor(private readonly graph: Graph) {
    this.#order = integers(graph.nodes);
    this.#low = integers(graph.nodes);
    this.#next = integers(graph.nodes);
    this.#isOpen = new Uint8Array(graph.nodes);
    this.#open = integers(graph.nodes);
    this.#path = integers(graph.nodes);
  }

  /** @param within components over more edges, none of which is left */
  find(mask: number, within?: Components): Components {
    const { nodes } = this.graph;
    const of = integers(nodes).fill(-1);
    const members = within?.members;
    let count = 0;
    this.#order.fill(0);
    let visited = 0;
    const roots = members === undefined ? nodes : members.length;
    for (let at = 0; at < roots; at++) {
      const root = members === undefined ? at : (members[at] ?? 0);
      if (this.#order[root] !== 0) continue;
      ({ visited, count } = this.#visit(root, allowed(mask), within?.of, of, { visited, count }));
    }
    if (count === 0) return { of, count, members: new Int32Array(0) };
    const found = new GrowingColumn();
    for (let at = 0; at < roots; at++) {
      const node = members === undefined ? at : (members[at] ?? 0);
      if (of[node] !== -1) found.add(node);
    }
    return { of, count, members: found.taken() };
  }

  #visit(root: number, taken: number, within: Int32Array | undefined, of: Int32Array, so: { readonly visited: number; readonly count: number }): { visited: number; count: number } {
    const { offsets, targets, bits } = this.graph;
    const [order, low, next, isOpen, open, path] = [this.#order, this.#low, this.#next, this.#isOpen, this.#open, this.#path];
    let { visited, count } = so;
    let opened = 0;
    let depth = 0;
    path[depth++] = root;
    while (depth > 0) {
      const node = path[depth - 1] ?? 0;
      if (order[node] === 0) {
        order[node] = low[node] = ++visited;
        next[node] = offsets[node] ?? 0;
        isOpen[node] = 1;
        open[opened++] = node;
      }
      const end = offsets[node + 1] ?? 0;
      const part = within?.[node];
      let least = low[node] ?? 0;
      let edge = next[node] ?? 0;
      let child = -1;
      for (; edge < end; edge++) {
        if (((bits[edge] ?? 0) & taken) === 0) continue;
        const target = targets[edge] ?? 0;
        if (within?.[target] !== part) continue;
        const met = order[target] ?? 0;
        if (met === 0) {
          child = target;
          break;
        }
        if (met < least && isOpen[target] === 1) least = met;
      }
      low[node] = least;
      next[node] = edge;
      if (child !== -1) {
        path[depth++] = child;
        continue;
      }
      depth--;
      if (depth > 0) {
        const parent = path[depth - 1] ?? 0;
        if (least < (low[parent] ?? 0)) low[parent] = least;
      }
      if (least !== order[node]) continue;
      const isAlone = open[opened - 1] === node;
      for (;;) {
        const member = open[--opened] ?? 0;
        isOpen[member] = 0;
        if (!isAlone) of[member] = count;
        if (member === node) break;
      }
      if (!isAlone) count++;
    }
    return { visited, count };
  }
}
