// Every way in which a command line is mistyped gives one line: what was expected, what came, what to do.
import assert from "node:assert/strict";
import { numberBetween, runCommand, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

const spec: CommandSpec = {
  name: "brew",
  summary: "Brews.",
  args: [{ flags: "<pot>", words: "which pot" }],
  options: [
    { flags: "--cups <number>", words: "cups", parse: numberBetween(1, 12, { isWhole: true }) },
    { flags: "--kind <kind>", words: "kind", choices: ["green", "black"] },
  ],
  examples: [["edgemark brew pot", "a pot"]],
  run: () => Promise.resolve(0),
};

async function said(...typed: string[]): Promise<string> {
  let err = "";
  const io: CommandIo = { out: () => undefined, err: (text) => void (err += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
  assert.equal(await runCommand(spec, typed, io), 2, typed.join(" "));
  return err;
}

describe("a mistyped command line", () => {
  it("is told in one line", async () => {
    assert.equal(await said("pot", "--cup", "1"), "edgemark: an option of edgemark brew expected; --cup is none; did you mean --cups? (usage.flag)\n");
    assert.equal(await said("pot", "--temperature"), "edgemark: an option of edgemark brew expected; --temperature is none; see `edgemark brew --help` (usage.flag)\n");
    assert.equal(await said("pot", "--cups", "x"), 'edgemark: a whole number from 1 to 12 expected after --cups; "x" came; correct it (usage.flag)\n');
    assert.equal(await said("pot", "--kind", "red"), 'edgemark: one of green, black expected after --kind; "red" came; correct it (usage.flag)\n');
    assert.equal(await said("pot", "--kind"), "edgemark: --kind <kind> expected; nothing came after it; add it (usage.flag)\n");
    assert.equal(await said(), "edgemark: edgemark brew <pot> expected; no pot came; see `edgemark brew --help` (usage.flag)\n");
    assert.equal(await said("pot", "cup"), "edgemark: one word besides the options expected; cup came; see `edgemark brew --help` (usage.flag)\n");
  });
});
