// edgemark mutants: starts the reference edge with one planted defect after the other and demands that the check named
// for it fails. A check that no defect turns red proves nothing; here is where that would show.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { didYouMean, EdgemarkError, exitCodes, messageOf } from "../contract/errors.js";
import type { Claim } from "../contract/claims/types.js";
import type { CheckResult, Profile } from "../contract/result/document.js";
import { mutants } from "../reference-impl/mutants/index.js";
import type { Mutant } from "../reference-impl/mutants/mutant.js";
import type { Suite } from "../suites/check.js";
import { runSuites } from "../suites/runner/run.js";
import { type OpenedTarget, openTarget } from "../targets/open.js";
import { listOf, numberBetween, type CommandSpec } from "./command.js";
import { listenForInterruption } from "./interruption.js";
import type { CommandIo } from "./io.js";

export interface MutantParts {
  readonly suites: readonly Suite[];
  readonly loadClaims: (files: readonly string[]) => Promise<readonly Claim[]>;
}

interface MutantOutcome {
  readonly id: string;
  readonly caught: boolean;
  /** What each named check said. */
  readonly checks: readonly { readonly id: string; readonly verdict: string; readonly reason: string }[];
  readonly durationMs: number;
}

/** Platform timers of the mutants: fast, so that all of them take minutes. */
const timeScale = 20;
const budgetMs: Readonly<Record<Profile, number>> = { quick: 120_000, full: 600_000, nightly: 600_000 };
const run = promisify(execFile);

/** @param loadParts suites and claims, from the composition root */
export function mutantsCommand(loadParts: () => Promise<MutantParts>): CommandSpec {
  return {
    name: "mutants",
    summary: "Plants each named defect in the reference edge and demands that its check fails.",
    options: [
      { flags: "--only <ids>", words: "these mutants only, comma separated (default: all that are fast)", parse: listOf },
      { flags: "--slow", words: "also those whose checks take the full profile (default: off)" },
      { flags: "--seed <number>", words: "seed of the runs (default: 1)", parse: numberBetween(0, 2 ** 32 - 1, { isWhole: true }) },
      { flags: "--json", words: "one JSON object on stdout: {mutants, caught, missed, durationMs} (default: off)" },
    ],
    examples: [
      ["edgemark mutants", "all of them, some minutes"],
      ["edgemark mutants --only kv-loses-metadata", "one of them"],
      ["edgemark mutants --json", "for a script"],
    ],
    run: async (given, _args, io) =>
      runMutants({ only: (given["only"] as readonly string[] | undefined) ?? [], isSlow: given["slow"] === true, seed: (given["seed"] as number | undefined) ?? 1, isJson: given["json"] === true }, await loadParts(), io),
  };
}

/**
 * Runs the mutants.
 * @returns 0 when every one was caught by every check named for it, 1 otherwise, 3 when interrupted
 * @throws EdgemarkError usage for an unknown mutant or without the sources; harness.internal when a named check fails without any defect
 */
export async function runMutants(options: { readonly only: readonly string[]; readonly isSlow?: boolean; readonly seed: number; readonly isJson: boolean }, parts: MutantParts, io: CommandIo): Promise<number> {
  const chosen = chooseMutants(options.only, options.isSlow === true);
  const builder = builderFile();
  const claims = await parts.loadClaims([]);
  const interruption = listenForInterruption(io);
  const startMs = performance.now();
  const outcomes: MutantOutcome[] = [];
  const scratch = await mkdtemp(join(tmpdir(), "edgemark-mutants-"));
  const scope = { parts, claims, seed: options.seed, scratch, builder, signal: interruption.signal };
  try {
    await assertSound(chosen, scope, io);
    for await (const outcome of judged(chosen, scope)) {
      outcomes.push(outcome);
      io.err(`${outcome.caught ? "caught" : "MISSED"} ${outcome.id} by ${outcome.checks.map(({ id }) => id).join(", ")}, ${(outcome.durationMs / 1000).toFixed(1)} s\n`);
      if (!outcome.caught) for (const check of outcome.checks) io.err(`     ${check.id}: ${check.verdict} ${check.reason}\n`);
    }
  } finally {
    interruption.stop();
    await rm(scratch, { recursive: true, force: true });
  }
  const missed = outcomes.filter((outcome) => !outcome.caught).map((outcome) => outcome.id);
  const caught = outcomes.length - missed.length;
  const durationMs = Math.round(performance.now() - startMs);
  if (options.isJson) io.out(`${JSON.stringify({ mutants: outcomes.length, caught, missed, durationMs })}\n`);
  else io.out(`${caught} of ${outcomes.length} mutants caught${missed.length > 0 ? `; missed: ${missed.join(", ")}` : ""}\n`);
  if (interruption.signal.aborted) return exitCodes.error;
  return missed.length === 0 ? exitCodes.held : exitCodes.failed;
}

function chooseMutants(only: readonly string[], isSlow: boolean): readonly Mutant[] {
  for (const id of only) {
    if (mutants.some((mutant) => mutant.id === id)) continue;
    throw new EdgemarkError("usage.flag", `the id of a mutant expected; ${id} is none; ${didYouMean(id, mutants.map((mutant) => mutant.id), "leave --only out for all")}`);
  }
  return only.length === 0 ? mutants.filter((mutant) => isSlow || mutant.isSlow !== true) : mutants.filter((mutant) => only.includes(mutant.id));
}

function builderFile(): string {
  const builder = fileURLToPath(new URL("../../build.mjs", import.meta.url));
  if (!existsSync(builder)) throw new EdgemarkError("usage.install", `mutants are planted in the sources; ${builder} is not there; run this in a checkout of the project`);
  return builder;
}

