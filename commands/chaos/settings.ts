// The options of chaos, as data for the parser, and as settings once they are parsed.
import { readFileSync } from "node:fs";
import { nemesisOf } from "../../chaos/nemeses/index.js";
import { selectors, type Selector } from "../../chaos/nemeses/nemesis.js";
import { parseSchedule } from "../../chaos/schedule/parse.js";
import { workloadOf } from "../../chaos/workloads/index.js";
import type { Workload } from "../../chaos/workloads/workload.js";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { runOptions, settingsOf, type RunSettings } from "../certify-options.js";
import { durationBetween, listOf, numberBetween, type OptionSpec } from "../command.js";

/** Options of certify that mean the same here. */
const shared = ["--target", "--pops", "--time-scale", "--token-file", "--ca", "--cert", "--key", "--out", "--json"];
const largestSeed = 2 ** 32 - 1;
const defaults = { forMs: 60_000, clients: 6, shrinkRuns: 20 } as const;

export const chaosOptions: readonly OptionSpec[] = [
  { flags: "--workload <names>", words: "what clients do; several take turns from seed to seed (default: register)", parse: listOf },
  { flags: "--nemesis <names>", words: "faults to strike with, with commas between them (default: all that the target can do)", parse: listOf },
  { flags: "--select <which>", words: "PoPs a fault strikes: one, majority, or owner, the home of the object in use (default: one)", choices: selectors },
  { flags: "--for <time>", words: "how long clients work: 60s, 2m or 500ms (default: 60s)", parse: durationBetween(100, 24 * 3_600_000) },
  { flags: "--clients <number>", words: "clients altogether, at the PoPs in turn, 1 to 100 (default: 6)", parse: numberBetween(1, 100, { isWhole: true }) },
  { flags: "--seed <number>", words: "draws schedule and operations (default: random, printed)", parse: numberBetween(0, largestSeed, { isWhole: true }) },
  { flags: "--seeds <number>", words: "runs, one after another, with this and the following seeds (default: 1)", parse: numberBetween(1, 10_000, { isWhole: true }) },
  { flags: "--schedule <file>", words: "strike as this file says, JSON, instead of drawing (default: none)" },
  { flags: "--shrink", words: "after a failure, look for the smallest schedule that still fails (default: off)" },
  { flags: "--shrink-runs <number>", words: "runs that this may take (default: 20)", parse: numberBetween(1, 1_000, { isWhole: true }) },
  { flags: "--list", words: "list nemeses and workloads; with --target, what it can do (default: off)" },
  { flags: "--timeout <seconds>", words: "for the whole command, s (default: what the runs can take at most)", parse: numberBetween(1, 1_000_000) },
  ...runOptions.filter(({ flags }) => shared.includes(flags.split(" ")[0] ?? "")),
];

export interface ChaosSettings {
  readonly run: RunSettings;
  /** One or more, taken in turn. */
  readonly workloads: readonly Workload[];
  /** Empty: all that the target can do. */
  readonly nemeses: readonly string[];
  readonly select: Selector;
  readonly forMs: number;
  readonly clients: number;
  readonly seeds: number;
  /** The text of a schedule, and the file it is from. */
  readonly schedule: { readonly file: string; readonly text: string } | undefined;
  readonly mostShrinkRuns: number;
  readonly isList: boolean;
  /** Whether a target was named. */
  readonly hasTarget: boolean;
}

/** Everything after the clients' time that a run waits for at most: processes that come back, quiet, last reads, ms. */
const longestEndMs = 300_000;
/** For starting, deploying and writing, ms. */
const aroundMs = 180_000;

/** What one run takes at most. */
export function longestRunMs(settings: Pick<ChaosSettings, "forMs" | "mostShrinkRuns">): number {
  return (settings.forMs + longestEndMs) * (1 + settings.mostShrinkRuns);
}

/**
 * @param given what the parser made of the command line
 * @param random draws the seed when none is given
 * @throws EdgemarkError of kind usage for names that nothing has, and for a schedule that is not one
 */
export function chaosSettingsOf(given: Readonly<Record<string, unknown>>, random: () => number): ChaosSettings {
  const number = (name: string): number | undefined => (typeof given[name] === "number" ? given[name] : undefined);
  const list = (name: string): readonly string[] => (Array.isArray(given[name]) ? [...new Set(given[name].map(String))] : []);
  const isShrinking = given["shrink"] === true;
  if (!isShrinking && number("shrinkRuns") !== undefined) throw new EdgemarkError("usage.flag", "expected --shrink beside --shrink-runs; it is missing; add it");
  const names = list("workload");
  const nemeses = list("nemesis");
  for (const id of nemeses) nemesisOf(id);
  const schedule = scheduleOf(given["schedule"]);
  for (const name of ["nemesis", "select", "for"]) {
    if (schedule !== undefined && given[name] !== undefined) throw new EdgemarkError("usage.flag", `expected --schedule or --${name}; both came; the file says it all`);
  }
  const partial = {
    workloads: (names.length === 0 ? ["register"] : names).map(workloadOf),
    nemeses,
    select: selectors.find((known) => known === given["select"]) ?? "one",
    forMs: schedule?.forMs ?? number("for") ?? defaults.forMs,
    clients: number("clients") ?? defaults.clients,
    seeds: number("seeds") ?? 1,
    schedule,
    mostShrinkRuns: isShrinking ? (number("shrinkRuns") ?? defaults.shrinkRuns) : 0,
    isList: given["list"] === true,
    hasTarget: typeof given["target"] === "string",
  };
  const timeoutSeconds = number("timeout") ?? (partial.seeds * longestRunMs(partial) + aroundMs) / 1_000;
  return { ...partial, run: settingsOf({ ...given, list: false, timeout: timeoutSeconds }, random) };
}

function scheduleOf(file: unknown): { readonly file: string; readonly text: string; readonly forMs: number } | undefined {
  if (typeof file !== "string") return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected a schedule that can be read; ${file} cannot (${messageOf(cause)}); correct the path`, { cause });
  }
  // Before anything starts; its PoPs are compared once the target has told them.
  return { file, text, forMs: parseSchedule(text).forMs };
}

/** The command that repeats a run with one seed. */
export function replayOf(settings: ChaosSettings, seed: number, workload: Workload, scheduleFile = settings.schedule?.file): string {
  const { run } = settings;
  const parts = [
    `--target ${run.target}`,
    `--workload ${workload.id}`,
    scheduleFile === undefined ? "" : `--schedule ${scheduleFile}`,
    scheduleFile !== undefined || settings.nemeses.length === 0 ? "" : `--nemesis ${settings.nemeses.join(",")}`,
    scheduleFile !== undefined || settings.select === "one" ? "" : `--select ${settings.select}`,
    scheduleFile === undefined ? `--for ${settings.forMs % 1_000 === 0 ? `${settings.forMs / 1_000}s` : `${settings.forMs}ms`}` : "",
    settings.clients === defaults.clients ? "" : `--clients ${settings.clients}`,
    run.pops === undefined ? "" : `--pops ${run.pops}`,
    run.timeScale === undefined ? "" : `--time-scale ${run.timeScale}`,
    run.tokenFile === undefined ? "" : `--token-file ${run.tokenFile}`,
    `--seed ${seed}`,
  ];
  return `edgemark chaos ${parts.filter((part) => part !== "").join(" ")}`;
}
