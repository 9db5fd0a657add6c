// edgemark load cold-start: the first request to versions that no isolate has loaded, by size of script, with and without a head start,
// beside many resident isolates; and what an isolate weighs.
import { EdgemarkError } from "../../contract/errors.js";
import type { Measurement } from "../../contract/result/document.js";
import { deployCold, measureCold, type ColdReading, type ColdScope, type ColdSeries } from "../../load/cold-start/measure.js";
import { coldConditionsOf, coldMeasurementOf } from "../../load/cold-start/measurement.js";
import { growResidents, runtimeMemoryMb } from "../../load/cold-start/residents.js";
import { coldStartOf, type ColdStart } from "../../load/cold-start/statistics.js";
import { nodeProcessMb } from "../../load/machine/node-process.js";
import { durationBetween, listOf, numberBetween, type CommandSpec } from "../command.js";
import type { LoadCheck } from "./record.js";
import { replayOf, runOnTarget, targetOptions, targetSettingsOf, type Found, type LoadScope } from "./session.js";

const sizeNames: Readonly<Record<string, number>> = { "1kb": 1_000, "100kb": 100_000, "1mb": 1_000_000, "10mb": 10_000_000 };

interface ColdSettings {
  readonly sizes: readonly string[];
  readonly samples: number;
  readonly residents: readonly number[];
  readonly residentSamples: number;
  readonly aheadMs: number;
  readonly budgetMs: number;
}

export const loadColdStartCommand: CommandSpec = {
  name: "load cold-start",
  summary: "Asks versions that no isolate has loaded for the first time, and says what being cold adds to a warm request.",
  options: [
    ...targetOptions,
    { flags: "--on-demand", words: "the reference loads stateless workers on demand (default: off)" },
    { flags: "--sizes <names>", words: `sizes of script, of ${Object.keys(sizeNames).join(", ")} (default: all)`, parse: listOf },
    { flags: "--samples <number>", words: "versions of each size (default: 400)", parse: numberBetween(5, 10_000, { isWhole: true }) },
    { flags: "--residents <numbers>", words: "resident isolates beside which it is measured too; 0: none (default: 10,100,1000)", parse: listOf },
    { flags: "--ahead <time>", words: "the head's beginning comes so long before its end, once more for the smallest size; 0ms: not measured (default: 20ms)", parse: durationBetween(0, 5_000) },
    { flags: "--budget <time>", words: "for each size and each number of residents; fewer samples are said (default: 120s)", parse: durationBetween(1_000, 86_400_000) },
  ],
  examples: [
    ["edgemark load cold-start --on-demand", "the reference edge, workers loaded when first asked for"],
    ["edgemark load cold-start --target miniflare --samples 50", "Cloudflare's emulator, fewer versions"],
    ["edgemark load cold-start --sizes 1kb --residents 0", "one size only, half a minute"],
  ],
  run: (given, _args, io) => {
    const target = targetSettingsOf(given);
    const settings = settingsOf(given);
    const isOnDemand = given["onDemand"] === true;
    if (isOnDemand && target.target !== "reference") throw new EdgemarkError("usage.flag", `--on-demand expected with the target reference only; it came with ${target.target}; leave it out`);
    return runOnTarget({ ...target, args: isOnDemand ? ["--on-demand"] : [] }, { verb: "cold-start", replay: replayOf(loadColdStartCommand, given) }, io, (scope) => measure(scope, settings, target.seed));
  },
};

function settingsOf(given: Readonly<Record<string, unknown>>): ColdSettings {
  const sizes = Array.isArray(given["sizes"]) ? given["sizes"].map(String) : Object.keys(sizeNames);
  const unknown = sizes.find((name) => !Object.hasOwn(sizeNames, name));
  if (unknown !== undefined) throw new EdgemarkError("usage.flag", `sizes of ${Object.keys(sizeNames).join(", ")} expected; ${unknown} is none; correct --sizes`);
  const typed = Array.isArray(given["residents"]) ? given["residents"].map(Number) : [10, 100, 1_000];
  if (typed.some((count) => !Number.isInteger(count) || count < 0 || count > 10_000)) throw new EdgemarkError("usage.flag", `whole numbers from 0 to 10000 expected; ${typed.join(",")} came; correct --residents`);
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  const samples = number("samples", 400);
  return {
    sizes,
    samples,
    residents: [...new Set(typed)].filter((count) => count > 0).sort((a, b) => a - b),
    residentSamples: Math.max(5, Math.ceil(samples / 4)),
    aheadMs: number("ahead", 20),
    budgetMs: number("budget", 120_000),
  };
}

const compatibilityDate = "2026-01-01";

