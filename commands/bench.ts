// edgemark bench: the reference edge against bare workerd and miniflare, all in one run and as ratios, because a rate
// alone says more about the machine than about the edge.
import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { EdgemarkError, exitCodes } from "../contract/errors.js";
import { kvFixture } from "../suites/kv/client.js";
import { helloFixture } from "../suites/workers/fixtures.js";
import { openTarget, type OpenedTarget } from "../targets/open.js";
import { startBareEngine } from "./bench/bare-engine.js";
import { failoverGaps } from "./bench/failover.js";
import { hitFigures } from "./bench/hits.js";
import { coldFigures } from "./bench/cold.js";
import { compareFigures, usualCompareFigures } from "./bench/compare.js";
import { d1Figures } from "./bench/d1.js";
import type { Figure } from "./bench/figure.js";
import { objectFigures } from "./bench/objects.js";
import { residentMbPerPop } from "./bench/memory.js";
import { type Address, connections, deployed, interleaved, prefixed, ratioFigure } from "./bench/rates.js";
import { reportFigures } from "./bench/report.js";
import { listOf, numberBetween, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";
import type { MutantParts } from "./mutants.js";

/** What can be measured alone. */
const benchParts = ["memory", "rates", "hits", "failover", "cold", "objects", "d1", "report", "compare"] as const;
/** What is measured when nothing is named: comparing takes the better part of an hour. */
const usualParts: readonly string[] = benchParts.filter((part) => part !== "compare");
type BenchPart = (typeof benchParts)[number];

export interface BenchOptions {
  readonly only: readonly BenchPart[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly kills: number;
  readonly comparisons: number;
  readonly isJson: boolean;
}

/** @throws EdgemarkError usage.flag for a part that does not exist */
function partsOf(names: readonly string[]): readonly BenchPart[] {
  return names.map((name) => {
    const part = benchParts.find((one) => one === name);
    if (part === undefined) throw new EdgemarkError("usage.flag", `expected parts of the benchmark, of ${benchParts.join(", ")}; ${JSON.stringify(name)} came; correct --only`);
    return part;
  });
}

/** @param loadParts suites and claims, from the composition root */
export function benchCommand(loadParts: () => Promise<MutantParts>): CommandSpec {
  return {
    name: "bench",
    summary: "Measures the reference edge against bare workerd and miniflare, as ratios in one run.",
    options: [
      { flags: "--only <parts>", words: `these parts only, of ${benchParts.join(", ")} (default: all but compare)`, parse: listOf },
      { flags: "--rounds <number>", words: "interleaved rounds, the median counts (default: 5)", parse: numberBetween(1, 100, { isWhole: true }) },
      { flags: "--round-ms <number>", words: "length of one load in ms (default: 3000)", parse: numberBetween(500, 60_000, { isWhole: true }) },
      { flags: "--kills <number>", words: "PoP deaths of each kind, 0 to leave out what needs them (default: 10)", parse: numberBetween(0, 100, { isWhole: true }) },
      { flags: "--comparisons <number>", words: `comparisons of equals, and half as many of unequals (default: ${usualCompareFigures.comparisons})`, parse: numberBetween(2, 10_000, { isWhole: true }) },
      { flags: "--json", words: "one JSON object on stdout: {figures, conditions} (default: off)" },
    ],
    examples: [
      ["edgemark bench", "everything, about ten minutes"],
      ["edgemark bench --only objects --kills 20", "Durable Objects under faults"],
      ["edgemark bench --only cold", "cold starts beside those of bare workerd"],
      ["edgemark bench --only d1", "reads at a replica, and D1 beside stock workerd's"],
      ["edgemark bench --only compare", "how often comparisons are wrong, the better part of an hour"],
      ["edgemark bench --rounds 3 --kills 0", "rates only, quicker"],
      ["edgemark bench --json > bench.json", "for a script"],
    ],
    run: async (given, _args, io) =>
      runBench(
        {
          only: partsOf((given["only"] as readonly string[] | undefined) ?? usualParts),
          rounds: (given["rounds"] as number | undefined) ?? 5,
          roundMs: (given["roundMs"] as number | undefined) ?? 3000,
          kills: (given["kills"] as number | undefined) ?? 10,
          comparisons: (given["comparisons"] as number | undefined) ?? usualCompareFigures.comparisons,
          isJson: given["json"] === true,
        },
        await loadParts(),
        io,
      ),
  };
}

/**
 * Runs the benchmark.
 * @returns 0 when every goal was held, 1 otherwise
 * @throws EdgemarkError when a target does not start
 */
export async function runBench(options: BenchOptions, parts: MutantParts, io: CommandIo): Promise<number> {
  const figures: Figure[] = [];
  const loadBefore = loadavg()[0] ?? 0;
  if (options.only.some((part) => !["cold", "objects", "d1", "report", "compare"].includes(part))) figures.push(...(await requestFigures(options, parts, io)));
  if (options.only.includes("cold")) figures.push(...(await coldFigures(options, io)));
  if (options.only.includes("objects") && options.kills > 0) figures.push(...(await objectFigures(options, io)));
  if (options.only.includes("d1")) figures.push(...(await d1Figures(options, io)));
  if (options.only.includes("compare")) figures.push(...(await compareFigures({ ...usualCompareFigures, comparisons: options.comparisons }, io)));
  if (options.only.includes("report")) figures.push(...(await reportFigures(options.rounds, io)));
  const conditions = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version, loadAverageBefore: loadBefore, ...options };
  if (options.isJson) io.out(`${JSON.stringify({ figures, conditions })}\n`);
  else io.out(table(figures, conditions));
  return figures.every((figure) => figure.held) ? exitCodes.held : exitCodes.failed;
}

async function requestFigures(options: BenchOptions, parts: MutantParts, io: CommandIo): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const open: { stop(): Promise<unknown> }[] = [];
  try {
    const reference = await start("reference", open);
    if (options.only.includes("memory")) figures.push(await memoryFigure(reference));
    if (options.only.includes("rates")) figures.push(...(await rateFigures(reference, options, open, io)));
    if (options.only.includes("hits")) {
      const address = await deployed(reference.verbs, kvFixture, "/?key=bench");
      await putBenchKey(address);
      figures.push(...(await hitFigures(address)));
    }
    if (options.only.includes("failover") && options.kills > 0) figures.push(await failoverFigure(reference, options.kills, parts));
  } finally {
    for (const one of open.reverse()) await one.stop().catch(() => undefined);
  }
  return figures;
}

