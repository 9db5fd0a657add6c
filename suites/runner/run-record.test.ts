// What a run records: measurements, histories, faults, and what was known before.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Claim } from "../../contract/claims/types.js";
import { EdgemarkError } from "../../contract/errors.js";
import type { Check } from "../check.js";
import type { RunRecord } from "./run.js";
import { check, passing, run } from "./run.fixture.js";

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

  it("shows the operations of a violation, from the first call on, and of a history without one nothing", async () => {
    const read = { process: 3, outcome: "ok", action: "read", key: "k", output: { value: "\u202e", more: "x".repeat(200) }, callNs: 2n ** 60n + 2_500_000n, returnNs: 2n ** 60n + 4_000_000n, popId: "fra" } as const;
    const write = { process: 1, outcome: "info", action: "write", key: "k", input: "v", callNs: 2n ** 60n, returnNs: null } as const;
    const { of } = await run([
      check("made.violation", async (context) => {
        context.recordViolation("made.history", { verdict: "invalid", reason: "no order explains it", violation: [read, write] });
        context.recordViolation("made.other", { verdict: "valid", reason: "some order explains it" });
      }),
    ]);

    const [evidence, ...others] = of("made.violation").evidence;
    assert.deepEqual(others, []);
    assert.equal(evidence?.text, "made.history: no order explains it");
    assert.deepEqual(evidence?.operations?.map(({ action, callMs, returnMs }) => [action, callMs, returnMs]), [["write", 0, null], ["read", 2.5, 4]]);
    assert.match(evidence?.operations?.[1]?.output ?? "", /^\{"value":"\\u\{202e\}","more":"x+… \(\d+ characters\)$/);
  });

  it("can be followed: the document it begins with, then each check with what it recorded", async () => {
    const records: RunRecord[] = [];
    const { document } = await run(
      [
        check("made.first", async (context) => {
          context.measure({ id: "made.number", value: 7, unit: "ms", n: 1, conditions: {} });
          await context.inject({ kind: "kill", popId: "pop1" });
        }),
        passing,
      ],
      { onRecord: (record) => records.push(structuredClone(record)) },
    );

    const [opening, first, second] = records;
    assert.ok(opening?.kind === "opening" && first?.kind === "check" && second?.kind === "check" && records.length === 3);
    assert.deepEqual([opening.total, opening.document.checks, opening.document.run.id], [2, [], document.run.id]);
    assert.deepEqual([first.result, second.result], document.checks);
    assert.deepEqual([first.measurements.map(({ id }) => id), first.faults, second.measurements, second.faults], [["made.number"], document.faults, [], []]);
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
    const { calls } = await run([kills(async ({ heal }, faultId) => void (await heal(faultId)))]);

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
