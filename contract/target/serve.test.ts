// A round trip of every verb over real gRPC, and what a client is told when a request or a server is not right.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { EdgemarkError } from "../errors.js";
import { connectTarget } from "./client.js";
import { serveTarget } from "./serve.js";
import type { DeploySpec, FaultSpec, TargetDescription, TargetEvent, TargetServer } from "./types.js";

const description: TargetDescription = {
  name: "probe",
  version: "1.2.3",
  vendor: "nobody",
  capabilities: ["workers", "kv", "fault.kill"],
  unknownCapabilities: ["teleport"],
  timeScale: 20,
  pops: [
    { id: "ams", region: "eu-west", latitude: 52.3, longitude: 4.9, httpAddress: "127.0.0.1:8001" },
    { id: "syd", region: "oceania", latitude: -33.9, longitude: 151.2, httpAddress: "" },
  ],
  anycastAddress: "127.0.0.1:8000",
  limits: { kvValueBytes: 26_214_400 },
  notes: ["compatibility date 2026-01-01"],
  compatibilityDate: "2026-01-01",
};

const spec: DeploySpec = {
  name: "hello-1",
  mainModule: "main.js",
  modules: [
    { path: "main.js", kind: "esm", content: Buffer.from("export default { fetch: () => new Response('hello') }") },
    // More than two chunks, with every byte value.
    { path: "lib/data.bin", kind: "data", content: Uint8Array.from({ length: 600_001 }, (_, index) => (index * 7) % 256) },
    { path: "empty.txt", kind: "text", content: new Uint8Array() },
  ],
  compatibilityDate: "2026-01-01",
  compatibilityFlags: ["nodejs_compat"],
  bindings: [
    { kind: "kv", name: "KV", namespace: "ns" },
    { kind: "durable_object", name: "COUNTER", className: "Counter", sqlite: true },
    { kind: "durable_object", name: "OTHER", className: "Counter", sqlite: false, script: "other" },
    { kind: "d1", name: "DB", database: "db" },
    { kind: "r2", name: "BUCKET", bucket: "b" },
    { kind: "service", name: "SVC", service: "other" },
    { kind: "service", name: "API", service: "other", entrypoint: "Api" },
    { kind: "queue", name: "QUEUE", queue: "q" },
    { kind: "text", name: "TEXT", value: "a\u0007b" },
    { kind: "secret", name: "SECRET", value: "" },
    { kind: "json", name: "JSON", value: '{"a":1}' },
  ],
  crons: ["*/5 * * * *"],
};

const deployment = {
  deploymentId: "d1",
  version: "v1",
  endpoints: [{ popId: "ams", url: "http://127.0.0.1:8001", host: "hello-1.edge.test" }],
  anycast: { popId: "", url: "http://127.0.0.1:8000", host: "hello-1.edge.test" },
};

/** Serves, connects, runs, and closes both. */
async function withTarget(server: Partial<TargetServer>, run: (verbs: Awaited<ReturnType<typeof connectTarget>>, address: string) => Promise<void>): Promise<void> {
  const served = await serveTarget({ describe: async () => description, deploy: async () => deployment, ...server });
  const verbs = await connectTarget(served.address);
  try {
    await run(verbs, served.address);
  } finally {
    verbs.close();
    await served.close();
  }
}

const code = (wanted: string, ...words: string[]) => (error: unknown): boolean => {
  assert.ok(error instanceof EdgemarkError, String(error));
  assert.equal(error.code, wanted, error.message);
  for (const word of words) assert.ok(error.message.includes(word), `${word} is missing in: ${error.message}`);
  return true;
};

