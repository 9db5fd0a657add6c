// The engines' folder in memory: private to its process, gone with it, and swept when its process was killed.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { openMemoryFolder } from "./memory-folder.js";

describe("memory folder", () => {
  let root = "";

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "edgemark-memory-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("is for its user only, and is removed when it is closed", async function () {
    const folder = await openMemoryFolder(root);
    if (folder === undefined) return this.skip();

    const { mode } = await stat(folder.path);
    await folder.close();

    assert.equal(mode & 0o077, 0);
    assert.deepEqual(await readdir(root), []);
  });

  it("sweeps what killed processes left, and nothing else", async function () {
    const mine = await openMemoryFolder(root);
    if (mine === undefined) return this.skip();
    const here = /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0] ?? "";
    const kept = ["edgemark-engines-1-99999999-1-of another space", "somebody else's", basename(mine.path)];
    for (const name of [`edgemark-engines-${here}-${process.pid}-1-an earlier process of this id`, `edgemark-engines-${here}-99999999-1-gone`, ...kept.slice(0, 2)]) await mkdir(join(root, name));

    const next = await openMemoryFolder(root);

    assert.deepEqual((await readdir(root)).sort(), [...kept, basename(next?.path ?? "")].sort());
  });

  it("is not made where there is no such file system", async () => {
    assert.equal(await openMemoryFolder(join(root, "nowhere")), undefined);
  });
});
