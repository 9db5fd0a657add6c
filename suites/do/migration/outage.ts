// One outage of a busy object: open-loop load through another PoP, the PoP of its owner is harmed, and what clients saw is
// measured: from the fault to the first answer of another instance, and the longest gap between two answers.
import assert from "node:assert/strict";
import { longestGap } from "../../../load/open-loop/gap.js";
import { runOpenLoop } from "../../../load/open-loop/open-loop.js";
import type { OpenLoopResult } from "../../../load/open-loop/result.js";
import type { FaultSpec } from "../../../contract/target/types.js";
import type { CheckContext, DeployedFixture } from "../../check.js";
import { append, faultsOf, givenUpMs, type LedgerDoor, type LedgerState, objectIdOf, ownerOf, readLedger, type Row, tryAppend } from "../ledger.js";

/** One request every 10 ms: a durable write each, so not more than an object on a small machine takes in its stride. */
export const ratePerSecond = 100;
/** An answer that takes longer counts as lost: far above a write, far below a lease. */
const requestTimeoutMs = 1000;
/** How long steady load runs before a fault, so that the fault meets a busy object. */
const steadyMs = 250;

export interface OutageKind {
  readonly fault: Omit<FaultSpec, "popId">;
  /** What is done to the PoP, for conditions and notes. */
  readonly words: string;
  /** Load goes on for so long after the fault; a slower takeover is awaited by polling. */
  readonly watchMs: number;
}

/** What one outage left behind, unjudged. */
export interface OutageRecord {
  readonly victim: string;
  readonly ownerAfter: string;
  /** The first row of the object, by its owner before the outage. */
  readonly first: Row;
  /** When the fault was asked for, ms from the beginning of the load. */
  readonly askedMs: number;
  readonly result: OpenLoopResult;
  /** What polling after the load saw, where nobody else had answered within it. */
  readonly polled?: { readonly acknowledged: number; readonly unanswered: number; readonly atMs: number };
  /** What storage showed last. */
  readonly state: LedgerState;
}

export interface Outage extends OutageRecord {
  /** From the request for the fault to the first answer by another instance, ms. */
  readonly migrationMs: number;
  /** The longest time without an answer that clients saw, ms. */
  readonly gapMs: number;
  /** Answers that were lost or refused while nobody owned the object. */
  readonly failed: number;
  /** What storage shows to be wrong after it, in words. */
  readonly wrong: readonly string[];
}

/**
 * Creates an object, loads it, breaks its owner's PoP, heals it.
 * @param index which outage of the run it is: objects are created through one PoP after the other
 */
export async function outage(context: CheckContext, kind: OutageKind, index: number): Promise<OutageRecord> {
  const { fixture } = context;
  const pops = context.target.pops.map((pop) => pop.id);
  const ledger: LedgerDoor = { fixture, name: `${context.unique}-${kind.fault.kind}-${index}` };
  const creator = pops[index % pops.length] ?? "";
  const first = await append(ledger, creator);
  const objectId = await objectIdOf(fixture, ledger.name, creator);
  const { popId: victim } = await ownerOf(context, fixture, objectId);
  const client = pops.find((pop) => pop !== victim) ?? "";

  const loading = await load(context, fixture, { pop: client, path: `/append/${ledger.name}`, durationMs: steadyMs + kind.watchMs });
  await delay(context, steadyMs);
  const askedMs = loading.elapsedMs();
  const fault = await context.inject({ ...kind.fault, popId: victim });
  const result = await loading.result;
  const isTakenOver = answersOf(result, askedMs).some(({ tag }) => tag !== first.instance);
  const polled = isTakenOver ? undefined : await awaitSuccessor(context, ledger, client, first.instance);
  const polledAtMs = loading.elapsedMs();
  const ownerAfter = await ownerOf(context, fixture, objectId);
  await context.heal(fault.faultId);
  await awaitReturn(context, ledger, victim);

  const state = await readLedger(ledger, client);
  return { victim, ownerAfter: ownerAfter.popId, first, askedMs, result, ...(polled === undefined ? {} : { polled: { ...polled, atMs: polledAtMs } }), state };
}

function answersOf({ log }: OpenLoopResult, fromMs = 0): readonly { readonly atMs: number; readonly tag: string | undefined }[] {
  const answers = [...log].filter(({ outcome }) => outcome === "ok").map(({ intendedMs, latencyMs, tag }) => ({ atMs: intendedMs + latencyMs, tag }));
  return answers.filter(({ atMs }) => atMs >= fromMs).sort((a, b) => a.atMs - b.atMs);
}

