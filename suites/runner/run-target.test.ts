// Runs against targets that refuse, hang, crash and die: fixtures are deployed once and lose no more than their checks.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { Check } from "../check.js";
import { check, fixture, passing, run } from "./run.fixture.js";
import { startStub, type StubOptions } from "./stub.fixture.js";

describe("a fixture", () => {
  const asks = (id: string): Check =>
    check(id, async ({ fixture: deployed }) => assert.equal((await deployed.request({ path: "/" })).status, 200), { fixture, timeoutMs: 5_000 });

  it("is deployed once for the checks that share it, and undeployed at the end", async () => {
    const { calls, of } = await run([passing, asks("made.one"), asks("made.two")]);

    assert.equal(of("made.two").verdict, "pass");
    assert.deepEqual(calls, ["deploy hello", "undeploy hello"]);
  });

  it("is not deployed for a check that does not apply", async () => {
    const { calls } = await run([{ ...asks("made.one"), needs: ["kv"] }]);

    assert.deepEqual(calls, []);
  });

  it("that cannot be deployed fails its checks with the target's words, tried once", async () => {
    let deploys = 0;
    const refuse = async (): Promise<never> => {
      deploys++;
      throw new EdgemarkError("target.refused", "Deploy: no room");
    };

    const { of } = await run([asks("made.one"), asks("made.two"), passing], {}, { verbs: { deploy: refuse } });

    assert.equal(of("made.two").verdict, "fail");
    assert.equal(of("made.two").reason, "Deploy: no room");
    assert.equal(of("made.pass").verdict, "pass");
    assert.equal(deploys, 1);
  });

  it("gets a name of its own on a target that others use", async () => {
    const stub = await startStub();
    const { document } = await run([asks("made.one")], {
      session: { verbs: stub.verbs, description: stub.description, address: "grpc://x", isShared: true },
    });
    await stub.close();

    assert.equal(document.verdict, "pass");
    assert.match(stub.calls[0] ?? "", /^deploy hello-e[a-z0-9]+$/);
  });

  it("that is never deployed ends with the run's time", async () => {
    const { of } = await run([asks("made.one"), passing], { totalBudgetMs: 100 }, { verbs: { deploy: () => new Promise(() => undefined) } });

    assert.equal(of("made.one").verdict, "inconclusive");
    assert.equal(of("made.pass").verdict, "inconclusive");
  });

  it("that is never undeployed does not hold up the end", async () => {
    const { document } = await run([asks("made.one")], { closingMs: 50 }, { verbs: { undeploy: () => new Promise(() => undefined) } });

    assert.equal(document.verdict, "pass");
  });

  it("of a check's own is undeployed after it", async () => {
    const deploys = check("made.own", async ({ deploy }) => {
      const own = await deploy(fixture, { name: "other" });
      assert.equal((await own.request({ path: "/" })).status, 200);
    });

    const { calls } = await run([deploys, asks("made.one")]);

    assert.deepEqual(calls, ["deploy other", "undeploy other", "deploy hello", "undeploy hello"]);
  });

  it("that crashes one check loses that check only", async () => {
    const onRequest: StubOptions["onRequest"] = (request, response) => (request.url === "/crash" ? request.socket.resetAndDestroy() : response.end("ok"));
    const crashes = check("made.crash", async ({ fixture: deployed }) => void (await deployed.request({ path: "/crash" })), { fixture });

    const { of } = await run([asks("made.one"), crashes, asks("made.two")], {}, { onRequest });

    assert.equal(of("made.crash").verdict, "fail");
    assert.match(of("made.crash").reason ?? "", /^crashed: /);
    assert.match(of("made.crash").evidence[0]?.text ?? "", /GET \/crash/);
    assert.equal(of("made.one").verdict, "pass");
    assert.equal(of("made.two").verdict, "pass");
  });

  it("of a target that dies midway fails the rest, within the budget", async () => {
    const stub = await startStub();
    const dies = check("made.dies", async ({ fixture: deployed }) => {
      stub.crash();
      await deployed.request({ path: "/" });
    }, { fixture });

    const { document } = await run([asks("made.one"), dies, asks("made.two"), asks("made.three")], {
      session: { verbs: stub.verbs, description: stub.description, address: "stub" },
      recoveryMs: 100,
    });
    await stub.close();

    assert.deepEqual(document.checks.map((result) => result.verdict), ["pass", "fail", "fail", "fail"]);
    assert.ok(document.checks.slice(1).every((result) => result.reason?.startsWith("crashed:")));
  });
});
