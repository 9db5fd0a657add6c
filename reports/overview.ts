// What every writer says about a run: the headline, the conditions in one sentence, what needs attention and in which
// order. Derived from the document alone, so that terminal, page and pull request never tell different stories.
import type { CheckResult, ClaimResult, Level, ResultDocument } from "../contract/result/document.js";
import { levels } from "../contract/result/document.js";
import { duration, figure, levelWords, moment, plural, productName, total, verdictSigns } from "./words.js";

export interface ProductChecks {
  readonly product: string;
  readonly title: string;
  readonly checks: readonly CheckResult[];
}

export interface LevelStanding {
  readonly level: Level;
  /**
   * reached: certified. missed: something of it did not pass. held-back: its checks passed, a claim or a lower level did
   * not. open: only a part ran. absent: nothing of it was tested.
   */
  readonly standing: "reached" | "missed" | "held-back" | "open" | "absent";
  readonly passed: number;
  /** Checks that apply: all but the not applicable. */
  readonly applicable: number;
}

export interface Overview {
  readonly headline: string;
  /** Nothing is worse than known, some checks fail, and no level is reached: to be shown as no success. */
  readonly isOnlyAsKnown: boolean;
  /** Why the headline says so, in one sentence. */
  readonly because: string;
  readonly conditions: string;
  /** Failed and not known to fail. */
  readonly failures: readonly CheckResult[];
  /** Errors of the harness, then inconclusive checks; known-flaky ones are in `known`. */
  readonly undecided: readonly CheckResult[];
  readonly known: readonly CheckResult[];
  /** Binding claims that failed, then the figures that only inform. */
  readonly failedClaims: readonly ClaimResult[];
  readonly products: readonly ProductChecks[];
  readonly levels: readonly LevelStanding[];
}

/** Reads a document as a person would. Pure. */
export function overview(document: ResultDocument): Overview {
  const failures = document.checks.filter((check) => check.verdict === "fail" && check.known === undefined);
  const known = document.checks.filter((check) => check.known !== undefined && check.verdict !== "not-applicable");
  const open = document.checks.filter((check) => check.known === undefined);
  const undecided = [...open.filter((check) => check.verdict === "error"), ...open.filter((check) => check.verdict === "inconclusive")];
  const failed = document.claims.filter((claim) => claim.verdict === "fail" && claim.kind !== "context");
  return {
    headline: headline(document),
    isOnlyAsKnown: isOnlyAsKnown(document),
    because: because(document, failures, undecided),
    conditions: conditions(document),
    failures,
    undecided,
    known,
    failedClaims: [...failed.filter((claim) => claim.binding), ...failed.filter((claim) => !claim.binding)],
    products: byProduct(document.checks),
    levels: standings(document),
  };
}

function headline(document: ResultDocument): string {
  const { interrupted, partial } = document.run;
  if (interrupted !== undefined) return "Interrupted: certifies nothing";
  const level = document.level === null ? "" : levelWords[document.level];
  switch (document.verdict) {
    case "pass":
      if (level !== "") return `Certified: level ${level}`;
      return `${isOnlyAsKnown(document) ? "As known" : "Passed"}, ${partial === undefined ? "certifies no level" : "in part"}`;
    case "fail":
      if (partial !== undefined) return "Failed";
      return level === "" ? "Not certified" : `Not certified beyond level ${level}`;
    case "inconclusive":
      return "Inconclusive: the run cannot tell";
    case "error":
      return "Error: the harness could not finish its work";
    case "not-applicable":
      return "Nothing applied to this target";
  }
}

function isOnlyAsKnown({ run, verdict, level, checks }: ResultDocument): boolean {
  return run.interrupted === undefined && verdict === "pass" && level === null && excusedIn(checks) > 0;
}

function excusedIn(checks: readonly CheckResult[]): number {
  return checks.filter((check) => check.verdict === "fail" && check.known?.kind === "failing").length;
}

