// edgemark load scale: how cost grows with PoPs, with resident isolates and with keys, as curves, and a line through each that extends
// it on paper.
import { EdgemarkError } from "../../contract/errors.js";
import type { Measurement } from "../../contract/result/document.js";
import type { Deployment } from "../../contract/target/types.js";
import { deployCold, type ColdScope } from "../../load/cold-start/measure.js";
import { growResidents } from "../../load/cold-start/residents.js";
import { openColdClient } from "../../load/cold-start/client.js";
import { extended, lineThrough } from "../../load/scale/fit.js";
import { deploymentMs, idleCost, memoryMb, requestCost } from "../../load/scale/measure.js";
import { durationBetween, listOf, numberBetween, type CommandSpec } from "../command.js";
import { deployProgram } from "./deploy.js";
import type { LoadCheck } from "./record.js";
import { replayOf, runOnTarget, targetOptions, targetSettingsOf, type Found, type LoadScope } from "./session.js";

interface ScaleSettings {
  readonly pops: readonly number[];
  readonly residents: readonly number[];
  readonly keys: readonly number[];
  readonly durationMs: number;
  readonly ratePerSecond: number;
  readonly budgetMs: number;
  readonly seed: number;
}

/** The number of cities that the curves are extended to on paper. */
const onPaper = 330;
const keysProgram = new URL("../../load/fixtures/keys.worker.js", import.meta.url);
const compatibilityDate = "2026-01-01";
const idleWindowMs = 3_000;
const deployments = 3;

export const loadScaleCommand: CommandSpec = {
  name: "load scale",
  summary: "Measures how cost grows with PoPs, with resident isolates and with keys, and extends it on paper.",
  options: [
    ...targetOptions.filter(({ flags }) => !flags.startsWith("--pops")),
    { flags: "--on-demand", words: "the reference loads stateless workers on demand (default: off)" },
    { flags: "--by-pops <numbers>", words: "PoPs, one after the other; 0: none (default: 1,3,6,12)", parse: listOf },
    { flags: "--by-residents <numbers>", words: "resident isolates, at one PoP; 0: none (default: 10,100,1000)", parse: listOf },
    { flags: "--by-keys <numbers>", words: "KV keys; 0: none (default: 100,1000,10000)", parse: listOf },
    { flags: "--for <time>", words: "each look at a latency (default: 5s)", parse: durationBetween(500, 600_000) },
    { flags: "--rate <number>", words: "requests per second meanwhile (default: 100)", parse: numberBetween(1, 10_000) },
    { flags: "--budget <time>", words: "for each number of residents (default: 120s)", parse: durationBetween(1_000, 86_400_000) },
  ],
  examples: [
    ["edgemark load scale --on-demand", "the reference edge, about five minutes"],
    ["edgemark load scale --target workerd-cluster --by-residents 0", "PoPs and keys of stock workerd"],
    ["edgemark load scale --by-pops 0 --by-residents 0 --by-keys 100,100000", "keys only"],
  ],
  run: (given, _args, io) => {
    const target = targetSettingsOf(given);
    const isOnDemand = given["onDemand"] === true;
    if (isOnDemand && target.target !== "reference") throw new EdgemarkError("usage.flag", `--on-demand expected with the target reference only; it came with ${target.target}; leave it out`);
    const settings = settingsOf(given, target.seed);
    return runOnTarget({ ...target, args: isOnDemand ? ["--on-demand"] : [], ...(settings.pops[0] === undefined ? {} : { pops: settings.pops[0] }) }, { verb: "scale", replay: replayOf(loadScaleCommand, given) }, io, (scope) => measure(scope, settings));
  },
};

