// Looks for faults of links: what goes over the link that was harmed is asked before the fault and in it, and must break, come
// later each time, or come later in the share that was asked for.
import { median } from "../../contract/median.js";
import type { LinkScope, Observation } from "../nemeses/nemesis.js";
import type { ChaosPort } from "../port.js";
import { probes, type WorkloadRequest } from "../workloads/protocol.js";
import { sinceMs } from "./clock.js";
import { all, type Answered, ask, betweenLooksMs, eachPop, type Look, patienceMs, quickest, seenRatio, type Sight, unprepared, wellMs, wellWithinMs } from "./sight.js";

type Seen<S extends Observation["see"]> = Extract<Observation, { readonly see: S }>;

/** A request goes over a link at least so often: there and back. */
const piecesOfRequest = 2;
const heldMs = 1_500;

/** What goes over a link of a PoP. */
interface Over {
  readonly pop: string;
  /** One that is answered at once. */
  readonly request: () => WorkloadRequest;
  /** One that is answered after so long. */
  readonly held: (milliseconds: number) => WorkloadRequest;
}

/** An object that lives at one PoP and is reached through another. */
export interface Elsewhere {
  readonly pop: string;
  readonly key: string;
  /** How long reaching it took, ms. */
  readonly tookMs: number;
}

/** @returns an object at one of the PoPs that can be reached through another one; undefined when there is none in time */
export async function reachElsewhere(port: ChaosPort, from: string, to: readonly string[], fresh: () => string): Promise<Elsewhere | undefined> {
  const startNs = port.now();
  while (!port.signal.aborted) {
    const placed = await Promise.all(
      to.map(async (pop) => {
        const key = fresh();
        const isThere = (await ask(port, pop, probes.write(key), wellMs)).status === 200;
        const asked = isThere ? await ask(port, from, probes.ask(key), wellMs) : undefined;
        return asked?.status === 200 ? [{ pop, key, tookMs: asked.tookMs }] : [];
      }),
    );
    const [there] = placed.flat();
    if (there !== undefined || to.length === 0 || sinceMs(port, startNs) >= wellWithinMs) return there;
    await port.wait(betweenLooksMs, port.signal);
  }
  return undefined;
}

/** What goes over these links, or the PoP from which nothing does. */
async function requestsOver(port: ChaosPort, { over, popIds }: { readonly over: LinkScope; readonly popIds: readonly string[] }, fresh: () => string): Promise<readonly Over[] | string> {
  const found = await Promise.all(
    popIds.map(async (pop): Promise<Over | string> => {
      switch (over) {
        case "clients":
          return { pop, request: () => probes.alive, held: probes.held };
        case "storage":
          return { pop, request: () => probes.write(fresh()), held: () => probes.write(fresh()) };
        case "peers": {
          const there = await reachElsewhere(port, pop, port.target.pops.map(({ id }) => id).filter((id) => id !== pop), fresh);
          if (there === undefined) return `no object of another PoP could be reached through PoP ${pop} before the fault`;
          return { pop, request: () => probes.ask(there.key), held: (milliseconds) => probes.heldAsk(there.key, milliseconds) };
        }
        default:
          return over satisfies never;
      }
    }),
  );
  return found.find((one) => typeof one === "string") ?? found.filter((one) => typeof one !== "string");
}

/** A request that is open over the link when the fault comes must break. */
export async function cut(port: ChaosPort, observation: Seen<"cut">, fresh: () => string): Promise<Look> {
  const ways = await requestsOver(port, observation, fresh);
  if (typeof ways === "string") return unprepared(ways);
  const held = ways.map(({ pop, held: request }) => ({ pop, answer: ask(port, pop, request(heldMs), heldMs + patienceMs) }));
  // So that the requests are open, and not on their way.
  await port.wait(heldMs / 10, port.signal);
  return async () => all(await Promise.all(held.map(async ({ pop, answer }) => ({ pop, sight: broken(await answer) }))));
}

/** An object's answer over a link that broke is an error of the PoP that asked it. */
function broken({ status, text }: Answered): Sight {
  const isSeen = status !== 200;
  return { isSeen, text: isSeen ? `an open request broke (${status === undefined ? "" : `HTTP ${status}: `}${text.slice(0, 120)})` : `an open request was answered with HTTP ${status}` };
}

