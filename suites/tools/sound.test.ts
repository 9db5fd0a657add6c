import assert from "node:assert/strict";
import { soundOf } from "./sound.js";

const sound = {};
const late = { voidBecause: "driver lagged", isUpperBound: true };
const unsent = { voidBecause: "driver saturated" };

describe("soundOf", () => {
  const of = (...marks: readonly { readonly voidBecause?: string; readonly isUpperBound?: boolean }[]) => soundOf(marks, (one) => one);

  it("counts what is sound, when that is most of them", () => {
    assert.deepEqual(of(sound, late, sound), { counted: [sound, sound], voidCount: 1, marks: {} });
  });

  it("is void when half of them are, for the first one's reason", () => {
    assert.deepEqual(of(sound, unsent), { counted: [sound], voidCount: 1, marks: unsent });
    assert.deepEqual(of(unsent), { counted: [unsent], voidCount: 1, marks: unsent });
    assert.deepEqual(of(), { counted: [], voidCount: 0, marks: { voidBecause: "none was measured" } });
  });

  it("is too large, if anything, when all that are void are, and then counts them all", () => {
    assert.deepEqual(of(sound, late, late), { counted: [sound, late, late], voidCount: 2, marks: late });
    assert.deepEqual(of(sound, late, unsent), { counted: [sound], voidCount: 2, marks: { voidBecause: "driver lagged" } });
  });
});
