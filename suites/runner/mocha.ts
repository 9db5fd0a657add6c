// The one door to mocha: turns suites (data) into a Mocha instance and runs it. Mocha keeps order, suites and events; the
// verdict of a check is its conductor's, and mocha only learns whether it passed, failed or was left out.
import Mocha from "mocha";
import type { CheckResult } from "../../contract/result/document.js";
import type { Check, Suite } from "../check.js";

/** What happens in a run, for progress. */
export type RunEvent =
  | { readonly kind: "run-started"; readonly total: number }
  | { readonly kind: "suite-started"; readonly suiteId: string; readonly title: string; readonly total: number }
  | { readonly kind: "check-started"; readonly suiteId: string; readonly checkId: string }
  | { readonly kind: "check-ended"; readonly suiteId: string; readonly result: CheckResult }
  | { readonly kind: "suite-ended"; readonly suiteId: string };

export interface MochaRun {
  readonly suites: readonly Suite[];
  /** Called before the first check of a suite. */
  readonly onSuite: (suite: Suite) => void;
  /** Never throws: a result whatever happens. */
  readonly conduct: (suite: Suite, check: Check) => Promise<CheckResult>;
  /** Called for an error that escaped from a check into the process. */
  readonly onStrayError: (error: unknown) => void;
  readonly onEvent: (event: RunEvent) => void;
}

/** Told to mocha for a check that did not pass, so that its own events and counts are true. */
class NotPassed extends Error {
  constructor(result: CheckResult) {
    super(`${result.verdict}: ${result.reason ?? ""}`);
    this.name = "NotPassed";
  }
}

/**
 * @returns when all checks have run: a function that stops listening for errors that escape into the process. It is
 * the caller's to call, because a check that was left behind may still throw.
 */
export function runWithMocha(run: MochaRun): Promise<() => void> {
  // Mocha's own timeout is off: the conductor's also aborts what the check has under way.
  const mocha = new Mocha({ timeout: 0, ui: "bdd", reporter: reporterOf(run), checkLeaks: false, fullTrace: true });
  for (const suite of run.suites) {
    const group = Mocha.Suite.create(mocha.suite, suite.id);
    for (const check of suite.checks) {
      const test = new Mocha.Test(check.id, async function (this: Mocha.Context) {
        run.onEvent({ kind: "check-started", suiteId: suite.id, checkId: check.id });
        const result = await run.conduct(suite, check);
        run.onEvent({ kind: "check-ended", suiteId: suite.id, result });
        if (result.verdict === "not-applicable" || result.verdict === "inconclusive") this.skip();
        if (result.verdict !== "pass") throw new NotPassed(result);
      });
      group.addTest(test);
    }
  }
  return new Promise((resolve) => {
    mocha.run(() => resolve(() => mocha.dispose()));
  });
}

function reporterOf(run: MochaRun): Mocha.ReporterConstructor {
  const byId = new Map(run.suites.map((suite) => [suite.id, suite]));
  return class EventReporter extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, options);
      // An error that escapes from a check goes to its conductor; mocha's own handler would start the next test while
      // this one is still being cleaned up after.
      Object.assign(runner, { uncaught: run.onStrayError, unhandled: run.onStrayError });
      runner.on("suite", (group) => {
        const suite = byId.get(group.title);
        if (suite === undefined) return;
        run.onSuite(suite);
        run.onEvent({ kind: "suite-started", suiteId: suite.id, title: suite.title, total: suite.checks.length });
      });
      runner.on("suite end", (group) => {
        if (byId.has(group.title)) run.onEvent({ kind: "suite-ended", suiteId: group.title });
      });
    }
  };
}
