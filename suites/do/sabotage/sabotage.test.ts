// The suite's checks themselves under test, on stock workerd: each passes as it is, and fails once the defect that is
// named for it is planted. A check that cannot fail proves nothing.
import assert from "node:assert/strict";
import { doSuite } from "../suite.js";
import type { Check } from "../../check.js";
import { loadSabotages } from "./files.js";
import { openPerformances, type Performance, type Performances, sound as noSabotage } from "./performance.fixture.js";

const sabotages = await loadSabotages();
const byId = new Map(doSuite.checks.map((check) => [check.id, check]));
/** A check that a defect has brought to wait for ever has failed by then. */
const patienceMs = 6_000;
/** Sound, they wait for minutes: that they pass is left to runs on the reference. */
const takeMinutes = new Set(["do.alarm.retry.limit"]);
const checksOf = (ids: readonly string[]): readonly Check[] => ids.flatMap((id) => byId.get(id) ?? []);

describe("sabotages of the Durable Objects suite", () => {
  it("have a name of their own and name checks of the suite", () => {
    const names = sabotages.map(({ name }) => name);

    assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
    assert.deepEqual(sabotages.flatMap(({ caughtBy }) => caughtBy).filter((id) => !byId.has(id)), []);
  });
});

describe("checks of the Durable Objects suite on stock workerd", function () {
  this.timeout(240_000);
  let outcomes: Performances["outcomes"] = new Map();
  let closed: Performances["closed"] = Promise.resolve();
  before(() => {
    const sound = [...new Set(sabotages.map(({ timeScale }) => timeScale ?? 1))].map((timeScale): Performance => {
      const ids = new Set(sabotages.filter((one) => (one.timeScale ?? 1) === timeScale).flatMap(({ caughtBy }) => caughtBy));
      return { name: `none at ${timeScale}`, sabotage: noSabotage, timeScale, checks: checksOf([...ids].filter((id) => !takeMinutes.has(id))) };
    });
    const broken = sabotages.map(({ name, caughtBy, isSplit = false, timeScale = 1, patienceMs: own }): Performance => {
      const checks = checksOf(caughtBy).map((check) => (own === undefined && check.isWaiting === true ? check : { ...check, timeoutMs: own ?? patienceMs }));
      return { name, sabotage: name, timeScale, isSplit, checks };
    });
    ({ outcomes, closed } = openPerformances(doSuite, [...sound, ...broken]));
  });
  after(() => closed);

  it("pass as they are", async () => {
    const results = await Promise.all([...outcomes].filter(([name]) => name.startsWith("none at ")).map(([, outcome]) => outcome));

    assert.deepEqual(results.flat().filter(({ verdict }) => verdict !== "pass").map(({ id, verdict, reason }) => `${id}: ${verdict}: ${reason}`), []);
  });

  for (const { name, what, caughtBy } of sabotages) {
    it(`notice: ${what} (${name})`, async () => {
      const seen = (await outcomes.get(name)) ?? [];

      assert.deepEqual(seen.filter(({ verdict }) => verdict !== "fail").map(({ id, verdict, reason }) => `${id}: ${verdict} ${reason ?? ""}`), []);
      assert.equal(seen.length, caughtBy.length);
    });
  }
});
