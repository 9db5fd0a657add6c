// What a cold start costs at the reference edge, pair by pair beside the bare loader of the runtime it is made of: the
// milliseconds are the machine's, their ratio is the edge's.
import type { Endpoint } from "../../contract/target/types.js";
import { deployCold, sampleAt } from "../../load/cold-start/measure.js";
import { coldStartOf, type ColdSample, type ColdStart } from "../../load/cold-start/statistics.js";
import { scriptOf } from "../../load/cold-start/script.js";
import { EdgemarkError } from "../../contract/errors.js";
import { openTarget } from "../../targets/open.js";
import type { CommandIo } from "../io.js";
import { startBareLoader } from "./bare-loader.js";
import type { Figure } from "./figure.js";

const sizeBytes = 1_000;
/** Pairs for each round that is asked for; 368 samples bound a p99 from above. */
const pairsPerRound = 80;
/** How long before its end the head says for whom it is, ms: one round trip, as between a TLS hello and the request. */
const aheadMs = 20;
const seed = 1;
const compatibilityDate = "2026-01-01";

/** @param options pairs are measured in so many rounds @throws EdgemarkError when a target does not start */
export async function coldFigures({ rounds }: { readonly rounds: number }, io: Pick<CommandIo, "err">): Promise<readonly Figure[]> {
  const bare = await startBareLoader();
  const edge = await openTarget("reference", { args: ["--on-demand"] });
  try {
    const scope = { verbs: edge.verbs, compatibilityDate, seed };
    const deployed = async (name: string, salt: string): Promise<Endpoint> => firstOf((await deployCold(scope, name, sizeBytes, salt)).endpoints);
    const put = (salt: string): Promise<Endpoint> => bare.put(`cold-${salt}`, scriptOf(sizeBytes, salt));
    const warm = { edge: await deployed("edgemark-warm", "warm"), bare: await put("warm") };
    const samples = { edge: [] as ColdSample[], bare: [] as ColdSample[], early: [] as ColdSample[] };
    io.err(`${rounds * pairsPerRound} cold starts of the reference, of bare workerd, and with a head start\n`);
    for (let index = 0; index < rounds * pairsPerRound; index++) {
      samples.bare.push(await sampleAt(await put(String(index)), warm.bare, 0));
      samples.edge.push(await sampleAt(await deployed("edgemark-cold", `edge-${index}`), warm.edge, 0));
      samples.early.push(await sampleAt(await deployed("edgemark-cold", `early-${index}`), warm.edge, aheadMs));
    }
    return figuresOf({ edge: found(samples.edge), bare: found(samples.bare), early: found(samples.early) });
  } finally {
    await edge.stop();
    await bare.stop();
  }
}

function figuresOf({ edge, bare, early }: Readonly<Record<"edge" | "bare" | "early", ColdStart>>): readonly Figure[] {
  const figure = (id: string, value: number, unit: string, n: number, limit: number, goal: string, detail: readonly string[]): Figure => ({ id, value, unit, n, goal, held: value <= limit, detail: detail.join("; ") });
  const beside = `bare workerd: ${words(bare)}`;
  return [
    figure("bench.cold.bare", edge.percentiles[50].value / bare.percentiles[50].value, "ratio", edge.n, 1.25, "at most 1.25 times bare workerd's median", [words(edge), beside]),
    figure("bench.cold.p50", edge.percentiles[50].value, "ms", edge.n, 4.5, "at most 4.5 ms where bare workerd takes 3.6", [words(edge), beside]),
    figure("bench.cold.p99", edge.percentiles[99].value, "ms", edge.n, 10, "at most 10 ms where bare workerd takes 7.5", [words(edge), beside]),
    figure("bench.cold.early.p99", early.percentiles[99].value, "ms", early.n, 5, `at most 5 ms, loaded ${aheadMs} ms ahead`, [words(early)]),
  ];
}

function words({ percentiles, n, waitedP50Ms, voidBecause }: ColdStart): string {
  const named = ([50, 90, 99] as const).map((percentile) => `p${percentile} ${percentiles[percentile].value.toFixed(1)}`);
  return [...named, `n ${n}`, `waited ${waitedP50Ms.toFixed(2)} ms`, ...(voidBecause === undefined ? [] : [`void: ${voidBecause}`])].join(", ");
}

function found(samples: readonly ColdSample[]): ColdStart {
  const cold = coldStartOf(samples);
  if (cold === undefined) throw new EdgemarkError("target.contract", "cold isolates expected; each had answered before; see what the edge keeps of a version");
  return cold;
}

function firstOf([endpoint]: readonly Endpoint[]): Endpoint {
  if (endpoint === undefined) throw new EdgemarkError("target.contract", "an endpoint of a deployment expected; none came; see what Deploy answers");
  return endpoint;
}
