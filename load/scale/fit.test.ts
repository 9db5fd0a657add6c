// Lines through points, and what is not extended by them.
import assert from "node:assert/strict";
import { extended, lineThrough } from "./fit.js";

describe("lineThrough", () => {
  it("finds a line that is one", () => {
    const line = lineThrough([[1, 12], [3, 16], [6, 22], [12, 34]]);
    assert.ok(line !== undefined && Math.abs(line.base - 10) < 1e-9 && Math.abs(line.each - 2) < 1e-9 && line.explained > 0.999);
    assert.equal(extended(line, 330, "MB"), "10.0 + 2.00 x n MB: 670.0 MB for 330");
  });

  it("does not extend what is none, or cannot be told", () => {
    assert.match(extended(lineThrough([[1, 5], [3, 1], [6, 9], [12, 2]]), 330, "MB"), /not extended/);
    assert.equal(lineThrough([[3, 1], [3, 2], [3, 3]]), undefined);
    assert.equal(lineThrough([[1, 1], [3, 2]]), undefined);
    assert.equal(lineThrough([]), undefined);
    assert.match(extended(undefined, 330, "MB"), /too few/);
  });

  it("takes what does not grow for a line", () => {
    assert.equal(lineThrough([[1, 4], [2, 4], [9, 4]])?.explained, 1);
  });
});
