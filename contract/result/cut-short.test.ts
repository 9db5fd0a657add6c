import assert from "node:assert/strict";
import { isCutShort } from "./cut-short.js";

describe("a JSON text that was cut short", () => {
  it("is told at every length but the whole", () => {
    const whole = JSON.stringify({ a: ['x"}]\\', { b: -1.5e3 }], c: null }, null, 1);
    for (let length = 0; length < whole.length; length++) assert.equal(isCutShort(whole.slice(0, length)), true, whole.slice(0, length));
    assert.equal(isCutShort(whole), false);
    assert.equal(isCutShort(`${whole}\n`), false);
  });

  it("is not told of a text that is wrong in another way", () => {
    for (const text of ["hello", "{]}", "}", "<html></html>", '{"a":1}}']) assert.equal(isCutShort(text), false, text);
  });
});
