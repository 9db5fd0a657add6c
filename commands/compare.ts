// edgemark compare: two runs, two folders of runs, or two targets side by side: better, worse, same, or cannot tell.
import { EdgemarkError, exitCodes } from "../contract/errors.js";
import { compareRuns } from "../reports/comparison/compare.js";
import { comparisonInWords, comparisonMarkdown } from "../reports/comparison/words.js";
import type { Comparison, ComparisonVerdict } from "../reports/comparison/types.js";
import { listOf, numberBetween, type CommandSpec } from "./command.js";
import { compareLive, type LiveSettings } from "./compare/live.js";
import { readSide } from "./compare/side.js";
import { tellGithubActions, type Annotation } from "./github-actions.js";
import { listenForInterruption } from "./interruption.js";
import type { CommandIo } from "./io.js";

/** Below this a difference is nobody's concern; the README says how often it alarms falsely. */
export const usualMinEffectPercent = 5;

export const comparisonExitCodes = `Exit codes:
  0  nothing got worse
  1  something got worse
  2  wrong usage, or a document that was named cannot be read
  3  a target or the harness broke, or the command was interrupted
  4  cannot tell: noise, too few runs, missing data, another machine`;

export const compareCommand: CommandSpec = {
  name: "compare",
  summary: "Compares two runs, folders of runs or targets: better, worse, same, or cannot tell.",
  args: [
    { flags: "[a]", words: "before: a result document, a run's folder, or a folder of runs or nights" },
    { flags: "[b]", words: "after: the same" },
  ],
  options: [
    { flags: "--against <what>", words: "start this target, or this git revision of --target, beside --target, and ask them in turns" },
    { flags: "--target <name>", words: "the target that is looked at, with --against (default: reference)" },
    { flags: "--pops <number>", words: "PoPs to start of each, 1 to 12 (default: the target's own)", parse: numberBetween(1, 12, { isWhole: true }) },
    { flags: "--pairs <number>", words: "pairs of slices (default: 40)", parse: numberBetween(1, 10_000, { isWhole: true }) },
    { flags: "--slice-ms <number>", words: "length of a slice in ms (default: 1000)", parse: numberBetween(100, 600_000, { isWhole: true }) },
    { flags: "--rate <number>", words: "requests per second in a slice (default: 200)", parse: numberBetween(1, 100_000) },
    { flags: "--min-effect <percent>", words: `smallest change that matters, in percent (default: ${usualMinEffectPercent})`, parse: numberBetween(0, 1_000) },
    { flags: "--metric <names>", words: "of documents: only metrics that begin so (default: all)", parse: listOf },
    { flags: "--seed <number>", words: "order and arrivals (default: 1)", parse: numberBetween(0, 2 ** 32 - 1, { isWhole: true }) },
    { flags: "--out <folder>", words: "folder of runs, with --against (default: runs)" },
    { flags: "--json", words: "print the comparison as JSON (default: off)" },
  ],
  examples: [
    ["edgemark compare --against HEAD~1", "the reference edge now and one commit ago, about three minutes"],
    ["edgemark compare --against miniflare --json", "the reference edge against another target"],
    ["edgemark compare runs-before runs-after", "two folders of runs that were made in turns"],
  ],
  exitCodes: comparisonExitCodes,
  run: (given, args, io) => runCompare(given, args, io),
};

/** @returns the exit code by verdict */
export function exitCodeOfVerdict(verdict: ComparisonVerdict): number {
  switch (verdict) {
    case "worse":
      return exitCodes.failed;
    case "cannot tell":
      return exitCodes.inconclusive;
    case "better":
    case "same":
      return exitCodes.held;
    default:
      return verdict satisfies never;
  }
}

async function runCompare(given: Readonly<Record<string, unknown>>, args: readonly string[], io: CommandIo): Promise<number> {
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  const minEffect = number("minEffect", usualMinEffectPercent) / 100;
  const against = given["against"];
  if (typeof against !== "string") return compareDocuments(args, { minEffect, only: Array.isArray(given["metric"]) ? given["metric"].map(String) : [], isJson: given["json"] === true }, io);
  if (args.length > 0) throw new EdgemarkError("usage.flag", `expected --against or two runs; both came (${args.join(" ")}); leave one out`);
  const settings: LiveSettings = {
    target: typeof given["target"] === "string" ? given["target"] : "reference",
    against,
    ...(typeof given["pops"] === "number" ? { pops: given["pops"] } : {}),
    pairs: number("pairs", 40),
    sliceMs: number("sliceMs", 1_000),
    ratePerSecond: number("rate", 200),
    minEffect,
    seed: number("seed", 1),
    out: typeof given["out"] === "string" ? given["out"] : "runs",
  };
  const interruption = listenForInterruption(io);
  try {
    const { comparison, file } = await compareLive(settings, { signal: interruption.signal, say: (words) => io.err(`${words}\n`) });
    tell(comparison, given["json"] === true, io, file);
    return interruption.signal.aborted ? exitCodes.error : exitCodeOfVerdict(comparison.verdict);
  } finally {
    interruption.stop();
  }
}

async function compareDocuments(paths: readonly string[], { minEffect, only, isJson }: { readonly minEffect: number; readonly only: readonly string[]; readonly isJson: boolean }, io: CommandIo): Promise<number> {
  const [a, b] = paths;
  if (a === undefined || b === undefined || paths.length > 2) throw new EdgemarkError("usage.input", `expected two runs, before and after; ${paths.length} came; name two documents or folders, or use --against`);
  const comparison = compareRuns(await readSide(a), await readSide(b), { minEffect, only });
  tell(comparison, isJson, io);
  return exitCodeOfVerdict(comparison.verdict);
}

function tell(comparison: Comparison, isJson: boolean, io: CommandIo, file?: string): void {
  if (isJson) io.out(`${JSON.stringify({ ...comparison, ...(file === undefined ? {} : { document: file }) })}\n`);
  else io.out(`${comparisonInWords(comparison)}\n${file === undefined ? "" : `${file}\n`}`);
  tellGithubActions(comparisonMarkdown(comparison), annotationsOf([...comparison.metrics, ...comparison.checks], comparison.reason), io);
}

/** What got worse is an error; that nothing can be told is said once. */
export function annotationsOf(all: readonly { readonly id: string; readonly verdict: ComparisonVerdict; readonly reason: string }[], reason: string): readonly Annotation[] {
  const worse = all.filter(({ verdict }) => verdict === "worse").map(({ id, reason: why }): Annotation => ({ level: "error", title: `${id} got worse`, message: why }));
  return worse.length === 0 && all.some(({ verdict }) => verdict === "cannot tell") ? [{ level: "warning", title: "cannot tell", message: reason }] : worse;
}
