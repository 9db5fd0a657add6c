// What every run of the command owes its caller, whatever the target does: its tests hold each run against it.
import assert from "node:assert/strict";
import type { RunSummary } from "../run-outcome.js";
import type { Certified } from "./certify.js";

/**
 * Far above what any of these runs holds (under 100 MB), far below the gigabytes that a body without an end fills in the 20 s
 * that a door waits for it. Between the two is what the collector has not yet taken: seven doors side by side read 10 MB each.
 */
const mostGrownBytes = 600_000_000;
/** For ending a target and writing reports, on a machine that does other things too. */
const marginMs = 30_000;

export const summaryOf = ({ out }: Certified): RunSummary => JSON.parse(out) as RunSummary;
export const errorCodeOf = (run: Certified): string => summaryOf(run).error?.code ?? "none";

/** What every run owes its caller, whatever the target did. */
export function assertSound(run: Certified, { checksMs, hasDocument }: { checksMs: number; hasDocument: boolean }): void {
  assert.deepEqual(run.out.trimEnd().split("\n").length, 1, `one line on stdout: ${run.out}`);
  assert.deepEqual(Object.keys(summaryOf(run)).slice(0, 6), ["verdict", "level", "counts", "claims", "durationMs", "document"]);
  assert.ok(run.durationMs < checksMs + marginMs, `over after ${run.durationMs} ms`);
  assert.ok(run.grownBytes < mostGrownBytes, `grew by ${run.grownBytes} bytes`);
  assert.deepEqual(run.left, [], "processes that were left");
  assert.deepEqual(Object.keys(run.files).sort(), hasDocument ? ["junit.xml", "report.html", "result.json", "summary.md"] : []);
  for (const [name, text] of [["stderr", run.err] as const, ...Object.entries(run.files)]) {
    if (name === "result.json") continue;
    const seen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u.exec(text);
    assert.equal(seen, null, `${name} holds ${JSON.stringify(seen?.[0])} at ${JSON.stringify(text.slice(Math.max(0, (seen?.index ?? 0) - 40), seen?.index))}`);
    if (name !== "stderr") assert.doesNotMatch(text, /<script>alert|<img src=x/, name);
  }
}
