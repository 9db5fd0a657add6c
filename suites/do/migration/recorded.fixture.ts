// Outages and a rollout as they are recorded, sound and with one defect planted in each, and the checks that must notice.
import { RequestLog } from "../../../load/open-loop/request-log.js";
import { summarize, type OpenLoopResult } from "../../../load/open-loop/result.js";
import type { LedgerState } from "../ledger.js";
import type { OutageRecord } from "./outage.js";
import type { Rollout } from "./rollout.js";

const askedMs = 250;
const everyMs = 10;

/** Load as a driver records it: answers of one instance, errors from the fault to the takeover, answers of the next. */
function loadOf(takeoverMs: number, lagMs = 0): OpenLoopResult {
  const count = Math.ceil((askedMs + takeoverMs + 300) / everyMs);
  const log = new RequestLog(count);
  for (let index = 0; index < count; index++) {
    const atMs = index * everyMs;
    log.begin(atMs, atMs + lagMs);
    if (atMs >= askedMs && atMs < askedMs + takeoverMs) log.end(index, atMs + 1, "refused");
    else log.end(index, atMs + lagMs + 3, "ok", atMs < askedMs ? "one" : "two");
  }
  return summarize({ log, intended: count, startedAtMs: 1_790_000_000_000, connectionsOpened: 1 });
}

/** Rows of two instances, after each other. */
function stateOf(ofOne: number, ofTwo: number): LedgerState {
  return {
    rows: ofOne + ofTwo,
    owners: [
      { epoch: 1, instance: "one", first: 1, last: ofOne, rows: ofOne },
      ...(ofTwo === 0 ? [] : [{ epoch: 2, instance: "two", first: ofOne + 1, last: ofOne + ofTwo, rows: ofTwo }]),
    ],
  };
}

export function outageOf(takeoverMs = 50, lagMs = 0): OutageRecord {
  const result = loadOf(takeoverMs, lagMs);
  const { one = 0, two = 0 } = result.answersByTag;
  return { victim: "a", ownerAfter: "b", first: { seq: 1, epoch: 1, instance: "one", version: "1" }, askedMs, result, state: stateOf(1 + one, two) };
}

export function rolloutOf(): Rollout {
  const result = loadOf(0);
  const { one = 0, two = 0 } = result.answersByTag;
  return { result, polled: [{ seq: one + two + 1, epoch: 2, instance: "two", version: "2" }], state: stateOf(one, two + 1) };
}

const outageChecks = ["kill", "stop", "pause", "isolate-storage"].map((name) => `do.migration.${name}`);
/** The same with so many rows more at its end, of the last instance. */
function grown({ rows, owners }: LedgerState, by: number): LedgerState {
  return { rows: rows + by, owners: owners.map((owner, index) => (index === owners.length - 1 ? { ...owner, last: owner.last + by, rows: owner.rows + by } : owner)) };
}

/** The same rows, the second instance having written between those of the first. */
function inTurn({ rows, owners }: LedgerState): LedgerState {
  return { rows, owners: owners.map((owner, index) => (index === 0 ? { ...owner, last: rows } : { ...owner, first: 2, last: rows - 1 })) };
}

export interface Planted {
  /** What such a runtime does wrong. */
  readonly what: string;
  readonly caughtBy: readonly string[];
  /** What they must say. */
  readonly says: RegExp;
  readonly outage?: OutageRecord;
  readonly rollout?: Rollout;
}

const sound = outageOf();
const rollout = rolloutOf();

export const plantedInRecords: readonly Planted[] = [
  { what: "an acknowledged row that is lost", outage: { ...sound, state: grown(sound.state, -1) }, caughtBy: outageChecks, says: /1 of \d+ acknowledged appends are lost/ },
  { what: "a row that nobody asked for", outage: { ...sound, state: grown(sound.state, 1) }, caughtBy: outageChecks, says: /some were written twice/ },
  { what: "two instances that wrote in turn", outage: { ...sound, state: inTurn(sound.state) }, caughtBy: outageChecks, says: /without a gap were expected/ },
  { what: "an object that stays at the PoP which is out", outage: { ...sound, ownerAfter: sound.victim }, caughtBy: outageChecks, says: /Locate names another PoP than a/ },
  { what: "a takeover that is slower than what is claimed", outage: outageOf(2_000), caughtBy: ["do.migration.time"], says: /1000 ms from the kill .* a median of 20\d\d ms came/ },
  { what: "a rollout that loses a row which was acknowledged", rollout: { ...rollout, state: grown(rollout.state, -1) }, caughtBy: ["do.migration.rollout"], says: /lost/ },
  { what: "a rollout that carries an append out twice", rollout: { ...rollout, state: grown(rollout.state, 1) }, caughtBy: ["do.migration.rollout"], says: /some were written twice/ },
  { what: "a rollout that lets both versions write in turn", rollout: { ...rollout, state: inTurn(rollout.state) }, caughtBy: ["do.migration.rollout"], says: /without a gap were expected/ },
];