describe("contract/target/serve and client", () => {
  it("carry every verb both ways", async () => {
    const got: unknown[] = [];
    const note = async <T>(value: unknown, answer: T): Promise<T> => {
      got.push(value);
      return answer;
    };
    const effect = { faultId: "f1", evidence: "process 4711 exited with SIGKILL", effectiveAtMs: 1_700_000_000_000.5 };
    const fault: FaultSpec = { kind: "slow-link", popId: "syd", scope: "peers", parameters: { delayMs: 50, skewMs: -3 } };
    const cron = { deploymentId: "d1", cron: "* * * * *", scheduledTimeMs: 1_700_000_000_000, popId: "ams" };
    const database = { deploymentId: "d1", binding: "DB" };
    const server: Partial<TargetServer> = {
      deploy: (given) => note(given, deployment),
      undeploy: (id) => note(["undeploy", id], undefined),
      reset: () => note("reset", undefined),
      evict: (id) => note(["evict", id], undefined),
      locate: (...given) => note(given, { found: true, popId: "syd", epoch: "7" }),
      injectFault: (given) => note(given, effect),
      healFault: (id) => note(["heal", id], { evidence: "back", effectiveAtMs: 1 }),
      clock: (advanceMs) => note(["clock", advanceMs], 5_000),
      triggerCron: (given) => note(given, { outcome: "ok", noRetry: true }),
      triggerAlarm: (...given) => note(given, "ok"),
      bookmarkDatabase: (...given) => note(["bookmark", ...given], "0001-a"),
      restoreDatabase: (...given) => note(["restore", ...given], { bookmark: "0003-a", previousBookmark: "0002-a" }),
    };
    await withTarget(server, async (verbs) => {
      assert.deepEqual(await verbs.describe(), description);
      assert.deepEqual(await verbs.deploy(spec), deployment);
      await verbs.undeploy("d1");
      await verbs.reset();
      await verbs.evict("d1");
      assert.deepEqual(await verbs.locate("d1", "Counter", "abc"), { found: true, popId: "syd", epoch: "7" });
      assert.deepEqual(await verbs.injectFault(fault), effect);
      assert.deepEqual(await verbs.healFault("f1"), { evidence: "back", effectiveAtMs: 1 });
      assert.equal(await verbs.clock(250), 5_000);
      assert.deepEqual(await verbs.triggerCron(cron), { outcome: "ok", noRetry: true });
      assert.equal(await verbs.triggerAlarm("d1", "Counter", "abc"), "ok");
      assert.equal(await verbs.bookmarkDatabase(database), "0001-a");
      assert.equal(await verbs.bookmarkDatabase(database, 7), "0001-a");
      assert.deepEqual(await verbs.restoreDatabase(database, "no bookmark"), { bookmark: "0003-a", previousBookmark: "0002-a" });
      await verbs.restoreDatabase(database, 8);
      await assert.rejects(verbs.restoreDatabase(database, ""), /a bookmark or a moment; "neither" came/);
    });
    const [deployed, ...rest] = got as [DeploySpec, ...unknown[]];
    assert.deepEqual({ ...deployed, modules: [] }, { ...spec, modules: [] });
    assert.deepEqual(
      deployed.modules.map(({ content, ...module }) => ({ ...module, hex: Buffer.from(content).toString("hex") })),
      spec.modules.map(({ content, ...module }) => ({ ...module, hex: Buffer.from(content).toString("hex") })),
    );
    assert.deepEqual(rest, [["undeploy", "d1"], "reset", ["evict", "d1"], ["d1", "Counter", "abc"], fault, ["heal", "f1"], ["clock", 250], cron, ["d1", "Counter", "abc"], ["bookmark", database, undefined], ["bookmark", database, 7], ["restore", database, "no bookmark"], ["restore", database, 8]]);
  });

  it("stream events until the client ends the stream", async () => {
    const event: TargetEvent = { kind: "pop-down", atMs: 12, popId: "ams", detail: "killed" };
    let stopped: () => void = () => undefined;
    const isStopped = new Promise<void>((resolve) => (stopped = resolve));
    const watch: TargetServer["watch"] = (onEvent) => {
      onEvent(event);
      onEvent({ ...event, kind: "pop-up" });
      return stopped;
    };
    await withTarget({ watch }, async (verbs) => {
      const seen: TargetEvent[] = [];
      await new Promise<void>((resolve, reject) => {
        const end = verbs.watch((one) => {
          seen.push(one);
          if (seen.length < 2) return;
          end();
          resolve();
        }, reject);
      });
      assert.deepEqual(seen, [event, { ...event, kind: "pop-up" }]);
      await isStopped;
    });
  });

  it("say that a verb is not implemented", async () => {
    await withTarget({}, async (verbs) => {
      await assert.rejects(verbs.reset(), code("target.unimplemented", "Reset"));
      await assert.rejects(verbs.clock(0), code("target.unimplemented", "Clock"));
      const error = await new Promise((resolve) => verbs.watch(() => undefined, resolve));
      code("target.unimplemented", "Watch")(error);
    });
  });

  it("refuse what no honest client sends, and go on serving", async () => {
    await withTarget({ injectFault: async () => ({ faultId: "", evidence: "", effectiveAtMs: Number.NaN }) }, async (verbs) => {
      const bad = (change: Partial<DeploySpec>): Promise<unknown> => verbs.deploy({ ...spec, ...change });
      await assert.rejects(bad({ name: "Hello World" }), code("target.refused", "INVALID_ARGUMENT", "lower case"));
      await assert.rejects(bad({ mainModule: "absent.js" }), code("target.refused", "one of the modules"));
      for (const path of ["../escape.js", "/etc/passwd", "a/../../b", "a\\b", 'a"b', "."]) {
        const modules = [{ path, kind: "esm", content: Buffer.from("") }] as const;
        await assert.rejects(bad({ mainModule: path, modules }), code("target.refused", "relative path"));
      }
      await assert.rejects(bad({ bindings: [{ kind: "json", name: "J", value: "{" }] }), code("target.refused", "JSON"));
      await assert.rejects(bad({ bindings: [{ kind: "text", name: "A", value: "" }, { kind: "text", name: "A", value: "" }] }), code("target.refused", "every name once"));
      const twice = { path: "m.js", kind: "esm", content: Buffer.from("1") } as const;
      await assert.rejects(bad({ mainModule: "m.js", modules: [twice, twice] }), code("target.refused", "every path once"));
      await assert.rejects(verbs.clock(-1), code("target.unimplemented"));
      await assert.rejects(verbs.injectFault({ kind: "kill", popId: "ams" }), code("target.contract", "faultId", "evidence", "effectiveAtMs"));
      assert.deepEqual(await verbs.deploy(spec), deployment);
    });
  });

  it("carry an adapter's own errors", async () => {
    const undeploy = async (): Promise<void> => {
      throw new EdgemarkError("usage.input", "expected a deployment; d9 is unknown; deploy it first");
    };
    const reset = async (): Promise<void> => {
      throw new Error(`broken ${"x".repeat(100_000)} \u001b[31m`);
    };
    await withTarget({ undeploy, reset }, async (verbs) => {
      await assert.rejects(verbs.undeploy("d9"), code("target.refused", "INVALID_ARGUMENT", "d9 is unknown"));
      await assert.rejects(verbs.reset(), code("target.refused", "INTERNAL", "broken"));
    });
  });

  it("keep deadlines", async () => {
    const served = await serveTarget({ describe: () => new Promise(() => undefined), deploy: async () => deployment });
    const verbs = await connectTarget(served.address, { deadlines: { Describe: 50 } });
    try {
      await assert.rejects(verbs.describe(), code("target.timeout", "50 ms"));
    } finally {
      verbs.close();
      await served.close();
    }
  });

  it("let in only who has the token", async () => {
    const served = await serveTarget({ describe: async () => description, deploy: async () => deployment, watch: () => () => undefined }, { token: "s3cret" });
    try {
      for (const options of [{}, { token: "wrong!" }]) {
        const stranger = await connectTarget(served.address, options);
        await assert.rejects(stranger.describe(), code("target.refused", "token"));
        await assert.rejects(stranger.deploy(spec), code("target.refused", "token"));
        code("target.refused", "token")(await new Promise((resolve) => stranger.watch(() => undefined, resolve)));
        stranger.close();
      }
      const friend = await connectTarget(`grpc://${served.address}`, { token: "s3cret" });
      assert.equal((await friend.describe()).name, "probe");
      friend.close();
    } finally {
      await served.close();
    }
  });

  it("do not open a control plane to others without a token", async () => {
    await assert.rejects(serveTarget({ describe: async () => description, deploy: async () => deployment }, { host: "0.0.0.0" }), code("usage.port", "token"));
  });

  it("say when nobody answers, and release the port when closed", async () => {
    const served = await serveTarget({ describe: async () => description, deploy: async () => deployment });
    const verbs = await connectTarget(served.address);
    await served.close();
    const refused = await new Promise((resolve) => connect(Number(served.address.split(":")[1]), "127.0.0.1").once("error", resolve));
    assert.match(String(refused), /ECONNREFUSED/);
    await assert.rejects(verbs.describe(), code("target.unreachable", "start it"));
    verbs.close();
    await assert.rejects(connectTarget(served.address), code("target.unreachable", "ECONNREFUSED"));
    await assert.rejects(connectTarget("localhost"), code("usage.target", "grpc://host:port"));
  });
});
