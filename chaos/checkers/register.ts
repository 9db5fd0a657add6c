// Is a register linearizable? With unique values that needs no search (Gibbons and Korach): a value must be current from
// the first return of an operation on it to the last call of one. When every operation on a value overlaps every
// other, the value needs a moment only. Two values contradict each other when each would have to come before the other.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { none } from "./columns.js";
import { checkLinearizability, type SearchOptions } from "./linearizability.js";
import { sortRows } from "./radix-sort.js";
import { explainContradiction, explainImpossible, type Found } from "./register-explanation.js";
import { registerModel } from "./register-model.js";
import { zonesOf, type Zones } from "./register-zones.js";

/**
 * Whether each key is a linearizable register that begins as null. Linear in the length of the history for unique values; a key
 * whose values repeat is searched.
 * @param options budget of that search
 * @throws EdgemarkError usage.input for another action, or an answered read without a value
 */
export function checkRegister(operations: readonly Operation[], options: SearchOptions = {}): CheckerAnswer {
  const zones = zonesOf(operations);
  const found = judge(zones, operations);
  if (found !== undefined) return { verdict: "invalid", ...found };
  const keys = zones.isAmbiguous.length;
  const repeated = zones.isAmbiguous.reduce((count, one) => count + one, 0);
  if (repeated > 0) {
    const answer = checkLinearizability(onRepeatedKeys(operations, zones), registerModel, options);
    if (answer.verdict !== "valid" && repeated === keys) return answer;
    if (answer.verdict === "invalid" || answer.reason.startsWith("out of budget")) return answer;
  }
  if (!zones.hasReads) return { verdict: "unknown", reason: "no read was answered; there is nothing to judge" };
  return { verdict: "valid", reason: `some order explains every operation on each of ${keys} keys` };
}

/** The operations on keys whose values repeat. */
function onRepeatedKeys(operations: readonly Operation[], { isAmbiguous }: Zones): Operation[] {
  const keys = new Set([...new Set(operations.map(({ key }) => key))].filter((_, number) => isAmbiguous[number] === 1));
  return operations.filter(({ key }) => keys.has(key));
}

/** A contradiction of the first key that has one. */
function judge(zones: Zones, operations: readonly Operation[]): Found | undefined {
  const impossible = impossibleZone(zones);
  const beforeKey = impossible === none ? zones.initial.length : (zones.key[impossible] ?? 0);
  const pair = contradictingZones(zones, beforeKey);
  if (pair !== undefined) return explainContradiction(zones, operations, pair);
  return impossible === none ? undefined : explainImpossible(zones, operations, impossible);
}

/** @returns a value of the first key that has such a one: it was read, and there was no write of it that could have been; `none` */
function impossibleZone({ key, initial, isAmbiguous, write, firstRead, call, end }: Zones): number {
  let found = none;
  for (let zone = 0; zone < key.length; zone++) {
    const keyNumber = key[zone] ?? 0;
    const read = firstRead[zone] ?? none;
    if (read === none || initial[keyNumber] === zone || isAmbiguous[keyNumber] === 1) continue;
    const writeRow = write[zone] ?? none;
    const isPossible = writeRow !== none && (end[read] ?? 0) >= (call[writeRow] ?? 0);
    if (!isPossible && (found === none || keyNumber < (key[found] ?? 0))) found = zone;
  }
  return found;
}

/** @returns two values of the first key that has such, of those before `beforeKey` */
function contradictingZones(zones: Zones, beforeKey: number): readonly [number, number] | undefined {
  const { key } = zones;
  const { firstReturn, lastCall } = boundsOf(zones);
  const { forward, backward } = split(zones, beforeKey, firstReturn, lastCall);

  const byBegin = sortRows(forward, firstReturn, key);
  let pair: readonly [number, number] | undefined;
  for (let at = 1; at < byBegin.length; at++) {
    const [before, after] = [byBegin[at - 1] ?? 0, byBegin[at] ?? 0];
    if (key[before] !== key[after] || (firstReturn[after] ?? 0) >= (lastCall[before] ?? 0)) continue;
    pair = [before, after];
    break;
  }
  const endKey = pair === undefined ? beforeKey : (key[pair[0]] ?? 0);

  let next = 0;
  for (const inner of sortRows(backward, lastCall, key)) {
    const innerKey = key[inner] ?? 0;
    if (innerKey >= endKey) break;
    const moment = lastCall[inner] ?? 0;
    for (; next < byBegin.length; next++) {
      const zone = byBegin[next] ?? 0;
      const zoneKey = key[zone] ?? 0;
      if (zoneKey > innerKey || (zoneKey === innerKey && (firstReturn[zone] ?? 0) >= moment)) break;
    }
    // Zones that do not overlap end in the order in which they begin: the last one begun is the only one to look at.
    const outer = byBegin[next - 1] ?? none;
    if (outer !== none && key[outer] === innerKey && (firstReturn[inner] ?? 0) < (lastCall[outer] ?? 0)) return [outer, inner];
  }
  return pair;
}

interface Bounds {
  readonly firstReturn: Float64Array;
  readonly lastCall: Float64Array;
}

/** The first return and the last call of each value; the initial value has always been there. */
function boundsOf({ key, initial, firstReturned, lastCalled, call, end }: Zones): Bounds {
  const firstReturn = new Float64Array(key.length);
  const lastCall = new Float64Array(key.length);
  for (let zone = 0; zone < key.length; zone++) {
    const first = firstReturned[zone] ?? none;
    const last = lastCalled[zone] ?? none;
    firstReturn[zone] = first === none ? Infinity : (end[first] ?? Infinity);
    lastCall[zone] = last === none ? 0 : (call[last] ?? 0);
  }
  for (const zone of initial) if (zone !== none) firstReturn[zone] = 0;
  return { firstReturn, lastCall };
}

/** Forward: the value must be current for a while. Backward: a moment will do. */
function split({ key, isAmbiguous }: Zones, beforeKey: number, firstReturn: Float64Array, lastCall: Float64Array): { forward: Int32Array; backward: Int32Array } {
  const forward = new Int32Array(key.length);
  const backward = new Int32Array(key.length);
  let [forwards, backwards] = [0, 0];
  for (let zone = 0; zone < key.length; zone++) {
    const keyNumber = key[zone] ?? 0;
    // A lost write that nobody read need not have happened.
    if (keyNumber >= beforeKey || isAmbiguous[keyNumber] === 1 || firstReturn[zone] === Infinity) continue;
    if ((firstReturn[zone] ?? 0) < (lastCall[zone] ?? 0)) forward[forwards++] = zone;
    else backward[backwards++] = zone;
  }
  return { forward: forward.subarray(0, forwards), backward: backward.subarray(0, backwards) };
}
