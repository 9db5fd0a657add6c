// The folder of a run: its name, and what happens where none can be made.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRunDirectory } from "./run-directory.js";

describe("a run's folder", () => {
  it("is never shared, even within one second", async () => {
    const out = await mkdtemp(join(tmpdir(), "edgemark-out-"));

    const made = [1, 2, 3].map(() => makeRunDirectory(out, "grpc://127.0.0.1:50051", 7, 0));

    assert.deepEqual(made.map((directory) => directory.slice(out.length + 1)), [
      "19700101T000000Z-127-0-0-1-50051-7",
      "19700101T000000Z-127-0-0-1-50051-7-2",
      "19700101T000000Z-127-0-0-1-50051-7-3",
    ]);
    await rm(out, { recursive: true });
  });

  it("is refused where nothing can be made", () => {
    for (const out of ["/proc/edgemark/runs", "/dev/null/runs"]) assert.throws(() => makeRunDirectory(out, "stub", 7, 0), { code: "usage.output" }, out);
  });
});
