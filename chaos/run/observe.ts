// Looks for a fault where a client can see it: an answer that does not come, comes late, or breaks, or a clock that is wrong. What
// must be known before the fault (an object's home, how fast a PoP is) is prepared before it.
import type { Observation } from "../nemeses/nemesis.js";
import type { ChaosPort } from "../port.js";
import { probes } from "../workloads/protocol.js";
import { sinceMs } from "./clock.js";
import { clock } from "./observe-clock.js";
import { cut, lossy, reachElsewhere, slow } from "./observe-link.js";
import { type Answered, ask, betweenLooksMs, eachPop, type Look, patienceMs, quickest, type Sight, unprepared, wellMs, wellWithinMs } from "./sight.js";

/** What somebody can see of a fault. */
export type Visible = Exclude<Observation, { readonly see: "nothing" }>;

/** A request that should not be answered is given so long, and more where answers took longer before the fault. */
const silenceMs = 700;
const silenceFactor = 3;
/** A starved PoP is at least so much slower than before. */
const starvedRatio = 2;

/**
 * Waits until the PoPs serve, so that what is seen afterwards is the fault's doing, and looks at how they are.
 * @param fresh makes names of objects that nobody has used
 * @returns what looks for it, once the fault has been injected
 */
export async function prepare(port: ChaosPort, observation: Visible, fresh: () => string): Promise<Look> {
  if (observation.see === "apart") return apart(port, observation.from, observation.to, fresh);
  const health = await healthOf(port, observation.popIds, fresh);
  if (health.unwell !== undefined) return unprepared(`PoP ${health.unwell} did not serve before the fault either`);
  const silentMs = silenceAfter(health.slowestMs);
  switch (observation.see) {
    case "unanswered":
      return () => eachPop(port, observation.popIds, async (pop) => silent(await ask(port, pop, probes.alive, silentMs), "a request"));
    case "unwritable":
      return () => eachPop(port, observation.popIds, async (pop) => silent(await ask(port, pop, probes.write(fresh()), silentMs), "a write to a new object"));
    case "slow":
      return slow(port, observation, fresh);
    case "lossy":
      return lossy(port, observation, fresh);
    case "cut":
      return cut(port, observation, fresh);
    case "clock":
      return clock(port, observation, fresh);
    case "starved": {
      const before = new Map(await Promise.all(observation.popIds.map(async (pop) => [pop, (await quickest(port, pop, () => probes.work, patienceMs)).tookMs] as const)));
      return () => eachPop(port, observation.popIds, async (pop) => slower(await ask(port, pop, probes.work, patienceMs), before.get(pop) ?? 0));
    }
    default:
      return observation satisfies never;
  }
}

/** An object for each PoP of the other side: one that can be reached before the fault, and cannot after, shows it. */
async function apart(port: ChaosPort, from: string, to: readonly string[], fresh: () => string): Promise<Look> {
  const there = await reachElsewhere(port, from, to, fresh);
  if (there === undefined) return unprepared(`no object of ${to.join(", ")} could be reached through PoP ${from} before the fault either`);
  const silentMs = silenceAfter(there.tookMs);
  return () => eachPop(port, [from], async (pop) => silent(await ask(port, pop, probes.ask(there.key), silentMs), `a request for an object at PoP ${there.pop}`));
}

/** The first PoP that does not serve and write within the time for it, and how long the slowest of the others took. */
async function healthOf(port: ChaosPort, popIds: readonly string[], fresh: () => string): Promise<{ readonly unwell: string | undefined; readonly slowestMs: number }> {
  const startNs = port.now();
  const writtenMs = async (pop: string): Promise<number | undefined> => {
    for (;;) {
      const { status, tookMs } = await ask(port, pop, probes.write(fresh()), wellMs);
      if (status === 200) return tookMs;
      if (port.signal.aborted || sinceMs(port, startNs) >= wellWithinMs) return undefined;
      await port.wait(betweenLooksMs, port.signal);
    }
  };
  const times = await Promise.all(popIds.map(writtenMs));
  return { unwell: popIds.find((_, index) => times[index] === undefined), slowestMs: Math.max(0, ...times.map((time) => time ?? 0)) };
}

function silenceAfter(tookMs: number): number {
  return Math.max(silenceMs, silenceFactor * tookMs);
}

function silent({ status, text }: Answered, what: string): Sight {
  const isSeen = status !== 200;
  return { isSeen, text: `${what} got ${status === undefined ? `no answer (${text.slice(0, 120)})` : `HTTP ${status}`}` };
}

function slower({ status, tookMs }: Answered, beforeMs: number): Sight {
  const isSeen = tookMs >= beforeMs * starvedRatio;
  return { isSeen, text: `${status === undefined ? "no answer within" : "the same work took"} ${tookMs.toFixed(0)} ms, ${beforeMs.toFixed(0)} ms before` };
}
