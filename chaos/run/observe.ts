// Looks for a fault where a client can see it: an answer that does not come, comes late, or breaks. What must be known
// before the fault (an object's home, how fast a PoP is) is prepared before it.
import type { Observation } from "../nemeses/nemesis.js";
import type { ChaosPort } from "../port.js";
import { probes, type WorkloadRequest } from "../workloads/protocol.js";
import { sinceMs } from "./clock.js";

export interface Sight {
  readonly isSeen: boolean;
  /** What was seen, in words. */
  readonly text: string;
}

/** Looks once the fault is in effect. */
export type Look = () => Promise<Sight>;

/** A request that should not be answered is given so long, and more where answers took longer before the fault. */
const silenceMs = 700;
const silenceFactor = 3;
/** A request that shows that a PoP is well is given so long: what makes a new object takes seconds where a machine is much too busy. */
const wellMs = 5_000;
/** A request that should be answered, if late, is given so long besides. */
const patienceMs = 5_000;
/** A fault may need a moment more than its answer: looked for so long. */
const lookForMs = 2_000;
const betweenLooksMs = 50;
/** A PoP that suffered from the fault before has so long to serve again. */
const wellWithinMs = 20_000;
/** A delay is seen through a scheduler that adds to it and hardly takes away: this part of it must be seen. */
const seenRatio = 0.8;
const speedProbes = 3;
/** A starved PoP is at least so much slower than before. */
const starvedRatio = 2;

/**
 * Waits until the PoPs serve, so that what is seen afterwards is the fault's doing, and looks at how they are.
 * @param fresh makes names of objects that nobody has used
 * @returns what looks for it, once the fault has been injected
 */
export async function prepare(port: ChaosPort, observation: Observation, fresh: () => string): Promise<Look> {
  if (observation.see === "apart") return apart(port, observation.from, observation.to, fresh);
  const health = await healthOf(port, observation.popIds, fresh);
  if (health.unwell !== undefined) return () => Promise.resolve({ isSeen: false, text: `PoP ${health.unwell} did not serve before the fault either` });
  const silentMs = silenceAfter(health.slowestMs);
  switch (observation.see) {
    case "unanswered":
      return () => eachPop(port, observation.popIds, async (pop) => silent(await ask(port, pop, probes.alive, silentMs), "a request"));
    case "unwritable":
      return () => eachPop(port, observation.popIds, async (pop) => silent(await ask(port, pop, probes.write(fresh()), silentMs), "a write to a new object"));
    case "slow":
      return lateness(port, observation, () => probes.alive);
    case "late-writes":
      return lateness(port, observation, () => probes.write(fresh()));
    case "cut": {
      const held = observation.popIds.map((pop) => ({ pop, answer: ask(port, pop, probes.held(heldMs), heldMs + patienceMs) }));
      // So that the requests are open, and not on their way.
      await port.wait(heldMs / 10, port.signal);
      return async () => all(await Promise.all(held.map(async ({ pop, answer }) => ({ pop, sight: broken(await answer) }))));
    }
    case "starved": {
      const before = new Map(await Promise.all(observation.popIds.map(async (pop) => [pop, (await quickest(port, pop, () => probes.work, patienceMs)).tookMs] as const)));
      return () => eachPop(port, observation.popIds, async (pop) => slower(await ask(port, pop, probes.work, patienceMs), before.get(pop) ?? 0));
    }
    default:
      return observation satisfies never;
  }
}

/** Answers come later than just before, by most of what was asked for: a busy machine is late without any fault. */
async function lateness(port: ChaosPort, { popIds, leastMs }: { readonly popIds: readonly string[]; readonly leastMs: number }, request: () => WorkloadRequest): Promise<Look> {
  const measure = (pop: string): Promise<Answered> => quickest(port, pop, request, patienceMs + leastMs);
  const before = new Map(await Promise.all(popIds.map(async (pop) => [pop, (await measure(pop)).tookMs] as const)));
  return () => eachPop(port, popIds, async (pop) => late(await measure(pop), { leastMs, beforeMs: before.get(pop) ?? 0 }));
}

