// The check command: verdicts as exit codes, JSON as one object, mistakes named.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeHistory } from "../chaos/history/codec.js";
import { EdgemarkError } from "../contract/errors.js";
import type { Operation } from "../contract/history/types.js";
import { checkCommand, runCheck, type CheckOptions } from "./check.js";
import { runCommand } from "./command.js";

const write: Operation = { process: 0, outcome: "ok", action: "write", key: "k", input: "1", callNs: 0n, returnNs: 1_000_000n, popId: "a" };
const read: Operation = { process: 1, outcome: "ok", action: "read", key: "k", output: null, callNs: 31_000_000n, returnNs: 32_000_000n, popId: "b" };

describe("edgemark check", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-check-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function check(operations: readonly Operation[], options: Partial<CheckOptions> = {}) {
    const file = join(folder, "history.jsonl");
    await writeFile(file, encodeHistory(operations));
    let out = "";
    const exitCode = await runCheck({ file, model: "staleness", ...options }, { out: (text) => void (out += text) });
    return { exitCode, out };
  }

  it("exits 0 for a history within the window", async () => {
    const { exitCode, out } = await check([write, read], { windowMs: 30 });
    assert.equal(exitCode, 0);
    assert.match(out, /^valid: .*30\.000 ms/);
    assert.match(out, /writer a -> reader b: 30\.000 ms \(1 of 1 reads stale\)/);
  });

  it("exits 1 beyond it and shows why", async () => {
    const { exitCode, out } = await check([write, read], { windowMs: 29 });
    assert.equal(exitCode, 1);
    assert.match(out, /^invalid: negative: PoP b returned nothing/);
    assert.match(out, /smallest part.*\n.*"action":"write".*\n.*"action":"read"/);
  });

  it("exits 4 with nothing to judge", async () => {
    assert.equal((await check([write])).exitCode, 4);
  });

  it("prints exactly one JSON object with --json", async () => {
    const { exitCode, out } = await check([write, read], { windowMs: 29, json: true });
    assert.equal(exitCode, 1);
    assert.equal(out.trimEnd().split("\n").length, 1);
    // The parse boundary of this test.
    const parsed = JSON.parse(out) as Record<string, unknown>;
    assert.equal(parsed["verdict"], "invalid");
    assert.equal(parsed["windowMs"], 30);
    assert.deepEqual(parsed["negative"], { reads: 1, staleReads: 1, windowMs: 30 });
    assert.equal(Array.isArray(parsed["violation"]) ? parsed["violation"].length : 0, 2);
  });

  it("names the nearest model and the file that is missing", async () => {
    const fails = (code: string, pattern: RegExp) => (thrown: unknown): boolean =>
      thrown instanceof EdgemarkError && thrown.code === code && thrown.exitCode === 2 && pattern.test(thrown.message);
    await assert.rejects(check([write], { model: "stalenes" }), fails("usage.flag", /did you mean staleness/));
    await assert.rejects(check([write], { model: "x" }), fails("usage.flag", /choose staleness/));
    await assert.rejects(check([write], { file: join(folder, "none.jsonl") }), fails("usage.input", /none\.jsonl/));
  });

  it("is typed as a command, and refuses a bad window", async () => {
    const file = join(folder, "typed.jsonl");
    await writeFile(file, encodeHistory([write, read]));
    let text = "";
    const add = (more: string): void => void (text += more);
    const io = { out: add, err: add, isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: (code: number) => assert.fail(`exit ${code}`) };
    const typed = (...words: string[]): Promise<number> => runCommand(checkCommand, [file, ...words], io);
    assert.equal(await typed("--model", "staleness", "--window-ms", "29"), 1);
    assert.equal(await typed("--model", "staleness", "--window-ms", "30", "--json"), 0);
    for (const windowMs of ["soon", "-1", "", "Infinity"]) assert.equal(await typed("--model", "staleness", "--window-ms", windowMs), 2);
    assert.match(text, /from 0 to/);
    await assert.rejects(typed(), /expected --model/);
    assert.equal(await typed("--help"), 0);
  });
});
