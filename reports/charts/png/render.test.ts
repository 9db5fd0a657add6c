// PNG charts: whole pictures at twice the resolution, the same bytes for the same document, real letters on a machine without
// fonts, and nothing that a hostile document could do to the drawing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hostileRun, badRun, run } from "../../testdata/samples.js";
import { chartsOf } from "../catalogue.js";
import type { Chart } from "../definition.js";
import { openRenderer, pngCharts } from "./render.js";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const sizeOf = (bytes: Buffer): readonly number[] => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];

function oneOfEachKind(charts: readonly Chart[]): readonly Chart[] {
  return [...new Map(charts.map((chart) => [chart.kind, chart])).values()];
}

describe("PNG charts", function () {
  this.timeout(60_000);

  it("draw every kind at twice the resolution, a hostile document's too", () => {
    const draw = openRenderer();
    const charts = [...oneOfEachKind(chartsOf(badRun())), ...oneOfEachKind(chartsOf(hostileRun()))];
    assert.ok(charts.length >= 14);
    for (const chart of charts) {
      const bytes = draw(chart, "under");
      assert.ok(bytes.subarray(0, 8).equals(signature), chart.name);
      assert.equal(sizeOf(bytes)[0], 1_600, chart.name);
      assert.ok((sizeOf(bytes)[1] ?? 0) >= 260 && bytes.length > 4_000, chart.name);
    }
  });

  it("have a file for each chart of the document, and none where nothing was measured", () => {
    const one = Object.fromEntries(Object.entries(badRun().measurements).slice(1, 2));
    const document = run({ ...badRun(), checks: [], measurements: one, target: { ...badRun().target, pops: [] } });
    assert.deepEqual(pngCharts(document).map(({ file }) => file), ["kv.read.hit.histogram.png", "kv.read.hit.percentiles.png"]);
    assert.deepEqual(pngCharts({ ...document, measurements: {} }), []);
  });

  it("have letters of their own: on a machine without fonts no two letters look alike", () => {
    const program = `
      import { openRenderer } from ${JSON.stringify(new URL("./render.js", import.meta.url).href)};
      const draw = openRenderer();
      const data = { rows: [{ label: "x", samples: [1], median: 1, n: 1, isVoid: false }], scale: { kind: "linear", low: 0, high: 1, ticks: [], at: () => 0.5 }, unit: "ms", leftOut: 0 };
      const drawn = (title) => draw({ name: "x", title, unit: "ms", kind: "strips", data, table: { title, heads: [], rows: [], leftOut: 0 } }, "").toString("base64");
      console.log(JSON.stringify([["aaaa", "bbbb"], ["1111", "2222"], ["µµµµ", "üüüü"], ["αααα", "ββββ"], ["жжжж", "дддд"]].map(([a, b]) => drawn(a) !== drawn(b))));
    `;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", env: { ...process.env, DISABLE_SYSTEM_FONTS_LOAD: "1" } });
    assert.deepEqual(JSON.parse(out), [true, true, true, true, true]);
  });
});
