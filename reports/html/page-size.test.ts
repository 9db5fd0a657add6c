// The page of a full run stays a file that can be sent: at most 2 MB. Held against runs larger than any target's of today, and
// against one that is too large, so that the measure is seen to fail.
import assert from "node:assert/strict";
import type { ResultDocument } from "../../contract/result/document.js";
import { largeRun } from "../large-run.js";
import { badRun } from "../testdata/samples.js";
import { htmlReport } from "./page.js";

const largestPageBytes = 2_000_000;
/** A full run today: about 1,400 checks, 110 claims, 40 measurements with a chart, 30 histories. */
const full = { checks: 1_500, histograms: 60 } as const;
const claims = 150;
/** Of 25 histories each with a violation of 60 operations: a target that holds next to nothing. */
const violated = 25;

function sizeBytesOf(document: ResultDocument): number {
  return Buffer.byteLength(htmlReport(document));
}

/** A large run with claims that are judged by what it measured. */
function withClaims(document: ResultDocument): ResultDocument {
  const sample = badRun().claims.find(({ measured }) => measured !== undefined) ?? assert.fail("no claim with a figure");
  const ids = Object.keys(document.measurements);
  const all = Array.from({ length: claims }, (_, index) => ({ ...sample, id: `ANY-${index}`, path: `$.measurements['${ids[index % ids.length] ?? ""}'].value`, checks: document.checks.slice(index * 5, index * 5 + 5).map(({ id }) => id) }));
  return { ...document, claims: all, claimCounts: { ...document.claimCounts, fail: all.length } };
}

describe("the page's size", function () {
  this.timeout(60_000);
  it("is at most 2 MB for a full run in which histories hold", () => {
    const sizeBytes = sizeBytesOf(withClaims(largeRun({ ...full, histories: 0 })));
    assert.ok(sizeBytes <= largestPageBytes, `${sizeBytes} bytes`);
  });

  it("is at most 2 MB for a full run in which every history has a violation", () => {
    const sizeBytes = sizeBytesOf(largeRun({ ...full, histories: violated }));
    assert.ok(sizeBytes <= largestPageBytes, `${sizeBytes} bytes`);
  });

  it("is more for a run that no suite makes: the measure can fail", () => {
    assert.ok(sizeBytesOf(largeRun({ ...full, histories: 2 * violated })) > largestPageBytes);
  });

  it("grows by little for a check that passed: a list item with its link", () => {
    const [few, many] = [100, 300].map((checks) => sizeBytesOf(largeRun({ checks, histograms: 1, histories: 0 })));
    const each = ((many ?? 0) - (few ?? 0)) / 200;
    assert.ok(each < 300, `${each} bytes a check`);
  });
});