async function measure({ opened, reopen, signal, say }: LoadScope, settings: ColdSettings, seed: number): Promise<Found> {
  const measurements: Measurement[] = [];
  const checks: LoadCheck[] = [];
  const lines: string[] = [];
  const told = (line: string): void => {
    say(line);
    lines.push(line);
  };

  async function series(scope: ColdScope, id: string, one: Omit<ColdSeries, "name">, more: Measurement["conditions"] = {}): Promise<void> {
    const reading = await measureCold(scope, { ...one, name: "edgemark-cold" });
    const found = coldStartOf(reading.samples);
    told(lineOf(id, found, reading));
    checks.push(checkOf(id, found, reading, one.samples));
    if (found !== undefined) measurements.push(coldMeasurementOf(id, found, reading, { ...coldConditionsOf(opened.description), scriptBytes: one.sizeBytes, aheadMs: one.aheadMs, ...more }));
  }

  const { samples, budgetMs, aheadMs } = settings;
  const scope = await scopeOf(opened, seed, signal);
  for (const name of settings.sizes) {
    const sizeBytes = sizeNames[name] ?? 0;
    await series(scope, name === "1kb" ? "workers.cold-start" : `workers.cold-start.${name}`, { sizeBytes, samples, budgetMs, aheadMs: 0 });
  }
  const [smallest] = settings.sizes;
  if (aheadMs > 0 && smallest !== undefined) await series(scope, "workers.cold-start.early", { sizeBytes: sizeNames[smallest] ?? 0, samples, budgetMs, aheadMs });

  if (settings.residents.length > 0 && !signal.aborted) {
    // Of a target that starts empty: what the sizes before left behind must not be weighed.
    const fresh = await scopeOf(await reopen(), seed, signal);
    const emptyMb = runtimeMemoryMb();
    const weights: (readonly [count: number, mb: number])[] = [];
    let residents: Awaited<ReturnType<typeof growResidents>>["deployments"] = [];
    for (const wanted of settings.residents) {
      const grown = await growResidents(fresh, residents, wanted, budgetMs);
      residents = grown.deployments;
      if (grown.endedEarly !== undefined) {
        checks.push({ id: `load.residents.${wanted}`, promise: `${wanted} isolates are resident`, verdict: "inconclusive", reason: `${grown.count} of ${wanted}: ${grown.endedEarly}` });
        told(`${wanted} residents: ${grown.endedEarly}`);
        break;
      }
      if (emptyMb !== undefined && grown.memoryMb !== undefined) weights.push([wanted, (grown.memoryMb - emptyMb) / (wanted * opened.description.pops.length)]);
      told(`${wanted} residents: ${weights.at(-1)?.[1].toFixed(2) ?? "?"} MB each`);
      await series(fresh, `workers.cold-start.residents-${wanted}`, { sizeBytes: 1_000, samples: settings.residentSamples, budgetMs, aheadMs: 0 }, { residents: wanted });
    }
    measurements.push(...memoryMeasurements(weights, coldConditionsOf(opened.description), await nodeProcessMb()));
  }
  return { measurements, checks, words: lines.join("\n") };
}

/** The scope of a target that was just opened, with a small worker deployed to warm by. */
async function scopeOf({ verbs }: LoadScope["opened"], seed: number, signal: AbortSignal): Promise<ColdScope> {
  const [warm] = (await deployCold({ verbs, compatibilityDate, seed }, "edgemark-warm", 1_000, "warm")).endpoints;
  if (warm === undefined) throw new EdgemarkError("target.contract", "an endpoint of a deployment expected; none came; see what Deploy answers");
  return { verbs, compatibilityDate, warm, seed, signal };
}

/** @param weights MB of an isolate, by how many there were; a few weigh less than the rest of the process varies */
function memoryMeasurements(weights: readonly (readonly [count: number, mb: number])[], { cold, pops }: Record<string, string | number>, nodeMb: number | undefined): Measurement[] {
  const last = weights.at(-1);
  const measured: Measurement[] = [];
  if (last !== undefined) {
    const each = Object.fromEntries(weights.map(([count, mb]) => [`at${count}Mb`, Math.round(mb * 100) / 100]));
    measured.push({ id: "workers.isolate.memory", value: last[1], unit: "MB", n: last[0], conditions: { what: "proportional memory of the runtime's processes, beyond what they had before, for each small isolate at each PoP", cold: cold ?? "", pops: pops ?? 1, ...each } });
  }
  if (nodeMb !== undefined) measured.push({ id: "node.process.memory", value: nodeMb, unit: "MB", n: 1, conditions: { what: "proportional memory of a Node process that serves one answer, beside this one" } });
  return measured;
}

function lineOf(id: string, found: ColdStart | undefined, { deployMs, endedEarly }: ColdReading): string {
  if (found === undefined) return `${id}: no cold sample${endedEarly === undefined ? "" : ` (${endedEarly})`}`;
  const figures = ([50, 90, 99] as const).map((percentile) => {
    const { value, low, high } = found.percentiles[percentile];
    return `p${percentile} ${value.toFixed(1)} (${low?.toFixed(1) ?? "?"} to ${high?.toFixed(1) ?? "?"})`;
  });
  const words = [`n ${found.n}`, ...figures, `warm ${found.warmP50Ms.toFixed(2)}`, `waited ${found.waitedP50Ms.toFixed(2)} ms`, `a deployment ${deployMs.toFixed(0)} ms`];
  if (found.notCold > 0) words.push(`${found.notCold} not cold`);
  return `${id}: ${words.join(", ")}${endedEarly === undefined ? "" : ` (ended early: ${endedEarly})`}`;
}

function checkOf(id: string, found: ColdStart | undefined, { samples, endedEarly }: ColdReading, wanted: number): LoadCheck {
  const promise = `${id}: versions that were never loaded answer, and each is cold`;
  if (found === undefined) return { id: `load.${id}`, promise, verdict: "inconclusive", reason: `no cold sample of ${wanted}: ${endedEarly ?? "every isolate had answered before"}` };
  if (found.voidBecause !== undefined) return { id: `load.${id}`, promise, verdict: "inconclusive", reason: `void: ${found.voidBecause}` };
  if (found.notCold > 0) return { id: `load.${id}`, promise, verdict: "inconclusive", reason: `${found.notCold} of ${samples.length} isolates had answered before` };
  return { id: `load.${id}`, promise, verdict: "pass", ...(endedEarly === undefined ? {} : { reason: `${found.n} of ${wanted}: ${endedEarly}` }) };
}
