// What the failover checks share: the fixture, who answers at the anycast address, and one fault under open-loop load.
import assert from "node:assert/strict";
import { longestGap, type Gap } from "../../load/open-loop/gap.js";
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import { type OpenLoopResult, voidMarksOf } from "../../load/open-loop/result.js";
import { type CheckContext, type DeployedFixture, type Fixture, Inconclusive } from "../check.js";

/** The fixture in one version; a second deploy of the same name with another version is a rollout. */
export function fixtureOf(version: string): Fixture {
  return { name: "failover", program: new URL("../fixtures/failover.worker.js", import.meta.url), bindings: [{ kind: "text", name: "VERSION", value: version }] };
}

/** One request every 2 ms: the resolution of a gap. */
export const ratePerSecond = 500;
/** An answer that takes longer counts as lost; far above any answer of a PoP that lives. */
const requestTimeoutMs = 1000;
/** How long steady load runs before a fault, so that the fault meets a busy edge. */
const steadyMs = 400;
/** A dead PoP is noticed at once; a frozen one only by its silence, so the load goes on for longer. */
const afterFaultMs = { kill: 900, pause: 3000 } as const;
const marginMs = 15_000;
/** The end of a load, when the edge has had time to take over. */
const settledSeconds = 0.3;
/** An edge that has not taken over by then has this much longer, because the machine may have stood still; the gap is then as long as it took. */
const lateMs = 5_000;

/** PoP ids by the colo their own address reports. @throws AssertionError when two PoPs cannot be told apart */
export async function colosOf(context: CheckContext): Promise<ReadonlyMap<string, string>> {
  const colos = new Map<string, string>();
  for (const pop of context.target.pops) {
    const response = await context.fixture.request({ pop: pop.id, path: "/" });
    colos.set(response.headers["x-colo"] ?? "", pop.id);
  }
  assert.equal(colos.size, context.target.pops.length, `every PoP reports a colo of its own: ${[...colos.keys()].join(", ")}`);
  return colos;
}

/** The PoP that answers a new connection to the anycast address now: an open one stays where it landed. */
export async function servingPop(context: CheckContext, colos: ReadonlyMap<string, string>, deadlineMs?: number): Promise<string> {
  const response = await context.fixture.request({ pop: "anycast", path: "/", headers: { connection: "close" }, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  assert.equal(response.status, 200);
  return colos.get(response.headers["x-colo"] ?? "") ?? `unknown colo ${response.headers["x-colo"]}`;
}

export interface LoadOptions {
  readonly fixture?: DeployedFixture;
  readonly pop: string;
  readonly durationMs: number;
  readonly tag: "x-colo" | "x-version";
  readonly ratePerSecond?: number;
  /** When a request counts as lost, ms. Default 1,000. */
  readonly timeoutMs?: number;
}

/** Open-loop load on one address, answers told apart by the given header. Resolves when it has begun. */
export async function load(context: CheckContext, options: LoadOptions): Promise<{ readonly result: Promise<OpenLoopResult> }> {
  const { url, host } = (options.fixture ?? context.fixture).endpoint(options.pop);
  let begun: () => void = () => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const result = runOpenLoop({
    url,
    host,
    path: "/",
    ratePerSecond: options.ratePerSecond ?? ratePerSecond,
    arrivals: "uniform",
    durationMs: options.durationMs,
    seed: context.seed,
    timeoutMs: options.timeoutMs ?? requestTimeoutMs,
    connections: { max: 256 },
    classify: (answer) => answer.header(options.tag),
    onBegin: begun,
    signal: context.signal,
  });
  await Promise.race([beginning, result]);
  return { result };
}

/**
 * Requests of a load that were sent and not answered well, by what became of them. Those that were due while the machine stood
 * still, and are too many to be sent at once after it, were never sent and are not lost.
 * @throws Inconclusive when most were not sent
 */
export function lostOf({ counts, intended, void: why }: OpenLoopResult): readonly (readonly [outcome: string, count: number])[] {
  if (counts.aborted > 0 || counts.saturated * 2 > intended) throw new Inconclusive(why ?? "the driver lagged");
  return Object.entries(counts).filter(([outcome, count]) => outcome !== "ok" && outcome !== "saturated" && count > 0);
}

export interface Outage {
  readonly victim: string;
  /** Until another PoP answered, also when that was after the load. */
  readonly gap: Gap;
  readonly result: OpenLoopResult;
  /** Why nobody may judge the gap; nothing when it may be. */
  readonly marks: ReturnType<typeof voidMarksOf>;
  /** Set when no other PoP took over. */
  readonly failure?: Error;
  /** Seconds since the load began, when the fault was in effect. */
  readonly faultAtSeconds: number;
}

/** Loads the anycast address, breaks the PoP that serves it, heals it, and waits until it serves again. */
export async function outage(context: CheckContext, kind: "kill" | "pause", colos: ReadonlyMap<string, string>): Promise<Outage> {
  const victim = await servingPop(context, colos);
  const loading = await load(context, { pop: "anycast", durationMs: steadyMs + afterFaultMs[kind], tag: "x-colo" });
  await delay(context, steadyMs);
  const fault = await context.inject({ kind, popId: victim });
  const result = await loading.result;
  const gap = longestGap(result.log);
  assert.ok(gap, "the load sent requests");
  const isTakenOver = [...result.log].slice(-ratePerSecond * settledSeconds).some(({ outcome, tag = "" }) => outcome === "ok" && colos.get(tag) !== victim);
  const failure = isTakenOver ? undefined : await takenOverLate(context, victim, colos);
  const takenOverMs = isTakenOver ? 0 : Date.now() - result.startedAtMs;
  await context.heal(fault.faultId);
  await context.until(
    () => servingPop(context, colos),
    (pop) => pop === victim,
    { deadlineMs: marginMs, intervalMs: 20, what: `PoP ${victim} serves the anycast address again after it came back` },
  );
  const faultAtMs = fault.effectiveAtMs - result.startedAtMs;
  return {
    victim,
    gap: { ...gap, gapMs: Math.max(gap.gapMs, takenOverMs - lastAnswerMs(result)) },
    result,
    faultAtSeconds: Math.max(0, faultAtMs) / 1000,
    marks: faultAtMs > result.durationMs ? { voidBecause: "the fault came after the load" } : voidMarksOf(result),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** @throws AssertionError when no other PoP took over after one of the outages */
export function assertTakenOver(seen: readonly Outage[]): void {
  for (const { failure } of seen) if (failure !== undefined) throw failure;
}

/** Waits for another PoP to answer. @returns why it was waited for in vain */
function takenOverLate(context: CheckContext, victim: string, colos: ReadonlyMap<string, string>): Promise<Error | undefined> {
  return context
    .until(
      // A connection that met the PoP while nobody knew that it was out stays with it: the next one need not.
      () => servingPop(context, colos, lateMs / 3),
      (pop) => pop !== victim,
      { deadlineMs: lateMs, intervalMs: 20, what: `another PoP than ${victim} answers, after the fault` },
    )
    .then(() => undefined, (error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

/** Time of the last answer of a load since its beginning, ms. */
function lastAnswerMs({ log }: OpenLoopResult): number {
  let lastMs = 0;
  for (const { outcome, intendedMs, latencyMs } of log) if (outcome === "ok") lastMs = Math.max(lastMs, intendedMs + latencyMs);
  return lastMs;
}

function delay(context: CheckContext, durationMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    context.signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("the check's time is over"))), { once: true });
  });
}
