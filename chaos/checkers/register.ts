// Is a register linearizable? With unique values that needs no search (Gibbons and Korach): a value must be current from
// the first return of an operation on it to the last call of one. When every operation on a value overlaps every
// other, the value needs a moment only. Two values contradict each other when each would have to come before the other.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { checkLinearizability, type SearchOptions } from "./linearizability.js";
import { shown } from "./register-history.js";
import { registerModel } from "./register-model.js";
import { identity, inOrder, notOfThisModel, timelineOf, type Timeline } from "./timeline.js";

/** Everything known about one value of one key. The initial value has no write. */
interface Zone {
  write: Operation | undefined;
  failed: Operation | undefined;
  writeCall: number;
  writeReturn: number;
  firstReturn: number;
  firstReturned: Operation | undefined;
  lastCall: number;
  lastCalled: Operation | undefined;
  firstReadReturn: number;
  firstRead: Operation | undefined;
}

interface Key {
  readonly zones: Map<unknown, Zone>;
  isAmbiguous: boolean;
}

const expected = "a register: write(value), read -> value (null: never written)";

/**
 * Whether each key is a linearizable register that begins as null. O(n log n) for unique values; a key whose values repeat is searched.
 * @param options budget of that search
 * @throws EdgemarkError usage.input for another action, or an answered read without a value
 */
export function checkRegister(operations: readonly Operation[], options: SearchOptions = {}): CheckerAnswer {
  const keys = collect(operations, timelineOf(operations));
  const repeated = new Set<string>();
  for (const [name, key] of keys) {
    if (key.isAmbiguous) repeated.add(name);
    const found = key.isAmbiguous ? undefined : judge(key.zones);
    if (found !== undefined) return { verdict: "invalid", ...found };
  }
  if (repeated.size > 0) {
    const answer = checkLinearizability(operations.filter(({ key }) => repeated.has(key)), registerModel, options);
    if (answer.verdict !== "valid" && repeated.size === keys.size) return answer;
    if (answer.verdict === "invalid" || answer.reason.startsWith("out of budget")) return answer;
  }
  if (!operations.some(({ action, outcome }) => action === "read" && outcome === "ok")) {
    return { verdict: "unknown", reason: "no read was answered; there is nothing to judge" };
  }
  return { verdict: "valid", reason: `some order explains every operation on each of ${keys.size} keys` };
}

function collect(operations: readonly Operation[], time: Timeline): Map<string, Key> {
  const keys = new Map<string, Key>();
  for (const operation of operations) {
    const { action, outcome } = operation;
    const isRead = action === "read";
    if (!isRead && action !== "write") throw notOfThisModel(operation, expected, `came ${shown(action)}`);
    if (isRead ? outcome === "ok" && operation.output === undefined : operation.input === undefined) {
      throw notOfThisModel(operation, expected, `a ${action} has no value`);
    }
    let key = keys.get(operation.key);
    if (key === undefined) {
      key = { zones: new Map(), isAmbiguous: false };
      keys.set(operation.key, key);
    }
    if (isRead && outcome !== "ok") continue;
    const value = identity(isRead ? operation.output : operation.input);
    let zone = key.zones.get(value);
    if (zone === undefined) {
      zone = emptyZone(value === null);
      key.zones.set(value, zone);
    }
    if (outcome === "fail") zone.failed = operation;
    else if (isRead) addRead(zone, operation, time(operation.callNs), time(operation.returnNs));
    else if (zone.write !== undefined || value === null) key.isAmbiguous = true;
    else addWrite(zone, operation, time(operation.callNs), time(operation.returnNs));
  }
  return keys;
}

/** @param isInitial the value before every write has always been there */
function emptyZone(isInitial: boolean): Zone {
  return {
    write: undefined,
    failed: undefined,
    writeCall: isInitial ? -Infinity : Infinity,
    writeReturn: isInitial ? -Infinity : Infinity,
    firstReturn: isInitial ? -Infinity : Infinity,
    firstReturned: undefined,
    lastCall: -Infinity,
    lastCalled: undefined,
    firstReadReturn: Infinity,
    firstRead: undefined,
  };
}

