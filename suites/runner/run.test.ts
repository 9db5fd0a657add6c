// Runs of made-up checks against a stub target: every way in which a check or a target can end, and its verdict.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Claim } from "../../contract/claims/types.js";
import { EdgemarkError } from "../../contract/errors.js";
import type { CheckResult, ResultDocument } from "../../contract/result/document.js";
import { Inconclusive, type Check, type Fixture } from "../check.js";
import { runSuites, type RunEvent, type RunOptions } from "./run.js";
import { startStub, type StubOptions } from "./stub.fixture.js";

const fixture: Fixture = { name: "hello", program: new URL("../fixtures/hello.worker.js", import.meta.url), bindings: [] };

function check(id: string, run: Check["run"], more: Partial<Check> = {}): Check {
  return { id, promise: `promise of ${id}`, level: "isolate", run, ...more };
}

interface Ran {
  readonly document: ResultDocument;
  readonly events: readonly RunEvent[];
  readonly calls: readonly string[];
  of(id: string): CheckResult;
}

async function run(checks: readonly Check[], options: Partial<RunOptions> = {}, stubOptions: StubOptions = {}): Promise<Ran> {
  const runDirectory = await mkdtemp(join(tmpdir(), "edgemark-run-"));
  const stub = await startStub(stubOptions);
  const events: RunEvent[] = [];
  try {
    const document = await runSuites({
      suites: [{ id: "made", title: "Made up", checks }],
      session: { verbs: stub.verbs, description: stub.description, address: stub.address },
      profile: "quick",
      seed: 42,
      known: [],
      claims: [],
      runDirectory,
      signal: new AbortController().signal,
      onProgress: (event) => events.push(event),
      totalBudgetMs: 30_000,
      replayOptions: "--target stub --seed 42",
      replay: "edgemark certify --target stub --seed 42",
      ...options,
    });
    const of = (id: string): CheckResult => {
      const found = document.checks.find((result) => result.id === id);
      assert.ok(found, `a result of ${id}`);
      return found;
    };
    return { document, events, calls: stub.calls, of };
  } finally {
    await stub.close();
    await rm(runDirectory, { recursive: true });
  }
}

const passing = check("made.pass", async () => undefined);
/** Never ends, and does not listen to its abort. */
const hangs = (): Promise<void> => new Promise(() => undefined);

