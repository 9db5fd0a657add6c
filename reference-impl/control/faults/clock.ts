// A PoP with a wrong clock. What can be wrong is the clock of the edge's own services there: KV's cache and expirations. The
// engine reads the machine's clock, which all PoPs of this edge share.
import { AdminFailed } from "../../supervisor/admin.js";
import type { Edge } from "../../supervisor/edge.js";
import type { Pop } from "../../supervisor/pop.js";
import { type Inject, withoutEffect } from "./injected.js";
import { parametersOf } from "./parameters.js";

const yearMs = 366 * 86_400_000;
/** The edge's clock and the PoP's are read one after the other. */
const readingMs = 2000;

export const clockSkew: Inject = async (edge, pop, fault) => {
  const { skewMs } = parametersOf(fault, { skewMs: { least: -yearMs, most: yearMs } });
  const before = await aheadMs(edge, pop);
  let isOver = false;
  const release = (): void => {
    if (!isOver) pop.skewMs -= skewMs;
    isOver = true;
  };
  pop.skewMs += skewMs;
  const during = await aheadMs(edge, pop).catch((error: unknown) => {
    release();
    throw error;
  });
  if (before !== undefined && during !== undefined && Math.abs(during - before - skewMs) > readingMs) {
    release();
    throw withoutEffect(`the clock went by ${Math.round(during - before)} ms`);
  }
  return {
    evidence: `KV's clock at PoP ${pop.id} is ahead of the edge's by ${told(during)}, and was by ${told(before)}; Date.now() in workers is not touched`,
    async heal() {
      release();
      return `KV's clock at PoP ${pop.id} is ahead by ${told(await aheadMs(edge, pop))}`;
    },
    release,
  };
};

function told(ahead: number | undefined): string {
  return ahead === undefined ? "what it will be told when it is up" : `${Math.round(ahead)} ms`;
}

/** Tells the PoP its clock, and asks by how much it is ahead of the edge's. @returns undefined when it is down */
async function aheadMs(edge: Edge, pop: Pop): Promise<number | undefined> {
  try {
    const answer: unknown = JSON.parse(await edge.setClock(pop));
    const clock = typeof answer === "object" && answer !== null && "platformMs" in answer ? answer.platformMs : undefined;
    return typeof clock === "number" ? clock - (await edge.advanceClock(0)) : undefined;
  } catch (error) {
    if (error instanceof AdminFailed) return undefined;
    throw error;
  }
}
