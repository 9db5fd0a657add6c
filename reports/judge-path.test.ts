// Proves that paths select what they say and that a path from a stranger's file cannot run code.
import assert from "node:assert/strict";
import { measurementIdOf, pathProblem, selectPath } from "./judge-path.js";

const document = {
  measurements: {
    "kv.staleness.window": { value: 2_400, unit: "ms", percentiles: { p99: 3_000 } },
    "a/b~c": { value: 1, unit: "count" },
  },
  checks: [
    { id: "kv.one", product: "kv", verdict: "pass", durationMs: 10 },
    { id: "kv.two", product: "kv", verdict: "fail", durationMs: 900, known: { kind: "failing" } },
    { id: "do.one", product: "do", verdict: "pass", durationMs: 5 },
  ],
};
const values = (path: string): unknown[] => selectPath(document, path).map(({ value }) => value);

describe("paths of claims", () => {
  it("select by name, index, wildcard, descent and slice", () => {
    assert.deepEqual(values("$.measurements['kv.staleness.window'].value"), [2_400]);
    assert.deepEqual(values('$.measurements["kv.staleness.window"].percentiles.p99'), [3_000]);
    assert.deepEqual(values("$.checks[0].id"), ["kv.one"]);
    assert.deepEqual(values("$.checks[*].durationMs"), [10, 900, 5]);
    assert.deepEqual(values("$..p99"), [3_000]);
    assert.deepEqual(values("$.checks[0:2].id"), ["kv.one", "kv.two"]);
    assert.deepEqual(values("$.measurements['nothing.here'].value"), []);
  });

  it("select by filter, and skip items that lack the member", () => {
    assert.deepEqual(values("$.checks[?(@.product == 'kv')].verdict"), ["pass", "fail"]);
    assert.deepEqual(values("$.checks[?(@.product === \"kv\" && (@.durationMs > 100 || @.verdict != 'pass'))].id"), ["kv.two"]);
    assert.deepEqual(values("$.checks[?(@.known.kind == 'failing')].id"), ["kv.two"]);
    assert.deepEqual(values("$.checks[?(!(@.product == 'kv'))].id"), ["do.one"]);
  });

  it("say where each value stands", () => {
    assert.deepEqual(selectPath(document, "$.measurements['kv.staleness.window'].value")[0]?.location, ["measurements", "kv.staleness.window", "value"]);
    assert.deepEqual(selectPath(document, "$.measurements[*].value").at(-1)?.location, ["measurements", "a/b~c", "value"]);
  });

  it("refuse everything that could run, climb or reach a prototype", () => {
    const witness = globalThis as { claimPathRan?: boolean };
    const refused = [
      "$.checks[?(globalThis.claimPathRan = true)]",
      "$.checks[?(@.id.constructor.constructor('globalThis.claimPathRan = true')())]",
      "$.checks[?(@.id.toString())]",
      "$.checks[(@.length-1)]",
      "$.checks[?(process.exit(1))]",
      "$.checks[?(@.id = 'x')]",
      "$.checks[?(`x`)]",
      "$.checks[?(@.id == 'a'; 1)]",
      "$.checks[?(@root.claims)]",
      "$.checks[0]^",
      "$.checks~",
      "$.__proto__",
      "$.checks['constructor']",
      "$..[?(@.x",
      "$.checks@string()",
      "",
      "checks",
      "$.",
      "$checks",
      "$.checks[",
      "$.checks[?(== ==)]",
      "$.checks[?()]",
      "$['(globalThis.claimPathRan = true)']",
      "$['?(@.id)']",
      "$..*..*",
      "$.checks[?(@.id 'x')]",
      "$.checks[?((@.id)]",
      "$.checks[?(@.id ==)]",
      `$.${"a".repeat(600)}`,
    ];
    for (const path of refused) {
      assert.notEqual(pathProblem(path), undefined, path);
      assert.throws(() => selectPath(document, path), RangeError, path);
    }
    assert.equal(witness.claimPathRan, undefined);
  });

  it("accept a filter over items that are not there", () => {
    assert.equal(pathProblem("$.checks[?(@.known.kind == 'flaky')].id"), undefined);
    assert.equal(pathProblem("$"), undefined);
  });

  it("name the measurement even when it was not taken", () => {
    assert.equal(measurementIdOf("$.measurements['d1.throughput'].value"), "d1.throughput");
    assert.equal(measurementIdOf('$.measurements["d1.throughput"].value'), "d1.throughput");
    assert.equal(measurementIdOf("$.checks[0]"), undefined);
  });
});