describe("a run", () => {
  it("passes a check that does not throw, and says how to repeat it", async () => {
    const { document, of } = await run([passing]);

    assert.equal(of("made.pass").verdict, "pass");
    assert.equal(of("made.pass").replay, "edgemark run --target stub --seed 42 --only made.pass");
    assert.deepEqual(document.counts, { pass: 1, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 });
    assert.equal(document.verdict, "pass");
    assert.equal(document.run.interrupted, undefined);
  });

  it("fails a comparison with what was expected and what came", async () => {
    const { document, of } = await run([check("made.compare", async () => assert.deepEqual({ a: "x\u202ey" }, { a: 2 })), passing]);

    assert.equal(of("made.compare").verdict, "fail");
    assert.equal(of("made.compare").expected, "{ a: 2 }");
    assert.equal(of("made.compare").observed, "{ a: 'x\\u{202e}y' }");
    assert.equal(of("made.pass").verdict, "pass");
    assert.equal(document.verdict, "fail");
  });

  it("cuts long values", async () => {
    const { of } = await run([check("made.long", async () => assert.equal("x".repeat(1_000_000), "y"))]);

    assert.ok((of("made.long").observed ?? "").length < 2_100);
    assert.ok((of("made.long").reason ?? "").length < 700);
  });

  it("tells the harness's mistake from the target's failure", async () => {
    const { document, of } = await run([
      check("made.bug", async () => {
        throw new TypeError("cannot read properties of undefined");
      }),
      check("made.refused", async () => {
        throw new EdgemarkError("target.refused", "Deploy: expected it to be done; the target answered no; correct it");
      }),
      check("made.unimplemented", async ({ verbs }) => void (await verbs.locate("a", "b", "c"))),
      check("made.unsure", async () => {
        throw new Inconclusive("the driver lagged");
      }),
    ]);

    assert.equal(of("made.bug").verdict, "error");
    assert.equal(of("made.refused").verdict, "fail");
    assert.equal(of("made.unimplemented").verdict, "fail");
    assert.match(of("made.unimplemented").reason ?? "", /declared as a capability, but not implemented/);
    assert.equal(of("made.unsure").verdict, "inconclusive");
    assert.equal(of("made.unsure").reason, "the driver lagged");
    assert.deepEqual(document.counts, { pass: 0, fail: 2, notApplicable: 0, inconclusive: 1, error: 1 });
  });

  it("calls not applicable only what the target declares absent", async () => {
    const { of, document } = await run([
      check("made.kv", async () => undefined, { needs: ["workers", "kv"] }),
      check("made.pops", async () => undefined, { pops: 3 }),
      check("made.nightly", async () => undefined, { profiles: ["nightly"] }),
    ]);

    assert.equal(of("made.kv").verdict, "not-applicable");
    assert.equal(of("made.kv").reason, "the target does not declare kv (KV namespaces)");
    assert.equal(of("made.pops").reason, "takes 3 PoPs; the target has 1");
    assert.equal(document.checks.length, 2);
  });

  it("fails a check that does not answer in time, and goes on without it", async () => {
    let isAborted = false;
    const { of } = await run([
      check("made.hang", hangs, { timeoutMs: 50 }),
      check(
        "made.polite",
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              isAborted = true;
              reject(new Error("too late to matter"));
            });
          }),
        { timeoutMs: () => 50 },
      ),
      passing,
    ]);

    assert.equal(of("made.hang").verdict, "fail");
    assert.equal(of("made.hang").reason, "no answer within 50 ms");
    assert.equal(of("made.polite").verdict, "fail");
    assert.equal(isAborted, true);
    assert.equal(of("made.pass").verdict, "pass");
  });

  it("lets checks that wait run beside the others of their suite, and takes their results last", async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const waits = (id: string): Check => check(id, async () => (order.push(id), released), { isWaiting: true });
    const last = check("made.last", async () => {
      order.push("made.last");
      release();
    });

    const { document } = await run([waits("made.a"), check("made.first", async () => void order.push("made.first")), waits("made.b"), last]);

    assert.deepEqual(order, ["made.a", "made.b", "made.first", "made.last"]);
    assert.deepEqual(document.checks.map(({ id, verdict }) => `${id} ${verdict}`), ["made.first pass", "made.last pass", "made.a pass", "made.b pass"]);
  });

  it("ignores what a check does after its end", async () => {
    let goOn: () => void = () => undefined;
    const { document, of } = await run([
      check(
        "made.late",
        async (context) => {
          await new Promise<void>((resolve) => (goOn = resolve));
          context.note("late");
          context.measure({ id: "made.late", value: 1, unit: "ms", n: 1, conditions: {} });
          throw new Error("late");
        },
        { timeoutMs: 30 },
      ),
      check("made.next", async () => goOn()),
    ]);

    assert.equal(of("made.late").reason, "no answer within 30 ms");
    assert.deepEqual(of("made.late").evidence, []);
    assert.deepEqual(document.measurements, {});
    assert.equal(of("made.next").verdict, "pass");
  });

  it("ends at its budget: the rest is inconclusive, and the document complete", async () => {
    const { document, of } = await run([check("made.hang", hangs), passing], { totalBudgetMs: 100 });

    assert.equal(of("made.hang").verdict, "inconclusive");
    assert.match(of("made.pass").reason ?? "", /out of time/);
    assert.equal(document.verdict, "inconclusive");
  });

  it("ends when it is interrupted", async () => {
    const interruption = new AbortController();
    const stops = check("made.stop", async () => {
      interruption.abort(new Error("interrupted by SIGINT"));
      await hangs();
    });

    const { document, of } = await run([stops, passing], { signal: interruption.signal });

    assert.equal(of("made.stop").verdict, "inconclusive");
    assert.equal(of("made.pass").reason, "the run was interrupted");
    assert.equal(document.run.interrupted, "interrupted by SIGINT");
    assert.notEqual(document.verdict, "pass");
  });

  it("takes errors that escape from a check into the process", async () => {
    // Mocha, which runs this test, listens too and would fail it.
    const outer = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const escapes = check("made.escape", async () => {
      setImmediate(() => {
        throw new TypeError("escaped");
      });
      await hangs();
    });

    const { of } = await run([escapes, passing]).finally(() => {
      for (const listener of outer) process.on("uncaughtException", listener);
    });

    assert.equal(of("made.escape").verdict, "error");
    assert.equal(of("made.escape").reason, "escaped");
    assert.equal(of("made.pass").verdict, "pass");
  });

  it("runs in source order, or in an order that the seed decides", async () => {
    const order: string[] = [];
    const many = Array.from({ length: 8 }, (_, index) => check(`made.c${index}`, async () => void order.push(`c${index}`)));
    const orderOf = async (options: Partial<RunOptions>): Promise<string> => {
      order.length = 0;
      await run(many, options);
      return order.join();
    };

    assert.equal(await orderOf({}), "c0,c1,c2,c3,c4,c5,c6,c7");
    const first = await orderOf({ shuffle: true });
    assert.equal(await orderOf({ shuffle: true }), first);
    assert.notEqual(await orderOf({ shuffle: true, seed: 43 }), first);
  });

  it("takes only what is named, and says that the run is partial", async () => {
    const { document } = await run([passing, check("made.passing", async () => undefined), check("made.pass.more", async () => undefined)], { only: ["made.pass"] });

    assert.deepEqual(document.checks.map((result) => result.id), ["made.pass", "made.pass.more"]);
    assert.equal(document.run.partial, "only made.pass");
    await assert.rejects(run([passing], { only: ["made.pas"] }), /made\.pas names none; did you mean made\.pass\?/);
  });

  it("tells its progress", async () => {
    const { events } = await run([passing]);

    assert.deepEqual(events.map((event) => event.kind), ["run-started", "suite-started", "check-started", "check-ended", "suite-ended"]);
  });
});

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

