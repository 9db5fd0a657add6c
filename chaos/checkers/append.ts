// Is a list that is only appended to linearizable? Every element is appended once, so a read shows the order of all appends
// before it: the longest read is the order, every other read must be its beginning, and real time must agree. O(n log n).
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { differsAt, longestOf } from "./lists.js";
import { shown } from "./register-history.js";
import { identity, inOrder, notOfThisModel, timelineOf, type Timeline } from "./timeline.js";

interface Read {
  readonly operation: Operation;
  readonly elements: readonly unknown[];
}

type Found = Required<Pick<CheckerAnswer, "reason" | "violation">>;

export const appendOperations = "append(unique value), read -> list of all values in the order of their appends";

/**
 * Whether each key is a linearizable list that begins empty.
 * @throws EdgemarkError usage.input for another action, a value appended twice, or an answered read without a list
 */
export function checkAppend(operations: readonly Operation[]): CheckerAnswer {
  const keys = new Map<string, { appends: Map<unknown, Operation>; reads: Read[] }>();
  const time = timelineOf(operations);
  for (const operation of operations) {
    const { action, outcome, input, output, key } = operation;
    let list = keys.get(key);
    if (list === undefined) {
      list = { appends: new Map(), reads: [] };
      keys.set(key, list);
    }
    if (action === "append") {
      if (input === undefined) throw notOfThisModel(operation, appendOperations, "an append has no value");
      if (list.appends.has(identity(input))) throw notOfThisModel(operation, appendOperations, `${shown(input)} is appended twice`);
      list.appends.set(identity(input), operation);
    } else if (action !== "read") throw notOfThisModel(operation, appendOperations, `came ${shown(action)}`);
    else if (outcome === "ok") {
      if (!Array.isArray(output)) throw notOfThisModel(operation, appendOperations, "an answered read has no list");
      list.reads.push({ operation, elements: output.map(identity) });
    }
  }
  let reads = 0;
  for (const list of keys.values()) {
    reads += list.reads.length;
    const found = judge(list.appends, list.reads, time);
    if (found !== undefined) return { verdict: "invalid", ...found };
  }
  if (reads === 0) return { verdict: "unknown", reason: "no read was answered; there is nothing to judge" };
  return { verdict: "valid", reason: `some order explains every operation on each of ${keys.size} keys` };
}

function judge(appends: ReadonlyMap<unknown, Operation>, reads: readonly Read[], time: Timeline): Found | undefined {
  const longest = longestOf(reads);
  if (longest === undefined) return undefined;
  return impossible(appends, longest) ?? otherOrder(reads, longest) ?? againstTime(appends, reads, longest, time);
}

/** An element that nobody appended, whose append failed, or that is there twice. */
function impossible(appends: ReadonlyMap<unknown, Operation>, { operation, elements }: Read): Found | undefined {
  const seen = new Set<unknown>();
  for (const element of elements) {
    const append = appends.get(element);
    const text = `${shown(element)} was read on key ${shown(operation.key)}`;
    if (append === undefined) return { reason: `garbage: ${text}, which nobody appended`, violation: [operation] };
    if (append.outcome === "fail") return { reason: `failed append: ${text}, whose append had failed`, violation: inOrder([append, operation]) };
    if (seen.has(element)) return { reason: `duplicate: ${text} twice in one list, and was appended once`, violation: inOrder([append, operation]) };
    seen.add(element);
  }
  return undefined;
}

/** A read that is not the beginning of the longest: no one list had both. */
function otherOrder(reads: readonly Read[], longest: Read): Found | undefined {
  for (const read of reads) {
    const at = differsAt(read, longest);
    if (at === -1) continue;
    const [one, other] = [shown(read.elements[at]), shown(longest.elements[at])];
    const reason = `two orders: key ${shown(read.operation.key)} had ${one} in place ${at + 1} in one read and ${other} in another`;
    return { reason, violation: inOrder([read.operation, longest.operation]) };
  }
  return undefined;
}

/**
 * The order is known: what is read, as read, then what nobody read. It can be so in real time when nothing in it was called
 * after something later in it had returned.
 */
function againstTime(appends: ReadonlyMap<unknown, Operation>, reads: readonly Read[], longest: Read, time: Timeline): Found | undefined {
  // Reads of the same length may be in any order: in that of their calls they never contradict each other.
  const byLength = new Map<number, Read[]>();
  for (const one of [...reads].sort((a, b) => time(a.operation.callNs) - time(b.operation.callNs))) {
    const alike = byLength.get(one.elements.length);
    if (alike === undefined) byLength.set(one.elements.length, [one]);
    else alike.push(one);
  }
  const order: Operation[] = (byLength.get(0) ?? []).map(({ operation }) => operation);
  for (const [index, element] of longest.elements.entries()) {
    const append = appends.get(element);
    if (append !== undefined) order.push(append);
    for (const { operation } of byLength.get(index + 1) ?? []) order.push(operation);
  }
  const read = new Set(longest.elements);
  const known = order.length;
  const unread = [...appends].filter(([element, { outcome }]) => outcome === "ok" && !read.has(element)).map(([, append]) => append);
  let latest: Operation | undefined;
  for (const [index, operation] of [...order, ...unread].entries()) {
    if (latest !== undefined && time(operation.returnNs) < time(latest.callNs)) return contradiction(operation, latest, longest.operation, index >= known);
    // What nobody read is in no order of its own.
    if (index < known && (latest === undefined || time(operation.callNs) > time(latest.callNs))) latest = operation;
  }
  return undefined;
}

function contradiction(operation: Operation, latest: Operation, longest: Operation, isUnread: boolean): Found {
  const violation = inOrder([operation, latest, longest]);
  const key = shown(operation.key);
  if (isUnread) return { reason: `lost append: ${shown(operation.input)} was acknowledged on key ${key} and is missing in what was read and appended after it`, violation };
  if (operation.action === "read" && latest.action === "append") return { reason: `future: a read of key ${key} answered ${shown(latest.input)} before its append began`, violation };
  if (operation.action === "read") return { reason: `stale read: a read of key ${key} answered more than one that began after it had returned`, violation };
  if (latest.action === "read") return { reason: `stale read: a read of key ${key} lacks ${shown(operation.input)}, which was acknowledged before it began`, violation };
  return { reason: `two orders: key ${key} lists ${shown(latest.input)} before ${shown(operation.input)}, which was acknowledged before the other's append began`, violation };
}
