// A short real run of the command against the reference edge: what is measured is in the document, cold and told.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "../../contract/errors.js";
import { parseResult } from "../../contract/result/parse.js";
import type { CommandIo } from "../io.js";
import { loadColdStartCommand } from "./cold-start.js";

describe("load cold-start", () => {
  it("measures the reference edge, on demand", async function () {
    // The edge starts in a second where nothing else runs, and in twenty where everything does.
    this.timeout(240_000);
    const out = await mkdtemp(join(tmpdir(), "edgemark-cold-"));
    const io: CommandIo = { out: () => undefined, err: () => undefined, isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
    try {
      const code = await loadColdStartCommand.run({ onDemand: true, pops: 1, samples: 2, sizes: ["1kb"], residents: ["0"], ahead: 5, out }, [], io);
      // A busy machine makes the figures void, which is inconclusive and no failure.
      assert.ok(code === exitCodes.held || code === exitCodes.inconclusive, String(code));
      const [run = ""] = await readdir(out);
      const { measurements, checks } = parseResult(await readFile(join(out, run, "result.json"), "utf8"), "result.json");
      for (const id of ["workers.cold-start", "workers.cold-start.early"]) {
        assert.equal(measurements[id]?.n, 2, id);
        assert.equal(measurements[id].conditions["notCold"], 0, id);
      }
      assert.deepEqual(checks.map(({ verdict }) => verdict).filter((verdict) => verdict !== "pass" && verdict !== "inconclusive"), []);
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });
});
