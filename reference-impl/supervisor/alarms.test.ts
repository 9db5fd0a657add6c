// A dead process's alarms are begun elsewhere: those that are due soon, the soonest first, each by its name.
import assert from "node:assert/strict";
import { adoptAlarms, dueSoon, type Beginning } from "./alarms.js";
import type { LeftAlarm, RecordStore } from "./lease.js";

const idOf = (digit: string): string => digit.repeat(64);
const alarm = (digit: string, dueMs: number): LeftAlarm => ({ key: `${digit} ${dueMs}`, objectId: idOf(digit), dueMs });

function storeOf(records: ReadonlyMap<string, string>): RecordStore {
  return {
    get: (key) => Promise.resolve(records.has(key) ? new TextEncoder().encode(records.get(key)) : undefined),
    delete: () => Promise.reject(new Error("nothing is deleted")),
    list: (prefix) => Promise.resolve([...records.keys()].filter((key) => key.startsWith(prefix))),
    folders: () => Promise.resolve([]),
  };
}

describe("alarms of a dead process", () => {
  it("that are due within ten seconds are begun, the soonest first, and each object once", () => {
    const due = dueSoon([alarm("a", 9_000), alarm("b", 12_000), alarm("c", -5), alarm("a", 20), alarm("a", 8_000)], 1_000);

    assert.deepEqual(due.map(({ key }) => key), ["c -5", "a 20"]);
    assert.deepEqual(dueSoon([alarm("b", 11_000)], 1_000), []);
  });

  it("are begun by the object's name where it has one", async () => {
    const folder = "edge/v1/alarms/node1";
    const records = new Map([
      [`${folder}/a1/namespace/${idOf("a")}/a1`, "bob"],
      [`${folder}/a2/namespace/${idOf("b")}/a1`, ""],
      [`${folder}/not-an-alarm`, "rubbish"],
      [`edge/v1/alarms/node2/a1/namespace/${idOf("c")}/a1`, "another process's"],
    ]);
    const begun: Beginning[] = [];

    const count = await adoptAlarms(storeOf(records), "edge", "node1", (objects) => Promise.resolve(begun.push(...objects)));

    assert.equal(count, 2);
    assert.deepEqual(begun, [{ objectId: idOf("a"), name: "bob" }, { objectId: idOf("b") }]);
  });

  it("are nobody's business when there are none", async () => {
    const count = await adoptAlarms(storeOf(new Map()), "edge", "node1", () => Promise.reject(new Error("nothing to begin")));

    assert.equal(count, 0);
  });
});
