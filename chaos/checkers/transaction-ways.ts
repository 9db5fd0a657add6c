// The shortest way from one transaction to another over some kinds of dependencies.
import { integers } from "./column-memory.js";
import { allowed, type Graph } from "./transaction-graph.js";

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
    this.#met = integers(graph.nodes);
    this.#via = integers(graph.nodes);
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
