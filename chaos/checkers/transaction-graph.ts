// A graph of dependencies between transactions in flat arrays: its strongly connected parts, and the shortest way from one node to
// another over some kinds of edges. Passages are nodes that are no transactions: they stand for real time, which has no end of edges.

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

export class GraphBuilder {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #bits: number[] = [];

  constructor(private readonly transactions: number) {}

  add(from: number, to: number, kind: DependencyKind): void {
    this.#push(from, to, dependencyBits[kind]);
  }

  /**
   * Real time: whoever was answered before somebody was called.
   * @param times of those transactions that take part, by node; an end of Infinity is before nobody
   */
  build(times: readonly { readonly node: number; readonly call: number; readonly end: number }[]): Graph {
    const byEnd = times.filter(({ end }) => end !== Infinity).sort((a, b) => a.end - b.end);
    const byCall = [...times].sort((a, b) => a.call - b.call);
    // A passage for each answer, in their order; a call is entered from the last one before it.
    let answered = 0;
    for (const [index, { node }] of byEnd.entries()) {
      this.#push(node, this.transactions + index, dependencyBits.realtime);
      if (index > 0) this.#push(this.transactions + index - 1, this.transactions + index, onwards);
    }
    for (const { node, call } of byCall) {
      while ((byEnd[answered]?.end ?? Infinity) < call) answered++;
      if (answered > 0) this.#push(this.transactions + answered - 1, node, onwards);
    }
    return this.#packed(this.transactions + byEnd.length);
  }

  #push(from: number, to: number, bits: number): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#bits.push(bits);
  }

  #packed(nodes: number): Graph {
    const count = this.#from.length;
    const offsets = new Int32Array(nodes + 1);
    for (const from of this.#from) offsets[from + 1] = (offsets[from + 1] ?? 0) + 1;
    for (let node = 0; node < nodes; node++) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
    const at = offsets.slice();
    const targets = new Int32Array(count);
    const bits = new Uint8Array(count);
    for (let edge = 0; edge < count; edge++) {
      const from = this.#from[edge] ?? 0;
      const place = at[from] ?? 0;
      at[from] = place + 1;
      targets[place] = this.#to[edge] ?? 0;
      bits[place] = this.#bits[edge] ?? 0;
    }
    return { nodes, offsets, targets, bits, passages: this.transactions };
  }
}

function allowed(mask: number): number {
  return (mask & dependencyBits.realtime) === 0 ? mask : mask | onwards;
}

/**
 * Tarjan's strongly connected components over the edges of a mask, without recursion.
 * @returns the component of each node, -1 where it is alone, and how many there are
 */
export function components({ nodes, offsets, targets, bits }: Graph, mask: number): { readonly of: Int32Array; readonly count: number } {
  const taken = allowed(mask);
  const of = new Int32Array(nodes).fill(-1);
  const order = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const next = new Int32Array(nodes);
  const isOpen = new Uint8Array(nodes);
  const open: number[] = [];
  const path: number[] = [];
  let visited = 0;
  let count = 0;
  for (let root = 0; root < nodes; root++) {
    if (order[root] !== 0) continue;
    path.push(root);
    while (path.length > 0) {
      const node = path[path.length - 1] ?? 0;
      if (order[node] === 0) {
        order[node] = low[node] = ++visited;
        next[node] = offsets[node] ?? 0;
        isOpen[node] = 1;
        open.push(node);
      }
      const end = offsets[node + 1] ?? 0;
      let edge = next[node] ?? 0;
      let child = -1;
      for (; edge < end; edge++) {
        if (((bits[edge] ?? 0) & taken) === 0) continue;
        const target = targets[edge] ?? 0;
        if (order[target] === 0) {
          child = target;
          break;
        }
        if (isOpen[target] === 1) low[node] = Math.min(low[node] ?? 0, order[target] ?? 0);
      }
      next[node] = edge;
      if (child !== -1) {
        path.push(child);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
      if (low[node] !== order[node]) continue;
      const isAlone = open[open.length - 1] === node;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        isOpen[member] = 0;
        if (!isAlone) of[member] = count;
        if (member === node) break;
      }
      if (!isAlone) count++;
    }
  }
  return { of, count };
}

/** Edges that searches may still look at. */
export interface SearchBudget {
  left: number;
}

/** Looks for shortest ways within components; keeps its memory from one search to the next. */
export class WayFinder {
  readonly #met: Int32Array;
  readonly #via: Int32Array;
  #search = 0;

  constructor(
    private readonly graph: Graph,
    private readonly budget: SearchBudget,
  ) {
    this.#met = new Int32Array(graph.nodes);
    this.#via = new Int32Array(graph.nodes);
  }

  /**
   * @param longest transactions after `from` that the way may have
   * @returns the transactions of a shortest way, both ends included; undefined when there is none so short
   */
  find(from: number, to: number, mask: number, of: Int32Array, longest: number): readonly number[] | undefined {
    const { graph, budget } = this;
    const taken = allowed(mask);
    const search = ++this.#search;
    const component = of[from];
    this.#met[from] = search;
    let frontier = [from];
    for (let depth = 0; depth < longest && frontier.length > 0; depth++) {
      const reached: number[] = [];
      for (const start of frontier) {
        const passing = [start];
        for (let node = passing.pop(); node !== undefined; node = passing.pop()) {
          const end = graph.offsets[node + 1] ?? 0;
          for (let edge = graph.offsets[node] ?? 0; edge < end; edge++) {
            if (--budget.left < 0) return undefined;
            const target = graph.targets[edge] ?? 0;
            if (((graph.bits[edge] ?? 0) & taken) === 0 || of[target] !== component || this.#met[target] === search) continue;
            this.#met[target] = search;
            this.#via[target] = node;
            if (target === to) return this.#way(from, to);
            // Through a passage at once: it is no step of its own.
            if (target >= graph.passages) passing.push(target);
            else reached.push(target);
          }
        }
      }
      frontier = reached;
    }
    return undefined;
  }

  #way(from: number, to: number): readonly number[] {
    const way = [to];
    for (let node = to; node !== from; ) {
      node = this.#via[node] ?? from;
      if (node < this.graph.passages) way.push(node);
    }
    return way.reverse();
  }
}