function settingsOf(given: Readonly<Record<string, unknown>>, seed: number): ScaleSettings {
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  const numbers = (name: string, flag: string, usual: readonly number[], most: number): readonly number[] => {
    const typed = Array.isArray(given[name]) ? given[name].map(Number) : usual;
    if (typed.some((one) => !Number.isInteger(one) || one < 0 || one > most)) throw new EdgemarkError("usage.flag", `whole numbers from 0 to ${most} expected; ${typed.join(",")} came; correct ${flag}`);
    return [...new Set(typed)].filter((one) => one > 0).sort((a, b) => a - b);
  };
  return {
    pops: numbers("byPops", "--by-pops", [1, 3, 6, 12], 12),
    residents: numbers("byResidents", "--by-residents", [10, 100, 1_000], 10_000),
    keys: numbers("byKeys", "--by-keys", [100, 1_000, 10_000], 10_000_000),
    durationMs: number("for", 5_000),
    ratePerSecond: number("rate", 100),
    budgetMs: number("budget", 120_000),
    seed,
  };
}

/** What is measured at each place of a curve. */
interface Curve {
  readonly id: string;
  readonly along: string;
  readonly unit: Measurement["unit"];
  readonly points: (readonly [at: number, value: number])[];
  voidBecause?: string;
}

class Curves {
  readonly #all = new Map<string, Curve>();

  /** Notes one place; nothing where nothing could be measured. */
  add(along: string, name: string, unit: Measurement["unit"], at: number, value: number | undefined, voidBecause?: string): void {
    if (value === undefined || !Number.isFinite(value)) return;
    const id = `scale.${along.replace(/ .*$/, "").toLowerCase()}.${name}`;
    const curve: Curve = this.#all.get(id) ?? { id, along, unit, points: [] };
    curve.points.push([at, value]);
    if (voidBecause !== undefined) curve.voidBecause ??= `at ${at} ${along}: ${voidBecause}`;
    this.#all.set(id, curve);
  }

