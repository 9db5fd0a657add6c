// What a ledger's rows must show is judged by a pure function, so it is shown every way in which rows can be wrong.
import assert from "node:assert/strict";
import { faultsOf, type LedgerState, type Owner, type Row } from "./ledger.js";

function owner(epoch: number, first: number, last: number, instance = `instance-of-${epoch}`): Owner {
  return { epoch, instance, first, last, rows: last - first + 1 };
}

function row(seq: number, epoch: number, instance = `instance-of-${epoch}`): Row {
  return { seq, epoch, instance, version: "1" };
}

const sound: LedgerState = { rows: 9, owners: [owner(1, 1, 4), owner(2, 5, 7), owner(3, 8, 9)] };

describe("faultsOf", () => {
  it("accepts instances that wrote one after the other", () => {
    assert.deepEqual(faultsOf(sound, [row(1, 1), row(4, 1), row(5, 2), row(9, 3)]), []);
  });

  it("accepts an object that nobody has written to", () => {
    assert.deepEqual(faultsOf({ rows: 0, owners: [] }, []), []);
  });

  const wrong: readonly (readonly [what: string, state: LedgerState, acknowledged: readonly Row[], says: RegExp])[] = [
    ["a row that was acknowledged and is gone", { rows: 4, owners: [owner(1, 1, 4)] }, [row(5, 1)], /row 5 was acknowledged .* lost/],
    ["a row that another instance wrote than it was told", sound, [row(6, 1)], /storage has one of instance/],
    ["two instances that were both told of one row", sound, [row(5, 2), row(5, 1)], /acknowledged twice/],
    ["two instances that wrote in turn", { rows: 6, owners: [{ ...owner(1, 1, 5), rows: 3 }, { ...owner(2, 2, 6), rows: 3 }] }, [], /without a gap were expected/],
    ["an earlier epoch that wrote after a later one", { rows: 4, owners: [owner(2, 1, 2), owner(1, 3, 4)] }, [], /epoch 1 .* wrote after epoch 2/],
    ["two instances of one epoch", { rows: 4, owners: [owner(1, 1, 2), owner(1, 3, 4, "another")] }, [], /wrote after epoch 1/],
    ["rows that are missing in the middle", { rows: 5, owners: [owner(1, 1, 2), owner(2, 4, 6)] }, [], /rows from 3 on/],
  ];
  for (const [what, state, acknowledged, says] of wrong) {
    it(`finds ${what}`, () => assert.match(faultsOf(state, acknowledged).join("; "), says));
  }
});
