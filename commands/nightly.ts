// edgemark nightly: one run of suites, load and chaos, appended to a history and judged with it: did the last nights get worse?
import { randomInt } from "node:crypto";
import { EdgemarkError, exitCodes } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { judgeNights } from "../reports/nights/judge-nights.js";
import { appendNight, readNights } from "../reports/nights/store.js";
import { nightsInWords, nightsMarkdown } from "../reports/comparison/words.js";
import type { NightsJudgement } from "../reports/nights/types.js";
import { workloadOf } from "../chaos/workloads/index.js";
import type { Suite } from "../suites/check.js";
import { replayOptionsOf, runOptions } from "./certify-options.js";
import { runCertify, type RunParts } from "./certify.js";
import { chaosCheck } from "./chaos/check.js";
import { chaosSettingsOf, replayOf as chaosReplayOf, type ChaosSettings } from "./chaos/settings.js";
import { durationBetween, numberBetween, type CommandSpec } from "./command.js";
import { annotationsOf, exitCodeOfVerdict, usualMinEffectPercent } from "./compare.js";
import { tellGithubActions } from "./github-actions.js";
import { nightsOptionsOf, usualRecentNights } from "./history.js";
import type { CommandIo } from "./io.js";
import { loadSuite } from "./nightly/load.js";

const workloads = ["register", "counter", "append"];

/** @param loadParts suites, claims, targets and reports, from the composition root */
export function nightlyCommand(loadParts: () => Promise<RunParts>): CommandSpec {
  return {
    name: "nightly",
    summary: "Runs suites, load and chaos, appends the document to a history, and says what changed for good.",
    options: [
      { flags: "--history <folder>", words: "folder of nights, made when it is missing" },
      ...runOptions.map((option) => (option.flags.startsWith("--profile") ? { ...option, words: "what the suites cover (default: nightly)" } : option)),
      { flags: "--chaos-for <time>", words: `how long each of ${workloads.join(", ")} works under faults; 0s: no chaos (default: 60s)`, parse: durationBetween(0, 24 * 3_600_000) },
      { flags: "--load-for <time>", words: "length of the closed loop; 0s: no load (default: 20s)", parse: durationBetween(0, 3_600_000) },
      { flags: "--cold-samples <number>", words: "cold starts (default: 200)", parse: numberBetween(5, 10_000, { isWhole: true }) },
      { flags: "--min-effect <percent>", words: `smallest change that matters, in percent (default: ${usualMinEffectPercent})`, parse: numberBetween(0, 1_000) },
      { flags: "--recent <nights>", words: `a change older than this is known (default: ${usualRecentNights})`, parse: numberBetween(1, 1_000, { isWhole: true }) },
    ],
    examples: [
      ["edgemark nightly --history nights", "the reference edge, everything, an hour or more"],
      ["edgemark nightly --target ./my-adapter --history nights --profile full", "an adapter of your own"],
      ["edgemark nightly --history nights --profile quick --chaos-for 0s", "a short night"],
    ],
    exitCodes: `Exit codes:
  0  everything held, and nothing got worse
  1  a check or a claim failed, or a number got worse
  2  wrong usage or configuration
  3  the target or the harness broke, or the run was interrupted
  4  inconclusive, or cannot tell: the first nine nights always`,
    run: async (given, _args, io) => runNightly(given, await loadParts(), io),
  };
}

/**
 * @returns the exit code: the worse of the run's and the history's
 * @throws EdgemarkError for wrong usage, and for a target that does not start: nothing is appended then
 */