/** The sign before the headline, where there is room for one character. */
export function headlineSign(document: ResultDocument): string {
  if (document.run.interrupted !== undefined) return verdictSigns.error;
  return isOnlyAsKnown(document) ? "=" : verdictSigns[document.verdict];
}

function because(document: ResultDocument, failures: readonly CheckResult[], undecided: readonly CheckResult[]): string {
  const binding = document.claims.filter((claim) => claim.verdict === "fail" && claim.binding && claim.kind !== "context");
  const errors = undecided.filter((check) => check.verdict === "error").length;
  const parts: string[] = [];
  const excused = excusedIn(document.checks);
  if (failures.length > 0 || excused > 0) parts.push(failures.length === 0 ? `${plural(excused, "check")} failed as known` : `${plural(failures.length, "check")} failed${excused === 0 ? "" : ` (and ${excused} more as known)`}`);
  if (binding.length > 0) parts.push(`${plural(binding.length, "documented claim")} did not hold`);
  if (document.staleKnown.length > 0) parts.push(`${plural(document.staleKnown.length, "known-failure entry is", "known-failure entries are")} stale`);
  if (errors > 0) parts.push(`${plural(errors, "check")} ended in an error of the harness`);
  if (undecided.length > errors) parts.push(`${plural(undecided.length - errors, "check")} could not tell`);
  const applicable = total(document.counts) - document.counts.notApplicable;
  if (parts.length > 0) return `${sentence(parts)}; ${plural(document.counts.pass, "check")} of ${applicable} passed.`;
  if (applicable === 0) return "No check applied.";
  if (document.counts.pass === applicable) return `${applicable === 1 ? "The one check" : `All ${plural(applicable, "check")}`} that applied passed.`;
  return `${plural(document.counts.pass, "check")} of ${applicable} passed.`;
}

function sentence(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

function conditions(document: ResultDocument): string {
  const { run, target, environment, faults } = document;
  const scale = target.timeScale === 1 ? "platform timers in real time" : `platform timers ${target.timeScale} times faster than documented`;
  return (
    `Profile ${run.profile} (${run.suites.map(productName).join(", ") || "no suite"}) on ${plural(target.pops.length, "PoP")}, ${scale}, ` +
    `${run.partial === undefined ? "" : `${run.partial}, `}${faults.length === 0 ? "no fault injected" : `${plural(faults.length, "fault")} injected`}, seed ${run.seed}; ` +
    `${moment(run.startedAtMs)}, ${duration(run.durationMs)}, on ${plural(environment.cores, "core")} of ${environment.cpu}${isBusy(environment) ? `, which were busy when it began (load average ${figure(environment.loadAverage)})` : ""}.`
  );
}

/** More work than cores before the run itself began: its times, and what ran out of time, say less about the target. */
export function isBusy({ cores, loadAverage }: ResultDocument["environment"]): boolean {
  return loadAverage > cores;
}

function byProduct(checks: readonly CheckResult[]): readonly ProductChecks[] {
  const groups = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const group = groups.get(check.product);
    if (group === undefined) groups.set(check.product, [check]);
    else group.push(check);
  }
  return [...groups].map(([product, group]) => ({ product, title: productName(product), checks: group }));
}

function standings(document: ResultDocument): readonly LevelStanding[] {
  const reachedTo = document.level === null || document.run.interrupted !== undefined ? -1 : levels.indexOf(document.level);
  return levels.map((level, index) => {
    const applicable = document.checks.filter((check) => check.level === level && check.verdict !== "not-applicable");
    const passed = applicable.filter((check) => check.verdict === "pass").length;
    const isPart = document.run.partial !== undefined || document.run.interrupted !== undefined;
    const unreached = applicable.length === 0 ? "absent" : passed < applicable.length ? "missed" : isPart ? "open" : "held-back";
    return { level, standing: index <= reachedTo ? "reached" : unreached, passed, applicable: applicable.length };
  });
}
