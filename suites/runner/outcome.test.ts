// What is thrown, and the verdict it stands for.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import { outcomeOf, type Outcome } from "./outcome.js";

function thrownBy(body: () => void): Outcome {
  try {
    body();
  } catch (error) {
    return outcomeOf(error);
  }
  return assert.fail("nothing was thrown");
}

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe("an outcome", () => {
  it("of a comparison has both sides, and a reason in one line", () => {
    const outcome = thrownBy(() => assert.deepEqual({ a: [1, 2] }, { a: [1, 3] }));

    assert.equal(outcome.verdict, "fail");
    assert.equal(outcome.reason, "{ a: [ 1, 3 ] } expected; { a: [ 1, 2 ] } came");
    assert.equal(thrownBy(() => assert.notEqual(1, 1)).reason, "anything but 1 expected; 1 came");
  });

  it("keeps the check's own words", () => {
    const outcome = thrownBy(() => assert.equal(1, 2, "the counter counts each call once\nmore"));

    assert.equal(outcome.reason, "the counter counts each call once");
    assert.equal(outcome.observed, "1");
    assert.equal(thrownBy(() => assert.ok(false, "it is there")).observed, undefined);
  });

  it("of a connection that breaks is the target's crash", () => {
    for (const code of ["ECONNRESET", "ECONNREFUSED", "EPIPE"]) {
      const outcome = outcomeOf(new Error("wrapped", { cause: systemError(code) }));

      assert.equal(outcome.verdict, "fail", code);
      assert.ok(outcome.isCrash);
      assert.match(outcome.reason ?? "", /^crashed: /);
    }
  });

  it("of a machine that runs out is never the target's", () => {
    for (const code of ["EMFILE", "ENOSPC", "EADDRNOTAVAIL"]) assert.equal(outcomeOf(systemError(code)).verdict, "error", code);
    assert.equal(outcomeOf(new EdgemarkError("harness.environment", "disk full", { cause: systemError("ECONNRESET") })).verdict, "error");
  });

  it("of anything else is an error with its place", () => {
    const outcome = outcomeOf(new TypeError("x is not a function"));

    assert.equal(outcome.verdict, "error");
    assert.match(outcome.evidence[0]?.text ?? "", /outcome\.test/);
    assert.equal(outcomeOf("a string").reason, "a string");
    assert.equal(outcomeOf(undefined).verdict, "error");
  });
});
