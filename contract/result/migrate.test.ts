// Documents of every version that there ever was can be read: a golden one of each, and steps that are known to work.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resultSchema } from "./document.js";
import { currentVersion, migrated, migrations, versionOf, type Migration } from "./migrate.js";
import { parseResult } from "./parse.js";

// Goldens belong to the sources; tests run from the project's root.
const folder = join(process.cwd(), "contract", "result", "golden");

describe("versions of the result document", () => {
  it("have a golden document each, and a step from each to the next", () => {
    const wanted = Array.from({ length: currentVersion }, (_, index) => `${index + 1}.json`);
    assert.deepEqual(readdirSync(folder).sort((a, b) => parseInt(a, 10) - parseInt(b, 10)), wanted);
    assert.equal(migrations.length, currentVersion - 1);
  });

  for (const name of readdirSync(folder)) {
    it(`${name} is read as a document of today`, () => {
      const text = readFileSync(join(folder, name), "utf8");
      assert.equal(versionOf((JSON.parse(text) as { schema: string }).schema), parseInt(name, 10));
      const document = parseResult(text, name);
      assert.equal(document.schema, resultSchema);
      assert.ok(document.checks.length > 0);
    });
  }

  it("are migrated step by step, each once, in order", () => {
    const steps: readonly Migration[] = [(old) => ({ ...old, trail: ["1 to 2"] }), (old) => ({ ...old, trail: [...(old["trail"] as string[]), "2 to 3"] })];
    assert.deepEqual(migrated({ schema: "edgemark.result/1", kept: 7 }, steps, 3), { schema: "edgemark.result/3", kept: 7, trail: ["1 to 2", "2 to 3"] });
    assert.deepEqual(migrated({ schema: "edgemark.result/2", trail: [] }, steps, 3), { schema: "edgemark.result/3", trail: ["2 to 3"] });
    const today = { schema: "edgemark.result/3" };
    assert.equal(migrated(today, steps, 3), today);
    assert.throws(() => migrated({ schema: "edgemark.result/1" }, [], 2), /a migration from version 1 expected/);
  });

  it("are numbers from 1 on, and those to come are refused in words", () => {
    assert.deepEqual([versionOf("edgemark.result/1"), versionOf("edgemark.result/12"), versionOf("edgemark.result/0"), versionOf("edgemark.result/1.5"), versionOf("edgemark.result/"), versionOf(1)], [1, 12, undefined, undefined, undefined, undefined]);
    for (const schema of ["edgemark.result/99", "edgemark.result/0", "edgemark.result/99999999999"]) assert.throws(() => parseResult(JSON.stringify({ schema }), "x.json"), { code: "usage.input" });
    assert.throws(() => parseResult('{"schema":"edgemark.result/2"}', "x.json"), /of version edgemark\.result\/1 or earlier; x\.json is edgemark\.result\/2; use the Edgemark that wrote it, or a later one/);
  });
});
