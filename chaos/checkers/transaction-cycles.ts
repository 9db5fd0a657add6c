// Cycles of dependencies: each proves that no order of the transactions explains them, and its edges say which level of isolation is
// broken. Of each kind the shortest is sought, the worst kinds first.
import { ComponentFinder, type Components } from "./transaction-components.js";
import { dependencyBits, type DependencyKind, type Graph } from "./transaction-graph.js";
import { type SearchBudget, WayFinder } from "./transaction-ways.js";

type PlainCycleKind = "G0" | "G1c" | "G-single" | "G2";
/** A cycle that needs the order of a client's transactions, or real time, says so. */
export type CycleKind = PlainCycleKind | `${PlainCycleKind}-process` | `${PlainCycleKind}-realtime`;

export interface Cycle {
  readonly kind: CycleKind;
  /** Transactions; each depends on the one before it, the first on the last. */
  readonly nodes: readonly number[];
  /** How each leads to the next. */
  readonly edges: readonly DependencyKind[];
  /** Edges of the history that close such a cycle; at least so many, when there was no time to look at all. */
  readonly count: number;
}

const { ww, wr, rw, process: processBit, realtime } = dependencyBits;

/** What is sought: the edge that closes the cycle, and those of the way back. */
const searches = [
  { kind: "G0", closing: ww, way: ww },
  { kind: "G1c", closing: wr, way: ww | wr },
  { kind: "G-single", closing: rw, way: ww | wr },
  { kind: "G2", closing: rw, way: ww | wr | rw },
] as const;

/** Edges that all searches of a history together look at: a few seconds. */
const mostEdges = 40_000_000;
/** Lengths that are tried one after the other: short cycles are most of them, and are found at once. */
const lengths = [1, 2, 4, Infinity];

/** @param extra orders that the promise includes beside the data's */
export function findCycles(graph: Graph, extra: { readonly isProcess: boolean; readonly isRealtime: boolean }): readonly Cycle[] {
  const steps = [0, ...(extra.isProcess || extra.isRealtime ? [processBit] : []), ...(extra.isRealtime ? [processBit | realtime] : [])];
  const all = steps.at(-1) ?? 0;
  const components = new ComponentFinder(graph);
  const whole = components.find(ww | wr | rw | all);
  if (whole.count === 0) return [];
  const found = new Map<CycleKind, Cycle>();
  const budget: SearchBudget = { left: mostEdges };
  const finder = new WayFinder(graph, budget);
  for (const more of steps) {
    for (const search of searches) {
      const kind = nameOf(search.kind, more);
      // Fewer edges make smaller components of the same ones.
      const within = components.find(search.closing | search.way | more, whole);
      if (within.count === 0) continue;
      const cycle = shortest({ graph, finder, within, kind, closing: search.closing, way: search.way | more, budget });
      if (cycle !== undefined) found.set(kind, cycle);
    }
  }
  return [...found.values()];
}

function nameOf(kind: PlainCycleKind, more: number): CycleKind {
  return more === 0 ? kind : (more & realtime) === 0 ? `${kind}-process` : `${kind}-realtime`;
}

interface Sought {
  readonly graph: Graph;
  readonly finder: WayFinder;
  readonly within: Components;
  readonly kind: CycleKind;
  readonly closing: number;
  readonly way: number;
  readonly budget: SearchBudget;
}

function shortest({ graph, finder, within, kind, closing, way, budget }: Sought): Cycle | undefined {
  const { of: componentOf, members } = within;
  for (const longest of lengths) {
    let best: Cycle | undefined;
    let count = 0;
    for (const from of members) {
      if (from >= graph.passages) break;
      const end = graph.offsets[from + 1] ?? 0;
      for (let edge = graph.offsets[from] ?? 0; edge < end && budget.left > 0; edge++) {
        const to = graph.targets[edge] ?? 0;
        if ((graph.bits[edge] ?? 0) !== closing || componentOf[to] !== componentOf[from]) continue;
        const back = finder.find(to, from, way, componentOf, Math.min(longest, best === undefined ? Infinity : best.nodes.length - 1));
        if (back === undefined) continue;
        const nodes = [from, ...back.slice(0, -1)];
        const edges = edgesOf(graph, nodes, closing, way);
        // One that needs less than what is sought was found under its own name.
        if (kindOf(edges) !== kind) continue;
        count++;
        if (best === undefined || nodes.length < best.nodes.length) best = { kind, nodes, edges, count };
      }
    }
    if (best !== undefined) return { ...best, count };
  }
  return undefined;
}

/** How each node of a cycle leads to the next: by the strongest dependency that there is. */
function edgesOf(graph: Graph, nodes: readonly number[], closing: number, way: number): readonly DependencyKind[] {
  return nodes.map((node, index) => {
    const next = nodes[(index + 1) % nodes.length] ?? 0;
    const mask = index === 0 ? closing : way;
    let bits = 0;
    for (let edge = graph.offsets[node] ?? 0; edge < (graph.offsets[node + 1] ?? 0); edge++) if (graph.targets[edge] === next) bits |= (graph.bits[edge] ?? 0) & mask;
    const kinds: readonly DependencyKind[] = ["ww", "wr", "rw", "process"];
    return kinds.find((kind) => (bits & dependencyBits[kind]) !== 0) ?? "realtime";
  });
}

function kindOf(edges: readonly DependencyKind[]): CycleKind {
  const count = (kind: DependencyKind): number => edges.filter((edge) => edge === kind).length;
  const plain: PlainCycleKind = count("rw") > 1 ? "G2" : count("rw") === 1 ? "G-single" : count("wr") > 0 ? "G1c" : "G0";
  return count("realtime") > 0 ? `${plain}-realtime` : count("process") > 0 ? `${plain}-process` : plain;
}
