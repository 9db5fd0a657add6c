// k6 itself: found or said how to get; and where it is, a run in two segments against a server made here.
import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import { bundleOf } from "./bundle.js";
import { k6Scenarios, planOf } from "./plan.js";
import { findK6, isGoEnough, output, versionOf, type K6Program } from "./program.js";
import { runK6 } from "./run.js";
import { countOf, percentileOf, readSamples, sortedOf, sumOf } from "./samples.js";

const installed: K6Program | undefined = await findK6().catch(() => undefined);

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-k6-test-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("finding k6", () => {
  const fake = async (folder: string, says: string): Promise<NodeJS.ProcessEnv> => {
    const path = join(folder, "k6");
    await writeFile(path, `#!/bin/sh\necho '${says}'\n`);
    await chmod(path, 0o755);
    return { PATH: folder, XDG_CACHE_HOME: folder };
  };
  const refused = async (env: NodeJS.ProcessEnv, words: RegExp): Promise<void> => {
    await assert.rejects(findK6(env), (error) => error instanceof EdgemarkError && error.code === "usage.install" && words.test(error.message) && /--install/.test(error.message) === !/K6_BIN;/.test(error.message));
  };

  it("takes one of the right version from the PATH", () => inFolder(async (folder) => assert.equal((await findK6(await fake(folder, "k6 v2.2.0 (go1.26.8, linux/amd64)"))).version, "2.2.0")));
  it("says so when it is of another version, or none", async () => {
    await inFolder(async (folder) => refused(await fake(folder, "k6 v1.8.1 (go1.25, linux/amd64)"), /is 1\.8\.1/));
    await inFolder(async (folder) => refused(await fake(folder, "hello"), /no version of k6/));
    await inFolder((folder) => refused({ PATH: folder, XDG_CACHE_HOME: folder }, /none is here/));
    await assert.rejects(findK6({ K6_BIN: "/nonexistent/k6" }), /K6_BIN; \/nonexistent/);
  });
  it("reads versions", () => {
    assert.equal(versionOf("k6 v2.10.3 (commit/abc, go1.26)"), "2.10.3");
    assert.deepEqual(["go version go1.24.9 linux/amd64", "go version go1.25.0 x", "go version go2.0 x", "nothing"].map(isGoEnough), [false, true, true, false]);
  });
});

describe("the scripts", () => {
  const plan = planOf({ scenarios: k6Scenarios, claims: [], timeScale: 1, ratePerSecond: 5, durationMs: 2_000, vus: 5 });

  it("are bundled into one file that exports each scenario and the options", async () => {
    const text = await bundleOf(plan);
    for (const { id } of k6Scenarios) assert.match(text, new RegExp(`\\b${id}\\b`));
    assert.match(text, /from "k6\/http"/);
    assert.match(text, /as options|options,/);
  });

  if (installed === undefined) {
    it("were not run: k6 2.x is not here (`edgemark load k6 --install` builds it)", async () => {
      await assert.rejects(findK6(), EdgemarkError);
    });
    return;
  }

  it("are taken by k6, with the options as they were planned", () =>
    inFolder(async (folder) => {
      const script = join(folder, "site.js");
      await writeFile(script, await bundleOf(plan));
      const env = JSON.stringify([{ popId: "x", url: "http://127.0.0.1:9", host: "x" }]);
      const inspected = JSON.parse((await output(installed.path, ["inspect", "-e", `EDGEMARK_ENDPOINTS=${env}`, script])).stdout) as { scenarios: Record<string, unknown> };
      assert.deepEqual(Object.keys(inspected.scenarios).sort(), k6Scenarios.map(({ id }) => id).sort());
    })).timeout(30_000);

  it("run in two segments that together are the whole", () =>
    inFolder(async (folder) => {
      const server = createServer((_request, response) => response.end("page"));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        const script = join(folder, "site.js");
        await writeFile(script, await bundleOf(planOf({ scenarios: k6Scenarios.filter(({ id }) => id === "mixed"), claims: [], timeScale: 1, ratePerSecond: 2, durationMs: 2_000, vus: 10 })));
        const { files } = await runK6({ program: installed, script, folder, processes: 2, endpoints: [{ popId: "a", url, host: "site" }], signal: new AbortController().signal });
        const [merged, ...parts] = await Promise.all([readSamples(files), ...files.map((file) => readSamples([file]))]);
        // 10 a second for two seconds, the last on either side of the end: more where the machine stood still and the end came
        // late, and twice as many where each segment does the whole.
        const begun = countOf(merged, "iterations") + sumOf(merged, "dropped_iterations");
        assert.ok(begun >= 17 && begun < 2 * 17, String(begun));
        assert.equal(parts.reduce((sum, part) => sum + countOf(part, "http_req_duration"), 0), countOf(merged, "http_req_duration"));
        for (const part of parts) assert.ok(countOf(part, "iterations") > 0, "each segment does its part");
        const all = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("").split("\n").filter((one) => one.includes('"metric":"http_req_duration"') && one.includes('"Point"'));
        const values = all.map((one) => (JSON.parse(one) as { data: { value: number } }).data.value).sort((a, b) => a - b);
        assert.equal(percentileOf(sortedOf(merged, "http_req_duration"), 100), values.at(-1));
        assert.equal(values.length, countOf(merged, "http_req_duration"));
      } finally {
        server.closeAllConnections();
        server.close();
      }
    })).timeout(60_000);
});
