// A load run as a result document: its measurements, and two checks that say whether they may be believed. It is judged and
// told like any other run, and never gives a level.
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Claim } from "../../contract/claims/types.js";
import { loadClaims } from "../../contract/claims/registry.js";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { resultSchema, type CheckResult, type Measurement, type ResultDocument, type Verdict } from "../../contract/result/document.js";
import type { TargetDescription } from "../../contract/target/types.js";
import { judge } from "../../reports/judge.js";
import { pathProblem } from "../../reports/judge-path.js";
import { writeReports } from "../../reports/index.js";
import { countsOf } from "../../suites/runner/run.js";
import { fingerprint } from "../../suites/runner/environment.js";

/** What a load run found out, before it is judged. */
export interface LoadRun {
  readonly verb: "open" | "cold-start" | "k6" | "scale";
  readonly target: TargetDescription;
  /** As it was typed. */
  readonly address: string;
  readonly seed: number;
  readonly startedAtMs: number;
  readonly replay: string;
  readonly measurements: readonly Measurement[];
  readonly checks: readonly LoadCheck[];
  readonly interrupted?: string;
}

/** A condition under which the numbers mean something. */
export interface LoadCheck {
  readonly id: string;
  readonly promise: string;
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** @returns the document, judged by the registry's claims */
export async function documentOf(run: LoadRun, directory: string, claims: readonly Claim[] = loadClaims([], pathProblem)): Promise<ResultDocument> {
  const durationMs = Date.now() - run.startedAtMs;
  const checks = run.checks.map(({ id, promise, verdict, reason }): CheckResult => ({ id, product: "load", level: "isolate", promise, claims: [], verdict, durationMs, ...(reason === undefined ? {} : { reason }), evidence: [], replay: run.replay }));
  const document: ResultDocument = {
    schema: resultSchema,
    run: { id: basename(directory), startedAtMs: run.startedAtMs, durationMs, seed: run.seed, profile: "quick", suites: [`load ${run.verb}`], replay: run.replay, partial: `load ${run.verb}`, ...(run.interrupted === undefined ? {} : { interrupted: run.interrupted }) },
    target: { ...run.target, address: run.address },
    environment: await fingerprint(),
    checks,
    measurements: Object.fromEntries(run.measurements.map((measurement) => [measurement.id, measurement])),
    histories: [],
    faults: [],
    claims: [],
    counts: countsOf(checks),
    claimCounts: countsOf([]),
    verdict: "inconclusive",
    level: null,
    staleKnown: [],
  };
  // Only the claims that these measurements bear on: nothing is said about what was not looked at.
  const touched = claims.filter(({ path, holds }) => holds !== undefined && run.measurements.some(({ id }) => path?.includes(`'${id}'`) === true));
  return { ...document, ...judge(document, touched) };
}

/** Writes result.json and the usual reports. @returns their paths @throws EdgemarkError when they cannot be written */
export async function writeRun(document: ResultDocument, directory: string): Promise<readonly string[]> {
  const path = join(directory, "result.json");
  try {
    writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  } catch (cause) {
    throw new EdgemarkError("harness.environment", `${path} could not be written (${messageOf(cause)}); see that the disk has room`, { cause });
  }
  return [path, ...(await writeReports(document, directory))];
}