/** An object for each PoP of the other side: one that can be reached before the fault, and cannot after, shows it. */
async function apart(port: ChaosPort, from: string, to: readonly string[], fresh: () => string): Promise<Look> {
  const startNs = port.now();
  while (!port.signal.aborted) {
    const placed = await Promise.all(
      to.map(async (pop) => {
        const key = fresh();
        const isThere = (await ask(port, pop, probes.write(key), wellMs)).status === 200;
        const asked = isThere ? await ask(port, from, probes.ask(key), wellMs) : undefined;
        return asked?.status === 200 ? [{ pop, key, silentMs: silenceAfter(asked.tookMs) }] : [];
      }),
    );
    const [there] = placed.flat();
    if (there !== undefined) return () => eachPop(port, [from], async (pop) => silent(await ask(port, pop, probes.ask(there.key), there.silentMs), `a request for an object at PoP ${there.pop}`));
    if (sinceMs(port, startNs) >= wellWithinMs) break;
    await port.wait(betweenLooksMs, port.signal);
  }
  return () => Promise.resolve({ isSeen: false, text: `no object of ${to.join(", ")} could be reached through PoP ${from} before the fault either` });
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

const heldMs = 1_500;

interface Answered {
  /** undefined: no complete answer. */
  readonly status: number | undefined;
  readonly text: string;
  readonly tookMs: number;
}

async function ask(port: ChaosPort, pop: string, request: WorkloadRequest, deadlineMs: number): Promise<Answered> {
  const startNs = port.now();
  try {
    const { status, text } = await port.send({ pop, ...request, deadlineMs });
    return { status, text, tookMs: sinceMs(port, startNs) };
  } catch (error) {
    return { status: undefined, text: error instanceof Error ? error.message : String(error), tookMs: sinceMs(port, startNs) };
  }
}

/** The quickest answer of a few: a busy machine makes some of them late, and a fault all. */
async function quickest(port: ChaosPort, pop: string, request: () => WorkloadRequest, deadlineMs: number): Promise<Answered> {
  let best = await ask(port, pop, request(), deadlineMs);
  for (let count = 1; count < speedProbes; count++) {
    const next = await ask(port, pop, request(), deadlineMs);
    if (next.tookMs < best.tookMs) best = next;
  }
  return best;
}

function silent({ status, text }: Answered, what: string): Sight {
  const isSeen = status !== 200;
  return { isSeen, text: `${what} got ${status === undefined ? `no answer (${text.slice(0, 120)})` : `HTTP ${status}`}` };
}

function late({ status, tookMs }: Answered, { leastMs, beforeMs }: { readonly leastMs: number; readonly beforeMs: number }): Sight {
  const isSeen = tookMs >= beforeMs + leastMs * seenRatio;
  return { isSeen, text: `${status === undefined ? "no answer within" : "an answer after"} ${tookMs.toFixed(0)} ms, ${beforeMs.toFixed(0)} ms before, and at least ${leastMs.toFixed(0)} ms more were asked for` };
}

function broken({ status, text }: Answered): Sight {
  return { isSeen: status === undefined, text: status === undefined ? `an open request broke (${text.slice(0, 120)})` : `an open request was answered with HTTP ${status}` };
}

function slower({ status, tookMs }: Answered, beforeMs: number): Sight {
  const isSeen = tookMs >= beforeMs * starvedRatio;
  return { isSeen, text: `${status === undefined ? "no answer within" : "the same work took"} ${tookMs.toFixed(0)} ms, ${beforeMs.toFixed(0)} ms before` };
}

/** Looks at every PoP until it is seen at all of them, or for long enough. */
async function eachPop(port: ChaosPort, popIds: readonly string[], look: (pop: string) => Promise<Sight>): Promise<Sight> {
  const startNs = port.now();
  const untilSeen = async (pop: string): Promise<{ pop: string; sight: Sight }> => {
    for (;;) {
      const sight = await look(pop);
      if (sight.isSeen || port.signal.aborted || sinceMs(port, startNs) >= lookForMs) return { pop, sight };
      await port.wait(betweenLooksMs, port.signal);
    }
  };
  return all(await Promise.all(popIds.map(untilSeen)));
}

function all(sights: readonly { readonly pop: string; readonly sight: Sight }[]): Sight {
  return { isSeen: sights.length > 0 && sights.every(({ sight }) => sight.isSeen), text: sights.map(({ pop, sight }) => `PoP ${pop}: ${sight.text}`).join("; ") };
}