/** What an outage came to; pure. */
export function judged(record: OutageRecord): Outage {
  const { askedMs, first, result, polled, state } = record;
  const answers = answersOf(result);
  const successor = answers.find(({ atMs, tag }) => atMs >= askedMs && tag !== first.instance);
  const failed = result.log.length - answers.length;
  const acknowledged = 1 + answers.length + (polled?.acknowledged ?? 0);
  const lost = failed - result.counts.refused - result.counts.saturated + (polled?.unanswered ?? 0);
  const endMs = successor?.atMs ?? polled?.atMs ?? Infinity;
  return {
    ...record,
    migrationMs: endMs - askedMs,
    gapMs: successor === undefined ? endMs - (answers.at(-1)?.atMs ?? 0) : (longestGap(result.log)?.gapMs ?? 0),
    failed,
    wrong: [...faultsOf(state, [first]), ...countFaults(state, acknowledged, lost)],
  };
}

/** Every acknowledged append is a row; every other row is one whose answer was lost. @returns what is wrong, in words */
export function countFaults({ rows }: LedgerState, acknowledged: number, lost: number): readonly string[] {
  if (rows < acknowledged) return [`${acknowledged - rows} of ${acknowledged} acknowledged appends are lost: storage has ${rows} rows`];
  if (rows > acknowledged + lost) return [`storage has ${rows} rows, and only ${acknowledged} appends were acknowledged and ${lost} answers lost: some were written twice`];
  return [];
}

/** Appends until an instance other than the first acknowledges one. */
async function awaitSuccessor(context: CheckContext, ledger: LedgerDoor, pop: string, first: string): Promise<{ readonly acknowledged: number; readonly unanswered: number }> {
  let acknowledged = 0;
  let unanswered = 0;
  await context.until(
    async () => {
      const row = await tryAppend(ledger, pop, requestTimeoutMs);
      if (row === undefined) unanswered++;
      else acknowledged++;
      return row?.instance;
    },
    (instance) => instance !== undefined && instance !== first,
    { deadlineMs: givenUpMs(context), what: `another instance acknowledges an append through PoP ${pop}` },
  );
  return { acknowledged, unanswered };
}

/** The PoP that was harmed answers for the object again, so that the next outage meets a whole edge. */
async function awaitReturn(context: CheckContext, ledger: LedgerDoor, victim: string): Promise<void> {
  await context.until(
    () => readLedger(ledger, victim, requestTimeoutMs),
    () => true,
    { deadlineMs: givenUpMs(context), what: `PoP ${victim} answers for the object again after it came back` },
  );
}

/** Open-loop load through one PoP, answers told apart by instance. Resolves when it has begun. */
export async function load(
  context: CheckContext,
  fixture: DeployedFixture,
  options: { readonly pop: string; readonly path: string; readonly durationMs: number },
): Promise<{ readonly result: Promise<OpenLoopResult>; readonly elapsedMs: () => number }> {
  const { url, host } = fixture.endpoint(options.pop);
  let beganNs = process.hrtime.bigint();
  let begun: () => void = () => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const result = runOpenLoop({
    url,
    host,
    path: options.path,
    ratePerSecond,
    arrivals: "uniform",
    durationMs: options.durationMs,
    seed: context.seed,
    timeoutMs: requestTimeoutMs,
    connections: { max: 256 },
    classify: (answer) => answer.header("x-instance"),
    onBegin: () => {
      beganNs = process.hrtime.bigint();
      begun();
    },
    signal: context.signal,
  });
  await Promise.race([beginning, result]);
  return { result, elapsedMs: () => Number(process.hrtime.bigint() - beganNs) / 1e6 };
}

export function delay(context: CheckContext, durationMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    context.signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("the check's time is over"))), { once: true });
  });
}

/** @throws AssertionError when the object did not go elsewhere as one, with everything that was acknowledged */
export function assertTakenOver(seen: readonly Outage[]): void {
  for (const { victim, ownerAfter, wrong, result } of seen) {
    assert.deepEqual(wrong, [], `what storage shows of the object after the outage of ${victim}`);
    assert.notEqual(ownerAfter, victim, `Locate names another PoP than ${victim}, which was out`);
    assert.ok(result.counts.ok > 0, `appends through another PoP than ${victim} are acknowledged`);
  }
}
