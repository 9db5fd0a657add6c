// Runs suites against a target and writes everything that happened into one result document. It measures and records;
// claims, levels and the run's verdict against them are judged afterwards.
import { setMaxListeners } from "node:events";
import { basename } from "node:path";
import type { Claim } from "../../contract/claims/types.js";
import {
  resultSchema,
  type CheckResult,
  type Counts,
  type Profile,
  type ResultDocument,
  type Verdict,
} from "../../contract/result/document.js";
import type { RunRecord } from "../../contract/result/records.js";
import type { KnownFailure } from "../../contract/target/known.js";
import type { TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import type { Check, Suite } from "../check.js";
import { inapplicableBecause, selectChecks } from "./applicability.js";
import { conduct, deployLimitMs, type Conducted } from "./conductor.js";
import type { Recording, RunScope } from "./context.js";
import { verbsForChecks } from "./deploying.js";
import { fingerprint } from "./environment.js";
import { openPool } from "./exchange.js";
import { defaultRecoveryMs, openFixtures, type FixtureDeployments } from "./fixtures.js";
import { runWithMocha, type RunEvent } from "./mocha.js";
import { freshWord, randomOf, shuffled } from "./randomness.js";
import { usesOf } from "./uses.js";

export type { RunRecord } from "../../contract/result/records.js";
export type { RunEvent } from "./mocha.js";

/** A target that answers, as the runner needs it. */
export interface RunSession {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  /** How the target was named: `reference`, `grpc://host:port`, a path. */
  readonly address: string;
  /** Other runs may use the same target: deployments get a name of their own. Default false. */
  readonly isShared?: boolean;
}

export interface RunOptions {
  readonly suites: readonly Suite[];
  readonly session: RunSession;
  readonly profile: Profile;
  readonly seed: number;
  /** Check ids, prefixes of ids, or suite ids; empty or left out: all. */
  readonly only?: readonly string[];
  /** Run the checks of a suite in an order drawn from the seed. */
  readonly shuffle?: boolean;
  readonly known: readonly KnownFailure[];
  readonly claims: readonly Claim[];
  /** The run's own folder; its last part is the run's id. */
  readonly runDirectory: string;
  /** Ends the run early; the reason is written into the document. */
  readonly signal: AbortSignal;
  readonly onProgress: (event: RunEvent) => void;
  /** Called between checks with what was recorded since, so that a run can be followed, and told of when it is killed. */
  readonly onRecord?: (record: RunRecord) => void;
  /** What all checks together may take; what has not run by then is inconclusive. */
  readonly totalBudgetMs: number;
  /** The options of the command line that repeat a check on this target, without --only. */
  readonly replayOptions: string;
  /** The command that repeats one check. Default: run, with these options and --only. */
  readonly replayOf?: (checkId: string) => string;
  /** The command that repeats the whole run. */
  readonly replay: string;
  /** Set when the run covers a part only, with what; such a run never certifies. Default: derived from `only`. */
  readonly partial?: string;
  readonly nowMs?: () => number;
  /** How long a runtime that crashed may take to accept connections again, ms. */
  readonly recoveryMs?: number;
  /** How long undeploying all fixtures at the end may take, ms. */
  readonly closingMs?: number;
}

const defaultClosingMs = 20_000;
const hurriedClosingMs = 3_000;

/**
 * @returns the document, not judged yet: no claims, no level, the verdict of the checks alone
 * @throws EdgemarkError usage.suite when `only` names nothing
 */
export async function runSuites(options: RunOptions): Promise<ResultDocument> {
  const { session, profile, seed, signal, onProgress } = options;
  const nowMs = options.nowMs ?? Date.now;
  const closingMs = options.closingMs ?? defaultClosingMs;
  const startedAtMs = nowMs();
  const startNs = process.hrtime.bigint();
  const environment = await fingerprint();
  const chosen = ordered(selectChecks(options.suites, profile, options.only ?? []), options);

  const recording: Recording = { measurements: new Map(), histories: new Map(), faults: [] };
  const pool = openPool();
  const word = freshWord();
  const fixtures = openFixtures({
    verbs: session.verbs,
    description: session.description,
    pool,
    nameSuffix: session.isShared === true ? `-${word}` : "",
    recoveryMs: options.recoveryMs ?? defaultRecoveryMs,
  });
  const scope: RunScope = {
    verbs: verbsForChecks(session.verbs, session.description),
    description: session.description,
    profile,
    seed,
    claims: new Map(options.claims.map((claim) => [claim.id, claim])),
    fixtures,
    recording,
    runDirectory: options.runDirectory,
    word,
    nowMs,
  };

  const ending = endOfRun(signal, options.totalBudgetMs);
  const results: CheckResult[] = [];
  const staleKnown: string[] = [];
  const leftBehind = new Set<string>();
  const strayListeners = new Set<(error: unknown) => void>();
  const total = chosen.reduce((sum, suite) => sum + suite.checks.length, 0);
  onProgress({ kind: "run-started", total });
  const documentSoFar = (): ResultDocument => {
    const only = options.only ?? [];
    const partial = options.partial ?? (only.length === 0 ? undefined : `only ${only.join(", ")}`);
    return {
      schema: resultSchema,
      run: {
        id: basename(options.runDirectory),
        startedAtMs,
        durationMs: Math.round(Number(process.hrtime.bigint() - startNs) / 1e6),
        seed,
        profile,
        suites: chosen.map((suite) => suite.id),
        replay: options.replay,
        ...(signal.aborted ? { interrupted: String(signal.reason instanceof Error ? signal.reason.message : signal.reason) } : {}),
        ...(partial === undefined ? {} : { partial }),
      },
      target: { ...session.description, address: session.address },
      environment,
      checks: results,
      measurements: Object.fromEntries([...recording.measurements].map(([id, { measurement }]) => [id, measurement])),
      histories: [...recording.histories.values()],
      faults: recording.faults,
      claims: [],
      counts: countsOf(results),
      claimCounts: countsOf([]),
      verdict: staleKnown.length > 0 ? "fail" : verdictOf(results),
      level: null,
      staleKnown,
    };
  };
  options.onRecord?.({ kind: "opening", total, document: documentSoFar() });
  const told = { faults: 0, histories: 0 };
  const tellOf = (result: CheckResult): void => {
    const measurements = [...recording.measurements.values()].filter(({ checkId }) => checkId === result.id).map(({ measurement }) => measurement);
    const histories = [...recording.histories.values()].slice(told.histories);
    options.onRecord?.({ kind: "check", result, measurements, faults: recording.faults.slice(told.faults), histories });
    told.faults = recording.faults.length;
    told.histories = recording.histories.size;
  };
  const known = new Map(options.known.map((entry) => [entry.check, entry]));
  let ordinal = 0;
  const conductOne = (suite: Suite, check: Check): Promise<Conducted> =>
    conduct(
      {
        scope,
        known,
        runSignal: ending.signal,
        replayOf: options.replayOf ?? ((checkId) => `edgemark run ${options.replayOptions} --only ${checkId}`),
        onStrayError: (listener) => {
          // An escaped error has no owner: it is taken for that of the check in front.
          if (check.isWaiting === true) return () => undefined;
          strayListeners.add(listener);
          return () => strayListeners.delete(listener);
        },
        leftBehind,
      },
      suite,
      check,
      ordinal++,
    );
  const waiting = new Map<Check, Promise<Conducted>>();
  const standing = new Map<Suite, Promise<void>>();
  const uses = usesOf(chosen);
  const stopListening = await runWithMocha({
    suites: chosen,
    onEvent: onProgress,
    onSuite: (suite) => {
      const waits = suite.checks.filter((check) => check.isWaiting === true);
      if (waits.length === 0 && !session.description.capabilities.includes("deploy.at-once")) return;
      const ready = deployAll(fixtures, suite, session.description, ending.signal);
      standing.set(suite, ready);
      for (const check of waits) waiting.set(check, ready.then(() => conductOne(suite, check)));
    },
    onStrayError: (error) => {
      for (const listener of strayListeners) listener(error);
    },
    conduct: async (suite, check) => {
      await standing.get(suite);
      const conducted = await (waiting.get(check) ?? conductOne(suite, check));
      results.push(conducted.result);
      if (conducted.isStale) staleKnown.push(check.id);
      tellOf(conducted.result);
      for (const name of uses.done(suite, check)) await closed(fixtures.release(name), ending.signal.aborted ? hurriedClosingMs : closingMs);
      return conducted.result;
    },
  });
  await closed(fixtures.close(), ending.signal.aborted ? hurriedClosingMs : closingMs);
  pool.close();
  ending.stop();
  if (leftBehind.size === 0) stopListening();

  return documentSoFar();
}

/** @returns how often each verdict was given */
export function countsOf(results: readonly { readonly verdict: Verdict }[]): Counts {
  const of = (verdict: Verdict): number => results.filter((result) => result.verdict === verdict).length;
  return { pass: of("pass"), fail: of("fail"), notApplicable: of("not-applicable"), inconclusive: of("inconclusive"), error: of("error") };
}

// The verdict of the checks alone; a known failure does not fail the run, and nothing at all never passes.
function verdictOf(results: readonly CheckResult[]): Verdict {
  if (results.some((result) => result.verdict === "fail" && result.known === undefined)) return "fail";
  if (results.some((result) => result.verdict === "error")) return "error";
  if (results.some((result) => result.verdict === "inconclusive" && result.known === undefined)) return "inconclusive";
  return results.some((result) => result.verdict === "pass") ? "pass" : "inconclusive";
}

/**
 * Deploys what a suite's checks share before any of them waits: a later deploy may replace the processes of a target, and
 * with them what a waiting check has left at rest. At once where the target can, one after the other elsewhere. What fails
 * here fails again, with its reason, in each check that needs it.
 */
async function deployAll(fixtures: FixtureDeployments, suite: Suite, description: TargetDescription, signal: AbortSignal): Promise<void> {
  const needed = suite.checks.filter((check) => check.isDisturbing !== true && inapplicableBecause(check, description) === undefined);
  const shared = [...new Map(needed.flatMap((check) => (check.fixture === undefined ? [] : [[check.fixture.name, check.fixture] as const]))).values()];
  const atOnce = description.capabilities.includes("deploy.at-once") ? shared.filter(({ bindings }) => !bindings.some((binding) => binding.kind === "service")) : [];
  if (!signal.aborted) await Promise.all(atOnce.map((fixture) => closed(fixtures.shared(fixture), deployLimitMs)));
  for (const fixture of shared) {
    if (signal.aborted) return;
    await closed(fixtures.shared(fixture), deployLimitMs);
  }
}

// Checks that wait come late in their suite: by then they are nearly done. Those that would disturb them come after.
function ordered(suites: readonly Suite[], options: RunOptions): readonly Suite[] {
  return suites.map((suite) => {
    const checks = options.shuffle === true ? shuffled(suite.checks, randomOf(options.seed, `order:${suite.id}`)) : suite.checks;
    const rank = (check: Check): number => (check.isDisturbing === true ? 2 : check.isWaiting === true ? 1 : 0);
    return { ...suite, checks: [0, 1, 2].flatMap((wanted) => checks.filter((check) => rank(check) === wanted)) };
  });
}

/** One signal for both ways in which a run ends early. */
function endOfRun(signal: AbortSignal, totalBudgetMs: number): { readonly signal: AbortSignal; stop(): void } {
  const ending = new AbortController();
  // Each check that runs listens, and those that wait run all at once: no leak, so no warning.
  setMaxListeners(0, ending.signal);
  const onAbort = (): void => ending.abort(new Error("the run was interrupted"));
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const timer = setTimeout(() => ending.abort(new Error("out of time: the run's time was over before")), totalBudgetMs);
  return {
    signal: ending.signal,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

async function closed(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    work.catch(() => undefined),
    new Promise((resolve) => {
      timer = setTimeout(resolve, limitMs);
    }),
  ]);
  clearTimeout(timer);
}
