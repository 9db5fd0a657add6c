// The sizes of values against what the engine's own serializer writes.
import assert from "node:assert/strict";
import { serialize } from "node:v8";
import { storedBytes, utf8Bytes } from "./sizes.js";

const shared = { a: 1 };
const values: readonly (readonly [what: string, value: unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a boolean", true],
  ["small numbers", [0, 1, -1, 63, 64, 127, 128, -64, -65, 1_000_000, -1_000_000]],
  ["other numbers", [0.5, -0, 2 ** 40, NaN, Infinity]],
  ["large integers", [0n, 1n, -1n, 2n ** 64n, 2n ** 200n]],
  ["a text", "hello"],
  ["a text of bytes above 127", "é".repeat(300)],
  ["objects", { a: 1, b: { c: [1, "two", null] }, 7: "seven" }],
  ["one object twice", [shared, shared]],
  ["a date", new Date(0)],
  ["a pattern", /ab+c/],
  ["a map", new Map<unknown, unknown>([["a", 1], [{ b: 2 }, "c"]])],
  ["a set", new Set(["a", "b", 3])],
  ["a buffer", new ArrayBuffer(1000)],
  ["an empty list", []],
];

describe("storedBytes", () => {
  for (const [what, value] of values) {
    it(`counts ${what} as the serializer writes it`, () => assert.equal(storedBytes(value, 1e9), serialize(value).length));
  }

  it("counts a wide text as the serializer does, but for a byte to align it", () => {
    const difference = serialize("日".repeat(300)).length - storedBytes("日".repeat(300), 1e9);

    assert.ok(difference === 0 || difference === 1, `${difference} bytes`);
  });

  it("counts the whole buffer of a view", () => assert.ok(storedBytes(new Uint8Array(1000), 1e9) >= 1000));

  it("leaves getters alone", () => {
    let calls = 0;
    const value = Object.defineProperty({}, "a", { enumerable: true, get: () => calls++ });

    storedBytes(value, 100);

    assert.equal(calls, 0);
  });

  it("ends where it is certain that a value is too large", () => {
    const endless: unknown[] = Array.from({ length: 1000 }, (_, index) => "x".repeat(100) + String(index));

    assert.ok(storedBytes(endless, 500) > 500);
    assert.ok(storedBytes(endless, 500) < 4_000);
  });
});

describe("utf8Bytes", () => {
  for (const text of ["", "abc", "éß", "日本", "😀x😀"]) it(`counts ${JSON.stringify(text)}`, () => assert.equal(utf8Bytes(text, 100), Buffer.byteLength(text)));

  it("says no more than that a long text is too long", () => assert.equal(utf8Bytes("x".repeat(101), 100), Infinity));
});
