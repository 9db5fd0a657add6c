// edgemark certify and edgemark run: start the target, run the suites, judge, write, tell. Certify gives a level, run does not.
import { randomInt } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Claim } from "../contract/claims/types.js";
import { didYouMean, EdgemarkError, exitCodes, messageOf } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { judge } from "../reports/judge.js";
import { markdownSummary } from "../reports/markdown.js";
import type { Suite } from "../suites/check.js";
import { selectChecks } from "../suites/runner/applicability.js";
import { plainText } from "../suites/runner/plain.js";
import { runSuites } from "../suites/runner/run.js";
import { replayOf, replayOptionsOf, runOptions, settingsOf, signOptions, type RunSettings } from "./certify-options.js";
import type { CommandSpec } from "./command.js";
import { annotationsOfRun, tellGithubActions } from "./github-actions.js";
import { listenForInterruption, type Interruption } from "./interruption.js";
import type { CommandIo } from "./io.js";
import { dryRunAsData, dryRunInWords, listedIds } from "./listing.js";
import { openProgress, type Progress } from "./progress.js";
import { openRecords } from "./records.js";
import { makeRunDirectory } from "./run-directory.js";
import { brokenSummaryOf, exitCodeOf, summaryOf } from "./run-outcome.js";
import type { OpenSession } from "./session.js";
import { readSigner } from "./sign-run.js";
import { unopenedSession } from "./unopened-session.js";

export type RunVerb = "certify" | "run";

/** What a run is made of; put together at the composition root, replaced in tests. */
export interface RunParts {
  readonly suites: readonly Suite[];
  readonly loadClaims: (files: readonly string[]) => Promise<readonly Claim[]>;
  /** @param checkIds every check there is, for what is known of the target */
  readonly openSession: (settings: RunSettings, checkIds: readonly string[]) => Promise<OpenSession>;
  /** Refuses what is known of the target when it is not right, before anything starts. @throws EdgemarkError usage.known */
  readonly checkKnown?: (settings: RunSettings, checkIds: readonly string[]) => Promise<void>;
  /** @returns the paths written */
  readonly writeReports: (document: ResultDocument, runDirectory: string) => Promise<readonly string[]>;
  /** The commands that repeat the run and a check, when run itself cannot. */
  readonly replay?: { readonly run: string; readonly check: (checkId: string) => string };
  readonly summary: (document: ResultDocument, options: { readonly colour: boolean; readonly width: number; readonly files: readonly string[] }) => Promise<string>;
}

/** Set aside from the budget for judging, writing and stopping the target, ms. */
const closingReserveMs = 5_000;

