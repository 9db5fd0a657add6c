// The command line itself: help that fits, unknown flags with the nearest name, numbers within bounds.
import assert from "node:assert/strict";
import { certifyCommand } from "./certify.js";
import { listOf, numberBetween, runCommand, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

async function typed(spec: CommandSpec, ...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const io: CommandIo = { out: (text) => void (said.out += text), err: (text) => void (said.err += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
  return { code: await runCommand(spec, words, io), ...said };
}

const certify = certifyCommand("certify", () => assert.fail("loaded"));

describe("the command line", () => {
  it("has help of 80 columns with usage, units, three examples and exit codes", async () => {
    const { code, out } = await typed(certify, "--help");

    assert.equal(code, 0);
    assert.deepEqual(out.split("\n").filter((line) => line.length > 80), []);
    assert.match(out, /^Usage: edgemark certify \[options\]/);
    assert.equal(out.split("\n").filter((line) => line.startsWith("  edgemark certify")).length, 3);
    assert.match(out, /Exit codes:\n {2}0 /);
  });

  it("names the nearest flag and ends with 2", async () => {
    const { code, err } = await typed(certify, "--sed", "1");

    assert.equal(code, 2);
    assert.match(err, /^edgemark: an option of edgemark certify expected; --sed is none; did you mean --seed\? \(usage.flag\)\n$/);
  });

  it("refuses values that mean nothing", async () => {
    for (const words of [["--seed", "x"], ["--seed", "1.5"], ["--pops", "0"], ["--pops", "13"], ["--timeout", ""], ["--profile", "fast"], ["--only", ","], ["stray"]]) {
      assert.equal((await typed(certify, ...words)).code, 2, words.join(" "));
    }
  });

  it("reads numbers and lists", () => {
    assert.equal(numberBetween(0, 10)("2.5"), 2.5);
    assert.deepEqual(listOf("c", listOf("a, b", undefined)), ["a", "b", "c"]);
  });
});
