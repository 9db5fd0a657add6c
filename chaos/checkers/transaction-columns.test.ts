// What the judgement of transactions rests on, against plain maps and sets: columns that grow, numbers of appends, and the strongly
// connected parts of a graph against who can reach whom.
import assert from "node:assert/strict";
import fc from "fast-check";
import { AppendNumbers } from "./append-numbers.js";
import { none } from "./columns.js";
import { GrowingColumn, grouped } from "./growing-column.js";
import { ComponentFinder } from "./transaction-components.js";
import { dependencyBits, EdgeList, graphOf } from "./transaction-graph.js";

describe("columns of transactions", () => {
  it("grow, and are sorted into groups in their order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 100 }), (values) => {
        const column = new GrowingColumn();
        for (const value of values) column.add(value);
        assert.deepEqual([...column.taken()], values);
        const { begins, places } = grouped(column.taken(), 6);
        for (let group = 0; group < 6; group++) {
          const expected = values.flatMap((value, place) => (value === group ? [place] : []));
          assert.deepEqual([...places.subarray(begins[group], begins[group + 1])], expected);
        }
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it("number appends as a map of lists and values does", () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 60 }), fc.integer(), fc.constantFrom(0.5, -0, 2 ** 40, "1", "", true, { a: 1, b: 2 }, { b: 2, a: 1 }, [1]));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), value), { maxLength: 300 }), (all) => {
        const numbers = new AppendNumbers();
        const known = new Map<string, number>();
        const lists: number[] = [];
        const nameOf = (list: number, one: unknown): string => `${list} ${JSON.stringify(one, typeof one === "object" ? ["a", "b", "0"] : undefined)}`;
        for (const [list, one] of all) {
          const name = nameOf(list, one);
          assert.equal(numbers.find(list, one), known.get(name) ?? none);
          assert.equal(numbers.add(list, one), known.has(name) ? none : known.size);
          if (known.has(name)) continue;
          known.set(name, known.size);
          lists.push(list);
        }
        assert.deepEqual([...numbers.lists], lists);
        for (const [list, one] of all) assert.equal(numbers.find(list, one), known.get(nameOf(list, one)));
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  it("are in one component when each leads to the other, over the edges of a mask", () => {
    const kinds = ["ww", "wr", "rw"] as const;
    const edge = fc.tuple(fc.nat(9), fc.nat(9), fc.constantFrom(...kinds));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 25 }), fc.constantFrom(1, 2, 3, 5, 7), (all, mask) => {
        const drawn = all.filter(([from, to]) => from !== to);
        const edges = new EdgeList();
        for (const [from, to, kind] of drawn) edges.add(from, to, kind);
        const finder = new ComponentFinder(graphOf(10, edges));
        const reach = (from: number, to: number): boolean => {
          const met = new Set([from]);
          for (const node of met) for (const [begin, end, kind] of drawn) if (begin === node && (dependencyBits[kind] & mask) !== 0) met.add(end);
          return met.has(to);
        };
        for (const { of, members } of [finder.find(mask), finder.find(mask, finder.find(7))]) {
          const nodes = Array.from({ length: 10 }, (_, node) => node);
          assert.deepEqual([...members], nodes.filter((node) => nodes.some((other) => other !== node && reach(node, other) && reach(other, node))));
          for (const one of members) for (const other of members) assert.equal(of[one] === of[other], reach(one, other) && reach(other, one));
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