async function rateFigures(reference: OpenedTarget, options: BenchOptions, open: { stop(): Promise<unknown> }[], io: CommandIo): Promise<readonly Figure[]> {
  const miniflare = await start("miniflare", open);
  const bare = await startBareEngine(await readFile(helloFixture.program, "utf8"));
  open.push(bare);
  const hello = { reference: await deployed(reference.verbs, helloFixture, "/"), miniflare: await deployed(miniflare.verbs, helloFixture, "/"), bare: { url: bare.url, host: "bare", path: "/" } };
  const kv = { reference: await deployed(reference.verbs, kvFixture, "/?key=bench"), miniflare: await deployed(miniflare.verbs, kvFixture, "/?key=bench") };
  for (const address of [kv.reference, kv.miniflare]) await putBenchKey(address);

  io.err(`${options.rounds} interleaved rounds of ${options.roundMs} ms, ${connections} connections\n`);
  const rates = await interleaved({ ...prefixed("hello", hello), ...prefixed("kv", kv) }, options, io);
  await miniflare.stop();
  await bare.stop();
  return [
    ratioFigure("bench.hello.bare", rates, "hello reference", "hello bare", 0.6, "of bare workerd's rate"),
    ratioFigure("bench.hello.miniflare", rates, "hello reference", "hello miniflare", 2, "times miniflare's rate"),
    ratioFigure("bench.kv.miniflare", rates, "kv reference", "kv miniflare", 2, "times miniflare's KV get"),
  ];
}

async function start(name: string, open: { stop(): Promise<unknown> }[]): Promise<OpenedTarget> {
  const target = await openTarget(name, {});
  open.push(target);
  return target;
}

async function putBenchKey({ url, host }: Address): Promise<void> {
  const { request } = await import("undici");
  const response = await request(`${url}/operations`, { method: "POST", headers: { host }, body: JSON.stringify([{ op: "put", key: "bench", text: "value" }]) });
  const text = await response.body.text();
  if (!text.includes('"ok":true')) throw new Error(`the benchmark's key could not be written: ${text}`);
}

async function memoryFigure(reference: OpenedTarget): Promise<Figure> {
  const perPop = await residentMbPerPop(reference.description.pops.length);
  const value = Math.max(...perPop);
  return { id: "bench.pop.memory", value, unit: "MB", n: perPop.length, goal: "at most 90 MB per idle PoP", held: value <= 90, detail: `resident: ${perPop.map((mb) => mb.toFixed(0)).join(", ")} MB` };
}

async function failoverFigure(reference: OpenedTarget, kills: number, parts: MutantParts): Promise<Figure> {
  const { medianMs, n, detail } = await failoverGaps(reference, kills, parts);
  return { id: "bench.failover.gap", value: medianMs, unit: "ms", n, goal: "median under 100 ms", held: medianMs < 100, detail };
}

function table(figures: readonly Figure[], conditions: Readonly<Record<string, unknown>>): string {
  const lines = figures.map((figure) => `${figure.held ? "held  " : "missed"}  ${figure.id.padEnd(24)} ${figure.value.toFixed(2).padStart(8)} ${figure.unit.padEnd(6)} n ${String(figure.n).padEnd(5)} ${figure.goal}\n        ${figure.detail}`);
  const words = Object.entries(conditions).map(([name, value]) => `${name} ${String(value)}`);
  return `${lines.join("\n")}\n${words.join(", ")}\n`;
}
