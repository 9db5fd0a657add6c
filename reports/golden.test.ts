// Golden reports: what each writer makes of the good and the bad run, kept beside the samples and looked at in review.
// UPDATE_GOLDEN=1 writes them anew.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writers } from "./index.js";
import { terminalSummary } from "./terminal.js";
import { badRun, goodRun } from "./testdata/samples.js";

// Tests run from the project's root; goldens belong to the sources and not to what is compiled.
const folder = join(process.cwd(), "reports", "testdata", "golden");

const samples = { good: goodRun(), bad: badRun() };
const goldens = Object.entries(samples).flatMap(([name, document]) => [
  // Style and script have a test of their own, and what can be declared is the contract's list: here they would only hide what changed.
  [`${name}.html`, writers.html.write(document).replace(/<(style|script)>.*?<\/\1>/gs, "<$1>...</$1>").replace(/sha256-[\w+/=]+/g, "sha256-...").replace(/(<path class="land" d=")[^"]*/, "$1...").replace(/<summary>\d+ capabilities not declared.*?<\/dl>/s, "<summary>...")] as const,
  [`${name}.junit.xml`, writers.junit.write(document)] as const,
  [`${name}.summary.md`, writers.md.write(document)] as const,
  [`${name}.badge.svg`, writers.badge.write(document)] as const,
  [`${name}.badge.json`, writers.shields.write(document)] as const,
  [`${name}.results.csv`, writers.csv.write(document)] as const,
  [`${name}.terminal.txt`, `${terminalSummary(document, { files: ["runs/a/report.html"] })}\n`] as const,
  [`${name}.result.json`, writers.json.write(document)] as const,
]);

describe("golden reports", () => {
  for (const [name, written] of goldens) {
    it(name, () => {
      const path = join(folder, name);
      if (process.env["UPDATE_GOLDEN"] === "1") {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, written);
      }
      assert.ok(existsSync(path), `${path} is missing: run the tests once with UPDATE_GOLDEN=1 and look at what it wrote`);
      const golden = readFileSync(path, "utf8");
      // Lines of a page are long: where it begins to differ is enough, and whoever looks has the files.
      let at = 0;
      while (at < golden.length && written[at] === golden[at]) at++;
      const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
      assert.ok(written === golden, `${name} changed: ${around(golden)} became ${around(written)}; look at it, then run the tests with UPDATE_GOLDEN=1`);
    });
  }
});