describe("what a check records", () => {
  const claim: Claim = {
    id: "KV-01",
    product: "kv",
    level: "storage",
    kind: "number",
    nature: "semantics",
    statement: "a write is visible everywhere within 60 s",
    figure: "60 s",
    source: { document: "kv", quote: "60 seconds" },
    unit: "ms",
    holds: { atMost: 60_000 },
    scaled: true,
  };

  it("stays when it fails", async () => {
    const { document, of } = await run([
      check("made.measure", async (context) => {
        context.measure({ id: "made.number", value: 7, unit: "ms", n: 3, conditions: {}, samples: Array.from({ length: 1_000 }, (_, index) => index) });
        context.note("seen \u001b");
        context.recordHistory("made.history", [{ process: 0, outcome: "ok", action: "read", key: "k", callNs: 2n ** 60n, returnNs: 2n ** 60n + 1n }]);
        assert.fail("afterwards");
      }),
    ]);

    assert.equal(document.measurements["made.number"]?.value, 7);
    assert.equal(document.measurements["made.number"]?.samples?.length, 512);
    assert.equal(document.measurements["made.number"]?.samples?.at(-1), 999);
    assert.equal(document.histories[0]?.file, "histories/made.history.jsonl");
    assert.match(document.histories[0]?.sha256 ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(of("made.measure").evidence.map((evidence) => evidence.text), ["seen \\u{1b}", "histories/made.history.jsonl: 1 operations"]);
  });

  it("is a history with exact nanoseconds, a line per operation", async () => {
    let line = "";
    await run([
      check("made.history", async (context) => context.recordHistory("h", [{ process: 0, outcome: "info", action: "read", key: "k", callNs: 2n ** 60n + 1n, returnNs: null }])),
    ], { onProgress: () => undefined, runDirectory: await mkdtemp(join(tmpdir(), "edgemark-history-")) }).then(async ({ document }) => {
      line = await readFile(join(tmpdir(), document.run.id, "histories", "h.jsonl"), "utf8");
      await rm(join(tmpdir(), document.run.id), { recursive: true });
    });

    assert.deepEqual(JSON.parse(line), { process: 0, outcome: "info", action: "read", key: "k", callNs: "1152921504606846977", returnNs: null });
  });

  it("scales platform times and thresholds, by the target's scale", async () => {
    const seen: number[] = [];
    await run([check("made.scaled", async (context) => void seen.push(context.scaled(60_000), context.threshold("KV-01")))], { claims: [claim] }, { timeScale: 20 });

    assert.deepEqual(seen, [3_000, 3_000]);
  });

  it("is drawn from the seed and the check, not from what ran before", async () => {
    const drawn: number[] = [];
    const draws = check("made.draw", async ({ random }) => void drawn.push(random(), random()));
    await run([draws]);
    await run([check("made.other", async ({ random }) => void random()), draws]);
    await run([draws], { seed: 43 });

    assert.deepEqual(drawn.slice(0, 2), drawn.slice(2, 4));
    assert.notDeepEqual(drawn.slice(0, 2), drawn.slice(4, 6));
  });
});

describe("a fault", () => {
  const kills = (more: (context: Parameters<Check["run"]>[0], faultId: string) => Promise<void>): Check =>
    check("made.kill", async (context) => more(context, (await context.inject({ kind: "kill", popId: "pop1" })).faultId));

  it("is recorded with its evidence and healed after the check", async () => {
    const { document, calls, of } = await run([kills(async () => assert.fail("while it lasts"))]);

    assert.deepEqual(calls, ["inject kill pop1", "heal kill-1"]);
    assert.equal(document.faults[0]?.evidence, "process 4711 got kill");
    assert.ok(document.faults[0]?.healedAtMs !== undefined);
    assert.match(of("made.kill").evidence[0]?.text ?? "", /kill of pop1: process 4711 got kill/);
  });

  it("is healed once", async () => {
    const { calls } = await run([kills(({ heal }, faultId) => heal(faultId))]);

    assert.deepEqual(calls, ["inject kill pop1", "heal kill-1"]);
  });

  it("without evidence proves nothing", async () => {
    const { of, calls } = await run([kills(async () => undefined)], {}, { verbs: { injectFault: async () => ({ faultId: "f", evidence: " ", effectiveAtMs: 0 }) } });

    assert.equal(of("made.kill").verdict, "inconclusive");
    assert.match(of("made.kill").reason ?? "", /the fault gave no evidence/);
    assert.deepEqual(calls, ["inject kill pop1", "heal f"]);
  });

  it("that is not healed takes the pass away", async () => {
    const { of } = await run([kills(async () => undefined)], {}, { verbs: { healFault: () => Promise.reject(new EdgemarkError("target.refused", "cannot")) } });

    assert.equal(of("made.kill").verdict, "fail");
    assert.equal(of("made.kill").reason, "a fault was not healed: cannot");
  });
});

describe("known failures", () => {
  const fails = check("made.fails", async () => assert.equal(1, 2));
  const known = { check: "made.fails", kind: "failing", version: "1.*", observed: "1", reason: "counts wrongly" } as const;

  it("still run, and do not fail the run", async () => {
    const { document, of } = await run([fails, passing], { known: [known] });

    assert.equal(of("made.fails").verdict, "fail");
    assert.deepEqual(of("made.fails").known, { kind: "failing", reason: "counts wrongly" });
    assert.equal(document.verdict, "pass");
  });

  it("that pass are stale, and fail the run", async () => {
    const { document } = await run([passing], { known: [{ ...known, check: "made.pass" }] });

    assert.deepEqual(document.staleKnown, ["made.pass"]);
    assert.equal(document.verdict, "fail");
  });

  it("excuse neither another observation nor another version", async () => {
    for (const other of [{ ...known, observed: "3" }, { ...known, version: "2.*" }]) {
      const { document, of } = await run([fails], { known: [other] });

      assert.equal(of("made.fails").known, undefined);
      assert.equal(document.verdict, "fail");
      assert.match(of("made.fails").evidence[0]?.text ?? "", /a known failure names this check/);
    }
  });

  it("that are flaky decide nothing", async () => {
    const flaky = { ...known, kind: "flaky" } as const;
    const { document, of } = await run([fails, passing], { known: [flaky, { ...flaky, check: "made.pass" }] });

    assert.equal(of("made.fails").verdict, "inconclusive");
    assert.equal(of("made.pass").verdict, "inconclusive");
    assert.equal(document.staleKnown.length, 0);
  });
});
