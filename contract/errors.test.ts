// What every error of ours has in common, whatever it quotes.
import assert from "node:assert/strict";
import { EdgemarkError } from "./errors.js";

describe("contract/errors", () => {
  it("draw nothing on a terminal, whomever they quote", () => {
    const { message } = new EdgemarkError("target.start", "it said:\n\t\u001b[2J\u009b31m\u202egnp.exe\u0000 zwölf 日本 😀");

    assert.equal(message, "it said:\n\t\\u{1b}[2J\\u{9b}31m\\u{202e}gnp.exe\\u{0} zwölf 日本 😀");
  });
});
