// Runs of made-up checks against a stub target: every way in which a check can end, and its verdict.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import { Inconclusive, type Check } from "../check.js";
import { check, fixture, hangs, passing, run } from "./run.fixture.js";
import type { RunOptions } from "./run.js";

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

  it("calls a refused deployment not applicable where the target does not take programs while it runs", async () => {
    const refuse = async (): Promise<never> => {
      throw new EdgemarkError("target.refused", "Deploy: expected it to be done; the target answered no; correct it");
    };
    const deploying = check("made.deploys", async ({ verbs }) => {
      await verbs.deploy({ name: "another", mainModule: "main.js", modules: [], compatibilityDate: "2026-11-01", compatibilityFlags: [], bindings: [], crons: [] });
    });

    const byHand = await run([deploying], {}, { verbs: { deploy: refuse } });
    const declaring = await run([deploying], {}, { capabilities: ["workers", "deploy"], verbs: { deploy: refuse } });

    assert.equal(byHand.of("made.deploys").verdict, "not-applicable");
    assert.match(byHand.of("made.deploys").reason ?? "", /does not declare deploy/);
    assert.equal(declaring.of("made.deploys").verdict, "fail");
  });

  it("gives all checks of a run the same verbs, by which they know what they share", async () => {
    const seen = new Set<unknown>();
    await run(["made.one", "made.two"].map((id) => check(id, async ({ verbs }) => void seen.add(verbs))));
    assert.equal(seen.size, 1);
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

  it("begins what disturbs when nothing waits any more, and deploys before anything waits", async () => {
    const order: string[] = [];
    const says = (id: string, more: Partial<Check>): Check => check(id, async () => void order.push(id), more);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const waits = check("made.waits", async () => (order.push("waits"), released), { isWaiting: true });
    const calm = check("made.calm", async () => (order.push("made.calm"), release()), { fixture });
    const deploy = async () => (order.push("deploys"), { deploymentId: "hello", version: "1", endpoints: [] });

    const { document } = await run([says("made.disturbs", { isDisturbing: true }), waits, calm], {}, { verbs: { deploy } });

    assert.deepEqual(order, ["deploys", "waits", "made.calm", "made.disturbs"]);
    assert.deepEqual(document.checks.map(({ id }) => id), ["made.calm", "made.waits", "made.disturbs"]);
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
