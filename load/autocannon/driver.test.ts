// The saturation driver: it counts what a server really answered. No gate on speed.
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { runSaturation, type SaturationOptions, type SaturationResult } from "./driver.js";

/** Ends when it is told to: how much comes within a time is the machine's business. */
const until = { durationMs: 3_600_000 } as const;

async function saturate(listener: RequestListener, options: Partial<SaturationOptions> = {}): Promise<SaturationResult> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is always of this kind.
  const { port } = server.address() as AddressInfo;
  try {
    return await runSaturation({ url: `http://127.0.0.1:${port}/`, host: "worker.test", path: "/x", connections: 4, durationMs: 300, pipelining: 1, ...options });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("saturation", () => {
  it("counts what the server answered", async () => {
    const hosts = new Set<string>();
    const controller = new AbortController();
    let answered = 0;
    const result = await saturate((request, response) => {
      hosts.add(`${request.headers.host} ${request.url}`);
      response.end("hello");
      if (++answered === 200) controller.abort();
    }, { ...until, signal: controller.signal });
    assert.deepEqual([...hosts], ["worker.test /x"]);
    assert.deepEqual([result.errors, result.non2xx], [0, 0]);
    // At most the requests in flight at the end are answered and not counted.
    assert.ok(result.n > 0 && result.n <= answered && answered - result.n <= 4, `${result.n} of ${answered}`);
    assert.ok(Math.abs(result.requestsPerSecond - result.n / (result.durationMs / 1_000)) < 1e-6);
  });

  it("tells errors and other statuses apart", async () => {
    const refused = await saturate((_, response) => response.writeHead(500).end());
    assert.equal(refused.non2xx, refused.n);
    const controller = new AbortController();
    let lost = 0;
    const broken = await saturate((request) => {
      request.socket.destroy();
      if (++lost === 20) controller.abort();
    }, { ...until, signal: controller.signal });
    assert.equal(broken.n, 0);
    assert.ok(broken.errors > 0);
  });

  it("ends when it is aborted", async () => {
    const controller = new AbortController();
    const result = await saturate((_, response) => {
      response.end();
      controller.abort();
    }, { ...until, signal: controller.signal });
    assert.ok(result.durationMs < 60_000);
  });

  it("refuses a load that is none", async () => {
    await assert.rejects(saturate(() => undefined, { connections: 0 }), /at least 1 connection/);
    await assert.rejects(saturate(() => undefined, { durationMs: 1 }), /100 ms/);
  });
});
