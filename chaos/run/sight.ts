// What is seen of a fault, how probes are asked, and how long one is looked for.
import type { ChaosAnswer, ChaosPort, ChaosRequest } from "../port.js";
import type { WorkloadRequest } from "../workloads/protocol.js";
import { sinceMs } from "./clock.js";

export interface Sight {
  readonly isSeen: boolean;
  /** What was seen, in words. */
  readonly text: string;
}

/** Looks once the fault is in effect. */
export type Look = () => Promise<Sight>;

/** A request that shows that a PoP is well is given so long: what makes a new object takes seconds where a machine is much too busy. */
export const wellMs = 5_000;
/** A request that should be answered, if late, is given so long besides. */
export const patienceMs = 5_000;
/** A PoP that suffered from the fault before has so long to serve again. */
export const wellWithinMs = 20_000;
export const betweenLooksMs = 50;
/** A delay is seen through a scheduler that adds to it and hardly takes away: this part of it must be seen. */
export const seenRatio = 0.8;
/** A fault may need a moment more than its answer: looked for so long. */
const lookForMs = 2_000;
const speedProbes = 3;

/** A look at something that was not as it should be before the fault: whatever is seen later would prove nothing. */
export function unprepared(text: string): Look {
  return () => Promise.resolve({ isSeen: false, text });
}

export interface Answered {
  /** undefined: no complete answer. */
  readonly status: number | undefined;
  readonly text: string;
  readonly tookMs: number;
}

type Send = (request: ChaosRequest) => Promise<ChaosAnswer>;

/** @param send where to; default: the program of the workload */
export async function ask(port: ChaosPort, pop: string, request: WorkloadRequest, deadlineMs: number, send: Send = (one) => port.send(one)): Promise<Answered> {
  const startNs = port.now();
  try {
    const { status, text } = await send({ pop, ...request, deadlineMs });
    return { status, text, tookMs: sinceMs(port, startNs) };
  } catch (error) {
    return { status: undefined, text: error instanceof Error ? error.message : String(error), tookMs: sinceMs(port, startNs) };
  }
}

/** The quickest answer of a few: a busy machine makes some of them late, and a fault all. */
export async function quickest(port: ChaosPort, pop: string, request: () => WorkloadRequest, deadlineMs: number): Promise<Answered> {
  let best = await ask(port, pop, request(), deadlineMs);
  for (let count = 1; count < speedProbes; count++) {
    const next = await ask(port, pop, request(), deadlineMs);
    if (next.tookMs < best.tookMs) best = next;
  }
  return best;
}

/** Looks at every PoP until it is seen at all of them, or for long enough. */
export async function eachPop(port: ChaosPort, popIds: readonly string[], look: (pop: string) => Promise<Sight>): Promise<Sight> {
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

/** Seen when it is seen at every PoP. */
export function all(sights: readonly { readonly pop: string; readonly sight: Sight }[]): Sight {
  return { isSeen: sights.length > 0 && sights.every(({ sight }) => sight.isSeen), text: sights.map(({ pop, sight }) => `PoP ${pop}: ${sight.text}`).join("; ") };
}
