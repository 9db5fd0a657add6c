// Changes made in one go: which of them, and who hears of what went wrong.
import assert from "node:assert/strict";
import { together } from "./together.js";

/** @returns what was made, in order; "+" joins what was made in one go */
async function made(changes: readonly string[], isBad: (change: string) => boolean = () => false): Promise<{ readonly log: readonly string[]; readonly ends: readonly string[] }> {
  const log: string[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  const all = async (several: readonly string[]): Promise<void> => {
    log.push(several.join("+"));
    await Promise.resolve();
    if (several.some(isBad)) throw new Error(`bad: ${several.join("+")}`);
  };
  const make = together<string>((task) => (queue = queue.then(task, task)), { one: (change) => all([change]), all, nameOf: (change) => change.charAt(0), isApart: (change) => change.startsWith("z") });
  const ends = await Promise.all(changes.map((change) => make(change).then(() => change, (error: unknown) => String(error))));
  return { log, ends };
}

describe("changes at once", () => {
  it("are made in one go, and each is told of its end", async () => {
    assert.deepEqual(await made(["a1", "b1", "c1"]), { log: ["a1+b1+c1"], ends: ["a1", "b1", "c1"] });
  });

  it("of one thing are made one after the other", async () => {
    assert.deepEqual(await made(["a1", "b1", "a2", "a3", "c1"]), { log: ["a1+b1", "a2", "a3+c1"], ends: ["a1", "b1", "a2", "a3", "c1"] });
  });

  it("that gain nothing from company are made alone", async () => {
    assert.deepEqual(await made(["z1", "a1", "b1", "z2", "z3", "c1"]), { log: ["z1", "a1+b1", "z2", "z3", "c1"], ends: ["z1", "a1", "b1", "z2", "z3", "c1"] });
  });

  it("fail for what is wrong with themselves only", async () => {
    assert.deepEqual(await made(["a1", "b!", "c1"], (change) => change === "b!"), { log: ["a1+b!+c1", "a1", "b!", "c1"], ends: ["a1", "Error: bad: b!", "c1"] });
  });

  it("are none when nothing waits, and one alone is made alone", async () => {
    assert.deepEqual(await made(["a1"]), { log: ["a1"], ends: ["a1"] });
  });
});
