// PNG charts: whole pictures at twice the resolution, the same bytes for the same document, real letters on a machine without
// fonts, and nothing that a hostile document could do to the drawing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { badRun, hostileRun, hostileText, run } from "../../testdata/samples.js";
import { chartsOf } from "../catalogue.js";
import type { Chart } from "../definition.js";
import { shortened } from "../../text.js";
import { brief } from "./look.js";
import { openRenderer, pngCharts } from "./render.js";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const sizeOf = (bytes: Buffer): readonly number[] => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];

function oneOfEachKind(charts: readonly Chart[]): readonly Chart[] {
  return [...new Map(charts.map((chart) => [chart.kind, chart])).values()];
}

describe("PNG charts", function () {
  this.timeout(60_000);

  it("draw every kind at twice the resolution, a hostile document's with strings of 10 MB too", () => {
    const draw = openRenderer();
    const huge = `${hostileText}${"<&|`x".repeat(2_000_000)}`;
    const charts = [badRun(), hostileRun(), hostileRun(huge, badRun())].flatMap((document) => oneOfEachKind(chartsOf(shortened(document))));
    assert.ok(charts.length >= 21);
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
    const words = ["aaaa", "bbbb", "1111", "2222", "µµµµ", "üüüü", "αααα", "ββββ", "жжжж", "дддд"];
    const program = `
      import { openRenderer } from ${JSON.stringify(new URL("./render.js", import.meta.url).href)};
      const draw = openRenderer();
      const drawn = (title) => draw({ name: "x", title, unit: "ms", kind: "strips", data: { rows: [{ label: "x", samples: [1], median: 1, n: 1, isVoid: false }], scale: { kind: "linear", low: 0, high: 1, ticks: [], at: () => 0.5 }, unit: "ms", leftOut: 0 }, table: { title, heads: [], rows: [], leftOut: 0 } }, "").toString("base64");
      console.log(JSON.stringify(${JSON.stringify(words)}.map(drawn)));
    `;
    // Both ways of having no fonts: none that fontconfig finds, and none that the canvas may look for.
    const nowhere = mkdtempSync(join(tmpdir(), "edgemark-no-fonts-"));
    const drawn = (env: Readonly<Record<string, string>>): readonly string[] => JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } })) as string[];
    try {
      const without = drawn({ DISABLE_SYSTEM_FONTS_LOAD: "1", FONTCONFIG_PATH: nowhere, FONTCONFIG_FILE: join(nowhere, "fonts.conf"), XDG_DATA_HOME: nowhere, HOME: nowhere });
      assert.equal(new Set(without).size, words.length, "each is another picture");
      assert.deepEqual(drawn({}), without, "and the same as where there are fonts");
    } finally {
      rmSync(nowhere, { recursive: true });
    }
  });

  it("hold no string that is longer than its place, or that nobody sees", () => {
    for (const text of [hostileText, "\u{1f600}".repeat(90), "plain", "x".repeat(1_000_000), "\u202e".repeat(40)]) {
      for (const limit of [12, 24, 48]) {
        const shown = brief(text, limit);
        assert.ok(Array.from(shown).length <= limit, shown);
        assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u);
      }
    }
    assert.equal(brief("plain", 5), "plain");
    assert.equal(brief("plainly", 5), "plai…");
  });
});