function addRead(zone: Zone, read: Operation, call: number, end: number): void {
  if (end < zone.firstReadReturn) {
    zone.firstReadReturn = end;
    zone.firstRead = read;
  }
  extend(zone, read, call, end);
}

function addWrite(zone: Zone, write: Operation, call: number, end: number): void {
  zone.write = write;
  zone.writeCall = call;
  zone.writeReturn = end;
  extend(zone, write, call, end);
}

function extend(zone: Zone, operation: Operation, call: number, end: number): void {
  if (end < zone.firstReturn) {
    zone.firstReturn = end;
    zone.firstReturned = operation;
  }
  if (call > zone.lastCall) {
    zone.lastCall = call;
    zone.lastCalled = operation;
  }
}

type Found = Required<Pick<CheckerAnswer, "reason" | "violation">>;

function judge(zones: ReadonlyMap<unknown, Zone>): Found | undefined {
  const forward: Zone[] = [];
  const backward: Zone[] = [];
  for (const [value, zone] of zones) {
    const impossible = value === null ? undefined : impossibleRead(zone);
    if (impossible !== undefined) return impossible;
    // A lost write that nobody read need not have happened.
    if (zone.firstReturn === Infinity) continue;
    (zone.firstReturn < zone.lastCall ? forward : backward).push(zone);
  }
  forward.sort((a, b) => a.firstReturn - b.firstReturn);
  for (let index = 1; index < forward.length; index++) {
    const [before, after] = [forward[index - 1], forward[index]];
    if (before !== undefined && after !== undefined && after.firstReturn < before.lastCall) return contradiction(before, after);
  }
  backward.sort((a, b) => a.lastCall - b.lastCall);
  let next = 0;
  for (const inner of backward) {
    while ((forward[next]?.firstReturn ?? Infinity) < inner.lastCall) next++;
    // Zones that do not overlap end in the order in which they begin: the last one begun is the only one to look at.
    const outer = forward[next - 1];
    if (outer !== undefined && inner.firstReturn < outer.lastCall) return contradiction(outer, inner);
  }
  return undefined;
}

function impossibleRead(zone: Zone): Found | undefined {
  const read = zone.firstRead;
  if (read === undefined) return undefined;
  const text = `${shown(read.output)} was read on key ${shown(read.key)}`;
  if (zone.write === undefined && zone.failed !== undefined) {
    return { reason: `failed write: ${text}, whose write had failed`, violation: inOrder([zone.failed, read]) };
  }
  if (zone.write === undefined) return { reason: `garbage: ${text}, which nobody wrote`, violation: [read] };
  if (zone.firstReadReturn < zone.writeCall) return { reason: `future: ${text} before its write began`, violation: inOrder([zone.write, read]) };
  return undefined;
}

/** Each of two values has an operation that ended before one of the other began. */
function contradiction(a: Zone, b: Zone): Found {
  const violation = inOrder([a.write, b.write, ...proof(a, b), ...proof(b, a)]);
  const [old, newer] = a.firstReturn <= b.firstReturn ? [a, b] : [b, a];
  const key = shown(old.lastCalled?.key);
  const reason = `stale read: key ${key} answered ${valueOf(old)} after ${valueOf(newer)} had replaced it: of the two values each had to come before the other`;
  return { reason, violation };
}

/** An operation on one value that ended before one on the other began: writes where they will do, for they are shown anyhow. */
function proof(first: Zone, then: Zone): (Operation | undefined)[] {
  if (first.writeReturn < then.writeCall && then.write !== undefined) return [first.write, then.write];
  if (first.writeReturn < then.lastCall) return [first.write, then.lastCalled];
  if (then.write !== undefined && first.firstReturn < then.writeCall) return [first.firstReturned, then.write];
  return [first.firstReturned, then.lastCalled];
}

function valueOf(zone: Zone): string {
  return shown(zone.write === undefined ? null : zone.write.input);
}
