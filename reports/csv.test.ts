// The table for spreadsheets: everything that was decided and measured, and nothing that a spreadsheet would run.
import assert from "node:assert/strict";
import { cell, csvReport } from "./csv.js";
import { badRun, hostileRun } from "./testdata/samples.js";

/** As a spreadsheet reads it. */
function parsed(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (bare ?? "") : quoted.replaceAll('""', '"'));
    if (end !== ",") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("results.csv", () => {
  it("has a row for each check, claim, measurement and percentile, all of one width", () => {
    const document = badRun();
    const [heads = [], ...rows] = parsed(csvReport(document));
    assert.ok(rows.every((row) => row.length === heads.length));
    const count = (record: string): number => rows.filter(([first]) => first === record).length;
    const percentiles = Object.values(document.measurements).reduce((sum, one) => sum + Object.keys(one.percentiles ?? {}).length, 0);
    assert.deepEqual([count("check"), count("claim") + count("context"), count("measurement"), count("percentile")], [document.checks.length, document.claims.length, Object.keys(document.measurements).length, percentiles]);
  });

  it("marks what a spreadsheet would run, and leaves numbers numbers", () => {
    assert.deepEqual(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "|calc", "%0A", "a=1", ""].map(cell), ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "' =1", "' =1", "'|calc", "'%0A", "a=1", ""]);
    assert.deepEqual([cell(-1.5), cell(Number.NaN), cell('say "a, b"')], ["-1.5", "", '"say ""a, b"""']);
  });

  it("stays a table whatever a target writes", () => {
    const [heads = [], ...rows] = parsed(csvReport(hostileRun("=cmd|' /C calc'!A0,\"\r\n=1\u202e\u0000")));
    assert.ok(rows.length > 200);
    for (const row of rows) {
      assert.equal(row.length, heads.length);
      assert.ok(row.every((one) => !/^[=+@\t\r]/.test(one) && !/[\u0000-\u001f\u202e]/.test(one)), JSON.stringify(row));
    }
  });
});
