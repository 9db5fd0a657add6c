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

/** A request that should not be answered is given so long. */
const silenceMs = 700;
/** A request that should be answered, if late, is given so long besides. */
const patienceMs = 5_000;
/** A fault may need a moment more than its answer: looked for so long. */
const lookForMs = 2_000;
const betweenLooksMs = 50;
/** Delays and clocks are seen through a network and a scheduler that add to them and never take away: this part must be seen. */
const seenRatio = 0.8;
/** A starved PoP is at least so much slower than before. */
const starvedRatio = 2;

/**
 * @param fresh makes names of objects that nobody has used
 * @returns what looks for it, once the fault has been injected
 */
export async function prepare(port: ChaosPort, observation: Observation, fresh: () => string): Promise<Look> {
  switch (observation.see) {
    case "unanswered":
      return () => eachPop(port, observation.popIds, async (pop) => silent(await ask(port, pop, probes.alive, silenceMs), "a request"));
    case "unwritable":
      return () => eachPop(port, observation.popIds, async (pop) => silent(await ask(port, pop, probes.write(fresh()), silenceMs), "a write to a new object"));
    case "slow":
      return () => eachPop(port, observation.popIds, async (pop) => late(await ask(port, pop, probes.alive, patienceMs + observation.leastMs), observation.leastMs));
    case "late-writes":
      return () => eachPop(port, observation.popIds, async (pop) => late(await ask(port, pop, probes.write(fresh()), patienceMs + observation.leastMs), observation.leastMs));
    case "cut": {
      const held = observation.popIds.map((pop) => ({ pop, answer: ask(port, pop, probes.held(heldMs), heldMs + patienceMs) }));
      // So that the requests are open, and not on their way.
      await port.wait(heldMs / 10, port.signal);
      return async () => all(await Promise.all(held.map(async ({ pop, answer }) => ({ pop, sight: broken(await answer) }))));
    }
    case "apart": {
      const key = fresh();
      const before = await ask(port, observation.to, probes.write(key), patienceMs);
      if (before.status !== 200) return () => Promise.resolve({ isSeen: false, text: `an object could not be put at PoP ${observation.to} before the fault` });
      return () => eachPop(port, [observation.from], async (pop) => silent(await ask(port, pop, probes.ask(key), silenceMs), `a request for an object at PoP ${observation.to}`));
    }
    case "skewed":
      return () => eachPop(port, observation.popIds, async (pop) => skewed(port, pop, observation.skewMs));
    case "starved": {
      const before = new Map(await Promise.all(observation.popIds.map(async (pop) => [pop, (await ask(port, pop, probes.work, patienceMs)).tookMs] as const)));
      return () => eachPop(port, observation.popIds, async (pop) => slower(await ask(port, pop, probes.work, patienceMs), before.get(pop) ?? 0));
    }
    default:
      return observation satisfies never;
  }
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

function silent({ status, text }: Answered, what: string): Sight {
  const isSeen = status !== 200;
  return { isSeen, text: `${what} got ${status === undefined ? `no answer (${text.slice(0, 120)})` : `HTTP ${status}`}` };
}

function late({ status, tookMs }: Answered, leastMs: number): Sight {
  const isSeen = tookMs >= leastMs * seenRatio;
  return { isSeen, text: `${status === undefined ? "no answer within" : "an answer after"} ${tookMs.toFixed(0)} ms, at least ${leastMs.toFixed(0)} ms were asked for` };
}

function broken({ status, text }: Answered): Sight {
  return { isSeen: status === undefined, text: status === undefined ? `an open request broke (${text.slice(0, 120)})` : `an open request was answered with HTTP ${status}` };
}

function slower({ status, tookMs }: Answered, beforeMs: number): Sight {
  const isSeen = tookMs >= beforeMs * starvedRatio;
  return { isSeen, text: `${status === undefined ? "no answer within" : "the same work took"} ${tookMs.toFixed(0)} ms, ${beforeMs.toFixed(0)} ms before` };
}

async function skewed(port: ChaosPort, pop: string, skewMs: number): Promise<Sight> {
  const others = port.target.pops.map(({ id }) => id).filter((id) => id !== pop);
  const reference = others[0];
  if (reference === undefined) return { isSeen: false, text: "there is no other PoP to compare the clock with" };
  const [its, other] = await Promise.all([ask(port, pop, probes.clock, patienceMs), ask(port, reference, probes.clock, patienceMs)]);
  const differsMs = Number(its.text) - Number(other.text);
  const isSeen = Math.sign(differsMs) === Math.sign(skewMs) && Math.abs(differsMs) >= Math.abs(skewMs) * seenRatio;
  return { isSeen, text: `its clock differs from that of PoP ${reference} by ${differsMs.toFixed(0)} ms, ${skewMs.toFixed(0)} ms were asked for` };
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
