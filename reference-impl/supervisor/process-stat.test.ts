// The kernel's word on processes, on real ones.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { isStarved, processStat, type ProcessStat } from "./process-stat.js";

describe("supervisor/process-stat", () => {
  it("tells a process that computes from one that waits and one that is stopped", async function () {
    this.timeout(20_000);
    if ((await processStat(process.pid)) === undefined) return this.skip();
    const busy = spawn(process.execPath, ["-e", "process.stdout.write('x'); for (;;);"], { stdio: ["ignore", "pipe", "ignore"] });
    const idle = spawn(process.execPath, ["-e", "process.stdout.write('x'); setInterval(() => {}, 1e6)"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await Promise.all([once(busy.stdout, "data"), once(idle.stdout, "data")]);
      const of = (child: typeof busy): Promise<ProcessStat | undefined> => processStat(child.pid ?? 0);
      const before = (await of(busy))?.cpuMs ?? 0;
      let now = await of(busy);
      const deadlineMs = Date.now() + 10_000;
      while ((now?.cpuMs ?? 0) < before + 50 && Date.now() < deadlineMs) now = await of(busy);
      assert.ok((now?.cpuMs ?? 0) >= before + 50, JSON.stringify(now));
      assert.equal(now?.state, "R");
      while ((await of(idle))?.state === "R" && Date.now() < deadlineMs);
      assert.match((await of(idle))?.state ?? "", /[SD]/);

      busy.kill("SIGSTOP");
      while ((await of(busy))?.state === "R" && Date.now() < deadlineMs);
      assert.equal((await of(busy))?.state, "T");
    } finally {
      busy.kill("SIGKILL");
      idle.kill("SIGKILL");
    }
    assert.equal(await processStat(2 ** 30), undefined);
  });

  it("takes only one that wants to run and hardly may for starved", () => {
    const at = (state: string, cpuMs: number): ProcessStat => ({ state, cpuMs });

    assert.equal(isStarved(at("R", 100), at("R", 130), 300), true);
    assert.equal(isStarved(at("S", 100), at("R", 130), 300), true);
    assert.equal(isStarved(at("R", 100), at("R", 390), 300), false, "stuck in a loop");
    assert.equal(isStarved(at("R", 100), at("T", 100), 300), false, "stopped");
    assert.equal(isStarved(at("R", 100), at("S", 100), 300), false, "waits for something");
    assert.equal(isStarved(undefined, undefined, 300), false, "not known");
  });
});