/** @param verb certify gives a level; run never does */
export function certifyCommand(verb: RunVerb, loadParts: () => Promise<RunParts>): CommandSpec {
  return {
    name: verb,
    summary:
      verb === "certify"
        ? "Runs all suites against a target and says which level it reaches, with the evidence."
        : "Runs some suites or checks against a target; the same as certify, without a level.",
    options: verb === "certify" ? [...runOptions, ...signOptions] : runOptions,
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
export async function runCertify(verb: RunVerb, settings: RunSettings, parts: RunParts, io: CommandIo): Promise<number> {
  if (settings.isList) {
    const ids = listedIds(parts.suites);
    io.out(settings.isJson ? `${JSON.stringify({ checks: ids })}\n` : ids.map((id) => `${id}\n`).join(""));
    return exitCodes.held;
  }
  const suites = suitesNamed(parts.suites, settings.suites);
  const chosen = selectChecks(suites, settings.profile, settings.only);
  const claims = await parts.loadClaims(settings.claimsFiles);
  if (settings.isDryRun) {
    await parts.checkKnown?.(settings, listedIds(parts.suites));
    const data = (): string => `${JSON.stringify(dryRunAsData(parts.suites, chosen, settings.profile))}\n`;
    io.out(settings.isJson ? data() : dryRunInWords(parts.suites, chosen, settings.profile));
    return exitCodes.held;
  }

  // Before anything starts: an hour of measuring must not end at a key that cannot be read.
  const signer = settings.sign === undefined ? undefined : readSigner(settings.sign, io);

  // Since the process began: whoever waits for the command waits for its loading too.
  const elapsedMs = (): number => performance.now();
  const directory = makeRunDirectory(settings.out, settings.target, settings.seed, Date.now());
  const path = join(directory, "result.json");
  const records = openRecords(directory, io);
  const interruption = listenForInterruption(io);
  const progress = openProgress(io, settings.budgetMs, elapsedMs);
  const written: { document?: string } = {};
  try {
    progress.say(`edgemark ${verb}: ${settings.target}, profile ${settings.profile}, seed ${settings.seed}`);
    const unjudged = await withSession({ settings, parts, interruption, progress, io }, (session) =>
      runSuites({
        suites: session === undefined ? [] : suites,
        session: session ?? unopenedSession(settings.target),
        profile: settings.profile,
        seed: settings.seed,
        only: session === undefined ? [] : settings.only,
        shuffle: settings.isShuffled,
        known: session?.known ?? [],
        claims,
        runDirectory: directory,
        signal: interruption.signal,
        onProgress: progress.onEvent,
        onRecord: records.write,
        totalBudgetMs: Math.max(1_000, settings.budgetMs - elapsedMs() - closingReserveMs),
        replayOptions: replayOptionsOf(settings),
        replay: parts.replay?.run ?? replayOf(verb, settings),
        ...(parts.replay === undefined ? {} : { replayOf: parts.replay.check }),
        ...partialOf(verb, settings),
      }).then((document) => {
        // Before anything else can break: what was measured is kept.
        writeDocument(path, document);
        written.document = path;
        return document;
      }),
    );
    const finished = async (recorded: ResultDocument): Promise<{ readonly document: ResultDocument; readonly reports: readonly string[] }> => {
      const document = { ...recorded, ...judge(recorded, claims) };
      writeDocument(path, document);
      return { document, reports: await parts.writeReports(document, directory) };
    };
    let { document, reports } = await finished(interrupted(unjudged, interruption));
    // Ctrl-C while the reports were written: they must say so too.
    if (interruption.signal.aborted && document.run.interrupted === undefined) ({ document, reports } = await finished(interrupted(document, interruption)));
    records.remove();
    progress.close();
    const certificate = signer?.({ document, claims, directory, nowMs: Date.now() });
    const certificates = certificate === undefined || certificate === null ? [] : [certificate];
    if (settings.isJson) io.out(`${JSON.stringify({ ...summaryOf(document, elapsedMs(), path), ...(certificate === undefined ? {} : { certificate }) })}\n`);
    else io.out(`${await parts.summary(document, { colour: io.hasColour, width: io.columns, files: [...reports.filter((file) => file.endsWith(".html")), path, ...certificates] })}\n`);
    tellGithubActions(markdownSummary(document), annotationsOfRun(document), io);
    return exitCodeOf(document);
  } catch (error) {
    // A folder without a document would look like a run.
    if (written.document === undefined) rmSync(directory, { recursive: true, force: true });
    records.remove();
    if (settings.isJson) io.out(`${JSON.stringify(brokenSummaryOf(error, elapsedMs(), written.document ?? null))}\n`);
    throw error;
  } finally {
    progress.close();
    interruption.stop();
  }
}

interface SessionScope {
  readonly settings: RunSettings;
  readonly parts: RunParts;
  readonly interruption: Interruption;
  readonly progress: Progress;
  readonly io: CommandIo;
}

/** Opens the target, works with it, and stops it whatever happens. @param work gets undefined when the run was interrupted before */
async function withSession<T>({ settings, parts, interruption, progress, io }: SessionScope, work: (session: OpenSession | undefined) => Promise<T>): Promise<T> {
  const checkIds = listedIds(parts.suites);
  const opening = parts.openSession(settings, checkIds);
  const session = await Promise.race([opening, interruption.happened]);
  // A target that comes up after the interruption is not wanted any more.
  if (session === undefined) void opening.then((late) => late.close()).catch(() => undefined);
  try {
    return await work(session);
  } finally {
    const lastWords = await session?.lastWords?.();
    if (lastWords !== undefined) progress.tell(plainText(lastWords, 6_000));
    progress.say(`stopping ${settings.target}`);
    await session?.close().catch((error: unknown) => io.err(`${settings.target} did not stop as it should: ${messageOf(error)}\n`));
  }
}

/** The document, with the interruption in it that came after the last check. */
function interrupted(document: ResultDocument, { signal }: Interruption): ResultDocument {
  if (!signal.aborted || document.run.interrupted !== undefined) return document;
  return { ...document, run: { ...document.run, interrupted: messageOf(signal.reason) } };
}

function suitesNamed(suites: readonly Suite[], names: readonly string[]): readonly Suite[] {
  for (const name of names) {
    if (suites.some((suite) => suite.id === name)) continue;
    const known = suites.map((suite) => suite.id);
    const hint = didYouMean(name, known, `there are ${known.join(", ")}`);
    throw new EdgemarkError("usage.suite", `the name of a suite expected; ${name} is none; ${hint}`);
  }
  return names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.id));
}

function partialOf(verb: RunVerb, settings: RunSettings): { readonly partial?: string } {
  const chosen = [
    ...(settings.suites.length === 0 ? [] : [`suites ${settings.suites.join(", ")}`]),
    ...(settings.only.length === 0 ? [] : [`checks ${settings.only.join(", ")}`]),
  ];
  if (chosen.length > 0) return { partial: `only ${chosen.join(", ")}` };
  return verb === "run" ? { partial: "run gives no level; certify does" } : {};
}

function writeDocument(path: string, document: ResultDocument): void {
  try {
    writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  } catch (cause) {
    throw new EdgemarkError("harness.environment", `${path} could not be written (${messageOf(cause)}); see that the disk has room`, { cause });
  }
}
