// What every error of ours has in common, whatever it quotes.
import assert from "node:assert/strict";
import { didYouMean, EdgemarkError } from "./errors.js";

describe("contract/errors", () => {
  it("draw nothing on a terminal, whomever they quote", () => {
    const { message } = new EdgemarkError("target.start", "it said:\n\t\u001b[2J\u009b31m\u202egnp.exe\u0000 zwölf 日本 😀");

    assert.equal(message, "it said:\n\t\\u{1b}[2J\\u{9b}31m\\u{202e}gnp.exe\\u{0} zwölf 日本 😀");
  });
});

describe("a name that is none", () => {
  it("is followed by the nearest one, also when it was left unfinished", () => {
    const known = ["kv-loses-metadata", "kv-list-out-of-order", "certify"];

    assert.equal(didYouMean("certfy", known, "see the list"), "did you mean certify?");
    assert.equal(didYouMean("kv-loses", known, "see the list"), "did you mean kv-loses-metadata?");
    assert.equal(didYouMean("xyz", known, "see the list"), "see the list");
    assert.equal(didYouMean("", known, "see the list"), "see the list");
  });
});
