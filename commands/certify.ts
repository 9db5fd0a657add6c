// edgemark certify and edgemark run: start the target, run the suites, judge, write, tell. Certify gives a level, run does not.
import { randomInt } from "node:crypto";
import { writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Claim } from "../contract/claims/types.js";
import { EdgemarkError, exitCodes, messageOf, nearestName } from "../contract/errors.js";
import type { Counts, ResultDocument, Verdict } from "../contract/result/document.js";
import { judge } from "../reports/judge.js";
import type { Suite } from "../suites/check.js";
import { selectChecks } from "../suites/runner/applicability.js";
import { runSuites } from "../suites/runner/run.js";
import { replayOptionsOf, runOptions, settingsOf, type RunSettings } from "./certify-options.js";
import type { CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";
import { dryRunAsData, dryRunInWords, listedIds } from "./listing.js";
import { openProgress } from "./progress.js";
import { makeRunDirectory } from "./run-directory.js";
import type { OpenSession } from "./session.js";

/** What a run is made of; put together at the composition root, replaced in tests. */
export interface RunParts {
  readonly suites: readonly Suite[];
  readonly loadClaims: (files: readonly string[]) => Promise<readonly Claim[]>;
  readonly openSession: (settings: RunSettings) => Promise<OpenSession>;
  /** @returns the paths written */
  readonly writeReports: (document: ResultDocument, runDirectory: string) => Promise<readonly string[]>;
  readonly summary: (document: ResultDocument, options: { readonly colour: boolean; readonly width: number; readonly files: readonly string[] }) => string;
}

/** Set aside from the budget for judging, writing and stopping the target, ms. */
const closingReserveMs = 5_000;

/** @param verb certify gives a level; run never does */
export function certifyCommand(verb: "certify" | "run", loadParts: () => Promise<RunParts>): CommandSpec {
  return {
    name: verb,
    summary:
      verb === "certify"
        ? "Runs all suites against a target and says which level it reaches, with the evidence."
        : "Runs some suites or checks against a target; the same as certify, without a level.",
    options: runOptions,
    examples: [
      [`edgemark ${verb}`, "the reference edge, quick profile"],
      [`edgemark ${verb} --target ./my-adapter --profile full --seed 42`, "an adapter of your own, everything, repeatable"],
      [`edgemark ${verb} --suite kv --json`, "one suite, one JSON object on stdout"],
    ],
    run: async (given, _args, io) => runCertify(verb, settingsOf(given, () => randomInt(2 ** 32) / 2 ** 32), await loadParts(), io),
  };
}

/**
 * @returns the exit code
 * @throws EdgemarkError for wrong usage, and for a target that does not start
 */
export async function runCertify(verb: "certify" | "run", settings: RunSettings, parts: RunParts, io: CommandIo): Promise<number> {
  const startNs = process.hrtime.bigint();
  const elapsedMs = (): number => Number(process.hrtime.bigint() - startNs) / 1e6;
  if (settings.isList) {
    io.out(listedIds(parts.suites));
    return exitCodes.held;
  }
  const inSuites = suitesNamed(parts.suites, settings.suites);
  const chosen = selectChecks(inSuites, settings.profile, settings.only);
  const claims = await parts.loadClaims(settings.claimsFiles);
  if (settings.isDryRun) {
    const data = (): string => `${JSON.stringify(dryRunAsData(parts.suites, chosen, settings.profile))}\n`;
    io.out(settings.isJson ? data() : dryRunInWords(parts.suites, chosen, settings.profile));
    return exitCodes.held;
  }

  const runDirectory = makeRunDirectory(settings.out, settings.target, settings.seed, Date.now());
  const interruption = listenForInterruption(io);
  const progress = openProgress(io, settings.budgetMs, elapsedMs);
  let session: OpenSession | undefined;
  try {
    progress.say(`edgemark ${verb}: ${settings.target}, profile ${settings.profile}, seed ${settings.seed}`);
    const opening = parts.openSession(settings);
    session = await Promise.race([opening, interruption.happened]);
    const unjudged = await runSuites({
      suites: session === undefined ? [] : inSuites,
      session: session ?? neverOpened(settings.target),
      profile: settings.profile,
      seed: settings.seed,
      only: session === undefined ? [] : settings.only,
      shuffle: settings.isShuffled,
      known: session?.known ?? [],
      claims,
      runDirectory,
      signal: interruption.signal,
      onProgress: progress.onEvent,
      totalBudgetMs: Math.max(1_000, settings.budgetMs - elapsedMs() - closingReserveMs),
      replayOptions: replayOptionsOf(settings),
      ...partialOf(verb, settings),
    });
    const document = { ...unjudged, ...judge(unjudged, claims) };
    const path = join(runDirectory, "result.json");
    writeDocument(path, document);
    progress.say("writing reports");
    const reports = await parts.writeReports(document, runDirectory);
    progress.say(`stopping ${settings.target}`);
    await session?.close();
    session = undefined;
    progress.close();
    io.out(settings.isJson ? `${JSON.stringify(summaryAsData(document, elapsedMs(), path))}\n` : `${parts.summary(document, { colour: io.hasColour, width: io.columns, files: [...reports.filter((file) => file.endsWith(".html")), path] })}\n`);
    return exitCodeOf(document);
  } catch (error) {
    progress.close();
    // A folder without a document would look like a run.
    rmSync(runDirectory, { recursive: true, force: true });
    if (settings.isJson) io.out(`${JSON.stringify(failureAsData(error, elapsedMs()))}\n`);
    throw error;
  } finally {
    progress.close();
    interruption.stop();
    await session?.close().catch((error: unknown) => io.err(`the target did not stop: ${messageOf(error)}\n`));
  }
}

function suitesNamed(suites: readonly Suite[], names: readonly string[]): readonly Suite[] {
  for (const name of names) {
    if (suites.some((suite) => suite.id === name)) continue;
    const known = suites.map((suite) => suite.id);
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? `there are ${known.join(", ")}` : `did you mean ${nearest}?`;
    throw new EdgemarkError("usage.suite", `the name of a suite expected; ${name} is none; ${hint}`);
  }
  return names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.id));
}