export async function runNightly(given: Readonly<Record<string, unknown>>, parts: RunParts, io: CommandIo): Promise<number> {
  const history = given["history"];
  if (typeof history !== "string") throw new EdgemarkError("usage.flag", "expected --history with the folder of nights; there is none; add --history nights");
  const settings = settingsOf(given);
  const { run } = settings.chaos;
  const chaos = settings.chaos.forMs === 0 ? undefined : chaosSuite(settings.chaos, io);
  const load = settings.saturationMs === 0 ? [] : [loadSuite(settings)];
  let document: ResultDocument | undefined;
  const options = replayOptionsOf(run);
  let said = "";
  const code = await runCertify(
    "run",
    run,
    {
      ...parts,
      suites: [...parts.suites, ...load, ...(chaos === undefined ? [] : [chaos.suite])],
      replay: {
        run: `edgemark nightly ${options} --history ${history}`,
        check: (id) => chaos?.replays.get(id) ?? (id.startsWith("load.") ? `edgemark nightly ${options} --history ${history} --only ${id}` : `edgemark run ${options} --only ${id}`),
      },
      async writeReports(judged, directory) {
        document = judged;
        return parts.writeReports(judged, directory);
      },
    },
    // One object on stdout, and it is ours.
    run.isJson ? { ...io, out: (text) => void (said += text) } : io,
  );
  if (document === undefined) {
    io.out(said);
    return code;
  }
  const file = await appendNight(history, document);
  const judgement = judgeNights(await readNights(history), nightsOptionsOf(given));
  tell({ judgement, file, run: said, isJson: run.isJson }, io);
  return worst(code, exitCodeOfVerdict(judgement.verdict));
}

interface NightlySettings {
  readonly chaos: ChaosSettings;
  readonly saturationMs: number;
  readonly coldSamples: number;
}

function settingsOf(given: Readonly<Record<string, unknown>>): NightlySettings {
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  const forMs = number("chaosFor", 60_000);
  const random = (): number => randomInt(2 ** 32) / 2 ** 32;
  const profile = given["profile"] ?? "nightly";
  // The chaos command's own settings, with what a night decides for it.
  const chaos = chaosSettingsOf({ ...given, profile, workload: workloads, for: forMs, timeout: given["timeout"] ?? longestNightSeconds }, random);
  return { chaos: { ...chaos, forMs, run: { ...chaos.run, isList: given["list"] === true } }, saturationMs: number("loadFor", 20_000), coldSamples: number("coldSamples", 200) };
}

/** Four hours: the nightly profile of the suites has the same. */
const longestNightSeconds = 14_400;

/** Each workload once. The ids have no seed in them, so that a check is the same check every night. */
function chaosSuite(settings: ChaosSettings, io: CommandIo): { readonly suite: Suite; readonly replays: ReadonlyMap<string, string> } {
  const { seed } = settings.run;
  const named = workloads.map((name) => {
    const workload = workloadOf(name);
    const check = chaosCheck({ settings, seed, workload, say: (text) => io.err(`${text}\n`), onTold: () => undefined });
    return { id: `chaos.${name}`, check, replay: chaosReplayOf(settings, seed, workload) };
  });
  return {
    // A target that can take no fault cannot be under fire: that it cannot is declared, and said.
    suite: { id: "chaos", title: "Chaos", checks: named.map(({ id, check }) => ({ ...check, id, needs: [...(check.needs ?? []), "fault.kill"], isDisturbing: true })) },
    replays: new Map(named.map(({ id, replay }) => [id, replay])),
  };
}

function tell({ judgement, file, run, isJson }: { readonly judgement: NightsJudgement; readonly file: string; readonly run: string; readonly isJson: boolean }, io: CommandIo): void {
  if (isJson) io.out(`${JSON.stringify({ run: run === "" ? null : (JSON.parse(run) as unknown), night: file, history: judgement })}\n`);
  else io.out(`\n${nightsInWords(judgement)}\n  ${file}\n`);
  tellGithubActions(nightsMarkdown(judgement), annotationsOf([...judgement.metrics, ...judgement.checks], judgement.reason), io);
}

/** Broken before failed, failed before undecided. */
function worst(a: number, b: number): number {
  return [exitCodes.error, exitCodes.usage, exitCodes.failed, exitCodes.inconclusive].find((code) => code === a || code === b) ?? exitCodes.held;
}
