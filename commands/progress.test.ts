// Progress: plain lines in CI, one redrawn line on a terminal, failures told up to a number.
import assert from "node:assert/strict";
import type { CheckResult } from "../contract/result/document.js";
import type { CommandIo } from "./io.js";
import { openProgress } from "./progress.js";

function result(id: string, verdict: CheckResult["verdict"]): CheckResult {
  return { id, product: "kv", level: "storage", promise: "", claims: [], verdict, durationMs: 1, reason: "because", evidence: [], replay: `edgemark run --only ${id}` };
}

function told(isLive: boolean, failures: number): string {
  let text = "";
  let nowMs = 0;
  const io: CommandIo = { out: () => assert.fail("progress is no data"), err: (more) => void (text += more), isLive, hasColour: false, columns: 60, onSignal: () => () => undefined, exit: () => undefined };
  const progress = openProgress(io, 120_000, () => (nowMs += 1_500));
  progress.say("starting");
  progress.onEvent({ kind: "run-started", total: failures + 1 });
  progress.onEvent({ kind: "suite-started", suiteId: "kv", title: "KV", total: failures + 1 });
  for (let index = 0; index < failures; index++) progress.onEvent({ kind: "check-ended", suiteId: "kv", result: result(`kv.bad${index}`, "fail") });
  progress.onEvent({ kind: "check-started", suiteId: "kv", checkId: "kv.good" });
  progress.onEvent({ kind: "check-ended", suiteId: "kv", result: result("kv.good", "pass") });
  progress.onEvent({ kind: "suite-ended", suiteId: "kv" });
  progress.say("writing reports");
  progress.close();
  return text;
}

describe("progress", () => {
  it("is a line per suite and per failure in CI, without any control character", () => {
    assert.equal(told(false, 1), "starting\nfail kv.bad0: because\n     edgemark run --only kv.bad0\nkv: 2 of 2 checks done, 1 failed, 1.5 s\nwriting reports\n");
  });

  it("stops telling failures that nobody would read", () => {
    const lines = told(false, 50).split("\n");

    assert.equal(lines.filter((line) => line.startsWith("fail ")).length, 20);
    assert.equal(lines.filter((line) => line.startsWith("more failures follow")).length, 1);
  });

  it("is one line that is redrawn on a terminal, with the time left", () => {
    const text = told(true, 1);

    assert.match(text, /\r\u001b\[2Kwriting reports · 2\/2 · 1 failed/);
    assert.match(text, /about \d+ s left/);
    assert.ok(text.endsWith("\r\u001b[2K"));
    for (const drawn of text.split("\r\u001b[2K")) assert.ok(drawn.length < 60 || drawn.includes("\n"), drawn);
  });
});
