// A cycle of transactions in words: what makes each depend on the one before it.
import type { Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import type { Cycle } from "./transaction-cycles.js";
import type { DependencyKind } from "./transaction-graph.js";
import { stepsOf, type TransactionHistory } from "./transaction-history.js";
import { isSame } from "./transaction-orders.js";

/** A cycle in words: T1 and T2 are in the order of the cycle. */
export function wordsOf({ nodes, edges }: Cycle, { operations }: TransactionHistory): string {
  const name = (place: number): string => `T${(place % nodes.length) + 1}`;
  return edges
    .map((edge, place) => {
      const [from, to] = [operations[nodes[place] ?? 0], operations[nodes[(place + 1) % nodes.length] ?? 0]];
      const detail = from === undefined || to === undefined ? "" : detailOf(edge, from, to);
      const words = {
        ww: `${name(place)} appended ${detail} before ${name(place + 1)} did`,
        wr: `${name(place + 1)} read ${detail}, which ${name(place)} appended`,
        rw: `${name(place)} read ${detail} before ${name(place + 1)} appended`,
        process: `${name(place)} came before ${name(place + 1)} in one process`,
        realtime: `${name(place)} was answered before ${name(place + 1)} was called`,
      };
      return words[edge];
    })
    .join("; ");
}

/** The list, or the element, that makes one transaction depend on the other. */
function detailOf(edge: DependencyKind, from: Operation, to: Operation): string {
  const [depending, other] = edge === "rw" ? [from, to] : [to, from];
  const others = stepsOf(other);
  for (const { list, value, elements } of stepsOf(depending)) {
    const appended = others.filter((step) => step.list === list && step.value !== undefined).map((step) => step.value);
    const has = (one: unknown): boolean => elements?.some((element) => isSame(element, one)) === true;
    if (appended.length === 0) continue;
    if (edge === "ww" && value !== undefined) return `to list ${shown(list)}`;
    if (edge === "rw" && elements !== undefined && !appended.every(has)) return `list ${shown(list)}`;
    const seen = edge === "wr" ? appended.find(has) : undefined;
    if (seen !== undefined) return `${shown(seen)} in list ${shown(list)}`;
  }
  return "a list";
}
