// Every check of ownership under test, on objects without a runtime: each passes sound ones and fails the defect that is named
// for it. The engine of the reference ends by itself when its lease is over, so that no mutant can make a resumed owner write.
import assert from "node:assert/strict";
import { ownerChecks } from "./owners.js";
import { plantedInLedgers, simulatedLedgers, type LedgerDefect } from "./simulated-ledger.fixture.js";

async function judgedBy(id: string, defect?: LedgerDefect): Promise<string> {
  const check = ownerChecks.find((one) => one.id === id);
  assert.ok(check);
  try {
    await check.run(simulatedLedgers(defect).context);
    return "pass";
  } catch (error) {
    assert.ok(error instanceof assert.AssertionError, String(error));
    return error.message;
  }
}

describe("checks of ownership", () => {
  for (const { id } of ownerChecks) {
    it(`pass sound objects: ${id}`, async () => {
      assert.equal(await judgedBy(id), "pass");
    });
  }

  for (const { id, defect, says } of plantedInLedgers) {
    it(`fail objects with a defect: ${id} by ${defect}`, async () => {
      assert.match(await judgedBy(id, defect), says);
    });
  }
});