  get all(): readonly Curve[] {
    return [...this.#all.values()];
  }
}

async function measure(scope: LoadScope, settings: ScaleSettings): Promise<Found> {
  const curves = new Curves();
  const checks: LoadCheck[] = [];
  const { signal } = scope;
  await byPops(scope, settings, curves);
  if (!signal.aborted && settings.residents.length > 0) await byResidents(scope, settings, curves, checks);
  const { opened } = scope;
  const hasKv = opened.description.capabilities.includes("kv");
  if (!signal.aborted && settings.keys.length > 0 && hasKv) await byKeys(scope, settings, curves);
  if (settings.keys.length > 0 && !hasKv) checks.push({ id: "load.scale.keys", promise: "keys are measured", verdict: "not-applicable", reason: "the target does not declare kv" });
  const words = curves.all.map(({ id, along, unit, points, voidBecause }) => {
    const places = points.map(([at, value]) => `${at}: ${value.toFixed(2)}`).join("  ");
    const paper = along === "PoPs" ? `\n    ${extended(lineThrough(points), onPaper, unit)}` : "";
    return `${id} (${unit}) by ${along}: ${places}${paper}${voidBecause === undefined ? "" : `\n    void ${voidBecause}`}`;
  });
  const voids = curves.all.filter(({ voidBecause }) => voidBecause !== undefined);
  checks.push({ id: "load.scale.driver", promise: "the driver kept its schedule at every place", verdict: voids.length === 0 && curves.all.length > 0 ? "pass" : "inconclusive", ...(voids.length === 0 ? {} : { reason: voids.map(({ id, voidBecause }) => `${id} ${voidBecause ?? ""}`).join("; ").slice(0, 500) }) });
  return { measurements: curves.all.map(measurementOf), checks, words: words.join("\n") };
}

function measurementOf({ id, along, unit, points, voidBecause }: Curve): Measurement {
  const line = lineThrough(points);
  return {
    id,
    value: points.at(-1)?.[1] ?? 0,
    unit,
    n: points.length,
    conditions: { value: `at ${points.at(-1)?.[0] ?? 0} ${along}`, ...(line === undefined ? {} : { base: line.base, each: line.each, explainedRatio: line.explained }) },
    series: points,
    along,
    ...(voidBecause === undefined ? {} : { voidBecause }),
  };
}

async function byPops({ reopen, signal, say }: LoadScope, settings: ScaleSettings, curves: Curves): Promise<void> {
  for (const pops of settings.pops) {
    if (signal.aborted) return;
    say(`${pops} PoPs`);
    const beganMs = performance.now();
    const { verbs } = await reopen(pops);
    curves.add("PoPs", "start", "ms", pops, performance.now() - beganMs);
    let deployment: Deployment | undefined;
    const took = await deploymentMs(async (index) => (deployment = await deployCold({ verbs, compatibilityDate, seed: settings.seed }, "edgemark-scale", 1_000, String(index))), deployments);
    curves.add("PoPs", "deployment", "ms", pops, took);
    const endpoint = deployment?.endpoints[0];
    if (endpoint === undefined) continue;
    const cost = await requestCost(endpoint, "/", { ...settings, signal });
    curves.add("PoPs", "request-p50", "ms", pops, cost.p50Ms, cost.voidBecause);
    curves.add("PoPs", "request-cpu", "us", pops, cost.cpuUs);
    const idle = await idleCost(idleWindowMs);
    curves.add("PoPs", "idle-cpu", "ms", pops, idle.cpuMs, idle.voidBecause);
    curves.add("PoPs", "memory", "MB", pops, idle.memoryMb, idle.voidBecause);
  }
}

async function byResidents({ reopen, signal, say }: LoadScope, settings: ScaleSettings, curves: Curves, checks: LoadCheck[]): Promise<void> {
  const { verbs } = await reopen(1);
  const [warm] = (await deployCold({ verbs, compatibilityDate, seed: settings.seed }, "edgemark-warm", 1_000, "warm")).endpoints;
  if (warm === undefined) return;
  const scope: ColdScope = { verbs, compatibilityDate, warm, seed: settings.seed, signal };
  let residents: readonly Deployment[] = [];
  for (const wanted of settings.residents) {
    say(`${wanted} resident isolates`);
    const beganMs = performance.now();
    const grown = await growResidents(scope, residents, wanted, settings.budgetMs);
    if (grown.endedEarly !== undefined) {
      checks.push({ id: `load.residents.${wanted}`, promise: `${wanted} isolates are resident`, verdict: "inconclusive", reason: `${grown.count} of ${wanted}: ${grown.endedEarly}` });
      return;
    }
    curves.add("residents", "deployment", "ms", wanted, (performance.now() - beganMs) / Math.max(1, wanted - residents.length));
    residents = grown.deployments;
    const cost = await requestCost(warm, "/", { ...settings, signal });
    curves.add("residents", "request-p50", "ms", wanted, cost.p50Ms, cost.voidBecause);
    curves.add("residents", "memory", "MB", wanted, memoryMb());
  }
}

async function byKeys({ reopen, signal, say }: LoadScope, settings: ScaleSettings, curves: Curves): Promise<void> {
  const { verbs } = await reopen(1);
  const { endpoints } = await deployProgram(verbs, { name: "edgemark-keys", source: keysProgram, bindings: [{ kind: "kv", name: "KV", namespace: "edgemark-scale" }] });
  const [endpoint] = endpoints;
  if (endpoint === undefined) return;
  let written = 0;
  for (const keys of settings.keys) {
    if (signal.aborted) return;
    say(`${keys} keys`);
    const beganMs = performance.now();
    // In pieces, each of them short enough for any limit on a request.
    for (let from = written; from < keys; from += 200) await ask(endpoint, `/fill?from=${from}&to=${Math.min(keys, from + 200)}`);
    curves.add("keys", "write", "ms", keys, (performance.now() - beganMs) / (keys - written));
    written = keys;
    const read = await requestCost(endpoint, `/any?keys=${keys}`, { ...settings, signal });
    curves.add("keys", "read-p50", "ms", keys, read.p50Ms, read.voidBecause);
    const list = await requestCost(endpoint, "/list", { ...settings, ratePerSecond: Math.min(10, settings.ratePerSecond), signal });
    curves.add("keys", "list-p50", "ms", keys, list.p50Ms, list.voidBecause);
    curves.add("keys", "memory", "MB", keys, memoryMb());
  }
}

async function ask({ url, host }: Deployment["endpoints"][number], path: string): Promise<void> {
  const client = await openColdClient(url);
  try {
    const { status } = await client.ask(host, { path });
    if (status !== 200) throw new EdgemarkError("target.refused", `keys to be written expected; ${path} was answered with ${status}; see what the target says`);
  } finally {
    client.close();
  }
}
