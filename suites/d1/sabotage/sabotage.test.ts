// The suite's checks themselves under test, on one process with a primary and a replica: each passes as it is, and fails once the
// defect that is named for it is planted. A check that cannot fail proves nothing. `EDGEMARK_D1_SABOTAGES=1 npx mocha --no-config
// --exit dist/suites/d1/sabotage/sabotage.test.js` runs them; without it only their names are held against the suite.
import assert from "node:assert/strict";
import type { CheckResult } from "../../../contract/result/document.js";
import type { Check } from "../../check.js";
import { d1Suite } from "../suite.js";
import { openSabotageBench, type SabotageBench } from "./bench.fixture.js";
import type { Sabotage } from "./sabotage.js";
import { sabotageFiles } from "./files.js";

const sabotages = (await Promise.all(sabotageFiles.map(loadSabotages))).flat();
const byId = new Map(d1Suite.checks.map((check) => [check.id, check]));
const named = new Set(sabotages.flatMap(({ caughtBy }) => caughtBy));

/**
 * Checks of the suite that no sabotage names; it may only become shorter. A binding has no hand in Time Travel: mutants of the
 * reference break that.
 */
const notSabotaged: readonly string[] = [
  "restore", "undo", "moment", "bookmark", "apart", "refused.text", "refused.another", "refused.gone", "limit", "writers", "large", "replica",
].map((name) => `d1.time-travel.${name}`);

describe("sabotages of the D1 suite", () => {
  it("have a name of their own and name checks of the suite", () => {
    const names = sabotages.map(({ name }) => name);

    assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
    assert.deepEqual([...named].filter((id) => !byId.has(id)), []);
  });

  it("name every check, save those that are listed", () => {
    assert.deepEqual([...byId.keys()].filter((id) => !named.has(id)), notSabotaged);
  });
});

/** Some 320 runs of checks with deadlines of their own: on a machine that is much too busy they run out of time, so they are asked for. */
const isAskedFor = process.env["EDGEMARK_D1_SABOTAGES"] !== undefined;

if (isAskedFor) describe("checks of the D1 suite on one process", function () {
  this.timeout(300_000);
  let bench: SabotageBench;
  const jobs = [
    ...checksOf(named).map((check) => jobOf("none", check)),
    ...sabotages.flatMap(({ name, caughtBy }) => checksOf(caughtBy).map((check) => jobOf(name, check))),
  ];
  const seenOf = (name: string): Promise<readonly CheckResult[]> => Promise.all(jobs.filter((job) => job.sabotage === name).map(({ result }) => result));
  before(async () => {
    bench = openSabotageBench();
    await bench.ready();
    for (const { result } of jobs) result.catch(() => undefined);
    // What restarts the process has it for itself; then those that let replicas lag go one after the other, beside the rest.
    const [restarting, others] = split(jobs, ({ check }) => check.needs?.some((need) => need === "evict" || need === "workers.multiple") === true);
    const [lagging, plain] = split(others, ({ check }) => check.needs?.includes("d1.replica-lag") === true);
    const inTurn = async (list: readonly Job[]): Promise<void> => {
      for (const job of list) await job.run(bench);
    };
    void inTurn(restarting).then(() => Promise.all([inTurn(lagging), inTurn(plain)]));
  });
  after(() => bench.close());

  it("pass as they are", async () => {
    const failed = (await seenOf("none")).filter(({ verdict }) => verdict !== "pass");

    assert.deepEqual(failed.map(({ id, verdict, reason }) => `${id}: ${verdict}: ${reason}`), []);
  });

  for (const { name, what, caughtBy } of sabotages) {
    it(`notice: ${what} (${name})`, async () => {
      const seen = await seenOf(name);

      assert.deepEqual(seen.filter(({ verdict }) => verdict !== "fail").map(({ id, verdict, reason }) => `${id}: ${verdict} ${reason ?? ""}`), []);
      assert.equal(seen.length, caughtBy.length);
    });
  }
});

interface Job {
  readonly sabotage: string;
  readonly check: Check;
  readonly result: Promise<CheckResult>;
  run(bench: SabotageBench): Promise<void>;
}

function jobOf(sabotage: string, check: Check): Job {
  let settle: (given: CheckResult | Promise<CheckResult>) => void = () => undefined;
  const result = new Promise<CheckResult>((resolve) => (settle = resolve));
  return {
    sabotage,
    check,
    result,
    async run(bench) {
      const seen = bench.result(sabotage, check);
      settle(seen);
      await seen.catch(() => undefined);
    },
  };
}

function split(jobs: readonly Job[], isFirst: (job: Job) => boolean): readonly [readonly Job[], readonly Job[]] {
  return [jobs.filter(isFirst), jobs.filter((job) => !isFirst(job))];
}

function checksOf(ids: Iterable<string>): readonly Check[] {
  return [...ids].flatMap((id) => byId.get(id) ?? []);
}

async function loadSabotages(file: string): Promise<readonly Sabotage[]> {
  const module = (await import(new URL(file, import.meta.url).href)) as { readonly sabotages: readonly Sabotage[] };
  return module.sabotages;
}
