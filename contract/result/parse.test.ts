// Reading result documents: what is one is accepted, what is none is refused in words; the schema and the type agree.
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { EdgemarkError } from "../errors.js";
import { parseResult, resultJsonSchema } from "./parse.js";

const whole = {
  schema: "edgemark.result/1",
  run: { id: "r", startedAtMs: 1, durationMs: 2, seed: 3, profile: "quick", suites: ["kv"], replay: "edgemark certify" },
  target: { name: "t", version: "1", vendor: "v", address: "a", capabilities: ["kv"], unknownCapabilities: [], timeScale: 1, pops: [], anycastAddress: "", limits: {}, notes: [], compatibilityDate: "" },
  environment: { cpu: "c", cores: 2, memoryMb: 1, kernel: "k", node: "n", platform: "p", loadAverage: 0, edgemarkVersion: "0", gitCommit: "", gitDirty: false },
  checks: [{ id: "kv.get", product: "kv", level: "storage", promise: "p", claims: [], verdict: "pass", durationMs: 1, evidence: [{ kind: "exchange", text: "x" }], replay: "r" }],
  measurements: { m: { id: "m", value: 1, unit: "ms", n: 1, conditions: { a: "b", c: 1, d: true }, series: [[0, 1]] } },
  histories: [],
  faults: [],
  claims: [],
  counts: { pass: 1, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 },
  claimCounts: { pass: 0, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 },
  verdict: "pass",
  level: null,
  staleKnown: [],
};

function refusal(text: string): string {
  try {
    parseResult(text, "given.json");
  } catch (error) {
    assert.ok(error instanceof EdgemarkError && error.code === "usage.input");
    return error.message;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

describe("parseResult", () => {
  it("accepts a whole document, and keys of a later Edgemark", () => {
    assert.deepEqual(parseResult(JSON.stringify(whole), "x"), whole);
    assert.equal(parseResult(`\ufeff${JSON.stringify({ ...whole, later: 1 })}`, "x").verdict, "pass");
  });

  it("says of a cut file that it is cut", () => {
    assert.match(refusal(JSON.stringify(whole).slice(0, 400)), /given\.json: it ends in the middle/);
    assert.match(refusal(""), /it is empty/);
    assert.match(refusal("<html>"), /it is no JSON/);
  });

  it("says of a foreign file what it is not", () => {
    for (const text of ["{}", "[]", "null", "3", '"x"']) assert.match(refusal(text), /has no schema; give the result\.json/);
    assert.match(refusal('{"schema":7}'), /says its schema is 7/);
    assert.match(refusal('{"schema":"edgemark.result/2"}'), /is edgemark\.result\/2; use the Edgemark that wrote it/);
  });

  it("lists what differs, with the nearest name, and not without end", () => {
    const message = refusal(JSON.stringify({ ...whole, verdict: "pas", counts: { ...whole.counts, fail: -1 }, target: { ...whole.target, name: 4 } }));
    assert.match(message, /verdict.*did you mean pass/);
    assert.match(message, /counts\.fail/);
    assert.match(message, /target\.name to be string; it is 4/);
    const foreign = refusal(JSON.stringify({ ...whole, checks: Array.from({ length: 500 }, () => ({})) }));
    assert.ok(foreign.length < 2_000);
  });

  it("refuses each missing key", () => {
    for (const key of Object.keys(whole).filter((name) => name !== "schema")) {
      assert.match(refusal(JSON.stringify({ ...whole, [key]: undefined })), new RegExp(`expected the key ${key}; it is missing`));
    }
  });

  it("is a valid schema of its draft", () => {
    const ajv = new Ajv();
    assert.equal(ajv.validateSchema(resultJsonSchema()), true, JSON.stringify(ajv.errors));
  });
});
