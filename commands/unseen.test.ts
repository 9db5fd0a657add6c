// Which checks have never been seen to fail: no mutant of the reference and no sabotage of a fixture names them. The list may
// become shorter and not longer, so that a check which nobody has seen red does not come in unnoticed.
import assert from "node:assert/strict";
import { mutants } from "../reference-impl/mutants/index.js";
import { loadSabotages } from "../suites/do/sabotage/files.js";
import { plantedInRecords } from "../suites/do/migration/recorded.fixture.js";
import { doMigrationSuite } from "../suites/do/migration/suite.js";
import { matrixChecksOf } from "../suites/do/serialization/matrix.js";
import { plantedInLedgers } from "../suites/do/serialization/simulated-ledger.fixture.js";
import { doSerializationSuite } from "../suites/do/serialization/suite.js";
import { doSuite } from "../suites/do/suite.js";

/** Check ids of the Durable Objects suite, each with why it is still here. */
const unseen: readonly string[] = [
  // Takes more than two minutes of rest in real time, whatever the time scale.
  "do.rest.eviction",
];

describe("checks of the Durable Objects suite", () => {
  it("have been seen to fail, by a mutant or a sabotage, but for those that are listed", async () => {
    const seen = new Set([...mutants, ...(await loadSabotages())].flatMap(({ caughtBy }): readonly string[] => caughtBy));
    const ids = new Set(doSuite.checks.map(({ id }) => id));
    // A check for other PoPs or for storage of the older kind runs what its twin runs.
    const twinOf = (id: string): string => id.replace(/\.(remote|legacy)$/, "");
    const isTwin = (id: string): boolean => twinOf(id) !== id && ids.has(twinOf(id));

    assert.deepEqual([...ids].filter((id) => !isTwin(id) && !seen.has(id)).sort(), [...unseen].sort());
  });
});

describe("checks of serialization and migration", () => {
  it("have been seen to fail: on a simulated edge, on objects without a runtime, on recorded outages, or by a mutant", () => {
    const seen = new Set<string>([
      // The test beside them performs each of them.
      ...matrixChecksOf().map(({ id }) => id),
      ...plantedInLedgers.map(({ id }) => id),
      ...plantedInRecords.flatMap(({ caughtBy }) => caughtBy),
      ...mutants.filter(({ verdict }) => verdict === undefined).flatMap(({ caughtBy }) => caughtBy),
    ]);

    assert.deepEqual([...doSerializationSuite.checks, ...doMigrationSuite.checks].map(({ id }) => id).filter((id) => !seen.has(id)), []);
  });
});
