// When the fixtures of a run are over.
import assert from "node:assert/strict";
import type { Check, Fixture, Suite } from "../check.js";
import { check as made } from "./run.fixture.js";
import { usesOf } from "./uses.js";

const named = (name: string): Fixture => ({ name, program: new URL("file:///main.js"), bindings: [] });
const check = (id: string, more: Partial<Check>): Check => made(id, async () => undefined, more);
const suite = (id: string, checks: readonly Check[]): Suite => ({ id, title: id, checks });

describe("a shared fixture", () => {
  it("is over with the last check that names it, in whichever suite, and that is told once", () => {
    const [one, two, other] = [check("one", { fixture: named("a") }), check("two", { fixture: named("a") }), check("other", { fixture: named("b") })];
    const [first, second] = [suite("first", [one, other]), suite("second", [two])];
    const uses = usesOf([first, second]);

    assert.deepEqual(uses.done(first, one), []);
    assert.deepEqual(uses.done(first, other), ["b"]);
    assert.deepEqual(uses.done(second, two), ["a"]);
  });

  it("stays while checks of the suite wait", () => {
    const calm = check("calm", { fixture: named("a") });
    const [waits, waitsToo] = [check("waits", { fixture: named("b"), isWaiting: true }), check("too", { isWaiting: true })];
    const only = suite("only", [calm, waits, waitsToo]);
    const uses = usesOf([only]);

    assert.deepEqual([calm, waits, waitsToo].map((one) => uses.done(only, one)), [[], [], ["a", "b"]]);
  });
});
