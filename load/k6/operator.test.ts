// Manifests for the k6-operator, against the part of its schema that they use; and the segments of a run.
import assert from "node:assert/strict";
import { manifestsOf, problemsOf } from "./operator.js";
import { segmentOf } from "./run.js";

const settings = { name: "edgemark-k6", namespace: "default", parallelism: 4, endpoints: [{ popId: "fra", url: "http://site.example", host: "site.example" }], image: "grafana/k6:2.2.0", archive: new Uint8Array(100) };

describe("k6-operator manifests", () => {
  it("hold by the schema, and carry the archive", () => {
    const { testRun, configMap } = manifestsOf(settings);
    assert.deepEqual(problemsOf(testRun), []);
    assert.deepEqual((testRun["spec"] as Record<string, unknown>)["script"], { configMap: { name: "edgemark-k6", file: "archive.tar" } });
    assert.equal(Buffer.from((configMap["binaryData"] as Record<string, string>)["archive.tar"] ?? "", "base64").length, 100);
  });

  it("are refused by the schema when a field is misspelt, of a wrong type or missing", () => {
    const { testRun } = manifestsOf(settings);
    const spec = testRun["spec"] as Record<string, unknown>;
    for (const wrong of [{ ...spec, paralelism: 4 }, { ...spec, quiet: false }, { ...spec, parallelism: "4" }, { ...spec, script: {} }, { ...spec, runner: { env: [{ value: "x" }] } }, { ...spec, cleanup: "always" }]) {
      assert.notDeepEqual(problemsOf({ ...testRun, spec: wrong }), []);
    }
    assert.notDeepEqual(problemsOf({ ...testRun, kind: "K6" }), []);
    assert.throws(() => manifestsOf({ ...settings, name: "Not A Name" }), /operator takes/);
  });

  it("are not made of an archive that no ConfigMap holds", () => {
    assert.throws(() => manifestsOf({ ...settings, archive: new Uint8Array(2_000_000) }), /fits a ConfigMap/);
  });
});

describe("segmentOf", () => {
  it("covers the whole, without overlap", () => {
    assert.deepEqual([0, 1, 2].map((index) => segmentOf(index, 3).segment), ["0:1/3", "1/3:2/3", "2/3:1"]);
    assert.equal(segmentOf(1, 3).sequence, "0,1/3,2/3,1");
    assert.deepEqual(segmentOf(0, 1), { segment: "0:1", sequence: "0,1" });
  });
});
