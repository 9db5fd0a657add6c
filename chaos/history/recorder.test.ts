// The recorder: what is on record after an answer, a failure, and a silence.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import { createRecorder } from "./recorder.js";

function tickingRecorder() {
  let nowNs = 0n;
  return createRecorder({ nowNs: () => (nowNs += 10n) });
}

describe("history recorder", () => {
  it("records call, answer and PoP on one clock", () => {
    const recorder = tickingRecorder();
    const client = recorder.client("a");
    client.invoke({ action: "write", key: "k", input: "1" }).ok();
    client.invoke({ action: "read", key: "k", popId: "b" }).ok(null);
    assert.deepEqual(recorder.operations(), [
      { process: 0, outcome: "ok", action: "write", key: "k", input: "1", popId: "a", callNs: 10n, returnNs: 20n },
      { process: 0, outcome: "ok", action: "read", key: "k", output: null, popId: "b", callNs: 30n, returnNs: 40n },
    ]);
  });

  it("leaves a lost answer open and retires its process", () => {
    const recorder = tickingRecorder();
    const client = recorder.client();
    recorder.client();
    client.invoke({ action: "write", key: "k", input: "1" }).info();
    client.invoke({ action: "write", key: "k", input: "2" }).fail();
    const [lost, failed] = recorder.operations();
    assert.deepEqual([lost?.outcome, lost?.returnNs, lost?.process], ["info", null, 0]);
    assert.deepEqual([failed?.outcome, failed?.returnNs, failed?.process], ["fail", 30n, 2]);
  });

  it("lists what is still open as lost, in the order of the calls", () => {
    const recorder = tickingRecorder();
    const waiting = recorder.client().invoke({ action: "read", key: "k" });
    recorder.client().invoke({ action: "read", key: "k" }).ok("1");
    assert.deepEqual(recorder.operations().map(({ outcome }) => outcome), ["info", "ok"]);
    waiting.ok("2");
    assert.deepEqual(recorder.operations().map(({ outcome }) => outcome), ["ok", "ok"]);
  });

  it("refuses two operations at once in a process, and two answers to one", () => {
    const client = tickingRecorder().client();
    const operation = client.invoke({ action: "read", key: "k" });
    const isMisuse = (thrown: unknown): boolean => thrown instanceof EdgemarkError && thrown.code === "harness.internal";
    assert.throws(() => client.invoke({ action: "read", key: "k" }), isMisuse);
    operation.ok(null);
    assert.throws(() => operation.info(), isMisuse);
  });
});
