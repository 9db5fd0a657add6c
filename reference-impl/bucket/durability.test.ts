// The judge of crashes is shown crashes that lost, doubled, tore and revived writes: it must see each.
import assert from "node:assert/strict";
import { brokenPromises, type DurableWrite, type Outcome } from "./durability.js";

function register(base: string | undefined, content: string, outcome: Outcome): DurableWrite {
  return { kind: "register", key: "r", base, content, outcome };
}

function entry(kind: "put" | "delete", outcome: Outcome): DurableWrite {
  return { kind, key: "e", content: "a", outcome };
}

function judge(history: DurableWrite[], held: Record<string, string>): string {
  return brokenPromises(history, new Map(Object.entries(held))).join("; ");
}

describe("bucket: judge of crashes", () => {
  it("accepts a chain of acknowledged writes whose last one is held", () => {
    assert.equal(judge([register(undefined, "a", "ok"), register("a", "b", "ok")], { r: "b" }), "");
  });

  it("accepts an unanswered write, held or not", () => {
    const history = [register(undefined, "a", "ok"), register("a", "b", "unknown"), register("b", "c", "unknown")];
    for (const held of ["a", "b", "c"]) assert.equal(judge(history, { r: held }), "");
  });

  it("sees a lost register write", () => {
    assert.match(judge([register(undefined, "a", "ok"), register("a", "b", "ok")], { r: "a" }), /b was acknowledged after it/);
    assert.match(judge([register(undefined, "a", "ok")], {}), /a was acknowledged after it/);
  });

  it("sees two winners", () => {
    assert.match(judge([register(undefined, "a", "ok"), register(undefined, "b", "ok")], { r: "b" }), /both a and b won/);
  });

  it("sees a refused write that happened", () => {
    assert.match(judge([register(undefined, "a", "ok"), register("a", "b", "refused")], { r: "b" }), /refused or never written/);
    assert.match(judge([entry("put", "refused")], { e: "a" }), /refused or never written/);
  });

  it("sees torn bytes", () => {
    assert.match(judge([entry("put", "unknown")], { e: "torn" }), /nobody wrote/);
  });

  it("sees a lost entry", () => {
    assert.match(judge([entry("put", "ok")], {}), /is lost/);
    assert.match(judge([entry("put", "ok"), entry("delete", "refused")], {}), /is lost/);
    assert.equal(judge([entry("put", "ok"), entry("delete", "unknown")], {}), "");
  });

  it("sees a deletion undone", () => {
    assert.match(judge([entry("put", "ok"), entry("delete", "ok")], { e: "a" }), /is back/);
  });

  it("sees a key that nobody wrote", () => {
    assert.match(judge([], { x: "a" }), /never written/);
  });
});