function partialOf(verb: "certify" | "run", settings: RunSettings): { readonly partial?: string } {
  const chosen = [
    ...(settings.suites.length === 0 ? [] : [`suites ${settings.suites.join(", ")}`]),
    ...(settings.only.length === 0 ? [] : [`checks ${settings.only.join(", ")}`]),
  ];
  if (chosen.length > 0) return { partial: `only ${chosen.join(", ")}` };
  return verb === "run" ? { partial: "run gives no level; certify does" } : {};
}

interface Interruption {
  readonly signal: AbortSignal;
  readonly happened: Promise<undefined>;
  stop(): void;
}

/** The first signal ends the run in order, the second one ends the process. */
function listenForInterruption(io: CommandIo): Interruption {
  const interruption = new AbortController();
  const happened = new Promise<undefined>((resolve) => {
    interruption.signal.addEventListener("abort", () => resolve(undefined));
  });
  const stop = io.onSignal((name) => {
    if (interruption.signal.aborted) {
      io.err("\nstopped at once\n");
      return io.exit(exitCodes.error);
    }
    io.err("\ninterrupted: writing the document and stopping the target; once more stops at once\n");
    interruption.abort(new Error(`interrupted by ${name}`));
  });
  return { signal: interruption.signal, happened, stop };
}

function neverOpened(target: string): OpenSession {
  const unused = (): never => {
    throw new EdgemarkError("harness.internal", "a target that was opened expected; the run was interrupted before");
  };
  return {
    verbs: {
      describe: unused,
      deploy: unused,
      undeploy: unused,
      reset: unused,
      evict: unused,
      locate: unused,
      injectFault: unused,
      healFault: unused,
      clock: unused,
      triggerCron: unused,
      triggerAlarm: unused,
      watch: unused,
    },
    description: {
      name: target,
      version: "",
      vendor: "",
      capabilities: [],
      unknownCapabilities: [],
      timeScale: 1,
      pops: [],
      anycastAddress: "",
      limits: {},
      notes: [],
      compatibilityDate: "",
    },
    address: target,
    close: async () => undefined,
  };
}

function writeDocument(path: string, document: ResultDocument): void {
  try {
    writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  } catch (cause) {
    throw new EdgemarkError("harness.environment", `${path} could not be written (${messageOf(cause)}); see that the disk has room`, { cause });
  }
}

/** The one object of --json. */
interface Summary {
  readonly verdict: Verdict;
  readonly level: string | null;
  readonly counts: Counts;
  readonly claims: Counts;
  readonly durationMs: number;
  /** Path of result.json; null when the run never began. */
  readonly document: string | null;
  readonly error?: { readonly code: string; readonly message: string };
}

function summaryAsData(document: ResultDocument, durationMs: number, path: string): Summary {
  const { verdict, level, counts, claimCounts } = document;
  return { verdict, level, counts, claims: claimCounts, durationMs: Math.round(durationMs), document: path };
}

function failureAsData(error: unknown, durationMs: number): Summary {
  const none: Counts = { pass: 0, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 };
  const code = error instanceof EdgemarkError ? error.code : "harness.internal";
  return { verdict: "error", level: null, counts: none, claims: none, durationMs: Math.round(durationMs), document: null, error: { code, message: messageOf(error) } };
}

/** The exit code of a run that came to an end. */
export function exitCodeOf(document: ResultDocument): number {
  if (document.run.interrupted !== undefined) return exitCodes.error;
  switch (document.verdict) {
    case "pass":
      return exitCodes.held;
    case "fail":
      return exitCodes.failed;
    case "error":
      return exitCodes.error;
    case "inconclusive":
    case "not-applicable":
      return exitCodes.inconclusive;
    default:
      return document.verdict satisfies never;
  }
}
