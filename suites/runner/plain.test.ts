// Strings of unknown origin: nothing that a terminal obeys is left, and nothing is endless.
import assert from "node:assert/strict";
import { plainLine, plainText, plainValue } from "./plain.js";

describe("a plain line", () => {
  it("spells out what a terminal would obey", () => {
    assert.equal(plainLine("a\u001b[2J\u0007\u202eb\u2066\r\n\t\u009b\ufeff"), "a\\u{1b}[2J\\u{7}\\u{202e}b\\u{2066}\\r\\n\\t\\u{9b}\\u{feff}");
    assert.equal(plainLine("half \ud800"), "half \\u{d800}");
    assert.equal(plainText("one\ntwo\u001b"), "one\ntwo\\u{1b}");
  });

  it("leaves words of any language as they are", () => {
    const words = "Grüße, 日本語, ελληνικά, 👋🏽 <b>&amp;</b>";

    assert.equal(plainLine(words), words);
  });

  it("is cut, with its length told", () => {
    assert.equal(plainLine("x".repeat(10), 4), "xxxx… (10 characters)");
    assert.ok(plainValue({ deep: "y".repeat(1_000_000), list: Array.from({ length: 100_000 }, () => 1) }).length < 2_100);
  });
});
