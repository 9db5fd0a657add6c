// A mutant whose text is gone from the source proves nothing, so each must still fit.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { mutants } from "./index.js";

describe("mutants", () => {
  it("have an id of their own, which is their file's name, and are all registered", async () => {
    const files = (await readdir(new URL(".", import.meta.url))).filter((name) => name.endsWith(".js") && !["mutant.js", "idle-fault.js", "index.js", "mutants.test.js"].includes(name));

    assert.deepEqual(mutants.map((mutant) => `${mutant.id}.js`).sort(), files.sort());
  });

  it("replace a text that occurs exactly once in the source", async function () {
    // Compiled files may lie anywhere; the sources are where the tests are run.
    if (!existsSync("reference-impl/mutants/mutant.ts")) assert.fail("expected to run in the project's folder; it has no reference-impl/mutants; run npm test there");

    for (const { id, file, find, replace } of mutants) {
      const source = await readFile(file, "utf8");
      assert.equal(source.split(find).length - 1, 1, `${id}: ${JSON.stringify(find)} in ${file}`);
      assert.notEqual(find, replace, id);
    }
  });
});