/** Answers come later than just before, by most of what was asked for: a busy machine is late without any fault. */
export async function slow(port: ChaosPort, observation: Seen<"slow">, fresh: () => string): Promise<Look> {
  const { leastMs } = observation;
  const ways = await requestsOver(port, observation, fresh);
  if (typeof ways === "string") return unprepared(ways);
  const measure = ({ pop, request }: Over): Promise<Answered> => quickest(port, pop, request, patienceMs + leastMs);
  const before = new Map(await Promise.all(ways.map(async (way) => [way.pop, { way, beforeMs: (await measure(way)).tookMs }] as const)));
  return () =>
    eachPop(port, observation.popIds, async (pop) => {
      const known = before.get(pop);
      return known === undefined ? { isSeen: false, text: "it was not asked before" } : late(await measure(known.way), leastMs, known.beforeMs);
    });
}

function late({ status, tookMs }: Answered, leastMs: number, beforeMs: number): Sight {
  const isSeen = tookMs >= beforeMs + leastMs * seenRatio;
  return { isSeen, text: `${status === undefined ? "no answer within" : "an answer after"} ${tookMs.toFixed(0)} ms, ${beforeMs.toFixed(0)} ms before, and at least ${leastMs.toFixed(0)} ms more were asked for` };
}

/** Requests at once: what holds up the machine holds up all of them, what is lost holds up one. */
const batchSize = 8;
const batchesBefore = 8;
/** So many batches with a late answer are no chance. */
const leastLate = 4;
/** After this many times the batches in which one late answer is to be expected, it is not there. */
const enough = 40;
const longestLookMs = 15_000;

/**
 * Some answers come later than they usually do, by most of a stall, and clearly more of them than before the fault. Batches are
 * counted, not answers: a machine that stands still for a moment spoils one of them.
 */
export async function lossy(port: ChaosPort, observation: Seen<"lossy">, fresh: () => string): Promise<Look> {
  const { lossRatio, stallMs, popIds } = observation;
  const ways = await requestsOver(port, observation, fresh);
  if (typeof ways === "string") return unprepared(ways);
  // Writes go to the same objects again and again: new ones would take much longer than what is looked for.
  const lanes = ways.map(({ pop, request }) => ({ pop, requests: Array.from({ length: batchSize }, () => request()) }));
  const batch = ({ pop, requests }: (typeof lanes)[number]): Promise<readonly Answered[]> => Promise.all(requests.map((request) => ask(port, pop, request, patienceMs + enough * stallMs)));
  for (const lane of lanes) await batch(lane);
  const calm = await Promise.all(
    lanes.map(async (lane) => {
      const batches: (readonly Answered[])[] = [];
      while (batches.length < batchesBefore) batches.push(await batch(lane));
      const usualMs = median(batches.flat().map(({ tookMs }) => tookMs));
      const isLate = ({ status, tookMs }: Answered): boolean => status === undefined || tookMs >= usualMs + stallMs * seenRatio;
      return { lane, usualMs, isLate, lateShare: batches.filter((answers) => answers.some(isLate)).length / batchesBefore };
    }),
  );
  const expectedShare = 1 - (1 - lossRatio) ** (piecesOfRequest * batchSize);
  const look = async ({ lane, usualMs, isLate, lateShare }: (typeof calm)[number]): Promise<{ pop: string; sight: Sight }> => {
    const startNs = port.now();
    let batches = 0;
    let lateBatches = 0;
    let lateAnswers = 0;
    let isSeen = false;
    while (!isSeen && batches < enough / expectedShare && sinceMs(port, startNs) < longestLookMs && !port.signal.aborted) {
      const lateOnes = (await batch(lane)).filter(isLate).length;
      batches++;
      lateAnswers += lateOnes;
      if (lateOnes > 0) lateBatches++;
      isSeen = lateBatches - lateShare * batches >= Math.max(leastLate, (batches * expectedShare) / 2);
    }
    const text = `${lateAnswers} of ${batches * batchSize} answers came at least ${(stallMs * seenRatio).toFixed(0)} ms later than the usual ${usualMs.toFixed(0)} ms, in ${lateBatches} of ${batches} batches; before the fault in ${Math.round(lateShare * batchesBefore)} of ${batchesBefore}`;
    return { pop: lane.pop, sight: { isSeen, text } };
  };
  return async () => (popIds.length === 0 ? { isSeen: false, text: "no PoP was harmed" } : all(await Promise.all(calm.map(look))));
}