interface Scope {
  readonly parts: MutantParts;
  readonly claims: readonly Claim[];
  readonly seed: number;
  readonly scratch: string;
  readonly builder: string;
  readonly signal: AbortSignal;
}

/** Every named check must hold on the sound reference, else its failure on a mutant would say nothing. */
async function assertSound(chosen: readonly Mutant[], scope: Scope, io: CommandIo): Promise<void> {
  const idsOf = (some: readonly Mutant[]): readonly string[] => [...new Set(some.flatMap((mutant) => mutant.caughtBy))];
  const [fast, slow] = [idsOf(chosen.filter((mutant) => mutant.isSlow !== true)), idsOf(chosen.filter((mutant) => mutant.isSlow === true))];
  io.err(`${fast.length + slow.length} checks on the sound reference, then ${chosen.length} mutants\n`);
  const checks = [...(fast.length === 0 ? [] : await runSound(fast, "quick", scope)), ...(slow.length === 0 ? [] : await runSound(slow, "full", scope))];
  const unsound = checks.filter((check) => check.verdict !== "pass" && !scope.signal.aborted);
  if (unsound.length === 0) return;
  const words = unsound.map((check) => `${check.id} ${check.verdict}: ${check.reason ?? ""}`).join("; ");
  throw new EdgemarkError("harness.internal", `checks that pass on the sound reference expected; ${words}; mend these first`);
}

/** A mutant that is built and runs. */
interface Standing {
  readonly mutant: Mutant;
  readonly target: OpenedTarget;
  /** Ends it and takes its program away. */
  readonly end: () => Promise<void>;
}

/**
 * Judges one mutant after the other, each alone: what checks measure is not shared. Only the next one is built and started
 * beside them, and the one before ends, which is most of what a mutant with a quick check takes.
 */
async function* judged(chosen: readonly Mutant[], scope: Scope): AsyncGenerator<MutantOutcome> {
  const ends: Promise<void>[] = [];
  const prepared = (mutant: Mutant | undefined): Promise<Standing> | undefined => {
    const standing = mutant === undefined ? undefined : stand(mutant, scope);
    // It is waited for when its turn comes; until then nobody listens.
    standing?.catch(() => undefined);
    return standing;
  };
  let next = prepared(chosen[0]);
  let index = 0;
  try {
    while (next !== undefined && !scope.signal.aborted) {
      const startMs = performance.now();
      const standing = await next;
      next = prepared(chosen[++index]);
      try {
        yield await judgeMutant(standing, scope, startMs);
      } finally {
        const end = standing.end();
        // Heard of at the end of the run.
        end.catch(() => undefined);
        ends.push(end);
      }
    }
  } finally {
    const left = await next?.catch(() => undefined);
    await Promise.all([...ends, left?.end()]);
  }
}

/** Builds and starts a mutant. @throws EdgemarkError harness.internal when it cannot be built, of kind target when it does not start */
async function stand(mutant: Mutant, { scratch, builder }: Scope): Promise<Standing> {
  const patch = join(scratch, `${mutant.id}.json`);
  // Inside the project, so that the mutant finds its packages.
  const out = fileURLToPath(new URL(`../../dist-mutants/${mutant.id}`, import.meta.url));
  const clear = (): Promise<void> => rm(out, { recursive: true, force: true });
  try {
    await writeFile(patch, JSON.stringify({ file: mutant.file, find: mutant.find, replace: mutant.replace }));
    await run(process.execPath, [builder], { env: { ...process.env, EDGEMARK_MUTANT: patch, EDGEMARK_OUT: out } }).catch((cause: unknown) => {
      throw new EdgemarkError("harness.internal", `the mutant ${mutant.id} could not be built: ${messageOf(cause)}`, { cause });
    });
    const target = await openTarget(join(out, "reference-impl", "main.js"), { timeScale, args: ["--mutant", mutant.id] });
    return { mutant, target, end: () => target.stop().then(clear) };
  } catch (error) {
    await clear();
    throw error;
  }
}

async function judgeMutant({ mutant, target }: Standing, scope: Scope, startMs: number): Promise<MutantOutcome> {
  const checks = await runChecks(target, mutant.caughtBy, mutant.isSlow === true ? "full" : "quick", scope);
  return {
    id: mutant.id,
    caught: mutant.caughtBy.every((id) => checks.some((check) => check.id === id && check.verdict === (mutant.verdict ?? "fail"))),
    checks: checks.map((check) => ({ id: check.id, verdict: check.verdict, reason: check.reason ?? "" })),
    durationMs: performance.now() - startMs,
  };
}

/** The same on the reference as it is. */
async function runSound(ids: readonly string[], profile: Profile, scope: Scope): Promise<readonly CheckResult[]> {
  const target = await openTarget("reference", { timeScale });
  try {
    return await runChecks(target, ids, profile, scope);
  } finally {
    await target.stop();
  }
}

async function runChecks(opened: OpenedTarget, ids: readonly string[], profile: Profile, scope: Scope): Promise<readonly CheckResult[]> {
  const document = await runSuites({
    suites: scope.parts.suites,
    session: { verbs: opened.verbs, description: opened.description, address: opened.address },
    profile,
    seed: scope.seed,
    only: ids,
    known: [],
    claims: scope.claims,
    runDirectory: await mkdtemp(join(scope.scratch, "run-")),
    signal: scope.signal,
    onProgress: () => undefined,
    totalBudgetMs: budgetMs[profile],
    replayOptions: "",
    replay: "edgemark mutants",
  });
  // `only` also takes prefixes of ids; a mutant names whole ones.
  return document.checks.filter((check) => ids.includes(check.id));
}
