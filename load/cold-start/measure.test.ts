// The measuring of cold starts against servers made here: what is cold is slower by a known time.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { DeploySpec, Deployment } from "../../contract/target/types.js";
import { measureCold, type ColdScope } from "./measure.js";
import { beforeHeader, scriptOf } from "./script.js";
import { coldStartOf } from "./statistics.js";

/** One address for all versions, told apart by Host; the first request of each is held back. */
async function startVersions(coldMs: number, { isColdTold = true } = {}): Promise<{ readonly server: Server; readonly scope: ColdScope; readonly specs: DeploySpec[] }> {
  const answered = new Map<string, number>();
  const specs: DeploySpec[] = [];
  const server = createServer((request, response) => {
    const host = request.headers.host ?? "";
    const before = answered.get(host) ?? 0;
    answered.set(host, before + 1);
    const answer = (): void => void response.writeHead(200, { [beforeHeader]: String(isColdTold ? before : before + 1) }).end("hello");
    if (before === 0) setTimeout(answer, coldMs);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const deploy = async (spec: DeploySpec): Promise<Deployment> => {
    specs.push(spec);
    return { deploymentId: spec.name, version: String(specs.length), endpoints: [{ popId: "local", url, host: `${spec.name}-${specs.length}` }] };
  };
  const scope = { verbs: { deploy }, compatibilityDate: "2026-01-01", warm: { popId: "local", url, host: "warm" }, seed: 1, signal: new AbortController().signal };
  return { server, scope, specs };
}

const series = { name: "cold", sizeBytes: 1_000, samples: 6, budgetMs: 60_000, aheadMs: 0 };

describe("measureCold", () => {
  it("asks a new version each time, cold, and takes the warm latency off", async () => {
    const { server, scope, specs } = await startVersions(40);
    try {
      const { samples, endedEarly } = await measureCold(scope, series);
      assert.equal(endedEarly, undefined);
      assert.equal(samples.length, 6);
      assert.equal(new Set(specs.map(({ modules }) => Buffer.from(modules[0]?.content ?? []).toString())).size, 6);
      const found = coldStartOf(samples);
      assert.equal(found?.notCold, 0);
      for (const { coldMs } of samples) assert.ok(coldMs >= 38, `${coldMs}`);
    } finally {
      server.close();
    }
  });

  it("counts from the end of the head, however early its beginning came", async () => {
    const { server, scope } = await startVersions(0);
    try {
      const startMs = performance.now();
      const { samples } = await measureCold(scope, { ...series, samples: 1, aheadMs: 500 });
      const tookMs = performance.now() - startMs;
      // The whole takes as long as the head is held back and as the answer takes, on any machine: counted from the beginning of
      // the head the answer would have taken nearly all of it. Timers may be early by one ms.
      assert.equal(samples.length, 1);
      for (const { coldMs } of samples) assert.ok(coldMs <= tookMs - 498, `${coldMs} of ${tookMs}`);
    } finally {
      server.close();
    }
  });

  it("sees an isolate that was not cold", async () => {
    const { server, scope } = await startVersions(0, { isColdTold: false });
    try {
      assert.equal(coldStartOf((await measureCold(scope, { ...series, samples: 2 })).samples), undefined);
    } finally {
      server.close();
    }
  });

  it("tells why it has fewer samples than wanted", async () => {
    const { server, scope } = await startVersions(0);
    const refusing: ColdScope = { ...scope, verbs: { deploy: () => Promise.reject(new Error("too large")) } };
    try {
      assert.match((await measureCold(refusing, series)).endedEarly ?? "", /too large/);
      assert.match((await measureCold(scope, { ...series, budgetMs: -1 })).endedEarly ?? "", /time/);
    } finally {
      server.close();
    }
  });
});

describe("scriptOf", () => {
  it("has the size, and bytes of its own for every salt", () => {
    for (const sizeBytes of [1_000, 100_000, 1_000_000]) {
      const { length } = scriptOf(sizeBytes, "a");
      assert.ok(length >= sizeBytes && length <= sizeBytes + Math.max(250, sizeBytes / 100), `${sizeBytes}: ${length}`);
    }
    assert.notDeepEqual(scriptOf(1_000, "a"), scriptOf(1_000, "b"));
  });

  it("is a worker that says whether it is cold", async () => {
    const source = Buffer.from(scriptOf(2_000, "x")).toString("base64");
    const { default: worker } = (await import(`data:text/javascript;base64,${source}`)) as { default: { fetch(request: Request): Promise<Response> } };
    const before = async (): Promise<string | null> => (await worker.fetch(new Request("http://x/1"))).headers.get(beforeHeader);
    assert.deepEqual([await before(), await before()], ["0", "1"]);
  });
});
