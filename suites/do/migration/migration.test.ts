// Every check of migration under test, on outages and a rollout as they are recorded: each passes a sound one and fails each
// defect that is planted in it. What they record of a real target is theirs; what they make of it is judged here.
import assert from "node:assert/strict";
import { thresholdOf } from "../../../contract/claims/threshold.js";
import { loadClaims } from "../../../contract/claims/registry.js";
import type { CheckContext } from "../../check.js";
import { outageOf, type Planted, plantedInRecords, rolloutOf } from "./recorded.fixture.js";
import { doMigrationSuiteOf } from "./suite.js";

const claims = new Map(loadClaims().map((claim) => [claim.id, claim]));

/** What a check says: its reason when it fails. */
async function judgedBy(id: string, { outage = outageOf(), rollout = rolloutOf() }: Pick<Planted, "outage" | "rollout">): Promise<string> {
  const { checks } = doMigrationSuiteOf({ outage: () => Promise.resolve(outage), rollOut: () => Promise.resolve(rollout) });
  const used: Partial<CheckContext> = {
    target: { timeScale: 1, pops: [] } as unknown as CheckContext["target"],
    // Outages are shared by checks of one run, known by its verbs.
    verbs: {} as CheckContext["verbs"],
    profile: "full",
    note: () => undefined,
    measure: () => undefined,
    threshold(claimId) {
      const claim = claims.get(claimId);
      assert.ok(claim);
      return thresholdOf(claim, 1);
    },
  };
  try {
    const check = checks.find((one) => one.id === id);
    assert.ok(check);
    await check.run(used as CheckContext);
    return "pass";
  } catch (error) {
    assert.ok(error instanceof assert.AssertionError, String(error));
    return error.message;
  }
}

describe("checks of migration", () => {
  it("pass what is sound", async () => {
    for (const { id } of doMigrationSuiteOf().checks) assert.equal(await judgedBy(id, {}), "pass", id);
  });

  it("hold a time that a late driver only made longer, and cannot tell when it breaks the limit", async () => {
    const late = outageOf(50, 4);
    assert.match(late.result.void ?? "", /driver lagged/);
    assert.equal(await judgedBy("do.migration.time", { outage: late }), "pass");
    await assert.rejects(judgedBy("do.migration.time", { outage: outageOf(1_500, 4) }), /driver lagged/);
  });

  for (const { what, caughtBy, says, ...records } of plantedInRecords) {
    it(`fail ${what}`, async () => {
      for (const id of caughtBy) assert.match(await judgedBy(id, records), says, id);
    });
  }
});
